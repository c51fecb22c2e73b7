"""Each check finds its fault, and a good translation has none."""

import re

import pytest

from digests.errors import SummaryRejected
from digests.phrases import load_phrases
from digests.summaries.answer import Draft, parse_answer
from digests.summaries.fidelity import HARMLESS, UNREADABLE, Fault, Source, build_source, find_faults
from digests.summaries.glossary import load_glossary
from digests.summaries.masking import Masked
from digests.summaries.numbers import find_invented, find_lost
from digests.summaries.prompt import load_prompt
from tests.builders import make_paper

PAPER = make_paper(
    title=r"SlowLeaf: Pruning $\tau$-Rollouts for Agents",
    abstract=(
        r"Long-horizon agents waste most of their rollouts on dead ends, which costs compute, money and patience in "
        r"every training run that we know of. We present SlowLeaf, which prunes below $\tau_{0}$ and for every $k$. "
        r"On 3 benchmarks it cuts token usage by 46\% with a language model. Code: https://code.example/slowleaf."
    ),
)
GOOD = {
    "title": "SlowLeaf:为智能体剪除 ⟦1⟧-rollout",
    "tldr": "SlowLeaf 提前剪除无望的 rollout,在 3 个基准上节省 46% 的 token。",
    "abstract": (
        "长时程智能体把大部分 rollout(轨迹采样)浪费在死路上,在我们所知的每一次训练中都耗费算力、金钱和耐心。"
        "我们提出 SlowLeaf,它对每个 $k$ 剪除低于 ⟦2⟧ 的部分。"
        "在 3 个基准上,它借助语言模型把 token 用量降低了 46%。代码见:⟦3⟧。"
    ),
    "points": {"problem": "浪费严重。", "method": "提前剪除。", "result": "省 46%。", "meaning": "代码公开。"},
}


def faults_of(**changes) -> list[str]:
    points = {**GOOD["points"], **changes.pop("points", {})}
    draft = Draft.model_validate({**GOOD, **changes, "points": points})
    return [str(fault) for fault in find_faults(build_source(PAPER), draft, load_glossary())]


def abstract_with(old: str, new: str) -> str:
    assert old in GOOD["abstract"]
    return GOOD["abstract"].replace(old, new)


