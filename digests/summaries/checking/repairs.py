"""What is wrong in an answer and needs no model to be put right."""

import re
from typing import Final, TypeVar

import autocorrect_py

from digests.summaries.draft import Draft
from digests.summaries.wording.masking import PLACEHOLDER
from digests.summaries.wording.source import Source

# Its defaults put blanks where Chinese has none: 状态 - 动作, 近邻 (kNN).
_CONFIG: Final = '{"rules": {"space-dash": 0, "space-bracket": 0, "space-dollar": 0, "space-backticks": 0}}'
autocorrect_py.load_config(_CONFIG)  # type: ignore[attr-defined]  # its stub forgets it

_CJK: Final = r"\u3400-\u4dbf\u4e00-\u9fff"
_CHINESE: Final = re.compile(f"[{_CJK}]")
_LETTER: Final = re.compile(r"[^\W\d_]")
# The library leaves a mark half as wide where Chinese stands on one side of it only: `46%,而`, `⟦2⟧;见`.
_HALF: Final = re.compile(rf"(?<=[{_CJK}”》）])\s*([,;:!?])\s*|\s*([,;:!?])\s*(?=[{_CJK}“《（])")
_FULL_STOP: Final = re.compile(rf"(?<=[%⟧”》）{_CJK}])\.(?=\s*[{_CJK}“《（])")
_LAST_STOP: Final = re.compile(r"(?<=[\w%⟧”》）)$])\.\s*\Z")
_BRACKETS: Final = re.compile(rf"(?<=[{_CJK}”》])[ ]?\(([^()（）]*)\)|[ ]?\(([^()（）]*[{_CJK}][^()（）]*)\)")
_WIDE: Final = dict(zip(",;:!?", "，；：！？", strict=True))
# Where a command was swallowed (`\times` read as a tab and `imes`) the trace is left for the checks.
_CONTROL: Final = re.compile(r"[\x00-\x07\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]|[\t\f\r](?![A-Za-z])|[\b](?![A-Za-z])")
_SAYS_LLM: Final = re.compile(r"\bM?LLMs?\b|\blanguage models?\b", re.IGNORECASE)
_SAYS_TOKEN: Final = re.compile(r"token", re.IGNORECASE)
_SAYS_COIN: Final = re.compile(r"coin|crypto|blockchain|currenc|ethereum|\bNFT|\bDeFi\b|ledger|financ", re.IGNORECASE)
_MAX_ROUNDS: Final = 4

_D = TypeVar("_D", bound=Draft)


def repair(draft: _D, source: Source) -> _D:
    """The draft with what is certain put right: marks and their width, known slips, arXiv's own Chinese.

    Repairing twice changes nothing more, and a text without Chinese only loses its asterisks and control characters.
    """
    fields = {name: _repair_text(text, source) for name, text in draft.fields().items()}
    if is_chinese(source):
        own = {"title": source.title.text, "abstract": source.abstract.text}
        fields |= {name: text for name, text in own.items() if name in fields and text}
    return type(draft).model_validate({**fields, "points": fields})


def is_chinese(source: Source) -> bool:
    """The paper is written in Chinese already: there is nothing to translate."""
    text = PLACEHOLDER.sub("", source.abstract.text or source.title.text)
    return len(_CHINESE.findall(text)) > len(_LETTER.findall(text)) / 2


def _repair_text(text: str, source: Source) -> str:
    text = _CONTROL.sub("", text).replace("**", "").strip()
    if not _CHINESE.search(text):
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
    chinese = chinese.replace("显着", "显著")
    if _SAYS_LLM.search(english):
        chinese = chinese.replace("法学硕士", "大语言模型")
    if _SAYS_TOKEN.search(english) and not _SAYS_COIN.search(english):
        chinese = chinese.replace("代币", "token")
    return chinese


def _widen(text: str) -> str:
    text = _BRACKETS.sub(lambda match: f"（{match[1] or match[2] or ''}）", text)
    text = _HALF.sub(lambda match: _WIDE[match[1] or match[2]], text)
    return _LAST_STOP.sub("。", _FULL_STOP.sub("。", text))
