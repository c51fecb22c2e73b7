"""What a person types → a query: operators, fields, canonical form, refusals, splitting (keywords.md §1, §3, §4)."""

import pytest

from digests.errors import QueryRefused
from digests.keywords.language import Typed, parse, parse_canonical, split_keywords
from digests.keywords.refusals import explain_refusal
from digests.phrases import load_phrases


def canonical(text):
    return parse(text).canonical


def refuse(text):
    with pytest.raises(QueryRefused) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    "texts",
    [
        ["a AND b", "b AND a", "a & b", "a && b", "a 且 b", "a 并且 b", "a且b", "(b) AND (a)", "a AND b AND a"],
        ["a OR b", "b OR a", "a | b", "a ｜ b", "a 或 b", "a或者b", "(a OR (b OR a))"],
        ["RLHF OR GRPO", "RLHF|GRPO", "GRPO||RLHF", "RLHF或GRPO"],
        ["a AND NOT b", "a NOT b", "a -b", "a !b", "a ！b", "a 非 b", "a不含b", "a NOT NOT NOT b"],
        ["a AND NOT b AND NOT c", "a NOT (b OR c)", "a -(c OR b)", "a NOT (NOT (NOT b AND NOT c))"],
        ["ti:a OR ti:b", "ti:(a OR b)", "TI:( b | a )", "ti：（a OR b）"],
        ["cat:cs", "cat:cs.*", "cat:CS", "CAT:cs.*"],
        ["cat:math.NA", "cat:cs.NA", "cat:CS.na"],
        ["cat:math-ph", "cat:math.MP"],
        ["id:2604.07411", "id:2604.07411v3"],
        ["behavior cloning", "Behaviour  Cloning", "behaviours-cloning", "behaviour cloning"],
        ["schrodinger bridge", r"Schr\"odinger bridges", "Schrödinger bridge"],
        ["alpha divergence", "α-divergence", r"$\alpha$ divergence"],
        ["world model", "WORLD MODEL", "World Models"],
        ["强化学习", "強化學習", "強化学習"],
        ['au:"yann lecun"', "au:Yann LeCun", 'au:"LeCun, Yann"', "au:“Yann LeCun”"],
        ["graph transformer~3", "transformers graph~3", "Graph-Transformer~3"],
        ['"world model"', "“World Model”", "「world model」", "«world model»"],
        ["cat:cs.LG AND diffusion", "cat:cs.LG diffusion", "diffusion cat:cs.LG"],
    ],
)
def test_one_meaning_has_one_canonical_form(texts):
    assert len({canonical(text) for text in texts}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"world model"', "world model"),
        ("world model", "model world"),
        ("RAG", "rag"),
        ("a b", "a AND b"),
        ("graph transformer~3", "graph transformer~4"),
        ("ti:a", "a"),
        ("cat:cs.LG", "pri:cs.LG"),
        ("a AND (b OR c)", "a AND b OR c"),
        ("policy", "police"),
    ],
)
def test_what_differs_in_meaning_differs_in_form(one, other):
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Q&A", "q a"),
        ("p(a|b)", "a b AND p"),
        ("search and rescue", "search and rescue"),
        ("a - b", "a b"),
        ("x–y", "x y"),
        ("非线性 OR nonlinear", "nonlinear OR 非线性"),
        ("Dreamer: learning behaviors", "dreamer learning behavior"),
        ("10:30", "10 30"),
        (r"au:Schr\"odinger", 'au:"schrodinger"'),
        (r"Mu\~noz", "munoz"),
        ("x.OR.y", "x .OR y"),
        ("不 含 x", "不 含 x"),
        ("LLM* agent", "LLM* agent"),
        ('"RAGs" OR RAGs', '"RAGs" OR RAG'),
        ("ti:world model abs:agent", "abs:agent AND ti:world model"),
        ("GRPO OR PPO AND reasoning", "GRPO OR PPO AND reasoning"),
        ("x NOT (a AND b)", "(NOT a OR NOT b) AND x"),
    ],
)
def test_signs_that_are_no_operators_stay_text(text, form):
    assert canonical(text) == form
    assert canonical(form) == form


def test_a_canonical_form_may_be_longer_than_what_a_person_may_type():
    typed = "|".join(f"A{number:06d}" for number in range(32))
    query = parse(typed)
    assert len(typed) <= 256 < len(query.canonical)
    assert parse_canonical(query.canonical).canonical == query.canonical


def test_a_query_tells_its_terms():
    query = parse('扩散策略 OR "diffusion policy" NOT driving')
    assert len(query.terms) == 3
    assert len(query.positive_terms) == 2
    assert not query.needs_translation
    assert parse("扩散策略 NOT driving").needs_translation
    assert parse("扩散策略 AND robot").needs_translation


