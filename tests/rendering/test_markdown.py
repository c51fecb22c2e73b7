"""The Markdown form, measured against the faults of what people get today."""

import json
import re

import pytest
from markdown_it import MarkdownIt

from digests.rendering.formats import render
from digests.rendering.latex import to_text
from digests.rendering.markdown import escape
from digests.summaries.summary import Card, SummaryState
from tests.rendering.samples import DRIVING, FOLDING, SAMPLES, build_sample, summarize


def render_sample(name):
    return render(*SAMPLES[name], "markdown")


def test_it_says_when_arxiv_announced_in_both_clocks():
    assert "2026-04-09 20:00 EDT (2026-04-10 08:00 UTC+8)" in render_sample("normal")
    assert "2026-04-10 08:15:02 (UTC+8)" in render_sample("normal")


def test_a_keyword_without_a_hit_has_a_section_that_says_so():
    assert "## 关键词：quantum\n\n这一批没有命中\n" in render_sample("normal")


def test_every_paper_stands_once_with_those_that_are_one_line_elsewhere():
    digest, cards = SAMPLES["normal"]
    text = render(digest, cards, "markdown")
    assert any(section.brief for section in digest.sections)
    assert [text.count(f"<{card.paper.abs_url}>") for card in cards.values()] == [1, 1, 1]
    assert len(re.findall("^### ", text, re.MULTILINE)) == digest.matched == 3


def test_subjects_are_names_and_ids():
    assert "分类：Robotics (cs.RO); Machine Learning (cs.LG)\n" in render_sample("normal")


def test_english_and_chinese_both_stand():
    text = render(*build_sample(Card(FOLDING, summarize(FOLDING))), "markdown")
    for words in (
        "Folding Cloth",
        "用世界模型折叠布料",
        "We learn a world model for folding",
        "我们为折叠任务学习世界模型",
    ):
        assert words in text


def test_authors_are_whole_and_no_command_is_left():
    text = render_sample("normal")
    assert "Erika Schrödinger, Bo Li, C. Three, D. Four, E. Five, F. Six, G. Seven" in text
    assert not re.search(r"\\[A-Za-z]", text)


def test_markup_of_others_reads_as_text():
    assert escape("1. *a* [b](c) <d> &amp; `e` a_b $f$ # g") == (
        r"1\. \*a\* \[b\](c) \<d\> &amp;amp; \`e\` a\_b \$f\$ \# g"
    )
    assert escape("- item\n# next") == r"\- item \# next"


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("at https://a.example/release_1.0.", r"at <https://a.example/release_1.0>."),
        ("(https://a.example/x_y), and", r"(<https://a.example/x_y>), and"),
        ("see [https://a.example/x](https://a.example/x)", r"see \[<https://a.example/x>\](<https://a.example/x>)"),
        ("https://a.example/wiki/A_(b)", "<https://a.example/wiki/A_(b)>"),
        ("代码见https://a.example/b_c。", "代码见<https://a.example/b_c>。"),
        ("https://a.example/f?usp=x&b=[1]", r"<https://a.example/f?usp=x&b=>\[1\]"),
        ("http://a.example/~me/*_b_*", r"<http://a.example/~me/*_b_>\*"),
        ("https:// and http_x", r"https:// and http\_x"),
    ],
)
def test_an_address_stays_an_address(text, markdown):
    assert escape(text) == markdown


def test_real_addresses_stay_whole(recorded):
    """Every abstract with an address, through a Markdown reader: each word is as it was, each link as written."""
    reader, seen = MarkdownIt(), 0
    for path in sorted((recorded / "listing").glob("*/*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            text = to_text(json.loads(line).get("summary") or "")
            if "http" not in text:
                continue
            seen += 1
            tokens = [token for block in reader.parse(escape(text)) for token in block.children or ()]
            assert "".join(token.content for token in tokens) == text
            links = [token.attrs["href"] for token in tokens if token.type == "link_open"]
            assert len(links) == len(re.findall(r"https?://\w", text))
            assert all(link in text for link in links)
    assert seen > 100


def test_json_has_what_a_program_needs():
    data = json.loads(render(*SAMPLES["normal"], "json"))
    papers = [paper for section in data["sections"] for paper in (*section["papers"], *section["brief"])]
    assert data["matched"] == len(papers) == 3
    assert data["announced_at"] == "2026-04-09T20:00:00-04:00"
    (driving,) = (paper for paper in papers if paper["id"] == DRIVING.id)
    assert (driving["title"], driving["cross_listed"]) == (DRIVING.title, True)
    assert driving["summary"]["title"] == "安全驾驶与泊车的智能体"


def test_every_format_says_that_a_summary_is_missing_or_doubtful():
    for form in ("html", "text", "markdown", "telegram", "json"):
        assert "暂无中文：模型拒绝翻译这一篇" in render(*SAMPLES["missing"], form)
        doubtful = render(*SAMPLES["doubtful"], form)
        assert re.search("译文未通过校验：原文的数字在译文里找不到[^；，]", doubtful)
        # Programs get every code.
        assert ("unheard" in doubtful) == (form == "json")


def test_a_fault_without_a_sentence_leaves_the_doubt():
    card = Card(FOLDING, summarize(FOLDING, state=SummaryState.DOUBTFUL, faults=("unheard_of",)))
    assert "\n> 译文未通过校验\n" in render(*build_sample(card), "markdown")
