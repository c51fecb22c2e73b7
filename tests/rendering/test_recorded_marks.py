"""Three hundred hits on real papers: every place is the term, and what is marked beside a paper is the place."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from digests.composing.digest import Reason
from digests.keywords.language import Query, parse
from digests.keywords.match import Field, Match, Span
from digests.keywords.matcher import Matcher
from digests.keywords.words import Word, read_words
from digests.papers.paper import Paper
from digests.rendering.latex import split_math, to_text
from digests.rendering.why import build_why
from digests.summaries.summary import Card
from tests.listings import read_listing

_TEX = ("\\", "$", "{", "~")


@pytest.fixture(scope="module")
def hits(recorded: Path) -> list[tuple[Query, Paper, Match]]:
    """Keywords of one to four words, each cut out of a paper that it finds; every second one beside some LaTeX."""
    papers = [paper for path in sorted(recorded.glob("listing/union-2026-02/*")) for paper in read_listing(path)]
    dressed = [paper for paper in papers if any(mark in paper.title + paper.abstract for mark in _TEX)]
    chance = random.Random(2604)
    found: list[tuple[Query, Paper, Match]] = []
    while len(found) < 300:
        paper = chance.choice(dressed if len(found) % 2 else papers)
        query = parse(_cut_keyword(chance, paper))
        for matches in Matcher([query]).match([paper]).values():
            found += [(query, paper, match) for match in matches]
    return found


def _cut_keyword(chance: random.Random, paper: Paper) -> str:
    name, text = chance.choice([("ti", paper.title), ("abs", paper.abstract)])
    words, count = read_words(text), chance.randint(1, 4)
    places = range(max(len(words) - count + 1, 1))
    near = [n for n in places if any(mark in _around(text, words[n : n + count]) for mark in _TEX)]
    begin = chance.choice(near or list(places))
    typed = " ".join(word.text for word in words[begin : begin + count])
    return f'{name}:"{typed}"' if chance.random() < 0.5 else f"{name}:{typed}"


def _around(text: str, words: tuple[Word, ...]) -> str:
    return text[max(words[0].start - 3, 0) : words[-1].end + 3] if words else ""


def text_of(paper: Paper, span: Span) -> str:
    return paper.title if span.field is Field.TITLE else paper.abstract


def words_in(text: str, span: Span) -> list[Word]:
    return [word for word in read_words(text) if span.start < word.end and word.start < span.end]


def find_dressed(text: str) -> Iterator[tuple[int, int]]:
    """What is shown otherwise than as written: formulas; links, of which only the words are shown."""
    place = 0
    for piece, is_math in split_math(text):
        if is_math or "\\href" in piece:
            yield place, place + len(piece)
        place += len(piece)


def test_every_place_is_the_term_from_its_first_word_to_its_last(hits):
    for query, paper, match in hits:
        (term,) = query.terms
        for span in match.spans:
            inside = words_in(text_of(paper, span), span)
            assert (inside[0].start, inside[-1].end) == (span.start, span.end), query.typed
            read = [word.text if term.is_quoted else word.folded for word in inside]
            assert read == [word.text for word in term.words], query.typed


def test_the_marks_hold_the_places_and_the_words_around_them_are_the_papers(hits):
    plain = 0
    for query, paper, match in hits:
        (place,) = build_why((Reason(query.typed, match.spans),), Card(paper), "en").places
        marked = [piece.text for piece in place.pieces if piece.is_hit]
        assert marked, query.typed
        text = text_of(paper, match.spans[0])
        formulas = list(find_dressed(text))
        if any(start < span.end and span.start < end for start, end in formulas for span in match.spans):
            continue
        plain += 1
        first = words_in(text, match.spans[0])
        assert [word.text for word in read_words(marked[0])] == [word.text for word in first], query.typed
        shown = "".join(piece.text for piece in place.pieces).split("…")
        assert all(part.strip() in to_text(text) for part in shown), query.typed
    assert plain > 150
