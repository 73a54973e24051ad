"""Queries with AND, OR and NOT: how they are read, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api.query.filters import Filters
from search_api.query.formula import All, Clause, Named, Not, Some
from search_api.query.language import LONG, Asked, parse

READ = {
    "dune OR wave": "dune OR wave",
    "dune AND wave OR sand": "(dune AND wave) OR sand",
    "coastal dune OR wave": "(coastal AND dune) OR wave",
    "(dune OR wave) AND sand": "(dune OR wave) AND sand",
    "dune NOT wave": "dune AND NOT wave",
    "dune AND NOT (wave OR sand)": "dune AND NOT (wave OR sand)",
    "dune -(wave OR sand)": "dune AND NOT (wave OR sand)",
    "NOT wave": "NOT wave",
    '("sand dune" OR berm*) AND year:2020..': '("sand dune" OR berm*) AND year:2020..',
    "title:(dune OR wave)": "title:dune OR title:wave",
    '-title:("sand dune" OR wave) AND sea': 'NOT (title:"sand dune" OR title:wave) AND sea',
    "author:Lee OR author:Wu": "author:Lee OR author:Wu",
    "pmid:1 OR 10.1234/a": "pmid:1 OR doi:10.1234/a",
    "has:code AND -images AND dune": "has:code AND NOT images AND dune",
    "the dune OR the wave": "dune OR wave",
    "f(x) OR dune": "f(x) OR dune",
}


@pytest.mark.parametrize(("q", "formula"), READ.items())
def test_a_query_of_databases_is_read_as_one(q, formula):
    """NOT before AND before OR, words side by side belong together; a note says how it was read."""
    asked = parse(q)
    assert [str(one) for one in asked.formulas] == [formula]
    assert asked.notes == (f"read as {formula}",)


def test_a_formula_has_its_parts():
    """What is negated does not rank, and a beginning ranks by the words that it stands for."""
    asked = parse('(dune OR "wet sand") AND berm* AND keyword:sea NOT pmid:7')
    assert asked.text == "dune wet sand"
    assert asked.beginnings == ("berm",)
    assert asked.formulas == (
        All(
            (
                Some((Clause("dune", literal=False), Clause("wet sand", literal=True))),
                Clause("berm", literal=True, prefix=True),
                Filters(keyword=("sea",)),
                Not(Named(("pmid:7",))),
            )
        ),
    )


@pytest.mark.parametrize(
    ("q", "read"),
    [
        ("year:2018 OR year:2020..2022", "year:2018 OR year:2020..2022"),
        ("year:>2017 AND author:Dune", "year:2018.. AND author:Dune"),
    ],
)
def test_a_note_has_years_as_they_are_typed(q, read):
    """And not as the parameters that they come to."""
    assert parse(q).notes == (f"read as {read}",)


@pytest.mark.parametrize(
    ("q", "problem"),
    {
        "dune OR": "nothing stands at the end",
        "OR": "nothing stands before OR",
        "AND gates": "nothing stands before AND",
        "dune AND OR wave": "nothing stands before OR",
        "dune NOT": "nothing stands after NOT",
        "(dune OR wave": "a parenthesis is not closed",
        "dune OR wave)": "a parenthesis is closed that was not opened",
        "dune OR related:pmid:1": "related:pmid:1 is no part of AND, OR and NOT",
        "dune[ti] AND wave": (
            "dune[ti] has its field as PubMed writes it; here it comes first, as in title:barley"
        ),
        "dune OR year:20x": "year:20x is not a year or a range such as 2023..2025",
        "NOT " * 40 + "dune": "more than 30 parentheses and NOTs are within each other",
        "(" * 40 + "dune OR wave" + ")" * 40: (
            "more than 30 parentheses and NOTs are within each other"
        ),
        " OR ".join(f"dune{n}" for n in range(300)): (
            "it has more than 200 words, phrases and fields"
        ),
    }.items(),
)
def test_what_is_no_formula_is_searched_as_text(q, problem):
    """A note says why."""
    asked = parse(q)
    assert asked.formulas == ()
    assert asked.notes == (f"AND, OR and NOT are searched as text: {problem}",)


@pytest.mark.parametrize(
    "q",
    [
        "dune or wave and not sand",
        "THE DUNES AND THE WAVES OF A COAST",
        "an adjusted OR 1.5 of smoking",
        "smoking (OR = 2.1) and dunes",
        "the effect of salt on the growth of young dunes OR what we know of waves in winter",
    ],
)
def test_prose_is_no_formula(q):
    """In small letters, in a title in capitals, as odds ratios, and between long parts."""
    assert parse(q) == Asked(q)


def test_a_long_formula_is_read():
    """What reviewers paste is longer than prose that counts as typed."""
    words = " OR ".join(f'"dune {n}"' for n in range(60))
    assert len(words) > LONG
    (formula,) = parse(f"({words}) AND sea").formulas
    assert isinstance(formula, All)


PIECES = st.sampled_from(
    'AND OR NOT ( ) -( " “ title:( author: pmid:1 key: berm* dune the -sea "wet sand" : * '.split()
)


@pytest.mark.parametrize(
    "q",
    [
        "OR" + " " * 19_000,
        "(" * 19_000,
        "NOT " * 4000,
        "id:" * 6000,
        "x" * 9000 + " OR y",
        '"' * 9000,
    ],
)
def test_hostile_queries_are_read(q):
    """Nor are they slow, which the time limit of the suite would tell, or too deep."""
    assert parse(q).formulas == () or " OR " in q


@given(st.lists(PIECES, max_size=14))
def test_no_query_is_an_error(pieces):
    """Whatever is typed is read, and what was read can be written as a note."""
    asked = parse(" ".join(pieces))
    assert all(str(one) for one in asked.formulas)
