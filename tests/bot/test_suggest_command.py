"""/suggest, the taps on what it offers, and the English for Chinese keywords."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.allowance import Allowance
from bot.app import build_application
from bot.services import BotServices
from digests.errors import SummaryClosed, SummaryRejected, SummaryUnavailable
from digests.papers.paper import Announced, Announcement, ArxivId, Kind, Source
from digests.papers.shelf import store_announcement
from digests.store.engine import Store
from digests.subscribers.directory import list_subscribers
from digests.subscribers.keywords import list_keywords
from digests.subscribers.membership import forget
from digests.subscribers.offers import make_offers
from digests.summaries.suggesting import Suggester
from tests.bot.bot_api import BETWEEN, TOKEN, Person, run, serve
from tests.bot.conftest import NOW
from tests.bot.model import FakeModel
from tests.bot.papers import ON, put_papers
from tests.builders import make_paper

TITLES = (
    "Diffusion policy for robot grasping",
    "A diffusion policy that folds cloth",
    "Robot grasping with tactile sensing",
    "Contact-rich robot grasping",
    "Cats",
)
YESTERDAY = ON - timedelta(days=1)
ASK = "/suggest 我做机器人抓取里的扩散模型"


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
def services(services: BotServices, model: FakeModel) -> BotServices:
    return replace(services, suggester=Suggester(model))


def held(store: Store) -> list[str]:
    return [keyword.typed for reader in list_subscribers(store) for keyword in list_keywords(store, reader.id)]


async def test_suggestions_are_tried_first_and_added_by_taps_only(alice: Person, store: Store, model: FakeModel):
    put_papers(store, *TITLES)
    await alice.says("/start")
    model.waiting.append(["diffusion policy", "robot grasping", "unicorn"])

    promised, suggested = (await alice.says(ASK, answers=2)).split(BETWEEN)

    assert "最近 60 天" in promised
    assert "存下的 1 批论文" in suggested
    assert "<b>diffusion policy</b>：1 批里 2 篇，平均每批 2.0 篇" in suggested
    assert "<b>robot grasping</b>：1 批里 3 篇" in suggested
    assert "<b>unicorn</b>：1 批里没有命中" in suggested
    assert held(store) == []
    assert list(alice.buttons) == ["➕ diffusion policy", "➕ robot grasping", "➕ unicorn"]

    buttons, message_id = alice.buttons, alice.message_id
    assert "已添加 <b>robot grasping</b>" in await alice.taps("➕ robot grasping")
    # The message stays where it is, and its other buttons with it.
    assert not alice.was_edited
    alice.buttons, alice.message_id = buttons, message_id
    await alice.taps("➕ diffusion policy")
    assert held(store) == ["robot grasping", "diffusion policy"]


async def test_a_button_tapped_twice_adds_once(alice: Person, store: Store, model: FakeModel):
    await alice.says("/start")
    model.waiting.append(["diffusion policy"])
    await alice.says(ASK, answers=2)

    buttons = alice.buttons
    await alice.taps("➕ diffusion policy")
    alice.buttons = buttons

    assert "已经在列表里" in await alice.taps("➕ diffusion policy")
    assert held(store) == ["diffusion policy"]


async def test_what_cannot_be_added_or_is_held_already_is_not_offered(alice: Person, store: Store, model: FakeModel):
    put_papers(store, *TITLES)
    await alice.says("/add diffusion policies")
    model.waiting.append(
        [
            "(",
            "x" * 300,
            "NOT cats",
            "cat:cs OR cat:math",
            "Diffusion policy",
            "robot grasping, Robot Grasping",
            "<b>cats</b>",
        ]
    )

    suggested = (await alice.says(ASK, answers=2)).split(BETWEEN)[1]

    assert list(alice.buttons) == ["➕ robot grasping", "➕ <b>cats</b>"]
    assert "&lt;b&gt;cats&lt;/b&gt;" in suggested
    assert "另外还想到 1 个" in suggested


async def test_at_most_six_are_offered_and_the_broad_ones_are_marked(alice: Person, store: Store, model: FakeModel):
    put_papers(store, *TITLES, *[f"Grasping number {n}" for n in range(30)])
    await alice.says("/start")
    model.waiting.append([f"word{n}" for n in range(5)] + ["grasping", "cats", "robot"])

    suggested = (await alice.says(ASK, answers=2)).split(BETWEEN)[1]

    assert len(alice.buttons) == 6
    assert "<b>grasping</b>：1 批里 33 篇，平均每批 33 篇，⚠️ 太宽" in suggested
    # What brings something stands first.
    assert next(iter(alice.buttons)) == "➕ grasping"


async def test_without_stored_papers_nothing_is_said_of_numbers(alice: Person, model: FakeModel):
    await alice.says("/start")
    model.waiting.append(["diffusion policy"])

    suggested = (await alice.says(ASK, answers=2)).split(BETWEEN)[1]

    assert "没法试查" in suggested
    assert "批里" not in suggested
    assert list(alice.buttons) == ["➕ diffusion policy"]


async def test_when_the_model_does_not_help_the_stored_papers_do(alice: Person, store: Store, model: FakeModel):
    put_papers(store, *TITLES, *[f"Cats number {n}" for n in range(80)])
    await alice.says("/start")
    refused = SummaryRejected("the model declined", faults=("refused",))
    nonsense = "I would rather talk about cats."

    for answer in (SummaryUnavailable("slow"), SummaryClosed("HTTP 402"), refused, nonsense, []):
        model.waiting.append(answer)
        suggested = (await alice.says("/suggest I work on robot grasping", answers=2)).split(BETWEEN)[1]
        assert "这次没有用上模型" in suggested
        assert "➕ robot grasping" in alice.buttons
    assert held(store) == []


async def test_a_model_that_answered_without_use_is_not_said_to_be_missing(
    alice: Person, store: Store, model: FakeModel
):
    put_papers(store, *TITLES, *[f"Cats number {n}" for n in range(80)])
    await alice.says("/add diffusion policy")

    for answer in (["Diffusion policies"], ["unicorn", "(", "cat:cs OR cat:math", "diffusion policy"]):
        model.waiting.append(answer)
        suggested = (await alice.says("/suggest I work on robot grasping", answers=2)).split(BETWEEN)[1]
        assert "模型这次想到的都用不上" in suggested
        assert "另外还想到 1 个" in suggested
        assert "➕ robot grasping" in alice.buttons


async def test_without_papers_or_a_model_what_was_described_is_offered_untested(alice: Person, model: FakeModel):
    await alice.says("/start")
    model.waiting.append(SummaryUnavailable("slow"))

    suggested = (await alice.says(ASK, answers=2)).split(BETWEEN)[1]

    assert "没有用上模型，我这里也没有用得上的论文，没法试查" in suggested
    assert list(alice.buttons) == ["➕ robotic grasping", "➕ diffusion model"]


async def test_only_what_brings_something_in_the_readers_fields_is_found_in_the_papers(alice: Person, store: Store):
    put_papers(store, *TITLES, *[f"Cats number {n}" for n in range(80)])
    await alice.says("/start")
    await alice.says("/scope astro-ph")

    suggested = (await alice.says(ASK, answers=2)).split(BETWEEN)[1]
    assert "没法试查" in suggested

    elsewhere = Announced(make_paper(id=ArxivId("2604.09999"), title="Stars", categories=("astro-ph.GA",)), Kind.NEW)
    stars = Announcement(source=Source.RSS, scope="astro-ph", announced_on=YESTERDAY, entries=(elsewhere,))
    store_announcement(store, stars, lambda: NOW)
    suggested = (await alice.says(ASK, answers=2)).split(BETWEEN)[1]
    assert "在你选的领域里，没找到合适的关键词" in suggested
    assert alice.buttons == {}


async def test_what_is_only_chinese_is_not_said_to_bring_nothing(alice: Person, store: Store, model: FakeModel):
    put_papers(store, *TITLES)
    await alice.says("/start")
    model.waiting.append(["robot grasping", "扩散策略"])

    assert "<b>扩散策略</b>：只在译好的论文里找" in await alice.says(ASK, answers=2)


async def test_when_nothing_can_be_said_an_example_is_given(alice: Person, store: Store):
    put_papers(store, *TITLES)
    await alice.says("/start")

    for text in ("你好", "the of and", "qwertz asdfgh"):
        answer = (await alice.says(f"/suggest {text}", answers=2)).split(BETWEEN)[1]
        assert "没想出合适的关键词" in answer
        assert "<code>/suggest " in answer
        assert alice.buttons == {}


async def test_who_holds_all_of_it_is_told_so(alice: Person, store: Store, model: FakeModel):
    await alice.says("/add diffusion policy")
    model.waiting.append(["Diffusion Policies"])

    assert "能想到的 1 个，你的列表里都已经有了" in await alice.says("/suggest 你好", answers=2)


async def test_a_description_that_is_none_is_answered_without_asking_the_model(alice: Person, model: FakeModel):
    await alice.says("/start")

    for text in ("", "?! ...", "x" * 301, "机" * 4000, "\u200b"):
        answer = await alice.says(f"/suggest {text}")
        assert "还没写你关心什么" in answer or "这段话太长了（上限 300 个字符）" in answer
        assert "<code>/suggest " in answer
        assert len(answer) < 200
    assert model.asked == []


async def test_a_stranger_is_told_how_to_begin(alice: Person, model: FakeModel):
    assert "/start" in await alice.says(ASK)
    assert "/start" in await alice.sends_tap("/take 1")
    assert model.asked == []


async def test_the_chat_goes_on_while_the_model_thinks_about_one_thing(alice: Person, model: FakeModel):
    await alice.says("/start")
    model.waiting.append(["diffusion policy"])
    model.may_answer.clear()
    await alice.says(ASK)

    assert "还没有关键词" in await alice.says("/list")
    assert "还没有想好" in await alice.says(ASK)

    model.may_answer.set()
    assert "diffusion policy" in await alice.reads(1)
    assert len(model.asked) == 1


async def test_no_chat_asks_for_ever(services: BotServices, model: FakeModel, tmp_path: Path):
    limited = replace(services, allowance=Allowance(per_day=2))
    async with (
        serve(tmp_path / "limited.jsonl") as (server, url),
        run(build_application(limited, token=TOKEN, base_url=url)),
    ):
        alice, bob = Person(server), Person(server, chat_id=43)
        await alice.says("/start")
        for _ in range(2):
            await alice.says(ASK, answers=2)

        answer = await alice.says(ASK)
        await bob.says("/start")
        await bob.says(ASK, answers=2)

    # Midnight of UTC, by their own clock.
    assert "今天已经问了 2 次，4月22日 周三 08:00 以后" in answer
    assert len(model.asked) == 3


async def test_a_button_that_nobody_was_given_says_so(alice: Person, store: Store):
    await alice.says("/start")

    for number in ("", "x", "0", "-1", "99", "²", "9" * 58, "1 2"):
        assert "按钮已经失效" in await alice.sends_tap(f"/take {number}")
    assert held(store) == []


async def test_nobody_takes_what_was_offered_to_somebody_else(alice: Person, server, store: Store):
    bob = Person(server, chat_id=43)
    await alice.says("/start")
    (number,) = make_offers(store, list_subscribers(store)[0].id, ["RLHF"], NOW)
    await bob.says("/start")

    assert "按钮已经失效" in await bob.sends_tap(f"/take {number}")
    assert "已添加" in await alice.sends_tap(f"/take {number}")
    assert held(store) == ["RLHF"]


async def test_whoever_is_forgotten_meanwhile_hears_no_more_of_it(alice: Person, store: Store, model: FakeModel):
    await alice.says("/start")
    model.waiting.append(["diffusion policy"])
    model.may_answer.clear()
    await alice.says(ASK)
    forget(store, list_subscribers(store)[0].id, salt=b"salt", now=NOW)

    model.may_answer.set()

    assert "还没有关键词" in await alice.says("/list")
    assert list_subscribers(store) == []
