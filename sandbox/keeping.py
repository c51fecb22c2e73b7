"""Small files in which the stand-ins keep what a restart must find again."""

import os
from pathlib import Path


def replace_text(path: Path, text: str) -> None:
    """Whole or not at all: who is killed while writing leaves the old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(text, "utf-8")
    draft.replace(path)
