import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.papers.whole_text import clean_line, clean_words, split_authors


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"Schr\"odinger", "Schrödinger"),
        (r"Schr{\"o}dinger", "Schrödinger"),
        (r"Schr\"{o}dinger", "Schrödinger"),
        (r"Mart\'{\i}nez and Mart\'ınez", "Martínez and Martínez"),
        (r"Erd\H{o}s, \v{S}koda, \c c", "Erdős, Škoda, ç"),
        (r"{\L}ukasz, \L ukasz, Stra{\ss}e, \AA{}l, \O rsted", "Łukasz, Łukasz, Straße, Ål, Ørsted"),
        (r"\emph{na\"ive} $\'e$ and \'e", r"\emph{naïve} $\'e$ and é"),
        (r"\alpha \beta \oint \cdots \url{x} 5\% \le \ell", r"\alpha \beta \oint \cdots \url{x} 5\% \le \ell"),
        (r"Code:\href{https://example.org/a}{this https URL}", "Code:https://example.org/a"),
    ],
)
def test_accents_outside_formulas_become_letters_and_every_other_command_stays(tex, text):
    assert clean_words(tex) == text


def test_what_cannot_be_seen_is_gone_and_lines_are_one():
    hostile = "A\u202e right\u200f-to-left\u0000 mark,\u200b\ufeff a\u2028soft\u00adhyphen\x07\tand\r\n a line"
    assert clean_line(hostile) == "A right-to-left mark, a softhyphen and a line"


def test_marks_do_not_pile_up_on_a_letter():
    assert len(clean_line("Z" + "\u0301" * 100_000 + "algo")) < 12
    assert clean_line("Nguye\u0302\u0303n") == "Nguyễn"


def test_a_text_without_end_is_cut_visibly():
    cut = clean_words("A very long title " * 1_000, max_chars=1_000)
    assert len(cut) <= 1_000
    assert cut.endswith("…")


@given(st.text(alphabet=st.sampled_from(r"""\"'`^~=.{}$ uvHcdbrkoOlLijaeıss,()"""), max_size=200))
def test_broken_latex_never_raises_and_cleaning_is_one_pass(tex):
    once = clean_words(tex)
    assert clean_line(once) == once


@given(st.text(max_size=300))
def test_any_text_comes_out_printable_and_in_nfc(text):
    clean = clean_words(text)
    assert not {unicodedata.category(char) for char in clean} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert unicodedata.is_normalized("NFC", clean)
    assert clean == " ".join(clean.split())


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Alice A. Example, Bob Sample", ("Alice A. Example", "Bob Sample")),
        ("Ann (Univ. of X, Dept. (A), Y), Bo", ("Ann", "Bo")),
        ("Ann Lee (1), Bo (for the ATLAS collaboration), Cy ((1) Univ. of X)", ("Ann Lee", "Bo", "Cy")),
        ("NVIDIA: Ann Lee, Bo Chan, et al.", ("NVIDIA", "Ann Lee", "Bo Chan")),
        ("Team X, : , Qi, A B", ("Team X", "Qi", "A B")),
        ("Hans Müller, Jr., John von Neumann III", ("Hans Müller Jr.", "John von Neumann III")),
        ("(author list is unavailable)", ()),
        ("", ()),
        ("Ann (nobody closes this, Bo", ("Ann (nobody closes this", "Bo")),
        (r"Jos\'e Mart\'{\i}nez, O'Brien Smith", ("José Martínez", "O'Brien Smith")),
    ],
)
def test_an_author_line_gives_names_only(line, names):
    assert split_authors(line) == names


def test_an_author_line_without_end_gives_a_bounded_number_of_names():
    assert len(split_authors("A B, " * 100_000)) == 6_000
    assert len(split_authors("(" * 100_000)) <= 1
