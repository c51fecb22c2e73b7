"""Digests of invented papers, one for each thing that can stand in one."""

from dataclasses import replace
from datetime import UTC, date, datetime

from digests.composing.compose import Keyword, compose
from digests.composing.digest import Coverage, Digest, Extent, Nothing, Update
from digests.composing.dropping import drop_papers
from digests.keywords.match import Field, Match, Span
from digests.papers.late_papers import Late
from digests.papers.paper import Announced, ArxivId, Kind
from digests.summaries.draft import Kind as SummaryKind
from digests.summaries.summary import Card, Point, Summary, SummaryState
from tests.builders import make_paper

NOW = datetime(2026, 4, 10, 0, 15, 2, tzinfo=UTC)
NEXT_DUE = datetime(2026, 4, 13, 0, 30, tzinfo=UTC)
ANNOUNCED_ON = date(2026, 4, 10)
COVERAGE = (
    Coverage("cs", Extent.WHOLE, 62, 62),
    Coverage("cs.LG", Extent.UNPROVED, 0, None),
    Coverage("math", Extent.PARTIAL, 75, 94),
)

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

SHORT = make_paper(id=ArxivId("2604.90006"), title="A World Model without an Abstract", abstract="")

#: Five that a reader is told of, and one of the other kind.
MANY_FAULTS = ("tldr_form", "number_lost", "term", "sentence_dropped", "judged_opposite", "name_lost")

