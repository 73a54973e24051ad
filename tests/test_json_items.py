"""The records of a JSON document: every form, every way to be broken, bounded in all."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Document
from indexer.readers import json_splitter
from indexer.readers.json_items import first_object, items
from indexer.readers.json_people import people, person, without_affiliations
from indexer.readers.json_splitter import Broken
from indexer.readers.json_values import (
    date_text,
    decode,
    first_text,
    listed,
    mapping,
    mappings,
    one_or_all,
    pmc,
    text_of,
    texts_of,
)


@pytest.fixture
def found(tmp_path):
    """The items of a text, with their lines."""

    def read(text: str | bytes, name: str = "papers.json") -> list[tuple[int, object]]:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return list(items(Document(path, name, given=True)))

    return read


A = {
    "id": 1,
    "title": "First {of} [two]",
    "abstract": 'Says "no" \\ and }.',
    "authors": ["Ann Lee"],
}
B = {"id": 2, "title": "Zweite, größer 😀", "abstract": None, "authors": [{"name": "Bob"}, {}]}

FORMS = {
    "lines": (f"{json.dumps(A)}\n{json.dumps(B)}\n", [1, 2]),
    "lines without the last end": (f"{json.dumps(A)}\n{json.dumps(B)}", [1, 2]),
    "lines of Windows": (f"{json.dumps(A)}\r\n{json.dumps(B)}\r\n", [1, 2]),
    "lines with blanks between": (f"\n{json.dumps(A)}\n \n\n{json.dumps(B)}\n\n", [2, 5]),
    "lines not ASCII": (f"{json.dumps(A)}\n{json.dumps(B, ensure_ascii=False)}\n", [1, 2]),
    "lines with a mark": (f"\ufeff{json.dumps(A)}\n\ufeff{json.dumps(B)}\n", [1, 2]),
    "lines with commas": (f"{json.dumps(A)},\n{json.dumps(B)},\n", [1, 2]),
    "text sequence": (f"\x1e{json.dumps(A)}\n\x1e{json.dumps(B)}\n", [1, 2]),
    "one line": (json.dumps(A) + json.dumps(B), [1, 1]),
    "array": (json.dumps([A, B], separators=(",", ":")), [1, 1]),
    "array with a mark": ("\ufeff" + json.dumps([A, B]), [1, 1]),
    "array of lines": (f"[\n{json.dumps(A)},\n{json.dumps(B)}\n]\n", [2, 3]),
    "array with a comma too many": (f"[{json.dumps(A)},\n\n{json.dumps(B)},]", [1, 3]),
    "array indented": (json.dumps([A, B], indent=2), [2, 10]),
    "array indented by nothing": (json.dumps([A, B], indent=0), [2, 10]),
    "arrays in an array": (json.dumps([[A], [B]]), [1, 1]),
    "array behind array": (f"{json.dumps([A])}\n{json.dumps([B])}", [1, 2]),
    "objects over lines": (json.dumps(A, indent=4) + "\n" + json.dumps(B, indent=4), [1, 9]),
    "OpenAlex": (json.dumps({"meta": {"count": 2}, "results": [A, B], "group_by": []}), [1, 1]),
    "Crossref": (json.dumps({"message": {"facets": {}, "items": [A, B]}}, indent=1), [5, 13]),
    "Elasticsearch": (json.dumps({"took": 1, "hits": {"total": 2, "hits": [A, B]}}), [1, 1]),
    "pages in lines": (f'{{"data": [{json.dumps(A)}]}}\n{{"data": [{json.dumps(B)}]}}', [1, 2]),
    "pages in an array": (json.dumps([{"notes": [A]}, {"notes": [B]}]), [1, 1]),
    "two lists": (json.dumps({"papers": [A], "count": 3, "records": [B]}), [1, 1]),
    "a feed with a title": (json.dumps({"title": "My papers", "items": [A, B]}), [1, 1]),
    "an empty page": (f'{{"results": []}}\n{json.dumps(A)}\n{json.dumps({"data": [B]})}', [2, 3]),
}


@pytest.mark.parametrize(("text", "lines"), FORMS.values(), ids=FORMS)
def test_every_form_holds_the_same_records(found, text, lines):
    """However the two records are written, they come whole, each with the line where it begins."""
    assert found(text) == list(zip(lines, [A, B], strict=True))


@pytest.mark.parametrize(("text", "lines"), FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("size", [1, 2, 7])
def test_it_does_not_matter_where_a_chunk_ends(found, monkeypatch, text, lines, size):
    """Read a few characters at a time, every form yields the same."""
    monkeypatch.setattr("indexer.readers.json_items._CHUNK", size)
    assert found(text) == list(zip(lines, [A, B], strict=True))


@pytest.mark.parametrize("empty", ["[]", '{"results": []}', '{"message": {"items": []}}', "\n[ ]"])
def test_an_empty_list_holds_nothing(found, empty):
    """A list without records has neither a record nor anything wrong with it."""
    assert found(empty) == []


@pytest.mark.parametrize("name", sorted(json_splitter.LISTS))
def test_an_object_with_an_empty_list_is_counted(found, name):
    """A record may hold an empty list of any name, and whatever lies in a list is counted."""
    records = [
        {"caseName": "Roe v. Moss", name: [], "abstract": "On walls."},
        {"id": "7", "body": "On peat.", name: []},
        {name: [], "nameOfAct": "Bog Act"},
        {"key": "X", "data": {"subject": "Ferns", name: []}},
    ]
    bare: dict[str, object] = {name: []}
    listed = [(1, record) for record in [*records, bare]]
    assert found(json.dumps([*records, bare])) == listed
    assert found(json.dumps({"config": {"label": "mine"}, "items": [*records, bare]})) == listed
    lines = "\n".join(map(json.dumps, [*records, bare, A]))
    assert found(lines) == [*enumerate(records, 1), (6, A)]


ANSWERS = [
    {"status": "ok", "message": {"items": [], "total-results": 0, "query": {"start-index": 0}}},
    {"version": "6.9", "hitCount": 0, "request": {"query": "x"}, "resultList": {"result": []}},
    {"meta": {"count": 0, "page": 1}, "results": [], "group_by": []},
    {"took": 2, "timed_out": False, "_shards": {}, "hits": {"total": 0, "hits": []}},
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_without_results_holds_nothing(found, answer):
    """What a service says of an empty list is no record, by itself or behind others."""
    assert found(json.dumps(answer, indent=1)) == []
    assert found(f"{json.dumps(A)}\n{json.dumps(answer)}") == [(1, A)]


def test_a_list_within_a_record_is_a_part_of_it(found):
    """What lies under the name of a list is none of records, where the record is one itself."""
    notes = {"title": "One", "notes": [{"note": "mine"}], "data": [1, 2], "items": "three"}
    cited = {"title": "One", "abstract": "A.", "papers": [{"title": "Cited"}]}
    assert found(json.dumps(notes)) == [(1, notes)]
    assert found(json.dumps([notes, cited], indent=1)) == [(2, notes), (15, cited)]
    assert found(f"{json.dumps(cited)}\n{json.dumps(A)}") == [(1, cited), (2, A)]


GOOD, AGAIN = '{"id": 1, "title": "a", "year": 1}', '{"id": 3, "title": "c", "year": 3}'
BROKEN = {
    "a bad escape": (
        '{"id": 2, "title": "b\\q"}',
        "Invalid \\escape at line 2, column 22: '\\\\q\"}'",
    ),
    "a colon too few": (
        '{"id": 2, "title" "b"}',
        "Expecting ':' delimiter at line 2, column 19: '\"b\"}'",
    ),
    "a word": ('{"id": two}', "Expecting value at line 2, column 8: 'two}'"),
    "a comma too many": (
        '{"id": 2,}',
        "Expecting property name enclosed in double quotes at line 2, column 10: '}'",
    ),
    "brackets by the hundred": (
        '{"id": ' + "[" * 5000 + "]" * 5000 + "}",
        "nested more than 100 deep",
    ),
    "a number": ("17", "not an object: '17'"),
    "a string": ('"{[b]}"', "not an object: '\"{[b]}\"'"),
    "nothing": ("null", "not an object: 'null'"),
    "no JSON": ("title: b", "not an object: 'title: b'"),
}


@pytest.mark.parametrize(("broken", "reason"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize(
    "form", ["{0}\n{1}\n{2}\n", "[{0},\n{1},\n{2}]", '{{"results": [{0},\n{1},\n{2}]}}']
)
def test_a_broken_record_is_told_by_line_and_reason_and_its_neighbours_stay(
    found, form, broken, reason
):
    """In every form, what is no record is one rejection, and the records around it are read."""
    first, wrong, last = found(form.format(GOOD, broken, AGAIN))
    assert (first, last) == ((1, json.loads(GOOD)), (3, json.loads(AGAIN)))
    assert wrong == (2, Broken(reason, broken[:1000]))


LOST = {
    "a quotation mark": '{"id": 2, "title": "b, "year": 2}',
    "the closing brace": '{"id": 2, "title": "b", "year": 2',
    "a bracket": '{"id": 2, "title": ["b", "year": 2}',
    "all but its beginning": '{"id": 2, "tit',
}


@pytest.mark.parametrize("broken", LOST.values(), ids=LOST)
@pytest.mark.parametrize("between", [",", ",\n", ",\n  "])
def test_the_next_record_is_found_again(found, broken, between):
    """Where a bracket or a quotation mark is lost, only the record that lost it is."""
    text = "[" + between.join([GOOD, broken, AGAIN, GOOD, AGAIN]) + "]"
    lines = [1 + n * between.count("\n") for n in range(5)]
    first, wrong, *rest = found(text)
    assert [first, *rest] == list(
        zip(
            [lines[0], *lines[2:]],
            map(json.loads, [GOOD, AGAIN, GOOD, AGAIN]),
            strict=True,
        )
    )
    assert wrong[0] == lines[1]
    assert wrong[1].head.startswith(broken)


def test_the_next_record_is_found_behind_a_broken_first_one(found):
    """There is no record to compare with yet: the next is told by its title."""
    text = '[{"id": 1, "title": "a, "year": 1},' + f"{AGAIN},{AGAIN}]"
    reason = "never closed: a bracket or a quotation mark is missing"
    wrong, *rest = found(text)
    assert wrong == (1, Broken(reason, '{"id": 1, "title": "a, "year": 1},'))
    assert rest == [(1, json.loads(AGAIN))] * 2


def test_what_lies_in_a_broken_record_does_not_pass_for_one(found):
    """An author of a broken record begins with the same key, but is not the next record."""
    broken = '{"id": 2, "title": "b, "by": [{"id": 7, "name": "Ann"}, {"id": 8, "name": "Bob"}]}'
    first, wrong, last = found(f"[{GOOD},{broken},{AGAIN}]")
    assert (first[1], last[1]) == (json.loads(GOOD), json.loads(AGAIN))
    assert isinstance(wrong[1], Broken)


ENDS = {
    f"[{GOOD},\n{{": [(2, "the file ends within a record")],
    f'[{GOOD},\n{{"id": 2, "title": "b': [(2, "the file ends within a record")],
    f'{{"data": [{GOOD},\n{{"id": [2, {{': [(2, "the file ends within a record")],
    f"[{GOOD},\n": [(2, "the file ends before its list does")],
    f'{{"results": [{GOOD}],\n"meta': [(2, "the file ends before its list does")],
    f'{GOOD}\n{{"id": 2, "ti': [(2, "the line ends within a record")],
    f"{GOOD}\n[{AGAIN[:9]}": [(2, "the line ends within a record")],
}


@pytest.mark.parametrize(("text", "expected"), ENDS.items())
def test_a_file_that_ends_too_early_says_so_once(found, text, expected):
    """What is left of the last record is one rejection; so is the end that a list does not have."""
    first, *rest = found(text)
    assert first == (1, json.loads(GOOD))
    assert [(line, broken.reason) for line, broken in rest] == expected


def test_a_line_that_ends_early_costs_no_other(found):
    """Within JSON lines each line stands for itself, whatever the others lack."""
    text = f'{{"id": 0, "tit\n{GOOD}\n{{"id": 2, "title": "b{AGAIN}\n{AGAIN}'
    assert [(n, o.reason if isinstance(o, Broken) else o["id"]) for n, o in found(text)] == [
        (1, "the line ends within a record"),
        (2, 1),
        (3, "never closed: a bracket or a quotation mark is missing"),
        (3, 3),
        (4, 3),
    ]


@pytest.mark.parametrize(
    "form", ["{0}\n{1}\n{2}\n", "[{0},{1},{2}]", '{{"results": [{0}, {1}, {2}], "next": 2}}']
)
@pytest.mark.parametrize(
    "long", ['{"title": "\\"' + "x}" * 2000 + '"}', '{"title": ["x"' + ', {"a": [1]}' * 400 + "]}"]
)
def test_a_record_longer_than_any_is_passed_over(found, monkeypatch, form, long):
    """It is rejected without being kept, and the next record is read."""
    monkeypatch.setattr("indexer.readers.json_splitter.LONGEST_LINE", 1000)
    monkeypatch.setattr("indexer.readers.json_items.LONGEST_LINE", 1000)
    monkeypatch.setattr("indexer.documents.LONGEST_LINE", 1000)
    monkeypatch.setattr("indexer.readers.json_items._CHUNK", 100)
    (_, first), (_, wrong), (_, last) = found(form.format(GOOD, long, AGAIN))
    assert (first, last) == (json.loads(GOOD), json.loads(AGAIN))
    assert wrong.reason in ("longer than any record", "the line is longer than any record")
    assert wrong.head.startswith(long[:100])


def test_an_array_in_one_line_is_read_in_little_memory(tmp_path, monkeypatch):
    """Of 20,000 records in one line, some are held at a time."""
    monkeypatch.setattr("indexer.readers.json_items._CHUNK", 1 << 14)
    monkeypatch.setattr("indexer.readers.json_items.LONGEST_LINE", 1 << 16)
    path = tmp_path / "a.json"
    with path.open("w") as file:
        file.write('{"meta": {}, "results": [')
        for number in range(20_000):
            file.write(f'{{"id": {number}, "title": "{"long " * 20}"}},')
        file.write('{"id": -1}]}')
    document = Document(path, "a.json", given=True)
    tracemalloc.start()
    count = sum(1 for _ in items(document))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_001
    assert peak < path.stat().st_size / 2


def test_brackets_without_end_are_not_counted_without_end(found):
    """Of a million opening brackets a hundred open lists, and the rest is nothing but brackets."""
    stray, ending = found("[" * 1_000_000)
    assert stray[1] == Broken(f"not an object: '{'[' * 40}…'", "[" * 1000)
    assert ending[1] == Broken("the file ends before its list does", "")


def test_rescues_end(found, monkeypatch):
    """A text made to be searched again and again is given up at some point, and says so."""
    monkeypatch.setattr(json_splitter, "_MOST_RESCANNED", 1000)
    text = "[" + '{"title": 1, "b": 2, "c": 3}, {"title": 1, "b": 2, "c": ["' * 50
    records = found(text)
    assert records[0] == (1, {"title": 1, "b": 2, "c": 3})
    assert records[-1][1].reason == "the file ends within a record"
    assert len(records) < 20


def test_undecodable_bytes_are_read_as_windows_1252_once_a_record(tmp_path):
    """As in every other text; the document counts what it mended."""
    path = tmp_path / "a.json"
    path.write_bytes(b'[{"title": "caf\xe9 \x96 na\xefve"},\n{"title": "plain"}]')
    document = Document(path, "a.json", given=True)
    assert list(items(document)) == [(1, {"title": "café – naïve"}), (2, {"title": "plain"})]
    assert document.repairs.decoded == 1


def test_what_json_does_not_know_is_read_as_it_is_meant():
    """NaN is a gap, infinity a word, half a pair a replacement character; the last key counts."""
    assert decode('{"a": NaN, "b": -Infinity, "c": [Infinity, 1]}') == {
        "a": None,
        "b": "-Infinity",
        "c": ["Infinity", 1],
    }
    assert decode('{"a": "\\ud800x \\ud83d\\ude00 \\uDE00\\ud83d \\\\ud800"}') == {
        "a": "\ufffdx 😀 \ufffd\ufffd \\ud800"
    }
    assert decode('{"a": 1, "a": 2}') == {"a": 2}
    assert decode('{"a": "two\nlines\tand a tab"}') == {"a": "two\nlines\tand a tab"}


HEADS = {
    '{"id": 1, "title": "a"}\n{"id": 2}': {"id": 1, "title": "a"},
    '\ufeff [ {"id": 1, "title": "a"}, {"id': {"id": 1, "title": "a"},
    '{"id": 1, "title": "a", "abstract": "cut he': {"id": 1, "title": "a", "abstract": None},
    '{"id": 1, "tit': {"id": 1},
    '{"meta": {"n": [1]}, "results": [{"id": 1, "au': {"id": 1},
    '{"status": "ok", "message": {"facets": {}, "items": [{"DOI": "x", "t': {"DOI": "x"},
    '{"message": {"DOI": "x"}, "status": 1}': {"message": {"DOI": "x"}, "status": 1},
    '{"title": "t", "abstract": "a", "notes": [{"k": 1}]}': {
        "title": "t",
        "abstract": "a",
        "notes": [{"k": 1}],
    },
    '{"id": 1, "title": two}': {"id": 1, "title": None},
    "@article{a, title = {b}}": {},
    "[link](https://example.org)": {},
    "": {},
    "[[[[": {},
    '{"a":' * 50_000: {"a": None},
    '{"data":' * 50_000: {},
}


@pytest.mark.parametrize(("head", "expected"), HEADS.items(), ids=range(len(HEADS)))
def test_the_first_object_is_read_as_far_as_the_head_goes(head, expected):
    """A format is told by the first record's keys, though the head may end within it."""
    found = first_object(head)
    assert found == expected or (expected == {} and found.keys() <= {"data"})


