"""A title or an abstract as arXiv has it, LaTeX left in → what a person reads, in HTML or in plain Unicode."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import escape

from digests.rendering.tex_reader import Run, TexReader, plain

#: Marks around words, which travel through the reader like letters; `clean` takes them out of everything else.
OPEN, CLOSE = "\ue000", "\ue001"

_ENVIRONMENT = r"(?:equation|align|gather|math|displaymath)\*?"
#: None of them may hold its own beginning, which also keeps a flood of openings linear.
_MATH = re.compile(
    rf"\\\((?:(?!\\\().)*?\\\)|\\\[(?:(?!\\\[).)*?\\\]|\\begin\{{{_ENVIRONMENT}\}}(?:(?!\\begin).)*?\\end\{{{_ENVIRONMENT}\}}",
    re.DOTALL,
)
_DOLLAR = re.compile(r"(?<!\\)\$\$?")
_ESCAPED = re.compile(r"\\[%&#$_]")
#: A tie stands after a word; anywhere else people mean "about", `~45%`, or somebody's home, `/~me/`.
_TILDE = re.compile(rf"(?<![\w.)}}\]\\{CLOSE}])~(?!\w*/)|(?<=/)~")
_SENTENCE_END = re.compile(r"[。！？；](?=.)|[.!?](?=\s)")
_CLOSING_QUOTE = re.compile(r"(?<!\\)(?:''|\")")
_DELIMITER = re.compile(r"^\\[(\[]|\\[)\]]$")
_BLANKS = re.compile(r"\s+")
_TAGS = {"_": "sub", "^": "sup"}


@dataclass(frozen=True, slots=True)
class Readable:
    """Text for a person. `str()` gives Unicode; Jinja takes the HTML by itself."""

    runs: tuple[Run, ...]

    def __str__(self) -> str:
        return plain(self.runs)

    def __bool__(self) -> bool:
        return bool(self.runs)

    def __html__(self) -> str:
        return "".join(_tag(run) for run in self.runs)

    @property
    def text(self) -> str:
        return str(self)

    def clip(self, max_chars: int) -> "Readable":
        """At most so many characters, ended after a sentence where one ends in the second half, else with "…"."""
        length = 0
        for count, run in enumerate(self.runs):
            if length + len(run.text) > max_chars:
                head = self.runs[:count]
                room = run.text[: max_chars - length] if not run.script else ""
                return Readable(_end_well((*head, Run(room)), max_chars))
            length += len(run.text)
        return self


def read(tex: str) -> Readable:
    """The readable form of `tex`; no letter of it is lost, broken LaTeX never raises."""
    return _read(tex)


@lru_cache(maxsize=8192)
def _read(tex: str) -> Readable:
    source = clean(tex)
    if not any(mark in source for mark in ("\\", "$", "{", "}", "~", "``", "---")):
        return Readable((Run(source),) if source else ())
    return Readable(_fold(read_runs(source)))


def read_runs(source: str) -> list[Run]:
    """Text and mathematics in order, blanks as they are."""
    runs: list[Run] = []
    was_math = False
    for piece, is_math in split_math(source):
        runs += _read_math(piece) if is_math else _read_text(piece, is_tied=was_math)
        was_math = is_math
    return runs


def to_text(tex: str) -> str:
    return str(read(tex))


def clean(text: str) -> str:
    """White space folded; control, direction and private-use characters gone: none of them is ever meant."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = (" " if char.isspace() else char for char in text if char.isspace() or _is_visible(char))
    return " ".join("".join(kept).split())


def _is_visible(char: str) -> bool:
    # U+200C and U+200D join letters and emoji; the other format characters (Cf) turn or hide text.
    return char in "\u200c\u200d" or unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs", "Cn"}


def split_math(tex: str) -> list[tuple[str, bool]]:
    """Pieces in order, which put together are `tex` again, delimiters included; True for mathematics."""
    pieces: list[tuple[str, bool]] = []
    place = 0
    for found in _MATH.finditer(tex):
        pieces += _split_dollars(tex[place : found.start()])
        pieces.append((found[0], True))
        place = found.end()
    return pieces + _split_dollars(tex[place:])


def _split_dollars(tex: str) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    place = 0
    marks = list(_DOLLAR.finditer(tex))
    index = 0
    while index + 1 < len(marks):
        opening, closing = marks[index], marks[index + 1]
        if _is_math(tex[opening.end() : closing.start()], tex[closing.end() : closing.end() + 1]):
            pieces += [(tex[place : opening.start()], False), (tex[opening.start() : closing.end()], True)]
            place = closing.end()
            index += 1
        index += 1
    return [*pieces, (tex[place:], False)]


def _is_math(content: str, following: str) -> bool:
    """`$5 and $10` and `$5-$10` are money (nearly pandoc's rule); a macro or a script is always mathematics."""
    if any(mark in _ESCAPED.sub("", content) for mark in "\\^_"):
        return True
    is_tight = bool(content) and not content[0].isspace() and not content[-1].isspace()
    return is_tight and not (content[0].isdigit() and following.isdigit())


def _read_math(piece: str) -> list[Run]:
    inner = piece.strip("$") if piece.startswith("$") else _DELIMITER.sub("", piece)
    return TexReader(inner, is_math=True).read()


def _read_text(piece: str, *, is_tied: bool) -> list[Run]:
    """`is_tied`: mathematics stands before it, so that a first `~` is a blank."""
    if is_tied and piece.startswith("~"):
        piece = " " + piece[1:]
    source = _TILDE.sub(r"\\textasciitilde{}", piece).replace("---", "—")
    if "``" in source:
        source = _CLOSING_QUOTE.sub("”", source.replace("``", "“"))
    return TexReader(source, is_math=False).read()


def _fold(runs: list[Run]) -> tuple[Run, ...]:
    """Neighbours on one level joined, blanks folded, none at the ends."""
    folded: list[Run] = []
    for run in runs:
        if folded and folded[-1].script == run.script:
            folded[-1] = Run(folded[-1].text + run.text, run.script)
        else:
            folded.append(run)
    folded = [Run(_BLANKS.sub(" ", run.text), run.script) for run in folded]
    if folded:
        folded[0] = Run(folded[0].text.lstrip(), folded[0].script)
        folded[-1] = Run(folded[-1].text.rstrip(), folded[-1].script)
    return tuple(run for run in folded if run.text)


def _end_well(runs: tuple[Run, ...], max_chars: int) -> tuple[Run, ...]:
    """Cut back to a sentence's end; where the last one is too far back, to a word's end and an ellipsis."""
    *head, last = runs
    before = sum(len(run.text) for run in head)
    ends = [found.end() for found in _SENTENCE_END.finditer(last.text) if before + found.end() > max_chars / 2]
    if ends:
        return (*head, Run(last.text[: ends[-1]]))
    words, blank, _ = last.text.rpartition(" ")
    kept = words if blank and before + len(words) > max_chars / 2 else last.text
    return _fold([*head, Run(kept.rstrip(" ,;，；、") + "…")])


def _tag(run: Run) -> str:
    tag = _TAGS.get(run.script)
    text = str(escape(run.text))
    return f"<{tag}>{text}</{tag}>" if tag else text
