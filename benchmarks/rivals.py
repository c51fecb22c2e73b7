"""Whoever answers the queries: our index, and what a person would use instead."""

import re
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from ahocorasick_rs import AhoCorasick
from texts import Kind

from digests.keywords.language import read_canonical
from digests.keywords.query_index import QueryIndex
from digests.keywords.words import read_words
from digests.papers.paper import Paper

#: By query: numbers of papers, or those bits of an integer.
Hits = Mapping[str, Sequence[int] | int]


class Rival(Protocol):
    def build(self, queries: Iterable[tuple[str, str]]) -> int:
        """Take kind and canonical form of each; returns how many of them it can answer."""

    def match(self, papers: Sequence[Paper]) -> Hits:
        """From the papers' own text, normalising included."""


class Ours:
    def __init__(self) -> None:
        self._index = QueryIndex()

    def build(self, queries: Iterable[tuple[str, str]]) -> int:
        for _, text in queries:
            self._index.add(read_canonical(text))
        return len(self._index)

    def match(self, papers: Sequence[Paper]) -> Hits:
        return self._index.match(papers)


class OursPhrases(Ours):
    """The queries that AhoCorasickRs gets."""

    def build(self, queries: Iterable[tuple[str, str]]) -> int:
        return super().build((Kind.PHRASE, phrase) for phrase in _list_small_phrases(queries))


class SqliteFts5:
    """The papers in memory, its own tokeniser, one SELECT for each query."""

    def build(self, queries: Iterable[tuple[str, str]]) -> int:
        said = ((text, say_in_fts5(text)) for _, text in queries)
        self._queries = [(text, expression) for text, expression in said if expression]
        return len(self._queries)

    def match(self, papers: Sequence[Paper]) -> Hits:
        database = sqlite3.connect(":memory:")
        database.execute("CREATE VIRTUAL TABLE papers USING fts5(title, abstract)")
        rows = ((number, *self._read_texts(paper)) for number, paper in enumerate(papers))
        database.executemany("INSERT INTO papers(rowid, title, abstract) VALUES (?, ?, ?)", rows)
        self._tune(database)
        select = "SELECT rowid FROM papers WHERE papers MATCH ?"
        found = ((text, database.execute(select, [expression])) for text, expression in self._queries)
        # Two bytes a hit, so that its memory is not that of our lists.
        return {text: numbers for text, rows in found if (numbers := array("H", (number for (number,) in rows)))}

    def _tune(self, database: sqlite3.Connection) -> None:
        """As it comes: each query is asked of every segment."""

    def _read_texts(self, paper: Paper) -> tuple[str, str]:
        return paper.title, paper.abstract


class SqliteFts5Optimized(SqliteFts5):
    """In one segment: somebody who knows it well has said so."""

    def _tune(self, database: sqlite3.Connection) -> None:
        database.execute("INSERT INTO papers(papers) VALUES ('optimize')")


class SqliteFts5OnOurWords(SqliteFts5Optimized):
    """On the words that our reader makes of the texts: plurals, spellings and LaTeX are one for it too."""

    def _read_texts(self, paper: Paper) -> tuple[str, str]:
        return _fold_text(paper.title), _fold_text(paper.abstract)


class AhoCorasickRs:
    """One pass over the words that our own reader makes of the texts: it knows neither words nor plurals."""

    def build(self, queries: Iterable[tuple[str, str]]) -> int:
        self._phrases = list(_list_small_phrases(queries))
        # Blanks around them, so that only whole words are found.
        self._automaton = AhoCorasick(f" {phrase} " for phrase in self._phrases)
        return len(self._phrases)

    def match(self, papers: Sequence[Paper]) -> Hits:
        found: dict[str, list[int]] = {}
        for number, paper in enumerate(papers):
            texts = (f" {_fold_text(text)} " for text in (paper.title, paper.abstract))
            for place in {place for text in texts for place in self._find(text)}:
                found.setdefault(self._phrases[place], []).append(number)
        return found

    def _find(self, text: str) -> Iterator[int]:
        return (place for place, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True))


class RegexPerKeyword:
    """What daily scripts do. It folds case, and knows neither plurals nor LaTeX nor hyphens."""

    def build(self, queries: Iterable[tuple[str, str]]) -> int:
        phrases = list(_list_small_phrases(queries))
        self._patterns = {phrase: re.compile(rf"\b{re.escape(phrase)}\b", re.IGNORECASE) for phrase in phrases}
        return len(phrases)

    def match(self, papers: Sequence[Paper]) -> Hits:
        texts = [f"{paper.title}\n{paper.abstract}" for paper in papers]
        return {
            phrase: numbers
            for phrase, pattern in self._patterns.items()
            if (numbers := [number for number, text in enumerate(texts) if pattern.search(text)])
        }


RIVALS: Final[Mapping[str, type[Rival]]] = {
    rival.__name__: rival
    for rival in (
        Ours,
        SqliteFts5,
        SqliteFts5Optimized,
        SqliteFts5OnOurWords,
        OursPhrases,
        AhoCorasickRs,
        RegexPerKeyword,
    )
}


def say_in_fts5(text: str) -> str | None:
    """A query of queries.py in FTS5's syntax; None where it has no words for it: acronyms, `C++`, names, categories."""
    if not re.sub(" (AND NOT|AND|OR) ", " ", text).islower() or "+" in text or "#" in text:
        return None
    for ours, theirs in ((" AND NOT ", " NOT "), (" AND ", " AND "), (" OR ", " OR ")):
        first, operator, second = text.partition(ours)
        if operator:
            said = _say_term(first), _say_term(second)
            return theirs.join(said) if all(said) else None
    return _say_term(text)


def _say_term(term: str) -> str:
    field, _, words = term.rpartition(":")
    if field in {"au", "cat"}:
        return ""
    if "~" in words:
        near, _, slack = words.partition("~")
        terms = [f'"{word}"' for word in near.split()]
        # Theirs counts the words between the first and the last.
        said = f"NEAR({' '.join(terms)}, {len(terms) + int(slack) - 2})"
    else:
        said = f'"{words.removesuffix("*")}"' + "*" * words.endswith("*")
    return {"ti": "title : ", "abs": "abstract : "}.get(field, "") + said


def _list_small_phrases(queries: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Phrases without acronyms, to which case means something."""
    return (text for kind, text in queries if kind == Kind.PHRASE and text.islower())


def _fold_text(text: str) -> str:
    return " ".join(word.folded for word in read_words(text))
