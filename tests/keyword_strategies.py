r"""Queries and papers for hypothesis: few words, so that they meet; and the ways in which one text is written."""

from hypothesis import strategies as st

from digests.keywords.match import Field
from digests.papers.whole_text import clean_words
from tests.builders import make_paper

#: What the grammar reads, and what it may stumble over.
PIECES = [
    *"ab1*~\"()&|-!:'\\${}^_,.; ",
    "AND",
    " OR ",
    " NOT ",
    "或",
    "或者",
    "且",
    "非",
    "不含",
    "扩散",
    "散",
    "ti:",
    "abs:",
]
PIECES += [
    "cat:cs",
    "cat:cs.*",
    "id:2604.07411",
    "au:",
    "co:",
    "foo:",
    "扩：",
    "~3",
    "~20",
    "RAG",
    "WORLD",
    "LLAMA",
    "LLMs",
]
PIECES += [
    "models",
    "ize*",
    "C++",
    "GPT-4o",
    "'s",
    "RLHF|",
    "α",
    "é",
    "ß",
    "ſ",
    "ﬃ",
    "½",
    "ﷺ",
    "ǆ",
    "İ",
    "Ħ",
    "K",
    "한",
    "が",
]
PIECES += [
    "\u200b",
    "\u00ad",
    "\u0301",
    "\ud800",
    "\u2011",
    "“",
    "’",
    "（",
    "｜",
    "—",
    "\n",
    "\u3000",
    '\\"o',
    "\\alpha",
]

queries_of_pieces = st.lists(st.sampled_from(PIECES), max_size=40).map("".join).map(lambda text: text[:256])
any_text = st.one_of(st.text(max_size=256), queries_of_pieces)

#: A word as a listing page writes it, as a feed or OAI writes it, and as a person types it.
SHAPES = {
    "alpha": ("$α$", r"$\alpha$", "alpha"),
    "pi": ("$π$", r"$\pi$", "π"),
    "epsilon": ("ϵ", r"\epsilon", "ε"),
    "schrodinger": ("Schrödinger", r"Schr\"odinger", "Schrodinger"),
    "erdos": ("Erdős", r"Erd{\H{o}}s", "Erdo\u030bs"),
    "poincare": ("Poincaré", r"Poincar\'{e}", "poincare"),
    "francois": ("François", r"Fran\c{c}ois", "Franc\u0327ois"),
    "lukasz": ("Łukasz", r"{\L}ukasz", "Lukasz"),
    "bayes": ("Bayes’", "Bayes'", "Bayes"),
    "adam": ("Adam’s", "Adam's", "adam's"),
}
words = st.sampled_from(
    [
        "policy",
        "policies",
        "model",
        "behaviour",
        "behavior",
        "graph",
        "RAG",
        "GANs",
        "rag",
        "k",
        "4o",
        "扩散",
        "強化",
        *SHAPES,
    ]
)
small_words = words.map(str.lower)


def make_queries(words):
    phrases = st.lists(words, min_size=1, max_size=3).map(" ".join)
    terms = st.one_of(
        phrases,
        phrases.map('"{}"'.format),
        phrases.map("ti:{}".format),
        phrases.map("co:{}".format),
        phrases.map("abs:({} OR model)".format),
        st.tuples(phrases, words, st.integers(1, 3)).map("{0[0]} {0[1]}~{0[2]}".format),
        st.sampled_from(["pol*", "behaviou*", "behavior*", '"behav*"', "graph* graph model~2", "schr* bridge"]),
        st.sampled_from(
            ["cat:cs", "cat:math.NA", "pri:cs.LG", "id:2601.00002", "au:LeCun", 'au:"Y. LeCun"', "au:Schr*"]
        ),
    )
    return st.recursive(
        terms,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map("({0[0]}) AND ({0[1]})".format),
            st.tuples(inner, inner).map("({0[0]}) OR ({0[1]})".format),
            st.tuples(inner, inner).map("({0[0]}) NOT ({0[1]})".format),
        ),
        max_leaves=4,
    )


small_queries = make_queries(small_words)
queries = st.one_of(make_queries(words), small_queries, st.sampled_from(["GAN*", "RAG rag~2", "RAG 扩散~2"]))
texts = st.lists(words, max_size=8).map(" ".join)
people = st.sampled_from(["Yann LeCun", "Y. LeCun", "Erwin Schrödinger", "Bo van den Oord", "LeCun"])
papers = st.builds(
    make_paper,
    title=texts,
    abstract=texts,
    comments=texts,
    authors=st.lists(people, max_size=3).map(tuple),
    categories=st.sampled_from([("cs.LG",), ("stat.ML", "cs.LG"), ("math.OC",), ("math.NA",), ("eess.SY",), ()]),
)
#: The Chinese of a paper: title, line break, abstract.
chinese = st.lists(st.sampled_from(["扩散", "强化", "RAG", " ", "的", "\n"]), max_size=6).map("".join)


def dress(paper, change):
    """The paper with `change` made to each of its texts."""
    return make_paper(
        id=paper.id,
        title=change(paper.title),
        abstract=change(paper.abstract),
        comments=change(paper.comments),
        authors=paper.authors,
        categories=paper.categories,
    )


def write_as_listing(text):
    """As arXiv's page has it, through the border."""
    return clean_words(_spell(text, 0))


def write_as_feed(text):
    """As RSS, OAI and the API have it, through the border."""
    return clean_words(_spell(text, 1))


def write_as_typed(text):
    return _spell(text, 2)


def hyphenate(text):
    return text.replace(" ", "-")


def break_lines(text):
    return text.replace(" ", "\n  ")


def add_latex(text):
    dresses = ["${}$", "\\emph{{{}}}", "{{{}}}", "\\textbf{{\\emph{{{}}}}}", "\\mathrm{{{}}}"]
    return " ".join(dresses[place % 5].format(word) if word else "" for place, word in enumerate(text.split(" ")))


def add_accents(text):
    return text.replace("o", "ö").replace("e", "e\u0301").replace("c", "ç")


def add_invisible(text):
    return text.replace("o", "o\u00ad").replace("a", "a\u200b")


def widen(text):
    """Full-width, as a Chinese keyboard types it; each character is one still."""
    return "".join(
        chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else "\u3000" if char == " " else char for char in text
    )


def text_of(paper, in_chinese, field):
    return {
        Field.TITLE: paper.title,
        Field.ABSTRACT: paper.abstract,
        Field.COMMENTS: paper.comments,
        Field.CHINESE: in_chinese,
        Field.AUTHORS: ", ".join(paper.authors),
        Field.CATEGORY: " ".join(paper.categories),
        Field.PRIMARY: paper.primary_category,
        Field.ID: paper.id,
    }[field]


def _spell(text, column):
    return " ".join(SHAPES[word][column] if word in SHAPES else word for word in text.split(" "))
