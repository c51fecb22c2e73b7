"""The stand-in for a language model answers every kind of question in every form that a client may ask for."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from digests.summaries.asking.answer import parse_answer
from digests.summaries.asking.model import Question
from digests.summaries.asking.prompt import build_question, build_repair
from digests.summaries.draft import DRAFTS, Kind
from digests.summaries.faults import Fault
from digests.summaries.summarize import Summarizer
from digests.summaries.summary import SummaryState
from digests.summaries.wording.source import build_source
from sandbox.llm import build_app
from sandbox.llm_papers import ENGLISH_MARK, MARK
from sandbox.sample import known_summaries, load_sample
from tests.builders import make_paper
from tests.unit.answering import FakeModel

KNOWN = known_summaries([load_sample()])
ENTRY = next(entry for entry in KNOWN.values() if r"\mathcal" in entry["source_abstract"])
PAPER = make_paper(title=ENTRY["source_title"], abstract=ENTRY["source_abstract"])
UNKNOWN = make_paper(title="Nobody's Paper", abstract=r"We prove $x^2$ at https://a.example/b, twice.")
RUNGS = ("json_schema", "json_object", "text")

kinds = pytest.mark.parametrize("kind", list(Kind))
rungs = pytest.mark.parametrize("rung", RUNGS)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(build_app(KNOWN))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        yield client


async def ask(client: httpx.AsyncClient, question: Question, rung: str) -> str:
    forms: Mapping[str, dict[str, Any]] = {
        "json_schema": {"response_format": {"type": rung, "json_schema": {"schema": question.schema}}},
        "json_object": {"response_format": {"type": rung}},
        "text": {},
    }
    user = f"{question.user}\n\n{question.plain_text_hint}" if rung == "text" else question.user
    messages = [{"role": "system", "content": question.system}, {"role": "user", "content": user}]
    answer = await client.post("/v1/chat/completions", json={"model": "m", "messages": messages, **forms[rung]})
    return answer.json()["choices"][0]["message"]["content"]


@rungs
@kinds
async def test_a_known_paper_is_answered_in_the_form_that_is_asked_for(client, kind, rung):
    text = await ask(client, build_question(build_source(PAPER), kind), rung)

    assert text.startswith("【" if rung == "text" else "{")
    draft = parse_answer(text, DRAFTS[kind])
    assert ("title" in draft.fields()) is (kind is not Kind.NOTES)
    assert ("abstract" in draft.fields()) is (kind is Kind.FULL)
    # The answer has nothing beside it that a client would only ignore.
    assert all(f"{name}" not in text for name in {"title", "abstract", "problem"} - {*DRAFTS[kind].list_fields()})


@rungs
async def test_the_hand_written_chinese_passes_every_check_on_every_rung(client, rung):
    text = await ask(client, build_question(build_source(PAPER), Kind.FULL), rung)

    summary = (await Summarizer(FakeModel(text)).ask(PAPER)).summary

    assert (summary.state, summary.faults) == (SummaryState.DONE, ())
    assert r"$\mathcal{O}(1/k)$" in summary.abstract


@rungs
@kinds
async def test_of_an_unknown_paper_every_field_says_that_no_model_is_connected(client, kind, rung):
    text = await ask(client, build_question(build_source(UNKNOWN), kind), rung)

    fields = parse_answer(text, DRAFTS[kind]).fields()
    mark = ENGLISH_MARK if kind is Kind.NOTES else MARK
    assert {name for name, field in fields.items() if mark not in field} == set()


@rungs
async def test_a_repair_is_a_question_like_any_other(client, rung):
    source = build_source(PAPER)
    first = await ask(client, build_question(source, Kind.FULL), rung)
    # The draft that is sent along has marks of its own.
    repair = build_repair(source, Kind.BRIEF, "【title】\n旧的\n【abstract】\n旧的", [Fault("meta")])

    again = parse_answer(await ask(client, repair, rung), DRAFTS[Kind.BRIEF])

    assert again.fields().items() <= parse_answer(first, DRAFTS[Kind.FULL]).fields().items()


async def test_who_asks_about_no_paper_is_told_what_there_is(client):
    body = {"messages": [{"role": "user", "content": "Who are you?"}]}

    answer = await client.post("/v1/chat/completions", json=body)

    assert answer.json()["choices"][0]["message"]["content"].startswith(MARK)
