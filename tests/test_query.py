"""Query, Filters and Cursor: what is refused, and what makes two queries the same."""

import base64
import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import BadParameter, StaleCursor
from indexer.fields import FLAGS, TERMS
from search_api.query.cursor import Cursor
from search_api.query.filters import Filters
from search_api.query.formula import Not
from search_api.query.language import Clause, Wish
from search_api.query.query import Query

QUERY = Query("graphs", like=("a",), unlike=("b",), min_score=0.5)
CHANGES = {
    "text": "graph",
    "wishes": (Wish(2, "networks"),),
    "must": (Clause("node", literal=True),),
    "must_not": (Clause("image", literal=False),),
    "narrowed": Filters(year_from=2023),
    "excluded": (Filters(author=("Ye",)),),
    "like": ("a", "c"),
    "unlike": (),
    "mode": "semantic",
    "filters": Filters(year_from=2024),
    "min_score": None,
    "is_paper": True,
    "sort": "date",
    "diversity": 0.5,
    "collapse": True,
    "names": ("doi:10.1000/a",),
    "formulas": (Not(Clause("node", literal=False)),),
    "beginnings": ("traject",),
}
PAGE_ONLY = {
    "k": 99,
    "cursor": "anything",
    "typed": "graphs ",
    "typed_ids": ("a",),
    "notes": ("cut",),
}
FILTERS = {
    "year_from": 2024,
    "year_to": 2025,
    "category": ("LG",),
    "author": ("Ye",),
    "venue": ("CVPR",),
    "source": ("seeds",),
    "keyword": ("barley",),
    "group": ("included",),
    "has_code": False,
}


