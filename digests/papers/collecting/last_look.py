"""The last look: a batch that was whole, and proved, can still grow until the next one."""

from datetime import date

from digests.papers.collecting.pages import look_at_listing
from digests.papers.collecting.records import look_at_records
from digests.papers.collecting.stages import Desk, Outcome


def look_last(desk: Desk, scope: str, on: date) -> Outcome:
    """Ask for the page and for the records of the batch once more; what they add is late for who has had it.

    Raises  SourceUnavailable, SourceMalformed; what came before is stored.
    """
    page = look_at_listing(desk, scope, on)
    records = look_at_records(desk, scope, on)
    return Outcome(
        is_through=True, on=page.on, changed=page.changed | records.changed, found=page.found + records.found
    )
