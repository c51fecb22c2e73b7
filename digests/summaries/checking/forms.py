"""Lengths and ends: too long, too short, cut off, and not in the promised form."""

import re
from collections.abc import Iterator
from typing import Final

from digests.summaries.checking.case import WORD, Case
from digests.summaries.checking.sentences import split_chinese, split_english
from digests.summaries.draft import Points
from digests.summaries.faults import Fault
from digests.summaries.wording.masking import PLACEHOLDER
from digests.summaries.wording.source import CJK

_STOPS: Final = "。！？.!?…⟧)）”」』》"
# A full stop with more text behind it; one at the end of a quotation ends no sentence of ours.
_NEXT_SENTENCE: Final = re.compile(r"[。！？](?=\s*[^\s。！？…”’」』》）)])")
_OPEN_END: Final = re.compile(
    r"[,，、:：;；(（“「《—+=/-]\s*\Z|(?:以及|并且|因为|由于|但是|通过|我们的?|基于|对于|从而)\s*\Z"
)
_MAX_CHARS_PER_WORD: Final = 2.7
_MIN_CHARS_PER_WORD: Final = 0.9
_MIN_WORDS: Final = 30
_MIN_NOTE_WORDS: Final = 2
# The prompt asks for a TL;DR of 40 to 80 characters and points of at most 45. Models cannot count, and nobody sees
# a few characters: a quarter more or less is let pass, what is beyond is asked for again (HARMLESS), and at twice the
# length there is probably something in it that the abstract does not say (`too_long`, a doubt).
_TLDR_CHARS: Final = range(30, 101)
_POINT_CHARS: Final = range(57)
_MAX_TLDR_CHARS: Final = 160
_MAX_POINT_CHARS: Final = 90
# The same of the English notes, which are asked for in at most 35 and 15 words.
_TLDR_WORDS: Final = 44
_POINT_WORDS: Final = 19


def find_length_faults(case: Case) -> Iterator[Fault]:
    words = len(WORD.findall(PLACEHOLDER.sub("", case.source.abstract.text)))
    chars = len(CJK.findall(case.abstract))
    if not case.abstract or not case.is_from_english or words < _MIN_WORDS:
        return
    if chars > _MAX_CHARS_PER_WORD * words:
        yield Fault("too_long")
    if chars < _MIN_CHARS_PER_WORD * words:
        yield Fault("too_short")


def find_sentence_faults(case: Case) -> Iterator[Fault]:
    """None of 67 recorded translations has fewer sentences than its English; one good one in thirty has two more."""
    if not case.abstract or not case.is_from_english:
        return
    english, chinese = len(split_english(case.source.abstract.text)), len(split_chinese(case.abstract))
    if chinese < english:
        yield Fault("sentences_fewer", f"{english}→{chinese}")
    if chinese > english + 1:
        yield Fault("sentences_more", f"{english}→{chinese}")


def find_unfinished(case: Case) -> Iterator[Fault]:
    has_stop = case.source.abstract.text.rstrip().endswith((".", "!", "?", "。"))
    is_cut = has_stop and bool(case.abstract) and case.abstract[-1] not in _STOPS
    if is_cut or any(_OPEN_END.search(text) for text in case.fields.values()):
        yield Fault("unfinished")


def find_form_faults(case: Case) -> Iterator[Fault]:
    yield from _find_chinese_forms(case) if case.is_chinese else _find_note_forms(case)


def _find_chinese_forms(case: Case) -> Iterator[Fault]:
    """Counted as the prompt says: every character is one, and a placeholder is the three that it is written with."""
    tldr = case.fields.get("tldr", "").strip()
    # What is said of a withdrawn paper in two lines makes no forty characters.
    is_short = 0 < len(tldr) < _TLDR_CHARS.start and len(WORD.findall(case.source.abstract.text)) >= _MIN_WORDS
    if len(tldr) > _MAX_TLDR_CHARS:
        yield Fault("too_long", "tldr")
    elif is_short or len(tldr) >= _TLDR_CHARS.stop or _NEXT_SENTENCE.search(tldr):
        yield Fault("tldr_form")
    for name in Points.model_fields.keys() & case.fields.keys():
        if len(case.fields[name]) > _MAX_POINT_CHARS:
            yield Fault("too_long", name)
        elif len(case.fields[name]) not in _POINT_CHARS:
            yield Fault("point_form", name)


def _find_note_forms(case: Case) -> Iterator[Fault]:
    is_short = 0 < len(case.fields.get("tldr", "").split()) < _MIN_NOTE_WORDS
    if is_short and len(WORD.findall(case.source.abstract.text)) >= _MIN_WORDS:
        yield Fault("too_short", "tldr")
    for name, text in case.fields.items():
        words, limit = len(text.split()), _TLDR_WORDS if name == "tldr" else _POINT_WORDS
        if words > 2 * limit:
            yield Fault("too_long", name)
        elif words > limit or (name == "tldr" and len(split_english(text)) > 1):
            yield Fault("notes_form", name)


def find_blank(case: Case) -> Iterator[Fault]:
    for name, text in case.fields.items():
        if not text.strip() and (name != "abstract" or case.source.abstract.text):
            yield Fault("blank", name)
