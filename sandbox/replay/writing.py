"""Words of invented papers, from words.toml."""

import tomllib
from functools import cache
from importlib import resources
from random import Random
from typing import Any, Final

from digests.papers.paper import Kind
from sandbox.sample import SamplePaper

_MANY_AUTHORS: Final = 120
_LICENCES: Final = (
    "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
    "http://creativecommons.org/licenses/by/4.0/",
)


@cache
def _load_words() -> dict[str, Any]:
    return tomllib.loads((resources.files("sandbox.replay") / "words.toml").read_text("utf-8"))


class Writer:
    def __init__(self, random: Random) -> None:
        self._random = random
        self._words = _load_words()

    @property
    def categories(self) -> list[str]:
        return sorted({category for topic in self._words["topics"] for category in topic["categories"]})

    def write(self, paper_id: str, place: int, *, version: int = 1) -> SamplePaper:
        """A new paper. Topics take turns: a day of a dozen has every archive. `place` says what is odd about it."""
        topics = self._words["topics"]
        topic = topics[place % len(topics)]
        thing, method = self._random.choice(topic["things"]), self._random.choice(topic["methods"])
        name = "".join(self._random.sample(self._words["syllables"], 3)).title()
        adjective = self._random.choice(self._words["adjectives"])
        first, *others = topic["categories"]
        noun = method.removeprefix("a ").removeprefix("an ").title()
        return SamplePaper(
            id=paper_id,
            version=version,
            kind=Kind.NEW,
            title=rf"{name}: {adjective} {noun} for {_capital(thing)} with $\alpha = {place + 1}$",
            authors=self._invent_authors(place),
            affiliations=("Institute of Invented Results",) if place % 10 == 4 else (),
            categories=(first, *others[: self._random.randrange(len(others) + 1)]),
            comments=f"{10 + place % 30} pages, {place % 9} figures" if place % 3 else "",
            doi=f"10.5555/sandbox.{paper_id}" if place % 13 == 6 else "",
            licence=_LICENCES[place % 2],
            has_html=place % 8 != 7,
            abstract=self._write_abstract(name, thing, method),
        )

    def revise(self, paper: SamplePaper, version: int) -> dict[str, Any]:
        """What a new version changes."""
        comments = f"v{version}: a mistake in Table {version} corrected"
        return {"comments": comments, "abstract": f"{paper.abstract} This is version {version}."}

    def _invent_authors(self, place: int) -> tuple[str, ...]:
        count = _MANY_AUTHORS if place == 7 else 1 + self._random.randrange(6)
        people = range(len(self._words["given"]) * len(self._words["family"]))
        names = [self._name(number) for number in self._random.sample(people, count)]
        if place % 10 == 4:
            names[0] += " (1)"
        return tuple(names)

    def _name(self, number: int) -> str:
        given, family = divmod(number, len(self._words["family"]))
        return f"{self._words['given'][given]} {self._words['family'][family]}"

    def _write_abstract(self, name: str, thing: str, method: str) -> str:
        numbers = {"low": self._random.randrange(20, 60), "high": self._random.randrange(61, 95)}
        sizes = {"few": self._random.randrange(3, 12), "count": self._random.randrange(20, 900), "small": 2}
        parts = [self._random.choice(self._words[part]) for part in ("openings", "middles", "endings")]
        words = {"thing": _capital(thing), "name": name, "method": method, "slug": name.lower()}
        return " ".join(parts).format(**words, **numbers, **sizes)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
