"""The query language: what counts as an operator, and what is only text."""

import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.fields import FLAGS, TERMS
from indexer.letters import WORD
from indexer.paper import Paper
from indexer.readers import reader_for
from indexer.sources import find_documents
from search_api.query.filters import Filters
from search_api.query.language import (
    HELP,
    LONG,
    MAX_NOTES,
    MAX_OPERATORS,
    Asked,
    Clause,
    Wish,
    parse,
)
from tests.conftest import SEEDS, papers_in

PROSE = [
    "graphs",
    "  white   space\n\nas\tit is ",
    "Background: we ask. Results: it works. Note:this too",
    "state-of-the-art x - y – z — -0.5 -5 +5 % A + B C++ -- --help - foo ->x -",
    "(GNNs) don't say 'so', rock 'n' roll",
    'a 5" disk, so("called) x"y"z',
    "https://arxiv.org/abs/2508.15763 http://x.org/?a=-b arxiv:2508.15763",
    r"$\alpha_{-x} + (-y)$ e^{-x} \cite{a:b}",
    "x-1 (a) f(-x) + (a) - (b)",
    "see-also:code au:x ti:sapphire by:me titular:x",
    "graphs and (images or -5) not video",
    "联邦学习：综述",
]

FORMS = {
    '"graph networks"': Asked("graph networks", must=(Clause("graph networks", True),)),
    '"graphs"': Asked("graphs", must=(Clause("graphs", True),)),
    "a “b c”, d": Asked("a b c, d", must=(Clause("b c", True),)),
    "„b c“": Asked("b c", must=(Clause("b c", True),)),
    "a  -images  b": Asked("a b", must_not=(Clause("images", False),)),
    "-images, -video.": Asked(must_not=(Clause("images", False), Clause("video", False))),
    "-pre-trained": Asked(must_not=(Clause("pre-trained", True),)),
    "-C++": Asked(must_not=(Clause("C++", False),)),
    "-Généralisation": Asked(must_not=(Clause("Généralisation", False),)),
    'a -"b c", d': Asked("a d", must_not=(Clause("b c", True),)),
    "-“b c”": Asked(must_not=(Clause("b c", True),)),
    "+2 (graph networks)": Asked(wishes=(Wish(2, "graph networks"),)),
    "a +(b) -(c) d": Asked("a d", wishes=(Wish(1, "b"), Wish(-1, "c"))),
    "+0.5(b), -.25  (c); +100 (d)": Asked(
        wishes=(Wish(0.5, "b"), Wish(-0.25, "c"), Wish(100, "d"))
    ),
    '+2 (a (b) "c" -d year:2024)': Asked(wishes=(Wish(2, 'a (b) "c" -d year:2024'),)),
    "title:graphs": Asked("graphs", must=(Clause("graphs", False, "title"),)),
    "TITLE:few-shot a": Asked("few-shot a", must=(Clause("few-shot", True, "title"),)),
    'intitle:"a b"': Asked("a b", must=(Clause("a b", True, "title"),)),
    "a -title:b": Asked("a", must_not=(Clause("b", False, "title"),)),
    "author:Huang": Asked(filters=Filters(author=("Huang",))),
    'author:"Wenke Huang", authors:Ye': Asked(filters=Filters(author=("Wenke Huang", "Ye"))),
    "venue:CVPR journal:Nature": Asked(filters=Filters(venue=("CVPR", "Nature"))),
    "category:cs.LG cat:stat.ML": Asked(filters=Filters(category=("cs.LG", "stat.ML"))),
    "source:seeds": Asked(filters=Filters(source=("seeds",))),
    "year:2024": Asked(filters=Filters(2024, 2024)),
    "year:2023..2025": Asked(filters=Filters(2023, 2025)),
    "year:2023-2025": Asked(filters=Filters(2023, 2025)),
    "year:2023..": Asked(filters=Filters(2023)),
    "year:..2025": Asked(filters=Filters(None, 2025)),
    "year:>=2023": Asked(filters=Filters(2023)),
    "year:>2023": Asked(filters=Filters(2024)),
    "year:<=2023": Asked(filters=Filters(None, 2023)),
    "year:<2023": Asked(filters=Filters(None, 2022)),
    'year:"2024"': Asked(filters=Filters(2024, 2024)),
    "year:2020.. year:..2023": Asked(filters=Filters(2020, 2023)),
    "has:code": Asked(filters=Filters(has_code=True)),
    "-Has:Code": Asked(filters=Filters(has_code=False)),
    "a -author:B -author:C": Asked("a", excluded=(Filters(author=("B",)), Filters(author=("C",)))),
    "-category:cs.CV": Asked(excluded=(Filters(category=("cs.CV",)),)),
    '-venue:"Nature Methods"': Asked(excluded=(Filters(venue=("Nature Methods",)),)),
    "-source:seeds": Asked(excluded=(Filters(source=("seeds",)),)),
    "-year:2020..2021": Asked(excluded=(Filters(2020, 2021),)),
    "related:arxiv:2508.15763": Asked(like=("arxiv:2508.15763",)),
    "related:2508.15763v2 a": Asked("a", like=("arxiv:2508.15763",)),
    "like:https://arxiv.org/abs/2508.15763v1": Asked(like=("arxiv:2508.15763",)),
    "related:doi:10.1000/ABC unlike:pmid:1": Asked(like=("doi:10.1000/abc",), unlike=("pmid:1",)),
    "unlike:https://doi.org/10.1000/abc": Asked(unlike=("doi:10.1000/abc",)),
    "related:10.48550/arXiv.2101.00001": Asked(like=("arxiv:2101.00001",)),
    "related:Lee2015 unlike:key:Roe": Asked(like=("Lee2015",), unlike=("key:roe",)),
    "related:akin:51bb49ea6b40cafb": Asked(like=("akin:51bb49ea6b40cafb",)),
    "related:P19-1001 related:acl:P19-1001": Asked(like=("acl:P19-1001",)),
    '"-a year:2024 b" c': Asked("a year 2024 b c", must=(Clause("-a year:2024 b", True),)),
    '"+2" (a)': Asked("2 a", must=(Clause("+2", True),)),
    "": Asked(),
}

