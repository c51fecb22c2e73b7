import json

import pytest

from digests.errors import InputError
from digests.papers.taxonomy import (
    all_archives,
    all_categories,
    archive_of,
    canonical_category,
    category_name,
    find_archive,
    find_category,
    read_scopes,
    scope_named,
)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("cs.NA", "math.NA"),
        ("CS.lg", "cs.LG"),
        ("math.MP", "math-ph"),
        ("cmp-lg", "cs.CL"),
        ("hep-th", "hep-th"),
        ("no.SUCH", "no.SUCH"),
    ],
)
def test_a_category_has_one_id_however_it_is_written(written, canonical):
    assert canonical_category(written) == canonical


@pytest.mark.parametrize(
    ("text", "category", "archive"),
    [
        ("Cs.Lg", "cs.LG", None),
        ("cs", None, "cs"),
        ("HEP-TH", "hep-th", "hep-th"),
        ("q-alg", "math.QA", None),
        ("astro-ph", None, "astro-ph"),
        ("stat.TH", "math.ST", None),
        ("cs.XX", None, None),
        ("", None, None),
    ],
)
def test_what_a_reader_types_names_a_category_or_an_archive_or_neither(text, category, archive):
    assert (find_category(text), find_archive(text)) == (category, archive)


def test_the_archive_of_an_alias_is_that_of_the_category_it_stands_for():
    assert [archive_of(one) for one in ("cs.LG", "cs.NA", "hep-th", "cond-mat.soft")] == [
        "cs",
        "math",
        "hep-th",
        "cond-mat",
    ]


def test_a_heading_names_its_scope_unless_two_have_that_name():
    assert scope_named("Computer Vision and Pattern Recognition") == "cs.CV"
    assert scope_named("Computer  Science") == "cs"
    assert scope_named("Economics") == "econ"
    assert scope_named("Machine Learning") is None
    assert scope_named("Catchup results for cs") is None


def test_a_category_has_its_full_name():
    assert category_name("cs.cv") == "Computer Vision and Pattern Recognition"
    assert category_name("cs.XX") == "cs.XX"


def test_the_table_has_every_category_and_archive_of_arxiv(recorded):
    taxonomy = json.loads((recorded / "taxonomy" / "arxiv_taxonomy.json").read_text())
    test_groups = {"test", "bad-arch"}
    active = {
        key
        for key, value in taxonomy["categories"].items()
        if value["is_active"] and value["in_archive"] not in test_groups
    }
    archives = {key for key, value in taxonomy["archives"].items() if value["is_active"]} - test_groups
    assert set(all_categories()) == active - set(taxonomy["category_aliases"])
    assert set(all_archives()) == archives
    aliases = taxonomy["category_aliases"] | taxonomy["archives_subsumed"]
    assert {alias: canonical_category(alias) for alias in aliases} == aliases
    assert all(category_name(key) == taxonomy["categories"][key]["full_name"] for key in active)


def test_names_of_archives_and_categories_are_read_each_once_and_all_unknown_ones_are_said():
    assert read_scopes(["CS", "cs", "cs.NA", "math.na", "hep-th"]) == ("cs", "math.NA", "hep-th")
    with pytest.raises(InputError, match=r"^arXiv has no foo, bar\."):
        read_scopes(["foo", "cs", "bar"])
