"""A digest as JSON, for programs: every paper, readable text, nothing cut and nothing escaped."""

import json
from collections.abc import Mapping
from typing import Any

from digests.clock import announced_at
from digests.composing.codec import digest_to_json
from digests.composing.digest import Digest
from digests.papers.paper import ArxivId
from digests.rendering.card import CardView
from digests.rendering.latex import to_text
from digests.rendering.page import PaperView, build_page
from digests.rendering.updates import UpdateView
from digests.summaries.draft import Kind
from digests.summaries.summary import Card


def render_json(digest: Digest, cards: Mapping[ArxivId, Card]) -> str:
    page = build_page(digest, cards)
    kept = digest_to_json(digest)
    data = {
        **{key: kept[key] for key in ("language", "announced_on", "composed_at", "seen", "matched", "nothing")},
        "late": digest.late,
        "dates": [day.isoformat() for day in digest.batch_dates],
        "announced_at": announced_at(digest.announced_on).isoformat() if digest.is_out else None,
        **{key: kept[key] for key in ("next_due", "timezone")},
        "coverage": kept["coverage"],
        "unreadable": kept["unreadable"],
        "sections": [
            {
                **{key: counted[key] for key in ("keyword", "hits", "elsewhere", "sent_before")},
                "papers": [_describe(paper) for paper in section.papers],
                "brief": [_describe(paper) for paper in section.brief],
            }
            for counted, section in zip(kept["sections"], page.sections, strict=True)
        ],
        "updates": [_describe_update(update) for update in page.updates],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _describe(paper: PaperView) -> dict[str, Any]:
    card = paper.card
    return {
        "id": card.paper.id,
        "cross_listed": paper.is_cross,
        "withdrawn": card.paper.is_withdrawn,
        "late_on": paper.entry.late_on.isoformat() if paper.entry.late_on else None,
        "upvotes": paper.entry.upvotes,
        "keywords": [paper.why.keyword, *paper.why.also],
        "matched": [{"field": p.field, "text": "".join(piece.text for piece in p.pieces)} for p in paper.why.places],
        "title": to_text(card.paper.title),
        "authors": list(card.all_authors),
        "categories": list(card.paper.categories),
        "subjects": list(card.subjects),
        "comments": to_text(card.paper.comments),
        "abs": card.paper.abs_url,
        "pdf": card.paper.pdf_url,
        "html": card.html_url,
        "abstract": card.original_abstract.text,
        "summary": _describe_summary(card),
    }


def _describe_update(view: UpdateView) -> dict[str, Any]:
    """`title` is arXiv's, `version` null where nobody knows it."""
    update, card = view.update, view.card
    return {
        "id": update.paper_id,
        "version": update.version,
        "withdrawn": update.is_withdrawn,
        "sent_on": update.sent_on.isoformat(),
        "title": to_text(card.paper.title),
        "translated_title": card.title.text if card.original_title else "",
        "comments": to_text(update.comments),
        "abs": card.paper.abs_url,
    }


def _describe_summary(card: CardView) -> dict[str, Any]:
    """Empty texts where there is none; `missing` says why, `kind` is null then. `faults` are codes."""
    return {
        "kind": card.kind,
        "missing": card.missing,
        "doubt": card.doubt,
        "faults": list(card.faults),
        "title": card.title.text if card.original_title else "",
        "tldr": card.tldr.text,
        "points": [{"label": point.label, "text": point.text.text} for point in card.points],
        "abstract": card.abstract.text if card.kind is Kind.FULL else "",
    }
