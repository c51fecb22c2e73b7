"""After /add: the English for Chinese keywords."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.allowance import Allowance
from bot.app import build_application
from bot.services import BotServices
from digests.errors import SummaryUnavailable
from digests.store.engine import Store
from digests.subscribers.directory import list_subscribers
from digests.subscribers.keywords import list_keywords
from digests.summaries.suggesting import Suggester
from tests.bot.bot_api import BETWEEN, TOKEN, Person, run, serve
from tests.bot.model import FakeModel
from tests.bot.papers import put_papers

TITLES = ("Diffusion policy for robot grasping", "A diffusion policy that folds cloth", "Cats")


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
def services(services: BotServices, model: FakeModel) -> BotServices:
    return replace(services, suggester=Suggester(model))


def held(store: Store) -> list[str]:
    return [keyword.typed for reader in list_subscribers(store) for keyword in list_keywords(store, reader.id)]


async def test_the_known_english_of_a_chinese_keyword_is_offered_in_its_place(
    alice: Person, store: Store, model: FakeModel
):
    put_papers(store, *TITLES)

    added, offered = (await alice.says("/add 擴散策略", answers=2)).split(BETWEEN)

    assert "只能在译好的论文里找" in added
    assert "<b>擴散策略 OR diffusion policy</b>：1 批里 2 篇" in offered
    assert model.asked == []


async def test_a_tap_puts_both_languages_in_the_place_of_the_chinese(alice: Person, store: Store):
    put_papers(store, *TITLES)
    offered = await alice.says("/add 扩散策略", answers=2)

    assert "<b>扩散策略 OR diffusion policy</b>：1 批里 2 篇" in offered
    taken = await alice.taps("🔁 扩散策略 OR diffusion policy")
    assert taken.startswith("已拿掉原来的 <b>扩散策略</b>，换成：\n\n✅ 已添加 <b>扩散策略 OR diffusion policy</b>")
    assert held(store) == ["扩散策略 OR diffusion policy"]


async def test_the_model_is_asked_for_the_english_that_nobody_wrote_down(alice: Person, store: Store, model: FakeModel):
    model.waiting.append(["droplet lens", "a OR b"])

    await alice.says("/add 水滴镜头", answers=2)

    assert list(alice.buttons) == ["🔁 水滴镜头 OR droplet lens"]
    assert "水滴镜头" in model.asked[0]


async def test_a_keyword_that_nobody_can_translate_is_added_as_it_is(alice: Person, store: Store, model: FakeModel):
    for keyword, answer in (("水滴镜头", []), ("湿镜头", ["水滴"]), ("泥浆镜头", SummaryUnavailable("no answer"))):
        model.waiting.append(answer)
        assert f"已添加 <b>{keyword}</b>" in await alice.says(f"/add {keyword}")
        # Whatever else was said is read now, or fails the test at its end.
        assert keyword in await alice.says("/list")

    assert held(store) == ["水滴镜头", "湿镜头", "泥浆镜头"]


async def test_a_spent_allowance_costs_nobody_a_keyword(services: BotServices, model: FakeModel, tmp_path: Path):
    spent = replace(services, allowance=Allowance(per_day=0))
    async with (
        serve(tmp_path / "spent.jsonl") as (server, url),
        run(build_application(spent, token=TOKEN, base_url=url)),
    ):
        alice = Person(server)
        assert "已添加" in await alice.says("/add 水滴镜头")
        # What needs no model is offered still.
        assert "OR diffusion policy" in await alice.says("/add 扩散策略", answers=2)
    assert model.asked == []


async def test_a_keyword_in_both_languages_is_not_asked_about(alice: Person, model: FakeModel):
    await alice.says("/add 水滴镜头 OR droplet lens")

    assert "droplet lens" in await alice.says("/list")
    assert model.asked == []


async def test_the_english_of_what_is_denied_is_offered_too(alice: Person, store: Store, model: FakeModel):
    put_papers(store, *TITLES)

    offered = (await alice.says("/add diffusion policy NOT 机器人", answers=2)).split(BETWEEN)[1]

    assert "没译的论文也能排除" in offered
    assert "<b>diffusion policy AND NOT robot AND NOT 机器人</b>：1 批里 1 篇" in offered


async def test_what_cannot_be_denied_in_english_is_told(alice: Person, model: FakeModel):
    model.waiting.append([])

    told = (await alice.says("/add diffusion policy NOT 水滴镜头", answers=2)).split(BETWEEN)[1]

    assert "「水滴镜头」" in told
    assert "没译的论文排除不掉" in told
    assert alice.buttons == {}


async def test_english_that_makes_it_too_broad_is_not_put_beside_other_english(alice: Person, store: Store):
    put_papers(store, *TITLES, *[f"Robot number {n}" for n in range(31)])

    offered = await alice.says("/add 机器人 OR cats, 扩散策略 OR cats", answers=2)

    assert "diffusion policy" in offered
    assert "OR robot" not in offered
