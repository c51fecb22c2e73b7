"""The terms we ask for, and the renderings we know to be wrong."""

import pytest

from digests.summaries.asking.prompt import load_prompt
from digests.summaries.draft import Kind
from digests.summaries.wording.english import EnglishWords
from digests.summaries.wording.glossary import Term, load_glossary
from tests.glossary_examples import load_examples

# Measured on average: facts about tokens of Chinese and English text.
CHINESE_CHARS_PER_TOKEN = 1.9
ENGLISH_CHARS_PER_TOKEN = 5.1
MAX_TOKENS = 3_500
# A token of Chinese and English text is never longer than this many characters.
LONGEST_TOKEN_CHARS = 3
CACHED_FROM_TOKENS = 1024
# Given with the task: they are wrong whatever else the glossary says.
ALWAYS_WRONG = {
    "法学硕士": "LLM",
    "代币": "token",
    "客服": "agent",
    "政策": "policy",
    "学分分配": "credit assignment",
    "零发射": "zero-shot",
    "零射": "zero-shot",
    "零次": "zero-shot",
    "盗贼": "bandit",
    "变压器": "transformer",
    "转换器": "transformer",
    "多药物": "multi-agent",
    "法官": "judge",
    "经纪": "agent",
    "国家行动": "state-action",
    "地面实况": "ground truth",
    "后培训": "post-training",
    "显着": "significantly",
    "推广": "rollout",
    "推出": "rollout",
    "剧集": "episode",
}

TERMS = load_glossary().terms
EXAMPLES = [example for example in load_examples() if not example.is_other]
OTHERS = [example for example in load_examples() if example.is_other]


def examples_of(term: Term) -> list[tuple[str, str, str]]:
    """English, a good translation, and the rendering in it, of the sentences in which the term applies."""
    return [
        (example.english, example.chinese, found)
        for example in EXAMPLES
        if example.term == term.english[0] and term.is_in(example.english)
        for found in [next((r for r in [term.rendering, *term.chinese] if r in example.chinese), "")]
        if found
    ]


def test_the_glossary_has_the_terms_of_every_field_and_each_meaning_of_a_word_once():
    meanings = [(name, term.rendering) for term in TERMS for name in term.english]

    assert len(TERMS) >= 150
    assert len(meanings) == len(set(meanings))


@pytest.mark.parametrize("term", TERMS, ids=lambda term: f"{term.english[0]}→{term.rendering}")
def test_every_term_has_a_sentence_in_which_the_good_passes_and_each_forbidden_rendering_is_found(term: Term):
    examples = examples_of(term)

    assert examples, "no sentence of glossary_examples.tsv makes this row apply and has its Chinese"
    for english, chinese, rendering in examples:
        assert load_glossary().find_forbidden(english, chinese) == []
        for wrong in term.forbidden:
            found = load_glossary().find_forbidden(english, chinese.replace(rendering, wrong))
            assert (term.english[0], wrong) in found


def test_every_sentence_belongs_to_a_term():
    used = {english for term in TERMS for english, _, _ in examples_of(term)}
    assert [example for example in EXAMPLES if example.english not in used] == []


@pytest.mark.parametrize("example", OTHERS, ids=lambda example: example.english)
def test_where_a_word_means_something_else_nothing_is_found(example):
    named = [term for term in TERMS if example.term in term.english]

    assert named
    assert load_glossary().find_forbidden(example.english, example.chinese) == []
    # Else the sentence would show nothing: a condition keeps the row away, or the English excuses the rendering.
    assert not all(term.is_in(example.english) for term in named) or any(
        wrong in example.chinese for term in named for wrong in term.forbidden
    )


