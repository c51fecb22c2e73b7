"""Words that stand together: the phrases of a text, and which of them say something."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import Final

from digests.keywords.folding import fold_word
from digests.keywords.tree import Phrase, QueryWord, Shape
from digests.keywords.words import Word
from digests.past.proposing.passage import HYPHENS, Passage, Passages

_MAX_WORDS: Final = 3
# One more, to see which phrases are only parts.
_MAX_COUNTED_WORDS: Final = 4
# So many of the papers have it in the title.
_MIN_TITLES: Final = 2
_TITLES: Final = 0.02
# A phrase that mostly stands in the same longer one is part of that.
_PART: Final = 0.7

#: Folded words.
Gram = tuple[str, ...]


def count_grams(papers: Iterable[Sequence[Passage]]) -> Counter[Gram]:
    """Phrases of up to four words that say something → in how many papers each stands."""
    counts = Counter[Gram]()
    for passages in papers:
        counts.update({gram for passage in passages for run in passage.runs for gram in _list_grams(passage, run)})
    return counts


def count_topics(papers: Sequence[Passages], titled: float) -> dict[Gram, int]:
    """Phrases that the papers are about → in how many they stand; not `retrieval augmented` for its generation.

    titled  how often a phrase must be in the title, of the papers that have it at all
    """
    counts = count_grams(papers)
    titles = count_grams([passages[:1] for passages in papers])
    least = max(_MIN_TITLES, _TITLES * len(papers))
    topics = {gram: counts[gram] for gram, count in titles.items() if count >= max(least, titled * counts[gram])}
    frequent = ((gram, count) for gram, count in counts.items() if count >= _MIN_TITLES)
    parts = {part for gram, count in frequent for part in _list_parts(gram) if count >= _PART * counts[part]}
    whole = {gram: count for gram, count in topics.items() if len(gram) <= _MAX_WORDS and gram not in parts}
    return {gram: count for gram, count in whole.items() if not all(map(is_half, gram))}


def _list_grams(passage: Passage, run: Sequence[Word]) -> Iterator[Gram]:
    """Nothing torn out of `context-aware 3D scenes`, as `aware 3d` is."""
    words = [word.folded for word in run]
    # Behind each word.
    hyphens = [*(_is_hyphen(passage.text[one.end : other.start]) for one, other in pairwise(run)), False]
    begins = [can_begin(word) and not (place and hyphens[place - 1]) for place, word in enumerate(words)]
    ends = [can_end(word) and not hyphens[place] for place, word in enumerate(words)]
    for start in range(len(words)):
        if begins[start]:
            for end in range(start + 1, min(len(words), start + _MAX_COUNTED_WORDS) + 1):
                if ends[end - 1]:
                    yield tuple(words[start:end])


def _is_hyphen(gap: str) -> bool:
    """Also that of `pre- and post-training`."""
    return gap[:1] in HYPHENS or gap[-1:] in HYPHENS


def build_phrase(gram: Gram) -> Phrase:
    """As if it had been typed."""
    return Phrase(tuple(QueryWord(fold_word(word), Shape.FOLDED) for word in gram))


@lru_cache(maxsize=65_536)
def can_begin(word: str) -> bool:
    """Folded. It tells of the subject, so a phrase may begin with it."""
    return can_end(word) and word not in _stopwords()["heads"]


@lru_cache(maxsize=65_536)
def can_end(word: str) -> bool:
    """`model` too: `diffusion model`."""
    return word not in _stopwords()["idle"] and any(map(str.isalpha, word)) and len(word) > 1


def _list_parts(gram: Gram) -> Iterator[Gram]:
    for start in range(len(gram)):
        for end in range(start + 1, len(gram) + 1):
            if end - start < len(gram):
                yield gram[start:end]


def is_half(word: str) -> bool:
    """`multi`, `aware`: nothing alone, and nothing together, as `real time`."""
    return word in _stopwords()["halves"]


def is_grammar(word: str) -> bool:
    """`of`, `and`, `for`: names skip them."""
    return word in _stopwords()["grammar"]


@cache
def _stopwords() -> dict[str, frozenset[str]]:
    table = tomllib.loads((resources.files("digests.past.proposing") / "stopwords.toml").read_text("utf-8"))
    words = {name: frozenset(map(fold_word, text.split())) for name, text in table.items()}
    return words | {"idle": words["grammar"] | words["academic"]}
