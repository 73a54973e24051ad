"""Collections are read whole, or the line that is wrong is named."""

import gzip
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import DatasetUnusable, SourceUnreadable
from search_api.evaluation.dataset import JudgedQuery, chosen, read_dataset
from tests.collections import DOCUMENTS, JUDGED, QUERIES, collection, lines


def some_queries(count: int) -> list[JudgedQuery]:
    return [JudgedQuery(f"q{number}", "text", {"d": 1}) for number in range(count)]


def test_documents_queries_and_judgements_are_read(tmp_path):
    """Each query has its grades; one without a relevant document is left out and counted."""
    dataset = read_dataset(collection(tmp_path / "small"))
    assert dataset.name == "small"
    assert dataset.documents == ("d1", "d2", "d3", "d4")
    assert list(dataset.lines) == [1, 2, 3, 4]
    assert dataset.queries == (
        JudgedQuery("q1", "federated graph networks", {"d1": 2, "d4": 0}),
        JudgedQuery("q2", "speech recognition", {"d3": 1, "d4": 1}),
    )
    assert (dataset.unanswered, dataset.notes) == (1, ())


def test_files_may_be_compressed_and_judgements_lie_in_a_folder(tmp_path):
    """What BEIR's archives hold is read as it is, and compressed copies, too."""
    plain = read_dataset(collection(tmp_path))
    for name, compress in (("corpus.jsonl", lzma.compress), ("queries.jsonl", gzip.compress)):
        suffix = ".xz" if name == "corpus.jsonl" else ".gz"
        (tmp_path / f"{name}{suffix}").write_bytes(compress((tmp_path / name).read_bytes()))
        (tmp_path / name).unlink()
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels.tsv").rename(tmp_path / "qrels" / "test.tsv")
    again = read_dataset(tmp_path)
    assert (again.documents, again.queries) == (plain.documents, plain.queries)


def test_blank_lines_numbers_and_missing_headers_are_nothing(tmp_path):
    """Lines are counted as they lie in the file; ids may be numbers, grades 1.0."""
    (tmp_path / "corpus.jsonl").write_text('\n{"_id": 7, "text": "a"}\r\n\n{"_id": "8"}\n')
    (tmp_path / "queries.jsonl").write_text('{"_id": 1, "text": "a"}\n{"_id": 2, "text": ""}\n')
    (tmp_path / "qrels.tsv").write_text("1\t7\t1.0\n\n1\t7\t1\n")
    dataset = read_dataset(tmp_path)
    assert (dataset.documents, list(dataset.lines)) == (("7", "8"), [2, 4])
    assert dataset.queries == (JudgedQuery("1", "a", {"7": 1}),)
    assert dataset.unanswered == 1


def test_relevant_documents_that_are_not_there_are_told(tmp_path):
    """They stay relevant, so that recall is of all that should be found."""
    dataset = read_dataset(collection(tmp_path, judged=[*JUDGED, ("q1", "gone", 1)]))
    assert dataset.queries[0].judged["gone"] == 1
    (note,) = dataset.notes
    assert "1 of 4 relevant judgements" in note
    assert "'gone'" in note


