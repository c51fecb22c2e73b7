"""Does the answer say what the paper says? Checks that need no model; a fault is a code of templates/phrases [faults].

Calibrated on English-Chinese pairs of digests that people get today: about one flag in twenty is a false alarm on a
new field, so a fault means one repair call and then a visible mark, never a lost paper.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from digests.summaries.checking import forms, formulas, language, leaks, names, quantities, signs, substance
from digests.summaries.checking.case import Case
from digests.summaries.draft import Draft
from digests.summaries.faults import Fault
from digests.summaries.wording.glossary import Glossary
from digests.summaries.wording.source import Source


def find_faults(source: Source, draft: Draft, glossary: Glossary) -> tuple[Fault, ...]:
    """All faults of an answer, each once, the unreadable ones first. What its kind does not ask for is no fault."""
    case = Case(source, draft, glossary)
    faults = dict.fromkeys(fault for check in _CHECKS for fault in check(case))
    return tuple(sorted(faults, key=lambda fault: not fault.is_unreadable))


def _find_terms(case: Case) -> Iterator[Fault]:
    if case.is_chinese and case.is_from_english:
        found = case.glossary.find_forbidden(case.english, case.chinese)
        yield from (Fault("term", f"{english}→{wrong}") for english, wrong in found)


_CHECKS: Final[Iterable[Callable[[Case], Iterator[Fault]]]] = (
    forms.find_blank,
    language.find_language_faults,
    formulas.find_placeholder_faults,
    formulas.find_formula_faults,
    formulas.find_control_faults,
    forms.find_length_faults,
    forms.find_form_faults,
    forms.find_sentence_faults,
    quantities.find_number_faults,
    formulas.find_link_faults,
    _find_terms,
    names.find_name_faults,
    signs.find_sign_faults,
    substance.find_other_paper,
    substance.find_empty_points,
    forms.find_unfinished,
    leaks.find_talk,
    leaks.find_markup,
    leaks.find_loops,
    language.find_stray_english,
    language.find_script_faults,
)
