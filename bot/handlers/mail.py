"""/channel and /email: where digests go."""

from bot.buttons import back, choice, link
from bot.handlers.changing import answer_change
from bot.handlers.joining import load_joined
from bot.profile import say_channels, say_mail_addresses, say_next
from bot.services import Answer, Asked, BotServices, Button
from bot.voice import Voice
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.errors import InputError
from digests.subscribers.confirmation import ask_code, check_code
from digests.subscribers.keywords import list_keywords
from digests.subscribers.preferences import set_channels
from digests.subscribers.subscriber import Subscriber
from digests.subscribers.typed import fold_setting
from digests.subscribers.wishes import parse_channels


def channel(services: BotServices, asked: Asked) -> Answer:
    reader = load_joined(services, asked)
    if asked.text:
        if EMAIL in parse_channels(asked.text):
            _refuse_closed(services)
        reader = set_channels(services.store, reader.id, asked.text, services.now())
    words = {"channels": say_channels(asked.voice, services, reader)}
    return answer_change(services, asked, reader, "channel", words, [_build_channels(services, asked, reader)])


def email(services: BotServices, asked: Asked) -> Answer:
    reader = load_joined(services, asked)
    _refuse_closed(services)
    if not asked.text:
        addresses = say_mail_addresses(reader)
        now = [asked.voice("email_now", address=addresses)] if addresses else []
        return Answer(["\n".join([*now, asked.voice("email_how")])], [back(asked.voice)])
    if _is_figures(asked.text):
        return _prove(services, asked, reader)
    address = ask_code(services.store, reader.id, asked.text, now=services.now(), salt=services.salt)
    return Answer([asked.voice("email_sent", address=address)])


def plain_code(services: BotServices, asked: Asked) -> Answer | None:
    """Six figures alone are a code while one is open; else None."""
    if asked.subscriber is None or EMAIL not in services.channels or not _is_figures(asked.text):
        return None
    try:
        return _prove(services, asked, asked.subscriber)
    except InputError as error:
        if error.code == "chat.no_code":
            return None
        raise


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


def _is_figures(text: str) -> bool:
    """A telephone's keyboard may write them full-width, a mail program with a gap."""
    return fold_setting(text).replace(" ", "").isdecimal()
