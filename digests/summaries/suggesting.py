"""Two small questions about keywords: which ones a person means by a description, and a Chinese one in English."""

import re
from dataclasses import dataclass
from typing import Any, Final

import structlog
from pydantic import ValidationError

from digests.summaries.asking.answer import read_json, reject, unwrap
from digests.summaries.asking.model import Model, Question
from digests.summaries.asking.prompt import build_plain_question, load_instructions, load_lines_hint
from digests.summaries.draft import Wire
from digests.summaries.wording.masking import without_format_characters

log = structlog.get_logger()

_LINE: Final = re.compile(r"^\s*【(query|none)】(.*)$", re.MULTILINE)
# Whatever comes, no more of it is parsed and tested.
_MAX_QUERIES: Final = 12


class Queries(Wire):
    queries: list[str]


def build_queries_schema() -> dict[str, Any]:
    return Queries.model_json_schema()


@dataclass(frozen=True)
class Suggester:
    """Somebody waits in a chat: `deadline_seconds` for an answer."""

    model: Model
    deadline_seconds: float = 20.0

    async def suggest(self, description: str) -> list[str]:
        """Queries for what somebody says they work on, as the model wrote them: perhaps none, perhaps nonsense.

        Raises  SummaryError.
        """
        return await self._ask("suggest", "description", description)

    async def translate(self, keyword: str) -> list[str]:
        """What English papers call a Chinese keyword, the usual word first. Raises SummaryError."""
        return await self._ask("translate", "keyword", keyword)

    async def _ask(self, name: str, kind: str, text: str) -> list[str]:
        prompt = load_instructions(name)
        question = Question(prompt.system, build_plain_question(kind, text), build_queries_schema(), load_lines_hint())
        answer = await self.model.complete(question, within_seconds=self.deadline_seconds)
        queries = parse_queries(answer.text)
        log.info(
            "queries_asked",
            prompt=f"{name} {prompt.version}",
            model=self.model.name,
            queries=len(queries),
            prompt_tokens=answer.tokens.prompt,
            completion_tokens=answer.tokens.completion,
        )
        return queries


def parse_queries(text: str) -> list[str]:
    """Raises  SummaryRejected (fault `unparseable`)."""
    text = unwrap(text)
    lines = _LINE.findall(text)
    try:
        found = [query for mark, query in lines if mark == "query"] if lines else read_json(text, Queries).queries
    except ValidationError as error:
        raise reject(error) from None
    tidied = (" ".join(without_format_characters(query).split()) for query in found)
    return list(dict.fromkeys(query for query in tidied if query))[:_MAX_QUERIES]
