r"""Text → words: LaTeX, accents, Greek, plurals, spellings (keywords.md §2), and where each word stands."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.keywords.folding import find_beginnings, fold_word
from digests.keywords.words import find_shouted, read_shapes, read_words

KEEPING_THEIR_S = [
    "bias", "lens", "gas", "physics", "mathematics", "bayes", "news", "series", "aws",
    "species", "status", "analysis", "class", "this", "gps", "chaos",
]  # fmt: skip
UNTOUCHED = [
    "precise", "four", "there", "rise", "arise", "wise", "otherwise", "pairwise", "noise",
    "denoising", "raise", "exercise", "promise", "compromise", "premise", "enterprise", "surprise", "supervised",
    "unsupervised", "advertise", "expertise", "revise", "improvise", "franchise", "paradise", "disable", "hour",
    "source", "course", "contour", "flour", "tour", "genre", "acre", "controlled", "excelled",
    "fulfilling", "called", "size", "resize", "laboratory", "police", "organic", "universal",
]  # fmt: skip


def texts(text):
    return [word.text for word in read_words(text)]


def folded(text):
    return [word.folded for word in read_words(text)]


def marked(text):
    return [text[word.start : word.end] for word in read_words(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"$k$-means", ["k", "means"]),
        (r"$k$NN", ["knn"]),
        (r"\emph{safe} RL", ["safe", "rl"]),
        (r"un\emph{safe}", ["unsafe"]),
        (r"Schr\"odinger Schr\"{o}dinger Schr{\"o}dinger Schrödinger", ["schrodinger"] * 4),
        (r"Mart\'{\i}nez Mart\'ınez Mart\'\i nez", ["martinez", "martinez", "martinez"]),
        (r"Ho\v{s}ek Ho\v sek \c{C}elik", ["hosek", "hosek", "celik"]),
        (r"{\L}ukasz \O rsted Stra{\ss}e", ["lukasz", "orsted", "strasse"]),
        (
            r"\alpha α 𝛼 \varepsilon µ Δ ∆ \Gamma",
            ["alpha", "alpha", "alpha", "epsilon", "mu", "delta", "delta", "gamma"],
        ),
        (r"$\pi_\theta$ ST-$π_0$ αoutside", ["pi", "theta", "st", "pi", "0", "alpha", "outside"]),
        (r"$\frac{a}{b}$ 3$\times$3 $\ell_2$", ["a", "b", "3", "3", "l", "2"]),
        (r"\cite{smith2020} said \begin{equation} x", ["said", "x"]),
        (r"re\-in\-force C\# 50\% R\&D", ["reinforce", "c#", "50", "r", "d"]),
    ],
)
def test_latex_reads_as_it_looks(text, words):
    assert texts(text) == words


@pytest.mark.parametrize(
    "text", ["\\", "$", "{", "}", "\\emph{", '\\"', "$\\alpha", "}{", "\\cite{", "{{{\\v{", "\\begin"]
)
def test_broken_latex_gives_the_words_that_can_be_read(text):
    assert texts(f"before {text} after")[0] == "before"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("self-supervised vision/language GPT-4o", ["self", "supervised", "vision", "language", "gpt", "4o"]),
        ("C++ C# F# vitamin C", ["c++", "c#", "f#", "vitamin", "c"]),
        ("Adam's Bayes' don’t L'Hôpital ``quoted''", ["adam", "bayes", "dont", "lhopital", "quoted"]),
        ("扩散策略 for 机器人", ["扩", "散", "策", "略", "for", "机", "器", "人"]),
        ("Gödel ﬁne ＲＡＧ naı̈ve", ["godel", "fine", "rag", "naive"]),
        ("soft\u00adhyphen zero\u200bwidth", ["softhyphen", "zerowidth"]),
    ],
)
def test_words_are_runs_of_letters_and_digits(text, words):
    assert texts(text) == words


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (r"a Schr\"{o}dinger bridge", ["a", r"Schr\"{o}dinger", "bridge"]),
        (r"{\L}ukasz caf\'{e}", [r"{\L}ukasz", r"caf\'{e}"]),
        (r"the $\alpha$-divergence", ["the", r"\alpha", "divergence"]),
        (r"\textbf{world} model", ["world", "model"]),
        ("Adam's café", ["Adam's", "café"]),
        ("cafe\u0301 bar", ["cafe\u0301", "bar"]),
    ],
)
def test_a_word_stands_where_its_original_stands(text, places):
    assert marked(text) == places


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("policies", "policy"),
        ("processes", "process"),
        ("classes", "class"),
        ("boxes", "box"),
        ("branches", "branch"),
        ("caches", "cache"),
        ("niches", "niche"),
        ("movies", "movie"),
        ("ties", "tie"),
        ("matrices", "matrix"),
        ("lattices", "lattice"),
        ("vertices", "vertex"),
        ("hypotheses", "hypothesis"),
        ("criteria", "criterion"),
        ("corpora", "corpus"),
        ("axes", "axis"),
        ("lenses", "lens"),
        ("biases", "bias"),
    ],
)
def test_plurals_are_one_with_their_singular(plural, singular):
    assert fold_word(plural) == fold_word(singular) == singular


@pytest.mark.parametrize("word", KEEPING_THEIR_S)
def test_words_that_only_look_like_plurals_keep_their_s(word):
    assert fold_word(word) == word


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("behaviour", "behavior"),
        ("behavioural", "behavioral"),
        ("neighbourhoods", "neighborhood"),
        ("optimisation", "optimization"),
        ("generalised", "generalized"),
        ("summarise", "summarize"),
        ("organisers", "organizer"),
        ("analyse", "analyze"),
        ("modelling", "modeling"),
        ("unlabelled", "unlabeled"),
        ("centre", "center"),
        ("fibres", "fiber"),
        ("catalogue", "catalog"),
        ("defence", "defense"),
        ("paediatric", "pediatric"),
        ("colourised", "colorized"),
    ],
)
def test_british_and_american_are_one(british, american):
    assert fold_word(british) == fold_word(american) == american


@pytest.mark.parametrize("word", UNTOUCHED)
def test_what_no_rule_means_is_not_touched(word):
    assert fold_word(word) == word


def test_nothing_else_is_stemmed():
    words = {"police", "policy", "universal", "university", "organic", "organization"}
    assert {fold_word(word) for word in words} == words


def test_a_word_in_capitals_keeps_its_s_and_an_acronym_with_a_small_s_loses_it():
    assert folded("GPS, a GPs, a RAGs, a PCs, a NEURIPS")[::2] == ["gps", "gp", "rag", "pc", "neurips"]


def test_capitals_that_only_shout_are_plain_words():
    assert folded("WORLD MODELS and GPUS") == ["world", "model", "and", "gpu"]
    assert find_shouted(["RAG", "SAM"]) == []
    assert find_shouted(["GPT", "4", "MODEL", "for", "RAG"]) == [0, 2]


def test_prefixes_are_looked_for_in_both_spellings_and_before_plurals():
    assert find_beginnings("quantization") == {"quantization", "quantisation"}
    assert find_beginnings("modelling") == {"modelling", "modeling"}
    assert "policies" in find_beginnings("policies")
    assert find_beginnings("resize") == {"resize"}


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_text_is_an_error_and_places_rise(text):
    words = read_words(text)
    places = [(word.start, word.end) for word in words]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(word.cased and word.folded for word in words)


@given(st.text(alphabet="aeoulsicrzymdbhtn", min_size=1, max_size=12))
@settings(max_examples=300, deadline=None)
def test_what_was_folded_folds_to_itself(word):
    assert fold_word(fold_word(word)) == fold_word(word)


def test_a_hostile_text_is_read_in_one_pass():
    for part in ("\\emph{", "{", "\\c ", "$", "} ", "o" * 10 + "oestr", "a'", '\\"', "\\cite{"):
        assert len(read_words(part * 20_000)) <= 20_000


def test_a_character_that_mathjax_was_given_by_number_is_that_character():
    text = r"the region$\unicode{x2014}$defined as $\unicode{x3b1}$"
    assert [word.cased for word in read_words(text)] == ["the", "region", "defined", "as", "alpha"]


@given(st.text(alphabet="Aa Ss'-\\${}\"öαRGNPU扩.\u0301", max_size=60))
def test_words_read_without_their_places_are_the_same_words(text):
    words = read_words(text)
    assert read_shapes(text) == ([word.cased for word in words], [word.folded for word in words])
