"""What arXiv's stand-in can be given to show."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Final

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse

from digests.clock import ARXIV_ZONE, Now
from sandbox.announcer import Announcer
from sandbox.document import Document
from sandbox.replay.shown import Shown
from sandbox.replay.world import World
from sandbox.sample import SampleDay

_NOON: Final = time(12)
_Find = Callable[[Request], Response | None]


def show(documents: World | SampleDay | Sequence[Document] | Announcer, now: Now) -> Shown:
    """A world goes by the clock; a sample day stands still, at noon; recorded answers come in their order."""
    if isinstance(documents, World):
        return Shown(lambda: documents, now)
    if isinstance(documents, SampleDay):
        noon = datetime.combine(documents.announced_on, _NOON, tzinfo=ARXIV_ZONE).astimezone(UTC)
        world = World(days=(documents,))
        return Shown(lambda: world, lambda: noon)
    if isinstance(documents, Announcer):
        return _show_announcer(documents, now)
    nothing, find = World(days=()), _find_on_shelf(documents)
    return Shown(lambda: nothing, now, lambda request: find(request) or _miss(request))


def _show_announcer(announcer: Announcer, now: Now) -> Shown:
    """What is announced is out, even where the clock says that it cannot be yet."""

    @lru_cache(maxsize=1)
    def find_after(_published: int) -> _Find:
        return _find_on_shelf(announcer.documents)

    def find_recorded(request: Request) -> Response | None:
        recorded = find_after(announcer.published)(request)
        is_partial = announcer.has_documents and request.url.path.startswith("/list/")
        # What was recorded is not all of arXiv: no other page can be made of it.
        return recorded or (_miss(request) if is_partial else None)

    return Shown(lambda: announcer.world, lambda: max(now(), announcer.opened_at), find_recorded)


def _find_on_shelf(documents: Sequence[Document]) -> _Find:
    """Each answer of an address is given once, the last one again and again."""
    queues: dict[str, deque[Document]] = {}
    for document in documents:
        queues.setdefault(document.path, deque()).append(document)

    def find(request: Request) -> Response | None:
        path = request.url.path
        queue = queues.get(f"{path}?{request.url.query}") or queues.get(path)
        if queue is None:
            return None
        document = queue.popleft() if len(queue) > 1 else queue[0]
        return Response(document.payload, document.status, media_type=document.media_type)

    return find


def _miss(request: Request) -> Response:
    return PlainTextResponse(f"No answer is recorded for {request.url.path}", status_code=404)
