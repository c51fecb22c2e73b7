"""/lang: in which language we talk, and the digests come."""

from bot.buttons import back, languages
from bot.handlers.joining import load_joined, welcome
from bot.languages import NAMES
from bot.services import Answer, Asked, BotServices
from bot.voice import Voice, pack
from digests.phrases import load_phrases
from digests.subscribers.keywords import list_keywords
from digests.subscribers.preferences import set_language


def lang(services: BotServices, asked: Asked) -> Answer:
    reader = load_joined(services, asked)
    said = "lang_now"
    if asked.text:
        reader, said = set_language(services.store, reader.id, asked.text), "lang_set"
    voice = Voice(load_phrases(reader.language))
    blocks = [voice(said, language=NAMES[reader.language])]
    if not asked.text:
        blocks.append(voice("lang_how"))
    if asked.text and not list_keywords(services.store, reader.id):
        # What was said at /start may have been in a language that they do not read.
        blocks += welcome(voice)
    return Answer(pack(blocks), [languages(reader.language), back(voice)])