@pytest.mark.parametrize(
    ("name", "line", "named"),
    [
        ("corpus.jsonl", "{broken", "corpus.jsonl:5: not JSON"),
        ("corpus.jsonl", "[1]", "corpus.jsonl:5: not a JSON object: [1]"),
        ("corpus.jsonl", '{"title": "a"}', "corpus.jsonl:5: the _id is not"),
        ("corpus.jsonl", '{"_id": 1.5}', "1.5"),
        ("corpus.jsonl", '{"_id": true}', "True"),
        ("corpus.jsonl", '{"_id": " "}', "corpus.jsonl:5"),
        ("corpus.jsonl", '{"_id": "d2"}', "corpus.jsonl:5: this _id is that of line 2, too: d2"),
        ("queries.jsonl", '{"_id": "q2", "text": "a"}', "queries.jsonl:4: this _id is"),
        ("queries.jsonl", '{"_id": "q4"}', "queries.jsonl:4: query q4 has no text: None"),
        ("queries.jsonl", "?" * 200, "???…"),
        ("qrels.tsv", "q1\td1", "qrels.tsv:6: 2 cells between tabs, 3 expected"),
        ("qrels.tsv", "q1 0 d1 1", "qrels.tsv:6: 1 cells"),
        ("qrels.tsv", "q1\td1\tgood", "qrels.tsv:6: the score is not a whole number: good"),
        ("qrels.tsv", "q1\td1\t0.5", "0.5"),
        ("qrels.tsv", "q9\td1\t1", "qrels.tsv:6: no query of queries.jsonl has this id: q9"),
        ("qrels.tsv", "q1\td1\t1", "qrels.tsv:6: query q1, document d1: scored 2 before: 1"),
    ],
)  # fmt: skip
def test_a_bad_line_is_named(tmp_path, name, line, named):
    """The error has file, line, reason and value."""
    path = collection(tmp_path) / name
    path.write_text(path.read_text("utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(DatasetUnusable) as raised:
        read_dataset(tmp_path)
    assert named in raised.value.detail
    assert raised.value.context["file"] == str(path)
    assert raised.value.context["line"] == int(raised.value.detail.split(":")[1])


def test_a_first_line_of_judgements_with_a_bad_score_is_no_header(tmp_path):
    """A judgement is never taken for the names of the columns."""
    collection(tmp_path)
    (tmp_path / "qrels.tsv").write_text("q1\td1\tgood\n")
    with pytest.raises(DatasetUnusable, match=r"qrels\.tsv:1: the score"):
        read_dataset(tmp_path)


def test_a_query_with_answers_and_no_text_is_named(tmp_path):
    """Nobody can ask it, and to leave it out would flatter the search."""
    queries = [*QUERIES[:2], {"_id": "q3", "text": " "}]
    collection(tmp_path, queries=queries, judged=[*JUDGED, ("q3", "d1", 1)])
    with pytest.raises(DatasetUnusable, match=r"queries\.jsonl:3: .* no text: q3"):
        read_dataset(tmp_path)


@pytest.mark.parametrize(
    ("gone", "named"),
    [
        (["corpus.jsonl"], "corpus.jsonl missing"),
        (["qrels.tsv"], "qrels.tsv or qrels/test.tsv missing"),
        (["corpus.jsonl", "queries.jsonl"], "corpus.jsonl and queries.jsonl missing"),
    ],
)
def test_missing_files_are_listed_with_the_form(tmp_path, gone, named):
    """The error says which, and what a collection looks like."""
    collection(tmp_path)
    for name in gone:
        (tmp_path / name).unlink()
    with pytest.raises(DatasetUnusable) as raised:
        read_dataset(tmp_path)
    assert named in raised.value.detail
    assert "BEIR" in raised.value.detail


def test_what_is_no_folder_is_told(tmp_path):
    """A path to nowhere and a path to a file are two things."""
    with pytest.raises(DatasetUnusable, match="no such folder"):
        read_dataset(tmp_path / "nowhere")
    with pytest.raises(DatasetUnusable, match="not a folder"):
        read_dataset(lines(tmp_path / "a.jsonl", DOCUMENTS))


def test_empty_collections_are_told(tmp_path):
    """Without a document, a query or a relevant judgement there is nothing to measure."""
    with pytest.raises(DatasetUnusable, match="not one document"):
        read_dataset(collection(tmp_path, documents=[]))
    with pytest.raises(DatasetUnusable, match="not one query"):
        read_dataset(collection(tmp_path, queries=[], judged=[]))
    with pytest.raises(DatasetUnusable, match="score above 0"):
        read_dataset(collection(tmp_path, judged=[("q1", "d1", 0)]))


def test_damaged_compression_is_told(tmp_path):
    """A file that is cut off is no shorter collection."""
    collection(tmp_path)
    data = gzip.compress((tmp_path / "corpus.jsonl").read_bytes())
    (tmp_path / "corpus.jsonl").write_bytes(data[:-12])
    with pytest.raises(SourceUnreadable, match="gzip data is damaged"):
        read_dataset(tmp_path)


@given(st.integers(0, 60))
def test_halves_share_nothing_and_lose_nothing(count):
    """Each query is in one of two halves, whose sizes differ by one at most."""
    queries = some_queries(count)
    first, second = (chosen(queries, half, None, 0) for half in ("first", "second"))
    assert sorted([*first, *second], key=queries.index) == queries
    assert 0 <= len(first) - len(second) <= 1
    assert list(first) == [query for query in queries if query in first]


def test_a_half_does_not_follow_the_order_of_the_file():
    """Queries that lie side by side, of one topic often, come into both halves."""
    queries = some_queries(40)
    first = {query.id for query in chosen(queries, "first", None, 0)}
    assert first == {query.id for query in chosen(queries[::-1], "first", None, 0)}
    assert first != {query.id for query in queries[:20]}


def test_a_sample_is_drawn_by_its_seed():
    """The same seed draws the same queries, in the order of the file, none twice."""
    queries = some_queries(50)
    sample = chosen(queries, None, 10, 3)
    assert len({query.id for query in sample}) == 10
    assert list(sample) == [query for query in queries if query in sample]
    assert sample == chosen(queries, None, 10, 3)
    assert sample != chosen(queries, None, 10, 4)
    assert chosen(queries, None, 99, 0) == tuple(queries)
    assert {q.id for q in chosen(queries, "first", 5, 0)} < {
        q.id for q in chosen(queries, "first", None, 0)
    }
