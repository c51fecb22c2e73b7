"""A message as the tree from which the page builds elements."""

import pytest

from sandbox.page.nodes import build_nodes
from sandbox.telegram_html import parse_html


def read(html: str):
    return build_nodes(*parse_html(html))


def flatten(nodes) -> str:
    return "".join(node if isinstance(node, str) else flatten(node["children"]) for node in nodes)


def test_tags_nest_as_they_were_sent():
    (quote,) = read("<blockquote expandable>摘要 <b>粗 <i>斜</i></b></blockquote>")
    assert quote["kind"] == "expandable_blockquote"
    text, bold = quote["children"]
    assert (text, bold["kind"], bold["children"][0], bold["children"][1]["kind"]) == ("摘要 ", "bold", "粗 ", "italic")


def test_places_are_counted_as_telegram_counts():
    first, bold, last = read("𝔸𝔹 <b>𝔻</b> 末")
    assert (first, bold["children"], last) == ("𝔸𝔹 ", ["𝔻"], " 末")


def test_markup_in_the_text_stays_text():
    assert read("&lt;script&gt;alert(1)&lt;/script&gt;") == ["<script>alert(1)</script>"]


def test_links_are_links_and_scripts_are_not():
    good, bad = read('<a href="https://arxiv.org/abs/1">a</a><a href="JavaScript:alert(1)">b</a>')
    assert good == {"kind": "text_link", "children": ["a"], "url": "https://arxiv.org/abs/1"}
    assert bad == {"kind": "text_link", "children": ["b"]}


def test_commands_in_the_text_can_be_tapped():
    nodes = read("发 /today，或 /add@bot；1/2 和 /add/x 不是，https://arxiv.org/list 也不是")
    commands = [flatten([node]) for node in nodes if isinstance(node, dict) and node["kind"] == "bot_command"]
    assert commands == ["/today", "/add"]


@pytest.mark.parametrize("tag", ["code", "pre"])
def test_an_example_is_left_as_it_is(tag: str):
    assert read(f"<{tag}>/add https://x.org</{tag}>") == [{"kind": tag, "children": ["/add https://x.org"]}]


def test_an_address_ends_before_the_punctuation():
    nodes = read("见 https://arxiv.org/abs/2611.90188。或（https://x.org/?a=1&amp;b=2）.")
    assert [node["url"] for node in nodes if isinstance(node, dict)] == [
        "https://arxiv.org/abs/2611.90188",
        "https://x.org/?a=1&b=2",
    ]


@pytest.mark.parametrize("html", ["", "<b>a</b>", "a <u>/b</u> c", "<b><i>x</i></b><i>y</i> z"])
def test_no_letter_is_lost(html: str):
    assert flatten(read(html)) == parse_html(html)[0]
