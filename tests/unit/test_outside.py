"""The table at start: what is real, what is not, and nothing that opens anything."""

from io import StringIO

import pytest
from rich.console import Console

from digests.outside import Kind, list_outside_parts, print_outside_parts
from digests.settings import Settings, setting_names

SECRETS = {
    "telegram_token": "7:hidden",
    "smtp_url": "smtps://me:hidden@mail.example.org:465",
    "redis_url": "redis://me:hidden@queue.example.org:6379/0",
    "database_url": "postgresql://me:hidden@db.example.org/paperpost",
    "llm_base_url": "https://me:hidden@model.example.org/v1",
    "llm_api_key": "sk-hidden",
    "arxiv_list_url": "https://me:hidden@mirror.example.org",
}


def kinds(settings: Settings) -> dict[str, Kind]:
    return {part.name: part.kind for part in list_outside_parts(settings)}


def written(settings: Settings) -> str:
    stream = StringIO()
    print_outside_parts(Console(file=stream, width=40, soft_wrap=True), settings)
    return stream.getvalue()


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """Settings from these arguments alone."""
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    return lambda **given: Settings(_env_file=None, home=tmp_path, **given)


def test_without_a_channel_every_outside_part_is_a_stand_in(bare):
    found = kinds(bare())
    assert found.pop("database") == found.pop("broker") == Kind.BUILT_IN
    assert set(found.values()) == {Kind.STAND_IN}
    assert "Sandbox mode" in written(bare())


def test_one_channel_makes_the_sources_real_and_the_rest_not_set(bare):
    found = kinds(bare(telegram_token="7:hidden"))
    assert (found["arXiv"], found["Telegram"]) == (Kind.REAL, Kind.REAL)
    assert (found["mail"], found["LLM"]) == (Kind.NOT_SET, Kind.NOT_SET)
    assert "Real mode" in written(bare(telegram_token="7:hidden"))


def test_everything_may_be_real_and_no_secret_is_shown(bare):
    settings = bare(**SECRETS, mail_from="a@example.org", llm_model="m")
    assert set(kinds(settings).values()) == {Kind.REAL}
    text = written(settings)
    assert "hidden" not in text
    assert all(host in text for host in ("mail", "queue", "db", "model", "mirror"))


def test_every_part_says_on_its_own_line_what_would_set_it(bare):
    lines = written(bare()).splitlines()[2:]
    assert [line.split("  ")[0] for line in lines] == [part.name for part in list_outside_parts(bare())]
    assert all("_URL" in line or "_TOKEN" in line for line in lines)


def test_what_changes_nothing_before_there_is_a_channel_says_so(bare):
    def variables(**options):
        return {part.name: part.variable for part in list_outside_parts(bare(), **options)}

    assert variables()["LLM"].startswith("a channel, then OPENAI_BASE_URL")
    assert (variables()["database"], variables()["broker"]) == ("DATABASE_URL", "REDIS_URL")
    own_house = variables(is_own_house=True)
    assert (own_house["database"], own_house["broker"]) == ("a channel, then DATABASE_URL", "a channel, then REDIS_URL")
    real = list_outside_parts(bare(telegram_token="7:hidden"))
    assert not any("a channel" in part.variable for part in real)
