"""What became of a person's keywords, as blocks of Telegram's HTML. A block always fits one message."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from bot.voice import Voice
from digests.errors import QueryRefused
from digests.keywords.refusals import explain_refusal
from digests.rendering.latex import read
from digests.subscribers.backtest import Backtest, Example
from digests.subscribers.keywords import Added, AddResult, AlreadyHeld, NoRoom, Outcome, Refused, TooWide
from digests.subscribers.subscriber import Keyword
from digests.subscribers.typed import shorten

_MAX_TITLE_CHARS: Final = 200
# More than a digest shows in full.
_BROAD_PER_DAY: Final = 30


def say_added(voice: Voice, result: AddResult, *, has_papers: bool) -> list[str]:
    """One block for each keyword, then how many there are. With `has_papers` a backtest is promised."""
    blocks = [_say_outcome(voice, outcome, result) for outcome in result.outcomes]
    if not result.added:
        return blocks
    footer = [voice("held_now", held=result.held, max_keywords=result.max_keywords)]
    if not all(added.query.has_only_chinese for added in result.added):
        footer.insert(0, voice("test_promised" if has_papers else "test_nothing_stored"))
    return [*blocks, "\n".join(footer)]


def say_tests(voice: Voice, added: Sequence[Added], tests: Mapping[str, Backtest]) -> list[str]:
    """What each new keyword would have brought."""
    return [_say_test(voice, one.keyword, tests[one.query.canonical]) for one in added]


def say_held(voice: Voice, held: Sequence[Keyword], max_keywords: int, zone: ZoneInfo) -> list[str]:
    lines = [_say_keyword(voice, number, keyword, zone) for number, keyword in enumerate(held, start=1)]
    return [voice("list_head", held=len(held), max_keywords=max_keywords), *lines, voice("list_foot")]


def say_refused(voice: Voice, error: QueryRefused) -> str:
    """The sentence, and under it the text as typed with a caret at the place."""
    sentence, _, shown = explain_refusal(error, voice.phrases).partition("\n")
    return f"{escape(sentence)}\n<pre>{escape(shown)}</pre>" if shown else escape(sentence)


def _say_outcome(voice: Voice, outcome: Outcome, result: AddResult) -> str:
    match outcome:
        case Added(keyword, query):
            said = voice("added", keyword=keyword.typed)
            return f"{said}\n{voice('test_only_chinese')}" if query.has_only_chinese else said
        case AlreadyHeld(typed, keyword) if typed == keyword.typed:
            return voice("held_same", keyword=typed)
        case AlreadyHeld(typed, keyword):
            return voice("held_alike", typed=typed, keyword=keyword.typed)
        case TooWide(typed):
            return voice("too_wide", keyword=typed)
        case NoRoom(typed):
            return voice("no_room", typed=shorten(typed), max_keywords=result.max_keywords)
        case Refused(_, error):
            return say_refused(voice, error)


def _say_test(voice: Voice, keyword: Keyword, test: Backtest) -> str:
    if not test.count:
        return voice("test_none", keyword=keyword.typed, days=test.days_with_papers)
    lines = [voice("test_found", keyword=keyword.typed, days=test.days_with_papers, count=test.count)]
    lines += [_say_example(example) for example in test.examples]
    per_day = round(test.count / test.days_with_papers)
    if per_day >= _BROAD_PER_DAY:
        lines.append(voice("test_broad", per_day=per_day, keyword=keyword.typed))
    return "\n".join(lines)


def _say_example(example: Example) -> str:
    title = str(read(example.title).clip(_MAX_TITLE_CHARS))
    return f'· <a href="https://arxiv.org/abs/{escape(example.paper_id)}">{escape(title)}</a>'


def _say_keyword(voice: Voice, number: int, keyword: Keyword, zone: ZoneInfo) -> str:
    added_on = keyword.added_at.astimezone(zone).date()
    line = voice("list_line", number=number, keyword=keyword.typed, added_on=added_on)
    if keyword.canonical == keyword.typed:
        return line
    return line + "\n" + voice("list_reads", canonical=keyword.canonical)
