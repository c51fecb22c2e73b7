"""A judge: another model that reads both texts for what needs understanding, such as an opposite.

It is believed only where it quotes: a finding whose evidence does not stand in the sentence it names is dropped.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Final

import structlog
from pydantic import ValidationError, WithJsonSchema

from digests.summaries.asking.answer import read_json, reject, unwrap
from digests.summaries.asking.model import Model, Question
from digests.summaries.asking.prompt import Prompt, build_plain_question, load_instructions
from digests.summaries.checking.sentences import split_chinese, split_english
from digests.summaries.draft import POINT_LABELS, Draft, Wire
from digests.summaries.faults import Fault
from digests.summaries.verdict import Verdict
from digests.summaries.wording.glossary import load_glossary
from digests.summaries.wording.source import Source

log = structlog.get_logger(__name__)

_MAX_FINDINGS: Final = 5
#: One character stands anywhere.
_MIN_EVIDENCE: Final = 2
_MAX_DETAIL: Final = 60
_MAX_TOKENS: Final = 800
_QUOTES: Final = "\"'\u2018\u2019“”「」"

#: Of the Chinese, in the order in which the judge reads them.
_PLACES: Final = {"title": "标题", "abstract": "摘要", "tldr": "一句话", **POINT_LABELS["zh"]}
_NONE: Final = "none"


class FindingKind(StrEnum):
    """Words of prompts/judge.md; with `judged_` before them, codes of templates/phrases [faults]."""

    OPPOSITE = "opposite"
    MEANING = "meaning"
    OMITTED = "omitted"
    ADDED = "added"
    TERM = "term"
    NUMBER = "number"
    NAME = "name"


_LINE: Final = re.compile(rf"^\s*【({'|'.join(FindingKind)}|{_NONE})】(?:\s*(\w+)\s*[|\uff5c](.*))?$", re.MULTILINE)


class Finding(Wire):
    """As the judge wrote it: a kind or a sentence that does not exist costs this finding, not the others."""

    sentence: str
    kind: Annotated[str, WithJsonSchema({"type": "string", "enum": list(FindingKind)})]
    evidence: str


class Findings(Wire):
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class Sentence:
    place: str
    text: str


@dataclass(frozen=True)
class ModelJudge:
    model: Model

    async def judge(self, source: Source, draft: Draft, *, within_seconds: float) -> Verdict:
        """Raises  SummaryError; SummaryRejected also for a verdict that cannot be read."""
        sentences = number_sentences(source, draft)
        answer = await self.model.complete(build_judge_question(sentences), within_seconds=within_seconds)
        findings = parse_findings(answer.text)
        founded = [finding for finding in findings if is_founded(finding, sentences)]
        faults = tuple(dict.fromkeys(map(_build_fault, founded)))
        log.info(
            "judged",
            model=self.model.name,
            prompt=f"judge {_load_prompt().version}",
            faults=[fault.code for fault in faults],
            unfounded=len(findings) - len(founded),
        )
        return Verdict(faults[:_MAX_FINDINGS], answer)


def number_sentences(source: Source, draft: Draft) -> dict[str, Sentence]:
    """`E1` is the English title, `C1` the Chinese one; the placeholders are in, the same in both."""
    english = [Sentence("title", source.title.text)]
    english += [Sentence("abstract", text) for text in split_english(source.abstract.text)]
    fields = draft.fields()
    chinese = [
        Sentence(place, " ".join(text.split()))
        for name, place in _PLACES.items()
        if name in fields
        for text in (split_chinese(fields[name]) if name == "abstract" else [fields[name]])
    ]
    sides = (("E", english), ("C", chinese))
    return {f"{letter}{number}": sentence for letter, side in sides for number, sentence in enumerate(side, 1)}


def build_judge_question(sentences: Mapping[str, Sentence]) -> Question:
    lines = (f"{number} [{sentence.place}] {sentence.text}" for number, sentence in sentences.items())
    return Question(
        system=_load_prompt().system,
        user=build_plain_question("pair", "\n".join(lines)),
        schema=Findings.model_json_schema(),
        plain_text_hint=load_instructions("judge.lines").system,
        max_tokens=_MAX_TOKENS,
    )


def parse_findings(text: str) -> list[Finding]:
    """Raises  SummaryRejected (fault `unparseable`)."""
    text = unwrap(text)
    lines = _LINE.findall(text)
    if lines:
        found = (Finding(kind=kind, sentence=number, evidence=evidence) for kind, number, evidence in lines)
        return [finding for finding in found if finding.kind != _NONE]
    try:
        return read_json(text, Findings).findings
    except ValidationError as error:
        raise reject(error) from None


def is_founded(finding: Finding, sentences: Mapping[str, Sentence]) -> bool:
    """Is it of a kind that we asked for, and does its evidence stand where it should: in the English if omitted?"""
    if finding.kind not in list(FindingKind):
        return False
    number, evidence = finding.sentence.strip().upper(), _fold(finding.evidence)
    sentence = sentences.get(number)
    is_right_side = number.startswith("E") == (finding.kind == FindingKind.OMITTED)
    return bool(sentence and is_right_side and len(evidence) >= _MIN_EVIDENCE and evidence in _fold(sentence.text))


def _build_fault(finding: Finding) -> Fault:
    return Fault(f"judged_{finding.kind}", " ".join(finding.evidence.split())[:_MAX_DETAIL])


@cache
def _load_prompt() -> Prompt:
    prompt, glossary = load_instructions("judge"), load_glossary()
    return Prompt(f"{prompt.version}.{glossary.version}", prompt.system.replace("{glossary}", str(glossary)))


def _fold(text: str) -> str:
    """Models copy the words, and then write blanks, widths and quotation marks in their own way."""
    folded = unicodedata.normalize("NFKC", text.replace("&lt;", "<"))
    return "".join(folded.split()).strip(_QUOTES)
