"""Random queries on real papers until they are two million pairs: do the fast matcher and the plain ones agree?

`python -m tests.soak --seed 7 --pairs 2000000`, from the project's folder. Ends with 1 at the first disagreement.
"""

import sys
from pathlib import Path
from random import Random, SystemRandom

import typer
from rich.progress import Progress

from tests.agreement import Disagreement, compare, load_papers

QUERIES, PAPERS = 1_000, 100


def main(seed: int | None = None, pairs: int = 2_000_000, recorded: Path | None = None) -> None:
    seed = SystemRandom().randrange(1_000_000) if seed is None else seed
    papers = load_papers(recorded or Path(__file__).parents[2] / "shared" / "data")
    typer.echo(f"{len(papers)} papers, seed {seed}")
    hits = done = 0
    with Progress() as progress:
        task = progress.add_task("pairs", total=pairs)
        while done < pairs:
            # A round of its own seed, which the message below repeats.
            round_seed = seed + done
            found = compare(Random(round_seed), papers, queries=QUERIES, papers=PAPERS)
            done, hits = done + found.pairs, hits + found.hits
            progress.update(task, completed=done)
            if found.disagreements:
                progress.stop()
                typer.echo(f"disagreement in the round of seed {round_seed}, the first of {len(found.disagreements)}:")
                sys.exit(tell(found.disagreements[0]))
    typer.echo(f"{done:,} pairs, {hits:,} of them hits: the index, the plain evaluator and the rules agree.")


def tell(found: Disagreement) -> int:
    typer.echo(f"typed      {found.query.typed!r}\ncanonical  {found.query.canonical!r}\ntree       {found.query.node}")
    typer.echo(f"index {found.by_index}, explain {found.by_explaining}, rules {found.by_rules}")
    for name in ("id", "title", "abstract", "comments", "authors", "categories"):
        typer.echo(f"{name:10} {getattr(found.paper, name)!r}")
    typer.echo(f"chinese    {found.chinese!r}")
    return 1


if __name__ == "__main__":
    typer.run(main)