ODD = [None, True, 0, -1, 1.5, 2.0, "", " x ", [], {}, ["a", None, 3], [["a"], {"value": "b"}]]
ODD += [
    {"value": {"value": "deep"}},
    {"name": "n"},
    {"other": 1},
    [{"family": "F"}],
    10**400,
    1e300,
]


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_a_value_of_the_wrong_type_is_read_as_far_as_it_makes_sense(value):
    """No helper raises, and each returns what it says."""
    assert isinstance(text_of(value), str)
    assert isinstance(first_text(value), str)
    assert isinstance(date_text(value), str)
    assert isinstance(pmc(value), str)
    assert all(isinstance(text, str) and text for text in [*texts_of(value), *listed(value)])
    assert one_or_all(value) in (first_text(value), texts_of(value))
    assert isinstance(mapping(value), dict)
    assert all(isinstance(one, dict) for one in mappings(value))
    names, cut = people(value)
    assert all(str(name) for name in names)
    assert cut is False


def test_values_stand_for_texts():
    """A list is joined, a number written out, an object asked for its value."""
    assert text_of(["One", {"value": "two"}, 3, None, 4.0, 0.5]) == "One two 3 4 0.5"
    assert texts_of("a") == ["a"]
    assert texts_of([{"name": "a"}, " ", "b "]) == ["a", "b"]
    assert listed("a; b, c;") == ["a", "b, c"]
    assert listed("a, b") == ["a", "b"]
    assert one_or_all(["1234-5678"]) == "1234-5678"
    assert one_or_all(["a", "b"]) == ["a", "b"]
    assert (
        pmc("3315220") == pmc("https://www.ncbi.nlm.nih.gov/pmc/articles/3315220/") == "PMC3315220"
    )
    assert pmc("PMC3315220") == "PMC3315220"


