"""What an app shows, and when somebody looks at it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request, Response

from digests.clock import Now
from sandbox.replay.world import World

#: The world and the moment (aware) at which somebody looks at it.
Look = Callable[[], tuple[World, datetime]]


def _find_nothing(_request: Request) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Shown:
    """`find_recorded` gives an answer that was recorded, where there is one: it goes before the world's."""

    world: Callable[[], World]
    now: Now
    find_recorded: Callable[[Request], Response | None] = _find_nothing

    def look(self) -> tuple[World, datetime]:
        return self.world(), self.now()
