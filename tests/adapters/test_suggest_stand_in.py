"""Questions about keywords, put by the real client to the sandbox's model."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from digests.bootstrap import open_services
from digests.errors import SummaryUnavailable
from digests.keywords.language import parse
from digests.settings import load_settings
from digests.summaries.asking.llm import ChatModel
from digests.summaries.asking.prompt import load_lines_hint
from digests.summaries.suggesting import Suggester, build_queries_schema
from sandbox.llm import build_app
from sandbox.serving import serve
from tests.process_memory import ProcessMemory


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serve(build_app({})) as url:
        yield url


@pytest.fixture
async def suggester(server: str) -> AsyncIterator[Suggester]:
    model = ChatModel(base_url=f"{server}/v1", api_key="sandbox", model="sandbox", memory=ProcessMemory())
    yield Suggester(model)
    await model.close()


async def refuse_next(server: str, **fault: object) -> None:
    async with httpx.AsyncClient(base_url=server, timeout=10) as client:
        await client.post("/_sandbox/faults", json=[fault])


async def last_request(server: str) -> dict:
    async with httpx.AsyncClient(base_url=server, timeout=10) as client:
        return (await client.get("/_sandbox/requests")).json()[-1]


@pytest.mark.parametrize(
    "description",
    ["我做机器人抓取里的扩散模型", "我做機器人抓取裡的擴散模型", "Diffusion models for ROBOT grasping <now>"],
)
async def test_a_field_of_the_sample_papers_is_known(suggester: Suggester, server: str, description: str):
    queries = await suggester.suggest(description)

    assert "diffusion policy" in queries
    assert all(parse(query) for query in queries)
    asked = (await last_request(server))["response_format"]
    assert asked["json_schema"]["schema"] == build_queries_schema()


async def test_of_anything_else_the_stand_in_knows_nothing_and_says_so(suggester: Suggester):
    assert await suggester.suggest("baroque music") == []
    assert await suggester.translate("巴洛克音乐") == []


async def test_some_chinese_keywords_are_known(suggester: Suggester):
    assert await suggester.translate("话轮转换") == ["turn-taking"]
    assert await suggester.translate("話輪轉換") == ["turn-taking"]


async def test_a_server_without_json_is_asked_for_lines(suggester: Suggester, server: str):
    for kind in ("json_schema", "json_object"):
        await refuse_next(server, status=400, message=f"response_format {kind} is not supported")

    assert await suggester.translate("扩散策略") == ["diffusion policy"]
    asked = await last_request(server)
    assert "response_format" not in asked
    assert asked["messages"][-1]["content"].endswith(load_lines_hint())


async def test_nobody_waits_longer_than_the_deadline(suggester: Suggester, server: str):
    await refuse_next(server, status=503, retry_after=600)

    with pytest.raises(SummaryUnavailable):
        await suggester.suggest("robots")


@pytest.mark.parametrize("has_model", [True, False])
async def test_the_settings_decide_whether_a_model_is_asked(server: str, tmp_path: Path, has_model: bool):
    named = {"llm_base_url": f"{server}/v1", "llm_model": "sandbox"} if has_model else {}
    services = open_services(load_settings(home=tmp_path, stand_ins=True, **named))

    asker = services.suggester
    queries = await asker.translate("扩散策略") if asker else None
    await services.close_connections()
    services.close()

    assert queries == (["diffusion policy"] if has_model else None)
