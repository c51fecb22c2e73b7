"""Text as Telegram messages: HTML parse mode, split between blocks.

Limits: 4,096 UTF-16 units after the entities are parsed, 100 entities; what is beyond is refused or loses its markup.
Source https://core.telegram.org/bots/api#html-style (2026-06)
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digests.phrases import Phrases

MAX_UNITS = 4096
MAX_ENTITIES = 100
#: Kept free for the part's number and for the mark of a repeat.
_RESERVED_UNITS = 96
_TAG = re.compile(r"<[a-z]")


@dataclass(frozen=True, slots=True)
class Block:
    """What is never cut. `gap` stands before it unless it begins a message."""

    text: str
    gap: str = "\n\n"


def pack(blocks: Iterable[Block]) -> list[str]:
    """Messages in order, each with as many blocks as fit."""
    parts: list[str] = []
    for block in blocks:
        longer = parts[-1] + block.gap + block.text if parts else ""
        if longer and fits(longer):
            parts[-1] = longer
        else:
            parts.append(block.text)
    return parts


def number(parts: Sequence[str], phrases: Phrases) -> list[str]:
    """Each with its number, where there are several."""
    if len(parts) == 1:
        return list(parts)
    total = len(parts)
    # The first line is what a phone shows as the notification, so the number stands last.
    return [f"{part}\n\n{phrases('digest.part', part=place, total=total)}" for place, part in enumerate(parts, 1)]


def fits(text: str) -> bool:
    return count_units(text) <= MAX_UNITS - _RESERVED_UNITS and count_entities(text) <= MAX_ENTITIES


def count_units(text: str) -> int:
    """Telegram's length of `text`, markup included: never less than what Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def count_entities(text: str) -> int:
    return len(_TAG.findall(text))
