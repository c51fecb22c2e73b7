"""A reader's own words stand in their digests, by chat and by mail, and in nobody else's."""

import pytest
from sqlalchemy import insert

from digests.composing.codec import digest_from_json
from digests.day import Day, render_edition
from digests.delivery.channel import EMAIL, TELEGRAM
from digests.delivery.editions import load_digest
from digests.papers.paper import Announced, Announcement, Kind, Source
from digests.papers.shelf import store_announcement
from digests.store.tables import reader_terms
from digests.subscribers.keywords import add_keywords
from digests.subscribers.membership import add_address, join
from digests.summaries.claims import claim_summaries, save_summary
from digests.summaries.own_terms.term import OwnTerm
from digests.summaries.summary import Key, Summary, SummaryState
from digests.summaries.usage import Usage
from tests.builders import NOON, make_paper

PAPER = make_paper(
    id="2611.00001",
    title="Rollouts for robots",
    abstract="We reuse each rollout of a robot policy learned by reinforcement.",
)
KEYS = {"zh": Key("zh", "small", "1")}
WORDS = {
    "title": "机器人的 rollout",
    "tldr": "复用每一条 rollout。",
    "abstract": "我们复用机器人策略的每一条 rollout。",
}


@pytest.fixture
def day(store):
    entries = (Announced(PAPER, Kind.NEW, 1),)
    announcement = Announcement(scope="cs", announced_on=NOON.date(), source=Source.LISTING, entries=entries, total=1)
    store_announcement(store, announcement, lambda: NOON)
    return Day(store=store, now=lambda: NOON, on=NOON.date(), keys=KEYS, channels=(EMAIL, TELEGRAM), max_full=30)


def subscribe(store, chat, *terms):
    same = {"confirmed": True, "now": NOON, "salt": b"salt"}
    reader = join(store, channel=TELEGRAM, address=str(chat), **same)
    add_address(store, reader.id, channel=EMAIL, address=f"{chat}@example.org", **same)
    add_keywords(store, reader.id, "rollout", NOON, 50)
    with store.writing() as connection:
        for term in terms:
            row = {"english": term.english, "chinese": term.chinese, "added_at": NOON}
            connection.execute(insert(reader_terms).values(subscriber_id=reader.id, **row))
    return reader.id


def test_own_words_stand_in_ones_own_digest(store, day):
    subscribe(store, 1, OwnTerm("rollout", "轨迹采样"))
    subscribe(store, 2)
    day.plan_summaries()
    (claimed,) = claim_summaries(store, [PAPER.id], KEYS["zh"], limit=1, lease_seconds=60, now=NOON)
    save_summary(
        store, claimed, Summary(paper_id=PAPER.id, language="zh", state=SummaryState.DONE, **WORDS), Usage(), NOON
    )
    assert day.compose() == 2
    mine, others = render_edition(store, 1), render_edition(store, 2)
    assert "复用每一条轨迹采样" in mine.text.replace(" ", "")
    assert "轨迹采样" not in others.text
    assert digest_from_json(load_digest(store, 1)).terms == (OwnTerm("rollout", "轨迹采样"),)
