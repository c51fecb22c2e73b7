"""Papers that say that they were taken back, and papers about such things."""

import pytest

from digests.papers.withdrawal import says_withdrawn


@pytest.mark.parametrize(
    "comments",
    [
        "This paper has been withdrawn by the author due to a sign error in equation 1",
        "The paper has been withdrawn",
        "5 pages, 1 figure. This paper has been withdrawn by the author",
        "5 pages, 1 figure; this manuscript is withdrawn until the proof is mended",
        "This preprint is withdrawn due to significant errors",
        "This submission has been temporarily withdrawn",
        "Our paper has now been withdrawn from arXiv",
        "arXiv admin note: This submission has been withdrawn by arXiv administrators",
        "Withdrawn",
        "withdrawn.",
        "(Withdrawn)",
        "Withdrawn: superseded by a longer work",
        "Withdrawn by the authors",
        "Paper withdrawn due to an error in Lemma 3",
        "paper is withdrawn because of overlap",
        "We have withdrawn this paper",
        "12 pages. The authors withdraw the paper for now",
        "We withdraw this paper from arXiv",
    ],
)
def test_a_comment_that_takes_the_paper_back_is_understood(comments):
    assert says_withdrawn(comments, "We prove a theorem.")


@pytest.mark.parametrize(
    "comments",
    [
        "",
        "9 pages, 2 figures",
        "Withdrawn from ICLR 2026",
        "This paper has been withdrawn from NeurIPS and sent to JMLR",
        "We withdrew the paper from the workshop",
        "Paper withdrawn from a conference",
        "This is a new version of a paper that has been withdrawn",
        "Replaces arXiv:2601.90001, which has been withdrawn",
        "The previous version of this paper has been withdrawn",
        "A data set of withdrawn papers",
        "Withdrawn-paper detection; code at https://example.org",
        "The drug has been withdrawn by its maker",
        "We discuss why the article of 1998 has been withdrawn",
        "This paper has not been withdrawn",
        "This paper will be withdrawn",
    ],
)
def test_a_comment_about_something_else_is_not(comments):
    assert not says_withdrawn(comments, "We prove a theorem.")


@pytest.mark.parametrize(
    ("abstract", "is_withdrawn"),
    [
        ("This paper has been withdrawn.", True),
        ("This paper and abstract have been withdrawn.", True),
        ("(This article has been withdrawn by the author.) We prove a theorem.", True),
        ("The paper has been withdrawn because of a gap.", True),
        ("In 1998 a paper was printed. The paper has been withdrawn since. We ask why.", False),
        ("Withdrawn papers are cited for years. We count how often.", False),
        ("Withdrawn by its maker, the drug is still sold.", False),
        ("We have withdrawn this paper", False),
        ("", False),
    ],
)
def test_an_abstract_says_it_in_its_first_sentence_or_not_at_all(abstract, is_withdrawn):
    assert says_withdrawn("9 pages", abstract) is is_withdrawn


@pytest.mark.parametrize("text", ["withdrawn " * 2_000, "this paper has been " * 1_000, "(" * 20_000, "; we " * 4_000])
def test_words_without_end_say_nothing(text):
    assert not says_withdrawn(text, text)
