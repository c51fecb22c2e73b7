"""The terms we ask for, and the renderings we know to be wrong."""

import pytest

from digests.summaries.glossary import load_glossary
from digests.summaries.prompt import load_prompt

# A token of Chinese and English text is never longer than this many characters (measured 1.9 and 5.1 on average).
LONGEST_TOKEN_CHARS = 3
CACHED_FROM_TOKENS = 1024


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
        ("A policy for energy markets.", "能源市场的政策。", []),
        ("Policymakers use agents to set policy.", "政策制定者用智能体。", []),
        ("LLMs are large.", "法学硕士很大。", [("LLM", "法学硕士")]),
        ("An agentless system.", "无代理系统。", []),
        ("A rollout of 8 steps.", "8 步的推出。", [("rollout", "推出")]),
        ("Token budgets of a language model.", "语言模型的代币预算。", [("token", "代币")]),
        ("A token economy on a blockchain.", "区块链上的代币经济。", []),
    ],
)
def test_wrong_renderings_are_found_only_where_the_english_term_means_it(english, chinese, found):
    assert load_glossary().find_forbidden(english, chinese) == found


def test_the_glossary_is_large_and_each_english_form_is_there_once():
    forms = [form for term in load_glossary().terms for form in term.english]
    assert len(load_glossary().terms) >= 60
    assert len(forms) == len(set(forms))


def test_no_term_forbids_what_it_asks_for():
    assert [t.english for t in load_glossary().terms for wrong in t.forbidden if wrong in t.chinese] == []


def test_the_prompt_has_the_whole_glossary_and_names_its_version():
    glossary, prompt = load_glossary(), load_prompt("zh")
    assert str(glossary) in prompt.system
    assert prompt.version.endswith(glossary.version)
    assert "{" not in prompt.system.split("# 例子")[0]


def test_the_prompt_is_long_enough_to_be_cached_and_the_same_each_time():
    assert len(load_prompt("zh").system) > LONGEST_TOKEN_CHARS * CACHED_FROM_TOKENS
    load_prompt.cache_clear()
    first = load_prompt("zh")
    load_prompt.cache_clear()
    assert load_prompt("zh") == first


def test_a_language_without_a_prompt_is_refused():
    with pytest.raises(FileNotFoundError):
        load_prompt("eo")
