import re
from html import unescape

import pytest

from bot.services import BotServices
from digests.store.engine import Store
from tests.bot.bot_api import BETWEEN, TOKEN, BotApi, Person
from tests.bot.chat import Chat
from tests.bot.papers import put_papers


async def test_add_shows_what_the_keyword_would_have_brought(alice: Person, store: Store):
    put_papers(store, *[f"Diffusion policy number {n} for $O(n^2)$ <robots> & more" for n in range(1, 5)], "Cats")

    added = await alice.says("/add diffusion policy")

    assert "已添加 <b>diffusion policy</b>" in added
    assert "最近 60 天只存下一批论文，命中 <b>4</b> 篇" in added
    assert added.count("https://arxiv.org/abs/2604.") == 3
    assert "&lt;robots&gt; &amp; more</a>" in added
    assert "$" not in added
    assert "现在有 1 个关键词" in added


async def test_add_says_when_nothing_is_stored_to_try_it_on(alice: Person):
    assert "没法试查" in await alice.says("/add diffusion policy")


async def test_add_answers_for_each_of_several_keywords(alice: Person):
    await alice.says("/add RLHF")

    answer = await alice.says("/add world model，RLHF；World Models\n(GRPO OR PPO")

    assert "已添加 <b>world model</b>" in answer
    assert "<pre>(GRPO OR PPO" in answer
    assert "^" in answer
    assert "<b>RLHF</b> 已经在列表里" in answer
    assert "<b>World Models</b> 和列表里的 <b>world model</b> 意思相同" in answer
    assert "现在有 2 个关键词" in answer


async def test_a_refusal_marks_the_place_and_escapes_the_text(alice: Person):
    answer = await alice.says("/add <b>&(")

    assert "&lt;b&gt;&amp;(" in answer


async def test_add_stops_at_the_limit_and_says_what_to_do(alice: Person):
    answer = await alice.says("/add a one, b two, c three, d four, e five")
    assert "现在有 5 个关键词（最多 5 个）" in answer

    answer = await alice.says("/add f six")
    assert "列表已满（5 个），<b>f six</b> 没有加入" in answer


async def test_more_keywords_than_a_list_holds_are_refused_at_once(alice: Person):
    assert "一次写了 6 个关键词" in await alice.says("/add a one, b two, c three, d four, e five, f six")
    assert "还没有关键词" in await alice.says("/list")


async def test_add_asks_before_it_takes_whole_fields(alice: Person):
    answer = await alice.says("/add cat:cs OR cat:math")

    assert "<code>/add --yes cat:cs OR cat:math</code>" in answer
    assert "还没有关键词" in await alice.says("/list")
    # A telephone writes two hyphens as a dash.
    assert "已添加 <b>cat:cs OR cat:math</b>" in await alice.says("/add —yes cat:cs OR cat:math")


async def test_several_commands_pasted_as_one_message_are_all_read(alice: Person):
    answer = await alice.says(
        "/add RLHF\n/add GRPO\n /Add@paperpost_bot --yes cat:cs OR cat:math\n/add\nadditive noise"
    )

    assert re.findall("已添加 <b>(.*)</b>", answer) == ["RLHF", "GRPO", "cat:cs OR cat:math", "additive noise"]


async def test_add_says_that_chinese_words_find_translated_papers_only(alice: Person, store: Store):
    put_papers(store, "Cats")

    answer, offered = (await alice.says("/add 扩散策略", answers=2)).split(BETWEEN)

    assert "扩散策略 OR diffusion policy" in offered
    assert "已添加 <b>扩散策略</b>" in answer
    assert "只能在译好的论文里找" in answer
    assert "没有命中" not in answer


@pytest.mark.parametrize("text", ["/add", "/add   ", "/add@paperpost_bot", "/ADD", "/add ,，、"])
async def test_add_without_a_keyword_gives_an_example(alice: Person, text: str):
    answer = await alice.says(text)

    assert answer.startswith("还没写关键词")
    assert "<code>/add diffusion policy</code>" in answer


