"""Sets of small numbers as the bits of one integer."""

from collections.abc import Iterator


def list_bits(mask: int) -> Iterator[int]:
    """The numbers of the set bits, rising."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
