"""Names and acronyms: those of the English stay as they are, and the answer has none of its own."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

from digests.summaries.checking import latin
from digests.summaries.checking.case import Case
from digests.summaries.faults import Fault

# `Metis: …` is a name where no text writes it small; `Robotics: …` is a subject.
_TITLE_NAME: Final = re.compile(r"\A\s*([A-Za-z][\w.+-]{1,60})\s?:")
_PROPOSED: Final = re.compile(
    r"\b(?:propose|introduce|present|develop|release|called|named|dubbed|termed)s?\s([A-Z][a-z]{3,20})"
    r"(?=\s?[,(:.]|\s(?:which|that|an?|is)\b)"
)
#: Acronyms that a Chinese text uses for words of the English.
_COMMON: Final = frozenset({
    "ai", "llm", "ml", "rl", "sota", "gpu", "cpu", "3d", "2d", "id", "pdf", "qa", "kl", "ood", "rollout", "token",
    "transformer",
})  # fmt: skip
_MIN_MISSPELLED: Final = 3
_MIN_STEM: Final = 4


def find_name_faults(case: Case) -> Iterator[Fault]:
    for english, chinese in case.translated:
        there = latin.read_pieces(chinese)
        wanted = [*latin.find_names(english, context=case.english), *_find_plain_names(case, english)]
        yield from (Fault("name_lost", name) for name in wanted if not _is_kept(name, there, chinese))
    yield from (Fault("name_invented", name) for name in _find_invented(case))


@cache
def load_aliases() -> dict[str, tuple[str, ...]]:
    """Chinese that is as good as the name itself."""
    text = (resources.files("digests.summaries.checking") / "aliases.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: tuple(accepted.split("|")) for name, accepted in rows}


def _is_kept(name: str, there: set[str], chinese: str) -> bool:
    return latin.fold(name) in there or any(alias in chinese for alias in load_aliases().get(name, ()))


def _find_plain_names(case: Case, english: str) -> Iterator[str]:
    """Names that look like any other word: those of a title before its colon, and what the paper says it proposes."""
    if not case.is_from_english:
        return
    found = [match[1] for match in _PROPOSED.finditer(english)]
    if english == case.read(case.source.title.text) and (match := _TITLE_NAME.match(english)):
        found.append(match[1])
    yield from (name for name in found if _is_always_capital(name, case.source.abstract.text))


def _is_always_capital(name: str, abstract: str) -> bool:
    """And in the middle of a sentence, for the first word of one has its capital anyway."""
    is_inside = re.search(rf"[a-z,(]\s?{re.escape(name)}\b", abstract) is not None
    return is_inside and name.lower() not in abstract


def _find_invented(case: Case) -> Iterator[str]:
    known, initials = latin.read_pieces(case.known), latin.read_initials(case.known)
    for match in latin.TOKEN.finditer(case.chinese):
        token, parts = match[0], latin.split(match[0])
        # An English sentence begins with a capital, and Chinese has Latin letters only for names.
        is_ordinary = not case.is_chinese and not any(map(latin.is_name, parts))
        if is_ordinary or latin.fold(token) in known:
            continue
        # Of `Qwen3-4B/8B` a Qwen3-8B is none that the model made up; GPT-9 is, where 9 is nowhere.
        is_new = latin.is_whole_name(token, parts) and not all(latin.fold(part) in known for part in parts)
        if is_new or not all(_is_known(part, known, initials) for part in parts):
            yield token


def _is_known(part: str, known: set[str], initials: str) -> bool:
    folded, is_name = latin.fold(part), latin.is_name(part)
    if folded in known or folded in _COMMON or latin.is_quantity(part):
        return True
    if not is_name and (not part[0].isupper() or len(part) < _MIN_STEM - 1):
        return True
    if is_name and part.isalpha() and folded in initials:
        return not any(_is_misspelled(folded, name) for name in known)
    # Bayes of Bayesian
    return len(part) >= _MIN_STEM and not is_name and any(word.startswith(folded) for word in known)


def _is_misspelled(acronym: str, name: str) -> bool:
    """LML of LLM, MLM of MLLM (2604.08322): the initials of something are soon found."""
    if len(acronym) < _MIN_MISSPELLED or not 0 <= len(name) - len(acronym) <= 1:
        return False
    if len(acronym) == len(name):
        return sorted(acronym) == sorted(name)
    letters = iter(name)
    return acronym[0] == name[0] and all(letter in letters for letter in acronym)