def encoded(value) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "q"),
        ({"text": " \n\t"}, "q"),
        ({"text": "x" * 20_001}, "q"),
        ({"text": "x", "k": 0}, "k"),
        ({"text": "x", "k": -1}, "k"),
        ({"text": "x", "k": 1001}, "k"),
        ({"text": "x", "mode": "fuzzy"}, "mode"),
        ({"text": "x", "sort": "random"}, "sort"),
        ({"text": "x", "diversity": -0.1}, "diversity"),
        ({"text": "x", "diversity": 1.1}, "diversity"),
        ({"text": "x", "diversity": float("nan")}, "diversity"),
        ({"like": ("a", "b"), "unlike": ("c", "b")}, "unlike"),
        ({"text": "x", "filters": Filters(year_from=2025, year_to=2024)}, "year_from"),
        ({"wishes": (Wish(float("nan"), "x"),)}, "q"),
        ({"wishes": (Wish(float("-inf"), "x"),)}, "q"),
        ({"wishes": (Wish(0, "x"),)}, "q"),
        ({"wishes": (Wish(100.1, "x"),)}, "q"),
        *(
            (asked, name)
            for bad in ("\ud800", "x" * 20_001)
            for asked, name in (
                ({"wishes": (Wish(1, bad),)}, "q"),
                ({"must": (Clause(bad, literal=True),)}, "q"),
                ({"must_not": (Clause(bad, literal=False),)}, "q"),
                ({"narrowed": Filters(venue=(bad,))}, "q"),
                ({"excluded": (Filters(author=(bad,)),)}, "q"),
                ({"filters": Filters(source=(bad,))}, "source"),
                ({"unlike": (bad,)}, "unlike"),
            )
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(asked, field):
    """A value out of its range raises BadParameter, with the field in context and detail."""
    with pytest.raises(BadParameter) as caught:
        Query(**asked)
    assert caught.value.context["field"] == field
    assert caught.value.detail.startswith(f"{field}=")


@pytest.mark.parametrize(
    "asked",
    [
        {"text": "x", "k": 1},
        {"text": "x", "k": 1000},
        {"text": "x" * 20_000},
        {"text": "x", "unlike": ("a",)},
        {"unlike": ("a",)},
        {"wishes": (Wish(100, "x"), Wish(-100, "y"), Wish(1e-9, "z"))},
        {"like": ("a",), "unlike": ("b",)},
        {"text": "x", "filters": Filters(year_from=2024, year_to=2024)},
    ],
)
def test_the_bounds_themselves_can_be_asked(asked):
    """The first and the last value of a range are within it."""
    query = Query(**asked)
    assert {name: getattr(query, name) for name in asked} == asked


TYPED = (
    '"graph networks" nodes -images title:attention year:2023.. -author:Ye +2 (prompts) '
    "related:arxiv:2508.15763 year:20x5"
)


def test_what_is_typed_is_read():
    """Each operator goes where it belongs, beside what the parameters ask for."""
    query = Query.parse(TYPED, like=("b",), filters=Filters(year_to=2024), k=3)
    assert replace(query, names=()) == Query(
        text="graph networks nodes attention year:20x5",
        wishes=(Wish(2, "prompts"),),
        like=("b", "arxiv:2508.15763"),
        must=(Clause("graph networks", literal=True), Clause("attention", False, "title")),
        must_not=(Clause("images", literal=False),),
        filters=Filters(year_to=2024),
        narrowed=Filters(year_from=2023),
        excluded=(Filters(author=("Ye",)),),
        k=3,
        typed_ids=("arxiv:2508.15763",),
        typed=TYPED,
        notes=("year:20x5 is not a year or a range such as 2023..2025; searched as text",),
    )
    assert query.to_json()["q"] == TYPED
    assert query.to_json()["read_as"] == {
        "text": "graph networks nodes attention year:20x5",
        "wishes": [{"weight": 2, "text": "prompts"}],
        "must": [
            {"text": "graph networks", "literal": True, "field": "any", "prefix": False},
            {"text": "attention", "literal": False, "field": "title", "prefix": False},
        ],
        "must_not": [{"text": "images", "literal": False, "field": "any", "prefix": False}],
        "filters": {"year_from": 2023},
        "excluded": [{"author": ["Ye"]}],
    }


def test_plain_words_are_read_as_they_are():
    """A query without operators is its text, and nothing more is said of it."""
    query = Query.parse("graph: learning (GNNs) - why?")
    assert query.text == "graph: learning (GNNs) - why?"
    assert "read_as" not in query.to_json()


@pytest.mark.parametrize("typed", ["year:2024", "-images", "author:Ye", "-year:2020"])
def test_a_selection_is_a_query(typed):
    """What ranks nothing can still be asked for, if it selects."""
    query = Query.parse(typed)
    assert (query.ranks, query.selects) == (False, True)


def test_a_paper_that_is_named_twice_counts_once():
    """However the query is made."""
    query = Query(like=("a", "b", "a"), unlike=("c", "c"))
    assert (query.like, query.unlike) == (("a", "b"), ("c",))
    assert Query.parse("related:pmid:1", like=("pmid:1",)).like == ("pmid:1",)


def test_what_contradicts_a_filter_is_noted():
    """A list that must be empty says why."""
    query = Query.parse("year:2020", filters=Filters(year_from=2024))
    assert "contradicts the filter year:2024.." in query.notes[0]


@pytest.mark.parametrize("typed", ["", " "])
def test_nothing_is_no_query(typed):
    """Where nothing is asked for, the parameter is named."""
    with pytest.raises(BadParameter) as raised:
        Query.parse(typed)
    assert raised.value.context["field"] == "q"


@pytest.mark.parametrize(("name", "value"), PAGE_ONLY.items())
def test_the_page_does_not_change_the_digest(name, value):
    """Page size and cursor leave the order as it is, and so the digest."""
    assert replace(QUERY, **{name: value}).digest() == QUERY.digest()


@pytest.mark.parametrize(("name", "value"), CHANGES.items())
def test_everything_else_changes_the_digest(name, value):
    """Each field that shapes the order changes the digest."""
    assert getattr(QUERY, name) != value
    assert replace(QUERY, **{name: value}).digest() != QUERY.digest()


@pytest.mark.parametrize(("name", "value"), FILTERS.items())
def test_every_filter_changes_the_digest(name, value):
    """Each filter alone changes the digest."""
    assert replace(QUERY, filters=Filters(**{name: value})).digest() != QUERY.digest()


def test_what_reads_again_changes_the_digest():
    """The order is the reranker's, too."""
    assert len({QUERY.digest(), QUERY.digest("a"), QUERY.digest("b")}) == 3


@pytest.mark.parametrize(
    ("q", "text", "like", "expected"),
    [
        ("graphs", "", (), Query("graphs", typed="graphs")),
        ("graphs", " ", ("a",), Query("graphs", like=("a",), typed="graphs")),
        ("", "", ("a",), Query(like=("a",), is_paper=True, collapse=True)),
        (" ", "graphs", (), Query("graphs", is_paper=True, collapse=True)),
        ("", "-x", ("a",), Query("-x", like=("a",), is_paper=True, collapse=True)),
    ],
)
def test_a_list_is_a_search_or_of_related_papers(q, text, like, expected):
    """What is typed is searched for; without that, papers and texts are to be near."""
    assert replace(Query.of_list(q, text, like=like), names=()) == expected


@pytest.mark.parametrize(("q", "text", "field"), [("a", "b", "text"), ("", " ", "q")])
def test_a_list_is_one_of_both(q, text, field):
    """Neither both nor none can be asked for."""
    with pytest.raises(BadParameter) as raised:
        Query.of_list(q, text)
    assert raised.value.context["field"] == field


def test_no_field_is_left_out_of_these_tests():
    """The tables above name every field there is."""
    assert CHANGES.keys() | PAGE_ONLY.keys() == {field.name for field in fields(Query)}
    names = {field.parameter for field in (*TERMS, *FLAGS)}
    assert FILTERS.keys() == {"year_from", "year_to", *names}


def test_what_is_no_field_is_no_filter():
    """A slip in a name or a kind is an error, not a filter that lets everything through."""
    for wrong in ({"authors": ("Ye",)}, {"author": True}, {"has_code": ("yes",)}):
        with pytest.raises(TypeError, match=min(wrong)):
            Filters(**wrong)


def test_blanks_are_no_filters():
    """Filters are as they are typed: lists, blanks left out, and equal where they mean the same."""
    assert Filters(author=["Ye", " ", ""], venue=["\t"]) == Filters(author=("Ye",))
    assert len({Filters(author=["Ye"]), Filters(None, None, author=("Ye", ""))}) == 1


def test_filters_come_apart_field_by_field():
    """Each part has one field, and both years are one."""
    both = Filters(2020, 2024, venue=("V",), author=("A", "B"), has_code=False)
    assert list(both.apart()) == [
        Filters(2020, 2024),
        Filters(author=("A", "B")),
        Filters(venue=("V",)),
        Filters(has_code=False),
    ]


def test_filters_show_only_what_is_set():
    """An unset filter is not echoed; one set to false is."""
    assert Filters().to_json() == {}
    assert Filters(**FILTERS).to_json() == {
        name: list(value) if isinstance(value, tuple) else value for name, value in FILTERS.items()
    }


def test_a_query_echoes_what_was_asked():
    """The JSON form has the defaults filled in, and optional members only where they are set."""
    plain = {"q": "graphs", "mode": "hybrid", "k": 10, "filters": {}, "sort": "relevance"}
    assert Query("graphs").to_json() == plain
    assert QUERY.to_json() == {**plain, "min_score": 0.5, "like": ["a"], "unlike": ["b"]}


@given(st.text(), st.text(), st.integers(min_value=1))
def test_a_cursor_survives_the_url(generation, query, offset):
    """Whatever a cursor holds is read back the same from text that needs no escaping."""
    cursor = Cursor(generation, query, offset)
    text = cursor.encode()
    assert Cursor.decode(text) == cursor
    assert text.isascii()
    assert not set(text) & set("&+/?# ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "Ü",
        "\ud800",
        encoded(7),
        encoded(None),
        encoded([]),
        encoded({"a": 1}),
        encoded(["g", "q"]),
        encoded(["g", "q", 1, 2]),
        encoded(["g", "q", 0]),
        encoded(["g", "q", -1]),
        encoded(["g", "q", "1"]),
        encoded(["g", "q", 1.5]),
        encoded([7, "q", 1]),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"[" * 20_000).decode(),
        base64.urlsafe_b64encode(b'["g","q",' + b"9" * 5000 + b"]").decode(),
    ],
    ids=lambda text: ascii(text)[:24],
)
def test_a_cursor_that_was_never_given_out_is_refused(text):
    """Anything that encode() did not write raises BadParameter for the field cursor."""
    with pytest.raises(BadParameter) as caught:
        Cursor.decode(text)
    assert caught.value.context["field"] == "cursor"


@given(st.text() | st.binary().map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_no_text_breaks_the_reading_of_a_cursor(text):
    """Random text is a BadParameter, never another exception."""
    with pytest.raises(BadParameter):
        Cursor.decode(text)


def test_a_cursor_fits_one_generation_and_one_query():
    """Another generation is StaleCursor, another query BadParameter; another page size is fine."""
    cursor = Cursor("now", QUERY.digest(), 10)
    cursor.check("now", [QUERY.digest("read again"), replace(QUERY, k=3).digest()])
    with pytest.raises(StaleCursor, match="generation now, now later"):
        cursor.check("later", [QUERY.digest()])
    with pytest.raises(BadParameter, match="another query") as caught:
        cursor.check("now", [replace(QUERY, text="other").digest()])
    assert caught.value.context["field"] == "cursor"
