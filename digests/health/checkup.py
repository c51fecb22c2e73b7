"""All checks, side by side; none of them raises, writes to a reader, or says a secret."""

import asyncio
from collections.abc import Collection
from dataclasses import replace

from digests.clock import Now
from digests.health.alignment import check_alignment
from digests.health.check import Check
from digests.health.here import check_broker, check_database, check_disk, check_home, check_production, check_web
from digests.health.models import check_models
from digests.health.parts import check_mail, check_telegram
from digests.health.sources import check_holidays, check_sources
from digests.outside import Kind, list_outside_parts
from digests.papers.calendar import load_calendar
from digests.redaction import find_secrets, redact
from digests.settings import Settings
from digests.summaries.checking.embedding import find_embedder


async def check_all(settings: Settings, now: Now) -> list[Check]:
    """In the order in which they depend on each other: a database first, readers' channels last."""
    found = await asyncio.gather(
        asyncio.to_thread(_check_here, settings, now),
        check_web(settings),
        _list_stand_ins(settings) if settings.is_sandbox else _check_outside(settings),
    )
    checks = [check for group in found for check in group]
    if not settings.is_sandbox:
        # A sandbox is for nobody but its operator.
        checks.append(check_production(settings))
    secrets = find_secrets(settings)
    return [_redact(check, secrets) for check in checks]


def _check_here(settings: Settings, now: Now) -> list[Check]:
    return [
        check_home(settings),
        check_disk(settings),
        *check_database(settings, now()),
        check_broker(settings),
        check_holidays(load_calendar().change(settings.holiday_changes), now().date()),
        check_alignment(find_embedder()),
    ]


async def _check_outside(settings: Settings) -> list[Check]:
    sources, models, *channels = await asyncio.gather(
        check_sources(settings), check_models(settings), check_telegram(settings), check_mail(settings)
    )
    return [*sources, *models, *channels]


async def _list_stand_ins(settings: Settings) -> list[Check]:
    return [
        Check(part.name, None, f"a stand-in, {part.place}", f"Real with {part.variable}.")
        for part in list_outside_parts(settings)
        if part.kind is Kind.STAND_IN
    ]


def _redact(check: Check, secrets: Collection[str]) -> Check:
    """On one line, without what must not be said."""
    return replace(check, detail=" ".join(redact(check.detail, secrets).split()))
