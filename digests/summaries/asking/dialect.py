"""What one server understands of the OpenAI protocol, learnt from its refusals."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from digests.summaries.asking.model import Question

#: From the strictest to what every server knows: plain text with marked sections.
_FORMATS: Final = ("json_schema", "json_object")
_PLAIN: Final = "text"
_NAMES_A_FORMAT: Final = ("response_format", "json_schema", "json_object", "structured output", "grammar", "guided")
_NAMES_SOMETHING: Final = (
    "unknown",
    "unrecognized",
    "unsupported",
    "not supported",
    "unexpected",
    "extra",
    "permitted",
)
_Extras = Mapping[str, Sequence[Any]]
# Thinking costs ten times the tokens and helps no translation (facts: doc pages of each server). Of several values the
# next one is for models that do not know the one before.
_THINKING_OFF: Final[Mapping[str, _Extras]] = {
    "openai.com": {"reasoning_effort": ("none", "minimal", "low")},
    "deepseek.com": {"thinking": ({"type": "disabled"},)},
    "aliyuncs.com": {"enable_thinking": (False,)},
    # vLLM and llama.cpp; Ollama ignores it.
    "": {"chat_template_kwargs": ({"enable_thinking": False},)},
}


@dataclass(frozen=True)
class Dialect:
    """The optional part of a request to one server and model.

    extras   parameters with the values that are tried, best first
    lessons  what the server does not understand: formats, `max_tokens`, extras as `name` or `name=value`
    """

    extras: _Extras
    lessons: frozenset[str] = frozenset()

    @property
    def rung(self) -> str:
        return next((kind for kind in _FORMATS if kind not in self.lessons), _PLAIN)

    @property
    def is_plain_text(self) -> bool:
        return self.rung == _PLAIN

    def body(self, question: Question) -> dict[str, Any]:
        limit = "max_completion_tokens" if "max_tokens" in self.lessons else "max_tokens"
        return {limit: question.max_tokens, **self._format(question.schema), **dict(self._list_extras())}

    def learn(self, refusal: str) -> str | None:
        """The lesson of a refusal (in lower case); None: it is about something else."""
        if "max_completion_tokens" in refusal and "max_tokens" not in self.lessons:
            return "max_tokens"
        if any(name in refusal for name in _NAMES_A_FORMAT):
            return None if self.is_plain_text else self.rung
        extras = list(self._list_extras())
        named = [extra for extra in extras if extra[0] in refusal]
        if not named and any(word in refusal for word in _NAMES_SOMETHING):
            named = extras[-1:]
        if not named:
            return None
        name, value = named[0]
        return _write_lesson(name, value) if "value" in refusal else name

    def _list_extras(self) -> Iterator[tuple[str, Any]]:
        for name, values in self.extras.items():
            understood = [value for value in values if _write_lesson(name, value) not in self.lessons]
            if understood and name not in self.lessons:
                yield name, understood[0]

    def _format(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        if self.is_plain_text:
            return {}
        named = {"name": "answer", "strict": True, "schema": dict(schema)}
        return {"response_format": {"type": self.rung, **({self.rung: named} if self.rung == "json_schema" else {})}}


def build_dialect(base_url: str, *, temperature: float) -> Dialect:
    host = urlsplit(base_url).hostname or ""
    thinking = next(extras for name, extras in _THINKING_OFF.items() if f".{host}".endswith(name))
    return Dialect({"temperature": (temperature,), **thinking})


def _write_lesson(name: str, value: Any) -> str:
    return f"{name}={json.dumps(value)}"
