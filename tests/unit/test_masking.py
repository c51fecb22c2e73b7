"""What a model must not touch comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.summaries.masking import (
    clean,
    find_formulas,
    has_control_characters,
    mask,
    unmask,
    without_format_characters,
)

# Pieces of LaTeX, links and placeholders in any order and number, broken ones too.
LATEX_BITS = r"""$ $$ \ \( \) \[ \] { } \textbf{ \emph{a} \href{u}{t} \% \$ ⟦ 1 ⟧ ⟦1⟧ $k$ $\alpha_1$ `` '' é 中"""
OTHER_BITS = ["https://a.example/b", "x@y.example", " ", "\x00"]
BROKEN_LATEX = st.lists(st.sampled_from([*LATEX_BITS.split(), *OTHER_BITS]), max_size=24).map("".join)


@given(st.one_of(BROKEN_LATEX, st.text(max_size=60)))
def test_unmasking_gives_back_the_cleaned_text(text):
    masked = mask(text)
    assert unmask(masked.text, masked) == clean(text)


@given(BROKEN_LATEX)
def test_no_backslash_leaves_the_house(text):
    assert "\\" not in mask(text).text


@pytest.mark.parametrize(
    ("text", "masked", "pieces"),
    [
        (r"low-$k$ reasoning", "low-$k$ reasoning", ()),
        (r"a 5$\times$ gain", "a 5⟦1⟧ gain", (r"$\times$",)),
        (r"$O(\sqrt{T}+n)$ regret and $n=10$", "⟦1⟧ regret and ⟦2⟧", (r"$O(\sqrt{T}+n)$", "$n=10$")),
        (r"\(x\) or \[y\] or $$z^2$$", "⟦1⟧ or ⟦2⟧ or ⟦3⟧", (r"\(x\)", r"\[y\]", "$$z^2$$")),
        ("it costs $5 and $10 a day", "it costs $5 and $10 a day", ()),
        ("it costs $5-$10 a day", "it costs $5-$10 a day", ()),
        (r"at $\sim$20 K, $x_1$2", "at ⟦1⟧20 K, ⟦2⟧2", (r"$\sim$", "$x_1$")),
        ("at https://code.example/a_b.html.", "at ⟦1⟧.", ("https://code.example/a_b.html",)),
        ("see (github.com/some/thing).", "see (⟦1⟧).", ("github.com/some/thing",)),
        ("doi 10.1234/abc.5, mail a.b@c.example!", "doi ⟦1⟧, mail ⟦2⟧!", ("10.1234/abc.5", "a.b@c.example")),
        (r"mAP@0.5 with Qwen2.5/Llama", "mAP@0.5 with Qwen2.5/Llama", ()),
        (r"a \cite{x} and \foo", "a ⟦1⟧ and ⟦2⟧", (r"\cite{x}", r"\foo")),
        ("a literal ⟦7⟧ of the author", "a literal ⟦1⟧ of the author", ("⟦7⟧",)),
        ("one $ alone", "one $ alone", ()),
    ],
)
def test_what_is_hidden(text, masked, pieces):
    hidden = mask(text)
    assert (hidden.text, hidden.pieces) == (masked, pieces)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (r"95\% of \textbf{bold \emph{both}}", "95% of bold both"),
        (r"\href{https://a.example}{our page}", "our page"),
        ("``quoted''", "“quoted”"),
        ("zero\u200bwidth \u202eturned\u202c", "zerowidth turned"),
        ("a\ttab\n and a line", "a tab and a line"),
        (r"\textbf{a $x_{1}$ b}", r"a $x_{1}$ b"),
        (r"$10\%$ stays a formula", r"$10\%$ stays a formula"),
    ],
)
def test_cleaning(text, cleaned):
    assert clean(text) == cleaned


def test_two_texts_share_one_numbering():
    title = mask(r"On $\alpha$")
    abstract = mask(r"We study $\beta$.", first=2)
    assert abstract.text == "We study ⟦2⟧."
    assert unmask("⟦2⟧ 与 ⟦1⟧ 与 ⟦9⟧", title, abstract) == r"$\beta$ 与 $\alpha$ 与 ⟦9⟧"


def test_a_formula_that_json_swallowed_shows_as_control_characters():
    assert has_control_characters("O(\text{T})")
    assert not has_control_characters("一行\n又一行")


def test_formulas_are_found_in_chinese_text_without_blanks():
    assert find_formulas(r"在$k$与$\ell^2$之间") == ["$k$", r"$\ell^2$"]


def test_bidirectional_marks_are_removed_from_an_answer():
    assert without_format_characters("甲\u202e乙\u200b") == "甲乙"
