"""What `resummarise` says of one text and of the money."""

from digests.cli.resummarise import _say, _say_cost
from digests.summaries.asking.model import Tokens
from digests.summaries.resummarising.rows import Ending
from digests.summaries.resummarising.run import AskedAgain
from digests.summaries.summarize import Outcome
from digests.summaries.summary import Summary, SummaryState
from digests.summaries.usage import Usage


def asked(state: SummaryState, *faults: str, micros: int = 0) -> AskedAgain:
    summary = Summary(paper_id="2604.18326", language="zh", state=state, faults=faults)
    return AskedAgain(summary.paper_id, "zh", Ending.ENGLISH, Outcome(summary, Usage(Tokens(10, 5), micros)))


def test_a_text_that_there_was_no_money_for_is_said_to_be_one():
    said = _say(asked(SummaryState.PLANNED, "budget"))
    assert said == "still in English: that day's budget for models was used up"


def test_small_money_is_not_rounded_to_nothing():
    said = _say_cost([asked(SummaryState.DONE, micros=12), asked(SummaryState.DONE, micros=2)])
    assert ", 0.000014 in the currency of PAPERPOST_LLM_PRICES." in said
