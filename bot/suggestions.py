"""Suggested keywords in words: each with what it would have brought."""

from bot.figures import write_average
from bot.voice import Voice
from digests.subscribers.suggestions import Suggestion, Suggestions


def say_suggestions(voice: Voice, head: str, suggestions: Suggestions) -> list[str]:
    """Blocks; `head` is the name of the sentence that says where they come from."""
    batches = max((len(one.test.days) for one in suggestions.found if one.is_tested), default=0)
    lines = [voice(head if batches else f"{head}_untested", batches=batches)]
    lines += [_say_suggestion(voice, one) for one in suggestions.found]
    foot = [voice("suggest_foot")]
    if suggestions.held:
        foot.append(voice("suggest_held", count=len(suggestions.held)))
    return ["\n".join(lines), "\n".join(foot)]


def say_count(voice: Voice, suggestion: Suggestion) -> str:
    """To stand behind a keyword; empty where no papers are stored."""
    test = suggestion.test
    if suggestion.query.needs_translation:
        return voice("suggest_only_chinese")
    if not suggestion.is_tested:
        return ""
    name = "suggest_broad" if test.is_broad else "suggest_count" if test.count else "suggest_none"
    return voice(name, batches=len(test.days), count=test.count, per_day=write_average(test.per_day))


def _say_suggestion(voice: Voice, suggestion: Suggestion) -> str:
    return voice("suggest_line", keyword=suggestion.query.typed) + say_count(voice, suggestion)
