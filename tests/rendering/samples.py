"""Digests of invented papers, one for each thing that can stand in one."""

from datetime import UTC, date, datetime

from digests.composing.compose import Keyword, compose
from digests.composing.digest import Coverage, Digest, Nothing
from digests.keywords.match import Field, Match, Span
from digests.papers.paper import Announced, ArxivId, Kind
from digests.summaries.summary import Card, Point, Summary, SummaryState
from tests.builders import make_paper

NOW = datetime(2026, 4, 10, 0, 15, 2, tzinfo=UTC)
NEXT_DUE = datetime(2026, 4, 13, 0, 30, tzinfo=UTC)
ANNOUNCED_ON = date(2026, 4, 10)
COVERAGE = (Coverage("cs", "list", 62, 62, whole=True), Coverage("cs.CV", "rss", 75, 94, whole=False))

FOLDING = make_paper(
    id=ArxivId("2604.90001"),
    title=r"Folding Cloth with a World Model of $\mathcal{O}(n^{-1/2})$ Error",
    authors=(r"Erika Schr\"odinger", "Bo Li", "C. Three", "D. Four", "E. Five", "F. Six", "G. Seven"),
    abstract=r"We learn a world model for \emph{folding}. It needs 10% of the data; $\pi_\theta$ improves by 3.5\%. Done.",
    categories=("cs.RO", "cs.LG"),
)
DRIVING = make_paper(
    id=ArxivId("2604.90002"),
    title="Agents that Drive & Park <Safely>",
    authors=("Ann Other",),
    abstract="An agent drives with a world model. It costs $5 to $10 a day at ~45% load.",
    categories=("cs.CV", "cs.AI"),
)
PROVING = make_paper(
    id=ArxivId("2604.90003"),
    title="Proofs by an Agent",
    authors=(),
    abstract="A prover as an agent.",
    categories=("math.LO",),
)


def summarize(paper, **changes):
    fields = {
        "state": SummaryState.DONE,
        "title": "用世界模型折叠布料，误差为 $O(n^{-1/2})$",
        "tldr": "用世界模型折叠布料，只需一成数据。",
        "abstract": r"我们为折叠任务学习世界模型。它只需 10% 的数据；$\pi_\theta$ 提升 3.5%。",
        "points": (Point("方法", "学习世界模型"), Point("结果", "提升 3.5%")),
    }
    return Summary(paper_id=paper.id, language="zh", **{**fields, **changes})


def find_spans(paper, term):
    found = []
    for field, text in ((Field.TITLE, paper.title), (Field.ABSTRACT, paper.abstract)):
        start = text.lower().find(term)
        if start >= 0:
            found.append(Span(term, field, start, start + len(term)))
    return tuple(found)


def build_sample(*cards, keywords=("world model", "agent", "quantum"), kinds=None, **more):
    """A digest of `cards`, matched by plain search, and the cards by id."""
    matches = {}
    for keyword in keywords:
        for card in cards:
            if spans := find_spans(card.paper, keyword.lower()):
                matches.setdefault(keyword, []).append(Match(card.paper.id, keyword, spans))
    fields = {"language": "zh", "announced_on": ANNOUNCED_ON, "now": NOW, "coverage": COVERAGE, **more}
    digest = compose(
        announced=[Announced(card.paper, (kinds or {}).get(card.paper.id, Kind.NEW)) for card in cards],
        matches=matches,
        keywords=[Keyword(keyword, keyword) for keyword in keywords],
        **fields,
    )
    return digest, {card.paper.id: card for card in cards}


def _hostile():
    paper = make_paper(
        id=ArxivId("2604.90009"),
        title='<script>alert("world model")</script> </blockquote> &amp; {{ 7 * 7 }} \u202edesrever\u202c '
        + "long " * 2000,
        authors=("<b>Bold</b>", "x" * 300),
        abstract="</blockquote></div><img src=x onerror=alert(1)> world model `code` [link](javascript:x) **b** # $x^<b>$ \x00"
        + "&" * 5000,
        categories=("<i>cs.LG</i>",),
    )
    summary = summarize(
        paper,
        state=SummaryState.DOUBTFUL,
        title="<i>世界模型</i>\u2067",
        abstract="</blockquote>" * 300,
        points=(Point("<u>", "<a href='x'>"),),
        faults=("term", "unheard_of:<b>"),
    )
    return build_sample(Card(paper, summary), keywords=("world model", '<b>&"{}</b>'))


