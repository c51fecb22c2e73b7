"""What must hold of every query and every text, and the matcher against a reading of the rules without any index."""

from itertools import product

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from digests.errors import QueryRefused
from digests.keywords.folding import find_beginnings
from digests.keywords.language import MAX_CHARS, parse, parse_canonical, split_keywords
from digests.keywords.match import Field
from digests.keywords.matcher import Matcher
from digests.keywords.refusals import explain_refusal
from digests.keywords.tree import And, Label, Not, Or, Phrase, Shape
from digests.keywords.words import read_words
from digests.papers.paper import ArxivId
from digests.phrases import load_phrases
from tests.builders import make_paper
from tests.matching import match_one

FEW = settings(max_examples=150, deadline=None)

PIECES = [
    *"ab1*~\"()&|-!:'\\${}^,. ",
    "AND",
    " OR ",
    " NOT ",
    "或",
    "且",
    "非",
    "不含",
    "扩散",
    "ti:",
    "abs:",
    "cat:cs",
    "au:",
    "~3",
]
PIECES += [
    "RAG",
    "WORLD",
    "LLAMA",
    "LLMs",
    "models",
    "α",
    "é",
    "ß",
    "ﬃ",
    "\u200b",
    "\u0301",
    "“",
    "（",
    "foo:",
    "C++",
    "ize*",
]
queries_of_pieces = st.lists(st.sampled_from(PIECES), max_size=30).map("".join).map(lambda text: text[:256])
any_text = st.one_of(st.text(max_size=256), queries_of_pieces)

words = st.sampled_from(
    ["policy", "policies", "model", "behaviour", "behavior", "graph", "RAG", "GANs", "rag", "k", "4o", "扩散"]
)
phrases = st.lists(words, min_size=1, max_size=3).map(" ".join)
terms = st.one_of(
    phrases,
    phrases.map(lambda text: f'"{text}"'),
    phrases.map(lambda text: f"ti:{text}"),
    phrases.map(lambda text: f"abs:({text} OR model)"),
    st.sampled_from(
        [
            "pol*",
            "behaviou*",
            "behavior*",
            '"behav*"',
            "GAN*",
            "graph model~1",
            "model policy rag~2",
            "cat:cs",
            "pri:cs.LG",
        ]
    ),
)
queries = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("({0[0]}) AND ({0[1]})".format),
        st.tuples(inner, inner).map("({0[0]}) OR ({0[1]})".format),
        st.tuples(inner, inner).map("({0[0]}) NOT ({0[1]})".format),
    ),
    max_leaves=4,
)
texts = st.lists(words, max_size=8).map(" ".join)
papers = st.builds(
    lambda title, abstract, categories: make_paper(title=title, abstract=abstract, categories=categories),
    texts,
    texts,
    st.sampled_from([("cs.LG",), ("stat.ML", "cs.LG"), ("math.OC",)]),
)


def refusal_of(text):
    try:
        parse(text)
    except QueryRefused as error:
        return error
    return None


@given(any_text)
@FEW
def test_any_text_is_a_query_or_refused_with_a_place_and_a_sentence(text):
    error = refusal_of(text)
    if error is not None:
        assert error.position is None or 0 <= error.position <= len(text)
        assert explain_refusal(error, load_phrases("zh")) != explain_refusal(error, load_phrases("en"))


@given(any_text.filter(lambda text: refusal_of(text) is None))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_a_canonical_form_reads_back_as_itself(text):
    query = parse(text)
    again = parse_canonical(query.canonical)
    assert (again.canonical, again.node) == (query.canonical, query.node)


@given(any_text)
@FEW
def test_keywords_of_any_text_stand_where_they_say(text):
    for typed in split_keywords(text):
        assert text[typed.offset : typed.offset + len(typed.text)] == typed.text


