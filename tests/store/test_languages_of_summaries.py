"""Which summaries are asked for, by what readers chose with /lang."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from digests.rendering.card import build_card
from digests.store.tables import summaries
from digests.subscribers.preferences import set_language
from digests.summaries.cards import load_cards
from digests.summaries.claims import claim_summaries, save_summary
from digests.summaries.draft import Kind
from digests.summaries.summary import Key, Summary, SummaryState
from digests.summaries.usage import Usage
from tests.store.news_steps import House, paper

MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)
KEYS = {"zh": Key("zh", "small", "1"), "en": Key("en", "small", "1")}
WORDS = {"title": "一个智能体", "tldr": "网络里的智能体。", "abstract": "它学习网络。"}


@pytest.fixture
def house(store):
    return House(store)


def plan(house, on):
    house.go(on)
    house.announce(on, paper(on.day))
    day = replace(house.day(on), keys=KEYS)
    day.plan_summaries()
    with house.store.reading() as connection:
        rows = connection.execute(select(summaries.c.language).where(summaries.c.paper_id == paper(on.day).id))
        return day, sorted(rows.scalars())


def test_readers_of_traditional_chinese_get_what_was_asked_for_in_simplified(house):
    for language in ("zh-Hant", "zh", "zh-Hant"):
        set_language(house.store, house.join(), language)
    day, languages = plan(house, MONDAY)
    assert languages == ["zh"]

    (claimed,) = claim_summaries(house.store, [paper(16).id], KEYS["zh"], limit=9, lease_seconds=60, now=house.now)
    summary = Summary(paper_id=claimed.paper.id, language="zh", state=SummaryState.DONE, kind=Kind.FULL, **WORDS)
    save_summary(house.store, claimed, summary, Usage(), house.now)

    assert day.compose() == 3
    for language, tldr in (("zh", "网络里的智能体。"), ("zh-Hant", "網路裡的智慧體。")):
        card = load_cards(house.store, [claimed.paper.id], language)[claimed.paper.id]
        assert build_card(card, language).tldr.text == tldr


def test_a_change_of_language_counts_from_the_next_digest_on(house):
    reader = house.join()
    day, languages = plan(house, MONDAY)
    assert languages == ["zh"]
    assert day.compose() == 1

    set_language(house.store, reader, "English")
    _, languages = plan(house, TUESDAY)
    assert languages == ["en"]
    with house.store.reading() as connection:
        before = connection.scalars(select(summaries.c.language).where(summaries.c.paper_id == paper(16).id)).all()
    assert before == ["zh"]


def test_notes_that_are_planned_are_asked_for(house):
    set_language(house.store, house.join(), "English")
    day, languages = plan(house, MONDAY)
    assert languages == ["en"]
    assert day.find_due_summaries() == [paper(16).id]
    assert (day.has_open_summaries("en"), day.has_open_summaries("zh")) == (True, False)
