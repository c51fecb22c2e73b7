"""One reader's day from what was announced and what matched: each paper once, best first. Pure."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import log10

from digests.composing.digest import Coverage, Digest, Elsewhere, Entry, Nothing, Reason, Section, Update
from digests.keywords.match import Field, Match
from digests.papers.late_papers import Late
from digests.papers.paper import NEWS, Announced, ArxivId, Kind, Paper
from digests.summaries.own_terms.term import OwnTerm

#: In score units. A query holds at most 32 terms (keywords.md §3), so a title hit outweighs any number of them.
_TITLE_WEIGHT = 64
#: So much a thousand votes count, which hardly any paper has: with 32 terms still less than a title hit.
_MAX_VOTES_SCORE = 3.0


@dataclass(frozen=True, slots=True)
class Keyword:
    """`canonical` is what the matcher ran, `typed` what the reader sees."""

    canonical: str
    typed: str


@dataclass(frozen=True, slots=True)
class _Standing:
    """A paper under one keyword; `order` is the keyword's place in the reader's own list."""

    score: float
    order: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of a paper that counts; see Entry."""

    kind: Kind
    late_on: date | None = None
    upvotes: int | None = None


_Hits = Sequence[Mapping[ArxivId, Match]]


def compose(
    *,
    announced: Sequence[Announced],
    matches: Mapping[str, Sequence[Match]],
    keywords: Sequence[Keyword],
    language: str,
    announced_on: date,
    now: datetime,
    scope: Sequence[str] | None = None,
    sent_before: Container[ArxivId] = frozenset(),
    coverage: Sequence[Coverage] = (),
    max_full: int = 30,
    dates: Sequence[date] = (),
    next_due: datetime | None = None,
    timezone: str = "Asia/Shanghai",
    unreadable: Sequence[str] = (),
    late: Sequence[Late] = (),
    updates: Sequence[Update] = (),
    upvotes: Mapping[ArxivId, int] | None = None,
    takes_crosses: bool = True,
    terms: Sequence[OwnTerm] = (),
) -> Digest:
    """The digest of one batch, or of several together, for one reader.

    announced    the batches; a paper may come several times, replacements and what was withdrawn are left out
    matches      by canonical query; what is outside `announced`, `late` or `scope` does not count
    keywords     in the reader's own order, which is the order of the sections
    scope        archives and categories (`cs`, `stat.ML`); None is all of arXiv
    sent_before  papers that this reader already has
    max_full     the best so many stand in full, the others one line each
    dates        of several batches, oldest first; `announced_on` is the newest one
    next_due     when the next digest is due, said in `timezone`; None = unsaid
    unreadable   what else is on the reader's list, as typed: refused by this version of the language, so not matched
    late         papers of older batches that they should have had with them
    updates      new versions of papers that they were sent
    upvotes      of Hugging Face's readers
    terms        the reader's own words
    """
    facts = _gather(announced, late, scope, upvotes or {}, takes_crosses=takes_crosses)
    hits = [{m.paper_id: m for m in matches.get(k.canonical, ()) if m.paper_id in facts} for k in keywords]
    ranked = _rank(hits, keywords, facts)
    fresh = {paper_id: standings for paper_id, standings in ranked.items() if paper_id not in sent_before}
    entries = {paper_id: _build_entry(paper_id, facts[paper_id], fresh[paper_id]) for paper_id in fresh}
    homes = {paper_id: standings[0].order for paper_id, standings in fresh.items()}
    digest = Digest(
        language=language,
        announced_on=announced_on,
        composed_at=now,
        seen=sum(one.late_on is None for one in facts.values()),
        matched=len(entries),
        sections=tuple(_build_section(order, hits[order], keywords, homes, entries) for order in range(len(keywords))),
        coverage=tuple(coverage),
        nothing=_find_nothing(keywords, unreadable, told=len(entries) + len(updates), hit=len(ranked)),
        dates=tuple(dates),
        next_due=next_due,
        timezone=timezone,
        unreadable=tuple(unreadable),
        updates=tuple(updates),
        has_crosses=takes_crosses,
        terms=tuple(terms),
    )
    return abridge(digest, max_full)


def abridge(digest: Digest, max_full: int) -> Digest:
    """The same digest with only its `max_full` best papers in full, the others one line each."""
    full = sorted((entry for section in digest.sections for entry in section.entries), key=_best_first)
    kept = {entry.paper_id for entry in full[:max_full]}
    return replace(digest, sections=tuple(_abridge_section(section, kept) for section in digest.sections))


def _abridge_section(section: Section, kept: Container[ArxivId]) -> Section:
    demoted = [entry for entry in section.entries if entry.paper_id not in kept]
    return replace(
        section,
        entries=tuple(entry for entry in section.entries if entry.paper_id in kept),
        brief=tuple(sorted([*section.brief, *demoted], key=_best_first)),
    )


