"""A megabyte where a keyword should be, from the command line."""

ENDLESS = "diffusion " * 105_000


def test_match_refuses_it_in_a_few_words(paperpost):
    said = paperpost.refused("match", ENDLESS, status=2)
    assert said.startswith("This keyword is too long")
    assert len(said) < 300


def test_a_reader_is_added_without_it_and_the_operator_is_told(paperpost):
    said = paperpost.refused("subscribers", "add", "--telegram", "7", "--keyword", ENDLESS, status=2)
    assert "too much text" in said
    assert len(said) < 300
    assert paperpost.json("subscribers", "show", "7")["keywords"] == []
