"""Services for a command that calls outside: the real ones, or those of stand-ins that it starts (invariant 8)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from digests.bootstrap import Services
from digests.cli.options import services
from digests.errors import ConfigError
from digests.outside import print_outside_parts
from digests.settings import Settings, load_settings
from digests.store.sandboxed import has_served
from digests.subscribers.directory import list_chats


@contextmanager
def outside_services(console: Console) -> Iterator[Services]:
    """Raises  ConfigError where a sandbox would take the place of an installation."""
    settings = load_settings()
    if not settings.is_sandbox:
        with services() as opened:
            yield opened
        return
    from sandbox.stand_ins import start_stand_ins

    with services() as opened:
        chats, is_real = list_chats(opened.store), has_served(opened.store)
    if is_real:
        raise ConfigError(
            "This database serves real readers, and no channel is set here: stand-ins would take their digests. "
            "Set the channels of this installation, or PAPERPOST_HOME to another folder."
        )
    with start_stand_ins(chats=chats, mail_folder=mail_folder(settings)) as stand_ins:
        settings = load_settings(**stand_ins.overrides)
        print_outside_parts(console, settings)
        with services(settings) as opened:
            yield opened


def mail_folder(settings: Settings) -> Path:
    """What the stand-in mailbox gets."""
    return settings.home / "sandbox" / "mail"
