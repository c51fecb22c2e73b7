"""A model that answers what a test gives it."""

import json

from digests.summaries.asking.model import Answer, Question, Tokens


class FakeModel:
    """Answers in the order given: a dict as JSON, a str as it is, an error by raising it."""

    name = "fake"

    def __init__(self, *answers) -> None:
        self.waiting = list(answers)
        self.asked: list[Question] = []

    async def complete(self, question: Question, *, within_seconds: float) -> Answer:
        self.asked.append(question)
        answer = self.waiting.pop(0)
        if isinstance(answer, Exception):
            raise answer
        text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        return Answer(text, "stop", Tokens(100, 10))
