"""Traditional Chinese: words and characters change, nothing else does."""

import re
import string
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.chinese import to_traditional
from digests.keywords.language import parse
from digests.phrases import load_phrases
from digests.rendering.templates import load_source


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("软件支持多线程，模型里的头发与发现", "軟體支持多執行緒，模型裡的頭髮與發現"),
        ("损失函数的参数、激活与全局最优", "損失函數的參數、激活與全局最優"),
        ("人工智能从大数据和数据库里学", "人工智慧從大數據和資料庫裡學"),
        ("可编程芯片上的视频通话", "可程式化晶片上的視訊通話"),
        ("送达渠道与灌溉渠道", "送達管道與灌溉渠道"),
        ("成本是 $5，网络是 $10", "成本是 $5，網路是 $10"),
    ],
)
def test_words_and_characters_are_those_of_taiwan(simplified, traditional):
    assert to_traditional(simplified) == traditional


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("推导出该领域内存在的歧义", "推導出該領域內存在的歧義"),
        ("比真实时间快，也是实时的", "比真實時間快，也是即時的"),
        ("几秒内核实操作数据集", "幾秒內核實操作資料集"),
        ("对比特征与量子比特", "對比特徵與量子位元"),
        ("计算机制与计算机视觉", "計算機制與電腦視覺"),
        ("过程序列、位置信息、文字符号", "過程序列、位置資訊、文字符號"),
    ],
)
def test_a_word_is_not_found_where_two_others_meet(simplified, traditional):
    assert to_traditional(simplified) == traditional


@pytest.mark.parametrize(
    "kept",
    [
        r"$\text{软件}_1$",
        r"\(x_{训练}\)",
        r"\[y_{测试}\]",
        "https://a.example/网络?q=软件",
        "<code>/add 扩散策略 OR diffusion</code>",
        "{关键词}",
        "Schrödinger β",
    ],
)
def test_what_is_no_running_text_stays(kept):
    assert to_traditional(f"网络 {kept}，网络") == f"網路 {kept}，網路"


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_ascii_is_never_touched(text):
    assert to_traditional(text) == text


@given(st.text("网络软件后面 $\\{}<code>/https://x_^()[]", max_size=40))
def test_any_text_keeps_its_ascii(text):
    def kept(text):
        return re.sub(r"[^\x00-\x7f]", "", text)

    assert kept(to_traditional(text)) == kept(text)


def test_every_sentence_is_there_and_still_has_its_names_to_fill_in():
    def names(sentence):
        return [(name, form) for _, name, form, _ in string.Formatter().parse(sentence) if name]

    for section, simplified in tomllib.loads(load_source("phrases/zh.toml")).items():
        traditional = load_phrases("zh-Hant").section(section)
        assert {key: names(text) for key, text in traditional.items()} == {k: names(t) for k, t in simplified.items()}


def test_the_chat_speaks_traditional_chinese_and_its_examples_can_still_be_copied():
    phrases = load_phrases("zh-Hant")
    assert phrases("digest.no_match", batch="").endswith("沒有一篇命中你的關鍵詞。")
    assert "<code>/timezone 倫敦</code>" in phrases("chat.help")
    assert "<code>/add 擴散策略 OR" in phrases("chat.test_only_chinese")
    assert parse("擴散策略").canonical == parse("扩散策略").canonical
