"""Is the Chinese what the English says? Checks that need no model; a fault is a code of templates/phrases [faults].

Calibrated on 101 English-Chinese pairs of digests that people get today: about one flag in twenty is a false
alarm on a new field, so a fault means one repair call and then a visible mark, never a lost paper.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from digests.papers.paper import Paper
from digests.summaries.answer import POINT_LABELS, Draft
from digests.summaries.glossary import Glossary
from digests.summaries.masking import LINK, PLACEHOLDER, Masked, find_formulas, has_control_characters, mask, unmask
from digests.summaries.numbers import find_invented, find_lost

#: With one of these the text cannot be read or is not a translation: the English is shown instead.
UNREADABLE: Final = frozenset({"blank", "not_chinese", "placeholder", "formula", "control", "unparseable", "cut_off"})

#: The words are right but not of the promised length: worth one repair call and a note in the store, but no mark, for
#: the reader sees the length and would only learn to overlook marks.
HARMLESS: Final = frozenset({"tldr_form", "point_form"})

_CJK: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
# Names have a capital or a digit and stay as they are: only what is plainly English counts against Chinese.
_ENGLISH: Final = re.compile(r"(?<![A-Za-z0-9])[a-z]+(?![A-Za-z0-9])")
# A name may begin with a capital too, but three such words in a row are a sentence or a title.
_ORDINARY: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]?[a-z]+(?![A-Za-z0-9])")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'’-]*")
# A method's name before the colon of a title: two capitals, or a capital or digit after the first letter.
_NAME: Final = re.compile(r"\A\s*([A-Za-z][\w.+-]*[A-Z0-9][\w.+-]*)\s*:")
_META: Final = re.compile(
    r"这段文字|以[下上]是|(?:译文|翻译)如下|作为(?:一个)?(?:AI|人工智能|语言模型)|请在此处"
    r"|译者?注|〔[^〕]*〕|[Aa]s an AI"
)
_MARKUP: Final = re.compile(r'```|^\s*#{1,4} |\]\(http|</?[a-z]+[^>]*>|"(?:title|tldr|abstract|points)"\s*:|【\w+】')
_STOPS: Final = "。！？.!?…⟧)）”」"
# A full stop with more text behind it; one at the end of a quotation ends no sentence of ours.
_NEXT_SENTENCE: Final = re.compile(r"[。！？](?=\s*[^\s。！？…”’」』》）)])")
_MIN_CHINESE_SHARE: Final = 0.55
_MAX_CHARS_PER_WORD: Final = 2.7
_MIN_CHARS_PER_WORD: Final = 0.9
_MIN_WORDS: Final = 30
_MAX_NAME_WORDS: Final = 2
# The prompt asks for a TL;DR of 40 to 80 characters and points of at most 45. Models cannot count, and nobody sees
# a few characters: a quarter more or less is let pass, what is beyond is asked for again (HARMLESS), and at twice the
# length there is probably something in it that the abstract does not say (`too_long`, a doubt).
_TLDR_CHARS: Final = range(30, 101)
_POINT_CHARS: Final = range(57)
_MAX_TLDR_CHARS: Final = 160
_MAX_POINT_CHARS: Final = 90


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


@dataclass(frozen=True, slots=True)
class Source:
    """A paper as the model sees it: one numbering over title and abstract."""

    title: Masked
    abstract: Masked


@dataclass(frozen=True)
class _Case:
    source: Source
    draft: Draft
    glossary: Glossary

    @cached_property
    def english(self) -> str:
        """Without what is masked: the numbers in a formula are no quantities to compare."""
        return _plain(f"{self.source.title.text}\n{self.source.abstract.text}")

    @cached_property
    def chinese(self) -> str:
        return _plain("\n".join(self.draft.fields().values()))

    def shown(self, text: str) -> str:
        return unmask(text, self.source.title, self.source.abstract)


def build_source(paper: Paper) -> Source:
    title = mask(paper.title)
    return Source(title, mask(paper.abstract, first=title.numbers.stop))


def find_faults(source: Source, draft: Draft, glossary: Glossary) -> tuple[Fault, ...]:
    """All faults of an answer, each once, the unreadable ones first."""
    case = _Case(source, draft, glossary)
    faults = dict.fromkeys(fault for check in _CHECKS for fault in check(case))
    return tuple(sorted(faults, key=lambda fault: not fault.is_unreadable))


def _blank(case: _Case) -> Iterator[Fault]:
    for name, text in case.draft.fields().items():
        if not text.strip() and (name != "abstract" or case.source.abstract.text):
            yield Fault("blank", name)


def _not_chinese(case: _Case) -> Iterator[Fault]:
    text = _plain(case.draft.abstract)
    chinese, english = len(_CJK.findall(text)), sum(map(len, _ENGLISH.findall(text)))
    if text.strip() and chinese <= _MIN_CHINESE_SHARE * (chinese + english):
        yield Fault("not_chinese")
    yield from (Fault("not_chinese", name) for name, text in _short_fields(case) if _is_english(name, _plain(text)))


def _is_english(name: str, text: str) -> bool:
    """A title may have many names in little Chinese, or be one name; a sentence has more Chinese than English."""
    chinese, english = len(_CJK.findall(text)), len(_ORDINARY.findall(text))
    return english > _MAX_NAME_WORDS and chinese < (1 if name == "title" else english)


def _placeholder(case: _Case) -> Iterator[Fault]:
    known = {*case.source.title.numbers, *case.source.abstract.numbers}
    for name, text in case.draft.fields().items():
        found = Counter(int(number) for number in PLACEHOLDER.findall(text))
        home = {"title": case.source.title, "abstract": case.source.abstract}.get(name)
        wrong = {n for n in home.numbers if found[n] != 1} | (found.keys() - set(home.numbers)) if home else set()
        yield from (Fault("placeholder", f"⟦{n}⟧") for n in sorted(wrong | (found.keys() - known)))


def _formula(case: _Case) -> Iterator[Fault]:
    for english, chinese in (
        (case.source.title, case.draft.title),
        (case.source.abstract, case.draft.abstract),
    ):
        ours, theirs = case.shown(chinese), case.shown(english.text)
        if PLACEHOLDER.sub("", english.text).count("$") % 2 == 0 and PLACEHOLDER.sub("", chinese).count("$") % 2:
            yield Fault("formula", "$")
        changed = Counter(find_formulas(theirs))
        changed.subtract(Counter(find_formulas(ours)))
        yield from (Fault("formula", formula) for formula, count in changed.items() if count)


def _control(case: _Case) -> Iterator[Fault]:
    yield from (Fault("control", name) for name, text in case.draft.fields().items() if has_control_characters(text))


def _length(case: _Case) -> Iterator[Fault]:
    words = len(_WORD.findall(_plain(case.source.abstract.text)))
    chars = len(_CJK.findall(case.draft.abstract))
    if words >= _MIN_WORDS and chars > _MAX_CHARS_PER_WORD * words:
        yield Fault("too_long")
    if words >= _MIN_WORDS and chars < _MIN_CHARS_PER_WORD * words:
        yield Fault("too_short")


def _form(case: _Case) -> Iterator[Fault]:
    """Counted as the prompt says: every character is one, and a placeholder is the three that it is written with."""
    tldr = case.draft.tldr.strip()
    # What is said of a withdrawn paper in two lines makes no forty characters.
    is_short = 0 < len(tldr) < _TLDR_CHARS.start and len(_WORD.findall(case.source.abstract.text)) >= _MIN_WORDS
    if len(tldr) > _MAX_TLDR_CHARS:
        yield Fault("too_long", "tldr")
    elif is_short or len(tldr) >= _TLDR_CHARS.stop or _NEXT_SENTENCE.search(tldr):
        yield Fault("tldr_form")
    fields = case.draft.fields()
    for name in POINT_LABELS:
        if len(fields[name]) > _MAX_POINT_CHARS:
            yield Fault("too_long", name)
        elif len(fields[name]) not in _POINT_CHARS:
            yield Fault("point_form", name)


def _number(case: _Case) -> Iterator[Fault]:
    for english, chinese in (
        (case.source.title.text, case.draft.title),
        (case.source.abstract.text, case.draft.abstract),
    ):
        yield from (Fault("number_lost", number) for number in find_lost(_plain(english), _plain(chinese)))
    yield from (Fault("number_invented", number) for number in find_invented(case.chinese, case.english))


def _link(case: _Case) -> Iterator[Fault]:
    yield from (Fault("link_invented", link) for link in LINK.findall(case.chinese) if link not in case.english)


def _term(case: _Case) -> Iterator[Fault]:
    found = case.glossary.find_forbidden(case.english, case.chinese)
    yield from (Fault("term", f"{english}→{wrong}") for english, wrong in found)


def _name(case: _Case) -> Iterator[Fault]:
    name = _NAME.match(case.source.title.text)
    if name and name[1] not in case.draft.title:
        yield Fault("name_lost", name[1])


def _unfinished(case: _Case) -> Iterator[Fault]:
    ends = case.source.abstract.text.rstrip().endswith((".", "!", "?"))
    if ends and case.draft.abstract and case.draft.abstract[-1] not in _STOPS:
        yield Fault("unfinished")


def _talk(case: _Case) -> Iterator[Fault]:
    yield from (Fault("meta", found[0]) for found in _META.finditer(case.chinese))
    # Without the quantity signs of the source: `p <q and r> 0` is no tag.
    yield from (Fault("markup", found[0]) for found in _MARKUP.finditer(case.chinese) if found[0] not in case.english)


_CHECKS: Final[Iterable[Callable[[_Case], Iterator[Fault]]]] = (
    _blank,
    _not_chinese,
    _placeholder,
    _formula,
    _control,
    _length,
    _form,
    _number,
    _link,
    _term,
    _name,
    _unfinished,
    _talk,
)


def _short_fields(case: _Case) -> Iterator[tuple[str, str]]:
    yield from ((name, text) for name, text in case.draft.fields().items() if name != "abstract")


def _plain(text: str) -> str:
    return PLACEHOLDER.sub("", text)
