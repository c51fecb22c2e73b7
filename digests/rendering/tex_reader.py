"""LaTeX source → runs of readable text. Reads anything, never raises, and works in linear time."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from digests.rendering import macros

_MATH_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|.", re.DOTALL)
_TEXT_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}~\\]|[^{}~\\]+", re.DOTALL)
#: Braces deeper than this are dropped, their content stays: nobody writes so, but somebody may send it.
_MAX_DEPTH = 12
_FRACTIONS = frozenset({"frac", "tfrac", "dfrac", "nicefrac"})


@dataclass(frozen=True, slots=True)
class Run:
    """Text on one level: `script` is empty, `_` (subscript) or `^` (superscript)."""

    text: str
    script: str = ""


def plain(runs: Iterable[Run]) -> str:
    """One line of Unicode: small letters where they exist, else `R_max` and `x^(a+b)`."""
    return "".join(run.text if not run.script else _small(run) for run in runs)


def _small(run: Run) -> str:
    small = [macros.SMALL.get(run.script + char, "") for char in run.text]
    if all(small):
        return "".join(small)
    if run.script == "^" and len(run.text) == 1 and not run.text.isalnum():
        return run.text
    return run.script + (run.text if run.text.isalnum() or len(run.text) == 1 else f"({run.text})")


class TexReader:
    """One pass over one piece of source, either all mathematics or all text."""

    def __init__(self, tex: str, *, is_math: bool) -> None:
        self._tokens: list[str] = (_MATH_TOKEN if is_math else _TEXT_TOKEN).findall(tex)
        self._place = 0
        self._is_math = is_math

    def read(self) -> list[Run]:
        runs: list[Run] = []
        while self._place < len(self._tokens):
            runs += self._read_group(depth=0)
        return runs

    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self._place += 1
        return token

    def _read_group(self, depth: int) -> list[Run]:
        """Up to the closing brace, which is taken, or the end."""
        runs: list[Run] = []
        while (token := self._take()) not in {"", "}"}:
            self._add(runs, self._read_token(token, depth))
        return runs

    def _add(self, runs: list[Run], more: list[Run]) -> None:
        r"""The words of `2\log n` and `\log\log n` are kept apart."""
        if runs and more and self._is_math and _is_word(more[0]):
            last = runs[-1].text[-1:]
            runs += [Run(" ")] * (last.isalnum() or last == ")")
        runs += [run for run in more if run.text]

    def _read_token(self, taken: str, depth: int) -> list[Run]:
        if taken == "{":
            return self._read_group(depth + 1) if depth < _MAX_DEPTH else []
        if taken.startswith("\\") and len(taken) > 1:
            return self._read_macro(taken[1:].rstrip("*"), depth)
        if not self._is_math:
            return [Run(" " if taken == "~" else taken)]
        if taken in "^_":
            script = self._read_plain(depth)
            return [Run("°")] if taken + script == "^∘" else [Run(script, taken)]
        return [Run({"-": "−", "'": "′", "~": " ", "&": " "}.get(taken, taken))]

    def _read_argument(self, depth: int) -> list[Run]:
        self._skip_blanks()
        if self._peek() in {"", "}"} or depth >= _MAX_DEPTH:
            return []
        return self._read_token(self._take(), depth + 1)

    def _read_macro(self, name: str, depth: int) -> list[Run]:
        if name in macros.SPACES:
            return [Run(" ")]
        if name in macros.SILENT:
            if name in {"left", "right"} and self._peek() == ".":
                self._place += 1
            return []
        if name in macros.DROPPED:
            self._read_argument(depth)
            return []
        if name in macros.STYLES:
            return self._read_styled(name, depth)
        return self._read_built(name, depth) or self._read_symbol(name)

    def _read_styled(self, name: str, depth: int) -> list[Run]:
        runs = self._read_argument(depth)
        if name == "textcolor":
            runs = self._read_argument(depth)
        if name == "mathbb":
            return [Run(macros.double_strike(plain(runs)))]
        if self._is_math and name in macros.UPRIGHT:
            return [Run(run.text.replace("−", "-"), run.script) for run in runs]
        return runs

    def _read_built(self, name: str, depth: int) -> list[Run]:
        """What is built from its arguments: accents, fractions, roots, links."""
        if macros.find_mark(name):
            return [Run(macros.mark(name, self._read_plain(depth)))]
        if macros.is_accent(name) and not self._is_math:
            letter = plain(self._read_argument(depth))
            return [Run(macros.accent(name, letter[:1]) + letter[1:])]
        if name in _FRACTIONS:
            return [Run(f"{self._read_operand(depth)}/{self._read_operand(depth)}")]
        return self._read_named(name, depth)

    def _read_named(self, name: str, depth: int) -> list[Run]:
        match name:
            case "sqrt":
                radicand = self._read_plain(depth)
                return [Run(f"√{radicand}" if len(radicand) == 1 else f"√({radicand})")]
            case "binom":
                return [Run(f"C({self._read_plain(depth)}, {self._read_plain(depth)})")]
            case "textsuperscript" | "textsubscript":
                return [Run(self._read_plain(depth), "^" if name == "textsuperscript" else "_")]
            case "footnote":
                return [Run(" ("), *self._read_argument(depth), Run(")")]
            case "href":
                self._read_argument(depth)
                return self._read_argument(depth)
        return []

    def _read_plain(self, depth: int) -> str:
        return plain(self._read_argument(depth)).strip()

    def _read_operand(self, depth: int) -> str:
        operand = self._read_plain(depth)
        return operand if operand.isalnum() else f"({operand})"

    def _read_symbol(self, name: str) -> list[Run]:
        symbol = macros.find_symbol(name)
        if symbol is None:
            # An unknown command keeps its argument; without one its name is all the reader can have.
            return [] if self._peek() == "{" and not self._is_empty_group() else [Run(name)]
        following = "".join(self._tokens[self._place : self._place + 2]).lstrip()
        if symbol.isalpha() and (self._is_math or symbol < "\u0250") and following[:1].isalpha():
            self._skip_blanks()
        return [Run(symbol)]

    def _is_empty_group(self) -> bool:
        return self._tokens[self._place : self._place + 2] == ["{", "}"]

    def _skip_blanks(self) -> None:
        while self._peek().isspace():
            self._place += 1
        if self._peek()[:1].isspace():
            self._tokens[self._place] = self._peek().lstrip()


def _is_word(run: Run) -> bool:
    return not run.script and len(run.text) > 1 and run.text.isalpha()
