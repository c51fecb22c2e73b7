"""Is it what was asked for? A document that can be read may still be another one's."""

from datetime import datetime, timedelta
from typing import Final

from digests.clock import announced_at
from digests.errors import SourceMalformed
from digests.papers.paper import Announcement
from digests.papers.taxonomy import canonical_category

# Clocks differ by seconds; a batch that is further ahead would hide all that come until then.
_TOLERANCE: Final = timedelta(hours=6)


def check_document(document: Announcement, scope: str, now: datetime) -> Announcement:
    """The document. Raises SourceMalformed where it is of another scope, or of a day that has not come."""
    asked = "+".join(canonical_category(name) for name in scope.split("+"))
    if document.scope != asked:
        raise SourceMalformed(f"This is {document.scope}; {asked} was asked for.")
    return check_date(document, now)


def check_date(document: Announcement, now: datetime) -> Announcement:
    """The document. Raises SourceMalformed where it is of a day that has not come."""
    on = document.announced_on
    if on is not None and announced_at(on) > now + _TOLERANCE:
        raise SourceMalformed(f"This is dated {on}, and now it is {now:%Y-%m-%d %H:%M} UTC.")
    return document
