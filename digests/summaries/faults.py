"""What can be wrong with an answer: codes of templates/phrases [faults]."""

from dataclasses import dataclass
from typing import Final

#: With one of these the text cannot be read or is not a translation: the English is shown instead.
UNREADABLE: Final = frozenset(
    {"blank", "not_chinese", "not_english", "placeholder", "formula", "control", "unparseable", "cut_off", "refused"}
)

#: The words are right, but more or longer than promised: worth one repair call and a note in the store, but no mark:
#: the reader sees the length and would only learn to overlook marks.
HARMLESS: Final = frozenset({"tldr_form", "point_form", "notes_form", "sentences_more"})


@dataclass(frozen=True, slots=True)
class Fault:
    """`detail` is what was found, in the text's own words: `46%`, `policy→政策`, `⟦2⟧`."""

    code: str
    detail: str = ""

    @property
    def is_unreadable(self) -> bool:
        return self.code in UNREADABLE

    @property
    def is_harmless(self) -> bool:
        return self.code in HARMLESS

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code