def _best_first(entry: Entry) -> tuple[float, ArxivId]:
    return -entry.score, entry.paper_id


def _gather(
    announced: Sequence[Announced],
    late: Sequence[Late],
    scope: Sequence[str] | None,
    upvotes: Mapping[ArxivId, int],
    *,
    takes_crosses: bool,
) -> dict[ArxivId, _Facts]:
    """The papers that count. What is in the batch is not late, wherever else it was."""
    here = _find_kinds(announced, scope)
    kinds = _find_kinds((*announced, *(item.announced for item in late)), scope)
    late_on: dict[ArxivId, date] = {}
    for item in late:
        if item.paper_id not in here:
            late_on[item.paper_id] = min(item.announced_on, late_on.get(item.paper_id, item.announced_on))
    return {
        paper_id: _Facts(kind, late_on.get(paper_id), upvotes.get(paper_id))
        for paper_id, kind in kinds.items()
        if takes_crosses or kind is Kind.NEW
    }


def _find_kinds(announced: Iterable[Announced], scope: Sequence[str] | None) -> dict[ArxivId, Kind]:
    """New on any page is new (invariant 1); a replacement is never news (invariant 2), nor what was withdrawn."""
    kinds: dict[ArxivId, Kind] = {}
    for item in announced:
        if item.kind not in NEWS or item.paper.is_withdrawn or not is_in_scope(item.paper, scope):
            continue
        if kinds.get(item.paper.id) is not Kind.NEW:
            kinds[item.paper.id] = item.kind
    return kinds


def is_in_scope(paper: Paper, scope: Sequence[str] | None) -> bool:
    return scope is None or any(c in scope or c.partition(".")[0] in scope for c in paper.categories)


def _rank(hits: _Hits, keywords: Sequence[Keyword], facts: Mapping[ArxivId, _Facts]) -> dict[ArxivId, list[_Standing]]:
    """For every paper that was hit its keywords, the one that ranks it highest first.

    score = 64 for a hit in the title + the number of terms that hit (1 to 32) + log10(1 + votes), at most 3
            + rarity of the keyword, below 1 + newness, at most 0.5

    So no number of votes lifts a paper above one with a title hit where it has none; nine votes weigh as much as one
    more term, ninety-nine as much as two.
    """
    sizes = [len(found) for found in hits]
    ranked: dict[ArxivId, list[_Standing]] = {}
    for order, found in enumerate(hits):
        # A step per keyword that hit more papers: the rarer word says more about the paper.
        rarity = sum(size > sizes[order] for size in sizes) / len(sizes)
        for paper_id, match in found.items():
            score = _score(match) + rarity + _score_paper(facts[paper_id], len(sizes))
            standing = _Standing(score, order, Reason(keywords[order].typed, match.spans))
            ranked.setdefault(paper_id, []).append(standing)
    for standings in ranked.values():
        standings.sort(key=lambda standing: (-standing.score, standing.order))
    return ranked


def _score(match: Match) -> float:
    in_title = any(span.field is Field.TITLE for span in match.spans)
    return _TITLE_WEIGHT * in_title + len({span.term for span in match.spans})


def _score_paper(facts: _Facts, keywords: int) -> float:
    """The same under all its keywords."""
    newness = 0.5 / keywords if facts.kind is Kind.NEW else 0.0
    return newness + min(log10(1 + max(facts.upvotes or 0, 0)), _MAX_VOTES_SCORE)


def _build_entry(paper_id: ArxivId, facts: _Facts, standings: Sequence[_Standing]) -> Entry:
    return Entry(
        paper_id=paper_id,
        kind=facts.kind,
        reasons=tuple(standing.reason for standing in standings),
        score=standings[0].score,
        late_on=facts.late_on,
        upvotes=facts.upvotes,
    )


def _build_section(
    order: int,
    found: Mapping[ArxivId, Match],
    keywords: Sequence[Keyword],
    homes: Mapping[ArxivId, int],
    entries: Mapping[ArxivId, Entry],
) -> Section:
    where = Counter(homes[paper_id] for paper_id in found if paper_id in homes)
    own = [entries[paper_id] for paper_id in found if homes.get(paper_id) == order]
    return Section(
        keyword=keywords[order].typed,
        hits=len(found),
        entries=tuple(sorted(own, key=_best_first)),
        elsewhere=tuple(Elsewhere(keywords[o].typed, n) for o, n in sorted(where.items()) if o != order),
        sent_before=len(found) - where.total(),
    )


def _find_nothing(keywords: Sequence[Keyword], unreadable: Sequence[str], *, told: int, hit: int) -> Nothing | None:
    if not keywords:
        return Nothing.ALL_UNREADABLE if unreadable else Nothing.NO_KEYWORDS
    if told:
        return None
    return Nothing.ALL_SENT_BEFORE if hit else Nothing.NO_MATCH
