"""What `doctor` says of the models, against a server that lists its own and knows its key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from digests.health.models import check_models
from digests.redaction import find_secrets
from digests.settings import Settings, setting_names

KEY = "sk-first"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)


@asynccontextmanager
async def serve_models(*names: str, key: str = KEY) -> AsyncIterator[tuple[str, list[str]]]:
    """The address, and the keys that it was shown."""
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers["authorization"].removeprefix("Bearer "))
        if seen[-1] != key:
            return web.json_response({"error": {"message": f"wrong key {seen[-1]}"}}, status=401)
        return web.json_response({"object": "list", "data": [{"id": name, "object": "model"} for name in names]})

    app = web.Application()
    app.router.add_get("/v1/models", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/v1")), seen


async def check(base_url, **fields):
    """By name: (ok, detail, advice)."""
    plain = {"llm_base_url": base_url, "llm_api_key": KEY, "llm_model": "small"}
    checks = await check_models(Settings(_env_file=None, **plain | fields))
    return {one.name.removeprefix("LLM").strip(): (one.ok, one.detail, one.advice) for one in checks}


async def test_of_no_model_one_line_is_said():
    found = await check("", llm_api_key="", llm_model="")
    assert list(found) == [""]
    assert found[""][:2] == (None, "not set")


async def test_one_model_alone_is_good_and_what_could_be_added_is_said():
    async with serve_models("small") as (url, _):
        found = await check(url)
    assert found[""] == (True, "small", "")
    assert {name: (ok, detail) for name, (ok, detail, _) in found.items() if name} == {
        "fallback": (None, "not set"),
        "judge": (None, "not set"),
        "cost": (None, "not counted: no price of small"),
    }
    advice = " ".join(advice for _, _, advice in found.values())
    for variable in ("FALLBACK_MODEL", "JUDGE_MODEL", "PRICES"):
        assert f"PAPERPOST_LLM_{variable}" in advice


async def test_the_second_model_and_the_judge_are_looked_for_too():
    async with serve_models("small", "dear") as (url, _):
        found = await check(url, llm_fallback_model="dear", llm_judge_model="deer")
    assert found["fallback"] == (True, "dear", "")
    assert found["judge"] == (False, "no model 'deer'", "Set PAPERPOST_LLM_JUDGE_MODEL, to one of: small, dear")


async def test_another_server_is_not_shown_the_first_ones_key():
    async with serve_models("small") as (url, _), serve_models("dear", key="sk-second") as (other, seen):
        without = await check(url, llm_fallback_model="dear", llm_fallback_base_url=other)
        with_key = await check(
            url, llm_fallback_model="dear", llm_fallback_base_url=other, llm_fallback_api_key="sk-second"
        )
    assert without["fallback"] == (False, "the key is refused", "Check PAPERPOST_LLM_FALLBACK_API_KEY.")
    assert with_key["fallback"][0] is True
    assert KEY not in seen


async def test_a_second_server_that_is_away_is_told_by_its_own_variable():
    async with serve_models("small") as (url, _):
        found = await check(url, llm_fallback_model="dear", llm_fallback_base_url="http://127.0.0.1:9/v1")
    assert found[""][0] is True
    assert found["fallback"][0] is False
    assert "PAPERPOST_LLM_FALLBACK_BASE_URL" in found["fallback"][2]


@pytest.mark.parametrize(
    ("fields", "ok", "says"),
    [
        ({"llm_prices": "small=1/2"}, True, "without a limit"),
        ({"llm_prices": "small=1/2", "llm_daily_budget": "0.5"}, True, "at most 0.50 a day"),
        ({"llm_prices": "Small=1/2"}, None, "no price of small"),
        ({"llm_prices": "small=1/2", "llm_judge_model": "dear"}, None, "no price of dear"),
    ],
)
async def test_the_cost_is_counted_where_every_model_has_a_price(fields, ok, says):
    async with serve_models("small", "dear") as (url, _):
        found = (await check(url, **fields))["cost"]
    assert found[0] is ok
    assert says in found[1]


async def test_a_price_of_a_model_that_nobody_asks_is_named():
    async with serve_models("small") as (url, _):
        found = await check(url, llm_prices="smal=1/2")
    assert "smal, which nobody asks" in found["cost"][2]


def test_the_second_models_key_is_a_secret():
    settings = Settings(_env_file=None, llm_fallback_api_key="sk-second")
    assert find_secrets(settings) == ["sk-second"]


def test_a_password_in_a_models_address_is_a_secret():
    addresses = {"llm_base_url": "https://me:p%40ss@one/v1", "llm_fallback_base_url": "https://me:other@two/v1"}
    assert set(find_secrets(Settings(_env_file=None, **addresses))) == {"p%40ss", "p@ss", "other"}
