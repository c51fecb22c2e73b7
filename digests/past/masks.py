"""Sets of papers by day, as the bits of integers: bit n is paper number n of the day. A day without any is absent."""

from collections.abc import Mapping
from datetime import date

Masks = Mapping[date, int]


def intersect(one: Masks, other: Masks) -> dict[date, int]:
    return drop_empty({on: mask & other.get(on, 0) for on, mask in one.items()})


def unite(*several: Masks) -> dict[date, int]:
    united: dict[date, int] = {}
    for masks in several:
        for on, mask in masks.items():
            united[on] = united.get(on, 0) | mask
    return united


def subtract(one: Masks, other: Masks) -> dict[date, int]:
    return drop_empty({on: mask & ~other.get(on, 0) for on, mask in one.items()})


def drop_empty(masks: Masks) -> dict[date, int]:
    return {on: mask for on, mask in masks.items() if mask}


def count(masks: Masks) -> int:
    return sum(mask.bit_count() for mask in masks.values())
