"""A digest as JSON, for the edition's row."""

from typing import Any

from pydantic import TypeAdapter

from digests.composing.digest import Digest

_DIGEST = TypeAdapter(Digest)


def digest_to_json(digest: Digest) -> dict[str, Any]:
    """Only what `json.dumps` takes."""
    data: dict[str, Any] = _DIGEST.dump_python(digest, mode="json")
    return data


def digest_from_json(data: dict[str, Any]) -> Digest:
    return _DIGEST.validate_python(data)
