"""The forms in which a model writes about one paper, placeholders still in."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

#: In the order in which a reader sees them, by the language of the summary.
POINT_LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh": {"problem": "问题", "method": "方法", "result": "结果", "meaning": "局限或意义"},
    "en": {"problem": "Problem", "method": "Method", "result": "Result", "meaning": "Limits"},
}


class Kind(StrEnum):
    """How much is asked for: in Chinese `full`, or `brief` when the budget is nearly spent; in English `notes`."""

    FULL = "full"
    BRIEF = "brief"
    NOTES = "notes"


# OpenAI's strict mode wants additionalProperties: false; reading an answer, we only ignore what we did not ask for.
class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, json_schema_extra={"additionalProperties": False})


class Points(Wire):
    problem: str
    method: str
    result: str
    meaning: str


class Draft(Wire):
    """What every kind can do; a field that was not asked for is not there."""

    def fields(self) -> dict[str, str]:
        """By name, those of `points` beside the others."""
        named: dict[str, Any] = self.model_dump()
        points: dict[str, str] = named.pop("points", {})
        return named | points

    @classmethod
    def list_fields(cls) -> list[str]:
        names = [name for name in cls.model_fields if name != "points"]
        return [*names, *Points.model_fields] if "points" in cls.model_fields else names


class FullDraft(Draft):
    """The whole translation."""

    title: str
    tldr: str
    abstract: str
    points: Points


class BriefDraft(Draft):
    """For a paper whose abstract stays English."""

    title: str
    tldr: str


class NotesDraft(Draft):
    """For who reads the English themselves."""

    tldr: str
    points: Points


DRAFTS: Final[Mapping[Kind, type[Draft]]] = {
    Kind.FULL: FullDraft,
    Kind.BRIEF: BriefDraft,
    Kind.NOTES: NotesDraft,
}
