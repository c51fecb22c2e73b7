"""/term: a reader's own renderings, set, listed, removed and refused; and what is honestly said about each."""

import pytest

from bot.services import BotServices
from digests.chinese import to_traditional
from digests.phrases import load_phrases
from digests.store.engine import Store
from digests.subscribers.directory import list_subscribers
from digests.subscribers.preferences import set_language
from digests.subscribers.terms import MAX_TERMS, list_terms
from digests.summaries.own_terms.term import Effect
from tests.bot.bot_api import Person
from tests.bot.chat import Chat


@pytest.fixture
def chat(services: BotServices) -> Chat:
    chat = Chat(services)
    chat.says("/start")
    return chat


def say(chat: Chat, line: str) -> str:
    return "\n".join(chat.says(line).messages)


def held(store: Store) -> list[tuple[str, str]]:
    (reader,) = list_subscribers(store)
    return [(term.english, term.chinese) for term in list_terms(store, reader.id)]


async def test_a_term_is_set_listed_and_removed_by_a_tap(alice: Person, store: Store):
    await alice.says("/start")
    assert "还没有自定译法" in await alice.says("/term")

    said = await alice.says("/term rollout = 轨迹采样")

    assert "rollout 以后译作「轨迹采样」" in said
    assert "从下一份开始" in said
    assert "/today" in said
    assert held(store) == [("rollout", "轨迹采样")]
    assert "1. rollout → 轨迹采样" in await alice.says("/term")
    assert "已去掉 rollout" in await alice.taps("✕ rollout")
    assert held(store) == []


@pytest.mark.parametrize("removal", ["/term rollout =", "/term -rollout", "/term -1", "/term —Rollout"])
def test_a_term_is_removed_by_words_and_the_answer_has_the_way_back(chat: Chat, store: Store, removal: str):
    say(chat, "/term rollout = 轨迹采样")

    said = say(chat, removal)

    assert held(store) == []
    assert "<code>/term rollout = 轨迹采样</code>" in said


def test_another_rendering_of_the_same_term_says_what_it_was(chat: Chat, store: Store):
    say(chat, "/term agent = 主体")

    assert "原来定的是「主体」" in say(chat, "/term Agent：代理人")
    assert "原来" not in say(chat, "/term agent：代理人")
    assert held(store) == [("agent", "代理人")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/term agent = 主体", "我们原本译作「智能体」"),
        ("/term inference = 推断", "「推理」也是 reasoning 的译法"),
        ("/term ring = 圆环", "只有一个字"),
        ("/term foobar = 富巴", "不在我们的术语表里"),
    ],
)
def test_what_will_not_always_be_applied_is_said_at_once(chat: Chat, store: Store, line: str, said: str):
    assert said in say(chat, line)
    assert len(held(store)) == 1


def test_whoever_writes_our_own_word_is_told_so(chat: Chat, store: Store):
    assert "「智能体」就是我们对 agent 的译法" in say(chat, "/term agent = 智能体")
    assert held(store) == []


def test_an_answer_in_traditional_characters_has_our_word_in_them_too(services: BotServices):
    chat = Chat(services, language="zh-Hant")
    chat.says("/start")
    assert f"「{to_traditional('智能体')}」" in say(chat, "/term agent = 主體")
    assert f"「{to_traditional('环')}」" in say(chat, "/term ring = 圓環")


@pytest.mark.parametrize("language", ["zh", "zh-Hant", "en"])
def test_every_effect_has_its_sentence(language: str):
    names = load_phrases(language).section("chat")
    assert [effect for effect in Effect if f"term_{effect}" not in names] == []


@pytest.mark.parametrize(
    "text",
    [
        "rollout",
        "rollout = sampling",
        "轨迹 = 采样",
        "a = a",
        "<b>x</b> = 好",
        "x = https://a.b",
        "x" * 4000,
        "-nothing",
        "the = 的",
        "agent = 智能体",
        "LLM = 大模型, agent = 代理",
    ],
)
@pytest.mark.parametrize("language", ["zh", "zh-Hant", "en"])
def test_what_is_no_term_gets_a_sentence_and_an_example(services: BotServices, store: Store, text: str, language: str):
    chat = Chat(services, language=language)
    chat.says("/start")

    said = say(chat, f"/term {text}")

    assert "/term" in said
    assert len(said) < 600
    assert "<b>" not in said
    assert held(store) == []


def test_there_is_room_for_so_many(chat: Chat, store: Store):
    for number in range(MAX_TERMS):
        say(chat, f"/term long name of a term {number} = 词")

    assert f"{MAX_TERMS} 条" in say(chat, "/term one more = 再一个")
    assert len(held(store)) == MAX_TERMS
    listed = chat.says("/term")
    assert all(button.is_short_enough for row in listed.buttons for button in row)
    assert f"{MAX_TERMS}. " in "\n".join(listed.messages)


def test_whoever_reads_english_is_told_that_it_concerns_the_chinese(services: BotServices, store: Store):
    chat = Chat(services, language="en")
    chat.says("/start")
    (reader,) = list_subscribers(store)
    set_language(store, reader.id, "en")

    assert "Chinese summaries only" in say(chat, "/term rollout = 轨迹采样")
    assert "Chinese summaries only" in say(chat, "/term")
    set_language(store, reader.id, "zh")
    assert "只对中文译文" not in say(chat, "/term")


def test_what_taiwan_calls_otherwise_is_said_as_it_will_show(chat: Chat, store: Store):
    (reader,) = list_subscribers(store)
    set_language(store, reader.id, "zh-Hant")

    assert "轉成繁體後會顯示為「微調」" in say(chat, "/term tuning = 微调")
    assert "轉成繁體後" not in say(chat, "/term rollout = 軌跡採樣")


def test_the_settings_say_how_many_and_the_help_how_to(chat: Chat):
    assert "自定译法" not in say(chat, "/settings")
    say(chat, "/term rollout = 轨迹采样")

    assert f"自定译法：1 条（最多 {MAX_TERMS} 条）" in say(chat, "/settings")
    assert "<code>/term rollout = 轨迹采样</code>" in say(chat, "/help")


def test_a_stranger_is_asked_to_begin(services: BotServices, store: Store):
    assert "/start" in say(Chat(services), "/term rollout = 轨迹采样")
    assert list_subscribers(store) == []
