"""What is wrong in an answer and needs no model to be put right."""

import re
from typing import Final, TypeVar

import autocorrect_py

from digests.keywords.words import HAN
from digests.summaries.draft import Draft
from digests.summaries.wording.source import CJK, Source

# Its defaults put blanks where Chinese has none: 状态 - 动作, 近邻 (kNN).
_CONFIG: Final = '{"rules": {"space-dash": 0, "space-bracket": 0, "space-dollar": 0, "space-backticks": 0}}'
autocorrect_py.load_config(_CONFIG)  # type: ignore[attr-defined]  # its stub forgets it

# The library leaves a mark half as wide where Chinese stands on one side of it only: `46%,而`, `⟦2⟧;见`.
# Only from the first of many blanks: from each of them it would be a search of its own.
_HALF: Final = re.compile(rf"(?<=[{HAN}”》）])\s*([,;:!?])\s*|(?<!\s)\s*([,;:!?])\s*(?=[{HAN}“《（])")
_FULL_STOP: Final = re.compile(rf"(?<=[%⟧”》）{HAN}])\.(?=\s*[{HAN}“《（])")
_LAST_STOP: Final = re.compile(r"(?<=[\w%⟧”》）)$])\.\s*\Z")
_BRACKETS: Final = re.compile(rf"(?<=[{HAN}”》])[ ]?\(([^()（）]*)\)|[ ]?\((?=[^()（）{HAN}]*[{HAN}])([^()（）]*)\)")
_WIDE: Final = dict(zip(",;:!?", "，；：！？", strict=True))
# Where a command was swallowed (`\times` read as a tab and `imes`) the trace is left for the checks.
_CONTROL: Final = re.compile(r"[\x00-\x07\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]|[\t\f\r](?![A-Za-z])|[\b](?![A-Za-z])")
_SAYS_LLM: Final = re.compile(r"\bM?LLMs?\b|\blanguage models?\b", re.IGNORECASE)
_SAYS_TOKEN: Final = re.compile(r"token", re.IGNORECASE)
_SAYS_COIN: Final = re.compile(r"coin|crypto|blockchain|currenc|ethereum|\bNFT|\bDeFi\b|ledger|financ", re.IGNORECASE)
# Not in 彰显着.
_SLIP: Final = re.compile("(?<![彰凸突])显着")
_MAX_ROUNDS: Final = 4

_D = TypeVar("_D", bound=Draft)


def repair(draft: _D, source: Source) -> _D:
    """The draft with what is certain put right: marks and their width, known slips, arXiv's own Chinese.

    Repairing twice changes nothing more, and a text without Chinese only loses its asterisks and control characters.
    """
    fields = {name: _repair_text(text, source) for name, text in draft.fields().items()}
    if source.is_chinese:
        own = {"title": source.title.text, "abstract": source.abstract.text}
        fields |= {name: text for name, text in own.items() if name in fields and text}
    return type(draft).model_validate({**fields, "points": fields})


def _repair_text(text: str, source: Source) -> str:
    text = _CONTROL.sub("", text).replace("**", "").strip()
    if not CJK.search(text):
        return text
    text = _repair_terms(text, f"{source.title.text}\n{source.abstract.text}")
    for _ in range(_MAX_ROUNDS):
        repaired = _widen(autocorrect_py.format(text))
        if repaired == text:
            break
        text = repaired
    return text


def _repair_terms(chinese: str, english: str) -> str:
    """Slips with one meaning only. 政策 is none: a paper on energy policy has it rightly."""
    chinese = _SLIP.sub("显著", chinese)
    if _SAYS_LLM.search(english):
        chinese = chinese.replace("法学硕士", "大语言模型")
    if _SAYS_TOKEN.search(english) and not _SAYS_COIN.search(english):
        chinese = chinese.replace("代币", "token")
    return chinese


def _widen(text: str) -> str:
    text = _BRACKETS.sub(lambda match: f"（{match[1] or match[2] or ''}）", text)
    text = _HALF.sub(lambda match: _WIDE[match[1] or match[2]], text)
    return _LAST_STOP.sub("。", _FULL_STOP.sub("。", text))
