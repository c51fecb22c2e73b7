"""docs/keywords.md as examples that can be run. What is none of the known forms is an error, so that nothing escapes.

A table is known by its headings, a fenced block is `/add …` with the chat's answer, and every other piece of code is
something that the text mentions. A cell of texts holds papers with `<br>` between; a field is named before its code.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.keyword_examples import Code, Example, Hit, Limits, Refusal, Same, Split

ROOT: Final = Path(__file__).parents[1]

_LANGUAGES: Final = {"中文": "zh", "English": "en"}
_ROLES: Final = {
    **dict.fromkeys(["写法", "Typed"], "query"),
    **dict.fromkeys(["命中", "Matches"], "hits"),
    **dict.fromkeys(["不命中", "Does not match"], "misses"),
    **dict.fromkeys(["意思相同", "Means the same"], "same"),
    **dict.fromkeys(["意思不同", "Means something else"], "different"),
    **dict.fromkeys(["一条消息", "One message"], "message"),
    **dict.fromkeys(["分成", "Becomes"], "keywords"),
    **dict.fromkeys(["数目", "Number"], "number"),
    **dict.fromkeys(["想看", "说明", "限度", "Looking for", "Note", "Limit"], "note"),
}
_FIELDS: Final = {
    **dict.fromkeys(["", "摘要", "abstract"], "abstract"),
    **dict.fromkeys(["标题", "title"], "title"),
    **dict.fromkeys(["备注", "comments"], "comments"),
    **dict.fromkeys(["作者", "authors"], "authors"),
    **dict.fromkeys(["分类", "categories"], "categories"),
    **dict.fromkeys(["编号", "id"], "id"),
    **dict.fromkeys(["译文", "translation"], "chinese"),
}
_VERDICTS: Final = {"hits", "misses", "same", "different"}
_NOTHING: Final = {"", "—"}
_BLOCKS: Final = {"paragraph_open", "paragraph_close", "list_item_open", "list_item_close", "hr"} | {
    f"{name}_{end}" for name in ("bullet_list", "ordered_list", "heading") for end in ("open", "close")
}


def read_document(path: Path) -> list[Example]:
    return read_examples(path.read_text("utf-8"))


def read_examples(text: str, headings: Mapping[str, str] = _ROLES) -> list[Example]:
    """Raises ValueError for what it does not know."""
    return list(_Reader(text, headings).read())


class _Reader:
    def __init__(self, text: str, headings: Mapping[str, str]) -> None:
        self._tokens = MarkdownIt("commonmark").enable("table").parse(text)
        self._headings = headings
        self._language = ""

    def read(self) -> Iterator[Example]:
        tokens = iter(self._tokens)
        for token in tokens:
            if token.type == "heading_open" and token.tag == "h2":
                self._language = _LANGUAGES[next(tokens).content]
            elif token.type == "table_open":
                yield from self._read_table(_take_rows(tokens))
            elif token.type == "fence":
                yield self._read_refusal(token)
            elif token.type == "inline":
                yield from self._read_mentioned(token)
            elif token.type not in _BLOCKS:
                raise _refuse(token)

    def _read_refusal(self, token: Token) -> Refusal:
        typed, _, answer = token.content.removesuffix("\n").partition("\n")
        if not typed.startswith("/add ") or not answer:
            raise _refuse(token)
        return Refusal(self._language, typed.removeprefix("/add "), answer)

    def _read_mentioned(self, cell: Token) -> Iterator[Code]:
        for part in cell.children or ():
            if part.type == "html_inline" or (part.type == "code_inline" and not self._language):
                raise _refuse(cell)
            if part.type == "code_inline":
                yield Code(self._language, part.content)

    def _read_table(self, rows: Sequence[Sequence[Token]]) -> Iterator[Example]:
        head, *body = rows
        roles = [self._headings.get(cell.content) for cell in head]
        if "number" in roles:
            yield Limits(self._language, tuple(int(row[roles.index("number")].content.rstrip("%")) for row in body))
        for row in body:
            examples = self._read_row(list(zip(roles, row, strict=True)))
            if not examples and "number" not in roles:
                raise _refuse(row[0])
            yield from examples

    def _read_row(self, cells: Sequence[tuple[str | None, Token]]) -> list[Example]:
        row = dict(cells)
        return [example for role, cell in cells for example in self._read_cell(role, cell, row)]

    def _read_cell(self, role: str | None, cell: Token, row: Mapping[str | None, Token]) -> list[Example]:
        match role:
            case "note":
                return list(self._read_mentioned(cell))
            case "hits" | "misses":
                queries = _read_codes(row["query"])
                papers = _read_papers(cell)
                return [Hit(self._language, query, paper, role == "hits") for query in queries for paper in papers]
            case "same" | "different":
                (query,) = _read_codes(row["query"])
                return [Same(self._language, query, other, role == "same") for other in _read_codes(cell)]
            case "message":
                (message,) = _read_codes(cell)
                return [Split(self._language, message, tuple(_read_codes(row["keywords"])))]
            case "query" if _VERDICTS.isdisjoint(row):
                raise _refuse(cell)
            case "query" | "keywords" | "number":
                return []
            case _:
                raise _refuse(cell)


def _take_rows(tokens: Iterator[Token]) -> list[list[Token]]:
    rows: list[list[Token]] = []
    for token in tokens:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(token)
    return rows


def _read_codes(cell: Token) -> list[str]:
    """A cell of keywords, with `<br>` between."""
    pieces = [piece for line in _split_lines(cell) for piece in line]
    if any(label for label, _ in pieces):
        raise _refuse(cell)
    return [code for _, code in pieces]


def _read_papers(cell: Token) -> list[tuple[tuple[str, str], ...]]:
    papers = []
    for line in _split_lines(cell):
        if any(label not in _FIELDS for label, _ in line):
            raise _refuse(cell)
        fields = tuple((_FIELDS[label], code) for label, code in line)
        if len(dict(fields)) < len(fields):
            raise _refuse(cell)
        papers.append(fields)
    return papers


def _split_lines(cell: Token) -> Iterator[list[tuple[str, str]]]:
    """For each line of a cell its pieces of code, each with what stands before it."""
    line: list[tuple[str, str]] = []
    label = ""
    for part in cell.children or ():
        if part.type == "code_inline":
            line.append((label, part.content))
            label = ""
        elif part.type == "text":
            label += part.content.strip(" ，,")
        elif part.content == "<br>" and line and not label:
            yield line
            line = []
        else:
            raise _refuse(cell)
    if line and not label:
        yield line
    elif line or label not in _NOTHING:
        raise _refuse(cell)


def _refuse(token: Token) -> ValueError:
    return ValueError(f"cannot be run: {token.type} {token.content}")
