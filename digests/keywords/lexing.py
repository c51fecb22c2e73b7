"""Typed text → tokens. Which signs are operators, and which only stand in the text (keywords.md §1)."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from digests.keywords.match import Field
from digests.keywords.source import Source
from digests.keywords.words import HAN, is_in_capitals, read_words

LATIN_OPERATORS: Final = frozenset({"AND", "OR", "NOT"})
CHINESE_OPERATORS: Final = frozenset({"并且", "且", "或者", "或", "不含", "非"})
FIELDS: Final = frozenset(field.value for field in Field if field is not Field.CHINESE)


class Kind(Enum):
    TEXT = auto()
    QUOTED = auto()
    FIELD = auto()
    NEAR = auto()
    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is a field's name or the digits after `~`; places are in Source.text."""

    kind: Kind
    start: int
    end: int
    text: str = ""


_SIGNS: Final = {
    "(": Kind.OPEN,
    ")": Kind.CLOSE,
    **dict.fromkeys(["AND", "&", "&&", "且", "并且"], Kind.AND),
    **dict.fromkeys(["OR", "|", "||", "或", "或者"], Kind.OR),
    **dict.fromkeys(["NOT", "-", "!", "非", "不含"], Kind.NOT),
}

# Alternatives in order. A backslash takes the character behind it along: `Schr\"odinger`, `Mu\~noz`.
_TOKEN: Final = re.compile(
    rf"""
      (?P<blank>\s+)
    | (?P<sign>
        [()]
      | (?<![^\s()":{HAN}])(?:AND|OR|NOT)(?![^\s()"{HAN}])
      | (?<![{HAN}])(?:并且|且|或者|或|不含|非)(?![{HAN}])
      | (?<![^\s()])(?:&&?|\|\|?)(?![^\s()])
      | (?<![^\s()])[-!](?=["(\\$\w*])
      )
    | (?P<quoted>"(?:\\.|[^"\\])*")
    | (?P<unclosed>")
    | (?P<bar>\|\|?)
    | (?P<field>[^\W\d_{HAN}][^\W{HAN}]*|[{HAN}]+):(?P<after>\s|$)?
    | ~(?P<near>[0-9]+(?![^\W{HAN}])|(?![^\s()"]))
    | (?P<text>\\[ -~]|[^\W{HAN}]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_WRITTEN: Final = re.compile(r"[\w'+#*-]*")


def read_tokens(source: Source) -> list[Token]:
    """Raises QueryRefused for an open quote and an unknown field."""
    tokens: list[Token] = []
    for found in _TOKEN.finditer(source.text):
        token = _read_token(found, tokens, source)
        if token is None:
            continue
        if token.kind is Kind.TEXT and _is_glued(tokens, token.start):
            tokens[-1] = Token(Kind.TEXT, tokens[-1].start, token.end)
        else:
            tokens.append(token)
    return [token for token in tokens if token.kind is not Kind.TEXT or _says_something(source, token)]


def _read_token(found: re.Match[str], before: list[Token], source: Source) -> Token | None:
    (start, end), kind = found.span(), Kind.TEXT
    match found.lastgroup:
        case "blank":
            return None
        case "unclosed":
            raise source.refuse("open_quote", start)
        case "field" | "after" if not _is_glued(before, start) and not _is_pasted_id(before, start):
            return _read_field(found, source)
        case "near" if _can_be_near(before, start):
            return Token(Kind.NEAR, start, end, found["near"])
        case "sign" if not _is_word(found, before):
            kind = _SIGNS[found["sign"]]
        case "quoted":
            kind = Kind.QUOTED
        case "bar" if _parts_acronyms(source.text, start, end):
            kind = Kind.OR
    return Token(kind, start, end)


def _read_field(found: re.Match[str], source: Source) -> Token:
    """`Dreamer: learning` is punctuation, `foo:bar` is a mistake."""
    start, end = found.start(), found.end("field") + 1
    if found["field"].lower() in FIELDS:
        return Token(Kind.FIELD, start, end, found["field"].lower())
    if found["after"] is None:
        raise source.refuse("unknown_field", start, field=found["field"])
    return Token(Kind.TEXT, start, end)


def _is_pasted_id(before: list[Token], start: int) -> bool:
    """`id:arXiv:2604.07411` and `id:https://arxiv.org/abs/2604.07411` are what people have in their clipboard."""
    return bool(before) and before[-1].text == Field.ID and before[-1].end == start


def _is_word(sign: re.Match[str], before: list[Token]) -> bool:
    """`ti:NOT` is a field and an operator, `10:OR` is text."""
    return sign.string[sign.start() - 1] == ":" and sign["sign"] in LATIN_OPERATORS and _is_glued(before, sign.start())


def _parts_acronyms(text: str, start: int, end: int) -> bool:
    """`RLHF|GRPO` and `"a"| "b"` are two; `p(a|b)` is not."""
    before, after = text[:start].rstrip(), text[end:].lstrip()
    return (before.endswith(('"', ")")) or is_in_capitals(_cut_word(before[::-1])[::-1])) and (
        after.startswith(('"', "(")) or is_in_capitals(_cut_word(after))
    )


def _cut_word(text: str) -> str:
    found = _WRITTEN.match(text)
    return found[0] if found else ""


def _is_glued(before: list[Token], start: int) -> bool:
    return bool(before) and before[-1].kind is Kind.TEXT and before[-1].end == start


def _can_be_near(before: list[Token], start: int) -> bool:
    kinds = {Kind.TEXT, Kind.QUOTED, Kind.CLOSE, Kind.NEAR}
    return bool(before) and before[-1].kind in kinds and before[-1].end == start


def _says_something(source: Source, token: Token) -> bool:
    """Punctuation between words is nothing; a star is a prefix or a mistake."""
    text = source.text[token.start : token.end]
    return "*" in text or bool(read_words(text))