def test_a_good_translation_has_no_fault():
    assert faults_of() == []


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"abstract": abstract_with("⟦2⟧", "")}, ["placeholder: ⟦2⟧", r"formula: $\tau_{0}$"]),
        ({"abstract": abstract_with("⟦2⟧", "⟦2⟧⟦2⟧")}, ["placeholder: ⟦2⟧", r"formula: $\tau_{0}$"]),
        ({"abstract": abstract_with("⟦3⟧", "⟦3⟧⟦9⟧")}, ["placeholder: ⟦9⟧"]),
        ({"title": "SlowLeaf:为智能体剪除 rollout"}, ["placeholder: ⟦1⟧", r"formula: $\tau$"]),
        ({"tldr": "SlowLeaf 用 ⟦7⟧ 提前剪除无望的 rollout,在 3 个基准上有效。"}, ["placeholder: ⟦7⟧"]),
        ({"abstract": abstract_with("$k$", "k")}, ["formula: $k$"]),
        ({"abstract": abstract_with("$k$", "$k美元")}, ["formula: $", "formula: $k$"]),
        ({"points": {"method": "提前\t剪除"}}, ["control: method"]),
        ({"tldr": "  "}, ["blank: tldr"]),
        ({"points": {"result": ""}}, ["blank: result"]),
        ({"abstract": abstract_with("46%", "许多")}, ["number_lost: 46"]),
        ({"tldr": "SlowLeaf 提前剪除无望的 rollout,节省 64% 的 token。"}, ["number_invented: 64"]),
        (
            {"abstract": abstract_with("。代码见", ",见 https://bad.example/x。代码见")},
            ["link_invented: https://bad.example/x"],
        ),
        ({"abstract": abstract_with("智能体", "代理")}, ["term: agent→代理"]),
        ({"title": "慢叶:为智能体剪除 ⟦1⟧-rollout"}, ["name_lost: SlowLeaf"]),
        ({"abstract": GOOD["abstract"].removesuffix("⟦3⟧。") + "⟦3⟧,而且"}, ["unfinished"]),
        ({"abstract": GOOD["abstract"] + "这段文字描述了剪枝。"}, ["meta: 这段文字"]),
        ({"abstract": abstract_with("我们提出", "<b>我们</b>提出")}, ["markup: <b>", "markup: </b>"]),
        ({"abstract": "我们提出 SlowLeaf,对每个 $k$ 剪除 ⟦2⟧,3 个基准上降 46%,见 ⟦3⟧。"}, ["too_short"]),
        ({"abstract": GOOD["abstract"] + "而且" * 60 + "。"}, ["too_long"]),
        ({"points": {"problem": "浪费" * 60}}, ["too_long: problem"]),
        ({"points": {"problem": "浪费" * 30}}, ["point_form: problem"]),
        ({"tldr": "剪枝省算力。"}, ["tldr_form"]),
        ({"tldr": "SlowLeaf 提前剪除无望的轨迹," * 6 + "省算力。"}, ["tldr_form"]),
        ({"tldr": "SlowLeaf 提前剪除无望的轨迹," * 12 + "省算力。"}, ["too_long: tldr"]),
        ({"tldr": "SlowLeaf 提前剪除没有希望的轨迹。它在 3 个基准上都节省了算力。"}, ["tldr_form"]),
        ({"title": "SlowLeaf: Pruning ⟦1⟧-Rollouts for Patient Agents"}, ["not_chinese: title"]),
        (
            {"tldr": "SlowLeaf prunes rollouts early and saves 46% of the tokens on 3 benchmarks."},
            ["not_chinese: tldr"],
        ),
        ({"points": {"method": "Prune each rollout as soon as its value drops."}}, ["not_chinese: method"]),
        (
            {"abstract": "We present SlowLeaf, ⟦2⟧ $k$ 3 46 and it prunes a great deal. 代码见 ⟦3⟧。"},
            ["not_chinese", "too_short"],
        ),
    ],
)
def test_a_fault_is_found(changes, faults):
    assert faults_of(**changes) == faults


@pytest.mark.parametrize(
    "changes",
    [
        {"tldr": "SlowLeaf 提前剪除无望的轨迹,回答“何时该放弃？”这一问题,并节省算力。"},
        {"tldr": "针对死路浪费算力的问题,SlowLeaf " + "提前剪除轨迹,节省算力," * 6 + "有效。"},
        {"points": {"method": "提前剪除轨迹。" * 8, "result": "SlowLeaf 在 Atari 与 Meta World 上省 46%。"}},
    ],
)
def test_a_form_that_is_nearly_as_promised_is_no_fault(changes):
    assert faults_of(**changes) == []


def test_a_title_may_be_one_name():
    source = build_source(make_paper(title="Gemini 1.5 Pro", abstract="We study."))
    draft = Draft.model_validate(GOOD | {"title": "Gemini 1.5 Pro", "tldr": "我们研究。", "abstract": "我们研究。"})
    assert "not_chinese" not in [fault.code for fault in find_faults(source, draft, load_glossary())]


def test_the_prompt_s_own_example_obeys_the_prompt():
    title, abstract, answer = re.search(
        r"<title>(SlowLeaf.*?)</title>\n<abstract>(.*?)</abstract>.*?(\{\"title.*\})",
        load_prompt("zh").system,
        re.DOTALL,
    ).groups()
    source = Source(Masked(title, ()), Masked(abstract, ("$0.1$", "https://a.example")))
    draft = parse_answer(answer)
    assert find_faults(source, draft, load_glossary()) == ()
    assert 40 <= len(draft.tldr) <= 80
    assert max(map(len, draft.points.model_dump().values())) <= 45


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_fault_has_its_sentence(language):
    codes = {"number_lost", "number_invented", "link_invented", "term", "name_lost", "unfinished", "meta", "markup"}
    codes |= UNREADABLE | HARMLESS | {"too_long", "too_short", "refused", "bad_request", "unavailable", "closed"}
    assert set(load_phrases(language).section("faults")) == codes


