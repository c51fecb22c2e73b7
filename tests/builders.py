"""Invented things with boring defaults; every argument by keyword."""

from dataclasses import replace
from typing import Any

from digests.papers.paper import ArxivId, Paper

_PAPER = Paper(
    id=ArxivId("2601.00001"),
    version=1,
    title="A Study of Boring Defaults",
    authors=("Alice Example", "Bob Sample"),
    abstract="We study boring defaults. They work.",
    categories=("cs.LG", "cs.AI"),
)


def make_paper(**changes: Any) -> Paper:
    return replace(_PAPER, **changes)
