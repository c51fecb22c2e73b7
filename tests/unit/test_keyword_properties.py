"""What must hold of every text that a person may type: it is a query with one canonical form, or refused with a place."""

import sys
import unicodedata

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from digests.errors import QueryRefused
from digests.keywords.language import MAX_CHARS, parse, parse_canonical, read_canonical, split_keywords
from digests.keywords.refusals import explain_refusal
from digests.phrases import load_phrases
from tests.keyword_strategies import any_text, queries, queries_of_pieces, widen

FEW = settings(max_examples=100, deadline=None)
MANY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
#: After NFKC, which makes 18 characters of ﷺ. What grows with the square of the length makes 256 of one.
MAX_CALLS_PER_CHAR = 60


def refusal_of(text):
    try:
        parse(text)
    except QueryRefused as error:
        return error
    return None


def count_calls(function, *arguments):
    """Calls of functions, Python's own included."""
    count = 0

    def note(frame, event, argument):
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function(*arguments)
    finally:
        sys.setprofile(before)
    return count


def most_calls(text):
    return 2_000 + MAX_CALLS_PER_CHAR * len(unicodedata.normalize("NFKC", text))


@given(any_text)
@FEW
def test_any_text_is_a_query_or_refused_with_a_place_and_a_sentence(text):
    error = refusal_of(text)
    if error is not None:
        assert error.position is None or 0 <= error.position <= len(text)
        assert explain_refusal(error, load_phrases("zh")) != explain_refusal(error, load_phrases("en"))


@given(any_text)
@FEW
def test_the_work_is_bounded_by_the_length(text):
    assert count_calls(refusal_of, text) <= most_calls(text)


def test_the_worst_texts_are_no_more_work_than_others():
    parts = [
        "ﷺ",
        "ﷺ|",
        "a|",
        "A|",
        "A",
        "(a|",
        "-a ",
        "NOT ",
        '"a" ',
        "a'",
        "扩",
        "扩或",
        "扩 或 ",
        "abc*",
        "a:",
        "a~3",
        "a b~3 ",
    ]
    parts += [
        "a_",
        "mould",
        "\u0301",
        "\\v ",
        "{",
        "\\emph{",
        "\\cite{",
        "\\cite[",
        "} ",
        "½",
        "RAG ",
        "WORLD ",
        "!",
        "a & ",
    ]
    whole = {part: (part * MAX_CHARS)[:MAX_CHARS] for part in parts}
    calls = {part: (count_calls(refusal_of, text), most_calls(text)) for part, text in whole.items()}
    assert {part: (count, most) for part, (count, most) in calls.items() if count > most} == {}


@given(any_text.filter(lambda text: refusal_of(text) is None))
@MANY
def test_a_canonical_form_reads_back_as_itself(text):
    query = parse(text)
    again = parse_canonical(query.canonical)
    assert (again.canonical, again.node) == (query.canonical, query.node)


@given(st.one_of(queries.map(parse), any_text.filter(lambda text: refusal_of(text) is None).map(parse)))
@MANY
def test_a_stored_form_reads_fast_as_it_reads_slowly(query):
    stored = read_canonical(query.canonical)
    assert (stored.canonical, stored.node) == (query.canonical, query.node)


@given(queries_of_pieces)
@FEW
def test_what_was_folded_to_its_canonical_form_is_refused_no_more(text):
    """Longer than what a person may type, and with its 32 terms and 8 brackets still."""
    for typed in (f"({text})", f"ti:({text})", f"x NOT ({text})"):
        if refusal_of(typed) is None:
            parse_canonical(parse(typed).canonical)


@given(any_text)
@FEW
def test_keywords_of_any_text_stand_where_they_say(text):
    for typed in split_keywords(text):
        assert text[typed.offset : typed.offset + len(typed.text)] == typed.text


@given(queries, queries, queries, st.sampled_from(["AND", "OR", "&", "|", "且", "或", "并且", "或者"]))
@FEW
def test_the_order_and_the_nesting_of_operands_mean_nothing(one, other, third, operator):
    forth, back = (
        f"({one}) {operator} (({other}) {operator} ({third}))",
        f"(({third}) {operator} ({one})) {operator} ({other})",
    )
    assume(max(len(forth), len(back)) <= MAX_CHARS)
    assume(refusal_of(forth) is None)
    assert parse(forth).canonical == parse(back).canonical


@given(queries, queries)
@FEW
def test_not_is_pushed_inward(one, other):
    for joined, denied in ((f"({one}) OR ({other})", "AND"), (f"({one}) AND ({other})", "OR")):
        whole, apart = f"x NOT ({joined})", f"x AND (NOT ({one}) {denied} NOT ({other}))"
        assume(max(len(whole), len(apart)) <= MAX_CHARS)
        assert parse(whole).canonical == parse(apart).canonical


@given(queries)
@FEW
def test_an_operand_that_is_repeated_counts_once(text):
    for typed in (f"({text}) AND ({text})", f"({text}) OR ({text})", f"({text}) NOT NOT NOT NOT ({text})"):
        if len(typed) <= MAX_CHARS:
            assert parse(typed).canonical == parse(text).canonical


@given(st.one_of(queries, queries_of_pieces))
@FEW
def test_a_query_may_be_typed_in_full_width(text):
    wide = widen(text)
    refused = refusal_of(text)
    if refused is None:
        assert parse(wide).canonical == parse(text).canonical
    else:
        error = refusal_of(wide)
        assert error is not None
        assert (error.code, error.position) == (refused.code, refused.position)


def test_a_megabyte_is_refused_without_reading_it():
    error = refusal_of("（a，" * 300_000)
    assert error.code == "refusals.too_long"
    assert count_calls(explain_refusal, error, load_phrases("zh")) < 10_000