REVISED = make_paper(
    id=ArxivId("2602.90004"),
    title="Scaling Laws of Quantised World Models",
    authors=("Ann Other",),
    abstract="We scale.",
    categories=("cs.LG",),
    version=3,
)
TAKEN_BACK = make_paper(
    id=ArxivId("2603.90005"),
    title=r"A Short Proof that $P = NP$ <for Agents>",
    authors=("Bo Li",),
    abstract="We prove it.",
    categories=("cs.CC",),
    version=2,
    is_withdrawn=True,
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


def summarize_briefly(paper, **changes):
    """What the rest of a budget pays for."""
    return summarize(paper, kind=SummaryKind.BRIEF, abstract="", points=(), **changes)


def write_notes(paper, **changes):
    """For who reads English."""
    fields = {
        "state": SummaryState.DONE,
        "tldr": "Cloth is folded by a world model with a tenth of the data.",
        "points": (
            Point("Problem", "Folding takes much data"),
            Point("Method", r"A world model with $\pi_\theta$ on top"),
            Point("Result", "3.5% better"),
            Point("Limits or meaning", "Cloth only"),
        ),
    }
    return Summary(paper_id=paper.id, language="en", kind=SummaryKind.NOTES, **{**fields, **changes})


def find_spans(paper, term):
    found = []
    for field, text in ((Field.TITLE, paper.title), (Field.ABSTRACT, paper.abstract)):
        start = text.lower().find(term)
        if start >= 0:
            found.append(Span(term, field, start, start + len(term)))
    return tuple(found)


def build_sample(*cards, keywords=("world model", "agent", "quantum"), kinds=None, **more):
    """A digest of `cards`, matched by plain search, and the cards by id. Those of `late` are in no batch."""
    matches, late_ids = {}, {one.paper_id for one in more.get("late", ())}
    for keyword in keywords:
        for card in cards:
            if spans := find_spans(card.paper, keyword.lower()):
                matches.setdefault(keyword, []).append(Match(card.paper.id, keyword, spans))
    fields = {"language": "zh", "announced_on": ANNOUNCED_ON, "now": NOW, "coverage": COVERAGE, **more}
    digest = compose(
        announced=[
            Announced(card.paper, (kinds or {}).get(card.paper.id, Kind.NEW))
            for card in cards
            if card.paper.id not in late_ids
        ],
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
        faults=("term", "unheard_of<b>"),
    )
    return build_sample(Card(paper, summary), keywords=("world model", '<b>&"{}</b>'))


def _missing():
    """Each reason for which there is no Chinese."""
    later = datetime(2026, 4, 10, 2, 30, tzinfo=UTC)
    reasons = (
        {"state": SummaryState.FAILED, "retry_at": later, "faults": ("unavailable",)},
        {"state": SummaryState.REFUSED, "faults": ("refused",)},
        None,
        {"state": SummaryState.PLANNED},
        {"state": SummaryState.PLANNED, "retry_at": later},
        {"state": SummaryState.PLANNED, "retry_at": datetime(2026, 4, 11, tzinfo=UTC), "faults": ("budget",)},
        {"state": SummaryState.FAILED, "faults": ("formula", "cut_off")},
        {"state": SummaryState.FAILED, "faults": ("unheard_of",)},
    )
    papers = (
        FOLDING,
        DRIVING,
        PROVING,
        *(
            make_paper(id=ArxivId(f"2604.9001{n}"), title=f"World Model {n}", abstract="We model it.", authors=())
            for n in range(5)
        ),
    )
    cards = (
        Card(paper, summarize(paper, **reason) if reason else None)
        for paper, reason in zip(papers, reasons, strict=True)
    )
    return build_sample(*cards)


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


def _late():
    """One is of Wednesday's batch; the reader's words are in none of the batch's own titles."""
    cards = [
        Card(DRIVING, summarize(DRIVING, title="安全驾驶与泊车的智能体")),
        Card(FOLDING, summarize(FOLDING)),
        Card(PROVING, summarize(PROVING, title="由智能体给出的证明")),
    ]
    late = [
        Late(Announced(FOLDING, Kind.NEW), date(2026, 4, 8), NOW),
        Late(Announced(PROVING, Kind.CROSS), date(2026, 4, 9), NOW),
    ]
    return build_sample(*cards, late=late, upvotes={FOLDING.id: 86, PROVING.id: 3}, max_full=2, next_due=NEXT_DUE)


def _updates(*cards, **more):
    """Two new versions, of which one took the paper back, and one of which nobody knows the number."""
    updates = (
        Update(
            paper_id=TAKEN_BACK.id,
            version=2,
            comments="This paper has been withdrawn by the authors: Lemma 3 is wrong for n > 2 & <k>",
            is_withdrawn=True,
            sent_on=date(2026, 3, 30),
        ),
        Update(
            paper_id=REVISED.id,
            version=3,
            comments="24 pages; v3: new ablation, $\\mathcal{O}(n)$ proof corrected, see https://x.example/a_b",
            is_withdrawn=False,
            sent_on=date(2026, 2, 3),
        ),
        Update(paper_id=PROVING.id, version=None, comments="", is_withdrawn=True, sent_on=date(2026, 4, 7)),
    )
    digest, words = build_sample(
        *cards, keywords=("world model", "quantum"), updates=updates, next_due=NEXT_DUE, **more
    )
    told = (
        Card(TAKEN_BACK),
        Card(REVISED, summarize(REVISED, title="量化世界模型的规模定律")),
        Card(PROVING, summarize(PROVING, title="由智能体给出的证明")),
    )
    return digest, words | {card.paper.id: card for card in told}


def _withdrawn():
    """Sent before it was taken back, and shown again."""
    digest, _ = build_sample(Card(FOLDING), Card(DRIVING), max_full=1)
    cards = [Card(replace(paper, is_withdrawn=True), summarize(paper)) for paper in (FOLDING, DRIVING)]
    return digest, {card.paper.id: card for card in cards}


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
        Card(FOLDING, summarize(FOLDING, state=SummaryState.DOUBTFUL, faults=("number_lost", "unheard_of"))),
        Card(DRIVING, summarize(DRIVING, title="智能体", state=SummaryState.DOUBTFUL, faults=MANY_FAULTS)),
    ),
    "brief": build_sample(
        Card(FOLDING, summarize_briefly(FOLDING)),
        Card(DRIVING, summarize_briefly(DRIVING, state=SummaryState.DOUBTFUL, faults=("term",))),
        Card(SHORT, summarize_briefly(SHORT, title="没有摘要的世界模型")),
    ),
    "notes": build_sample(
        Card(FOLDING, write_notes(FOLDING)),
        Card(DRIVING, write_notes(DRIVING, state=SummaryState.DOUBTFUL, faults=("number_invented", "markup"))),
        Card(PROVING, write_notes(PROVING, state=SummaryState.REFUSED, faults=("refused",))),
        language="en",
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
    "traditional_doubtful": build_sample(
        Card(FOLDING, summarize(FOLDING, state=SummaryState.DOUBTFUL, faults=MANY_FAULTS)),
        Card(DRIVING, summarize_briefly(DRIVING, title="智能体")),
        Card(PROVING, summarize(PROVING, state=SummaryState.PLANNED)),
        language="zh-Hant",
    ),
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
    "late": _late(),
    "updates": _updates(Card(FOLDING, summarize(FOLDING)), upvotes={FOLDING.id: 1204}, takes_crosses=False),
    "updates_only": _updates(),
    "updates_english": _updates(Card(FOLDING), language="en", upvotes={FOLDING.id: 0}),
    "withdrawn": _withdrawn(),
    "all_withdrawn": (drop_papers(build_sample(Card(FOLDING), next_due=NEXT_DUE)[0], {FOLDING.id}), {}),
    "holiday": _no_batch(Nothing.HOLIDAY),
    "not_announced": _no_batch(Nothing.NOT_ANNOUNCED, language="en"),
    "not_fetched": _no_batch(Nothing.NOT_FETCHED),
}
