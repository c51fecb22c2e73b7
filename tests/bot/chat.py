"""The handlers without Telegram between, for tests that ask some hundred times."""

from dataclasses import dataclass

from bot.commands import answer
from bot.services import Answer, Asked, BotServices
from digests.errors import InputError
from digests.subscribers.directory import find_by_address


@dataclass
class Chat:
    services: BotServices
    language: str = "zh"

    def says(self, line: str) -> Answer:
        subscriber = find_by_address(self.services.store, channel="telegram", address="42")
        command, _, text = line.removeprefix("/").partition(" ")
        asked = Asked(
            chat_id="42",
            command=command if line.startswith("/") else "",
            text=text if line.startswith("/") else line,
            language=subscriber.language if subscriber else self.language,
            bot_name="bot",
            subscriber=subscriber,
        )
        try:
            return answer(self.services, asked)
        except InputError as error:
            return Answer([asked.voice.explain(error)])
