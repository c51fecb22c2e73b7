"""Why a paper is here: which keywords, and the words that matched, where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from digests.chinese import TRADITIONAL, to_traditional
from digests.composing.digest import Reason
from digests.keywords.match import Field, Span
from digests.phrases import Phrases, load_phrases
from digests.rendering.context import Piece, show_hits
from digests.rendering.latex import clean
from digests.summaries.summary import Card

_MAX_PLACES = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Part of one field, `field` in the reader's language; `is_english` tells about the pieces."""

    field: str
    pieces: tuple[Piece, ...]
    is_english: bool


@dataclass(frozen=True, slots=True)
class Why:
    """The section's keyword, as typed, with the places worth showing; `also` names the paper's other keywords."""

    keyword: str
    places: tuple[Place, ...]
    also: tuple[str, ...]


@lru_cache(maxsize=4096)
def build_why(reasons: tuple[Reason, ...], card: Card, language: str) -> Why:
    """Cached: readers share keywords, and a mail that is too long is drawn several times."""
    phrases = load_phrases(language)
    first, *others = reasons
    return Why(
        keyword=clean(first.keyword),
        places=_build_places(first, card, phrases),
        also=tuple(clean(reason.keyword) for reason in others),
    )


def _build_places(reason: Reason, card: Card, phrases: Phrases) -> tuple[Place, ...]:
    places = []
    for field, spans in groupby(reason.spans, key=lambda span: span.field):
        pieces = _show(field, list(spans), card, phrases.language)
        places.append(Place(phrases(f"digest.field_{field}"), pieces, is_english=field is not Field.CHINESE))
    return tuple(places[:_MAX_PLACES])


def _show(field: Field, spans: Sequence[Span], card: Card, language: str) -> tuple[Piece, ...]:
    """Words that came after the match (a newer version, another translation) may not hold the place any more."""
    pieces = show_hits(_find_text(field, card), spans)
    if field is Field.CHINESE and language == TRADITIONAL:
        # Afterwards: the places count in the words as stored.
        pieces = tuple(replace(piece, text=to_traditional(piece.text)) for piece in pieces)
    return pieces or (Piece(clean(spans[0].term), is_hit=True),)


def _find_text(field: Field, card: Card) -> str:
    """The text that the matcher's places count in."""
    paper, summary = card.paper, card.summary
    texts = {
        Field.TITLE: paper.title,
        Field.ABSTRACT: paper.abstract,
        Field.COMMENTS: paper.comments,
        Field.AUTHORS: ", ".join(paper.authors),
        Field.CATEGORY: " ".join(paper.categories),
        Field.PRIMARY: paper.primary_category,
        Field.ID: paper.id,
        Field.CHINESE: f"{summary.title}\n{summary.abstract}" if summary else "",
    }
    return texts[field]
