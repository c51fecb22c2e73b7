"""One keyword on one paper."""

from digests.keywords.language import Query
from digests.keywords.match import Match
from digests.keywords.matcher import Matcher
from digests.papers.paper import Paper


def match_one(query: Query, paper: Paper, chinese: str = "") -> Match | None:
    found = Matcher([query]).match([paper], {paper.id: chinese})
    return found[query.canonical][0] if found else None