@pytest.mark.parametrize(
    ("english", "chinese", "found"),
    [
        ("An agent acts.", "代理行动。", [("agent", "代理")]),
        ("Agents act.", "智能体行动。", []),
        ("A proxy reward for the agent.", "给智能体的代理奖励。", []),
        (
            "The policy gradient of an agent.",
            "智能体的政策梯度。",
            [("policy", "政策"), ("policy gradient", "政策梯度")],
        ),
        ("Policies of robots.", "机器人的政策。", [("policy", "政策")]),
        ("A policy for energy markets.", "能源市场的政策。", []),
        ("Policymakers use agents to set policy.", "政策制定者用智能体。", []),
        ("LLMs are large.", "法学硕士很大。", [("LLM", "法学硕士")]),
        ("An agentless system.", "无代理系统。", []),
        ("A robot rollout of 8 steps.", "8 步的机器人推出。", [("rollout", "推出")]),
        ("Token budgets of a language model.", "语言模型的代币预算。", [("token", "代币")]),
        ("A token economy on a blockchain.", "区块链上的代币经济。", []),
        ("State of the art results.", "国家的艺术水平。", [("state-of-the-art", "艺术水平")]),
        ("State–action pairs.", "国家行动对。", [("state-action", "国家行动")]),
    ],
)
def test_wrong_renderings_are_found_only_where_the_english_term_means_it(english, chinese, found):
    assert load_glossary().find_forbidden(english, chinese) == found


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("P300 latency of each subject.", "各受试者 P300 的潜伏期。"),
        ("Inverse kinematics and inverse dynamics.", "逆运动学与逆动力学。"),
        ("Manifold reasons for a manifold.", "流形的多方面理由。"),
        ("A gauge theory of metrology.", "计量学的规范理论。"),
        ("Rotating quantum spin.", "旋转的量子自旋。"),
        ("Normalizing flows.", "正则化流。"),
        ("Quantum computing with SGD momentum gains momentum.", "带动量 SGD 的量子计算势头强劲。"),
        ("Points of a point cloud.", "点云点的数目。"),
        ("Cohomology of co-regulated genes.", "共同调控基因的上同调。"),
        ("Finite field codes for few scenarios.", "面向有限场景的有限域编码。"),
        ("Hypothesis tests, assuming test data.", "假设检验，假设测试数据独立。"),
        ("Out-of-distribution food delivery.", "分布外的配送外卖。"),
        ("Embodied AI shows what agents can do.", "具身 AI 体现智能体的能力。"),
        ("Transfer learning to motivate pupils.", "迁移学习用于调动学习积极性。"),
        ("Embeddings of nanoparticles.", "纳米颗粒的埋入。"),
    ],
)
def test_what_is_right_in_another_field_is_forbidden_in_none(english, chinese):
    assert load_glossary().find_forbidden(english, chinese) == []


@pytest.mark.parametrize("wrong", ALWAYS_WRONG)
def test_what_is_known_to_be_wrong_is_forbidden(wrong: str):
    terms = [term for term in TERMS if wrong in term.forbidden]
    assert ALWAYS_WRONG[wrong] in {name for term in terms for name in term.english}


def test_no_term_forbids_what_it_asks_for():
    assert [t.english for t in TERMS for wrong in t.forbidden if any(wrong in right for right in t.chinese)] == []


def test_nothing_excuses_a_terms_own_word():
    """Else a check would never find it, and a reader's own word would never be put in."""
    assert [
        (term.english[0], excuse.english)
        for term in TERMS
        for excuse in load_glossary().also_right
        if set(excuse.english) & set(term.english) and set(excuse.chinese) & {*term.forbidden, term.rendering}
    ] == []


def test_no_forbidden_rendering_says_the_same_as_a_shorter_one():
    assert [
        (term.english[0], wrong)
        for term in TERMS
        for wrong in term.forbidden
        if any(other in wrong for other in term.forbidden if other != wrong)
    ] == []


@pytest.mark.parametrize(
    ("word", "text", "is_there"),
    [
        ("policy", "Two policies.", True),
        ("loss", "Both losses fall.", True),
        ("agent", "AGENTS", True),
        ("agent", "agentless", False),
        ("RAG", "A rag.", False),
        ("RAG", "Two RAGs.", True),
        ("chain-of-thought", "a chain of thought", True),
        ("zero-shot", "zero\u2011shot", True),
        ("E. coli", "E. coli strains", True),
        ("E. coli", "E_ coli", False),
        ("(.*)+$", "(.*)+$", True),
        ("(.*)+$", "anything", False),
    ],
)
def test_words_are_found_in_any_number_with_any_joint_and_as_they_stand(word: str, text: str, is_there: bool):
    assert EnglishWords([word]).are_in(text) is is_there


def test_no_words_are_in_no_text():
    assert not EnglishWords([]).are_in("anything")


def test_the_prompt_has_the_whole_glossary_and_names_its_version():
    glossary, prompt = load_glossary(), load_prompt(Kind.FULL)
    assert str(glossary) in prompt.system
    assert prompt.version.endswith(glossary.version)
    assert "{" not in prompt.system.split("# 例子")[0]


def test_the_prompts_glossary_is_short_enough_and_the_prompt_long_enough_to_be_cached():
    shown = str(load_glossary())
    chinese = sum(ord(character) >= 0x2E80 for character in shown)
    tokens = chinese / CHINESE_CHARS_PER_TOKEN + (len(shown) - chinese) / ENGLISH_CHARS_PER_TOKEN

    assert tokens < MAX_TOKENS
    assert len(load_prompt(Kind.FULL).system) > LONGEST_TOKEN_CHARS * CACHED_FROM_TOKENS


def test_the_prompt_is_the_same_each_time():
    load_prompt.cache_clear()
    first = load_prompt(Kind.FULL)
    load_prompt.cache_clear()
    assert load_prompt(Kind.FULL) == first
