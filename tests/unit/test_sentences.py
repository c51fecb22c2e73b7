"""Texts are cut where a reader would cut them."""

import pytest

from digests.summaries.checking.sentences import split_chinese, split_english


@pytest.mark.parametrize(
    "sentences",
    [
        ["We present it.", "It works!", "Does it?", "Yes."],
        ["Some agents (e.g. Walkers) fail, i.e. They fall.", "Others do not."],
        ["Shown by Lee et al. Here it fails, cf. Fig. 3 and Sec. IV, vs. Eqs. (3) and (4).", "It is 3.14 on average."],
        ["J. Doe reads it.", "A text of B. Roe is next."],
        [
            "In Sect. 3 and Secs. 4, by Thm. 2, Prop. 5, Cor. 6, Lem. 7 and Def. 8 it holds w.r.t. the rest.",
            "So does Eqn. 9.",
        ],
        ["It beats PRIL-M.", "It runs on Qwen3-4B.", "Overall it is good."],
        ["For every $k$.", "$n$ is bounded by ⟦1⟧.", "⟦2⟧ has the code."],
        ['He said "stop."', "Then he went.", "(This is a note.)", "The end."],
        ["It is small... but fast.", "We go on…"],
        ["Rewards are sparse;", "policies are not."],
        ["Three steps: 1. Look at it, 2. Leave it.", "Done."],
        ["The rate fell by 12%.", "90% of it stayed."],
    ],
)
def test_english_sentences_are_told_apart(sentences):
    assert split_english(" ".join(sentences)) == sentences


def test_a_blank_that_somebody_forgot_is_no_reason_to_read_on():
    assert split_english("We release the data.We also share code of v2.0.") == [
        "We release the data.",
        "We also share code of v2.0.",
    ]


@pytest.mark.parametrize(
    "sentences",
    [
        ["我们提出甲方法。", "它有效！", "真的吗？", "是的。"],
        ["准确率为 3.14%，见图 3。", "代码见：⟦1⟧。", "⟦2⟧ 有界。"],
        ["“先想一想。”", "然后再走。"],
        ["奖励稀疏；", "策略并不稀疏。"],
        ["一致性（答案是否一致？）与依据（是否有据？）都重要。", "完。"],
        ["半角标点也行;", "是吗?", "是的。"],
        ["它由 e.g. 走者组成……其余不变。", "完。"],
        ["它有两步: 1. 先看，2. 再走。", "完。"],
    ],
)
def test_chinese_sentences_are_told_apart(sentences):
    assert split_chinese("".join(sentences)) == sentences


def test_blanks_and_line_ends_between_sentences_are_of_no_sentence():
    assert split_chinese("第一句。 第二句。\n第三句") == ["第一句。", "第二句。", "第三句"]
    assert split_english(" One.  Two.\nThree ") == ["One.", "Two.", "Three"]


@pytest.mark.parametrize("split", [split_english, split_chinese])
@pytest.mark.parametrize(("text", "sentences"), [("", []), ("  ", []), ("⟦1⟧", ["⟦1⟧"]), ("...", ["..."])])
def test_what_is_no_sentence_is_no_fault(split, text, sentences):
    assert split(text) == sentences
