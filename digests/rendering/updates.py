"""New versions of papers that the reader was sent, as every format says them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from digests.composing.digest import Update
from digests.papers.paper import ArxivId
from digests.phrases import Phrases
from digests.rendering.card import CardView, build_card
from digests.rendering.dates import name_day
from digests.rendering.latex import Readable, read
from digests.summaries.summary import Card

_MAX_COMMENT_CHARS: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateView:
    """
    version    `v3`, empty where nobody knows it
    facts      the version, that it was withdrawn, when the paper was sent
    withdrawn  the word for it, empty where it was not
    comment    arXiv's, a sentence with its label; empty where there is none
    """

    card: CardView
    version: str
    withdrawn: str
    sent: str
    comment: str
    update: Update

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.version, self.withdrawn, self.sent)))


def say_updates(updates: Sequence[Update], phrases: Phrases) -> str:
    """The heading over them; empty without any."""
    if not updates:
        return ""
    return phrases("digest.updates_withdrawn" if any(one.is_withdrawn for one in updates) else "digest.updates")


def build_update(update: Update, cards: Mapping[ArxivId, Card], phrases: Phrases) -> UpdateView:
    comments = _read_comment(update.comments)
    return UpdateView(
        card=build_card(cards[update.paper_id], phrases.language),
        version=f"v{update.version}" if update.version else "",
        withdrawn=phrases("digest.withdrawn") if update.is_withdrawn else "",
        sent=phrases("digest.update_sent", day=name_day(update.sent_on, phrases)),
        comment=phrases("digest.update_comment", comments=comments.text) if comments else "",
        update=update,
    )


def _read_comment(comments: str) -> Readable:
    return read(comments).clip(_MAX_COMMENT_CHARS)