def test_what_cannot_be_read_is_told_from_what_is_doubtful():
    assert Fault("placeholder", "⟦1⟧").is_unreadable
    assert not Fault("term", "agent→代理").is_unreadable


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("1.5M images", "150 万张图像"),
        ("40,000 users and 2 billion rows", "4万名用户与20亿行"),
        ("three of 5 tasks", "五项任务中的三项"),
        ("Qwen3-4B and GPT-4 in 3D", "两个模型"),
        ("a 2x speed-up, 10k steps", "2 倍加速,1 万步"),
        ("from 54.2 to 58.9", "从54.2升至58.9"),
        ("the 20th run of 2026", "2026 年的第 20 次"),
        ("an order of magnitude faster by half", "快 10 倍,减少 50%"),
        ("twenty-five of ninety nine tasks, sixteen of them new", "99 项任务中的 25 项,其中 16 项是新的"),
        ("one hundred and fifty users, two hundred thousand rows", "150 名用户,20 万行"),
        ("a fivefold gain", "提升 5 倍"),
        ("25 K images at 300 K", "2.5 万张图像,温度 300 K"),
        ("12 tasks of 350", "三百五十项任务中的十二项"),
    ],
)
def test_a_number_may_change_its_form(english, chinese):
    assert (find_lost(english, chinese), find_invented(chinese, english)) == ([], [])


@pytest.mark.parametrize(
    ("english", "chinese", "lost", "invented"),
    [
        ("gains 46.3 points", "提升 43.6 点", ["46.3"], ["43.6"]),
        ("1.5M images", "15 万张图像", ["1.5"], ["15"]),
        ("12 tasks", "一些任务", ["12"], []),
        ("some tasks", "95% 的任务", [], ["95"]),
        ("sixteen tasks, two hundred users", "6 项任务,400 名用户", [], ["6", "400"]),
        ("16 tasks", "十五项任务", ["16"], []),
    ],
)
def test_a_changed_number_is_found(english, chinese, lost, invented):
    assert (find_lost(english, chinese), find_invented(chinese, english)) == (lost, invented)


JSON = '{"title":"题","tldr":"句。","abstract":"摘要。","points":{"problem":"甲","method":"乙","result":"丙","meaning":"丁"}}'
SECTIONS = "【title】\n题\n【tldr】\n句。\n【abstract】\n摘要。\n【problem】\n甲\n【method】\n乙\n【result】\n丙\n【meaning】\n丁"


@pytest.mark.parametrize(
    "text",
    [
        JSON,
        f"```json\n{JSON}\n```",
        f"<think>{{hm}}</think>{JSON}",
        f"好的:\n{JSON}",
        SECTIONS,
        f"<think>…</think>\n{SECTIONS}",
        f"先想一想</think>\n{JSON}",
        f"the schema is {{a}}</think>\n```json\n{JSON}\n```",
        f"先想一想</think>好的:{JSON}",
        f"<think>写在【title】里</think>\n{SECTIONS}",
    ],
)
def test_an_answer_is_read_in_every_form(text):
    assert parse_answer(text) == Draft.model_validate_json(JSON)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("显着**提升**", "显著提升"),
        ("一句。\\n又一句。", "一句。又一句。"),
        ("问题:浪费", "浪费"),
        ("甲\u202e乙", "甲乙"),
        ("a &lt; b", "a < b"),
        ("模型在 <think> 里思考,</think> 后作答", "模型在 <think> 里思考,</think> 后作答"),
        ('</think>{\\"a\\"}', '</think>{"a"}'),
    ],
)
def test_small_faults_are_put_right_without_a_model(written, read):
    assert parse_answer(JSON.replace('"甲"', f'"{written}"')).points.problem == read


def test_a_lone_backslash_is_read_and_a_swallowed_one_stays_visible():
    assert parse_answer(JSON.replace("甲", r"\alpha \(x\)")).points.problem == r"\alpha \(x\)"
    assert parse_answer(JSON.replace("甲", r"5\times")).points.problem == "5\times"


@pytest.mark.parametrize(
    "text", ["", "对不起", JSON[:60], '{"title":"题"}', "[]", JSON.replace('"题"', "7"), "【title】\n题"]
)
def test_an_answer_that_cannot_be_read_is_rejected(text):
    with pytest.raises(SummaryRejected) as caught:
        parse_answer(text)
    assert caught.value.faults == ("unparseable",)
