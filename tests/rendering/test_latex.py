"""LaTeX as people read it."""

import json
import re
import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from digests.rendering.latex import clean, read, split_math, to_text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"10% of \emph{large} \textbf{gains}, 5\% more", "10% of large gains, 5% more"),
        (r"Schr\"odinger, G{\"o}del, {\L}ojasiewicz, \'\i", "Schrödinger, Gödel, Łojasiewicz, í"),
        (r"Pe\~narrubia, A\~no, S\~ao", "Peñarrubia, Año, São"),
        ("cost $5 to $10 today", "cost $5 to $10 today"),
        ("about ~45% and Fig.~3 and T$^*$~too", "about ~45% and Fig. 3 and T* too"),
        (r"\emph{at} https://a.example/~me/x", "at https://a.example/~me/x"),
        (r"$\beta_{ij}$ and $\int_0^1 x_t^2$", "βᵢⱼ and ∫₀¹ xₜ²"),
        (r"$\|x_t\|^2$ in $\mathbb{R}^d$", "‖xₜ‖² in ℝᵈ"),
        (r"$\mathcal{O}(n^{-1/2})$", "O(n^(−1/2))"),
        (r"$\tilde{O}(\sqrt{dB}\log n)$", "Õ(√(dB) log n)"),
        (r"$\frac{1-K}{N}$", "(1−K)/N"),
        (r"$90^\circ$ and $\pi_\theta$", "90° and π_θ"),
        (r"math$\rightarrow$science", "math→science"),
        (r"\(CCZ\) and \[x\]", "CCZ and x"),
        (r"\begin{equation*} a\leq b \end{equation*} so", "a≤ b so"),
        (r"we present \method (from \citep{x} \textsc{Old})", "we present method (from Old)"),
        (r"see \url{https://a.example/b_c} or \href{https://x.example}{here}", "see https://a.example/b_c or here"),
        ("``so'' --- yes", "“so” — yes"),
        (r"R\&D, S&P 500, C#, a_b, x^2", "R&D, S&P 500, C#, a_b, x^2"),
        ("$\\text{pre-train}$ but $a-b$", "pre-train but a−b"),
        (r"unbalanced {brace \emph{x", "unbalanced brace x"),
        ("a\u202eb\x00c\nd", "abc d"),
        ("", ""),
    ],
)
def test_it_reads_like_text(tex, text):
    assert to_text(tex) == text


def test_html_has_real_scripts_and_no_markup_of_its_own():
    assert escape(read("$x_i^{a<b}$ <b>&amp;")) == "x<sub>i</sub><sup>a&lt;b</sup> &lt;b&gt;&amp;amp;"


def test_a_clip_ends_with_a_sentence():
    assert str(read("First one. Second one. Third one that is long.").clip(30)) == "First one. Second one."
    assert str(read("第一句。第二句。第三句很长很长。").clip(10)) == "第一句。第二句。"


def test_a_clip_without_a_sentence_says_that_it_goes_on():
    assert str(read("one two three four five").clip(16)) == "one two three…"
    assert len(str(read("x" * 100).clip(16))) == 17


def test_what_is_short_is_not_clipped():
    assert read("Short $x^2$.").clip(5).text == "Short $x^2$."[:5] + "…"
    assert read("Short $x^2$.").clip(50) is read("Short $x^2$.")


_FRAGMENTS = st.sampled_from(
    [
        *"\\{}$^_~&%#'\"` ab1",
        r"\emph{",
        r"\frac",
        r"\sqrt",
        r"\alpha",
        r"\left(",
        r"\begin{align}",
        r"\end{align}",
        r"\(",
        r"\)",
        r"\unknown",
        "世界",
    ]
)


@given(st.lists(_FRAGMENTS, max_size=40).map("".join))
def test_nothing_raises_and_html_is_always_safe(tex):
    html = str(escape(read(tex)))
    assert set(re.findall(r"<(?!/?su[bp]>)", html)) == set()
    assert html.count("<sub>") == html.count("</sub>")
    assert to_text(tex) == " ".join(to_text(tex).split())


@given(st.lists(_FRAGMENTS, max_size=40).map("".join))
def test_split_pieces_are_the_source(tex):
    assert "".join(piece for piece, _ in split_math(tex)) == tex


@given(st.text(st.sampled_from(string.ascii_letters + string.digits + " {}$^_"), max_size=60))
def test_no_letter_is_lost(tex):
    assert _letters(to_text(tex)) == _letters(tex)


def _letters(text):
    return [char for char in unicodedata.normalize("NFKC", text) if char.isalnum()]


@given(st.text(max_size=40))
def test_clean_text_has_no_control_and_no_direction(text):
    kept = {unicodedata.category(char) for char in clean(text) if char not in "\u200c\u200d"}
    assert not kept & {"Cc", "Cf", "Co", "Cs"}


def test_real_abstracts_show_no_commands(recorded):
    """Four thousand real ones; 2 in 10,000 dollars are somebody's own slip."""
    odd, seen = [], 0
    for path in sorted((recorded / "listing").glob("*/*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            paper = json.loads(line)
            for text in (paper["title"], paper.get("summary") or ""):
                seen += 1
                odd += [text for _ in re.findall(r"\\[A-Za-z]{2,}|[$]\S*[$]", to_text(text))]
    assert seen > 1000
    assert odd == []