LEFT_AS_TEXT = {
    "year:20x5": "year:20x5 is not a year or a range such as 2023..2025",
    "year:2025..2023": "year:2025..2023 is not a year or a range such as 2023..2025",
    "year:..": "year:.. is not a year or a range such as 2023..2025",
    "author: Huang": "author: has no value right after the colon",
    'author:""': 'author:"" has no closing quote after a word, within 300 characters',
    "related:": "related: has no value right after the colon",
    "related:foo": "related:foo is not an id such as arxiv:2508.15763 or key:Lee2015",
    "-related:2508.15763": "-related:2508.15763 is no filter; the opposite of related: is unlike:",
    "abstract:dunes": "abstract:dunes names no field that akin has",
    "autor:Dune": "autor:Dune names no field (did you mean author:?)",
    "wom?n": "wom?n has a wildcard within; only * at the end of a word counts",
    "*dune": "*dune has a wildcard within; only * at the end of a word counts",
    "ADJ3": 'ADJ3 is no operator here; "…" finds words side by side',
    "dunes[Title/Abstract]": (
        "dunes[Title/Abstract] has its field as PubMed writes it; here it comes first, as in "
        "title:barley"
    ),
    "TI=(dunes)": (
        "TI=(dunes) has its field as Scopus or Web of Science writes it; here it is as in "
        "title:barley"
    ),
    "has:elephants": "has:elephants is not has:code",
    "title:—": "title:— has no word",
    "Source:https://x.org": "Source:https://x.org is followed by a link",
    'title:"a b': 'title:"a has no closing quote after a word, within 300 characters',
    '"a b': '"a has no closing quote after a word, within 300 characters',
    '-"a b': '-"a has no closing quote after a word, within 300 characters',
    '"a b"-based': '"a has no closing quote after a word, within 300 characters',
    '"…"': '"…" quotes no word',
    "+2 (": "+2 ( opens a parenthesis that is not closed",
    "+2 (a)b": "+2 (a)b goes on right after its closing parenthesis",
    "-0 (a)": "-0 (a) has no weight above 0 and up to 100",
    "+101 (a)": "+101 (a) has no weight above 0 and up to 100",
    "+2 ( … )": "+2 ( … ) has no word in its parentheses",
    "-x": '-x excludes no word; -"…" excludes what is in quotes',
    "-the": '-the excludes no word; -"…" excludes what is in quotes',
    "-f(x)": '-f(x) excludes no word; -"…" excludes what is in quotes',
    "-called-": '-called- excludes no word; -"…" excludes what is in quotes',
}

