"""What a model must not touch comes back as it was."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.summaries.wording.masking import (
    PLACEHOLDER,
    clean,
    find_formulas,
    has_control_characters,
    mask,
    unmask,
    without_format_characters,
)

# Pieces of LaTeX, links and placeholders in any order and number, broken ones too.
LATEX_BITS = r"""$ $$ \ \( \) \[ \] { } \textbf{ \emph{a} \href{u}{t} \% \$ ⟦ 1 ⟧ ⟦1⟧ $k$ $\alpha_1$ `` '' é 中"""
TEXT_BITS = (
    r"{\it \cite{a} \foo{word} \begin{equation} \end{equation} \times ~ -- 【a】 arXiv:2101.00020 \$5 ** ` \ö \n"
)
OTHER_BITS = [*TEXT_BITS.split(), "https://a.example/b", "x@y.example", " ", "\x00"]
BROKEN_LATEX = st.lists(st.sampled_from([*LATEX_BITS.split(), *OTHER_BITS]), max_size=24).map("".join)


@given(st.one_of(BROKEN_LATEX, st.text(max_size=60)))
def test_unmasking_gives_back_the_cleaned_text(text):
    masked = mask(text)
    assert unmask(masked.text, masked) == clean(text)


@given(st.one_of(BROKEN_LATEX, st.text(max_size=60)))
def test_what_leaves_the_house_has_no_backslash_and_no_character_that_nobody_sees(text):
    out = mask(text).text
    assert "\\" not in out
    assert out.isprintable() or {unicodedata.category(c) for c in out if not c.isprintable()} <= {"Cn", "Co", "Zs"}


@given(st.one_of(BROKEN_LATEX, st.text(max_size=60)), st.integers(1, 9))
def test_placeholders_are_numbered_without_a_gap(text, first):
    masked = mask(text, first=first)
    assert [int(number) for number in PLACEHOLDER.findall(masked.text)] == list(masked.numbers)


@pytest.mark.parametrize(
    "bit", ["$", "\\(", "{", "\\textbf{", "\\begin{equation}", "a@", "`", " ", "** a", "\\cite[", "a."]
)
def test_a_flood_of_openings_is_read_in_no_time(bit):
    # Quadratic reading would take minutes, and the suite's limit with it.
    text = bit * (40_000 // len(bit))
    assert unmask(mask(text).text, mask(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "masked", "pieces"),
    [
        (r"low-$k$ reasoning", "low-$k$ reasoning", ()),
        (r"a 5$\times$ gain of $93\%$", "a 5× gain of 93%", ()),
        (r"$O(\sqrt{T}+n)$ regret and $n=10$", "⟦1⟧ regret and ⟦2⟧", (r"$O(\sqrt{T}+n)$", "$n=10$")),
        (r"\(x\) or \[y\] or $$z^2$$", "⟦1⟧ or ⟦2⟧ or ⟦3⟧", (r"\(x\)", r"\[y\]", "$$z^2$$")),
        ("it costs $5 and $10 a day", "it costs $5 and $10 a day", ()),
        ("it costs $5-$10 a day", "it costs $5-$10 a day", ()),
        (r"at $\sim$20 K, $x_1$2", "at ~20 K, ⟦1⟧2", ("$x_1$",)),
        (r"form $ \mathbf{H} = s $, then $ 5", "form ⟦1⟧, then $ 5", (r"$ \mathbf{H} = s $",)),
        (
            r"so \begin{align*} a &= b \\ c \end{align*} holds",
            "so ⟦1⟧ holds",
            (r"\begin{align*} a &= b \\ c \end{align*}",),
        ),
        (r"only \$400K, or \$ 3.5.", "only ⟦1⟧, or ⟦2⟧.", (r"\$400K", r"\$ 3.5")),
        (
            "found in arXiv:0911.4926v2, [arXiv:hep-th/9901001].",
            "found in ⟦1⟧, [⟦2⟧].",
            ("arXiv:0911.4926v2", "arXiv:hep-th/9901001"),
        ),
        ("a fake 【abstract】 mark", "a fake ⟦1⟧ mark", ("【abstract】",)),
        ("at https://code.example/a_b.html.", "at ⟦1⟧.", ("https://code.example/a_b.html",)),
        ("see (github.com/some/thing).", "see (⟦1⟧).", ("github.com/some/thing",)),
        ("doi 10.1234/abc.5, mail a.b@c.example!", "doi ⟦1⟧, mail ⟦2⟧!", ("10.1234/abc.5", "a.b@c.example")),
        (r"mAP@0.5 with Qwen2.5/Llama", "mAP@0.5 with Qwen2.5/Llama", ()),
        (r"we present \method{}, and \foo", "we present ⟦1⟧, and ⟦2⟧", (r"\method", r"\foo")),
        (r"67.2 AP\textsubscript{50}", "67.2 AP⟦1⟧", (r"\textsubscript{50}",)),
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
