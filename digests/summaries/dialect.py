"""What one server understands of the OpenAI protocol, learnt from its refusals and remembered."""

from typing import Any, Final
from urllib.parse import urlsplit

#: From the strictest to what every server knows; None is plain text with marked sections.
_RUNGS: Final = ("json_schema", "json_object", None)
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
# Thinking costs ten times the tokens and helps no translation (facts: doc pages of each server).
_THINKING_OFF: Final[dict[str, dict[str, Any]]] = {
    "openai.com": {"reasoning_effort": "none"},
    "deepseek.com": {"thinking": {"type": "disabled"}},
    "aliyuncs.com": {"enable_thinking": False},
    # vLLM and llama.cpp; Ollama ignores it.
    "": {"chat_template_kwargs": {"enable_thinking": False}},
}


class Dialect:
    """The optional part of a request to one server and model."""

    def __init__(self, base_url: str, *, schema: dict[str, Any], temperature: float) -> None:
        host = urlsplit(base_url).hostname or ""
        self._schema = schema
        self._rung = 0
        self._limit_name = "max_tokens"
        self._extras: dict[str, Any] = {"temperature": temperature}
        self._extras |= next(extra for name, extra in _THINKING_OFF.items() if f".{host}".endswith(name))

    @property
    def is_plain_text(self) -> bool:
        return _RUNGS[self._rung] is None

    def body(self, max_tokens: int) -> dict[str, Any]:
        return {self._limit_name: max_tokens, **self._format(), **self._extras}

    def learn(self, refusal: str) -> bool:
        """Leave out what a 400, 404 or 422 complains about. False: it complains about something else."""
        refusal = refusal.lower()
        if "max_completion_tokens" in refusal and self._limit_name == "max_tokens":
            self._limit_name = "max_completion_tokens"
            return True
        if any(name in refusal for name in _NAMES_A_FORMAT):
            return self.step_down()
        named = [name for name in self._extras if name in refusal]
        if not named and self._extras and any(word in refusal for word in _NAMES_SOMETHING):
            named = list(self._extras)[-1:]
        for name in named:
            del self._extras[name]
        return bool(named)

    def doubt_schema(self) -> None:
        """A blank answer: the server took the schema, and its model could not follow it."""
        self._rung = max(1, self._rung)

    def step_down(self) -> bool:
        if self.is_plain_text:
            return False
        self._rung += 1
        return True

    def _format(self) -> dict[str, Any]:
        kind = _RUNGS[self._rung]
        if kind is None:
            return {}
        named = {"name": "answer", "strict": True, "schema": self._schema}
        return {"response_format": {"type": kind, **({kind: named} if kind == "json_schema" else {})}}