DATES = {
    "2013-12-31": "2013-12-31",
    2013: "2013",
    20131231: "20131231",
    1388448000: "2013-12-31",
    1388448000000: "2013-12-31",
    10**30: str(10**30),
}


@pytest.mark.parametrize(("stated", "expected"), DATES.items())
def test_a_number_may_be_a_year_a_day_or_a_time(stated, expected):
    """Large numbers count seconds or milliseconds since 1970."""
    assert date_text(stated) == expected


def test_dates_of_csl_come_in_parts_or_as_written():
    """Parts may be strings, or missing; the rest is taken as it stands."""
    assert date_text({"date-parts": [[2013, 2, 5]]}) == "2013-02-05"
    assert date_text({"date-parts": [["2013", "2"]]}) == "2013-02"
    assert date_text({"date-parts": [[None]]}) == ""
    assert date_text({"date-parts": []}) == ""
    assert date_text({"raw": "Dec 2013"}) == "Dec 2013"
    assert date_text({"literal": "n.d."}) == "n.d."
    assert date_text([2013, 2]) == "2013-02"


def shown(value: object) -> list[str]:
    return [str(name) for name in people(value)[0]]


def test_people_are_read_in_whatever_form():
    """One string, a list, objects with parts or whole names: out come names as one reads them."""
    assert shown("Ann Lee and Bob May") == ["Ann Lee", "Bob May"]
    assert shown("Lee, A.; May, B.") == ["Lee, A.", "May, B."]
    assert shown(["Ann Lee; Bob May"]) == ["Ann Lee", "Bob May"]
    assert shown(["Jean Andr&#xe9;; Bob May"]) == ["Jean André", "Bob May"]
    assert shown(["Jean Andr&eacute;"]) == ["Jean André"]
    assert shown(
        [{"name": "Ann Lee"}, {"full_name": "Bob May"}, {}, None, {"author": {"name": "C"}}]
    ) == [
        "Ann Lee",
        "Bob May",
        "C",
    ]
    assert shown([{"first": "Ann", "middle": ["B.", "C."], "last": "Lee", "suffix": "Jr."}]) == [
        "Ann B. C. Lee Jr."
    ]
    assert shown({"author": [{"given": "Ann", "family": "Lee"}]}) == ["Ann Lee"]
    assert shown([["Lee", "Ann", ""], ["ATLAS Collaboration"], []]) == [
        "Ann Lee",
        "ATLAS Collaboration",
    ]
    assert person(
        {"family": "Maaten", "non-dropping-particle": "van der", "given": "L."}
    ).family == ("van der Maaten")
    assert people(["Ann Lee", "et al."]) == (["Ann Lee"], True)
    assert people("Ann Lee et al.") == (["Ann Lee"], True)


