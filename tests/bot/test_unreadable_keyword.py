"""A keyword on the list that this version of the language refuses."""

from sqlalchemy import insert

from bot.services import BotServices
from digests.store.engine import Store
from digests.store.tables import subscriptions
from tests.bot.chat import Chat


def keep(services: BotServices, store: Store, canonical: str, typed: str) -> None:
    """On the list of the only reader, as an older version left it."""
    row = {"subscriber_id": 1, "canonical": canonical, "typed": typed, "added_at": services.now()}
    with store.writing() as connection:
        connection.execute(insert(subscriptions).values(row))


def test_the_list_marks_it_says_why_and_how_to_be_rid_of_it(services: BotServices, store: Store):
    chat = Chat(services)
    chat.says("/add RLHF")
    keep(services, store, "no:such AND cats", "<No>:such cats")
    keep(services, store, "no:such", "no:such")

    (answer,) = chat.says("/list").messages

    one, two, three = (answer.split(f"{number}. <code>", 1)[1].split("\n\n")[0] for number in (1, 2, 3))
    assert "读不懂" not in one.split("2. <code>")[0]
    assert "&lt;No&gt;:such cats" in two
    assert "<code>/remove 2</code>" in two
    assert "没有 no: 这个字段" in three
    assert "<pre>no:such\n^</pre>" in three
    assert answer.count("🚫") == 2
    assert "⚠️" not in answer
    # What would be refused is not proposed.
    assert chat.says("/remove 3").messages == ["已移除 <b>no:such</b>，还剩 2 个。"]
    assert "想加回来：<code>/add RLHF</code>" in chat.says("/remove 1").messages[0]


def test_adding_its_text_again_is_answered_as_ever(services: BotServices, store: Store):
    chat = Chat(services)
    chat.says("/add RLHF")
    keep(services, store, "no:such", "no:such")

    assert "没有 no: 这个字段" in chat.says("/add no:such").messages[0]


def test_a_full_list_of_such_keywords_is_split_into_legal_messages(services: BotServices, store: Store):
    chat = Chat(services)
    chat.says("/add RLHF")
    for number in range(50):
        keep(services, store, f"no:such{number}" + "&" * 900, f"no:such{number}" + "&" * 240)

    messages = chat.says("/list").messages

    assert sum(message.count("<code>/remove ") for message in messages) == 51
    assert all(len(message) <= 4096 for message in messages)
