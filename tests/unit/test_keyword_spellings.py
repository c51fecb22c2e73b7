r"""Words that an adversary looked for in vain: LaTeX, plurals, capitals, both spellings (keywords.md §2)."""

from importlib import resources

import pytest
from hypothesis import given, settings

from digests.keywords.folding import find_beginnings, fold_word
from digests.keywords.language import parse
from digests.keywords.words import read_shapes, read_words
from tests.builders import make_paper
from tests.keyword_strategies import any_text
from tests.matching import match_one


def texts(text):
    return [word.text for word in read_words(text)]


def finds(query, text):
    return match_one(parse(query), make_paper(title="", abstract=text)) is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"$O(n\log n)$ and \argmax_x", ["o", "n", "log", "n", "and", "argmax", "x"]),
        (r"$90\deg$ turns", ["90", "turns"]),
        (r"\eth, Ħ, \textmu m $\upalpha$", ["d", "h", "mu", "m", "alpha"]),
        (r"10\^{}6 and \~{}5", ["10", "6", "and", "5"]),
        (r"\cite[p.~3]{smith} says \textcolor{red}{safe}", ["says", "safe"]),
        (r"in \LaTeX{} and \TeX", ["in", "latex", "and", "tex"]),
        ("C++'s C#’s F#", ["c++", "c#", "f#"]),
    ],
)
def test_latex_and_signs_read_as_they_look(text, words):
    assert texts(text) == words


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("submatrices", "submatrix"),
        ("reanalyses", "reanalysis"),
        ("metalenses", "metalens"),
        ("adenoviruses", "adenovirus"),
        ("icosahedra", "icosahedron"),
        ("eigenspectra", "eigenspectrum"),
        ("supervertices", "supervertex"),
        ("glomeruli", "glomerulus"),
        ("sheaves", "sheaf"),
        ("centrelines", "centerline"),
        ("multicentre", "multicenter"),
    ],
)
def test_compounds_have_the_plural_of_their_last_part(plural, singular):
    assert fold_word(plural) == fold_word(singular) == singular


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("artefacts", "artifacts"),
        ("fibres", "fibers"),
        ("catalogues", "catalogs"),
        ("programmes", "programs"),
        ("neighbourhoods", "neighborhoods"),
        ("enquiry", "inquiry"),
        ("kilometres", "kilometers"),
        ("modelling", "modeling"),
        ("quantisations", "quantizations"),
    ],
)
def test_every_beginning_is_found_in_the_other_spelling(one, other):
    for typed, text in ((one, other), (other, one)):
        assert all(finds(f"{typed[:length]}*", text) for length in range(3, len(typed) + 1))


def test_a_prefix_is_no_singular():
    assert find_beginnings("policies") == {"policies"}
    assert not finds("policy*", "policies")


@pytest.mark.parametrize("name", ["PISCES", "pisces", "Pisces"])
def test_a_name_in_capitals_too_long_for_an_acronym_is_found_as_it_is_typed(name):
    assert finds(name, "We present PISCES: a dataset.")


@pytest.mark.parametrize("name", ["mcts", "lpips", "rkhs", "aids"])
def test_small_letters_find_the_acronym_that_ends_in_s(name):
    assert finds(name, f"We use {name.upper()}.")
    assert finds(name, f"We use {name}.")
    assert finds(name.upper(), f"We use {name.upper()}.")
    assert not finds(name.upper(), f"We use {name}.")


def test_a_short_word_in_capitals_keeps_its_s():
    assert not finds("gp", "a GPS receiver")
    assert finds("gnn", "GNNs")


@pytest.mark.parametrize("plural", ["gpus", "tpus", "apis", "guis", "rois"])
def test_plurals_of_acronyms_that_look_like_latin_are_plurals(plural):
    for written in (plural, plural[:-1], plural[:-1].upper(), f"{plural[:-1].upper()}s"):
        assert finds(plural, f"many {written} here")


@pytest.mark.parametrize(
    "pair", [("colourisation", "colorization"), ("nanofibre", "nanofibers"), ("trialled", "trialed")]
)
def test_british_and_american_are_one(pair):
    british, american = pair
    assert finds(british, american)
    assert finds(american, british)


@given(any_text)
@settings(max_examples=200, deadline=None)
def test_words_without_places_are_the_same_words(text):
    words = read_words(text)
    assert read_shapes(text) == ([word.cased for word in words], [word.folded for word in words])


def test_every_name_of_a_category_names_one():
    table = (resources.files("digests.papers") / "taxonomy.tsv").read_text("utf-8").splitlines()
    for id_, what, canonical, _ in (line.split("\t") for line in table if not line.startswith("#")):
        forms = {parse(f"cat:{name}").canonical for name in (id_, id_.upper(), id_.lower())}
        assert forms == {f"cat:{id_ if what in {'archive', 'both'} else canonical}"}
