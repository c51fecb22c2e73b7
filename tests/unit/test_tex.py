"""LaTeX between the formulas comes to a model as a person would have typed it."""

import re

import pytest

from digests.papers.listing import read_listing
from digests.summaries.wording.masking import PLACEHOLDER, mask
from digests.summaries.wording.tex import find_plain, read_text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\textbf{Ma\emph{s}k} \texttt{run}", "Mask run"),
        (r"{\it intelligent} {\bf very \em so} and \bf bold", "intelligent very so and bold"),
        (r"\href{https://a.example}{our page} \url{https://b.example}", "our page https://b.example"),
        (r"\textcolor{violet}{https://a.example}", "https://a.example"),
        (r"as shown~\citep{a,b}, and so \cite[p.~3]{c}.", "as shown, and so."),
        (r"as shown by~\cite{a} in Section~\ref{b}", r"as shown by \cite{a} in Section \ref{b}"),
        (r"at $ 5 \sqrt{s}", r"at $ 5 \sqrt{s}"),
        (r"on GitHub.\footnote{https://a.example}", "on GitHub. (https://a.example)"),
        (r"with \num{33000} of 5{,}084 and 84\,000 (B{=}32)", "with 33000 of 5,084 and 84,000 (B=32)"),
        (r"i.e.\ so, 40\,cm\\at 95\% of A\&B", "i.e. so, 40 cm at 95% of A&B"),
        (r"1.74~s, Video~2B, (4,~4), ~45%, 1.5~1.8x, a/~me", "1.74 s, Video 2B, (4, 4), ~45%, 1.5~1.8x, a/~me"),
        (r"Newton--Schulz---so -- and 2--5", "Newton–Schulz—so – and 2–5"),
        ("run --fast now", "run --fast now"),
        ("``so'' and ''chatting'', `dead zone' don't", "“so” and “chatting”, ‘dead zone’ don't"),
        (r"a \eg{} b, \ldots, 5 \times 3 \pm 1", "a e.g. b, …, 5 × 3 ± 1"),
        (
            r"{E3VS-Bench}, {S}ignal and symmet{R}y in {0,1} of x_{max}",
            "E3VS-Bench, Signal and symmetRy in {0,1} of x_{max}",
        ),
        (r"\rev{below \ti{GlassRecon} of} Schr\ödinger\n(so\").", 'below GlassRecon of Schrödinger (so").'),
        ("we present **Mano** and x**2 + y**2", "we present Mano and x**2 + y**2"),
        ("at [this https URL](https://a.example)", "at https://a.example"),
    ],
)
def test_what_a_person_would_have_typed(tex, text):
    assert read_text(tex) == text


@pytest.mark.parametrize(
    ("formula", "plain"),
    [
        (r"$\times$", "×"),
        (r"$93\%$", "93%"),
        (r"$\sim 20$", "~ 20"),
        (r"$>$", ">"),
        (r"$30^\circ$", "30°"),
        (r"$128\times128$", "128×128"),
        (r"\(1{,}024\)", "1,024"),
        ("$k$", None),
        (r"$10^{-3}$", None),
        (r"$n=10$", None),
        (r"$\alpha$", None),
    ],
)
def test_a_formula_that_is_only_a_number_or_a_sign_is_text(formula, plain):
    assert find_plain(formula) == plain


def test_nothing_of_latex_is_left_in_a_day_of_real_abstracts(recorded):
    pages = sorted((recorded / "arxiv-list").glob("cs_new_*_show2000.html"))
    papers = [entry.paper for page in pages for entry in read_listing(page.read_bytes()).entries]
    left = re.compile(r"\\|``|''|~(?![\s\d])|\{,\}|this \w+ URL|\bhref\b")
    found = [(paper.id, hit[0]) for paper in papers if (hit := left.search(mask(paper.abstract).text))]
    assert len(papers) > 400
    assert found == []
    hidden = [piece for paper in papers for piece in mask(paper.abstract).pieces]
    assert len(hidden) > 100
    assert not [piece for piece in hidden if PLACEHOLDER.search(piece)]
