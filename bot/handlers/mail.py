"""/channel and /email: where digests go."""

from typing import Final

from bot.buttons import back, choice, link
from bot.handlers.changing import answer_change
from bot.handlers.joining import load_joined
from bot.profile import say_channels, say_mail_addresses, say_next
from bot.services import Answer, Asked, BotServices, Button
from bot.voice import Voice
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.errors import InputError
from digests.subscribers.confirmation import ask_code, check_code, is_open_code
from digests.subscribers.directory import load_on
from digests.subscribers.keywords import list_keywords
from digests.subscribers.membership import remove_address
from digests.subscribers.preferences import set_channels
from digests.subscribers.subscriber import Subscriber, Target
from digests.subscribers.typed import fold_setting, shorten
from digests.subscribers.words import load_words

_REMOVE: Final = frozenset({"remove", "移除", "删除"})
# Telegram takes a hundred buttons.
_MAX_REMOVABLE: Final = 50
_MAX_BUTTON_CHARS: Final = 40


def channel(services: BotServices, asked: Asked) -> Answer:
    reader = load_joined(services, asked)
    if asked.text:
        _refuse_closed_channels(services, asked.text)
        reader = set_channels(services.store, reader.id, asked.text, services.now())
    words = {"channels": say_channels(asked.voice, services, reader)}
    how = "channel_how" if EMAIL in services.channels else "mail_closed"
    return answer_change(services, asked, reader, "channel", words, [_build_channels(services, asked, reader)], how=how)


def email(services: BotServices, asked: Asked) -> Answer:
    reader = load_joined(services, asked)
    _refuse_closed(services)
    if not asked.text:
        return _say_addresses(asked.voice, reader)
    word, _, rest = asked.text.partition(" ")
    if fold_setting(word) in _REMOVE:
        return _remove(services, asked, reader, rest)
    if _is_figures(asked.text):
        return _prove(services, asked, reader)
    address = ask_code(services.store, reader.id, asked.text, now=services.now(), salt=services.salt)
    return Answer([asked.voice("email_sent", address=address)])


def plain_code(services: BotServices, asked: Asked) -> Answer | None:
    """Six figures alone are a code while one is open; else None."""
    reader = asked.subscriber
    if reader is None or EMAIL not in services.channels:
        return None
    is_code = is_open_code(services.store, reader.id, asked.text, services.now())
    return _prove(services, asked, reader) if is_code else None


def _say_addresses(voice: Voice, reader: Subscriber) -> Answer:
    found = [target for target in reader.targets if target.channel == EMAIL and target.is_usable]
    now = [voice("email_now", address=say_mail_addresses(found))] if found else []
    buttons = [[_build_remove(voice, target)] for target in found[:_MAX_REMOVABLE]]
    return Answer(["\n".join([*now, voice("email_how")])], [*buttons, back(voice)])


def _build_remove(voice: Voice, target: Target) -> Button:
    # An address may be longer than what Telegram takes as a tap.
    text = voice.plain("button_email_remove", address=shorten(target.address, _MAX_BUTTON_CHARS))
    return Button(text, f"/email remove {target.id}")


def _remove(services: BotServices, asked: Asked, reader: Subscriber, text: str) -> Answer:
    address = remove_address(services.store, reader.id, text, services.now()).address
    with services.store.reading() as connection:
        # Where nothing else was wanted, an address that they had switched off takes over.
        channels = say_channels(asked.voice, services, load_on(connection, reader.id))
    lines = [asked.voice("email_removed", address=address), asked.voice("channel_now", channels=channels)]
    return Answer(["\n".join(lines)], [[link(asked.voice, "channel"), link(asked.voice, "settings")]])


def _prove(services: BotServices, asked: Asked, reader: Subscriber) -> Answer:
    held = len(list_keywords(services.store, reader.id))
    proved = check_code(services.store, reader.id, asked.text, now=services.now(), salt=services.salt)
    lines = [asked.voice("email_proved", address=proved.address)]
    if proved.merged:
        lines.append(_say_merged(asked.voice, len(list_keywords(services.store, proved.subscriber.id)) - held))
    lines.append(say_next(asked.voice, services, proved.subscriber))
    return Answer(["\n".join(lines)], [[link(asked.voice, "channel"), link(asked.voice, "settings")]])


def _say_merged(voice: Voice, gained: int) -> str:
    return voice("email_merged", count=gained) if gained else voice("email_merged_none")


def _build_channels(services: BotServices, asked: Asked, reader: Subscriber) -> list[Button]:
    wanted = {target.channel for target in reader.targets if target.is_wanted}
    offered = [choice("Telegram", "/channel telegram", is_current=wanted == {TELEGRAM})]
    if EMAIL in services.channels:
        mail, both = asked.voice.plain("button_mail"), asked.voice.plain("button_both")
        offered += [
            choice(mail, "/channel mail", is_current=wanted == {EMAIL}),
            choice(both, "/channel both", is_current=wanted == {TELEGRAM, EMAIL}),
        ]
    return offered


def _refuse_closed(services: BotServices) -> None:
    if EMAIL not in services.channels:
        raise InputError("mail is not set up", code="chat.mail_closed")


def _refuse_closed_channels(services: BotServices, text: str) -> None:
    """Nor is mail proposed where it is closed, whatever was written."""
    if load_words("channel").get(fold_setting(text)) != TELEGRAM:
        _refuse_closed(services)


def _is_figures(text: str) -> bool:
    """A telephone's keyboard may write them full-width, a mail program with a gap."""
    return fold_setting(text).replace(" ", "").isdecimal()
