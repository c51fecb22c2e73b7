"""Buttons that several answers offer."""

from bot.languages import NAMES
from bot.services import Button, Buttons
from bot.voice import Voice


def choice(text: str, command: str, *, is_current: bool) -> Button:
    return Button(f"✓ {text}" if is_current else text, command)


def link(voice: Voice, command: str) -> Button:
    """To a command without more, by the name that it has on buttons."""
    return Button(voice.plain(f"button_{command}"), f"/{command}")


def back(voice: Voice) -> list[Button]:
    return [Button(voice.plain("button_back"), "/settings")]


def languages(current: str) -> list[Button]:
    return [choice(name, f"/lang {code}", is_current=code == current) for code, name in NAMES.items()]


def scopes(voice: Voice, current: tuple[str, ...] | None, command: str = "/scope") -> Buttons:
    """What most people read: computer science, that with its neighbours, everything. None is everything."""
    offered = [("cs",), ("cs", "stat", "eess")]
    row = [choice(" ".join(scope), f"{command} {' '.join(scope)}", is_current=scope == current) for scope in offered]
    return [[*row, choice(voice.plain("scope_all"), f"{command} all", is_current=current is None)]]
