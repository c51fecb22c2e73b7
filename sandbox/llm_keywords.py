"""What the stand-in model answers to questions about keywords: what suggestions.toml has, and else nothing."""

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any, Final

from digests.subscribers.typed import fold_setting
from digests.summaries.suggesting import Queries

_QUESTION: Final = re.compile(r"<(?P<tag>(?P<kind>description|keyword)-\w+)>\n(?P<text>.*?)\n</(?P=tag)>", re.DOTALL)
_MAX_CHARS: Final = 1000


def answer_keywords(question: str) -> str | None:
    """The model's text; None for another kind of question."""
    asked = _QUESTION.search(question)
    if asked is None:
        return None
    text = fold_setting(asked["text"].replace("&lt;", "<"), _MAX_CHARS)
    queries = _suggest(text) if asked["kind"] == "description" else _load()["english"].get(text, [])
    return Queries(queries=queries).model_dump_json()


def _suggest(description: str) -> list[str]:
    named = (field for field in _load()["fields"] if any(word in description for word in field["words"]))
    return list(dict.fromkeys(query for field in named for query in field["queries"]))


@cache
def _load() -> dict[str, Any]:
    return tomllib.loads((resources.files("sandbox") / "suggestions.toml").read_text("utf-8"))
