"""Do the short texts say something, and of this paper?"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from digests.summaries.checking import latin
from digests.summaries.checking.case import WORD, Case
from digests.summaries.draft import Points
from digests.summaries.faults import Fault
from digests.summaries.wording.source import CJK

# The least of 64 good TL;DRs has 41% of its pairs of characters from its abstract's Chinese; 99 of a hundred TL;DRs
# of other papers have less than 20%.
_MIN_SHARED: Final = 0.2
_MIN_PAIRS: Final = 10
# The least of 138 English TL;DRs of huggingface.co has 45% of its longer words from its abstract, and of other papers
# half have less than 23%.
_MIN_SHARED_WORDS: Final = 0.3
_MIN_WORDS: Final = 4
# Of two lines a good TL;DR may say nothing in their words, and one point may be all there is.
_MIN_ABSTRACT_WORDS: Final = 30
_LONG_WORD: Final = re.compile(r"[a-z]{5,}")
_STEM_CHARS: Final = 5
_MIN_POINT_CHARS: Final = 4
_NOTHING: Final = re.compile(
    r"\W*(?:(?:暂|并)?无(?:明确|具体|相关)?(?:说明|内容|信息|数据)?|没有|不详|未知|略"
    r"|(?:原文|摘要|文中|论文)?(?:中)?(?:并)?未(?:明确)?(?:提及|提到|说明|给出|提供)"
    r"|n/?a|none|nothing|null|unknown|not (?:applicable|available|given|mentioned|specified|stated))\W*",
    re.IGNORECASE,
)


def find_other_paper(case: Case) -> Iterator[Fault]:
    tldr = case.fields.get("tldr", "")
    if _has_little(case) or not case.is_from_english:
        return
    if _is_of_other_paper(case, tldr) if case.is_chinese else _are_of_other_paper(case, tldr):
        yield Fault("other_paper", tldr[:20])


def find_empty_points(case: Case) -> Iterator[Fault]:
    """`无`, `N/A`, or what another point says already. One that says that the abstract names no limits is honest."""
    if _has_little(case):
        return
    points = {name: case.fields[name].strip() for name in Points.model_fields if name in case.fields}
    often, nothing = Counter(points.values()), [name for name, text in points.items() if _NOTHING.fullmatch(text)]
    for name, text in points.items():
        if text and (len(text) < _MIN_POINT_CHARS or often[text] > 1 or (name in nothing and len(nothing) > 1)):
            yield Fault("point_empty", name)


def _has_little(case: Case) -> bool:
    return len(WORD.findall(case.source.abstract.text)) < _MIN_ABSTRACT_WORDS


def _is_of_other_paper(case: Case, tldr: str) -> bool:
    """A title and terms have too few characters to ask for a share: there one pair is enough."""
    pairs = _read_pairs(tldr)
    if len(pairs) < _MIN_PAIRS or _has_known_name(case, tldr):
        return False
    if case.abstract:
        return len(pairs & _read_pairs(f"{case.title}\n{case.abstract}")) < _MIN_SHARED * len(pairs)
    terms = (chinese for term in case.glossary.find_present(case.english) for chinese in term.chinese)
    return pairs.isdisjoint(_read_pairs("\n".join((case.title, *terms))))


def _are_of_other_paper(case: Case, tldr: str) -> bool:
    words = _read_stems(case.read(tldr))
    if len(words) < _MIN_WORDS or _has_known_name(case, tldr):
        return False
    return len(words & _read_stems(case.english)) < _MIN_SHARED_WORDS * len(words)


def _has_known_name(case: Case, text: str) -> bool:
    known = latin.read_pieces(case.known)
    return any(latin.fold(name) in known for name in latin.find_names(case.read(text)))


def _read_pairs(text: str) -> set[str]:
    return {first + second for first, second in pairwise(text) if CJK.match(first) and CJK.match(second)}


def _read_stems(text: str) -> set[str]:
    return {word[:_STEM_CHARS] for word in _LONG_WORD.findall(text.lower())}
