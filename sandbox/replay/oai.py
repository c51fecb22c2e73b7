"""oaipmh.arxiv.org: ListRecords in arXivRaw and arXiv, by the day of UTC on which a record was changed last.

GET  /oai?verb=ListRecords&metadataPrefix=&from=&until=&set=   as arXiv's own server answers: github.com/arXiv/oaipmh
GET  /oai?verb=ListRecords&resumptionToken=                    all that the first request asked for, from there on

Every refusal comes with status 200. A token is the question and a number to skip; this server knows those that it gave
out, and forgets them at midnight in UTC. A record is listed by its newest change only: who asks for a day long gone
does not get what was changed since.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from urllib.parse import parse_qs, quote, unquote, urlencode

from fastapi import APIRouter, Request, Response

from sandbox.replay.groups import find_set
from sandbox.replay.records import FORMATS, Refusal, render_records, render_refusal
from sandbox.replay.shown import Look
from sandbox.replay.world import Record, World

XML: Final = "text/xml"
_EARLIEST: Final = date(2005, 9, 16)
_TOKEN: Final = "resumptionToken"  # noqa: S105 the name of a parameter
_NAMES: Final = {"verb", "metadataPrefix", "from", "until", "set"}


@dataclass
class _Tokens:
    """Those that were given out, and when (UTC)."""

    given: dict[str, datetime] = field(default_factory=dict)

    def give(self, question: Mapping[str, str], skip: int, now: datetime) -> str:
        token = quote(urlencode({**question, "skip": skip}))
        self.given[token] = now.astimezone(UTC)
        return token

    def read(self, token: str, now: datetime) -> tuple[dict[str, str], int]:
        """The question and how much of its answer is known. Raises  Refusal."""
        given_at = self.given.get(token)
        if given_at is None or given_at.date() != now.astimezone(UTC).date():
            raise Refusal("badResumptionToken", "The token is unknown or has expired")
        question = {name: values[0] for name, values in parse_qs(unquote(token)).items()}
        return question, int(question.pop("skip"))


@dataclass(frozen=True, slots=True)
class _Question:
    prefix: str
    since: date
    until: date
    scope: str | None


def build_oai(look: Look) -> APIRouter:
    router = APIRouter()
    tokens = _Tokens()

    @router.get("/oai")
    async def oai(request: Request) -> Response:
        world, now = look()
        given = dict(request.query_params)
        try:
            body = _answer(world, given, now, tokens)
        except Refusal as refusal:
            body = render_refusal(refusal, now)
        return Response(body, media_type=XML)

    return router


def refuse_token(now: datetime) -> Response:
    return Response(render_refusal(Refusal("badResumptionToken", "It has expired"), now), media_type=XML)


def _answer(world: World, given: dict[str, str], now: datetime, tokens: _Tokens) -> bytes:
    if given.get("verb") != "ListRecords":
        raise Refusal("badVerb", "The stand-in lists records only")
    asked, skip = given, 0
    if _TOKEN in given:
        if given.keys() != {_TOKEN, "verb"}:
            raise Refusal("badArgument", f"No other parameters allowed with {_TOKEN}")
        asked, skip = tokens.read(given[_TOKEN], now)
    question = _read_question(asked, now)
    found = _find(world, question, now)[skip:]
    if not found:
        raise Refusal("noRecordsMatch", "")
    shown = found[: world.oai_page_size]
    token = _next_token(found, asked, skip, world.oai_page_size, now, tokens)
    # Who came with a token is told that the list ends, with an empty one.
    token = token or ("" if _TOKEN in given else None)
    expires_at = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), tzinfo=UTC)
    return render_records(shown, question.prefix, given, now, token=token, expires_at=expires_at)


def _next_token(
    found: list[Record], asked: dict[str, str], skip: int, size: int, now: datetime, tokens: _Tokens
) -> str | None:
    """It goes on from the day of the first record that had no room, and skips what it showed of that day."""
    if len(found) <= size:
        return None
    last_on = found[size].changed_on
    if found[0].changed_on == last_on:
        return tokens.give(asked, skip + size, now)
    shown = sum(record.changed_on == last_on for record in found[:size])
    return tokens.give({**asked, "from": str(last_on)}, shown, now)


def _find(world: World, question: _Question, now: datetime) -> list[Record]:
    return [
        record
        for record in world.list_records(now)
        if question.since <= record.changed_on <= question.until
        and (question.scope is None or record.paper.is_in(question.scope))
    ]


def _read_question(asked: Mapping[str, str], now: datetime) -> _Question:
    """Raises  Refusal, in the order of the server's own checks."""
    if "metadataPrefix" not in asked:
        raise Refusal("badArgument", "metadataPrefix required.")
    if strange := asked.keys() - _NAMES:
        raise Refusal("badArgument", f"Unallowed parameter: {', '.join(sorted(strange))}")
    if asked["metadataPrefix"] not in FORMATS:
        raise Refusal("cannotDisseminateFormat", "Did not recognize requested format")
    today = now.astimezone(UTC).date()
    since = _read_date(asked, "from", _EARLIEST)
    until = _read_date(asked, "until", today)
    scope = find_set(asked["set"]) if asked.get("set") else None
    if asked.get("set") and scope is None:
        raise Refusal("badArgument", "Set does not exist")
    if since > until:
        raise Refusal("badArgument", "until date must be greater than or equal to from date")
    if since < _EARLIEST:
        raise Refusal("badArgument", "start date too early")
    if until > today:
        raise Refusal("badArgument", "until date too late")
    return _Question(asked["metadataPrefix"], since, until, scope)


def _read_date(asked: Mapping[str, str], name: str, default: date) -> date:
    text = asked.get(name, "")
    if not text:
        return default
    try:
        # Not every form of ISO 8601 that Python knows: eight digits are refused.
        return datetime.strptime(f"{text} +0000" if len(text) == 10 else "", "%Y-%m-%d %z").date()
    except ValueError:
        raise Refusal("badArgument", f"{name} date format must be YYYY-MM-DD") from None
