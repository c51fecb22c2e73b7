"""The examples of the language's contract, line by line: tests/fixtures/keywords, copied from its cases."""

from pathlib import Path

import pytest

from digests.errors import QueryRefused
from digests.keywords.language import parse, parse_canonical
from digests.papers.paper import ArxivId
from tests.builders import make_paper
from tests.matching import match_one

CASES = Path(__file__).parents[1] / "fixtures" / "keywords"


def read_cases(name):
    lines = (CASES / name).read_text("utf-8").removesuffix("\n").split("\n")
    return [line.split("\t") for line in lines if not line.startswith("#")]


def build_paper(fields):
    """A paper with these fields and no others, and its Chinese."""
    given = {name: text.replace("⏎", "\n") for name, text in (part.split("=", 1) for part in fields.split(" ;; "))}
    paper = make_paper(
        id=ArxivId(given.get("id", "2601.00001")),
        title=given.get("ti", ""),
        abstract=given.get("abs", ""),
        comments=given.get("co", ""),
        authors=tuple(given["au"].split("; ")) if "au" in given else (),
        categories=tuple(given.get("cat", "").split()),
    )
    return paper, given.get("zh", "")


@pytest.mark.parametrize(("query", "fields", "expected", "rule"), read_cases("keywords.tsv"))
def test_every_case_matches_as_written(query, fields, expected, rule):
    found = match_one(parse(query), *build_paper(fields))
    assert ("no" if found is None else "match") == expected, rule
    assert found is None or found.spans


@pytest.mark.parametrize("query", sorted({case[0] for case in read_cases("keywords.tsv")}))
def test_the_canonical_form_of_every_case_reads_back_as_itself(query):
    canonical = parse(query).canonical
    assert parse_canonical(canonical).canonical == canonical


@pytest.mark.parametrize(("query", "place", "why"), read_cases("refusals.tsv"))
def test_every_refusal_names_its_place(query, place, why):
    with pytest.raises(QueryRefused) as caught:
        parse(query)
    assert caught.value.position == (None if place == "-" else int(place)), why
