"""`subscribers add|list|show|forget`: the operator's way to the readers."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from digests.bootstrap import Services
from digests.cli.options import AsJson, print_json, services
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.errors import InputError
from digests.keywords.refusals import explain_refusal
from digests.phrases import load_phrases
from digests.subscribers import directory, keywords, membership
from digests.subscribers.keywords import AddResult, NoRoom, Refused, TooWide
from digests.subscribers.subscriber import Subscriber, Target
from digests.subscribers.trending import list_trends

_console = Console(soft_wrap=True, highlight=False, markup=False)
_commands = typer.Typer(no_args_is_help=True, help="Readers: add, list, show, forget.")

SubscriberArgument = Annotated[
    str, typer.Argument(metavar="SUBSCRIBER", help="A number of the list, a mail address, or a Telegram chat id.")
]


def register(app: typer.Typer) -> None:
    app.add_typer(_commands, name="subscribers")


def find_subscriber(opened: Services, text: str) -> Subscriber:
    """By mail address, by the list's number, or by Telegram chat id (a number that is nobody's in the list).

    Raises  InputError `chat.no_such_subscriber`.
    """
    if "@" in text:
        found = directory.find_by_address(opened.store, channel=EMAIL, address=text)
    else:
        found = _find_by_number(opened, text)
    if found is None:
        raise InputError(f"no subscriber {text}", code="chat.no_such_subscriber", fields={"subscriber": text})
    return found


@_commands.command()
def add(
    email: Annotated[str, typer.Option(metavar="A", help="A mail address.")] = "",
    telegram: Annotated[str, typer.Option(metavar="ID", help="A Telegram chat id.")] = "",
    keyword: Annotated[list[str] | None, typer.Option("--keyword", metavar="Q", help="May be repeated.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Take keywords wider than one archive too.")] = False,
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="The owner has agreed: nothing is sent before.")
    ] = False,
    language: Annotated[Literal["zh", "en"], typer.Option(help="The reader's language.")] = "zh",
    as_json: AsJson = False,
) -> None:
    """Add a reader by mail address, chat or both, with keywords. The same address again gives the same reader."""
    addresses = [(c, a) for c, a in ((TELEGRAM, telegram), (EMAIL, email)) if a]
    if not addresses:
        raise typer.BadParameter("give --email A, --telegram ID, or both")
    with services() as opened:
        joined = _join(opened, addresses, language, confirmed=confirmed)
        results = [
            keywords.add_keywords(
                opened.store, joined.id, text, opened.now(), opened.settings.max_keywords, takes_wide=yes
            )
            for text in keyword or []
        ]
        _show(opened, joined, as_json=as_json)
    problems = [sentence for result in results for sentence in _problems(result)]
    for sentence in problems:
        Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(sentence)
    if problems:
        raise typer.Exit(2)


@_commands.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List every reader."""
    with services() as opened:
        everybody = directory.list_subscribers(opened.store)
    if as_json:
        print_json([asdict(subscriber) for subscriber in everybody])
        return
    table = Table("number", "addresses", "language", "joined", box=None, pad_edge=False)
    for subscriber in everybody:
        addresses = ", ".join(_address(target) for target in subscriber.targets)
        table.add_row(str(subscriber.id), addresses, subscriber.language, f"{subscriber.joined_at:%Y-%m-%d}")
    _console.print(table)


@_commands.command()
def show(subscriber: SubscriberArgument, as_json: AsJson = False) -> None:
    """Show one reader: addresses, settings, keywords."""
    with services() as opened:
        _show(opened, find_subscriber(opened, subscriber), as_json=as_json)


@_commands.command()
def forget(
    subscriber: SubscriberArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove every row of a reader; a salted hash of the address keeps it from being added again unasked."""
    with services() as opened:
        found = find_subscriber(opened, subscriber)
        if not yes:
            typer.confirm(f"Forget {', '.join(t.address for t in found.targets)} and all that was sent?", abort=True)
        membership.forget(opened.store, found.id, salt=opened.salt, now=opened.now())
    _console.print(f"Reader {found.id} is forgotten.")


def _join(opened: Services, addresses: Sequence[tuple[str, str]], language: str, *, confirmed: bool) -> Subscriber:
    """One reader for all `addresses`; who is known by one of them is that reader."""

    def is_stranger(item: tuple[str, str]) -> bool:
        return directory.find_by_address(opened.store, channel=item[0], address=item[1]) is None

    (channel, address), *others = sorted(addresses, key=is_stranger)
    same: Any = {"confirmed": confirmed, "now": opened.now(), "salt": opened.salt}
    joined = membership.join(opened.store, channel=channel, address=address, language=language, **same)
    for other_channel, other in others:
        joined = membership.add_address(opened.store, joined.id, channel=other_channel, address=other, **same)
    return joined


def _find_by_number(opened: Services, text: str) -> Subscriber | None:
    if text.isdecimal() and len(text) < 10:
        for subscriber in directory.list_subscribers(opened.store):
            if subscriber.id == int(text):
                return subscriber
    return directory.find_by_address(opened.store, channel=TELEGRAM, address=text)


def _show(opened: Services, subscriber: Subscriber, *, as_json: bool) -> None:
    held = keywords.list_keywords(opened.store, subscriber.id)
    trends = list_trends(opened.store, subscriber.id)
    if as_json:
        lists = {"keywords": [asdict(keyword) for keyword in held], "trending": [asdict(trend) for trend in trends]}
        print_json(asdict(subscriber) | lists)
        return
    _console.print(f"Reader {subscriber.id}, {subscriber.language}, joined {subscriber.joined_at:%Y-%m-%d %H:%M} UTC")
    for target in subscriber.targets:
        _console.print(f"  {_address(target)}")
    for number, keyword in enumerate(held, 1):
        _console.print(f"  {number}. {keyword.typed}")
    for trend in trends:
        _console.print(f"  trending {trend.period}, {trend.min_upvotes} upvotes or more")


def _address(target: Target) -> str:
    if target.gone_at:
        return f"{target.channel} {target.address} (gone: {target.gone_reason})"
    return f"{target.channel} {target.address}" + ("" if target.confirmed_at else " (not confirmed)")


def _problems(result: AddResult) -> list[str]:
    phrases = load_phrases("en")
    sentences = []
    for outcome in result.outcomes:
        match outcome:
            case Refused(error=error):
                sentences.append(explain_refusal(error, phrases))
            case TooWide(typed=typed):
                sentences.append(f"{typed}: wider than one archive; --yes takes it all the same")
            case NoRoom(typed=typed):
                sentences.append(f"{typed}: the list is full ({result.max_keywords} keywords)")
    return sentences
