"""Is it Chinese, simplified, and all of it?"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from opencc import OpenCC

from digests.summaries.checking.case import COMMON, Case
from digests.summaries.faults import Fault
from digests.summaries.wording.masking import PLACEHOLDER
from digests.summaries.wording.source import CJK

# Names have a capital or a digit and stay as they are: only what is plainly English counts against Chinese.
_ENGLISH: Final = re.compile(r"(?<![A-Za-z0-9])[a-z]+(?![A-Za-z0-9])")
# A name may begin with a capital too, but three such words in a row are a sentence or a title.
_ORDINARY: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]?[a-z]+(?![A-Za-z0-9])")
_STRAY_RUN: Final = re.compile(r"(?<![A-Za-z0-9@./-])(?:[a-z][a-z'’-]*,? ){2}[a-z][a-z'’-]*(?![\w@/-])")
_STRAY: Final = re.compile(r"(?<![\w@./\\-])[a-z]{4,}(?![\w@/-])", re.ASCII)
# Beside its Chinese the English of a term is a help: 数据配方(data recipe), and a prompt is quoted as it is.
_BESIDE: Final = re.compile(r"[(（][^()（）]{0,90}[)）]|“[^”]{0,90}”|\"[^\"]{0,90}\"|‘[^’]{0,90}’|「[^」]{0,90}」")
_OTHER: Final = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff\u0e00-\u0e7f\ufffd]+")
# Words of other languages that are none of English: `de novo` alone is no French. Good English summaries may do
# without `the` and `of` (one of 138 from huggingface.co has 4% such words), so these are not asked for.
_FOREIGN: Final = frozenset({
    "les", "des", "une", "est", "dans", "pour", "avec", "sur", "aux", "ses", "qui", "et", "le", "la", "de", "du", "un",
    "en", "der", "das", "und", "ist", "mit", "für", "ein", "eine", "von", "zu", "dem", "nicht", "el", "los", "las",
    "una", "para", "por", "que", "il", "della", "di", "che", "uma", "não",
})  # fmt: skip
_WORD: Final = re.compile(r"[^\W\d_]+")
_MIN_FOREIGN: Final = 2
_MIN_CHINESE_SHARE: Final = 0.55
_MAX_NAME_WORDS: Final = 2
#: Distinct words besides the terms that Chinese papers leave in English.
_MAX_STRAY: Final = 5
_LEFT: Final = frozenset({
    "rollout", "rollouts", "token", "tokens", "transformer", "actor", "critic", "prompt", "batch", "softmax", "logit",
    "logits", "bandit", "dropout", "pass", "shot", "policy", "backbone", "embedding",
})  # fmt: skip


def find_language_faults(case: Case) -> Iterator[Fault]:
    if not case.is_chinese:
        yield from (
            Fault("not_english", name) for name, text in case.fields.items() if not _is_in_english(_plain(text))
        )
        return
    text = _plain(case.abstract)
    chinese, english = len(CJK.findall(text)), sum(map(len, _ENGLISH.findall(text)))
    # Of nothing but a formula there is nothing to translate.
    has_words = any(map(str.isalpha, text)) or CJK.search(case.english)
    if has_words and chinese <= _MIN_CHINESE_SHARE * (chinese + english):
        yield Fault("not_chinese")
    yield from (Fault("not_chinese", name) for name, text in case.short_fields() if _is_english(name, _plain(text)))
    # A title may be one name, a sentence may not: "HACKED".
    tldr = _plain(case.fields.get("tldr", ""))
    if any(map(str.isalpha, tldr)) and not CJK.search(tldr):
        yield Fault("not_chinese", "tldr")


def find_stray_english(case: Case) -> Iterator[Fault]:
    """Words that were left in the middle of the Chinese."""
    if not case.is_chinese:
        return
    for text in case.fields.values():
        plain = _BESIDE.sub(" ", _plain(text))
        if run := _STRAY_RUN.search(plain):
            yield Fault("english", run[0])
        else:
            stray = dict.fromkeys(word for word in _STRAY.findall(plain) if word not in _LEFT)
            if len(stray) > _MAX_STRAY:
                yield Fault("english", " ".join([*stray][:3]))


def find_script_faults(case: Case) -> Iterator[Fault]:
    """Traditional characters, and letters of other languages that the paper itself does not have."""
    if not case.is_chinese:
        return
    traditional = "".join(c for c in _find_traditional(case.chinese) if c not in case.known)
    other = [found for found in _OTHER.findall(case.chinese) if found not in case.known]
    yield from (
        Fault("script", found[:10]) for found in dict.fromkeys([*([traditional] if traditional else []), *other])
    )


def _find_traditional(text: str) -> Iterator[str]:
    simplified = _to_simplified().convert(text)
    # A phrase may change its length; then where it is does not matter.
    pairs = (
        zip(text, simplified, strict=False)
        if len(simplified) == len(text)
        else ((c, _to_simplified().convert(c)) for c in text)
    )
    yield from dict.fromkeys(ours for ours, theirs in pairs if ours != theirs)


def _is_english(name: str, text: str) -> bool:
    """A title may have many names in little Chinese, or be one name; a sentence has more Chinese than English."""
    chinese, english = len(CJK.findall(text)), len(_ORDINARY.findall(text))
    return english > _MAX_NAME_WORDS and chinese < (1 if name == "title" else english)


def _is_in_english(text: str) -> bool:
    words = [word.lower() for word in _WORD.findall(text)]
    foreign = [word for word in words if word in _FOREIGN]
    is_foreign = len(set(foreign)) >= _MIN_FOREIGN and len(foreign) > sum(word in COMMON for word in words)
    return not is_foreign and len(CJK.findall(text)) <= len(_ORDINARY.findall(text))


def _plain(text: str) -> str:
    return PLACEHOLDER.sub(" ", text)


@cache
def _to_simplified() -> OpenCC:
    # Read when first asked for: most processes never need it.
    return OpenCC("t2s")
