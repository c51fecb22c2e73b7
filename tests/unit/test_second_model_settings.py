"""Settings of more than one model: what helps nobody is refused at start."""

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
