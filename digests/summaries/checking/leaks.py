"""What is not the paper's text: the model's own talk, refusals, markup, our marks, and a text that runs in circles."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from digests.summaries.checking.case import Case
from digests.summaries.checking.sentences import split_chinese, split_english
from digests.summaries.faults import Fault
from digests.summaries.wording.source import CJK

#: What a model says about its work (2602.10623: 这段文字描述了). Each was checked against what papers say of texts.
_TALK: Final = (
    r"(?:这|该|上述)段(?:文字|文本|话|摘要)(?:主要)?(?:描述|介绍|讲|说|讨论|阐述|总结|概括|提出|展示)",
    r"以[下上]是[^,，。]{0,12}(?:翻译|译文|摘要|总结|内容|中文|JSON)|(?:译文|翻译|摘要|总结)如下",
    r"作为(?:一个|一名)?(?:AI|人工智能|大?语言模型|翻译){1,2}(?:助手|模型)?[,，]|我(?:无法|不能)(?:提供|完成|协助|翻译|满足)",
    r"请在此处|(?<![\u4e00-\u9fff])注[:：]|译者?注|原文(?:如下|未提供|未给出|未提及)|〔[^〕]{0,80}〕",
    r"希望(?:这|以上|对你|对您)(?:[^,，。]{0,8}(?:帮助|有用|翻译|译文))|如(?:果您|果你|您)有(?:任何|其他)|您的(?:请求|要求)",
    r"\A(?:好的|当然|没问题)[,，。!！:：]|\A(?:译文|翻译|标题|摘要|中文)[:：]",
    r"[Aa]s an AI|[Hh]ere(?:'s| is) (?:the|a|your) (?:translation|summary|JSON)|I can(?:no|')t (?:assist|help)",
    r"Hope this|[Ll]et me know if",
)
# What somebody sells, and the English of papers that may write of it.
_CONTACT: Final = re.compile(r"微信|公众号|扫码|扫描(?:下方|上方)?二维码|QQ|关注我们|\bWeChat|\b[Ff]ollow us\b")
_OF_CONTACTS: Final = re.compile(
    r"WeChat|Weixin|Tencent|\bQ-?Q|\bQR\b|social|messag|official account|spam|phish|scam", re.IGNORECASE
)
_OFFER: Final = re.compile(
    r"优惠|领取|免费(?:试用|咨询|下载)|点击(?:链接|下方|此处)"
    r"|\b(?:promo code|coupon|discount code|click here|subscribe (?:now|to (?:our|my)))\b",
    re.IGNORECASE,
)
_OF_OFFERS: Final = re.compile(
    r"coupon|discount|promot|preferential|incentiv|advert|market|commerc|subsid|retail|benefit|claim|receiv|collect|favou?r|tariff|pric"
    r"|free (?:trial|access)|download|click|phish|scam|fraud",
    re.IGNORECASE,
)
_META: Final = re.compile("|".join(_TALK), re.MULTILINE)
_REFUSAL: Final = re.compile(
    r"\A\W{0,3}(?:很?抱歉|对不起|不好意思|我(?:无法|不能)|Sorry|I(?:'m| am) sorry|I can(?:no|')t)", re.IGNORECASE
)
_FIELDS: Final = "title|tldr|abstract|points|problem|method|result|meaning"
_LABELS: Final = "标题|摘要|译文|中文|翻译|一句话|要点|问题|方法|结果|意义"
_MARKS: Final = (
    r"```|~~~|^\s{0,8}#{1,4} |\*\*|__(?=\w)|\]\(\s?http",
    r"</?[A-Za-z][\w-]{0,40}(?:\s[a-z-]{1,20}=[^<>]{0,80})?\s?/?>|&(?:lt|gt|amp|nbsp|quot);|paper-[0-9a-f]{4,}",
    rf"[\"“](?:{_FIELDS})[\"”]\s?[:：]|[【\[](?:{_FIELDS})[】\]]|【(?:{_LABELS})】",
    r"\"\s?[}\]]|[{]\s?\"|\\n|\\\"",
)
_MARKUP: Final = re.compile("|".join(_MARKS), re.MULTILINE)
_SPAN: Final = 12
# Twice in a row is enough for Chinese words, three times for anything: `GPT-4, GPT-4` may be a list.
_ECHO: Final = re.compile(r"(.{12,60}?)\1")
_STUTTER: Final = re.compile(r"(.{6,60}?)\1\1")
_MIN_CHINESE: Final = 9
_MIN_SENTENCE: Final = 12
_REPEATED: Final = 2
_WORDS: Final = re.compile(r"[a-z]{3,}")


def find_talk(case: Case) -> Iterator[Fault]:
    for text in case.fields.values():
        if _REFUSAL.search(text) and not _REFUSAL.search(case.source.abstract.text):
            yield Fault("refused", text[:20])
        found = [*(match[0] for match in _META.finditer(text)), *_find_adverts(text, case.known)]
        yield from (Fault("meta", talk) for talk in found if talk not in case.known and not _is_hope(talk, case))


def _find_adverts(text: str, known: str) -> Iterator[str]:
    for ours, theirs in ((_CONTACT, _OF_CONTACTS), (_OFFER, _OF_OFFERS)):
        if not theirs.search(known):
            yield from (match[0] for match in ours.finditer(text))


def _is_hope(talk: str, case: Case) -> bool:
    """`We hope this helps the community` is the paper's."""
    return talk.startswith("希望") and re.search(r"\bhop(?:e|es|ing|efully)\b", case.english, re.IGNORECASE) is not None


def find_markup(case: Case) -> Iterator[Fault]:
    # Without the quantity signs of the source: `p <q and r> 0` is no tag.
    found = (match[0] for text in case.fields.values() for match in _MARKUP.finditer(text))
    yield from (Fault("markup", text.strip()) for text in found if text not in case.known)


def find_loops(case: Case) -> Iterator[Fault]:
    """The same twelve characters three times, or the same sentence twice, where the English says nothing so often."""
    allowed = max(_REPEATED, _count_repeats(case.english))
    for text in case.fields.values():
        if echo := _find_echo(text):
            yield Fault("loop", echo[:_SPAN])
            continue
        spans = Counter(text[place : place + _SPAN] for place in range(len(text) - _SPAN + 1))
        often = [span for span, count in spans.items() if count > allowed and len(CJK.findall(span)) >= _MIN_CHINESE]
        sentences = Counter(sentence for sentence in split_chinese(text) if len(sentence) >= _MIN_SENTENCE)
        twice = [sentence for sentence, count in sentences.items() if count > 1]
        if (often or twice) and not _has_twice(case.english):
            yield Fault("loop", (often or twice)[0][:_SPAN])


def _find_echo(text: str) -> str:
    twice = next((m[1] for m in _ECHO.finditer(text) if len(CJK.findall(m[1])) >= _MIN_CHINESE), "")
    thrice = _STUTTER.search(text)
    return twice or (thrice[1] if thrice and any(c.isalpha() for c in thrice[1]) else "")


def _count_repeats(english: str) -> int:
    """How often the paper itself says the same three words."""
    words = _WORDS.findall(english.lower())
    return max(Counter(zip(words, words[1:], words[2:], strict=False)).values(), default=0)


def _has_twice(english: str) -> bool:
    sentences = split_english(english)
    return len(set(sentences)) < len(sentences)
