"""The words that a model gets: the same for every paper, and another version where they change."""

import json
import re
from dataclasses import replace
from importlib import resources

import pytest

from digests.summaries.asking.answer import parse_answer
from digests.summaries.asking.prompt import build_prompt, build_question, build_repair, load_prompt
from digests.summaries.checking.fidelity import find_faults
from digests.summaries.draft import DRAFTS, Kind
from digests.summaries.faults import Fault
from digests.summaries.wording.glossary import load_glossary
from digests.summaries.wording.masking import Masked
from digests.summaries.wording.source import Source, build_source
from tests.builders import make_paper

FILES = sorted(resources.files("digests.summaries.asking").joinpath("prompts").iterdir(), key=lambda file: file.name)
PAPERS = [
    make_paper(title="One", abstract=r"We study $\alpha$."),
    make_paper(title="{tag} {abstract} {glossary}", abstract="{title} {0} {"),
]
# Of English and of Chinese, measured with the tokenizers of Qwen and DeepSeek.
ENGLISH_CHARS_PER_TOKEN, CHINESE_CHARS_PER_TOKEN = 5.1, 1.9
CACHED_FROM_TOKENS = 1024

kinds = pytest.mark.parametrize("kind", list(Kind))


def estimate_tokens(text: str) -> float:
    chinese = len(re.findall(r"[\u3000-\u9fff\uff00-\uffef]", text))
    return chinese / CHINESE_CHARS_PER_TOKEN + (len(text) - chinese) / ENGLISH_CHARS_PER_TOKEN


@pytest.mark.parametrize("file", [pytest.param(file, id=file.name) for file in FILES if file.name != "judge.lines.md"])
def test_every_prompt_has_its_name_and_version_in_its_first_line(file):
    first, _, text = file.read_text("utf-8").partition("\n")
    assert re.fullmatch(re.escape(file.name.removesuffix(".md")) + r" [1-9]\d*", first)
    assert text.strip()


@kinds
def test_the_prefix_is_the_same_for_all_papers_and_long_enough_to_be_cached(kind):
    first, second = (build_question(build_source(paper), kind).system for paper in PAPERS)
    repair = build_repair(build_source(PAPERS[0]), kind, "{}", [Fault("meta")]).system
    assert first.encode() == second.encode() == repair.encode() == load_prompt(kind).system.encode()
    assert estimate_tokens(first) > CACHED_FROM_TOKENS
    assert not re.search(r"20\d\d-\d\d|\{\w*\}", first)
    assert "json" in first


@pytest.mark.parametrize("kind", [Kind.FULL, Kind.BRIEF])
def test_who_writes_chinese_gets_the_whole_glossary(kind):
    glossary, prompt = load_glossary(), load_prompt(kind)
    assert str(glossary) in prompt.system
    assert prompt.version.endswith(f".{glossary.version}")


def test_the_version_changes_with_the_words_and_with_the_glossary():
    glossary = load_glossary()
    texts = ["full.zh 4\n{glossary}", "full.zh 5\n{glossary}!"]
    versions = [
        build_prompt(text, words).version for text in texts for words in (glossary, replace(glossary, version="0"))
    ]
    assert len(set(versions)) == len(versions)


@kinds
def test_the_example_is_an_answer_that_passes_every_check(kind):
    example = load_prompt(kind).system
    title, abstract = (re.search(rf"<{tag}>(.*?)</{tag}>", example)[1] for tag in ("title", "abstract"))
    answer = parse_answer(re.search(r"^\{.*\}$", example, re.MULTILINE)[0], DRAFTS[kind])
    source = Source(Masked(title, ()), Masked(abstract, ("$x$", "https://a.example")))
    assert [str(fault) for fault in find_faults(source, answer, load_glossary())] == []


def test_the_notes_of_the_example_have_the_promised_lengths():
    notes = json.loads(re.search(r"^\{.*\}$", load_prompt(Kind.NOTES).system, re.MULTILINE)[0])
    assert len(notes["tldr"].split()) <= 35
    assert all(len(point.split()) <= 15 for point in notes["points"].values())


@kinds
def test_on_the_lowest_rung_every_field_has_its_mark(kind):
    hint = build_question(build_source(PAPERS[0]), kind).plain_text_hint
    assert re.findall(r"^【(\w+)】$", hint, re.MULTILINE) == DRAFTS[kind].list_fields()


@kinds
def test_braces_in_a_paper_are_no_places_to_fill(kind):
    user = build_question(build_source(PAPERS[1]), kind, tag="0").user
    assert "<title>{tag} {abstract} {glossary}</title>\n<abstract>{title} {0} {</abstract>" in user


def test_who_writes_english_is_asked_in_english():
    question = build_repair(build_source(PAPERS[0]), Kind.NOTES, '{"a": "<b>"}', [Fault("number_lost", "46<%")])
    assert not re.search(r"[\u4e00-\u9fff]", question.system + question.user)
    assert '{"a": "&lt;b>"}' in question.user
    assert "46&lt;%" in question.user


@pytest.mark.parametrize(
    ("chars", "kind", "tokens"),
    [
        (1_400, Kind.FULL, 2000),
        (10_000, Kind.FULL, 6000),
        (20_000, Kind.FULL, 8000),
        (10_000, Kind.BRIEF, 600),
        (10_000, Kind.NOTES, 1000),
    ],
)
def test_the_room_for_the_answer_grows_with_the_paper(chars, kind, tokens):
    source = build_source(make_paper(title="", abstract="word " * (chars // 5)))
    question = build_question(source, kind)
    assert abs(question.max_tokens - tokens) < 5
    assert question.is_frugal is (kind is Kind.BRIEF)


def test_a_paper_in_chinese_has_room_to_be_copied():
    source = build_source(make_paper(title="", abstract="我们研究数据。" * 400))
    assert build_question(source, Kind.FULL).max_tokens > 2800
