"""The chat's renderer: sentences of templates/phrases [chat] as Telegram's HTML, and messages of a legal length."""

from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import Any, Final

from babel import Locale
from babel.dates import format_datetime

from digests.errors import InputError
from digests.phrases import Phrases

# Telegram counts after parsing the HTML, in UTF-16 units; the source is never shorter than that.
_MAX_MESSAGE_UNITS: Final = 4096


class Voice:
    """Says sentences in one language. Whatever is filled in is escaped here and nowhere else."""

    def __init__(self, phrases: Phrases) -> None:
        self.phrases = phrases

    def __call__(self, name: str, /, **fields: Any) -> str:
        """The sentence `name` of [chat], which may hold HTML of its own."""
        return self.phrases(f"chat.{name}", **{key: escape(str(value)) for key, value in fields.items()})

    def plain(self, name: str, /, **fields: Any) -> str:
        """A sentence of [chat] without HTML: for a button, or to be filled into another one."""
        return self.phrases(f"chat.{name}", **fields)

    def moment(self, local: datetime) -> str:
        """By the clock of the zone in which `local` is."""
        return format_datetime(local, self.plain("moment_pattern"), tzinfo=local.tzinfo, locale=self.locale)

    @property
    def locale(self) -> Locale:
        return Locale.parse(self.phrases.language, sep="-")

    def has(self, name: str) -> bool:
        return name in self.phrases.section("chat")

    def explain(self, error: InputError) -> str:
        """The sentence of `error`, and its example where [chat] has one.

        The command line says the same sentences, so they hold no HTML: they are escaped whole.
        """
        name = error.code.removeprefix("chat.")
        fields = {key: self.moment(it) if isinstance(it, datetime) else it for key, it in error.fields.items()}
        sentence = escape(self.phrases(error.code, **fields))
        return f"{sentence}\n{self(f'{name}_example')}" if self.has(f"{name}_example") else sentence


def pack(blocks: Iterable[str], separator: str = "\n\n") -> list[str]:
    """`blocks` in as few messages as possible; none is torn, so tags stay closed. A block fits one message."""
    messages: list[str] = []
    for block in blocks:
        if messages and count_units(messages[-1] + separator + block) <= _MAX_MESSAGE_UNITS:
            messages[-1] += separator + block
        else:
            messages.append(block)
    return messages


def count_units(text: str) -> int:
    """UTF-16 code units, by which Telegram counts."""
    return len(text.encode("utf-16-le")) // 2