CONTRADICTORY = [
    ("year:2020 year:2023", "year:2023 contradicts year:2020; the last one counts"),
    ("year:2020.. year:..2019", "year:..2019 contradicts year:2020..; the last one counts"),
    ("has:code -has:code", "-has:code contradicts its opposite; the last one counts"),
    ("-author:A author:A", "-author:A excludes what is asked for elsewhere"),
    ('"a b" -"a b"', '-"a b" excludes what is asked for elsewhere'),
    (
        "unlike:pmid:1 related:pmid:1",
        "pmid:1 is asked for by related: and unlike:; related: counts",
    ),
]

words = st.from_regex(r"[a-z]{2,8}", fullmatch=True)
marks = st.sampled_from(
    '" “ ” - + ( ) , . : -" +2 -1 +( -( +0 author: title: year: has: related: unlike: cat: '
    'year:2024 year:2025..2023 has:code -title:" author:"'.split()
)
tangled = st.lists(st.tuples(words | marks, st.sampled_from(["", "", " ", "\n"]))).map(
    lambda pieces: "".join(piece + gap for piece, gap in pieces)
)
long_prose = st.lists(words, min_size=1).map(lambda few: " ".join(few * LONG))


def words_of(asked: Asked) -> set[str]:
    """Every word that a query came to, numbers as they are printed."""
    filters = [asked.filters, *asked.excluded]
    texts = [asked.text, *asked.like, *asked.unlike, *asked.notes]
    texts += [clause.text for clause in (*asked.must, *asked.must_not)]
    texts += [f"{wish.weight:g} {wish.text}" for wish in asked.wishes]
    values = [value for one in filters for value in one.to_json().values()]
    texts += [" ".join(value) if isinstance(value, list) else str(value) for value in values]
    return set(WORD.findall(" ".join(texts)))


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_left_alone(text):
    """Colons, hyphens, numbers, parentheses, links and formulas are no operators."""
    assert replace(parse(text), names=()) == Asked(text)


@pytest.mark.parametrize(("q", "expected"), FORMS.items())
def test_every_form_says_what_it_means(q, expected):
    """Each form of the language gives this and nothing else, without a note."""
    assert parse(q) == expected


@pytest.mark.parametrize(("q", "problem"), LEFT_AS_TEXT.items())
def test_what_does_not_parse_is_searched_as_text(q, problem):
    """The text stays as it was typed, and one note names the part and what is wrong with it."""
    assert parse(q) == Asked(q, notes=(f"{problem}; searched as text",))


def test_the_rest_of_a_query_counts_beside_a_part_that_does_not():
    """One mistake leaves the other operators in force."""
    asked = parse('graphs year:20x5 has:code "a b -images')
    assert asked.text == 'graphs year:20x5 "a b'
    assert asked.filters == Filters(has_code=True)
    assert asked.must_not == (Clause("images", False),)
    assert [note.split()[0] for note in asked.notes] == ["year:20x5", '"a']


