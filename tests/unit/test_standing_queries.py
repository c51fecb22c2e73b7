"""What all readers ask for meets a batch once, whoever asks first."""

import pytest

from digests.keywords.language import parse
from digests.keywords.matcher import Matcher
from digests.keywords.standing import StandingQueries
from digests.papers.paper import ArxivId
from tests.builders import make_paper

PAPERS = [
    make_paper(id=ArxivId("2601.00001"), title="A world model", abstract="for robots"),
    make_paper(id=ArxivId("2601.00002"), title="Robots", abstract="A model of the world"),
]


class Readers:
    """What they hold, and how often it was asked for."""

    def __init__(self, *stored: str) -> None:
        self.stored = list(stored)
        self.times = 0

    def __call__(self) -> list[str]:
        self.times += 1
        return self.stored


def ids(found):
    return {canonical: [match.paper_id for match in matches] for canonical, matches in found.items()}


def test_it_finds_what_the_matcher_finds_with_the_same_reasons():
    queries = [parse(text) for text in ("world model", "robot", "model NOT robot", "world robot~9", "zebra")]
    standing = StandingQueries(Readers(*(query.canonical for query in queries)))
    assert standing.match(queries, PAPERS, {}) == Matcher(queries).match(PAPERS)


def test_one_meeting_serves_all_tasks():
    readers = Readers("robot", "world model")
    standing = StandingQueries(readers)
    standing.match([parse("robot")], PAPERS, {})
    assert ids(standing.match([parse("world model")], list(PAPERS), {})) == {"world model": ["2601.00001"]}
    assert readers.times == 1


def test_a_keyword_that_was_added_meanwhile_is_found():
    standing = StandingQueries(Readers("robot"))
    standing.match([parse("robot")], PAPERS, {})
    assert ids(standing.match([parse("world")], PAPERS, {})) == {"world": ["2601.00001", "2601.00002"]}


def test_another_batch_sees_what_was_added_and_removed():
    readers = Readers("robot", "world")
    standing = StandingQueries(readers)
    standing.match([parse("robot")], PAPERS, {})
    readers.stored = ["robot", "model", "模型"]
    found = standing.match([parse("model"), parse("robot")], PAPERS[:1], {})
    assert ids(found) == {"model": ["2601.00001"], "robot": ["2601.00001"]}


def test_a_chinese_keyword_sees_what_was_translated_meanwhile():
    query = parse("世界模型")
    standing = StandingQueries(Readers(query.canonical))
    assert standing.match([query], PAPERS, {}) == {}
    chinese = {ArxivId("2601.00001"): "一种世界模型\n用于机器人"}
    assert ids(standing.match([query], PAPERS, chinese)) == {query.canonical: ["2601.00001"]}


def test_a_paper_whose_words_changed_is_matched_again():
    standing = StandingQueries(Readers("robot"))
    standing.match([parse("robot")], PAPERS, {})
    changed = [make_paper(id=ArxivId("2601.00001"), title="Arms", abstract="for hands"), PAPERS[1]]
    assert ids(standing.match([parse("robot")], changed, {})) == {"robot": ["2601.00002"]}


def test_what_this_version_cannot_read_is_left_out():
    standing = StandingQueries(Readers("robot", "NOT (", "cat:zz.ZZ"))
    assert ids(standing.match([parse("robot")], PAPERS, {})) == {"robot": ["2601.00001", "2601.00002"]}


def test_what_reaches_a_reader_is_found_without_the_reasons():
    standing = StandingQueries(Readers("robot"))
    assert standing.find([parse("robot"), parse("zebra"), parse("world model")], PAPERS, {}) == {
        "robot": 0b11,
        "world model": 0b01,
    }


def test_a_build_that_is_cut_off_is_begun_again():
    class CutOff(Exception):
        pass

    class Interrupted:
        def __init__(self) -> None:
            self.times = 0

        def __call__(self):
            self.times += 1
            yield "robot"
            if self.times == 1:
                raise CutOff
            yield "world"

    standing = StandingQueries(Interrupted())
    with pytest.raises(CutOff):
        standing.find([parse("robot")], PAPERS, {})
    assert standing.find([parse("robot"), parse("world")], PAPERS, {}) == {"robot": 0b11, "world": 0b11}


def test_of_two_stored_forms_of_one_query_one_may_go():
    readers = Readers("policies", "policy", "robot")
    standing = StandingQueries(readers)
    paper = [make_paper(title="A policy", abstract="")]
    assert standing.find([parse("policy")], paper, {}) == {"policy": 1}
    readers.stored = ["policy", "robot"]
    assert standing.find([parse("policy")], [make_paper(title="Another policy", abstract="")], {}) == {"policy": 1}
