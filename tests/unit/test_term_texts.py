"""Renderings of a reader's own, as people write them."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.errors import InputError
from digests.subscribers.term_texts import MAX_CHARS, TermWish, parse_term
from tests.store.subscriber_steps import code_of


@pytest.mark.parametrize(
    "text",
    [
        "rollout = 轨迹采样",
        "rollout=轨迹采样",
        "Rollout ＝ 轨迹采样",
        "ｒｏｌｌｏｕｔ：轨迹采样",
        "rollout: 轨迹采样",
        "rollout → 轨迹采样",
        "rollout -> 轨迹采样",
        "rollout => 轨迹采样",
        "rollout - 轨迹采样",
        "rollout — 轨迹采样",
        "rollout 轨迹采样",
        "rollout轨迹采样",
        "  rollout \n =  轨迹采样 ",
        "轨迹采样 = rollout",
    ],
)
def test_a_term_has_two_sides_however_they_are_written(text: str):
    assert parse_term(text) == TermWish("rollout", "轨迹采样")


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("chain‑of—thought = 思维链", TermWish("chain-of-thought", "思维链")),
        ("actor-critic 演员-评论家", TermWish("actor-critic", "演员-评论家")),
        ("MoE = MoE(混合专家)", TermWish("moe", "MoE(混合专家)")),
        ("rollout = 軌跡採樣", TermWish("rollout", "軌跡採樣")),
        ("C++ = C++ 语言", TermWish("c++", "C++ 语言")),
        ("Schrödinger bridge = 薛定谔桥", TermWish("schrödinger bridge", "薛定谔桥")),
    ],
)
def test_the_english_is_folded_and_the_chinese_stays_as_it_was_typed(text: str, wish: TermWish):
    assert parse_term(text) == wish


@pytest.mark.parametrize("text", ["rollout =", "rollout ＝ ", "-rollout", "- Rollout", "—rollout", "rollout →"])
def test_without_chinese_a_term_is_to_go(text: str):
    assert parse_term(text) == TermWish("rollout")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_term"),
        (" \n", "no_term"),
        ("rollout", "bad_term"),
        ("轨迹采样", "bad_term"),
        ("=", "bad_term"),
        ("-", "bad_term"),
        ("= 轨迹采样", "bad_term"),
        ("rollout = sampling", "term_no_chinese"),
        ("rollout = 42", "term_no_chinese"),
        ("轨迹 = 采样", "term_no_english"),
        ("42 = 采样", "term_no_english"),
        ("agent = Agent", "term_same"),
        ("智能体 = 智能体", "term_same"),
        ("<b>agent</b> = 智能体", "term_sign"),
        ("agent = <b>智能体</b>", "term_sign"),
        ("agent = 见 https://example.org", "term_sign"),
        ("agent = 智能体 = 主体", "term_sign"),
        ("a_b = 好", "term_sign"),
        ("the = 的", "term_everyday"),
        ("of the = 的", "term_everyday"),
        ("LLM = 大模型, agent = 代理", "terms_at_once"),
        ("LLM：大模型；agent：代理", "terms_at_once"),
        ("LLM = 大模型\nagent = 代理", "terms_at_once"),
        ("$x$ = 好", "term_sign"),
        ("agent\x00 = 好", "term_sign"),
        ("agent = 好\u202e", "term_sign"),
        ("agent = ⟦1⟧好", "term_sign"),
        ("agent = 好😀", "term_sign"),
        ("a" * (MAX_CHARS + 1) + " = 好", "term_too_long"),
        ("a = " + "好" * (MAX_CHARS + 1), "term_too_long"),
        ("a " * 4000, "term_too_long"),
    ],
)
def test_what_is_no_term_is_refused_with_a_sentence(text: str, code: str):
    assert code_of(lambda: parse_term(text)) == f"chat.{code}"


@settings(max_examples=200, deadline=None)
@given(st.text() | st.text("a智= -<:→\x00\u200b"))
def test_whatever_is_typed_is_a_term_that_fits_a_row_or_is_refused(text: str):
    with suppress(InputError):
        wish = parse_term(text)
        assert 0 < len(wish.english) <= MAX_CHARS
        assert len(wish.chinese) <= MAX_CHARS
        assert not set("<>&$\\{}⟦⟧\x00") & set(wish.english + wish.chinese)