@given(queries, queries, st.sampled_from(["AND", "OR"]))
@FEW
def test_the_order_of_operands_means_nothing(one, other, operator):
    forth, back = f"({one}) {operator} ({other})", f"({other}) {operator} ({one})"
    assume(len(forth) <= MAX_CHARS)
    assert parse(forth).canonical == parse(back).canonical


@given(queries, st.lists(papers, max_size=4))
@settings(max_examples=300, deadline=None)
def test_the_matcher_finds_what_the_rules_say(text, batch):
    query = parse(text)
    numbered = [make_paper(id=ArxivId(f"2601.{n:05}"), **fields(paper)) for n, paper in enumerate(batch)]
    found = Matcher([query, parse("graph")]).match(numbered).get(query.canonical, [])
    assert [match.paper_id for match in found] == [paper.id for paper in numbered if holds(query.node, paper)]
    assert all(match.spans for match in found)


@given(queries, papers)
@FEW
def test_how_a_text_is_dressed_changes_no_match(text, paper):
    query = parse(text)
    plain = match_one(query, paper)
    for dress in (hyphenate, break_lines, add_latex):
        dressed = make_paper(title=dress(paper.title), abstract=dress(paper.abstract), categories=paper.categories)
        found = match_one(query, dressed)
        assert (found is None) == (plain is None)
        if plain and found:
            assert [(s.term, s.field) for s in found.spans] == [(s.term, s.field) for s in plain.spans]


@given(phrases.map(str.lower), papers)
@FEW
def test_the_case_of_a_text_means_nothing_to_a_query_in_small_letters(text, paper):
    query = parse(text)
    titled = make_paper(title=" ".join(map(str.capitalize, paper.title.split())), abstract="")
    small = make_paper(title=paper.title.lower(), abstract="")
    assert (match_one(query, titled) is None) == (match_one(query, small) is None)


def fields(paper):
    return {"title": paper.title, "abstract": paper.abstract, "categories": paper.categories}


def hyphenate(text):
    return text.replace(" ", "-")


def break_lines(text):
    return text.replace(" ", "\n  ")


def add_latex(text):
    dresses = ["${}$", "\\emph{{{}}}", "{{{}}}", "\\textbf{{\\emph{{{}}}}}"]
    return " ".join(dresses[place % 4].format(word) for place, word in enumerate(text.split(" ")))


def holds(node, paper):
    match node:
        case And(nodes):
            return all(holds(inner, paper) for inner in nodes)
        case Or(nodes):
            return any(holds(inner, paper) for inner in nodes)
        case Not(term):
            return not holds(term, paper)
        case Label(text, Field.PRIMARY):
            return paper.categories[0] == text
        case Label(text):
            return any(text in {category, category.split(".")[0]} for category in paper.categories)
        case Phrase(field=field):
            searched = {Field.TITLE: paper.title, Field.ABSTRACT: paper.abstract}
            return any(stands_in(node, text) for name, text in searched.items() if field in {None, name})


def stands_in(phrase, text):
    found = read_words(text)
    length = len(phrase.words)
    if phrase.slack is None:
        windows = [found[start : start + length] for start in range(len(found) - length + 1)]
        return any(all(map(fits, phrase.words, window)) for window in windows)
    places = [[place for place, word in enumerate(found) if fits(wanted, word)] for wanted in phrase.words]
    return any(
        len(set(chosen)) == length and max(chosen) - min(chosen) < length + phrase.slack for chosen in product(*places)
    )


def fits(wanted, word):
    text, shape = wanted
    match shape:
        case Shape.FOLDED:
            return word.folded == text
        case Shape.EXACT:
            return word.text == text
        case Shape.ACRONYM:
            return word.cased in {text, f"{text}s"}
        case Shape.PREFIX:
            return any(beginning.startswith(text) for beginning in find_beginnings(word.text))
        case Shape.EXACT_PREFIX:
            return word.text.startswith(text)
        case Shape.ACRONYM_PREFIX:
            return word.cased.startswith(text)
