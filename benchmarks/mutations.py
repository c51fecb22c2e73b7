"""One fault put into a good translation, each of the kinds that models make."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from random import Random
from typing import Final

from judged_pairs import Pair
from opencc import OpenCC

from digests.summaries.checking.sentences import split_chinese
from digests.summaries.wording.glossary import load_glossary

# A number that stands alone: no part of a name, of a placeholder or of a formula.
_NUMBER: Final = re.compile(r"(?<![A-Za-z0-9_.⟦$,-])\d+(?:[.,]\d+)*(?![A-Za-z0-9_⟧$-])", re.ASCII)
_UNITS: Final = {
    "%": "", "％": "", "倍": "%", "×": "%", "万": "亿", "亿": "万", "小时": "分钟", "分钟": "小时", "毫秒": "秒",
    "千米": "米", "公里": "米", "厘米": "米", "毫米": "厘米", " ms": " s", " km": " m", " kg": " g",
    " GB": " MB", " MB": " GB",
}  # fmt: skip
_UNIT: Final = re.compile(rf"(?<=\d)(?:{'|'.join(map(re.escape, _UNITS))})")
_NAME: Final = re.compile(r"(?<![A-Za-z0-9-])[A-Z][A-Za-z0-9]*(?:[A-Z][A-Za-z0-9]+|[a-z]+[0-9]+)(?![A-Za-z0-9-])")
_WORDS_FOR_NAMES: Final = ("星河", "灯塔", "女孩", "清晰", "超新星", "桥梁")
_FORMULA: Final = re.compile(r"\$[^$⟦⟧]+\$")
_PLACEHOLDER: Final = re.compile(r"⟦\d+⟧")
_ENDINGS: Final = "。！？.!?"
_OPPOSITES: Final = {
    "提高": "降低", "降低": "提高", "提升": "降低", "减少": "增加", "增加": "减少", "优于": "不如", "下降": "上升",
    "上升": "下降", "更高": "更低", "更低": "更高", "高于": "低于", "低于": "高于", "多于": "少于", "成功": "失败",
    "有效": "无效", "无需": "需要", "不需要": "需要", "不依赖": "依赖", "不会": "会", "不能": "能", "没有": "有",
    "能够": "不能", "可以": "不能", "仍": "不再",
}  # fmt: skip
_OPPOSITE: Final = re.compile("|".join(sorted(_OPPOSITES, key=len, reverse=True)))
_LEAKS: Final = (
    '", "tldr": "{}',
    "```json\n{}",
    "【摘要】{}",
    "<abstract>{}</abstract>",
    "以下是译文：{}",
    "{}（注：以上为机器翻译，仅供参考。）",
    "{} Hope this translation helps you.",
    "作为一个人工智能语言模型，我的译文如下：{}",
    '{}{{"title": "", "points": {{}}}}',
)
#: Written for this table: what models append of themselves.
_GENERIC: Final = (
    "该方法在多种实际应用场景中展现出广阔的前景。",
    "未来的工作将沿着这一方向继续探索。",
    "这一研究对推动该领域的发展具有重要意义。",
    "大量实验充分证明了所提方法的优越性。",
    "这使模型在面对复杂环境时更加稳健可靠。",
    "此外，该框架可以方便地扩展到其他任务。",
    "总之，本文为相关研究提供了新的思路。",
    "通过这种方式，研究人员可以更好地理解模型的行为。",
    "值得注意的是，上述结论在不同规模的数据上都成立。",
    "用户研究表明，参与者普遍更喜欢我们的结果。",
    "该系统已经在实际产品中部署，服务大量用户。",
    "理论分析进一步保证了算法的收敛性。",
)
_MIN_SENTENCE_CHARS: Final = 8
_LOOP_CHARS: Final = 14
_LOOP_TIMES: Final = 4
_TRADITIONAL: Final = OpenCC("s2t")


def _change_digit(pair: Pair, chance: Random) -> str | None:
    def change(number: str) -> str:
        place = chance.choice([place for place, char in enumerate(number) if char.isdigit()])
        # No zero: a number would lose its first digit.
        other = chance.choice([digit for digit in "123456789" if digit != number[place]])
        return number[:place] + other + number[place + 1 :]

    return _change_one(_NUMBER, pair.abstract, chance, change)


def _delete_number(pair: Pair, chance: Random) -> str | None:
    return _change_one(_NUMBER, pair.abstract, chance, lambda _: "")


def _change_unit(pair: Pair, chance: Random) -> str | None:
    return _change_one(_UNIT, pair.abstract, chance, lambda unit: _UNITS[unit])


def _translate_name(pair: Pair, chance: Random) -> str | None:
    """Wherever it stands, as who translates a name does."""
    names = _list_names(pair)
    if not names:
        return None
    return pair.abstract.replace(chance.choice(names), chance.choice(_WORDS_FOR_NAMES))


def _misspell_name(pair: Pair, chance: Random) -> str | None:
    def misspell(name: str) -> str:
        place = chance.randrange(len(name))
        return name[:place] + chance.choice("aeiou") + name[place:]

    names = _list_names(pair)
    if not names:
        return None
    name = chance.choice(names)
    return pair.abstract.replace(name, misspell(name), 1)


def _list_names(pair: Pair) -> list[str]:
    """Those of the English that the Chinese keeps; LLM and RAG have Chinese of their own.

    Sorted, as a set has another order in every run. Where a listing page had a link, a text says `this https URL`.
    """
    kept = set(_NAME.findall(pair.abstract)) & set(_NAME.findall(pair.source.abstract.text)) - {"URL"}
    return sorted(name for name in kept if not any(term.is_called(name) for term in load_glossary().terms))


def _break_formula(pair: Pair, chance: Random) -> str | None:
    """A dollar lost, both lost, or one character of the formula another."""
    breaks: tuple[Callable[[str], str], ...] = (
        lambda formula: formula[:-1],
        lambda formula: formula.strip("$"),
        lambda formula: f"{formula[:-2]}{'m' if formula[-2] == 'n' else 'n'}$",
    )
    return _change_one(_FORMULA, pair.abstract, chance, chance.choice(breaks))


def _break_placeholder(pair: Pair, chance: Random) -> str | None:
    breaks: tuple[Callable[[str], str], ...] = (
        lambda _: "",
        lambda placeholder: placeholder * 2,
        lambda placeholder: f"⟦{int(placeholder[1:-1]) + 7}⟧",
    )
    return _change_one(_PLACEHOLDER, pair.abstract, chance, chance.choice(breaks))


def _truncate(pair: Pair, chance: Random) -> str | None:
    """In the middle of a sentence, with two fifths of the text or more still there."""
    text = pair.abstract
    stops = [n for n in range(len(text) * 2 // 5, len(text) - 5) if text[n].isalnum() and text[n - 1] not in _ENDINGS]
    return text[: chance.choice(stops)] if stops else None


def _leak(pair: Pair, chance: Random) -> str | None:
    return chance.choice(_LEAKS).format(pair.abstract)


def _drop_sentence(pair: Pair, chance: Random) -> str | None:
    sentences = split_chinese(pair.abstract)
    if len(sentences) < 3:
        return None
    dropped = chance.choice([n for n, sentence in enumerate(sentences) if len(sentence) >= _MIN_SENTENCE_CHARS])
    return "".join(sentences[:dropped] + sentences[dropped + 1 :])


def _add_sentence(pair: Pair, chance: Random) -> str | None:
    sentences = split_chinese(pair.abstract)
    sentences.insert(chance.randint(1, len(sentences)), chance.choice(_GENERIC))
    return "".join(sentences)


def _say_opposite(pair: Pair, chance: Random) -> str | None:
    return _change_one(_OPPOSITE, pair.abstract, chance, lambda word: _OPPOSITES[word])


def _mistranslate_term(pair: Pair, chance: Random) -> str | None:
    """One that the glossary forbids, for one that it asks for."""
    english = f"{pair.source.title.text}\n{pair.source.abstract.text}"
    terms = [
        (term.rendering, wrong)
        for term in load_glossary().terms
        if term.is_in(english) and term.rendering in pair.abstract
        for wrong in term.forbidden
        if wrong not in pair.abstract
    ]
    return pair.abstract.replace(*chance.choice(terms)) if terms else None


def _loop(pair: Pair, chance: Random) -> str | None:
    start = chance.randrange(max(1, len(pair.abstract) - _LOOP_CHARS))
    stop = start + _LOOP_CHARS
    return pair.abstract[:stop] + pair.abstract[start:stop] * (_LOOP_TIMES - 1) + pair.abstract[stop:]


def _write_traditional(pair: Pair, chance: Random) -> str | None:
    """One sentence of it."""
    sentence = chance.choice(split_chinese(pair.abstract))
    return pair.abstract.replace(sentence, _TRADITIONAL.convert(sentence))


def _change_one(pattern: re.Pattern[str], text: str, chance: Random, change: Callable[[str], str]) -> str | None:
    found = list(pattern.finditer(text))
    if not found:
        return None
    match = chance.choice(found)
    return text[: match.start()] + change(match[0]) + text[match.end() :]


#: By their names in the table.
MUTATIONS: Final[Mapping[str, Callable[[Pair, Random], str | None]]] = {
    "digit": _change_digit,
    "number deleted": _delete_number,
    "unit": _change_unit,
    "name translated": _translate_name,
    "name misspelt": _misspell_name,
    "$": _break_formula,
    "placeholder": _break_placeholder,
    "truncated": _truncate,
    "leak": _leak,
    "loop": _loop,
    "traditional": _write_traditional,
    "forbidden term": _mistranslate_term,
    "negation": _say_opposite,
    "sentence dropped": _drop_sentence,
    "sentence added": _add_sentence,
}


def mutate(pair: Pair, kind: str, rounds: int, seed: int) -> Iterator[Pair]:
    """Up to `rounds` different ones; none where the text has nothing of the kind."""
    tries = (MUTATIONS[kind](pair, Random(f"{seed} {kind} {pair.id} {n}")) for n in range(3 * rounds))
    changed = dict.fromkeys(text for text in tries if text is not None and text != pair.abstract)
    return (replace(pair, abstract=text) for text in islice(changed, rounds))
