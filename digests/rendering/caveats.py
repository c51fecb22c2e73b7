"""What a reader is told about a summary: why there is none, and what did not pass our checks."""

from collections.abc import Iterable
from typing import Final

from digests.clock import BEIJING
from digests.phrases import Phrases
from digests.summaries.faults import HARMLESS
from digests.summaries.summary import Summary, SummaryState

_MAX_NAMED: Final = 3


def say_missing(summary: Summary | None, phrases: Phrases) -> str:
    """Empty where there is a summary, or where its reader does without."""
    if summary and summary.is_readable:
        return ""
    why = _explain_missing(summary, phrases)
    return phrases("digest.missing", why=why) if why else ""


def say_doubt(summary: Summary | None, phrases: Phrases) -> str:
    """Empty where there is none."""
    if not summary or summary.state is not SummaryState.DOUBTFUL:
        return ""
    faults = _name_faults(summary.faults, phrases)
    return phrases("digest.doubtful", faults=faults) if faults else phrases("digest.doubtful_unnamed")


def list_faults(summary: Summary | None) -> tuple[str, ...]:
    """Codes, those that nobody need know left out."""
    return tuple(fault for fault in summary.faults if fault not in HARMLESS) if summary else ()


def _explain_missing(summary: Summary | None, phrases: Phrases) -> str:
    if summary is None:
        return phrases("digest.missing_none")
    match summary.state:
        case SummaryState.REFUSED:
            return phrases("digest.missing_refused")
        case SummaryState.PLANNED if summary.faults:
            # There was no money for it: a fault of the day, of no answer.
            why = _name_faults(summary.faults, phrases)
        case SummaryState.PLANNED if summary.retry_at:
            # In a few minutes, so that the moment is past when it is read.
            return phrases("digest.missing_away")
        case SummaryState.PLANNED | SummaryState.CLAIMED:
            return phrases("digest.missing_planned")
        case _:
            why = _explain_failed(summary.faults, phrases)
    if summary.retry_at is None:
        return why
    return phrases("digest.missing_again", why=why, beijing=f"{summary.retry_at.astimezone(BEIJING):%m-%d %H:%M}")


def _explain_failed(faults: Iterable[str], phrases: Phrases) -> str:
    named = _name_faults(faults, phrases)
    return phrases("digest.missing_faults", faults=named) if named else phrases("digest.missing_failed")


def _name_faults(faults: Iterable[str], phrases: Phrases) -> str:
    """Empty for codes of another version, which have no sentence."""
    sentences = phrases.section("faults")
    named = [sentences[fault] for fault in faults if fault in sentences and fault not in HARMLESS]
    joined = phrases("digest.fault_join").join(named[:_MAX_NAMED])
    return phrases("digest.faults_more", faults=joined, count=len(named)) if len(named) > _MAX_NAMED else joined