@pytest.mark.parametrize(("q", "note"), CONTRADICTORY)
def test_a_contradiction_is_told(q, note):
    """Nobody has to guess why nothing is found."""
    assert parse(q).notes == (note,)


@pytest.mark.parametrize(
    ("q", "given", "note"),
    [
        (
            "year:2020 a",
            Filters(2024, author=("A",)),
            "year:2020 contradicts the filter year:2024..; no paper passes both",
        ),
        (
            "year:2020..",
            Filters(None, 2019),
            "year:2020.. contradicts the filter year:..2019; no paper passes both",
        ),
        (
            "has:code",
            Filters(has_code=False),
            "has:code contradicts the filter; no paper passes both",
        ),
        (
            "-has:code",
            Filters(has_code=True),
            "-has:code contradicts the filter; no paper passes both",
        ),
        (
            "-author:A",
            Filters(2024, author=("A",)),
            "-author:A excludes what is asked for elsewhere",
        ),
        ("-year:2024", Filters(2024, 2024), "-year:2024 excludes what is asked for elsewhere"),
    ],
)
def test_a_contradiction_to_a_filter_beside_the_query_is_told(q, given, note):
    """Both are to be passed, which no paper does, and a note says that."""
    assert parse(q, given).notes == (note,)


@pytest.mark.parametrize(
    ("q", "given"),
    [
        ("year:2020..", Filters(2024)),
        ("year:2024", Filters(2020, 2024)),
        ("has:code author:A", Filters(has_code=True, author=("B",))),
        ("-author:A", Filters(author=("A", "B"))),
        ("a", Filters(2024, 2024, has_code=False)),
    ],
)
def test_filters_that_narrow_each_other_need_no_note(q, given):
    """Some paper may pass both."""
    assert parse(q, given).notes == ()


def test_of_contradictory_parts_the_last_or_the_positive_counts():
    """What is left can be asked of an engine."""
    assert parse("year:2020 year:2023").filters == Filters(2023, 2023)
    assert parse("has:code -has:code").filters == Filters(has_code=False)
    asked = parse("unlike:pmid:1 unlike:pmid:2 related:pmid:1")
    assert (asked.like, asked.unlike) == (("pmid:1",), ("pmid:2",))


@pytest.mark.parametrize(("form", "meaning"), HELP)
def test_every_form_of_the_help_is_one(form, meaning):
    """What the help shows is understood, and is not merely text."""
    asked = parse(f"words {form}")
    assert meaning
    assert all(note.startswith("read as ") for note in asked.notes)
    assert asked != Asked(asked.text)


def test_the_help_shows_every_part_of_the_result():
    """No kind of operator is missing from it."""
    asked = [parse(form) for form, _ in HELP]
    for name in ("wishes", "must", "must_not", "excluded", "like", "unlike"):
        assert any(getattr(one, name) for one in asked), name
    shown = set().union(*(one.filters.to_json() for one in asked))
    assert shown == {"year_from", "year_to", *(field.parameter for field in (*TERMS, *FLAGS))}


def test_seeds_come_through_untouched():
    """Each title and each abstract parses to itself; quotes in an abstract are told of."""
    found = [
        paper
        for document in find_documents([SEEDS])
        for paper in papers_in(reader_for(document), document)
        if isinstance(paper, Paper)
    ]
    assert len(found) == 64
    assert [parse(paper.title) for paper in found] == [Asked(paper.title) for paper in found]
    asked = [parse(paper.abstract) for paper in found]
    assert [one.text for one in asked] == [paper.abstract for paper in found]
    notes = ('"lifechain" and 1 more within a long text; searched as text',)
    assert {one.notes for one in asked} == {(), notes}
    assert all(one == Asked(one.text, notes=one.notes) for one in asked)


