"""Which signals end a service, and how."""

import signal
from collections.abc import Callable, Iterator

import pytest

from digests.cli.stopping import Stop


@pytest.fixture
def hang_up() -> Iterator[Callable[[signal.Handlers], None]]:
    """Say what SIGHUP does to us when the service starts."""
    before = signal.getsignal(signal.SIGHUP)
    yield lambda action: signal.signal(signal.SIGHUP, action)
    signal.signal(signal.SIGHUP, before)


def ends_it(number: signal.Signals) -> bool:
    try:
        signal.raise_signal(number)
    except KeyboardInterrupt:
        return True
    return False


def test_a_terminal_that_is_closed_ends_it_once(hang_up):
    hang_up(signal.SIG_DFL)
    with Stop().listening():
        assert ends_it(signal.SIGHUP)
        assert not ends_it(signal.SIGHUP), "the shell sends it after the kernel"
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL


def test_under_nohup_it_goes_on(hang_up):
    hang_up(signal.SIG_IGN)
    stop = Stop()
    with stop.listening():
        assert not ends_it(signal.SIGHUP)
        assert ends_it(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        stop.wait()