def _missing():
    states = (
        Card(FOLDING, summarize(FOLDING, state=SummaryState.FAILED, retry_at=datetime(2026, 4, 10, 2, 30, tzinfo=UTC))),
        Card(DRIVING, summarize(DRIVING, state=SummaryState.REFUSED)),
        Card(PROVING),
    )
    return build_sample(*states)


def _traditional():
    """Chinese that the two scripts write differently, in the words, the keyword and the place of the hit."""
    summary = summarize(
        FOLDING,
        title="用世界模型优化网络参数，误差为 $O(n^{-1/2})$",
        tldr="世界模型里的软件支持多线程，见 https://x.example/软件。",
        abstract="我们优化神经网络的损失函数。信息见 $\\text{软件}_1$；机器人叠衣服。",
        points=(Point("方法", "优化网络"), Point("结果", "头发与发现")),
    )
    card = Card(FOLDING, summary)
    start = f"{summary.title}\n{summary.abstract}".index("神经网络")
    hits = (
        Match(FOLDING.id, "神经网络", (Span("神经网络", Field.CHINESE, start, start + 4),)),
        Match(FOLDING.id, "world model", find_spans(FOLDING, "world model")),
    )
    digest = compose(
        announced=[Announced(FOLDING, Kind.NEW)],
        matches={hit.canonical: [hit] for hit in hits},
        keywords=[Keyword("神经网络", "神经网络"), Keyword("world model", "World Model"), Keyword("量子", "量子计算")],
        language="zh-Hant",
        announced_on=ANNOUNCED_ON,
        now=NOW,
        next_due=NEXT_DUE,
        timezone="Asia/Taipei",
    )
    return digest, {FOLDING.id: card}


def _no_batch(nothing, **more):
    fields = {"language": "zh", "announced_on": date(2026, 11, 27), "composed_at": NOW, "seen": 0, "matched": 0}
    return Digest(**{**fields, **more}, nothing=nothing, next_due=datetime(2026, 11, 30, 1, 0, tzinfo=UTC)), {}


SAMPLES = {
    "normal": build_sample(
        Card(FOLDING, summarize(FOLDING)),
        Card(DRIVING, summarize(DRIVING, title="安全驾驶与泊车的智能体")),
        Card(PROVING, summarize(PROVING, title="由智能体给出的证明")),
        kinds={DRIVING.id: Kind.CROSS},
        max_full=2,
    ),
    "nothing": build_sample(Card(PROVING), keywords=("world model", "quantum")),
    "missing": _missing(),
    "doubtful": build_sample(
        Card(FOLDING, summarize(FOLDING, state=SummaryState.DOUBTFUL, faults=("number_lost: 3.5", "unheard_of")))
    ),
    "hostile": _hostile(),
    "english": build_sample(Card(FOLDING), language="en"),
    "combined": build_sample(
        Card(FOLDING, summarize(FOLDING)),
        Card(DRIVING, summarize(DRIVING, title="安全驾驶与泊车的智能体")),
        dates=(date(2026, 4, 8), date(2026, 4, 9), ANNOUNCED_ON),
        next_due=NEXT_DUE,
    ),
    "combined_english": build_sample(
        Card(PROVING),
        language="en",
        dates=(date(2026, 4, 9), ANNOUNCED_ON),
        next_due=NEXT_DUE,
        timezone="America/New_York",
    ),
    "traditional": _traditional(),
    "unreadable": build_sample(
        Card(FOLDING, summarize(FOLDING)), keywords=("world model", "quantum"), unreadable=("robot & (arm", "near~")
    ),
    "all_unreadable": build_sample(
        Card(FOLDING),
        keywords=(),
        unreadable=("&" * 256, *(f"{number} <b>(" for number in range(1, 7))),
        language="en",
        next_due=NEXT_DUE,
    ),
    "holiday": _no_batch(Nothing.HOLIDAY),
    "not_announced": _no_batch(Nothing.NOT_ANNOUNCED, language="en"),
    "not_fetched": _no_batch(Nothing.NOT_FETCHED),
}
