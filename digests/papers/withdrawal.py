"""Was a paper taken back? What its words say, for sources without a sign of their own.

Only OAI-PMH has one (arXivRaw, source type I). Everywhere else arXiv leaves it to the submitter's comment, and asks for
the reason there: https://info.arxiv.org/help/withdraw.html
"""

import re
from typing import Final

_NOUN: Final = r"(?:paper|article|manuscript|submission|preprint)"
_ITSELF: Final = (
    rf"(?:this (?:{_NOUN}|e-?print|work|version|document|note|letter|report)|(?:the|our) {_NOUN})"
    r"(?:,? and (?:its |the )?abstract,?)?"
)
# `from ICLR`: it left a conference; `from arXiv`: it left us.
_NOT_ELSEWHERE: Final = r"(?! from (?!(?:the )?arxiv\b))"
_WITHDRAWN: Final = rf"(?:has|have|is|was) (?:now )?(?:been )?(?:temporarily )?withdrawn\b{_NOT_ELSEWHERE}"
_SENTENCE: Final = re.compile(rf"{_ITSELF} {_WITHDRAWN}")
# Behind `5 pages, 1 figure.`, too.
_IN_COMMENTS: Final = re.compile(rf"(?:^|[.;:!?)]\s*){_ITSELF} {_WITHDRAWN}")
_SHORT: Final = re.compile(
    rf"(?:{_NOUN} )?(?:is |has been )?withdrawn"
    r"(?:$|[.,:;!)\]]| (?:by|due|because|as|since|pending|until|temporarily)\b)"
)
_ACTIVE: Final = re.compile(
    r"(?:^|[.;:]\s*)(?:we|i|the authors?) (?:have |has )?(?:withdraws?|withdrew|withdrawn) "
    rf"(?:this|our|the) {_NOUN}\b{_NOT_ELSEWHERE}"
)
_BRACKETS: Final = "([* "


def says_withdrawn(comments: str, abstract: str) -> bool:
    """Whether the author, or arXiv, says there that this paper was withdrawn.

    In an abstract only as its beginning: behind that it tells of somebody else's.
    """
    said = comments.lower().lstrip(_BRACKETS)
    patterns = (_IN_COMMENTS.search, _SHORT.match, _ACTIVE.search)
    if "withdr" in said and any(find(said) for find in patterns):
        return True
    return _SENTENCE.match(abstract.lower().lstrip(_BRACKETS)) is not None
