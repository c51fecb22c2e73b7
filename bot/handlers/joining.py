"""/start and /help."""

from bot.buttons import languages, link
from bot.services import Answer, Asked, BotServices
from bot.voice import Voice, pack
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.errors import InputError
from digests.subscribers.keywords import list_keywords
from digests.subscribers.membership import join
from digests.subscribers.subscriber import Subscriber


def start(services: BotServices, asked: Asked) -> Answer:
    subscriber = join_chat(services, asked)
    held = len(list_keywords(services.store, subscriber.id))
    if held:
        buttons = [[link(asked.voice, "today"), link(asked.voice, "settings")]]
        return Answer([asked.voice("start_again", held=held)], buttons)
    # An English telephone does not say that its owner wants English digests.
    return Answer(pack(welcome(asked.voice)), [languages(subscriber.language)])


def welcome(voice: Voice) -> list[str]:
    return [voice("start"), voice("start_example")]


def help_(services: BotServices, asked: Asked) -> Answer:
    return Answer([say_help(services, asked.voice)])


def say_help(services: BotServices, voice: Voice) -> str:
    """What needs mail is left out where there is none."""
    parts = ("help", "help_where", "help_other") if EMAIL in services.channels else ("help", "help_other")
    return "\n\n".join(voice(part) for part in parts)


def join_chat(services: BotServices, asked: Asked) -> Subscriber:
    """A chat that writes to us is confirmed by that, and asks by itself (invariant 5).

    Raises  InputError `chat.not_joined` where a stranger tapped: on an old message that would undo their /forget.
    """
    if asked.subscriber is None and asked.is_tap:
        raise _not_joined()
    return join(
        services.store,
        channel=TELEGRAM,
        address=asked.chat_id,
        language=asked.language,
        confirmed=True,
        now=services.now(),
        salt=services.salt,
        asked_again=True,
    )


def load_joined(services: BotServices, asked: Asked) -> Subscriber:
    """Who is asking. Only /start and /add take somebody in."""
    if asked.subscriber is None:
        raise _not_joined()
    if any(target.channel == TELEGRAM and target.gone_at is not None for target in asked.subscriber.targets):
        # They had blocked us, and write again.
        return join_chat(services, asked)
    return asked.subscriber


def _not_joined() -> InputError:
    return InputError("not a subscriber", code="chat.not_joined")
