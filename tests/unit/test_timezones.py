"""Places and time zones as people write them."""

import tomllib
from importlib import resources
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import InputError
from digests.phrases import load_phrases
from digests.subscribers.timezones import find_timezone, name_timezone

LANGUAGES = ("zh", "zh-Hant", "en")


def refusal(text, language="zh"):
    with pytest.raises(InputError) as raised:
        find_timezone(text, language)
    for spoken in ("zh", "en"):
        assert load_phrases(spoken)(raised.value.code, **raised.value.fields)
        assert load_phrases(spoken)(f"{raised.value.code}_example")
    return raised.value


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("asia/tokyo", "Asia/Tokyo"),
        ("America/New York", "America/New_York"),
        ("ETC/gmt-8", "Etc/GMT-8"),
        ("北京", "Asia/Shanghai"),
        ("Beijing", "Asia/Shanghai"),
        ("北京时间", "Asia/Shanghai"),
        ("Ｘi'an", "Asia/Shanghai"),
        ("廣州", "Asia/Shanghai"),
        ("臺北", "Asia/Taipei"),
        ("東京", "Asia/Tokyo"),
        ("紐約", "America/New_York"),
        ("洛杉矶", "America/Los_Angeles"),
        ("舊金山", "America/Los_Angeles"),
        ("san francisco", "America/Los_Angeles"),
        ("St. Louis", "America/Chicago"),
        ("Boston", "America/New_York"),
        ("EST", "America/New_York"),
        ("Zürich", "Europe/Zurich"),
        ("zurich", "Europe/Zurich"),
        ("雪梨", "Australia/Sydney"),
        ("悉尼", "Australia/Sydney"),
        ("Bangalore", "Asia/Kolkata"),
        ("加尔各答", "Asia/Kolkata"),
        ("Canberra", "Australia/Sydney"),
        ("Belfast", "Europe/Belfast"),
        ("Japan", "Asia/Tokyo"),
        ("德國", "Europe/Berlin"),
        ("Sweden", "Europe/Stockholm"),
        ("挪威", "Europe/Oslo"),
    ],
)
def test_a_place_is_found_by_its_name_in_three_scripts(text, zone):
    assert find_timezone(text, "zh") == zone


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("UTC", "UTC"),
        ("gmt", "UTC"),
        ("UTC+0", "UTC"),
        ("UTC+8", "Etc/GMT-8"),
        ("utc + 08:00", "Etc/GMT-8"),
        ("ＧＭＴ－５", "Etc/GMT+5"),
        ("GMT−5", "Etc/GMT+5"),
        ("+0900", "Etc/GMT-9"),
        ("UTC+14", "Etc/GMT-14"),
        ("UTC-12", "Etc/GMT+12"),
    ],
)
def test_whole_hours_from_utc_are_a_zone(text, zone):
    assert find_timezone(text, "zh") == zone


@pytest.mark.parametrize("text", ["UTC+5:30", "UTC+15", "GMT-13", "+99", "UTC+8:45"])
def test_other_offsets_are_refused_with_an_example(text):
    assert refusal(text).code == "chat.bad_offset"


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        ("Cambridge", ["Europe/London", "America/New_York"]),
        ("剑桥", ["Europe/London", "America/New_York"]),
        ("圣地亚哥", ["America/Los_Angeles", "America/Santiago"]),
        ("CST", ["Asia/Shanghai", "America/Chicago"]),
        ("美國", ["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"]),
    ],
)
def test_a_name_of_several_places_is_asked_about(text, zones):
    error = refusal(text)
    assert error.code == "chat.ambiguous_timezone"
    assert [choice.split(" ")[0] for choice in error.fields["choices"].split("、")] == zones


def test_choices_are_named_in_the_reader_s_language():
    assert refusal("Cambridge", "zh").fields["choices"] == "Europe/London (伦敦)、America/New_York (纽约)"
    assert refusal("Cambridge", "zh-Hant").fields["choices"].startswith("Europe/London (倫敦)")
    assert refusal("Cambridge", "en").fields["choices"] == "Europe/London (London), America/New_York (New York)"


@pytest.mark.parametrize(
    ("text", "zone"), [("Shanghia", "Asia/Shanghai"), ("Pittsburg", "America/New_York"), ("asia/tokio", "Asia/Tokyo")]
)
def test_a_misspelt_place_is_proposed(text, zone):
    error = refusal(text, "en")
    assert error.code == "chat.misspelt_timezone"
    assert zone in error.fields["choices"]


@pytest.mark.parametrize(
    "text", ["清华", "qqqq", "Factory", "localtime", "/", "-", "../../etc/passwd", "x" * 1_000_000]
)
def test_what_is_no_place_is_refused(text):
    assert refusal(text).code == "chat.bad_timezone"


@pytest.mark.parametrize("text", ["", "  ", "\0"])
def test_nothing_typed_is_asked_for(text):
    assert refusal(text).code == "chat.no_timezone"


@given(st.text(max_size=300) | st.from_regex(r"(utc|GMT)?[+-]?\d{1,3}(:\d\d)?|[a-z]+/[a-z_]+", fullmatch=True))
def test_any_text_is_a_zone_that_exists_or_is_refused_with_a_sentence(text):
    try:
        assert find_timezone(text, "zh") in available_timezones()
    except InputError:
        refusal(text)


@given(st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"})), st.sampled_from(LANGUAGES))
def test_every_zone_is_found_by_its_own_name_and_has_one(zone, language):
    if "/" in zone:
        assert find_timezone(zone.lower(), language) == zone
    assert name_timezone(zone, language)


def own_places():
    text = (resources.files("digests.subscribers") / "cities.toml").read_text("utf-8")
    return [(name, zone) for zone, names in tomllib.loads(text)["zones"].items() for name in names.split(",")]


def test_every_place_of_our_own_table_is_found_or_asked_about():
    lost = []
    for name, zone in own_places():
        try:
            found = find_timezone(name, "en")
        except InputError as error:
            found = error.fields["choices"]
        if zone not in found:
            lost.append((name, zone, found))
    assert lost == []
    assert {zone for _, zone in own_places()} <= available_timezones()
