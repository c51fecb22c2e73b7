"""digests/summaries/wording/glossary_examples.tsv, which stands beside the glossary for who edits both."""

from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class Example:
    """`is_other`: here the word means something else, and nothing may be found."""

    term: str
    english: str
    chinese: str
    is_other: bool = False


def load_examples() -> list[Example]:
    """A sentence or more for each term, and some in which its word means something else."""
    text = (resources.files("digests.summaries.wording") / "glossary_examples.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [Example(term.lstrip("!"), english, chinese, term.startswith("!")) for term, english, chinese in rows]
