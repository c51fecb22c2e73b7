"""An address leaves by the link in a mail, on both databases."""

from datetime import timedelta

from sqlalchemy import select

from digests.delivery.editions import Planned, plan_edition
from digests.store.engine import Store
from digests.store.tables import deliveries
from digests.subscribers.leaving import find_target, leave, sign_target
from digests.subscribers.membership import add_address, forget
from tests.sending import DAY
from tests.store.subscriber_steps import NOW, SALT, join_by_chat, join_by_mail

LATER = NOW + timedelta(minutes=1)


def test_an_address_leaves_and_the_others_stay(store: Store):
    reader = join_by_chat(store)
    mail = {"channel": "email", "address": "zhang@example.org", "confirmed": True, "now": NOW, "salt": SALT}
    chat, address = add_address(store, reader.id, **mail).targets

    left = leave(store, address.id, NOW)
    assert (left.gone_at, left.gone_reason, left.is_usable) == (NOW, "left", False)
    assert leave(store, address.id, LATER) == left
    assert join_by_chat(store).targets == (chat, left)
    assert leave(store, 99, NOW) is None


def test_what_was_planned_for_it_is_not_sent_any_more(store: Store):
    reader = join_by_mail(store)
    (target,) = reader.targets
    plan = {
        "subscriber_id": reader.id,
        "slot": "daily:2026-11-20",
        "announced_on": DAY,
        "digest_json": {"nothing": None},
    }
    plan_edition(store, **plan, paper_ids=[], parts=[Planned(target.id, "email", 1)], now=NOW)

    leave(store, target.id, LATER)

    with store.reading() as connection:
        assert connection.execute(select(deliveries.c.state)).scalar_one() == "gone"


def test_only_our_own_token_names_a_target(store: Store):
    (target,) = join_by_mail(store).targets
    token = sign_target(target.id, target.address, SALT)
    assert find_target(store, token, SALT) == target.id
    assert set(token) <= set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.")
    number, _, mac = token.partition(".")
    others = ["", number, f"{number}.", token[:-1], token + "=", f"{number}0.{mac}", f"0{token}", "é.é", "9" * 10_000]
    others += ["١٧.x", "\ud800", sign_target(target.id, target.address, b"another")]
    others += [sign_target(target.id, "li@example.org", SALT), sign_target(99, target.address, SALT)]
    assert {find_target(store, other, SALT) for other in others} == {None}


def test_an_old_link_never_names_whoever_came_later(store: Store):
    reader = join_by_mail(store)
    (old,) = reader.targets
    forget(store, reader.id, salt=SALT, now=NOW)
    newcomer = join_by_mail(store, "li@example.org")
    (new,) = newcomer.targets

    (again,) = join_by_mail(store, asked_again=True).targets

    assert newcomer.id != reader.id
    assert len({old.id, new.id, again.id}) == 3
    assert find_target(store, sign_target(old.id, old.address, SALT), SALT) is None
    # As if the number had come again: databases that exist already keep their tables.
    assert find_target(store, sign_target(new.id, old.address, SALT), SALT) is None
