"""`paperpost match`, as a person types what it cannot take."""

import pytest


@pytest.mark.parametrize("since", ["yesterday", "", "-5d", "0d", "9999-01-01"])
def test_a_time_that_is_none_is_wrong_use(paperpost, since):
    paperpost.refused("match", "agent", "--since", since, status=2)


def test_a_day_and_a_window_are_not_asked_together(paperpost):
    assert "not both" in paperpost.refused("match", "agent", "--on", "2026-04-21", "--since", "60d", status=2)


def test_nothing_stored_says_what_to_do(paperpost):
    assert "paperpost ingest FILE" in paperpost.refused("match", "agent", "--since", "60d")


@pytest.mark.parametrize("typed", [["-driving world"], ["--", "-driving world"], ["-driving world", "--since", "60d"]])
def test_a_query_that_begins_with_a_dash_is_refused_with_its_place(paperpost, typed):
    said = paperpost.refused("match", *typed, status=2)
    assert "only says what you do not want" in said
    assert said.splitlines()[-1] == "-driving world"


def test_a_broken_query_is_refused_before_anything_is_asked(paperpost):
    said = paperpost.refused("match", "(GRPO OR PPO", "--since", "60d", status=2)
    assert said.splitlines()[-2:] == ["(GRPO OR PPO", "^"]
