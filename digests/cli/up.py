"""`up`: the whole service under our own supervisor, for readers or as a sandbox. `migrate`: a release's first step."""

import shlex
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from digests.bootstrap import open_services
from digests.cli.options import services
from digests.cli.start_checks import check_loopback, check_redis, check_web_ports, choose_web_port, only_one
from digests.cli.stopping import Stop
from digests.clock import MovedClock
from digests.errors import ConfigError
from digests.outside import print_outside_parts
from digests.redaction import find_secrets
from digests.settings import Settings, child_environment, load_settings
from digests.status import report_status
from digests.subscribers.directory import list_chats

_console = Console(soft_wrap=True, highlight=False, markup=False)
_LOOPBACK: Final = "127.0.0.1"
#: A sandbox is its own house: nothing in it is a real reader's.
_OWN: Final[Mapping[str, Any]] = {
    "env": "development",
    "database_url": "",
    "redis_url": "",
    "secret_key": "",
    "telegram_webhook_url": "",
    "web_host": _LOOPBACK,
}


def register(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(migrate)


def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the sandbox's page listens.")] = 8320,
    papers: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Announcement files that the sandbox's arXiv publishes.")
    ] = None,
) -> None:
    """Run everything until Ctrl-C: broker, worker, beat, bot and web. Without a real channel it is a sandbox."""
    settings = load_settings()
    stop = Stop()
    try:
        with stop.listening(), ExitStack() as stack:
            if settings.is_sandbox:
                _enter_sandbox(stack, stop, settings, port, papers)
            else:
                _enter_house(stack, stop, settings, papers)
            _say("Ctrl-C stops it.")
            stop.wait()
    except KeyboardInterrupt:
        _say("stopped")


def migrate() -> None:
    """Bring the database to this version's schema. Every process does so at its start; a release does it first."""
    with services() as opened:
        _console.print(f"The database is ready ({opened.store.engine.dialect.name}).")


def _enter_house(stack: ExitStack, stop: Stop, settings: Settings, papers: Path | None) -> None:
    if papers is not None:
        raise ConfigError("--papers is for the sandbox: with a real channel the papers come from arXiv.")
    stack.enter_context(only_one(settings.home))
    check_web_ports(settings)
    check_redis(settings)
    open_services(settings).close()
    print_outside_parts(_console, settings)
    _start(stack, stop, settings)
    address = settings.public_url or _web_address(settings)
    _say(f"PaperPost runs. Its pages: {address}  Its logs: {settings.home / 'logs'}")


def _enter_sandbox(stack: ExitStack, stop: Stop, outside: Settings, port: int, papers: Path | None) -> None:
    from sandbox.up import serve_sandbox

    home = outside.home / "sandbox"
    own = {**_OWN, "home": home}
    settings = load_settings(**own)
    stack.enter_context(only_one(home))
    check_loopback()
    opened = open_services(settings)
    stack.callback(opened.close)
    clock = MovedClock(home / "clock")
    sandbox = stack.enter_context(
        serve_sandbox(
            home,
            papers=papers,
            port=port,
            now=clock,
            chats=list_chats(opened.store),
            processes=stop.states,
            report=lambda: report_status(opened.store, clock()),
            chosen_by="--port (make run PORT=…)",
        )
    )
    # After everything else that takes a port here.
    web_port = choose_web_port(settings)
    web_address = f"http://{_LOOPBACK}:{web_port}"
    settings = load_settings(**own, web_port=web_port, public_url=web_address, **sandbox.overrides)
    print_outside_parts(_console, settings, is_own_house=True)
    _start(stack, stop, settings)
    _say(f"The sandbox runs in {home}, apart from everything real. Open {sandbox.url}")
    _say(f"Other commands see it like this: {_other_commands(outside, settings)}")


def _start(stack: ExitStack, stop: Stop, settings: Settings) -> None:
    from worker.service import service_processes
    from worker.supervisor import Supervisor

    stop.supervisor = Supervisor(
        service_processes(settings),
        settings.home / "logs",
        child_environment(settings),
        folder=settings.home,
        secrets=find_secrets(settings),
        report=_say,
    )
    stack.enter_context(stop.supervisor)


def _web_address(settings: Settings) -> str:
    return f"http://{settings.web_host}:{settings.web_port}"


def _other_commands(outside: Settings, sandbox: Settings) -> str:
    """For the shell: a command whose settings are `outside`, and what it needs to see those of the sandbox."""
    variables = {"PAPERPOST_HOME": str(sandbox.home)}
    if outside.database_url:
        # It would win over the home.
        variables["DATABASE_URL"] = sandbox.store_url
    if outside.web_port != sandbox.web_port:
        variables["PAPERPOST_WEB_PORT"] = str(sandbox.web_port)
    words = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    return " ".join([*words, shlex.quote(sys.argv[0]), "status"])


def _say(sentence: str) -> None:
    # Also from the supervisor's thread, and to a terminal that may be gone: what runs must not end with it.
    with suppress(OSError):
        typer.echo(sentence)
