"""docs/keywords.md: every example in it is run, and nothing that looks like one is passed over."""

import pytest

from bot.commands import COMMANDS
from digests.errors import QueryRefused
from digests.keywords.grammar import MAX_NESTING, MAX_TERMS
from digests.keywords.language import MAX_CHARS, parse, split_keywords
from digests.keywords.lexing import CHINESE_OPERATORS, FIELDS, LATIN_OPERATORS
from digests.keywords.refusals import explain_refusal
from digests.past.backtest import BROAD_PER_DAY, BROAD_SHARE, DAYS
from digests.phrases import load_phrases
from digests.settings import Settings
from tests.keyword_docs import ROOT, read_document, read_examples
from tests.keyword_examples import Code, Hit, Limits, Refusal, Same, Split
from tests.matching import match_one

EXAMPLES = read_document(ROOT / "docs" / "keywords.md")
SIGNS = LATIN_OPERATORS | CHINESE_OPERATORS | {f"{field}:" for field in FIELDS} | set("*~\"'()-!&|,;、^")


def examples_of(kind):
    return pytest.mark.parametrize("example", [one for one in EXAMPLES if isinstance(one, kind)], ids=str)


@examples_of(Hit)
def test_a_keyword_matches_what_the_table_says(example):
    found = match_one(parse(example.query), example.paper, example.chinese)
    assert (found is not None) is example.is_hit


@examples_of(Same)
def test_two_keywords_mean_the_same_or_not(example):
    assert (parse(example.query).canonical == parse(example.other).canonical) is example.is_same


@examples_of(Split)
def test_a_message_becomes_these_keywords(example):
    typed = [one.text for one in split_keywords(example.message)]
    assert typed == list(example.keywords)
    assert all(parse(text) for text in typed)


@examples_of(Refusal)
def test_a_refusal_is_what_the_chat_says(example):
    with pytest.raises(QueryRefused) as caught:
        parse(example.query)
    assert explain_refusal(caught.value, load_phrases(example.language)) == example.answer


@examples_of(Limits)
def test_the_numbers_are_those_of_the_code(example):
    assert example.numbers == (
        MAX_CHARS,
        MAX_TERMS,
        MAX_NESTING,
        refuse("ab*").fields["min_chars"],
        refuse("a b~99").fields["max_distance"],
        Settings.model_fields["max_keywords"].default,
        DAYS,
        round(BROAD_SHARE * 100),
        BROAD_PER_DAY,
    )


@examples_of(Code)
def test_what_the_text_mentions_is_a_sign_a_command_or_a_keyword(example):
    check_mentioned(example.text)


def test_both_halves_teach_the_same():
    chinese, english = ([one.teaches for one in EXAMPLES if one.language == language] for language in ("zh", "en"))
    assert [taught for taught in chinese if taught] == [taught for taught in english if taught]
    assert len(chinese) > 150


def test_every_kind_of_example_is_there():
    kinds = {type(one) for one in EXAMPLES}
    assert kinds == {Hit, Same, Split, Refusal, Limits, Code}


def test_the_readme_mentions_only_what_reads():
    section = (ROOT / "README.md").read_text("utf-8").split("\n## Keywords\n")[1].split("\n## ")[0]
    mentioned = read_examples(f"## English\n{section}", headings={"typed": "note", "means": "note"})
    assert len(mentioned) > 10
    for example in mentioned:
        check_mentioned(example.text)


@pytest.mark.parametrize(
    "text",
    [
        "## English\n| Typed | Finds |\n| --- | --- |\n| `a` | `b` |",
        "## English\n| Typed | Matches |\n| --- | --- |\n| `a` | journal `b` |",
        "## English\n| Typed | Matches |\n| --- | --- |\n| `a` | b |",
        "## English\n| Typed | Matches |\n| --- | --- |\n| `a` | `b` `c` |",
        "## English\n| Typed | Note |\n| --- | --- |\n| `a` | b |",
        "## English\n| Typed | Matches |\n| --- | --- |\n| `a` | — |",
        "## English\n```\nGRPO OR\n```",
        "## English\n    GRPO OR\n",
        "## English\n<pre>GRPO OR</pre>\n",
        "`a`",
    ],
)
def test_what_cannot_be_run_may_not_stand_in_the_document(text):
    with pytest.raises(ValueError, match="cannot be run"):
        read_examples(text)


def refuse(text):
    with pytest.raises(QueryRefused) as caught:
        parse(text)
    return caught.value


def check_mentioned(text):
    """A sign of the language, a command of the chat with what it takes, or keywords."""
    if text in SIGNS:
        return
    command, _, rest = text.partition(" ")
    if not command.startswith("/"):
        rest = text
    elif command[1:] != "add":
        assert command[1:] in COMMANDS
        return
    for typed in split_keywords(rest.removeprefix("--yes ")):
        parse(typed.text)
