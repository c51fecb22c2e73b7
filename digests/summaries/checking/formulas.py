"""Formulas, links and placeholders: what is masked comes back whole, once, and nothing else looks like it."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from digests.summaries.checking.case import Case
from digests.summaries.faults import Fault
from digests.summaries.wording.masking import LINK, PLACEHOLDER, find_formulas, has_control_characters

# 5$\times$ that became 5$/times$ (2604.07944), and a command that a model makes up.
_RAW_LATEX: Final = re.compile(
    r"\\[A-Za-z]+|/(?:times|theta|alpha|beta|gamma|lambda|sigma|frac|sqrt|text|mathbb|mathcal)\b"
)
# `low-$k$ accuracy` that became $k美元 (2604.07747)
_DOLLARS: Final = re.compile(r"美元|美金|刀乐")
_MONEY: Final = re.compile(r"\$\s?\d|dollar|\bUSD\b|US\$|monetary|pric(?:e|ing)", re.IGNORECASE)
_BROKEN_PLACEHOLDER: Final = re.compile(r"⟦(?!\d{1,4}⟧)|(?<!\d)⟧|[【\[〔［]\s?\d{1,3}\s?⟧|⟦\s?\d{1,3}\s?[】\]〕］]")
_BARE_DOMAIN: Final = re.compile(r"(?<![\w.@-])(?:[a-z0-9-]{1,40}\.){1,3}(?:com|org|net|io|ai|cn|dev|edu)(?![\w.])")
# A link to nowhere instead of one that nobody gave (2602.10693).
_EMPTY_LINK: Final = re.compile(
    r"[\[［【（(<]\s?(?:请)?在?此处?(?:插入|填写|替换|补充)[^\]］】）)>]{0,20}|插入实际的?\s?URL|此处(?:插入|填写)"
)


def find_placeholder_faults(case: Case) -> Iterator[Fault]:
    known = {*case.source.title.numbers, *case.source.abstract.numbers}
    for name, text in case.fields.items():
        found = Counter(int(number[:9]) for number in PLACEHOLDER.findall(text))
        home = {"title": case.source.title, "abstract": case.source.abstract}.get(name)
        wrong = {n for n in home.numbers if found[n] != 1} | (found.keys() - set(home.numbers)) if home else set()
        yield from (Fault("placeholder", f"⟦{n}⟧") for n in sorted(wrong | (found.keys() - known)))
        if (broken := _BROKEN_PLACEHOLDER.search(text)) and broken[0] not in case.known:
            yield Fault("placeholder", broken[0])


def find_formula_faults(case: Case) -> Iterator[Fault]:
    for english, chinese in ((case.source.title, case.title), (case.source.abstract, case.abstract)):
        if chinese:
            yield from _compare(case, english.text, chinese)
    for name, text in case.fields.items():
        yield from _find_made_up(case, name, PLACEHOLDER.sub(" ", text))


def find_control_faults(case: Case) -> Iterator[Fault]:
    yield from (Fault("control", name) for name, text in case.fields.items() if has_control_characters(text))


def find_link_faults(case: Case) -> Iterator[Fault]:
    text = "\n".join(case.fields.values())
    found = [*(m[0] for m in LINK.finditer(text)), *(m[0] for m in _BARE_DOMAIN.finditer(LINK.sub(" ", text)))]
    yield from (Fault("link_invented", link) for link in found if link.rstrip("/") not in case.known)
    yield from (Fault("link_invented", match[0]) for match in _EMPTY_LINK.finditer(text))


def _compare(case: Case, english: str, chinese: str) -> Iterator[Fault]:
    ours, theirs = case.shown(chinese), case.shown(english)
    if PLACEHOLDER.sub("", english).count("$") % 2 == 0 and PLACEHOLDER.sub("", chinese).count("$") % 2:
        yield Fault("formula", "$")
    changed = Counter(find_formulas(theirs))
    changed.subtract(Counter(find_formulas(ours)))
    yield from (Fault("formula", formula) for formula, count in changed.items() if count)


def _find_made_up(case: Case, name: str, text: str) -> Iterator[Fault]:
    formulas = find_formulas(text)
    if name not in {"title", "abstract"}:
        yield from (Fault("formula", formula) for formula in formulas if formula not in case.known)
    for formula in formulas:
        text = text.replace(formula, " ")
    # One can still read around `\textit{…}` (2604.08232).
    yield from (Fault("markup", match[0]) for match in _RAW_LATEX.finditer(text) if match[0] not in case.english)
    money = _DOLLARS.search(text)
    if money and case.is_from_english and not _MONEY.search(case.known):
        yield Fault("formula", money[0])
