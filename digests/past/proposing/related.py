"""What else papers are about that hold the words of a description: keywords from the past, without any model."""

from collections.abc import Iterator, Sequence
from itertools import islice, repeat
from math import log
from typing import Final

from rapidfuzz.distance import Prefix

from digests.keywords.canonical import build_and, write
from digests.keywords.language import parse
from digests.keywords.tree import Node, Phrase
from digests.keywords.words import read_words
from digests.papers.paper import ArxivId
from digests.past.proposing.collocations import Gram, build_phrase, can_begin, count_topics, is_half
from digests.past.proposing.inquiry import Inquiry
from digests.past.proposing.passage import Passages
from digests.past.proposing.proposals import Proposal, try_text
from digests.past.search import Past
from digests.store.engine import Store

_MAX_WANTED: Final = 6
_MAX_WORDS: Final = 10
_FEW: Final = 5
_MIN_PROPOSALS: Final = 3
_MAX_PROPOSALS: Final = 6
# Of the description itself.
_MAX_DESCRIBED: Final = 3
# Papers to learn from: if so few hold all that was described, those that hold some of it help.
_ENOUGH: Final = 30
_MAX_READ: Final = 90
_MAX_COUNTED: Final = 24
# So often it is in the title, of the papers that have it at all.
_TITLED: Final = 0.15
# So many times as frequent as in all papers, and surely so: 1 in 1,000 by chance (chi-squared, one degree of freedom).
_MIN_LIFT: Final = 3.0
_MIN_WORD_LIFT: Final = 5.0
_MIN_LIKELIHOOD: Final = 10.83
# Letters by which words are of one stem: `grasp`, `grasping`.
_STEM: Final = 5
# A word alone that says too little: `mitigating`, `gs`.
_MIN_WORD: Final = 3
_VERBS: Final = ("ing", "ed")


def find_related(
    store: Store, past: Past, wanted: Sequence[str], scope: Sequence[str] | None = None
) -> tuple[Proposal, ...]:
    """Up to six queries, each with a paper and none too broad: what was described, then phrases that go with it.

    wanted  English words and phrases
    scope   archives and categories; None is all of arXiv
    """
    inquiry = Inquiry(store, past, scope)
    subjects = _find_subjects(inquiry, wanted)
    found = list(_describe(inquiry, subjects))[:_MAX_DESCRIBED]
    alike: list[Proposal] = []
    for text in _find_lifted(inquiry, subjects):
        proposal = try_text(inquiry, text)
        if proposal and proposal.count <= _find_limit(inquiry):
            are_alike = any(_are_alike(text, other.text) for other in found)
            (alike if are_alike else found).append(proposal)
    others = [proposal for proposal in alike if proposal.text not in {other.text.lower() for other in found}]
    return tuple([*found, *others[: max(0, _MIN_PROPOSALS - len(found))]][:_MAX_PROPOSALS])


def _find_subjects(inquiry: Inquiry, wanted: Sequence[str]) -> list[Node]:
    """What was described, the rarest first; of a phrase that few papers have also the words that are narrow enough."""
    counts: dict[Node, int] = {}
    for text in wanted[:_MAX_WANTED]:
        whole = try_text(inquiry, text)
        parts = () if whole and whole.count >= _FEW else map(try_text, repeat(inquiry), _list_words(text))
        narrow = (part for part in parts if part and part.count <= _find_limit(inquiry))
        counts |= {parse(found.text).node: found.count for found in (whole, *narrow) if found}
    return sorted(counts, key=lambda node: (counts[node], -len(write(node)), write(node)))


def _find_limit(inquiry: Inquiry) -> int:
    """More is too broad; a few are not, however few papers are stored."""
    return max(_FEW, inquiry.max_count)


def _list_words(text: str) -> list[str]:
    words = (word.text for word in read_words(text) if can_begin(word.folded) and not is_half(word.folded))
    return list(islice(words, _MAX_WORDS))


def _describe(inquiry: Inquiry, subjects: Sequence[Node]) -> Iterator[Proposal]:
    """All of it together, then one by one."""
    together = build_and(subjects) if subjects else None
    nodes = [together] if together and inquiry.count(together) < inquiry.count(subjects[0]) else []
    for node in (*nodes, *subjects):
        proposal = try_text(inquiry, write(node))
        if proposal and proposal.count <= _find_limit(inquiry):
            yield proposal


def _find_lifted(inquiry: Inquiry, subjects: Sequence[Node]) -> list[str]:
    """What papers of these subjects are about, far more than others; the surest first."""
    papers = _read(inquiry, subjects)
    described = {word.text for node in subjects if isinstance(node, Phrase) for word in node.words}
    topics = {
        gram: count
        for gram, count in count_topics(papers, _TITLED).items()
        if len(gram) > 1 or gram[0] in described or _says_something(gram[0])
    }
    ranked = sorted(topics, key=lambda gram: (-topics[gram] * len(gram), gram))[:_MAX_COUNTED]
    sure = {gram: _find_likelihood(inquiry, gram, topics[gram], len(papers)) for gram in ranked}
    likely = [gram for gram in ranked if sure[gram] >= _MIN_LIKELIHOOD]
    return [write(build_phrase(gram)) for gram in sorted(likely, key=lambda gram: -sure[gram])]


def _says_something(word: str) -> bool:
    return len(word) >= _MIN_WORD and not word.endswith(_VERBS)


def _find_likelihood(inquiry: Inquiry, gram: Gram, held: int, read: int) -> float:
    """Dunning's log-likelihood ratio of a phrase that `held` of the papers read have; 0 for too little lift."""
    count = inquiry.count(build_phrase(gram))
    lift = _MIN_LIFT if len(gram) > 1 else _MIN_WORD_LIFT
    if held * inquiry.seen < lift * count * read:
        return 0.0
    others, rest = max(0, count - held), max(1, inquiry.seen - read)
    share = (held + others) / (read + rest)
    return 2 * (_weigh(held, read * share) + _weigh(others, rest * share))


def _read(inquiry: Inquiry, subjects: Sequence[Node]) -> list[Passages]:
    """Papers that have all of the subjects; where they are few, also those that have some, or only all their words."""
    papers: dict[ArxivId, Passages] = {}
    together = [build_and(subjects[:number]) for number in range(len(subjects), 0, -1)]
    apart = [build_and(Phrase((word,)) for word in node.words) for node in subjects if isinstance(node, Phrase)]
    for node in (*together, *subjects[1:], *apart):
        papers |= inquiry.read_newest(node)
        if len(papers) >= _ENOUGH:
            break
    return list(papers.values())[:_MAX_READ]


def _weigh(observed: int, expected: float) -> float:
    return observed * log(observed / expected) if observed else 0.0


def _are_alike(text: str, other: str) -> bool:
    """`grasp synthesis` and `grasping`: all words of the shorter are in the longer, their endings aside."""
    short, long = sorted((text.lower().split(), other.lower().split()), key=len)
    return all(
        any(Prefix.similarity(word, each) >= min(len(word), len(each), _STEM) for each in long) for word in short
    )
