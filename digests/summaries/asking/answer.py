"""What the model gives back: JSON, or marked sections from servers that know no JSON mode."""

import re
from collections.abc import Sequence
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from digests.errors import SummaryRejected
from digests.summaries.draft import POINT_LABELS, Draft, Wire
from digests.summaries.wording.masking import without_format_characters

# Only in front of the answer, for a paper may be about such tags. The opening one is often a part of the server's
# chat template and missing here; no field has `</think>{"`, because a quotation mark is escaped there.
_THOUGHT: Final = re.compile(
    r"\A.*</think>(?=\s*(?:```\w*\s*)?(?:\{\s*\"|【\w+】))|\A[^{【]*</think>|\A\s*<think>.*?(?:</think>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_FENCE: Final = re.compile(r"\A```\w*\s*")
_MARK: Final = re.compile(r"^[\s#*]*【(title|tldr|abstract|problem|method|result|meaning)】[*:：]*", re.MULTILINE)
# Either is a backslash of LaTeX that should have been two. The second one JSON would accept, and `\times` became a tab
# and `imes`. A line end before a word (`\nThe`) is none: no command begins with a capital after these letters.
_LONE_BACKSLASH: Final = re.compile(r'(?<!\\)((?:\\\\)*)\\(?!["\\/bfnrtu])')
_SWALLOWED: Final = re.compile(
    r"(?<!\\)((?:\\\\)*)\\(?=(?:b(?:ar|eta|f|ig[a-z]*|inom|oldsymbol|ullet)|f(?:rac|orall|ootnote)"
    r"|n(?:abla|eq?|eg|ot(?:in)?|u|ormal[a-z]*)|r(?:angle|ceil|ef|floor|ho|ight[a-z]*|m)"
    r"|t(?:an|au|ext[a-z]*|frac|heta|ilde|imes|o|riangle[a-z]*)|u(?:nderline|parrow|psilon))(?![A-Za-z]))"
)
_ALSO: Final = ("局限", "意义", "一句话总结", "一句话", "TL;DR", "TLDR", "Results", "Limits or meaning", "Meaning")
_LABELS: Final = (*_ALSO, *(label for labels in POINT_LABELS.values() for label in labels.values()))
# The longest first: 局限或意义 before 局限.
_LABEL: Final = re.compile(
    rf"\A(?:{'|'.join(map(re.escape, sorted(_LABELS, key=len, reverse=True)))})\s*[:：]\s*", re.IGNORECASE
)

_W = TypeVar("_W", bound=Wire)
_D = TypeVar("_D", bound=Draft)


def parse_answer(text: str, form: type[_D]) -> _D:
    """Read an answer that ended by itself. Half a JSON object is none: what is missing would be missed.

    Raises  SummaryRejected (fault `unparseable`).
    """
    text = unwrap(text)
    marks = _MARK.findall(text)
    if len(marks) != len(set(marks)):
        # Which of the two is the model's, and which one the paper's?
        raise SummaryRejected("a mark stands there twice", faults=("unparseable",))
    try:
        draft = form.model_validate(_from_sections(text)) if marks else read_json(text, form)
    except ValidationError as error:
        raise reject(error) from None
    tidied = {name: _tidy(name, field) for name, field in draft.fields().items()}
    return form.model_validate({**tidied, "points": tidied})


def unwrap(text: str) -> str:
    """An answer without the thoughts before it and the fence around it."""
    return _FENCE.sub("", _THOUGHT.sub("", text).strip()).removesuffix("```").strip()


def read_json(text: str, wire: type[_W]) -> _W:
    """The JSON object in an unwrapped answer. Raises pydantic's ValidationError."""
    start, end = text.find("{"), text.rfind("}")
    text = text[start : end + 1] if 0 <= start < end else text
    text = _SWALLOWED.sub(r"\1\\\\", text)
    try:
        return wire.model_validate_json(text)
    except ValidationError:
        return wire.model_validate_json(_LONE_BACKSLASH.sub(r"\1\\\\", text))


def reject(error: ValidationError) -> SummaryRejected:
    first = error.errors(include_input=False, include_url=False)[0]
    reason = f"{'.'.join(map(str, first['loc'])) or 'answer'}: {first['msg']}"
    return SummaryRejected(reason, faults=("unparseable",))


def _from_sections(text: str) -> dict[str, Any]:
    parts = _MARK.split(text)[1:]
    found: dict[str, Any] = dict(zip(parts[::2], parts[1::2], strict=True))
    return {**found, "points": found}


def _tidy(name: str, text: str) -> str:
    text = without_format_characters(text).replace("&lt;", "<")
    text = _join_lines([line.strip() for line in text.split("\n")])
    return text if name in {"title", "abstract"} else _LABEL.sub("", text)


def _join_lines(lines: Sequence[str]) -> str:
    """Chinese joins without a blank, English with one."""
    joined = ""
    for line in filter(None, lines):
        joined += f" {line}" if joined and joined[-1].isascii() and line[0].isascii() else line
    return joined