async def test_a_keyword_of_a_megabyte_is_refused_in_one_sentence(alice: Person):
    answer = await alice.does("message", alice.message("/add " + "diffusion " * 100_000))

    assert "太长" in answer
    assert len(answer) < 400


async def test_a_keyword_of_a_whole_message_is_refused_in_a_legal_one(alice: Person):
    answer = await alice.says("/add " + "&" * 4091)

    assert len(answer) < 1500


async def test_characters_that_no_database_takes_do_no_harm(alice: Person):
    assert "已添加" in await alice.does("message", alice.message("/add diffusion\x00policy \ud83d"))
    assert "diffusion policy" in await alice.says("/list")


async def test_many_long_answers_are_split_between_keywords(alice: Person, store: Store):
    put_papers(store, *[f"{'&' * 180} agent planner robot {n}" for n in range(3)])

    answer = await alice.says("/add agent, planner, robot", answers=3)

    assert answer.count("已添加") == 3
    assert answer.count("<b>3</b> 篇") == 3


async def test_list_shows_numbers_and_what_is_read_differently(alice: Person):
    await alice.says("/add diffusion policy")
    await alice.says("/add <Quantization> Models")

    answer = await alice.says("/list")

    assert "2 个，最多 5 个" in answer
    assert "1. <code>diffusion policy</code>\n2. " in answer
    assert "2. <code>&lt;Quantization&gt; Models</code>\n　　理解为 <code>" in answer


def test_list_writes_chinese_without_blanks(services: BotServices):
    chat = Chat(services)
    chat.says('/add "世界模型", au:张三 或 “扩散 model”')

    answer = unescape(chat.says("/list").messages[0])

    assert '1. <code>"世界模型"</code>' in answer
    assert '理解为 <code>"扩散 model" OR au:"张三"</code>' in answer
    assert answer.count("理解为") == 1


async def test_list_of_a_stranger_is_empty_and_joins_nobody(alice: Person, store: Store):
    answer = await alice.says("/list")

    assert "还没有关键词" in answer
    assert "<code>/add diffusion policy</code>" in answer


async def test_a_full_list_of_long_keywords_is_split(alice: Person):
    for letter in "abcde":
        await alice.says("/add " + f'"{letter} {"&" * 240} {letter}x"')

    answer = await alice.says("/list", answers=2)

    assert [f"{n}. <code>" in answer for n in range(1, 6)] == [True] * 5


async def test_remove_takes_a_number_or_the_text_and_says_what_was_removed(alice: Person):
    await alice.says("/add RLHF, diffusion policy, world model")

    assert "已移除 <b>diffusion policy</b>，还剩 2 个" in await alice.says("/remove 2")
    assert "已移除 <b>world model</b>，还剩 1 个" in await alice.says("/remove World Models")
    assert "1. <code>RLHF</code>" in await alice.says("/list")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/remove", "要移除哪一个"),
        ("/remove 7", "没有第 7 个，列表里共有 1 个"),
        ("/remove 0", "没有第 0 个"),
        ("/remove " + "9" * 4000, "列表里没有"),
        ("/remove <i>cats", "列表里没有「&lt;i&gt;cats」"),
        ("/remove (", "列表里没有「(」"),
        ("/remove " + "x" * 4000, "列表里没有"),
    ],
)
async def test_remove_of_what_is_not_there_helps(alice: Person, text: str, sentence: str):
    await alice.says("/add RLHF")

    answer = await alice.says(text)

    assert sentence in answer
    assert "/list" in answer
    assert "RLHF" in await alice.says("/list")


async def test_remove_from_an_empty_list_says_so(alice: Person):
    assert "还没有关键词" in await alice.says("/remove 1")


async def test_messages_sent_in_one_go_are_answered_in_their_order(alice: Person, server: BotApi):
    for text in ["/add RLHF", "/add world model", "/list"]:
        await server.enqueue_update({"message": alice.message(text)}, token=TOKEN)

    answers = (await alice.reads(3)).split(BETWEEN)

    assert ["RLHF" in answers[0], "world model" in answers[1], "2. <code>world model" in answers[2]] == [True] * 3
