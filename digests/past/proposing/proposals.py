"""What else to type, said by the stored papers: nothing is proposed that was not tried on them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from digests.errors import QueryRefused
from digests.keywords.canonical import build_and, build_or, write
from digests.keywords.language import Query, parse
from digests.keywords.tree import PREFIXES, Phrase
from digests.past.backtest import Backtest
from digests.past.proposing.acronyms import FullName, find_full_names
from digests.past.proposing.collocations import build_phrase
from digests.past.proposing.inquiry import Inquiry
from digests.past.proposing.loosening import loosen, replace_term
from digests.past.proposing.narrowing import find_narrower
from digests.past.proposing.respelling import respell
from digests.past.search import Past
from digests.store.engine import Store

_MAX_INSTEAD: Final = 3
_MAX_EXPANSIONS: Final = 3
_MAX_COUNTED: Final = 5
# Where one full name is in so many papers, one that a single paper has is left out.
_MIN_PAPERS: Final = 2
_ACRONYM_CHARS: Final = range(2, 7)


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    text     what would be typed
    count    papers in the window that it brings
    per_day  on the average announcement
    """

    text: str
    count: int
    per_day: float


@dataclass(frozen=True, slots=True)
class Expansion:
    """
    acronym    the one of the query
    full_name  as the papers write it
    papers     in the window that have both it and the acronym
    proposal   a query for either
    """

    acronym: str
    full_name: str
    papers: int
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Proposals:
    """
    narrower    less of the same, for a keyword that is too broad
    instead     for one that brought nothing, the likeliest first
    expansions  of its first acronym, the most frequent first; none for one that is too broad, as they bring more
    """

    narrower: Proposal | None = None
    instead: tuple[Proposal, ...] = ()
    expansions: tuple[Expansion, ...] = ()


def propose(
    store: Store, past: Past, query: Query, backtest: Backtest, scope: Sequence[str] | None = None
) -> Proposals:
    inquiry = Inquiry(store, past, scope)
    if not inquiry.seen or query.needs_translation:
        return Proposals()
    return Proposals(
        narrower=_find_narrower(inquiry, query) if backtest.is_broad else None,
        instead=() if backtest.count else tuple(islice(_find_instead(inquiry, query), _MAX_INSTEAD)),
        expansions=() if backtest.is_broad else tuple(_expand(inquiry, query)),
    )


def try_text(inquiry: Inquiry, text: str) -> Proposal | None:
    """None for a query that is none, or brings nothing."""
    try:
        query = parse(text)
    except QueryRefused:
        return None
    return _try(inquiry, query)


def _try(inquiry: Inquiry, query: Query) -> Proposal | None:
    count = inquiry.count(query.node)
    return Proposal(query.typed, count, inquiry.per_day(count)) if count else None


def _find_narrower(inquiry: Inquiry, query: Query) -> Proposal | None:
    node = find_narrower(inquiry, query)
    return try_text(inquiry, write(node)) if node else None


def _find_instead(inquiry: Inquiry, query: Query) -> Iterator[Proposal]:
    """Other words; where these bring nothing either, the same words asked less strictly."""
    respelled = respell(inquiry, query)
    found = [proposal for other in respelled if (proposal := _try(inquiry, other))]
    yield from found or _loosen(inquiry, respelled[0] if respelled else query)


def _loosen(inquiry: Inquiry, query: Query) -> Iterator[Proposal]:
    """Each brings more than the one before."""
    most = 0
    for node in loosen(inquiry, query):
        proposal = try_text(inquiry, write(node))
        if proposal and proposal.count > most:
            yield proposal
            most = proposal.count


def _expand(inquiry: Inquiry, query: Query) -> list[Expansion]:
    """Nothing for who asks for the full name already."""
    term = next((term for term in query.positive_terms if isinstance(term, Phrase) and _may_be_acronym(term)), None)
    if term is None:
        return []
    papers = inquiry.read_newest(term).values()
    names = find_full_names(papers, term.words[0].text.lower())[:_MAX_COUNTED]
    if any(build_phrase(name.words) in query.positive_terms for name in names):
        return []
    found = [expansion for name in names if (expansion := _build_expansion(inquiry, query, term, name))]
    found.sort(key=lambda expansion: -expansion.papers)
    return [expansion for expansion in found if expansion.papers >= min(_MIN_PAPERS, found[0].papers)][:_MAX_EXPANSIONS]


def _may_be_acronym(phrase: Phrase) -> bool:
    word, *others = phrase.words
    return not others and len(word.text) in _ACRONYM_CHARS and word.shape not in PREFIXES


def _build_expansion(inquiry: Inquiry, query: Query, term: Phrase, name: FullName) -> Expansion | None:
    full = replace(build_phrase(name.words), field=term.field)
    is_alone = query.node == term and term.field is None
    either = write(replace_term(query.node, term, build_or([term, full])))
    proposal = try_text(inquiry, f"{query.typed} OR {name.written.lower()}" if is_alone else either)
    papers = inquiry.count(build_and([term, full]))
    return Expansion(term.words[0].text, name.written, papers, proposal) if proposal and papers else None