@pytest.mark.parametrize(
    ("text", "is_needed"),
    [
        ("扩散策略 NOT driving", True),
        ("扩散策略 AND robot", True),
        ("扩散策略 OR 世界模型", True),
        ("扩散策略 OR world model", False),
        ("world model NOT 扩散策略", False),
        ("au:张三", False),
    ],
)
def test_a_query_tells_whether_it_can_hit_a_paper_that_nobody_translated(text, is_needed):
    assert parse(text).needs_translation is is_needed


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("   ", "empty", None),
        ("...", "empty", None),
        ("()", "empty_group", 0),
        ("a AND ()", "empty_group", 6),
        ("a AND ...", "no_right", 5),
        ("a OR", "no_right", 4),
        ("(a AND) b", "no_right", 6),
        (")", "closed_group", 0),
        ("(a", "open_group", 0),
        ("（a", "open_group", 0),
        ("x “a", "open_quote", 2),
        ('"!!"', "empty_phrase", 0),
        ("NOT a AND NOT b", "nothing_positive", None),
        ("a OR (b OR NOT c)", "branch_without_positive", 11),
        ("A* search", "short_prefix", 0),
        ("a * b", "star_place", 2),
        ("quantiz**", "star_place", 8),
        ("ti: AND x", "empty_field", 3),
        ("ti:abs:x", "field_in_field", 3),
        ("id:zz", "unknown_id", 3),
        ("cat:cs.ZZ", "unknown_category", 4),
        ("see https://arxiv.org", "unknown_field", 4),
        ("graph transformer~", "near_distance", 17),
        ("graph transformer~99999", "near_distance", 17),
        ("(a b)~3", "near_place", 5),
        ("au:Yann LeCun~3", "near_place", 13),
        (" OR ".join("abcdefghijklmnopqrstuvwxyz0123456"), "too_many_terms", 160),
        ("ﬃ（", "open_group", 1),
    ],
)
def test_a_refusal_names_the_place_in_the_typed_text(text, code, position):
    error = refuse(text)
    assert (error.code, error.position, error.query) == (f"refusals.{code}", position, text)


def test_every_sentence_of_a_refusal_is_used_and_there_in_both_languages():
    chinese, english = (load_phrases(language).section("refusals") for language in ("zh", "en"))
    tried = [
        "",
        "a" * 257,
        " ".join(["(a"] * 9),
        ")",
        "(",
        "()",
        '"',
        '""',
        "OR a",
        "a OR",
        "a OR OR b",
        "NOT a",
        "a OR -b",
    ]
    tried += ["a*", "*", "cat:x", "id:x", "x:y", "ti:", "ti:ti:a", "a b~0", "a~3", "(a)~3", " OR ".join("a" * 33)]
    assert {refuse(text).code.removeprefix("refusals.") for text in tried} == set(chinese) == set(english)


def test_the_caret_stands_under_the_place_behind_double_width_characters():
    lines = explain_refusal(refuse("扩散策略 AND OR b"), load_phrases("zh")).split("\n")
    assert lines[1:] == ["扩散策略 AND OR b", "             ^"]


def test_a_refusal_shows_one_line_even_of_several_and_of_a_long_one():
    broken = explain_refusal(refuse("a\nAND"), load_phrases("en"))
    long = explain_refusal(refuse("x" * 100 + " ab* " + "y" * 100), load_phrases("en"))
    assert broken.split("\n")[1:] == ["a AND", "     ^"]
    assert long.split("\n")[1][long.split("\n")[2].index("^") :].startswith("ab*")


def test_an_empty_refusal_is_only_a_sentence():
    assert "\n" not in explain_refusal(refuse("  "), load_phrases("zh"))


@pytest.mark.parametrize(
    ("text", "keywords"),
    [
        ("RLHF, diffusion policy", [Typed("RLHF", 0), Typed("diffusion policy", 6)]),
        (
            "a，b、c；d\ne\r\nf",
            [Typed("a", 0), Typed("b", 2), Typed("c", 4), Typed("d", 6), Typed("e", 8), Typed("f", 11)],
        ),
        ('au:"LeCun, Yann", (a, b)', [Typed('au:"LeCun, Yann"', 0), Typed("(a, b)", 18)]),
        ("“x，y”，z", [Typed("“x，y”", 0), Typed("z", 6)]),
        (" , ,;\n", []),
        (r"Schr\"odinger, b", [Typed(r"Schr\"odinger", 0), Typed("b", 15)]),
        ("a), b", [Typed("a)", 0), Typed("b", 4)]),
    ],
)
def test_several_keywords_are_parted_outside_quotes_and_brackets(text, keywords):
    assert split_keywords(text) == keywords
