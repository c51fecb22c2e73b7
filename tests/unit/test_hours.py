"""What people write for their hour, their days, their fields, their language and their channels."""

import calendar
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import InputError
from digests.phrases import load_phrases
from digests.subscribers.hours import parse_hour
from digests.subscribers.languages import parse_language
from digests.subscribers.scopes import parse_scope
from digests.subscribers.typed import refuse_setting
from digests.subscribers.weekdays import parse_weekdays
from digests.subscribers.wishes import parse_channels

PARSERS = [parse_hour, parse_weekdays, parse_scope, parse_language, parse_channels]
#: What such texts are made of, so that most come near to being one.
PIECES = [
    *"8点半點周一到:-.,_ 和：８\0\ud800",
    "08:30",
    "晚上",
    "am",
    "pm",
    "24",
    "mon",
    "工作日",
    "cs",
    "LG",
    "all",
    "zh",
    "hant",
]


def code_of(parse, text):
    with pytest.raises(InputError) as raised:
        parse(text)
    for language in ("zh", "en"):
        assert load_phrases(language)(raised.value.code, **raised.value.fields)
        assert load_phrases(language)(f"{raised.value.code}_example")
    return raised.value.code


@pytest.mark.parametrize("parse", PARSERS)
@given(text=st.text(max_size=400) | st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_any_text_is_read_or_refused_with_a_sentence(parse, text):
    try:
        parse(text)
    except InputError:
        code_of(parse, text)


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "1" * 1_000_000, "周" * 1_000_000, "9 " * 500_000, "8:30" + " " * 300 + "x"]
)
def test_a_huge_text_is_refused_at_once(parse, text):
    assert code_of(parse, text).startswith("chat.bad_")


@pytest.mark.parametrize(
    ("setting", "parse"), [*zip(["hour", "weekdays", "scope", "language", "channels"], PARSERS, strict=True)]
)
@pytest.mark.parametrize("text", ["", "  \n\t", "\0", "\u200b"])
def test_nothing_typed_is_asked_for(setting, parse, text):
    assert code_of(parse, text) == f"chat.no_{setting}"


def test_a_refusal_repeats_a_readable_and_short_text():
    assert refuse_setting("hour", f" a\0b\nc {'x' * 500}").fields["text"].startswith("a b c xxx")
    assert len(refuse_setting("hour", "x" * 500).fields["text"]) == 80


# --- hours --------------------------------------------------------------------------------------

HALF_PAST_EIGHT = (
    "08:30 8:30 ８：３０ 0830 830 8点半 8點半 八点半 8点30 8点30分 8時30分 8.30 8h30 早上8点半 上午八點半 8:30am"
)


@pytest.mark.parametrize("text", [*HALF_PAST_EIGHT.split(" "), " 8 : 30 ", "8:30 A.M."])
def test_half_past_eight_is_written_in_many_ways(text):
    assert parse_hour(text) == time(8, 30)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("8", time(8)),
        ("23", time(23)),
        ("0", time(0)),
        ("8点", time(8)),
        ("8点整", time(8)),
        ("二十三点零五分", None),
        ("十点", time(10)),
        ("十二点一刻", time(12, 15)),
        ("二十一点", time(21)),
        ("8pm", time(20)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("下午3点", time(15)),
        ("下午15点", time(15)),
        ("中午12点", time(12)),
        ("中午1点", time(13)),
        ("傍晚六点", time(18)),
        ("晚上8点", time(20)),
        ("晚上12点", time(0)),
        ("凌晨12点", time(0)),
        ("半夜2点", time(2)),
        ("深夜11点半", time(23, 30)),
    ],
)
def test_the_part_of_the_day_and_the_noon_are_understood(text, hour):
    if hour is None:
        assert code_of(parse_hour, text) == "chat.bad_hour"
    else:
        assert parse_hour(text) == hour


NO_HOURS = "24:00 24 25:00 8:60 8:5 0am 13pm 上午13点 8:30:00 -1 2400 0860 ٨:٣٠ 十十点 晚上8pm 8点半半 999 noon"


@pytest.mark.parametrize("text", NO_HOURS.split(" "))
def test_what_is_no_hour_is_refused(text):
    assert code_of(parse_hour, text) == "chat.bad_hour"


@pytest.mark.parametrize("text", ["asap", "ASAP", "auto", "尽快", "盡快", "一到就送", "off", "as soon as possible"])
def test_as_soon_as_ready_is_no_hour(text):
    assert parse_hour(text) is None


