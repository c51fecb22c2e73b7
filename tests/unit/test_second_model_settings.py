"""Settings of more than one model: what helps nobody is refused at start."""

from dataclasses import replace

import pytest

from digests.errors import ConfigError
from digests.settings import load_settings

BASE = {"smtp_url": "smtp://localhost:25", "mail_from": "a@example.org", "llm_base_url": "http://localhost/v1"}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"llm_model": "a", "llm_fallback_base_url": "http://other/v1"}, "its name is needed"),
        ({"llm_model": "a", "llm_fallback_api_key": "k"}, "its name is needed"),
        ({"llm_model": "a", "llm_fallback_model": "a"}, "would only repeat its faults"),
        ({"llm_fallback_model": "b"}, "the first model is needed"),
        ({"llm_judge_model": "b"}, "the first model is needed"),
        ({"llm_model": "a", "llm_fallback_base_url": "other"}, "must be an address"),
        ({"llm_model": "a", "llm_daily_budget": "1"}, "the price of a is needed"),
    ],
)
def test_a_second_model_that_cannot_be_asked_is_refused(more, sentence):
    with pytest.raises(ConfigError, match=sentence):
        load_settings(**BASE, **more)


def test_the_same_model_elsewhere_is_another_one():
    more = {"llm_model": "a", "llm_fallback_model": "a", "llm_fallback_base_url": "http://other/v1"}
    assert load_settings(**BASE, **more).llm_models == ("a", "a")


def test_a_key_is_not_repeated():
    with pytest.raises(ConfigError) as caught:
        load_settings(**BASE, llm_model="a", llm_fallback_api_key="sk-secret")
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize("setting", ["llm_base_url", "llm_fallback_base_url"])
def test_a_key_does_not_belong_into_an_address(setting):
    with pytest.raises(ConfigError, match=r"without [?] or #") as caught:
        load_settings(**BASE | {"llm_model": "a", "llm_fallback_model": "b", setting: "http://h/v1?key=k3y"})
    assert "k3y" not in str(caught.value)


@pytest.mark.parametrize(
    ("more", "base_url", "key"),
    [
        ({}, "http://localhost/v1", "sk-first"),
        ({"llm_fallback_api_key": "sk-second"}, "http://localhost/v1", "sk-second"),
        # The first one's key is never shown to another server.
        ({"llm_fallback_base_url": "http://other/v1"}, "http://other/v1", ""),
        (
            {"llm_fallback_base_url": "http://other/v1", "llm_fallback_api_key": "sk-second"},
            "http://other/v1",
            "sk-second",
        ),
    ],
)
def test_the_second_model_is_asked_at_its_own_address_or_at_the_first_ones(more, base_url, key):
    settings = load_settings(**BASE, llm_model="a", llm_api_key="sk-first", llm_fallback_model="b", **more)
    second = settings.second_model
    assert (second.name, second.base_url, second.api_key.get_secret_value()) == ("b", base_url, key)


def test_the_judge_is_asked_where_the_first_model_is():
    settings = load_settings(**BASE, llm_model="a", llm_api_key="sk-first", llm_judge_model="c")
    assert settings.judge_model == replace(settings.first_model, name="c")
    assert settings.second_model is None
