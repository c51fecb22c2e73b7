"""Queries of every kind, made from the words of papers and then bent a little, so that many nearly match."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

from digests.errors import QueryRefused
from digests.keywords.language import Query, parse
from digests.keywords.words import read_words
from digests.papers.paper import Paper
from digests.papers.taxonomy import all_archives, all_categories

#: Invented; some are traditional, some read as an operator.
CHINESE = [
    "扩散策略",
    "强化学习",
    "強化學習",
    "機器人",
    "机器人抓取",
    "大语言模型",
    "非线性",
    "一种",
    "方法",
    "或者",
    "且",
    "图",
    "RAG",
]
CONNECTORS = [" AND ", " OR ", " NOT ", " & ", " | ", " -", " 且 ", " 或 ", " 不含 "]


def make_chinese(rng: Random) -> str:
    """Title, line break, abstract."""
    return "\n".join("".join(rng.choices(CHINESE, k=rng.randint(2, 8))) for _ in range(2))


def make_queries(rng: Random, papers: Sequence[Paper]) -> Iterator[Query]:
    """Without end; what the language refuses is left out."""
    maker = _Maker(rng, papers)
    while True:
        try:
            yield parse(maker.make())
        except QueryRefused:
            continue


class _Maker:
    def __init__(self, rng: Random, papers: Sequence[Paper]) -> None:
        self._rng = rng
        self._papers = papers
        self._kinds: list[tuple[Callable[[Paper], str], int]] = [
            (self._cut_words, 8),
            (self._cut_raw, 3),
            (self._quote, 3),
            (self._cut_prefix, 3),
            (self._name_field, 4),
            (self._near, 4),
            (self._name_author, 3),
            (self._name_label, 2),
            (self._write_chinese, 1),
        ]

    def make(self) -> str:
        """One term, or several of one paper joined."""
        paper = self._rng.choice(self._papers)
        parts = [self._make_term(paper)]
        while self._rng.random() < 0.45 and len(parts) < 5:
            parts.append(self._make_term(paper))
        if len(parts) > 2 and self._rng.random() < 0.5:
            parts = [f"({self._join(parts[:2])})", *parts[2:]]
        return self._join(parts)

    def _join(self, parts: Sequence[str]) -> str:
        return parts[0] + "".join(self._rng.choice(CONNECTORS) + part for part in parts[1:])

    def _make_term(self, paper: Paper) -> str:
        kinds, weights = zip(*self._kinds, strict=True)
        (kind,) = self._rng.choices(kinds, weights)
        return str(kind(paper))

    def _cut(self, paper: Paper, most: int = 4) -> list[str]:
        """Words that stand side by side in the title or the abstract."""
        words = [word.cased for word in read_words(self._rng.choice([paper.title, paper.abstract]))] or ["word"]
        start, length = self._rng.randrange(len(words)), self._rng.randint(1, most)
        return words[start : start + length]

    def _cut_words(self, paper: Paper) -> str:
        return " ".join(self._bend(self._cut(paper)))

    def _cut_raw(self, paper: Paper) -> str:
        """As the author wrote them, LaTeX, hyphens and commas included."""
        pieces = self._rng.choice([paper.title, paper.abstract]).split(" ")
        start = self._rng.randrange(len(pieces))
        return " ".join(pieces[start : start + self._rng.randint(1, 3)])

    def _quote(self, paper: Paper) -> str:
        return f'"{self._cut_words(paper)}"'

    def _cut_prefix(self, paper: Paper) -> str:
        words = self._cut(paper, most=3)
        place = self._rng.randrange(len(words))
        words[place] = words[place][: self._rng.randint(3, 8)] + "*"
        text = " ".join(words)
        return f'"{text}"' if self._rng.random() < 0.3 else text

    def _name_field(self, paper: Paper) -> str:
        inner = self._rng.choice([self._cut_words, self._quote, self._cut_prefix])
        field = self._rng.choice(["ti", "abs", "co"])
        if field == "co" and (words := paper.comments.split()):
            return f'co:"{" ".join(words[:2])}"'
        return f"{field}:({inner(paper)} OR {inner(paper)})" if self._rng.random() < 0.3 else f"{field}:{inner(paper)}"

    def _near(self, paper: Paper) -> str:
        words = self._cut(paper, most=10)
        chosen = self._rng.sample(words, min(len(words), self._rng.randint(2, 4)))
        if self._rng.random() < 0.2:
            chosen += [f"{chosen[0][:4]}*", chosen[0]]
        text = " ".join(chosen)
        text = f'"{text}"' if self._rng.random() < 0.3 else text
        return f"{self._rng.choice(['', 'ti:', 'abs:'])}{text}~{self._rng.randint(1, 8)}"

    def _name_author(self, paper: Paper) -> str:
        parts = self._rng.choice(paper.authors or ("Ann Example",)).split()
        given, family = parts[:-1], parts[-1]
        shape = self._rng.randrange(6)
        if shape == 0:
            return f"au:{family}"
        if shape == 1 and given:
            return f'au:"{family}, {" ".join(given)}"'
        if shape == 2 and given:
            return f'au:"{given[0][0]}. {family}"'
        if shape == 3:
            return f"au:{family[:4]}*"
        if shape == 4:
            return f'au:"{given[0] if given else family}"'
        return f'au:"{" ".join([*given[:1], family])}"'

    def _name_label(self, paper: Paper) -> str:
        shape = self._rng.randrange(5)
        if shape == 0:
            return f"id:{paper.id}{self._rng.choice(['', 'v2'])}"
        if shape == 1:
            return f"cat:{self._rng.choice(all_archives())}"
        if shape == 2:
            return f"{self._rng.choice(['cat', 'pri'])}:{self._rng.choice(all_categories())}"
        category = self._rng.choice(paper.categories or ("cs.LG",))
        return f"{self._rng.choice(['cat', 'pri'])}:{self._rng.choice([category, category.lower(), category[:2]])}"

    def _write_chinese(self, _: Paper) -> str:
        text = "".join(self._rng.choices(CHINESE, k=self._rng.randint(1, 3)))
        cut = text[self._rng.randint(0, 2) :] or text
        return self._rng.choice(["{}", '"{}"', "ti:{}", "abs:{}", "{}~3"]).format(cut)

    def _bend(self, words: list[str]) -> list[str]:
        """Half of them as they are."""
        place = self._rng.randrange(len(words))
        word = words[place]
        bent = {
            0: [*words[:place], word.upper(), *words[place + 1 :]],
            1: [*words[:place], word.lower(), *words[place + 1 :]],
            2: [*words[:place], word + "s", *words[place + 1 :]],
            3: [*words[:place], word.removesuffix("s"), *words[place + 1 :]],
            4: words[::-1],
            5: words[:place] + words[place + 1 :],
            6: [*words[:place], word.replace("z", "s").replace("or", "our"), *words[place + 1 :]],
            7: [*words[:place], word[:-1] or word, *words[place + 1 :]],
        }
        return bent.get(self._rng.randrange(16)) or words
