"""What the stand-in for a language model writes about a paper: hand-written Chinese, or that no model is connected."""

import re
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Final

from digests.summaries.asking.prompt import load_prompt
from digests.summaries.draft import DRAFTS, BriefDraft, Draft, FullDraft, Kind, NotesDraft, Points
from digests.summaries.wording.masking import PLACEHOLDER, Masked, mask

MARK: Final = "〔沙盒：未接入模型〕"
ENGLISH_MARK: Final = "〔sandbox: no model connected〕"
_NO_POINT: Final = f"{MARK}没有内容。"
_NO_NOTE: Final = f"{ENGLISH_MARK} Nothing to say."

_QUESTION: Final = re.compile(
    r"<(?P<tag>paper-\w+)>\s*<title>(?P<title>.*?)</title>\s*<abstract>(?P<abstract>.*?)</abstract>\s*</(?P=tag)>",
    re.DOTALL,
)
_ASKED_MARK: Final = re.compile(r"^【(\w+)】$", re.MULTILINE)


def answer_paper(known: Mapping[str, Mapping[str, Any]], body: Mapping[str, Any]) -> str | None:
    """An answer of the kind and in the form that the request asks for; None: it asks about no paper.

    known  by `title_key` of the English title
    """
    question = str(body["messages"][-1]["content"])
    asked = _QUESTION.search(question)
    if asked is None:
        return None
    # Behind the last tag stands what is ours.
    marks = _ASKED_MARK.findall(question[question.rindex("</") :]) if "response_format" not in body else []
    title, abstract = (asked[name].replace("&lt;", "<").strip() for name in ("title", "abstract"))
    kind = _find_kind(body, marks)
    entry = known.get(title_key(title))
    full = _translate(entry) if entry is not None else _disclaim(title, abstract)
    draft = _disclaim_notes() if kind is Kind.NOTES else _shorten(full) if kind is Kind.BRIEF else full
    return _write_sections(draft, marks) if marks else draft.model_dump_json()


def title_key(title: str) -> str:
    words: Sequence[str] = re.findall(r"\w+", PLACEHOLDER.sub(" ", title).casefold())
    return " ".join(words)


def _find_kind(body: Mapping[str, Any], marks: Sequence[str]) -> Kind:
    """By the schema, the marks of the plain form, or else the instructions; unknown ones want everything."""
    response_format = body.get("response_format") or {}
    schema = response_format.get("json_schema", {}).get("schema")
    for kind, form in DRAFTS.items():
        system = str(body["messages"][0]["content"])
        if schema == form.model_json_schema() or marks == form.list_fields() or system == load_prompt(kind).system:
            return kind
    return Kind.FULL


def _write_sections(draft: Draft, marks: Sequence[str]) -> str:
    fields = draft.fields()
    return "\n".join(f"【{name}】\n{fields[name]}" for name in marks if name in fields)


def _translate(entry: Mapping[str, Any]) -> FullDraft:
    """The hand-written Chinese, with the placeholders that the masked English has for its formulas and links."""
    title = mask(entry["source_title"])
    abstract = mask(entry["source_abstract"], first=title.numbers.stop)
    either = Masked("", title.pieces + abstract.pieces)
    return FullDraft(
        title=_mask_like(entry["title"], title),
        tldr=_mask_like(entry["tldr"], either),
        abstract=_mask_like(entry["abstract"], abstract),
        points=Points(**{name: _mask_like(text, either) for name, text in entry["points"].items()}),
    )


def _mask_like(chinese: str, english: Masked) -> str:
    """Each piece of the Chinese gets the number of the same piece of the English, in the order of their coming."""
    # Written one sentence a line; Chinese joins without blanks.
    masked = mask("".join(line.strip() for line in chinese.splitlines()))
    numbers = {piece: deque[int]() for piece in english.pieces}
    for number, piece in zip(english.numbers, english.pieces, strict=True):
        numbers[piece].append(number)

    def number_of(match: re.Match[str]) -> str:
        piece = masked.pieces[int(match[1]) - 1]
        waiting = numbers.get(piece)
        # What the English does not have stays as written: the checks shall find it.
        return f"⟦{waiting.popleft()}⟧" if waiting else piece

    return PLACEHOLDER.sub(number_of, masked.text)


def _shorten(full: FullDraft) -> BriefDraft:
    return BriefDraft(title=full.title, tldr=full.tldr)


def _disclaim(title: str, abstract: str) -> FullDraft:
    pieces = "、".join(match[0] for match in PLACEHOLDER.finditer(abstract))
    listed = f"原文中的公式与链接照列于此：{pieces}。" if pieces else ""
    return FullDraft(
        title=f"{MARK}{title}",
        tldr=f"{MARK}沙盒里没有接入语言模型，这一篇没有中文介绍。",
        abstract=f"{MARK}沙盒里没有接入语言模型，所以这一篇没有中文摘要，请读英文原文。{listed}",
        points=Points(problem=_NO_POINT, method=_NO_POINT, result=_NO_POINT, meaning=_NO_POINT),
    )


def _disclaim_notes() -> NotesDraft:
    """Nobody wrote any for the sample."""
    return NotesDraft(
        tldr=f"{ENGLISH_MARK} The sandbox has no language model, so there are no notes on this paper.",
        points=Points(problem=_NO_NOTE, method=_NO_NOTE, result=_NO_NOTE, meaning=_NO_NOTE),
    )
