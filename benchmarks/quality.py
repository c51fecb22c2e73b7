"""Which faults of a translation are found, and which good ones are doubted. `make bench-quality`.

Two systems' recorded English and Chinese (PAPERPOST_RECORDED_DATA or ../shared/data), judged by one reader
(cases/faults.tsv beside it), as their readers saw them: nothing is repaired before. Then one fault at a time is put
into the translations that this reader found nothing wrong with, and into those that we wrote for the sandbox; it is
found when there is a doubt more than before. With the extra [align] missing and added sentences are looked for too.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from doubting import Doubter, Doubts
from judged_pairs import LETTERS, Pair, find_judged, list_written, read_judged
from mutations import MUTATIONS, mutate
from rich.console import Console
from rich.progress import track

from digests.summaries.checking.embedding import find_embedder
from digests.summaries.faults import Fault
from digests.summaries.wording.masking import LINK, PLACEHOLDER

_T = TypeVar("_T")

#: What the reader would have called it, by the code of a fault.
MEANT: Final[Mapping[str, str]] = {
    code: letter
    for letter, codes in {
        "N": "number_lost number_invented unit",
        "L": "formula control placeholder",
        "A": "name_lost name_invented",
        "U": "link_invented",
        "T": "term",
        "X": "too_long meta loop sentence_added other_paper",
        "O": "too_short unfinished sentences_fewer sentence_dropped point_empty",
        "F": "markup english script not_chinese",
    }.items()
    for code in codes.split()
}
#: Nobody is hurt.
STYLE: Final = "S"
GOALS: Final[Mapping[str, float]] = {
    **dict.fromkeys(("digit", "name translated", "name misspelt", "$", "placeholder", "truncated", "leak"), 0.95),
    "sentence dropped": 0.75,
    "sentence added": 0.85,
}
FLAGGED_GOAL: Final = 0.10
#: Mutants of each kind and pair; more of what the aligner is for.
ROUNDS: Final = {"sentence dropped": 6, "sentence added": 6}
OTHER_ROUNDS: Final = 2
#: Kinds that change a sentence as a whole. Asked about the others too, it takes five minutes more and finds none.
ALIGNED: Final = frozenset({*ROUNDS, "truncated", "loop"})

Doubted = Sequence[tuple[Pair, Doubts]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """New doubts about what became of `pair`."""

    pair: Pair
    new: Doubts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="for a program to read")
    chosen = parser.parse_args()
    digests, faults = find_judged()
    judged = read_judged(digests, faults) if digests.is_dir() and faults.is_file() else []
    if not judged:
        print(f"{digests} or {faults} is missing: nothing judged; set PAPERPOST_RECORDED_DATA", file=sys.stderr)
    report = build_report(judged, list(list_written()), chosen.seed)
    if chosen.json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        show(report)


def build_report(judged: Sequence[Pair], written: Sequence[Pair], seed: int) -> dict[str, Any]:
    doubter = Doubter(find_embedder())
    doubted = [(pair, doubter.doubt(pair)) for pair in _track(judged, "judged pairs")]
    ours = [(pair, doubter.doubt(pair)) for pair in _track(written, "our own pairs")]
    milliseconds = {"checks": _median_ms(doubter.check_seconds), "align": _median_ms(doubter.align_seconds)}
    clean = [*((pair, doubts) for pair, doubts in doubted if not pair.judged), *ours]
    mutants = {kind: list_mutants(doubter, clean, kind, seed) for kind in _track(list(MUTATIONS), "mutations")}
    return {
        "align": doubter.is_aligning,
        "milliseconds": milliseconds,
        "pairs": [
            count_pairs("with a severe fault", [(p, d) for p, d in doubted if set(p.judged) - {STYLE}]),
            count_pairs("without a fault", [(p, d) for p, d in doubted if not p.judged]),
            count_pairs("our own", ours),
        ],
        "kinds": [count_kind(letter, doubted) for letter in LETTERS if doubted],
        "mutations": [count_mutants(kind, found) for kind, found in mutants.items()],
        "halves": [count_half(clean, mutants, is_fitted=half) for half in (True, False)] if doubter.is_aligning else [],
    }


def list_mutants(doubter: Doubter, clean: Doubted, kind: str, seed: int) -> list[Mutant]:
    return [
        Mutant(changed, _subtract(doubter.doubt(changed, with_aligner=kind in ALIGNED), before))
        for pair, before in clean
        for changed in mutate(pair, kind, ROUNDS.get(kind, OTHER_ROUNDS), seed)
    ]


def count_pairs(name: str, doubted: Doubted) -> dict[str, Any]:
    by_checks = sum(bool(doubts.by_checks) for _, doubts in doubted)
    return {"name": name, "pairs": len(doubted), "checks": by_checks, "all": sum(bool(d.all) for _, d in doubted)}


def count_kind(letter: str, doubted: Doubted) -> dict[str, Any]:
    """`found` are doubted for this kind, `doubted` for any; `false` for this kind where the reader saw none of it."""
    named = [(letter in pair.judged, _list_letters(pair, doubts.all), doubts.all) for pair, doubts in doubted]
    return {
        "letter": letter,
        "kind": LETTERS[letter],
        "is_checked": letter in MEANT.values(),
        "judged": sum(judged for judged, _, _ in named),
        "found": sum(judged and letter in letters for judged, letters, _ in named),
        "doubted": sum(judged and bool(faults) for judged, _, faults in named),
        "false": sum(not judged and letter in letters for judged, letters, _ in named),
    }


def count_mutants(kind: str, mutants: Sequence[Mutant]) -> dict[str, Any]:
    return {
        "kind": kind,
        "mutants": len(mutants),
        "checks": _share(bool(mutant.new.by_checks) for mutant in mutants),
        "all": _share(bool(mutant.new.all) for mutant in mutants) if kind in ALIGNED else None,
        "goal": GOALS.get(kind),
    }


def count_half(clean: Doubted, mutants: Mapping[str, Sequence[Mutant]], *, is_fitted: bool) -> dict[str, Any]:
    """By the aligner alone."""
    return {
        "half": "fitted on" if is_fitted else "the other",
        "pairs": sum(pair.is_fitted is is_fitted for pair, _ in clean),
        "flagged": _share(bool(doubts.by_aligner) for pair, doubts in clean if pair.is_fitted is is_fitted),
        **{
            kind: _share(bool(mutant.new.by_aligner) for mutant in mutants[kind] if mutant.pair.is_fitted is is_fitted)
            for kind in ROUNDS
        },
    }


def show(report: Mapping[str, Any]) -> None:
    with_align = "with [align]" if report["align"] else "[align] is not installed"
    print(f"{'pairs':22} {'':>6} {'doubted':>8}   {with_align}")
    for row in report["pairs"]:
        print(f"{row['name']:22} {row['pairs']:6} {row['checks']:8} {row['all'] if report['align'] else '':>8}")
    if report["kinds"]:
        print(f"\n{'the reader saw':22} {'pairs':>6} {'found':>8} {'missed':>7} {'doubted':>8} {'false':>6}")
    for row in report["kinds"]:
        found, missed = (row["found"], row["judged"] - row["found"]) if row["is_checked"] else ("no check", "")
        name = f"{row['letter']} {row['kind']}"
        print(f"{name:22} {row['judged']:6} {found:>8} {missed:>7} {row['doubted']:8} {row['false']:6}")
    print(f"\n{'put in':22} {'':>6} {'found':>8}   {with_align}")
    for row in report["mutations"]:
        found, goal = row["all"] if report["align"] else None, row["goal"]
        wanted = "" if goal is None else f"   goal {goal:.0%}"
        print(f"{row['kind']:22} {row['mutants']:6} {_percent(row['checks']):>8} {_percent(found):>8}{wanted}")
    if report["halves"]:
        print(f"\n{'the aligner alone':22} {'pairs':>6} {'flagged':>8} {'dropped':>8} {'added':>8}")
    for row in report["halves"]:
        shares = " ".join(f"{_percent(row[name]):>8}" for name in ("flagged", *ROUNDS))
        print(f"{row['half']:22} {row['pairs']:6} {shares}")
    if report["halves"]:
        goals = " ".join(f"{_percent(goal):>8}" for goal in (FLAGGED_GOAL, *(GOALS[kind] for kind in ROUNDS)))
        print(f"{'goal':22} {'':>6} {goals}")
    print("\nmedian ms a paper: " + ", ".join(f"{name} {ms:.0f}" for name, ms in report["milliseconds"].items() if ms))


def _list_letters(pair: Pair, faults: Iterable[Fault]) -> set[str]:
    return {letter for fault in faults if (letter := _find_letter(pair, fault))}


def _find_letter(pair: Pair, fault: Fault) -> str | None:
    hidden = PLACEHOLDER.fullmatch(fault.detail) if fault.code == "placeholder" else None
    if hidden:
        pieces = (masked.piece(int(hidden[1])) for masked in (pair.source.title, pair.source.abstract))
        return "U" if any(piece and LINK.search(piece) for piece in pieces) else "L"
    return MEANT.get(fault.code)


def _subtract(doubts: Doubts, before: Doubts) -> Doubts:
    return Doubts(doubts.by_checks - before.by_checks, doubts.by_aligner - before.by_aligner)


def _share(flags: Iterable[bool]) -> float | None:
    """None of nothing."""
    counted = list(flags)
    return sum(counted) / len(counted) if counted else None


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _median_ms(seconds: Sequence[float]) -> float | None:
    return 1000 * statistics.median(seconds) if seconds else None


def _track(work: Sequence[_T], name: str) -> Iterable[_T]:
    console = Console(stderr=True)
    return track(work, name, console=console, transient=True, disable=not console.is_terminal)


if __name__ == "__main__":
    main()
