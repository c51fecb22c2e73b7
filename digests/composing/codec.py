"""What an edition says, as JSON, for its row."""

from typing import Any

from pydantic import TypeAdapter

from digests.composing.digest import Digest, Extent
from digests.composing.trending import TrendingDigest

_DIGEST = TypeAdapter(Digest)
_TRENDING = TypeAdapter(TrendingDigest)


def digest_to_json(digest: Digest | TrendingDigest) -> dict[str, Any]:
    """Only what `json.dumps` takes."""
    adapter: TypeAdapter[Any] = _TRENDING if isinstance(digest, TrendingDigest) else _DIGEST
    data: dict[str, Any] = adapter.dump_python(digest, mode="json")
    return data


def digest_from_json(data: dict[str, Any]) -> Digest:
    return _DIGEST.validate_python(data | {"coverage": [_read_coverage(item) for item in data.get("coverage", ())]})


def _read_coverage(item: dict[str, Any]) -> dict[str, Any]:
    """Digests that were stored before 0.2 say only whether it is whole."""
    return {"extent": Extent.WHOLE if item.get("whole") else Extent.PARTIAL} | item


def edition_from_json(data: dict[str, Any]) -> Digest | TrendingDigest:
    """Whichever it is: the other one has no period."""
    return _TRENDING.validate_python(data) if "period" in data else digest_from_json(data)
