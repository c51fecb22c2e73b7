"""Papers that are withdrawn while an edition with them waits to be sent."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, delete, exists, or_, select, update

from digests.composing.codec import digest_to_json, edition_from_json
from digests.composing.digest import Digest
from digests.composing.dropping import drop_papers
from digests.composing.trending import TrendingDigest, drop_listed
from digests.delivery.channel import TELEGRAM
from digests.delivery.states import DeliveryState
from digests.papers.paper import ArxivId
from digests.rendering.telegram import render_parts
from digests.rendering.trending.telegram import render_trending_parts
from digests.store.engine import Store
from digests.store.slots import is_trending
from digests.store.tables import daily_papers, deliveries, edition_papers, editions
from digests.summaries.cards import load_cards_by_language
from digests.summaries.summary import Card

#: Certainly not sent, and nobody is about to.
_UNTOUCHED: Final = (DeliveryState.PLANNED, DeliveryState.DEFERRED)
_WAITING: Final = select(deliveries.c.edition_id).where(deliveries.c.state.in_(_UNTOUCHED))
#: Editions that are held in memory at once, with their messages.
_LOT: Final = 200


@dataclass(frozen=True, slots=True)
class _Redrawn:
    """An edition without the papers that were `dropped`, and its messages for the chat."""

    edition_id: int
    digest: Digest | TrendingDigest
    dropped: frozenset[ArxivId]
    bodies: Sequence[str]


def has_waiting(store: Store) -> bool:
    """Is there anything that is not begun to be sent? Without it there is nothing to look for."""
    with store.reading() as connection:
        return connection.execute(_WAITING.limit(1)).first() is not None


def drop_withdrawn(store: Store, paper_ids: Collection[ArxivId], now: datetime) -> int:
    """Take these papers out of editions of which nothing was begun to be sent; returns how many editions changed.

    Mail is rendered when it is sent, without them in any case. A second time nothing is found.
    """
    gone = frozenset(paper_ids)
    if not gone:
        return 0
    waiting = _find_waiting(store, gone)
    lots = (waiting[start : start + _LOT] for start in range(0, len(waiting), _LOT))
    # Drawn before anything is locked; what is sent meanwhile stays as it was.
    return sum(_replace(store, redrawn, now) for lot in lots for redrawn in _redraw(store, lot, gone))


def _find_waiting(store: Store, gone: Collection[ArxivId]) -> list[int]:
    """Ids of editions that may have them."""
    stand = edition_papers.c.edition_id == editions.c.id, edition_papers.c.paper_id.in_(gone)
    # Which papers those have only their text says.
    may_stand = and_(is_trending(), exists().where(daily_papers.c.paper_id.in_(gone)))
    query = select(editions.c.id).where(editions.c.id.in_(_WAITING), or_(exists().where(*stand), may_stand))
    with store.reading() as connection:
        return list(connection.scalars(query.order_by(editions.c.id)))


def _redraw(store: Store, edition_ids: Collection[int], gone: Collection[ArxivId]) -> list[_Redrawn]:
    with store.reading() as connection:
        query = select(editions.c.id, editions.c.digest).where(editions.c.id.in_(edition_ids))
        before = {row.id: edition_from_json(row.digest) for row in connection.execute(query.order_by(editions.c.id))}
    left = {edition_id: _drop(digest, gone) for edition_id, digest in before.items()}
    changed = {edition_id: digest for edition_id, digest in left.items() if digest is not before[edition_id]}
    cards = load_cards_by_language(store, ((digest.language, digest.paper_ids) for digest in changed.values()))
    # Readers who want the same votes have the same text.
    render = cache(lambda digest: _render(digest, cards[digest.language]))
    return [
        _Redrawn(edition_id, digest, frozenset(before[edition_id].paper_ids) - {*digest.paper_ids}, render(digest))
        for edition_id, digest in changed.items()
    ]


def _drop(digest: Digest | TrendingDigest, gone: Collection[ArxivId]) -> Digest | TrendingDigest:
    return drop_listed(digest, gone) if isinstance(digest, TrendingDigest) else drop_papers(digest, gone)


def _render(digest: Digest | TrendingDigest, cards: Mapping[ArxivId, Card]) -> Sequence[str]:
    return render_trending_parts(digest, cards) if isinstance(digest, TrendingDigest) else render_parts(digest, cards)


def _replace(store: Store, redrawn: _Redrawn, now: datetime) -> bool:
    """In one transaction, unless any part of it was begun."""
    with store.writing() as connection:
        # PostgreSQL: a claim waits until the new text is there. SQLite has one writer.
        parts = select(deliveries).where(deliveries.c.edition_id == redrawn.edition_id).with_for_update()
        rows = connection.execute(parts.order_by(deliveries.c.part)).all()
        if not rows or any(row.state not in _UNTOUCHED or row.begun_at is not None for row in rows):
            return False
        of_target: defaultdict[int, list[Row[Any]]] = defaultdict(list)
        for row in rows:
            if row.channel == TELEGRAM:
                of_target[row.target_id].append(row)
        for theirs in of_target.values():
            _rewrite(connection, theirs, redrawn.bodies, now)
        is_this = editions.c.id == redrawn.edition_id
        connection.execute(update(editions).where(is_this).values(digest=digest_to_json(redrawn.digest)))
        # Nobody was sent them: what becomes of them is no news to this reader.
        stood = edition_papers.c.edition_id == redrawn.edition_id, edition_papers.c.paper_id.in_(redrawn.dropped)
        connection.execute(delete(edition_papers).where(*stood))
        return True


def _rewrite(connection: Connection, rows: Sequence[Row[Any]], bodies: Sequence[str], now: datetime) -> None:
    """The parts of one target; there may be fewer now, or more where Chinese came meanwhile."""
    for row, body in zip(rows, bodies, strict=False):
        connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(body=body))
    surplus = [row.id for row in rows[len(bodies) :]]
    if surplus:
        connection.execute(delete(deliveries).where(deliveries.c.id.in_(surplus)))
    same = {name: getattr(rows[0], name) for name in ("edition_id", "target_id", "channel")}
    fresh = same | {"state": DeliveryState.PLANNED, "planned_at": now}
    more = [fresh | {"part": part, "body": body} for part, body in enumerate(bodies, 1) if part > len(rows)]
    if more:
        connection.execute(deliveries.insert(), more)
