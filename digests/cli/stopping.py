"""How a service that runs until it is told to stop is told so."""

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Final

from worker.supervisor import Supervisor

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_KILLED_STATUS: Final = 130


class Stop:
    """The first SIGINT, SIGTERM or SIGHUP ends the body as Ctrl-C does; a Ctrl-C after that kills all at once.

    supervisor  set once it runs, so that it can be killed in the middle of its orderly end
    """

    def __init__(self) -> None:
        self.supervisor: Supervisor | None = None
        self._told = threading.Event()

    def states(self) -> Mapping[str, str]:
        """The processes and what they do; none before they are started."""
        return self.supervisor.states() if self.supervisor else {}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Raises  KeyboardInterrupt in the body, once."""
        # Under nohup a closed terminal is none of our business.
        heard = [number for number in _SIGNALS if number != signal.SIGHUP or _is_heard(number)]
        before = {number: signal.signal(number, self._receive) for number in heard}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def wait(self) -> None:
        """Until a signal has come, perhaps before: what was raised in a finaliser or a callback is lost there."""
        self._told.wait()
        raise KeyboardInterrupt

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        if not self._told.is_set():
            self._told.set()
            raise KeyboardInterrupt
        # A closed terminal sends SIGHUP twice, from the kernel and from its shell: only a person's haste counts.
        if number == signal.SIGINT:
            if self.supervisor is not None:
                self.supervisor.kill()
            os._exit(_KILLED_STATUS)


def _is_heard(number: signal.Signals) -> bool:
    return signal.getsignal(number) is not signal.SIG_IGN
