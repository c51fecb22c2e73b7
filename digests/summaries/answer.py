"""What the model gives back: JSON, or marked sections from servers that know no JSON mode."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from digests.errors import SummaryRejected
from digests.summaries.masking import without_format_characters

#: In the order in which a reader sees them; the labels are Chinese because the summary is.
POINT_LABELS: Final[Mapping[str, str]] = {
    "problem": "问题",
    "method": "方法",
    "result": "结果",
    "meaning": "局限或意义",
}

# Only in front of the answer, for a paper may be about such tags. The opening one is often a part of the server's
# chat template and missing here; no field has `</think>{"`, because a quotation mark is escaped there.
_THOUGHT: Final = re.compile(
    r"\A.*</think>(?=\s*(?:```\w*\s*)?(?:\{\s*\"|【\w+】))|\A[^{【]*</think>|\A\s*<think>.*?(?:</think>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_FENCE: Final = re.compile(r"\A```\w*\s*|\s*```\Z")
_MARK: Final = re.compile(r"^【(title|tldr|abstract|problem|method|result|meaning)】", re.MULTILINE)
_LONE_BACKSLASH: Final = re.compile(r'\\(?!["\\/bfnrtu])')
_LABEL: Final = re.compile(r"\A(?:问题|方法|结果|局限或意义|局限|意义|一句话|TL;DR)\s*[::]\s*")


_W = TypeVar("_W", bound="Wire")


# OpenAI's strict mode wants additionalProperties: false; reading an answer, we only ignore what we did not ask for.
class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, json_schema_extra={"additionalProperties": False})


class Points(Wire):
    problem: str
    method: str
    result: str
    meaning: str


class Draft(Wire):
    """One answer, placeholders still in."""

    title: str
    tldr: str
    abstract: str
    points: Points

    def fields(self) -> dict[str, str]:
        return {"title": self.title, "tldr": self.tldr, "abstract": self.abstract, **self.points.model_dump()}


def parse_answer(text: str) -> Draft:
    """Read an answer that ended by itself, with the repairs that need no model.

    Raises  SummaryRejected (fault `unparseable`).
    """
    text = unwrap(text)
    try:
        draft = Draft.model_validate(_from_sections(text)) if _MARK.search(text) else read_json(text, Draft)
    except ValidationError as error:
        raise reject(error) from None
    return Draft.model_validate({**_tidied(draft), "points": {k: _tidied(draft)[k] for k in POINT_LABELS}})


def build_schema() -> dict[str, Any]:
    return Draft.model_json_schema()


def unwrap(text: str) -> str:
    """An answer without the thoughts before it and the fence around it."""
    return _FENCE.sub("", _THOUGHT.sub("", text).strip())


def read_json(text: str, wire: type[_W]) -> _W:
    """The JSON object in an unwrapped answer. Raises pydantic's ValidationError."""
    start, end = text.find("{"), text.rfind("}")
    text = text[start : end + 1] if 0 <= start < end else text
    try:
        return wire.model_validate_json(text)
    except ValidationError:
        # A model that writes \( or \alpha although it saw none. What JSON does accept shows as a control character.
        return wire.model_validate_json(_LONE_BACKSLASH.sub(r"\\\\", text))


def reject(error: ValidationError) -> SummaryRejected:
    first = error.errors(include_input=False, include_url=False)[0]
    reason = f"{'.'.join(map(str, first['loc'])) or 'answer'}: {first['msg']}"
    return SummaryRejected(reason, faults=("unparseable",))


def _from_sections(text: str) -> dict[str, Any]:
    parts = _MARK.split(text)[1:]
    found: dict[str, Any] = dict(zip(parts[::2], parts[1::2], strict=True))
    return {**found, "points": found}


def _tidied(draft: Draft) -> dict[str, str]:
    return {name: _tidy(text) for name, text in draft.fields().items()}


def _tidy(text: str) -> str:
    text = without_format_characters(text).replace("**", "").replace("显着", "显著").replace("&lt;", "<")
    text = re.sub(r"\s*\n\s*", "", text).strip()
    return _LABEL.sub("", text)