def test_affiliations_behind_names_are_parted_from_them():
    """Also where a list was cut at the commas within them; a nickname stays."""
    assert without_affiliations(["Rémi Carles (IRMAR)", "Ann (Annie) Lee", "Bob May"]) == (
        ["Rémi Carles", "Ann (Annie) Lee", "Bob May"],
        ["IRMAR"],
    )
    cut = ["Ann Lee (1)", "Bob May (2) ((1) Here", "(2) There", "Elsewhere)"]
    assert without_affiliations(cut) == (
        ["Ann Lee", "Bob May"],
        ["1", "(2) ((1) Here, (2) There, Elsewhere)"],
    )
    glued = ["Ann Lee", "(1), Bob May", "(2) Cy Day", "(1) ((1) Here)", "Di Eve (X),\n  Flo Gee"]
    assert without_affiliations(glued) == (
        ["Ann Lee", "Bob May", "Cy Day", "Di Eve", "Flo Gee"],
        ["1", "2", "(1) ((1) Here)", "X"],
    )
    assert without_affiliations(["(only)"]) == (["(only)"], [])


WHOLE = st.integers(-(1 << 63), (1 << 63) - 1)  # beyond them they are text


@given(st.lists(st.dictionaries(st.text(), st.none() | WHOLE | st.text()), max_size=5))
def test_what_json_writes_is_read_back(tmp_path_factory, records):
    """Any objects come back the same from an array and from lines, whatever their strings hold."""
    records = [{"title": "t", **record} for record in records]
    path = tmp_path_factory.mktemp("json") / "a.json"
    for text in (json.dumps(records), "\n".join(map(json.dumps, records))):
        path.write_text(text)
        found = [item for _, item in items(Document(path, "a.json", given=True))]
        expected = [json.loads(json.dumps(record)) for record in records]
        printable = [json.dumps(one).replace("\\ud", "\\ud") for one in expected]
        assert len(found) == len(printable)
        assert all(one == two or "\\ud" in text for one, two in zip(found, expected, strict=True))


