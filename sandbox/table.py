"""The table at start: which outside part is a stand-in, and the variable that would make it real (invariant 8)."""

from rich.console import Console
from rich.table import Table

from sandbox.stand_ins import StandIns


def print_stand_ins(console: Console, stand_ins: StandIns) -> None:
    console.print("Sandbox mode: every outside part is a stand-in on this machine; nobody is written to.")
    table = Table("part", "stand-in", "becomes real with", box=None, pad_edge=False)
    for part in stand_ins.parts:
        table.add_row(part.name, part.address, part.variable)
    console.print(table)