@given(st.times())
def test_every_minute_of_the_day_is_read_back(moment):
    wanted = moment.replace(second=0, microsecond=0)
    assert parse_hour(f"{wanted:%H:%M}") == parse_hour(f"{wanted:%H%M}") == parse_hour(f"{wanted:%I:%M %p}") == wanted


# --- weekdays -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon,wed", (1, 3)),
        ("Monday and Friday", (1, 5)),
        ("1,3,5", (1, 3, 5)),
        ("531", (1, 3, 5)),
        ("周一周三", (1, 3)),
        ("週一、週三", (1, 3)),
        ("星期一", (1,)),
        ("一三五", (1, 3, 5)),
        ("周一三五", (1, 3, 5)),
        ("禮拜天", (7,)),
        ("mon-fri", (1, 2, 3, 4, 5)),
        ("周一到周五", (1, 2, 3, 4, 5)),
        ("fri-mon", (1, 5, 6, 7)),
        ("工作日", (1, 2, 3, 4, 5)),
        ("weekdays", (1, 2, 3, 4, 5)),
        ("周末", (6, 7)),
        ("工作日和周六", (1, 2, 3, 4, 5, 6)),
        ("1 到 3 和 5", (1, 2, 3, 5)),
    ],
)
def test_days_are_written_in_many_ways(text, days):
    assert parse_weekdays(text) == days


@pytest.mark.parametrize(
    "text", ["每天", "all", "daily", "every day", "1-7", "周一至周日", "工作日 weekend", "一二三四五六日"]
)
def test_all_seven_are_every_day(text):
    assert parse_weekdays(text) is None


@pytest.mark.parametrize(
    "text", ["0", "8", "mo", "tuesthu", "mon-", "-fri", "mon--fri", "周", "weekend-mon", "mon funday"]
)
def test_what_are_no_days_is_refused(text):
    assert code_of(parse_weekdays, text) == "chat.bad_weekdays"


@given(st.sets(st.integers(1, 7), min_size=1))
def test_any_set_of_days_is_read_back(days):
    wanted = None if len(days) == 7 else tuple(sorted(days))
    assert parse_weekdays("周" + "".join("一二三四五六日"[day - 1] for day in days)) == wanted
    assert parse_weekdays(" ".join(calendar.day_name[day - 1] for day in days)) == wanted


# --- the rest -----------------------------------------------------------------------------------


def test_fields_become_canonical_and_stand_once():
    assert parse_scope("CS.lg,stat.ml  cs.LG、cs.NA cat:hep-th cmp-lg") == (
        "cs.LG",
        "stat.ML",
        "math.NA",
        "hep-th",
        "cs.CL",
    )
    assert parse_scope("all") is parse_scope("全部") is parse_scope("不限") is None
    assert parse_scope("cs.LG cs stat.ML cs.CL") == ("cs", "stat.ML")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Computer Science", ("cs",)),
        ("計算機科學", ("cs",)),
        ("Quantum  Physics, nlp", ("quant-ph", "cs.CL")),
        ("machine learning", ("cs.LG", "stat.ML")),
        ("统计 math", ("stat", "math")),
    ],
)
def test_fields_have_names_too(text, ids):
    assert parse_scope(text) == ids


def test_a_field_that_is_nearly_one_is_proposed():
    with pytest.raises(InputError) as raised:
        parse_scope("cs stat.MLL")
    assert (raised.value.code, raised.value.fields["near"]) == ("chat.misspelt_scope", "stat.ML")
    assert code_of(parse_scope, "cs.LGG") == "chat.misspelt_scope"
    assert code_of(parse_scope, "biology") == "chat.bad_scope"


@pytest.mark.parametrize(
    ("names", "language"),
    [("zh 简体 簡體中文 中文 Chinese", "zh"), ("ZH_hant 繁體 繁体中文 正體", "zh-Hant"), ("en English 英文", "en")],
)
def test_a_language_has_many_names(names, language):
    assert {parse_language(name) for name in names.split(" ")} == {language}


@pytest.mark.parametrize(
    ("names", "channels"),
    [
        ("telegram TG 聊天 電報", {"telegram"}),
        ("Mail e-mail 邮件 郵箱", {"email"}),
        ("both 两者 兩者都要 telegram+mail 聊天和邮件 mail,chat", {"telegram", "email"}),
    ],
)
def test_channels_have_many_names(names, channels):
    assert [parse_channels(name) for name in names.split(" ")] == [channels] * len(names.split(" "))


@pytest.mark.parametrize("text", ["fax", "telegram fax", "and", "+"])
def test_what_is_no_channel_is_refused(text):
    assert code_of(parse_channels, text) == "chat.bad_channels"
