"""/start and /help."""

from bot.services import Answer, Asked, BotServices
from bot.voice import pack
from digests.delivery.channel import TELEGRAM
from digests.subscribers.keywords import list_keywords
from digests.subscribers.membership import join
from digests.subscribers.subscriber import Subscriber


def start(services: BotServices, asked: Asked) -> Answer:
    subscriber = join_chat(services, asked)
    held = len(list_keywords(services.store, subscriber.id))
    if held:
        return Answer([asked.voice("start_again", held=held)])
    return Answer(pack([asked.voice("start"), asked.voice("start_example")]))


def help_(_services: BotServices, asked: Asked) -> Answer:
    return Answer([asked.voice("help")])


def join_chat(services: BotServices, asked: Asked) -> Subscriber:
    """A chat that writes to us is confirmed by that, and asks by itself (invariant 5)."""
    return join(
        services.store,
        channel=TELEGRAM,
        address=asked.chat_id,
        language=services.language,
        confirmed=True,
        now=services.now(),
        salt=services.salt,
        asked_again=True,
    )
