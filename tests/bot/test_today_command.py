from structlog.testing import capture_logs

from digests.errors import StoreError
from digests.store.engine import Store
from digests.subscribers.directory import list_subscribers
from tests.bot.bot_api import BETWEEN, TOKEN, BotApi, Person
from tests.bot.fakes import FakePreview, FreePacing


async def test_today_sends_the_digest_part_by_part(alice: Person, preview: FakePreview, store: Store):
    await alice.says("/add RLHF")
    preview.messages = ["<b>1/2</b> " + "x" * 3000, "<b>2/2</b> end"]

    answer = await alice.says("/today", answers=2)

    assert answer.split(BETWEEN) == preview.messages
    assert preview.asked_by == [list_subscribers(store)[0].id]


async def test_today_waits_its_turn_as_somebody_who_waits(alice: Person, preview: FakePreview, pacing: FreePacing):
    await alice.says("/add RLHF")
    preview.messages = ["one", "two"]

    await alice.says("/today", answers=2)

    assert pacing.turns == [("42", True)] * 3


async def test_today_says_that_nothing_is_stored_and_when_to_come_back(alice: Person):
    await alice.says("/add RLHF")

    assert "还没有存下任何一批论文" in await alice.says("/today")


async def test_today_without_keywords_asks_for_one(alice: Person, preview: FakePreview):
    await alice.says("/start")

    assert "<code>/add diffusion policy</code>" in await alice.says("/today")
    assert preview.asked_by == []


async def test_a_failure_of_ours_is_said_in_one_sentence_and_logged(alice: Person, preview: FakePreview):
    await alice.says("/add RLHF")
    preview.error = StoreError("the disk is full <&>")

    with capture_logs() as logs:
        answer = await alice.says("/today")

    assert "出了点问题" in answer
    assert "disk" not in answer
    (entry,) = logs
    assert entry["event"] == "chat_answer_failed"
    assert "StoreError: the disk is full <&>" in entry["traceback"]


async def test_the_chat_works_on_after_a_failure(alice: Person, preview: FakePreview):
    await alice.says("/add RLHF")
    preview.error = ValueError("a bug")
    await alice.says("/today")

    assert "RLHF" in await alice.says("/list")


async def test_a_slow_answer_holds_up_its_own_chat_and_nobody_else(alice: Person, server: BotApi, preview: FakePreview):
    bob = Person(server, chat_id=43)
    await alice.says("/add RLHF")
    preview.messages = ["the digest"]
    preview.is_ready.clear()

    for text in ["/today", "/remove 1"]:
        await server.enqueue_update({"message": alice.message(text)}, token=TOKEN)

    assert "还没有关键词" in await bob.says("/list")
    preview.is_ready.set()
    assert f"the digest{BETWEEN}已移除" in await alice.reads(2)
