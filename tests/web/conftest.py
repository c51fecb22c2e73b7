"""Our pages served by a real uvicorn on loopback, over a real database."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
import uvicorn

from digests.store.engine import Store
from tests.waiting import eventually
from web.app import build_app
from web.services import WebServices

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
SALT = b"a salt of the tests"


@pytest.fixture
def services(store: Store) -> WebServices:
    return WebServices(store=store, now=lambda: NOW, real_now=lambda: NOW, salt=SALT)


@pytest.fixture
def serve(services: WebServices) -> Callable:
    """A context that serves, with some of the services changed, and gives a client."""

    @contextmanager
    def serve(**changes) -> Iterator[httpx.Client]:
        listener = socket.create_server(("127.0.0.1", 0))
        app = build_app(replace(services, **changes))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        eventually(lambda: server.started, "the server starts")
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()
            listener.close()

    return serve


@pytest.fixture
def client(serve: Callable) -> Iterator[httpx.Client]:
    with serve() as client:
        yield client