PIECES = [
    '{"title": "a", "id": 1}',
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "\\",
    "results",
    "\0",
    "é",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40))
def test_whatever_a_file_holds_it_is_read_to_its_end(tmp_path_factory, pieces):
    """Only objects and what is wrong come out, in the order of their lines, all of it printable."""
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_bytes("".join(pieces).encode("utf-8", "surrogatepass"))
    found = list(items(Document(path, "a.json", given=True)))
    assert [line for line, _ in found] == sorted(line for line, _ in found)
    for _, item in found:
        assert isinstance(item, dict | Broken)
        shown = [item.reason, item.head] if isinstance(item, Broken) else item
        json.dumps(shown, ensure_ascii=False).encode("utf-8", "surrogateescape")
    assert isinstance(first_object(path.read_bytes().decode("utf-8", "replace")), dict)


@pytest.mark.parametrize(
    "record",
    [
        {"notes": [{"text": "seen", "by": "me"}], "authors": ["Eve Roe"], "title": "Moss"},
        {"notes": [{"text": "seen"}], "title": "Moss", "year": 2001},
        {"data": [{"title": "Table 1", "abstract": "cells"}], "title": "Moss", "abstract": "Wet."},
        {"hits": [{"text": "a"}], "more": {"title": "x"}, "title": "Moss", "abstract": "Wet."},
    ],
)
def test_a_list_before_the_title_of_a_record_is_no_answer(tmp_path, record):
    """What an object says behind a list tells, too, that it is a record: it is read as it is."""
    path = tmp_path / "a.json"
    for text in (json.dumps(record), json.dumps(record, indent=1), json.dumps([record, record])):
        path.write_text(text)
        assert [item for _, item in items(Document(path, "a.json", given=True))] == [record] * (
            2 if text[0] == "[" else 1
        )
