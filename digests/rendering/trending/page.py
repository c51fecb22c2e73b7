"""What stands on it in every format: words and numbers chosen, nothing escaped yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from babel.dates import format_date, format_interval

from digests.clock import BEIJING
from digests.composing.trending import MAX_UPVOTES, MIN_UPVOTES, Period, Silence, TrendingDigest
from digests.papers.paper import ArxivId
from digests.papers.trending import Listed
from digests.phrases import Phrases, load_phrases
from digests.rendering.card import CardView, build_card
from digests.rendering.dates import find_locale
from digests.rendering.latex import Readable
from digests.rendering.page import find_language_tag
from digests.summaries.own_terms.applying import apply_terms_to_cards
from digests.summaries.summary import Card

_MAX_NAME_CHARS: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperView:
    """A paper and its place.

    authors   the first one and how many they are; empty where nobody says
    listed    on which day it was put on the list
    abstract  where there is no summary to trust, else empty
    stars     of the repository; empty where nobody says
    """

    rank: int
    card: CardView
    authors: str
    listed: str
    upvotes: str
    comments: str
    github_url: str
    stars: str
    abstract: Readable

    @property
    def community_url(self) -> str:
        return f"https://huggingface.co/papers/{self.card.paper.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendingPage:
    """Each sentence is empty where it has nothing to say.

    advice   what `example` brings: fewer papers, or some where there are none
    example  a command for the chat, as is `off`; empty where no number of votes would help
    """

    language: str
    language_tag: str
    subject: str
    headline: str
    counts: str
    as_of: str
    nothing: str
    left_out: str
    advice: str
    example: str
    off: str
    papers: tuple[PaperView, ...]
    brief: tuple[PaperView, ...]


def build_trending_page(digest: TrendingDigest, cards: Mapping[ArxivId, Card]) -> TrendingPage:
    """The edition with its words. `cards` has every paper of it."""
    cards = apply_terms_to_cards(cards, digest.terms)
    phrases = load_phrases(digest.language)
    dates = _name_dates(digest, phrases)
    ranked = [
        _build_paper(rank, one, cards[one.paper_id], phrases)
        for rank, one in enumerate((*digest.entries, *digest.brief), start=1)
    ]
    offered = _find_offered(digest)
    return TrendingPage(
        language=phrases.language,
        language_tag=find_language_tag(phrases),
        subject=_build_subject(digest, dates, phrases),
        headline=phrases(f"trending.headline_{digest.period}", dates=dates),
        counts=_build_counts(digest, phrases),
        as_of=_say_as_of(digest, phrases),
        nothing=_say_nothing(digest, phrases),
        left_out=phrases("trending.left_out", count=digest.left_out) if digest.left_out else "",
        advice=phrases("trending.more" if digest.nothing else "trending.fewer"),
        example="" if offered is None else f"/trending {digest.period} {offered}",
        off=f"/trending off {digest.period}",
        papers=tuple(ranked[: len(digest.entries)]),
        brief=tuple(ranked[len(digest.entries) :]),
    )


def _build_paper(rank: int, one: Listed, card: Card, phrases: Phrases) -> PaperView:
    view = build_card(card, phrases.language)
    return PaperView(
        rank=rank,
        card=view,
        authors=_name_authors(view, phrases),
        listed=format_date(one.listed_on, phrases("trending.day_pattern"), locale=find_locale(phrases)),
        upvotes=f"{one.upvotes:,}",
        comments=f"{one.comments:,}",
        github_url=one.github_repo,
        stars="" if one.github_stars is None else f"{one.github_stars:,}",
        abstract=view.original_abstract if view.kind is None or view.doubt else Readable(()),
    )


def _name_authors(card: CardView, phrases: Phrases) -> str:
    if len(card.all_authors) < 2:
        return "".join(card.all_authors)[:_MAX_NAME_CHARS]
    first = card.all_authors[0][:_MAX_NAME_CHARS]
    return phrases("trending.authors", first=first, count=len(card.all_authors))


def _name_dates(digest: TrendingDigest, phrases: Phrases) -> str:
    first, last = digest.first_on, digest.last_on
    if first != digest.period.find_begin(last):
        # Some that came together.
        pattern = ""
    else:
        patterns = {Period.DAILY: "trending.date_pattern", Period.MONTHLY: "trending.month_pattern"}
        pattern = phrases(patterns[digest.period]) if digest.period in patterns else ""
    if pattern:
        return format_date(last, pattern, locale=find_locale(phrases))
    skeleton = "MMMd" if first.year == last.year else "yMMMd"
    return format_interval(first, last, skeleton, locale=find_locale(phrases))


def _build_subject(digest: TrendingDigest, dates: str, phrases: Phrases) -> str:
    headline = phrases(f"trending.subject_{digest.period}", dates=dates)
    # Only this kind of nothing reaches a mailbox: the mail was planned before.
    key = "subject_withdrawn" if digest.nothing is Silence.WITHDRAWN else "subject"
    return phrases(f"trending.{key}", headline=headline, count=digest.reached, top=f"{digest.top_upvotes:,}")


def _build_counts(digest: TrendingDigest, phrases: Phrases) -> str:
    if digest.nothing:
        return ""
    key = "counts_brief" if digest.brief else "counts"
    fields = {"full": len(digest.entries), "brief": len(digest.brief), "min_upvotes": digest.min_upvotes}
    return phrases(f"trending.{key}", listed=digest.listed, reached=digest.reached, **fields)


def _find_offered(digest: TrendingDigest) -> int | None:
    """Votes to ask for instead: more of them, or where nobody has so many, no more than somebody has."""
    if digest.nothing is Silence.BELOW:
        return min(MIN_UPVOTES[digest.period], digest.top_upvotes)
    more = min(max(2 * digest.min_upvotes, 10), MAX_UPVOTES)
    return more if digest.entries and more > digest.min_upvotes else None


def _say_nothing(digest: TrendingDigest, phrases: Phrases) -> str:
    if digest.nothing is None:
        return ""
    fields = {"listed": digest.listed, "min_upvotes": digest.min_upvotes, "top": digest.top_upvotes}
    return phrases(f"trending.{digest.nothing}", **fields)


def _say_as_of(digest: TrendingDigest, phrases: Phrases) -> str:
    if digest.as_of is None or not digest.listed:
        return ""
    return phrases("trending.as_of", moment=f"{digest.as_of.astimezone(BEIJING):%m-%d %H:%M}")
