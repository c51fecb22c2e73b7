"""arXiv and Hugging Face as a transport of the fetcher's: they answer what a test says, and keep what they were asked."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx

from digests.papers.fetch import PageFetcher

NOW = datetime(2026, 1, 8, 1, 0, tzinfo=UTC)


class Arxiv:
    """Answers with the given responses one by one, the last one for ever, and keeps what it was asked."""

    def __init__(self, *responses):
        self.responses = list(responses)
        self.requests = []
        self.turns = []
        self.waits = []

    def answer(self, request):
        self.requests.append(request)
        response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        if isinstance(response, Exception):
            raise response
        return response

    @contextmanager
    def turn(self, host_key):
        self.turns.append(host_key)
        yield

    def fetcher(self, **changes):
        options = {
            "list_url": "http://arxiv.test/",
            "rss_url": "http://rss.arxiv.test",
            "oai_url": "http://oai.arxiv.test/",
            "hf_url": "http://hf.test",
            "contact": "ann@example.org",
            "turn": self.turn,
            "now": lambda: NOW,
            "wait": self.waits.append,
            "transport": httpx.MockTransport(self.answer),
        }
        return PageFetcher(**options | changes)


def ok(content=b"page"):
    return httpx.Response(200, content=content)


class Dribble(socketserver.BaseRequestHandler):
    """Sends `start` and then a byte at a time, for ever: no timeout between two reads ends that."""

    start = b""

    def handle(self):
        self.request.recv(4096)
        self.request.sendall(self.start)
        while not self.server.stop.wait(0.01):
            try:
                self.request.sendall(b"x")
            except OSError:
                return


@contextmanager
def open_dribbling_server(start: bytes) -> Iterator[str]:
    """Its address."""
    handler = type("Handler", (Dribble,), {"start": start})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.stop = threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.stop.set()
        server.shutdown()
        thread.join()
