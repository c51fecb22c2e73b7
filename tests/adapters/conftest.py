"""One server for all tests that ask a model: to start and stop one takes longer than most of them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.llm import build_app
from sandbox.serving import serve
from tests.asking import CHINESE, PAPER, Answering, build_answering_app


class Stage:
    """What listens stays; what answers is new for each test."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def stage() -> Iterator[tuple[Stage, str]]:
    stage = Stage()
    with serve(stage) as url:
        yield stage, url


@pytest.fixture
def server(stage: tuple[Stage, str]) -> str:
    """The stand-in, which knows one paper."""
    stage[0].app = build_app({PAPER.title: CHINESE})
    return stage[1]


@pytest.fixture
def answering(stage: tuple[Stage, str]) -> Callable[[Answering], AbstractContextManager[str]]:
    """The stand-in, where a function is asked first; None: it answers itself."""

    @contextmanager
    def answer_first(answer: Callable[[Request], Response | None]) -> Iterator[str]:
        stage[0].app = build_answering_app(answer)
        yield stage[1]

    return answer_first
