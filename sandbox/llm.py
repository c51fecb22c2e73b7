"""A stand-in for a language model that speaks OpenAI's protocol: hand-written Chinese for the papers it knows.

For any other paper, and to whoever wants notes in English, it says that no model is connected. That stands in 〔〕,
which the checks of digests.summaries call a translator's note (fault `meta`): it passes as doubtful, so the reader sees
our mark besides.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, TypeAdapter

from digests.summaries.wording.masking import mask
from sandbox.llm_keywords import answer_keywords
from sandbox.llm_papers import MARK, answer_paper, title_key


class Fault(BaseModel):
    """What one request gets instead of its answer; the first one waiting is used up by the next request."""

    model_config = ConfigDict(extra="forbid")

    status: int = 200
    message: str = "a fault of the sandbox"
    retry_after: float | None = None
    #: `length` also cuts the answer in half; `content_filter` empties it.
    finish_reason: str | None = None
    #: The model's text; `body` is the whole response.
    text: str | None = None
    body: str | None = None
    delay_seconds: float = 0.0


@dataclass
class _State:
    """`requests` are the bodies seen, oldest first."""

    known: dict[str, Mapping[str, Any]]
    faults: deque[Fault] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)


def build_app(known: Mapping[str, Mapping[str, Any]], *, model: str = "sandbox") -> FastAPI:
    """`known`: English title → {source_title, source_abstract, title, tldr, abstract, points}, LaTeX and links in.

    `points` has problem, method, result, meaning. POST /_sandbox/faults takes a list of `Fault`;
    GET /_sandbox/requests gives the bodies seen.
    """
    app = FastAPI(title="Sandbox LLM", openapi_url=None)
    state = _State({title_key(mask(entry["source_title"]).text): entry for entry in known.values()})

    @app.post("/v1/chat/completions")
    async def complete(request: Request) -> Response:
        body = await request.json()
        state.requests.append(body)
        fault = state.faults.popleft() if state.faults else Fault()
        await asyncio.sleep(fault.delay_seconds)
        if fault.status != 200:
            return _refuse(fault)
        if fault.body is not None:
            return Response(fault.body, media_type="application/json")
        question = "\n".join(str(message["content"]) for message in body["messages"])
        return JSONResponse(_completion(body.get("model", model), question, _spoil(_reply(state, body), fault), fault))

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [{"id": model, "object": "model", "owned_by": "sandbox"}]}

    @app.post("/_sandbox/faults")
    async def add_faults(request: Request) -> dict[str, int]:
        state.faults.extend(TypeAdapter(list[Fault]).validate_python(await request.json()))
        return {"waiting": len(state.faults)}

    @app.get("/_sandbox/requests")
    async def requests() -> list[dict[str, Any]]:
        return state.requests

    return app


def _reply(state: _State, body: Mapping[str, Any]) -> str:
    answered = answer_paper(state.known, body) or answer_keywords(str(body["messages"][-1]["content"]))
    return answered if answered is not None else f"{MARK}这里只翻译论文摘要，只推荐关键词。"


def _spoil(text: str, fault: Fault) -> str:
    if fault.text is not None:
        return fault.text
    if fault.finish_reason == "content_filter":
        return ""
    return text[: len(text) // 2] if fault.finish_reason == "length" else text


def _refuse(fault: Fault) -> Response:
    headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
    error = {"message": fault.message, "type": "sandbox", "param": None, "code": None}
    return JSONResponse({"error": error}, status_code=fault.status, headers=headers)


def _completion(model: str, question: str, text: str, fault: Fault) -> dict[str, Any]:
    # Characters per token as measured for English and Chinese.
    prompt_tokens, completion_tokens = round(len(question) / 3), round(len(text) / 1.9)
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-sandbox",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": fault.finish_reason or "stop"}],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        },
    }
