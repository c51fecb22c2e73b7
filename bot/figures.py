"""What a back-test found, in a few lines of Telegram's HTML."""

from collections.abc import Sequence
from html import escape
from typing import Final

from bot.backtests import Trial
from bot.voice import Voice
from digests.keywords.language import Query
from digests.past.backtest import Backtest, Example
from digests.past.index import DAYS
from digests.past.proposing.proposals import Expansion
from digests.rendering.latex import read

_MAX_TITLE_CHARS: Final = 200
_WHOLE_FROM: Final = 10
_LEAST: Final = 0.1


def say_trial(voice: Voice, query: Query, trial: Trial) -> list[str]:
    """Lines; none where there was no paper to try it on."""
    if not trial.test.seen:
        return []
    lines = _say_hits(voice, query.typed, trial) if trial.test.count else _say_none(voice, trial)
    return [*lines, voice("test_english_only")] if query.has_chinese else lines


def say_brief(voice: Voice, query: Query, test: Backtest) -> str:
    """To stand behind a keyword in the list."""
    if not test.seen:
        return ""
    said = _say_brief_hits(voice, test) if test.count else voice("list_none")
    return said + voice("list_english_only") if query.has_chinese else said


def is_doubtful(test: Backtest) -> bool:
    """Is there something to be told about it?"""
    return test.is_broad or (test.seen > 0 and not test.count)


def write_average(per_day: float) -> str:
    if not per_day or per_day >= _WHOLE_FROM:
        return f"{per_day:.0f}"
    return f"{per_day:.1f}" if per_day >= _LEAST else f"<{_LEAST}"


def _say_hits(voice: Voice, typed: str, trial: Trial) -> list[str]:
    test = trial.test
    lines = [_say_where(voice, trial) + _say_count(voice, test), *_say_only_here(voice, test)]
    lines += [voice("test_examples"), *map(_say_example, test.examples)]
    if test.is_broad:
        return [*lines, _say_broad(voice, typed, trial)]
    return [*lines, *_say_full_names(voice, trial.wider)]


def _say_none(voice: Voice, trial: Trial) -> list[str]:
    name = "test_none_instead" if trial.proposals.instead else "test_none"
    said = _say_where(voice, trial) + voice(name, days=DAYS, batches=len(trial.test.days))
    instead = [voice("test_instead", text=each.text, count=each.count) for each in trial.proposals.instead]
    elsewhere = [voice("test_elsewhere")] if trial.is_scoped else []
    return [said, *(instead or _say_full_names(voice, trial.wider)), *elsewhere]


def _say_brief_hits(voice: Voice, test: Backtest) -> str:
    per_day = write_average(test.per_day)
    if test.only_here is None:
        brings = voice("list_brings", per_day=per_day)
    else:
        only_here = write_average(test.only_here / len(test.days))
        brings = voice("list_brings_only", per_day=per_day, only_here=only_here)
    return brings + voice("list_broad") if test.is_broad else brings


def _say_where(voice: Voice, trial: Trial) -> str:
    return voice("test_in_scope") if trial.is_scoped else ""


def _say_count(voice: Voice, test: Backtest) -> str:
    batches, busiest = len(test.days), test.busiest
    if batches == 1 or busiest is None:
        return voice("test_found_once", days=DAYS, count=test.count)
    per_day = write_average(test.per_day)
    return voice("test_found", days=DAYS, batches=batches, count=test.count, per_day=per_day, most=busiest.hits)


def _say_only_here(voice: Voice, test: Backtest) -> list[str]:
    if test.only_here is None:
        return []
    if test.only_here == test.count:
        return [voice("test_all_only_here")]
    return [voice("test_only_here" if test.only_here else "test_not_only_here", count=test.only_here)]


def _say_example(example: Example) -> str:
    title = str(read(example.title).clip(_MAX_TITLE_CHARS))
    return f'· <a href="https://arxiv.org/abs/{escape(example.paper_id)}">{escape(title)}</a>'


def _say_broad(voice: Voice, typed: str, trial: Trial) -> str:
    narrower = trial.proposals.narrower
    if narrower is None:
        return voice("test_broad", keyword=typed)
    return voice("test_broad_instead", text=narrower.text, per_day=write_average(narrower.per_day))


def _say_full_names(voice: Voice, expansions: Sequence[Expansion]) -> list[str]:
    if not expansions:
        return []
    names = [
        voice(
            "test_full_name",
            full_name=each.full_name,
            papers=each.papers,
            text=each.proposal.text,
            count=each.proposal.count,
        )
        for each in expansions
    ]
    return [voice("test_stands_for", acronym=expansions[0].acronym), *names]
