"""An ASGI app served by uvicorn from a thread, on 127.0.0.1."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from digests.errors import ConfigError
from web.listening import listen

_START_SECONDS = 10


@contextmanager
def serve(app: ASGIApp, *, port: int = 0, chosen_by: str = "") -> Iterator[str]:
    """Serve `app` until the context ends; gives its base address without a slash at the end.

    port       0: the system chooses one
    chosen_by  the option or variable that chooses the port
    Raises     ConfigError for a port that is in use.
    """
    with listen("127.0.0.1", port, advice=f"Choose another with {chosen_by}.") as listener:
        started = threading.Event()
        server = _Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1), started)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            if not started.wait(_START_SECONDS):
                raise ConfigError("A stand-in server did not start on 127.0.0.1.")
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


class _Server(uvicorn.Server):
    """uvicorn tells nobody when it listens."""

    def __init__(self, config: uvicorn.Config, started: threading.Event) -> None:
        super().__init__(config)
        self._told = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._told.set()
