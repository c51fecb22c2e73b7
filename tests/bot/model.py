"""What stands behind the suggester of BotServices."""

import asyncio
import json
from collections import deque

from digests.summaries.asking.model import Answer, Question, Tokens


class FakeModel:
    """Answers in the order given (a list of queries, a text as it is, an error raised), and then with nothing."""

    name = "fake"

    def __init__(self) -> None:
        self.waiting: deque[object] = deque()
        self.asked: list[str] = []
        #: Cleared: the answer takes until it is set again.
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def complete(self, question: Question, *, within_seconds: float) -> Answer:
        self.asked.append(question.user)
        await self.may_answer.wait()
        answer = self.waiting.popleft() if self.waiting else []
        if isinstance(answer, Exception):
            raise answer
        text = answer if isinstance(answer, str) else json.dumps({"queries": answer})
        return Answer(text, "stop", Tokens(100, 10))
