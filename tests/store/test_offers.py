"""Keywords that were offered, on both databases."""

from datetime import timedelta

from sqlalchemy import func, select

from digests.store.engine import Store
from digests.store.tables import offers
from digests.subscribers.keywords import add_keywords, list_keywords
from digests.subscribers.membership import forget
from digests.subscribers.merging import merge
from digests.subscribers.offers import KEPT, Offer, find_offer, make_offers
from tests.store.subscriber_steps import NOW, SALT, add, code_of, join_by_chat, join_by_mail


def count_offers(store: Store) -> int:
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(offers))


def test_an_offer_is_found_by_its_number_and_by_its_reader_only(store: Store):
    reader, other = join_by_chat(store), join_by_mail(store)

    first, second = make_offers(store, reader.id, ["diffusion policy", "世界模型 OR world model"], NOW)

    assert find_offer(store, reader.id, first) == Offer("diffusion policy")
    assert find_offer(store, reader.id, second) == Offer("世界模型 OR world model")
    assert find_offer(store, other.id, first) is None


def test_a_number_that_nobody_was_given_is_no_offer(store: Store):
    reader = join_by_chat(store)
    make_offers(store, reader.id, ["diffusion policy"], NOW)

    for number in (0, -1, 999, 10**17, 10**30):
        assert find_offer(store, reader.id, number) is None


def test_the_same_offer_again_keeps_its_number_and_lives_longer(store: Store):
    reader = join_by_chat(store)
    (first,) = make_offers(store, reader.id, ["RLHF"], NOW)

    again = make_offers(store, reader.id, ["GRPO", "RLHF", "GRPO"], NOW + KEPT)
    make_offers(store, reader.id, ["PPO"], NOW + KEPT + timedelta(days=1))

    assert again[1] == first
    assert again[0] == again[2] != first
    assert find_offer(store, reader.id, first) == Offer("RLHF")
    assert count_offers(store) == 3


def test_what_replaces_a_keyword_is_another_offer_than_the_same_words_alone(store: Store):
    reader = join_by_chat(store)

    alone, instead = (
        make_offers(store, reader.id, ["world model"], NOW, replaces=replaced)[0] for replaced in ("", "世界模型")
    )

    assert find_offer(store, reader.id, alone) == Offer("world model")
    assert find_offer(store, reader.id, instead) == Offer("world model", replaces="世界模型")


def test_old_offers_go_when_their_reader_gets_new_ones(store: Store):
    reader, other = join_by_chat(store), join_by_mail(store)
    (old,) = make_offers(store, reader.id, ["RLHF"], NOW)
    (others,) = make_offers(store, other.id, ["RLHF"], NOW)

    make_offers(store, reader.id, ["GRPO"], NOW + KEPT + timedelta(seconds=1))

    assert find_offer(store, reader.id, old) is None
    assert find_offer(store, other.id, others) is not None


def test_offers_are_forgotten_with_their_reader(store: Store):
    reader = join_by_chat(store)
    make_offers(store, reader.id, ["RLHF", "GRPO"], NOW)

    forget(store, reader.id, salt=SALT, now=NOW)

    assert count_offers(store) == 0
    assert code_of(lambda: make_offers(store, reader.id, ["RLHF"], NOW)) == "chat.no_such_subscriber"


def test_the_buttons_of_two_readers_who_are_one_still_work(store: Store):
    chat, mail = join_by_chat(store), join_by_mail(store)
    numbers = [*make_offers(store, chat.id, ["RLHF"], NOW), *make_offers(store, mail.id, ["RLHF", "GRPO"], NOW)]

    with store.writing() as connection:
        merge(connection, chat.id, mail.id)

    assert [find_offer(store, chat.id, number).text for number in numbers] == ["RLHF", "RLHF", "GRPO"]


def test_a_keyword_goes_when_the_one_in_its_place_comes(store: Store):
    reader = join_by_chat(store)
    add(store, reader, "RLHF, 扩散策略, GRPO")

    result = add_keywords(store, reader.id, "扩散策略 OR diffusion policy", NOW, 50, replaces="扩散策略")

    assert [added.keyword.typed for added in result.added] == ["扩散策略 OR diffusion policy"]
    assert [keyword.typed for keyword in list_keywords(store, reader.id)] == [
        "RLHF",
        "GRPO",
        "扩散策略 OR diffusion policy",
    ]
    assert result.held == 3


def test_an_exchange_needs_no_room(store: Store):
    reader = join_by_chat(store)
    add(store, reader, "RLHF, 扩散策略, GRPO")

    # Two readers who became one may hold more than the limit.
    for most in (3, 2):
        add_keywords(store, reader.id, "diffusion policy", NOW, most, replaces="扩散策略")
        add_keywords(store, reader.id, "扩散策略", NOW, most, replaces="diffusion policy")

    assert [keyword.typed for keyword in list_keywords(store, reader.id)] == ["RLHF", "GRPO", "扩散策略"]


def test_a_keyword_stays_when_nothing_comes_in_its_place(store: Store):
    reader = join_by_chat(store)
    before = add(store, reader, "RLHF, 扩散策略")

    for text in ("(", "扩散策略", "cat:cs OR cat:math"):
        add_keywords(store, reader.id, text, NOW, 50, replaces="扩散策略")

    assert [keyword.id for keyword in list_keywords(store, reader.id)] == [one.keyword.id for one in before]
