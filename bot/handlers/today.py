"""/today: the newest stored batch, read now and sent to nobody else. The daily digest is not touched by it."""

from bot.services import Answer, Asked, BotServices
from digests.errors import InputError
from digests.subscribers.keywords import list_keywords


def today(services: BotServices, asked: Asked) -> Answer:
    if asked.subscriber is None or not list_keywords(services.store, asked.subscriber.id):
        raise InputError("no keywords yet", code="chat.no_keywords")
    return Answer(services.preview(asked.subscriber.id) or [asked.voice("today_nothing_stored")])
