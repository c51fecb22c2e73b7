"""What /add, /list and the buttons under them say of the stored past."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest

from bot.services import Answer, BotServices
from bot.voice import count_units
from digests.past.index import find_missing, index_past
from digests.store.engine import Store
from digests.subscribers.directory import list_subscribers
from digests.subscribers.keywords import list_keywords
from tests.bot.chat import Chat
from tests.bot.conftest import NOW
from tests.bot.papers import ON, put_papers

TITLES = [
    "Retrieval-Augmented Generation (RAG) for law",
    "Retrieval-Augmented Generation (RAG) for medicine",
    "Retrieval-augmented generation of code",
    "Diffusion policy of arms",
    "Diffusion policy of legs",
    "Diffusion of light",
    "A world model",
]


@pytest.fixture
def chat(services: BotServices) -> Chat:
    return Chat(replace(services, max_keywords=50))


def say(chat: Chat, line: str) -> str:
    (message,) = chat.says(line).messages
    return message


def read_command(answer: Answer, text: str) -> str:
    (command,) = [button.command for row in answer.buttons for button in row if button.text == text]
    return command


def tap(chat: Chat, answer: Answer, text: str) -> Answer:
    return chat.says(read_command(answer, text))


def read_buttons(answer: Answer) -> list[str]:
    return [button.text for row in answer.buttons for button in row]


def list_typed(store: Store) -> list[str]:
    return [keyword.typed for reader in list_subscribers(store) for keyword in list_keywords(store, reader.id)]


def put_three_days(store: Store) -> None:
    """Cats on each day, world models on two: one and three."""
    for back, models in enumerate((1, 3, 0)):
        titles = [f"World model of {n}" for n in range(models)] + ["Cats"]
        put_papers(store, *titles, on=ON - timedelta(days=back), first=1 + 10 * back)
    index_past(store, NOW)


def test_several_days_are_told_as_an_average_and_the_most(chat: Chat, store: Store):
    put_three_days(store)
    assert "3 批论文中，命中 <b>4</b> 篇：平均每批 1.3 篇，最多的一批 3 篇。" in say(chat, "/add world model")


def test_add_says_what_no_other_keyword_brings(chat: Chat, store: Store):
    put_papers(store, *TITLES)

    assert "别的关键词" not in say(chat, "/add diffusion policy")
    assert "这些论文，别的关键词都找不到" in say(chat, "/add world model")
    assert "其中 3 篇，别的关键词都找不到" in say(chat, "/add generation OR arms")
    assert "别的关键词也都能找到" in say(chat, "/add legs")


def test_chinese_keywords_are_no_others_and_get_no_figures(chat: Chat, store: Store):
    put_papers(store, *TITLES)
    assert "命中" not in say(chat, "/add 扩散策略")
    assert "别的关键词" not in say(chat, "/add world model")
    assert "1. <code>扩散策略</code>　只在译好的论文里找\n2. <code>world model</code>　每批 1.0 篇\n" in say(
        chat, "/list"
    )


def test_what_needs_a_translation_is_never_said_to_bring_nothing(chat: Chat, store: Store):
    put_papers(store, *TITLES)
    answer = say(chat, "/add 水滴透镜 AND lens, 扩散策略, 水滴 OR droplet, 世界模型 OR world model")

    assert answer.count("只能在译好的论文里找") == 1
    first, second, droplet, world, _ = answer.split("\n\n", 4)
    assert first == "✅ 已添加 <b>水滴透镜 AND lens</b>"
    assert second == "✅ 已添加 <b>扩散策略</b>"
    for told in (droplet, world):
        assert told.endswith("译文里的命中没有算进去。")
    assert [line.partition("　")[2] for line in say(chat, "/list").split("\n") if re.match("[0-9]", line)] == [
        "只在译好的论文里找",
        "只在译好的论文里找",
        "💤 没有命中（不算译文）",
        "每批 1.0 篇，独有 1.0 篇（不算译文）",
    ]


def test_an_author_in_chinese_characters_is_told_how_papers_spell_names(chat: Chat, store: Store):
    put_papers(store, *TITLES)

    assert 'au:"Kaiming He"' in unescape(say(chat, "/add au:何恺明 OR masked autoencoder"))
    assert "署名" not in say(chat, '/add au:"Kaiming He", diffusion')


def test_a_broad_keyword_is_exchanged_for_a_narrower_one_with_a_tap(chat: Chat, store: Store):
    agents = [f"LLM agent: {n}" for n in range(8)] + [f"Agent, {n}: a story" for n in range(25)]
    put_papers(store, *agents, *[f"Boring {n}" for n in range(180)])
    answer = chat.says("/add agent")

    assert "⚠️ 太宽了，怕你看不过来。可以换成 <b>ti:llm agent</b>，平均每批 8.0 篇。" in answer.messages[0]
    assert read_buttons(chat.says("/list")) == ["🔎 agent"]
    looked = tap(chat, chat.says("/list"), "🔎 agent")
    assert "⚠️ 太宽了" in looked.messages[0]
    # The list stays, with its other buttons.
    assert looked.is_below
    for offering in (answer, looked):
        assert "已添加 <b>ti:llm agent</b>" in tap(chat, offering, "🔁 ti:llm agent").messages[0]
        assert list_typed(store) == ["ti:llm agent"]
        chat.says("/remove 1")
        chat.says("/add agent")


def test_where_nothing_narrower_is_known_a_condition_is_advised(chat: Chat, store: Store):
    put_papers(store, *[f"Cats {n}" for n in range(31)])
    answer = chat.says("/add cats")

    assert "⚠️ 太宽了" in answer.messages[0]
    assert "<code>/add (cats) AND benchmark</code>" in answer.messages[0]
    assert "🔁" not in "".join([*answer.messages, *read_buttons(answer)])


def test_of_few_papers_a_large_share_is_no_warning(chat: Chat, store: Store):
    put_papers(store, *[f"Cats {n}" for n in range(30)])
    assert "⚠️" not in say(chat, "/add cats")


def test_a_slip_is_put_right_with_a_tap_that_replaces_it(chat: Chat, store: Store):
    put_papers(store, *TITLES)
    answer = chat.says("/add difusion")

    assert "没有命中。是不是想写：\n· <b>diffusion</b>（3 篇）" in answer.messages[0]
    assert "点 🔁 就换成它，不点就不会变。" in answer.messages[0]
    assert list_typed(store) == ["difusion"]
    # The scope of the first keyword is offered below.
    assert read_buttons(answer)[0] == "🔁 diffusion"

    assert "已拿掉原来的 <b>difusion</b>" in tap(chat, answer, "🔁 diffusion").messages[0]
    assert list_typed(store) == ["diffusion"]


def test_an_exchange_for_what_is_held_already_says_so(chat: Chat, store: Store):
    put_papers(store, *TITLES)
    answer = chat.says("/add difusion")
    chat.says("/add diffusion")

    assert (
        say(chat, read_command(answer, "🔁 diffusion")) == "已拿掉 <b>difusion</b>；<b>diffusion</b> 本来就在列表里。"
    )
    assert list_typed(store) == ["diffusion"]


def test_what_was_spelt_right_and_brings_nothing_is_left_alone(chat: Chat, store: Store):
    put_papers(store, *TITLES)
    answer = chat.says("/add zebrafish")

    assert "没有命中。如果词没有写错，就先留着" in answer.messages[0]
    assert "🔁" not in "".join([*answer.messages, *read_buttons(answer)])


def test_an_acronym_is_told_what_it_stands_for(chat: Chat, store: Store):
    put_papers(store, *TITLES)
    chat.says("/add cats")
    answer = chat.says("/add RAG")

    assert (
        "<b>RAG</b> 在存下的论文里指：\n· Retrieval-Augmented Generation（2 篇）。连全称一起找：" in answer.messages[0]
    )
    (button,) = read_buttons(answer)
    tap(chat, answer, button)
    assert list_typed(store) == ["cats", "RAG OR retrieval-augmented generation"]
    # Who asks for both already is not told.
    chat.says("/remove 2")
    assert "在存下的论文里指" not in say(chat, "/add RAG OR retrieval-augmented generation")


def test_an_acronym_whose_full_name_brings_nothing_more_is_left_alone(chat: Chat, store: Store):
    put_papers(store, *TITLES[:2])
    assert "在存下的论文里指" not in say(chat, "/add RAG")


def test_of_many_at_once_only_figures_are_told(chat: Chat, store: Store):
    put_papers(store, *TITLES)
    answer = chat.says("/add difusion, world model, legs, arms, law")
    assert "是不是想写" in answer.messages[0]
    assert answer.messages[0].count("最新的：") == 4

    (told,) = chat.says("/add dffusion, light, medicine, code, generation, policy, 扩散策略").messages
    assert "✅ 已添加 <b>dffusion</b>　💤 没有命中\n" in told
    assert "✅ 已添加 <b>light</b>　每批 1.0 篇，独有 1.0 篇\n" in told
    assert "到 /list 里看看怎么改" in told
    assert "只能在译好的论文里找" in told
    assert "最新的：" not in told
    assert "所选领域" not in told
    chat.says("/scope cs.LG")
    assert "只算你所选领域里的论文" in say(chat, "/add aa, bb, cc, dd, ee, ff")
    assert "🔁 dffusion" not in read_buttons(answer)


def test_the_reader_s_own_fields_are_the_measure(chat: Chat, store: Store):
    put_papers(store, *TITLES)
    chat.says("/add cats")

    chat.says("/scope cs.LG")
    assert "在你所选的领域里，最近 60 天只存下一批论文，命中 <b>1</b> 篇" in say(chat, "/add world model")
    assert "在你所选的领域里，最近 60 天存下的 1 批论文中没有命中" in (found := say(chat, "/add zebrafish"))
    assert "改领域，发 /scope" in found
    assert "只算你所选领域里的论文；要改领域，发 /scope" in say(chat, "/list")
    chat.says("/scope math")
    assert "没有你所选领域的，暂时没法试查" in say(chat, "/add diffusion policy")
    assert "篇" not in say(chat, "/list")


def test_the_list_says_what_each_one_brings(chat: Chat, store: Store):
    put_three_days(store)
    chat.says("/add world model")
    assert "1. <code>world model</code>　每批 1.3 篇\n" in say(chat, "/list")

    chat.says("/add cats, model of, zebrafish")
    answer = chat.says("/list")
    assert "最近 60 天存下的 3 批论文的平均数" in answer.messages[0]
    assert re.findall("^[0-9][.] <code>[^<]*</code>　(.*)$", answer.messages[0], re.MULTILINE) == [
        "每批 1.3 篇，独有 0 篇",
        "每批 1.0 篇，独有 1.0 篇",
        "每批 1.3 篇，独有 0 篇",
        "💤 没有命中",
    ]
    assert "点 🔎 看看怎么改" in answer.messages[0]
    assert read_buttons(answer) == ["🔎 zebrafish"]
    assert "如果词没有写错" in tap(chat, answer, "🔎 zebrafish").messages[0]

    chat.says("/remove zebrafish")
    assert "已经不在列表里" in tap(chat, answer, "🔎 zebrafish").messages[0]
    assert "🔎" not in say(chat, "/list")


@pytest.mark.parametrize("text", ["", "0", "-1", "9" * 400, "x", "１"])
def test_a_made_up_number_of_a_keyword_is_answered(chat: Chat, store: Store, text: str):
    put_papers(store, *TITLES)
    chat.says("/add zebrafish")
    assert "已经不在列表里" in say(chat, f"/look {text}")


def test_every_doubtful_keyword_of_a_long_list_can_be_looked_at(chat: Chat, store: Store):
    put_papers(store, *TITLES)
    chat.says("/add diffusion, " + ", ".join(f"zebrafish{n}" for n in range(7)))

    answer = chat.says("/list")

    assert [[button.text for button in row] for row in answer.buttons] == [
        ["🔎 2", "🔎 3", "🔎 4", "🔎 5", "🔎 6"],
        ["🔎 7", "🔎 8"],
    ]
    assert "<b>zebrafish6</b>" in tap(chat, answer, "🔎 8").messages[0]


def test_nothing_is_said_of_the_past_before_it_is_searchable_and_nobody_waits(chat: Chat, store: Store):
    for back in range(3):
        put_papers(store, *TITLES, on=ON - timedelta(days=back))

    added = say(chat, "/add world model, 扩散策略")
    assert "一分钟后发 /list" in added
    assert "命中" not in added
    assert "一分钟后再发 /list" in say(chat, "/list")
    assert "一分钟后" in say(chat, "/look 1")
    assert "一分钟后" not in say(chat, "/add 世界模型")
    assert len(find_missing(store, NOW)) == 3

    index_past(store, NOW)
    assert "1. <code>world model</code>　每批 0.3 篇" in say(chat, "/list")


def test_a_new_day_is_made_searchable_by_who_asks_first(chat: Chat, store: Store):
    put_papers(store, *TITLES)
    put_papers(store, *TITLES, on=date(2026, 4, 20))
    assert "命中" in say(chat, "/add world model")
    assert find_missing(store, NOW) == []


@pytest.mark.parametrize("language", ["zh", "zh-Hant", "en"])
def test_a_full_list_of_common_keywords_is_one_message(chat: Chat, store: Store, language: str):
    put_three_days(store)
    chat.says("/start")
    chat.says(f"/lang {language}")
    chat.says("/add " + ", ".join(f"latent world model number {n}" for n in range(49)) + ", cats")

    assert "50. <code>cats</code>" in say(chat, "/list")


def test_the_longest_answers_are_messages_that_telegram_takes(chat: Chat, store: Store):
    put_papers(store, *[f"{'&' * 180} agent planner robot {n}" for n in range(40)])
    long = [f'agent OR "{"&" * 230} {n}"' for n in range(40)]
    for line in ("/add " + ", ".join(long[:5]), "/add " + ", ".join(long), "/list"):
        messages = chat.says(line).messages
        assert len(messages) > 1
        assert all(count_units(unescape(re.sub("<[^>]*>", "", message))) <= 4096 for message in messages)
