"""Names as their letters tell them: two capitals (GRPO, SlowLeaf), one inside (nuScenes), digits (Llama2)."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

_LATIN: Final = "A-Za-zÀ-ÖØ-öø-ɏ"
TOKEN: Final = re.compile(rf"[{_LATIN}0-9]+(?:[-‐‑.@_&][{_LATIN}0-9]+)*\+{{0,2}}")
_JOINTS: Final = re.compile(r"[-‐‑@_&]|(?<=[A-Za-z]{2})\.(?=[A-Za-z]{2})")
_INITIAL: Final = re.compile(rf"(?<![{_LATIN}])[{_LATIN}]")
_QUANTITY: Final = re.compile(r"[\d.]+[A-Za-z]{0,2}")
_SMALL_WORD: Final = re.compile(r"(?<![A-Za-z])[a-z]+(?![A-Za-z])")
_DIMENSION: Final = re.compile(r"[1-4]D")
# Text from outside has no end, and the runs of n parts are n² / 2.
_MAX_PARTS: Final = 12
# Where an acronym takes its letters from: awarE, neTwork, EXtraction; but iPhone, nuScenes.
_SPELLS_OUT: Final = re.compile(r"[a-z]+[A-Z]|(?!(?:i|e|k|o|q|nu)[A-Z])[a-z]{1,12}[A-Z][a-z]+|[A-Z]{2}[a-z]{5,}")
_UNIT: Final = re.compile(r"[kMGTPmnμµ]?(?:Hz|eV|Pa|dB|Wh?|bps)|[KMGTP]i?B(?:ps)?")
#: Words, not names, although they are written in capitals.
_SHOUTED: Final = frozenset({
    "A", "I", "AN", "AND", "ALL", "BUT", "DO", "IF", "IN", "IS", "IT", "NO", "NOT", "OF", "ON", "OR", "THE", "TO", "WE",
    "II", "III", "IV", "VI",
})  # fmt: skip
# `we propose Sibling-GRPO` (2602.10699); in a title LLM-Based has its capitals too, and Human-AI anywhere.
_PROPOSING: Final = re.compile(r"(?:propose|introduce|present|develop|release|called|named|dubbed|termed)s?\s\Z")
_VERB_CHARS: Final = 14


def find_names(text: str, *, context: str = "") -> Iterator[str]:
    """As they are written, without a plural `s`. Of `LLM-based` only the name, of Qwen3-4B-Instruct all."""
    for match in TOKEN.finditer(text):
        parts = split(match[0])
        if is_whole_name(match[0], parts) or _is_proposed(match, parts):
            yield singular(match[0])
        else:
            # `Hybrid ReasOning` (2604.08232) and `sEquence` (2602.10693) only show where an acronym comes from.
            yield from (singular(part) for part in parts if is_name(part) and not _is_word(part, context or text))


def read_pieces(text: str) -> set[str]:
    """All that a name may be found as: every run of parts of every token, folded; and each two neighbours as one."""
    tokens = list(TOKEN.finditer(text))
    pieces: set[str] = set()
    for token in dict.fromkeys(match[0] for match in tokens):
        pieces |= _runs(token)
    # Llama 2 may be written Llama2; what stands in another clause is no neighbour.
    neighbours = (pair for pair in pairwise(tokens) if text[pair[0].end() : pair[1].start()] == " ")
    return pieces | {fold(first[0]) + fold(second[0]) for first, second in neighbours}


def read_initials(text: str) -> str:
    return "".join(_INITIAL.findall(text)).casefold()


def split(token: str) -> list[str]:
    return [part for part in _JOINTS.split(token) if part][:_MAX_PARTS]


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """Without case, accents, joints and a plural `s`."""
    word = _JOINTS.sub("", singular(word))
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return word.casefold()


def singular(name: str) -> str:
    """LLMs is LLM; `Atlas` and `class` stay."""
    return name[:-1] if len(name) > 2 and name[-1] == "s" and (name[-2].isupper() or name[-2].isdigit()) else name


def is_quantity(part: str) -> bool:
    """7B and 18ms: numbers look after them."""
    return _QUANTITY.fullmatch(part) is not None


@lru_cache(maxsize=8192)
def is_name(part: str) -> bool:
    if _DIMENSION.fullmatch(part):
        return True
    if is_quantity(part) or part.rstrip("s") in _SHOUTED or not part[0].isalpha():
        return False
    if _SPELLS_OUT.fullmatch(part) or _UNIT.fullmatch(part):
        return False
    capitals = sum(c.isupper() for c in part)
    has_odd_one = capitals == 1 and (not part[0].isupper() or any(c.isdigit() for c in part))
    return capitals > 1 or (has_odd_one and len(part) > 2)


def is_whole_name(token: str, parts: list[str]) -> bool:
    """Qwen2.5-Coder-7B-Instruct, TD-MPC2 and pass@1; not LLM-Based and RL-based."""
    if "@" in token:
        return True
    if len(parts) < 2 or not any(map(is_name, parts)) or any(part[0].islower() for part in parts):
        return False
    return any(c.isdigit() for c in token) or all(map(is_name, parts))


@lru_cache(maxsize=8192)
def _runs(token: str) -> frozenset[str]:
    parts = [fold(part) for part in split(token)]
    runs = {"".join(parts[i:j]) for i in range(len(parts)) for j in range(i + 1, len(parts) + 1)}
    return frozenset({fold(token), *runs})


def _is_proposed(match: re.Match[str], parts: list[str]) -> bool:
    if len(parts) < 2 or not any(map(is_name, parts)) or not all(part[0].isupper() for part in parts):
        return False
    return _PROPOSING.search(match.string, max(0, match.start() - _VERB_CHARS), match.start()) is not None


def _is_word(part: str, text: str) -> bool:
    """`sEquence` where the text has `sequence` too; GIRL is no girl."""
    return part.upper() != part and part.lower() in _small_words(text)


@lru_cache(maxsize=32)
def _small_words(text: str) -> frozenset[str]:
    return frozenset(_SMALL_WORD.findall(text))
