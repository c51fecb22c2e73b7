"""The mail: whole in Gmail, safe, and honest about what it left out."""

from html.parser import HTMLParser
from importlib import resources

import pytest

from digests.phrases import load_phrases
from digests.rendering.email import MAX_HTML_BYTES, render_mail
from digests.summaries.summary import Card
from tests.builders import make_paper
from tests.rendering.samples import SAMPLES, build_sample, summarize


class Elements(HTMLParser):
    """Every element, and the text that a reader sees."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.hrefs, self.text = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.hrefs += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.text += data


def make_day(count, words=120):
    abstract = " ".join(f"Sentence {n} about a world model." for n in range(words // 6))
    papers = [make_paper(id=f"2604.{n:05}", title=f"World Model Number {n}", abstract=abstract) for n in range(count)]
    cards = [Card(paper, summarize(paper, abstract="世界模型的一句话。" * 40)) for paper in papers]
    return build_sample(*cards, keywords=("world model",), max_full=count)


@pytest.mark.parametrize("folder", [f.name for f in (resources.files("templates") / "email").iterdir() if f.is_dir()])
def test_every_mail_has_its_three_files(folder):
    names = {file.name for file in (resources.files("templates") / "email" / folder).iterdir()}
    assert names >= {"subject.txt", "body.txt", "body.html"}


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_subject_is_one_line_with_words(sample):
    subject = render_mail(*SAMPLES[sample]).subject
    assert subject.splitlines() == [subject]
    assert len(subject) < 120


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_element_is_ours(sample):
    ours = "html head meta title style body div p h1 h2 h3 a b br span sub sup"
    assert set(Elements(render_mail(*SAMPLES[sample]).html).tags) <= set(ours.split())


def test_a_hostile_paper_adds_no_link():
    hrefs = Elements(render_mail(*SAMPLES["hostile"]).html).hrefs
    assert {href.split("2604.90009")[0] for href in hrefs} == {
        "https://arxiv.org/abs/",
        "https://arxiv.org/pdf/",
        "https://arxiv.org/html/",
    }


@pytest.mark.parametrize("count", [45, 400])
def test_a_big_day_stays_below_the_clip_and_says_what_is_missing(count):
    digest, cards = make_day(count)
    html = render_mail(digest, cards).html
    assert MAX_HTML_BYTES / 2 < len(html.encode()) <= MAX_HTML_BYTES
    seen = Elements(html)
    assert load_phrases("zh")("digest.shortened") in seen.text
    listed = {href for href in seen.hrefs if "/abs/" in href}
    left_out = load_phrases("zh")("digest.left_out", count=count - len(listed))
    assert (left_out in seen.text) == (len(listed) < count)


def test_a_small_day_is_not_shortened():
    digest, cards = make_day(10)
    assert load_phrases("zh")("digest.shortened") not in render_mail(digest, cards).html


def test_the_text_has_every_paper_and_the_whole_abstract():
    digest, cards = make_day(60)
    text = render_mail(digest, cards).text
    assert [text.count(card.paper.abs_url) for card in cards.values()] == [1] * 60
    assert text.count("世界模型的一句话。" * 40) == 60


def test_a_long_abstract_ends_with_a_sentence_and_a_link():
    paper = make_paper(abstract="A world model. " * 200)
    html = render_mail(*build_sample(Card(paper, summarize(paper, abstract="世界模型的一句话。" * 200)))).html
    assert "世界模型的一句话。" * 77 + " <a" in html
    assert "世界模型的一句话。" * 78 not in html


def test_both_abstracts_of_a_doubtful_paper_are_named():
    mail = render_mail(*SAMPLES["doubtful"])
    for text in (mail.text, Elements(mail.html).text):
        assert text.index("中文摘要") < text.index("我们为折叠") < text.index("英文摘要") < text.index("We learn")
    assert "中文摘要" not in render_mail(*SAMPLES["normal"]).html


def test_leaving_is_offered_at_the_top_and_at_the_bottom():
    links = {"leave_url": "https://a.example/leave?t=1&u=2", "settings_url": "https://a.example/settings"}
    mail = render_mail(*SAMPLES["normal"], **links)
    assert Elements(mail.html).hrefs.count(links["leave_url"]) == 2
    assert links["settings_url"] in Elements(mail.html).hrefs
    assert links["leave_url"] in mail.text


def test_without_addresses_nothing_is_offered():
    mail = render_mail(*SAMPLES["normal"])
    assert load_phrases("zh")("digest.leave") not in mail.html
    assert render_mail(*SAMPLES["normal"], leave_mailto="mailto:leave@a.example").html.count("mailto:leave") == 1


def test_dark_mode_and_basics_both_survive_the_inliner():
    html = render_mail(*SAMPLES["normal"]).html
    assert "@media (prefers-color-scheme: dark)" in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert 'class="sheet" style="' in html


def test_arxiv_is_thanked_in_its_own_words():
    mail = render_mail(*SAMPLES["nothing"])
    for text in (mail.text, mail.html):
        assert "Thank you to arXiv for use of its open access interoperability." in text


def test_a_formula_has_real_scripts():
    assert "n<sup" in render_mail(*SAMPLES["normal"]).html
