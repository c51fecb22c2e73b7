"""What one check found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """`ok` None: not set up or not running, which is no failure; `advice` then says what would change it."""

    name: str
    ok: bool | None
    detail: str
    advice: str = ""
