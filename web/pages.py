"""Our pages as HTML: one base, words in the reader's language, looks in one style sheet; no script."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Final

from fastapi.responses import HTMLResponse
from markupsafe import Markup

from digests.phrases import Phrases, load_phrases
from digests.rendering.templates import fill, load_source

_TAGS: Final = {"zh": "zh-Hans"}


@dataclass(frozen=True, slots=True)
class Words:
    """What one language says; `tag` as HTML writes it."""

    say: Phrases
    tag: str


def render_page(name: str, language: str, *, status: int = 200, **fields: object) -> HTMLResponse:
    """templates/web/<name>.html in `language`, with our other language at hand as `other`."""
    html = fill(
        f"web/{name}.html",
        words=_load_words(language),
        other=_load_words("zh" if language == "en" else "en"),
        # Our own file: the only text that is not escaped.
        css=Markup(_load_style()),  # noqa: S704
        **fields,
    )
    return HTMLResponse(html, status)


@cache
def security_headers() -> dict[str, str]:
    """For every answer. The style sheet stands in the page, so its hash is what the policy lets in."""
    style = base64.b64encode(hashlib.sha256(_load_style().encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'; form-action 'self'"
    return {
        "Content-Security-Policy": f"{policy}; base-uri 'none'; frame-ancestors 'none'",
        # A link for leaving is a key.
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }


def _load_words(language: str) -> Words:
    return Words(load_phrases(language), _TAGS.get(language, language))


@cache
def _load_style() -> str:
    return load_source("web/style.css")
