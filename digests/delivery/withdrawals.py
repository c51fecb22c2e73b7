"""Papers that are withdrawn while a digest with them waits to be sent."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, delete, select, update

from digests.composing.codec import digest_to_json, edition_from_json
from digests.composing.digest import Digest
from digests.composing.dropping import drop_papers
from digests.delivery.channel import TELEGRAM
from digests.delivery.states import DeliveryState
from digests.papers.paper import ArxivId
from digests.rendering.telegram import render_parts
from digests.store.engine import Store
from digests.store.tables import deliveries, edition_papers, editions
from digests.summaries.cards import load_cards

#: Certainly not sent, and nobody is about to.
_UNTOUCHED: Final = (DeliveryState.PLANNED, DeliveryState.DEFERRED)


@dataclass(frozen=True, slots=True)
class _Redrawn:
    """An edition without the papers that were `dropped`, and its messages for the chat."""

    edition_id: int
    digest: Digest
    dropped: frozenset[ArxivId]
    bodies: Sequence[str]


def drop_withdrawn(store: Store, paper_ids: Collection[ArxivId], now: datetime) -> int:
    """Take these papers out of editions of which nothing was begun to be sent; returns how many editions changed.

    Mail is rendered when it is sent, without them in any case. A second time nothing is found.
    """
    gone = frozenset(paper_ids)
    if not gone:
        return 0
    with store.reading() as connection:
        rows = connection.execute(_select_waiting(gone)).all()
    # Drawn before anything is locked; what is sent meanwhile stays as it was.
    redrawn = [_redraw(store, row, gone) for row in rows]
    return sum(_replace(store, one, now) for one in redrawn if one is not None)


def _select_waiting(gone: Iterable[ArxivId]) -> Select[Any]:
    waiting = (
        select(deliveries.c.edition_id)
        .join(edition_papers, edition_papers.c.edition_id == deliveries.c.edition_id)
        .where(deliveries.c.state.in_(_UNTOUCHED), edition_papers.c.paper_id.in_(gone))
    )
    return select(editions.c.id, editions.c.digest).where(editions.c.id.in_(waiting)).order_by(editions.c.id)


def _redraw(store: Store, row: Row[Any], gone: Collection[ArxivId]) -> _Redrawn | None:
    digest = edition_from_json(row.digest)
    if not isinstance(digest, Digest):
        return None
    left = drop_papers(digest, gone)
    if left is digest:
        return None
    bodies = render_parts(left, load_cards(store, left.paper_ids, left.language))
    return _Redrawn(row.id, left, frozenset(digest.paper_ids) - frozenset(left.paper_ids), bodies)


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