@given(long_prose)
def test_operators_around_pasted_text_count_and_those_within_do_not(text):
    """A filter after an abstract is meant; a minus in the middle of it is a dash."""
    half = len(text) // 2
    pasted = f'"It" is {text[:half]} -odd +2 (way) author:x {text[half:]}'
    asked = parse(f"year:2024 -images {pasted}\n-0.5 (medical images) has:code")
    assert asked == Asked(
        pasted,
        wishes=(Wish(-0.5, "medical images"),),
        must_not=(Clause("images", False),),
        filters=Filters(2024, 2024, has_code=True),
        notes=('"It" and 3 more within a long text; searched as text',),
    )


def test_only_plain_text_makes_a_query_long():
    """Many phrases are a long query, not a pasted text; white space is not counted."""
    phrases = " ".join(f'"phrase {number}"' for number in range(60))
    assert len(parse(phrases).must) == 60
    plain = "a " * LONG
    assert parse(f'{plain} "b"').must == (Clause("b", True),)
    assert parse(f'{plain} a "b"') == Asked(
        f'{plain} a "b"', notes=('"b" within a long text; searched as text',)
    )


def test_there_is_an_end_to_operators_and_to_notes():
    """What comes after the last operator that counts is searched, sign and quotes aside."""
    asked = parse(" ".join(f"-word{number}" for number in range(1000)))
    assert asked.must_not == tuple(Clause(f"word{n}", False) for n in range(MAX_OPERATORS))
    assert asked.text == " ".join(f"word{number}" for number in range(MAX_OPERATORS, 1000))
    assert asked.notes == ("-word64 comes after 64 operators; searched as text from there",)
    notes = parse(" ".join(f"year:{letter}" for letter in "abcdefghijklmno")).notes
    assert len(notes) == MAX_NOTES
    assert notes[-1] == "and 6 more notes of this kind"


@given(st.lists(words, min_size=1), st.sampled_from([" ", "  ", "\n"]))
def test_words_alone_are_text(typed, gap):
    """Without an operator the query is its own text."""
    q = gap.join(typed)
    assert parse(q) == Asked(q)


@given(st.text() | tangled)
def test_any_text_can_be_asked(q):
    """Nothing raises, and without an operator the text is what was typed."""
    asked = parse(q)
    if asked == Asked(asked.text, notes=asked.notes):
        assert asked.text == q


@given(st.text() | tangled)
def test_what_is_left_holds_no_more_operators(q):
    """Reading the text again takes nothing more out of it."""
    text = parse(q).text
    again = parse(text)
    assert again == Asked(text, notes=again.notes)


@given(tangled)
def test_nothing_typed_is_lost(q):
    """Every word comes back, except the names of fields and how a weight was written."""
    names = set("author title year has related unlike cat code".split())
    lost = set(WORD.findall(q)) - words_of(parse(q)) - names
    assert [word for word in lost if not word.isdecimal()] == []


@pytest.mark.parametrize("start", ["", "-a", '"', "+1 (", "related:", "title:", 'author:"'])
@pytest.mark.parametrize(
    "unit",
    ['"', '" ', '"a ', '"a" ', "-", "- ", "-a ", "-a-", '-"', "(", "+1 (", "+( ", "+1 (a) ", "a:",
     "year:x ", "year:2024 ", 'title:"a ', "has:code ", "10.1/", "arxiv.org/abs/", "a. ", "\n"],
)  # fmt: skip
def test_work_grows_as_the_text_does(start, unit):
    """Four times the text takes about four times the calls, whatever it is made of."""
    once, more = (calls_of(parse, (start + unit * size)[:size]) for size in (600, 2_400))
    assert more <= 8 * once
    parse((start + unit * 20_000)[:20_000])  # the longest query ends, its expressions too


def calls_of(function, *arguments):
    """How often a function calls another, those of C and of regular expressions, too."""
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        function(*arguments)
    finally:
        sys.setprofile(before)
    return calls
