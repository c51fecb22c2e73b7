"""What became of a person's keywords, as blocks of Telegram's HTML. A block always fits one message."""

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final

from bot.backtests import MAX_TOLD, Trial
from bot.figures import is_doubtful, say_brief, say_trial
from bot.voice import Voice
from digests.errors import QueryRefused
from digests.keywords.language import Query, parse
from digests.keywords.refusals import explain_refusal
from digests.keywords.tree import Author
from digests.keywords.words import HAN, is_chinese
from digests.past.backtest import Backtest
from digests.past.index import DAYS
from digests.subscribers.keywords import Added, AddResult, AlreadyHeld, NoRoom, Outcome, Refused, TooWide
from digests.subscribers.stored import find_query, find_refusal
from digests.subscribers.subscriber import Keyword
from digests.subscribers.typed import shorten

_QUOTED: Final = re.compile('"[^"]*"')
_CHINESE_GAP: Final = re.compile(rf"(?<=[{HAN}]) (?=[{HAN}])")


def say_added(voice: Voice, result: AddResult, trials: Mapping[str, Trial] | None) -> list[str]:
    """One block for each keyword, then how many there are. `trials` by canonical form; None: not to be had yet."""
    blocks = [_say_outcome(voice, outcome, result, trials or {}) for outcome in result.outcomes]
    if not result.added:
        return blocks
    footer = [
        *_say_chinese(voice, [added.query for added in result.added]),
        *_say_foot(voice, trials),
        *_say_where(voice, trials),
        *_say_untried(voice, trials),
        voice("held_now", held=result.held, max_keywords=result.max_keywords),
    ]
    return [*blocks, "\n".join(footer)]


def say_looked(voice: Voice, keyword: Keyword, query: Query, trials: Mapping[str, Trial] | None) -> list[str]:
    """Blocks about one keyword that is on the list."""
    lines = [voice("looked", keyword=keyword.typed), *_say_found(voice, query, trials or {})]
    lines += [*_say_untried(voice, trials), *_say_chinese(voice, [query])]
    return ["\n".join(lines), *_say_foot(voice, trials)]


def say_held(
    voice: Voice,
    held: Sequence[Keyword],
    max_keywords: int,
    tests: Mapping[str, Backtest] | None,
    *,
    is_scoped: bool,
) -> list[str]:
    """Lines. `tests` by stored form, without those that need a translation; None: not to be had yet."""
    lines = [_say_keyword(voice, number, keyword, tests) for number, keyword in enumerate(held, start=1)]
    head = [voice("list_head", held=len(held), max_keywords=max_keywords)]
    if tests is None:
        head.append(voice("list_not_ready"))
    elif batches := max((len(test.days) for test in tests.values() if test.seen), default=0):
        head.append(voice("list_figures", days=DAYS, batches=batches))
        head += [voice("list_in_scope")] if is_scoped else []
    looks = [voice("list_look")] if any(map(is_doubtful, (tests or {}).values())) else []
    return ["\n".join(head), *lines, "\n".join(["", *looks, voice("list_foot")])]


def say_removed(voice: Voice, keyword: Keyword, held: int) -> str:
    said = voice("removed", keyword=keyword.typed, held=held)
    return said + voice("removed_back", keyword=keyword.typed) if _is_readable(keyword.typed) else said


def say_refused(voice: Voice, error: QueryRefused) -> str:
    """The sentence, and under it the text as typed with a caret at the place."""
    sentence, _, shown = explain_refusal(error, voice.phrases).partition("\n")
    return f"{escape(sentence)}\n<pre>{escape(shown)}</pre>" if shown else escape(sentence)


def _is_readable(typed: str) -> bool:
    try:
        parse(typed)
    except QueryRefused:
        return False
    return True


def _say_chinese(voice: Voice, queries: Iterable[Query]) -> list[str]:
    """Once for all of them."""
    return [voice("test_only_chinese")] if any(query.needs_translation for query in queries) else []


def _say_foot(voice: Voice, trials: Mapping[str, Trial] | None) -> list[str]:
    return [voice("test_foot")] if trials and any(trial.instead for trial in trials.values()) else []


def _say_where(voice: Voice, trials: Mapping[str, Trial] | None) -> list[str]:
    """When there were too many keywords for more than figures: of which fields these are, and where proposals are."""
    if not trials or len(trials) <= MAX_TOLD:
        return []
    tried = [trial for trial in trials.values() if trial.test.seen]
    fields = [voice("list_in_scope")] if any(trial.is_scoped for trial in tried) else []
    return [*fields, voice("test_look")] if any(is_doubtful(trial.test) for trial in tried) else fields


def _say_untried(voice: Voice, trials: Mapping[str, Trial] | None) -> list[str]:
    """Why nothing is said about what new keywords would have brought, where that is so."""
    if trials is None:
        return [voice("test_not_ready")]
    if not trials or any(trial.test.seen for trial in trials.values()):
        return []
    is_scoped = any(trial.test.days for trial in trials.values())
    return [voice("test_nothing_in_scope" if is_scoped else "test_nothing_stored", days=DAYS)]


def _say_outcome(voice: Voice, outcome: Outcome, result: AddResult, trials: Mapping[str, Trial]) -> str:
    match outcome:
        case Added(keyword, query):
            return _say_added(voice, keyword, query, trials)
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


def _say_added(voice: Voice, keyword: Keyword, query: Query, trials: Mapping[str, Trial]) -> str:
    said = voice("added", keyword=keyword.typed)
    if len(trials) > MAX_TOLD and query.canonical in trials:
        return said + say_brief(voice, query, trials[query.canonical].test)
    return "\n".join([said, *_say_found(voice, query, trials)])


def _say_found(voice: Voice, query: Query, trials: Mapping[str, Trial]) -> list[str]:
    trial = trials.get(query.canonical)
    lines = say_trial(voice, query, trial) if trial else []
    authors = (term for term in query.positive_terms if isinstance(term, Author))
    # arXiv prints names in Latin letters.
    is_in_vain = any(is_chinese(word.text) for author in authors for word in author.words)
    return [*lines, voice("test_chinese_author")] if is_in_vain else lines


def _say_keyword(voice: Voice, number: int, keyword: Keyword, tests: Mapping[str, Backtest] | None) -> str:
    line = voice("list_line", number=number, keyword=keyword.typed)
    if refusal := find_refusal(keyword):
        return "\n".join([line, voice("list_unreadable", number=number), say_refused(voice, refusal)])
    query = find_query(keyword)
    if tests is not None and query is not None:
        test = tests.get(keyword.canonical)
        line += say_brief(voice, query, test) if test else voice("list_needs_translation")
    shown = _join_chinese(keyword.canonical)
    return line if shown == keyword.typed else line + "\n" + voice("list_reads", canonical=shown)


def _join_chinese(canonical: str) -> str:
    """`"世 界 模 型"` as people write it, which means the same. Outside quotes a blank may keep `或 者` from `或者`."""
    return _QUOTED.sub(lambda quoted: _CHINESE_GAP.sub("", quoted[0]), canonical)
