"""Matched words in the sentence around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.keywords.match import Field, Span
from digests.rendering.context import show_hits

ABSTRACT = (
    r"We learn a \textbf{world model} for Schr\"odinger bridges with $\pi_\theta$ policies and evaluate it on 10\% of the "
    r"tasks, where the World Model is trained for many steps, and much later on another robot arm that nobody has seen."
)


def show(*terms, text=ABSTRACT):
    spans = [Span(term, Field.ABSTRACT, text.find(term), text.find(term) + len(term)) for term in terms]
    return "".join(f"[{piece.text}]" if piece.is_hit else piece.text for piece in show_hits(text, spans))


@pytest.mark.parametrize(
    ("terms", "shown"),
    [
        (["world model"], "We learn a [world model] for Schrödinger bridges with π_θ policies …"),
        ([r"Schr\"odinger"], "We learn a world model for [Schrödinger] bridges with π_θ policies and evaluate it …"),
        ([r"\pi"], "… model for Schrödinger bridges with [π_θ] policies and evaluate it on 10% of the …"),
        (["seen"], "… another robot arm that nobody has [seen]."),
        (
            ["world", "seen"],
            "We learn a [world] model for Schrödinger bridges with π_θ … another robot arm that nobody has [seen].",
        ),
        (["world", "world model", "model"], "We learn a [world model] for Schrödinger bridges with π_θ policies …"),
    ],
)
def test_the_hit_is_marked_and_the_rest_is_left_out(terms, shown):
    assert show(*terms) == shown


@pytest.mark.parametrize(
    ("text", "terms", "shown"),
    [
        ("cs.LG cs.AI", ["cs.LG", "cs.AI"], "[cs.LG] [cs.AI]"),
        (r"The \emph{FM UIA}~2026 challenge", ["UIA"], "The FM [UIA] 2026 challenge"),
        ("The FM-UIA~2026 challenge", ["UIA"], "The FM-[UIA] 2026 challenge"),
        ("A compound  $~RbFe_2$ is", ["RbFe"], "A compound [RbFe₂] is"),
    ],
)
def test_blanks_are_single_and_outside_the_marks(text, terms, shown):
    assert show(*terms, text=text) == shown


def test_a_place_that_is_not_there_shows_nothing():
    assert show_hits("short", [Span("x", Field.ABSTRACT, 90, 95)]) == ()


@given(
    st.text("ab $\\{}^_\ue000\ue001世", max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4),
)
def test_no_place_and_no_text_raises(text, places):
    pieces = show_hits(text, [Span("x", Field.TITLE, min(place), max(place)) for place in places])
    assert not any("\ue000" in piece.text or "\ue001" in piece.text for piece in pieces)
