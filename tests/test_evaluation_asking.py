"""A collection as akin indexes and answers it: every id finds its way there and back."""

from __future__ import annotations

import json

import numpy as np
import pytest

from indexer.errors import DatasetUnusable, ModelUnavailable
from indexer.progress import Silent
from indexer.store.generation import IndexFolder
from search_api.evaluation import asking
from search_api.evaluation.asking import answered, index_of, indexed
from search_api.evaluation.dataset import read_dataset
from search_api.query.query import MAX_CHARACTERS
from search_api.ranking.reranker import TimedReranker
from tests.collections import DOCUMENTS, collection, lines
from tests.fakes import ByLength, FakeEncoder

WORDS = "apple bridge candle desert engine falcon garden hammer island jungle kettle lemon".split()
IDS = [
    *("doi:10.1/x", "doi:10.1234/abc", "DOI:10.1234/ABC", "10.1234/abc", "arxiv:2101.00001"),
    *("https://example.org/a?b=c&d", "https://arxiv.org/abs/2101.00001", 17, "017", "-1"),
    *("akin:8e78acac5fbcaf10", " a  b ", "ü\u00ad<b>x</b>", "pmid:12", "null", "0"),
]


def asked(dataset, index, modes=("semantic",), encoder=None, reranker=None):
    encoder = encoder or FakeEncoder()
    corpus = indexed(dataset, index, encoder, Silent())
    return corpus, answered(dataset.queries, corpus, encoder, modes, Silent(), reranker)


@pytest.mark.parametrize("copies", [1, 400])
def test_every_id_is_found_as_itself(tmp_path, index, copies, monkeypatch):
    """Ids that akin reads as DOIs, links or numbers, and small and large files, make no difference.

    Each document has words of its own, and the query of those words has it as its one answer.
    """
    monkeypatch.setattr("indexer.reading.LARGE", 1 << 16)  # read in parts, by several processes
    ids = [*IDS, *(f"more-{number}" for number in range(copies))]
    texts = [f"{WORDS[n % 12]} {WORDS[n // 12 % 12]} word{n}" for n in range(len(ids))]
    padding = " filler" * 40
    documents = [
        {"_id": key, "title": "", "text": text + padding}
        for key, text in zip(ids, texts, strict=True)
    ]
    queries = [{"_id": f"q{n}", "text": f"word{n}"} for n in range(len(IDS))]
    judged = [(f"q{n}", key, 1) for n, key in enumerate(IDS)]
    dataset = read_dataset(collection(tmp_path / "ids", documents, queries, judged))
    corpus, answers = asked(dataset, index, ("lexical",))
    assert set(corpus.document.values()) == set(map(str, ids))
    assert (answers.values["lexical"] == 1).all()


def test_documents_that_say_the_same_stay_two(tmp_path, index):
    """No rule merges documents: the same text under two ids, or one DOI twice, is two documents."""
    same = {
        "title": "Graph learning on devices",
        "text": "A long text about graphs.",
        "doi": "10.1/x",
    }
    documents = [{"_id": "a", **same}, {"_id": "b", **same}, *DOCUMENTS]
    queries = [{"_id": "q", "text": f"{same['title']} {same['text']}"}]
    dataset = read_dataset(collection(tmp_path, documents, queries, [("q", "a", 1), ("q", "b", 1)]))
    corpus, answers = asked(dataset, index)
    assert sorted(corpus.document.values()) == ["a", "b", "d1", "d2", "d3", "d4"]
    assert answers.values["semantic"].tolist() == [[1, 1, 1]]


def test_documents_without_a_word_are_never_found_and_told(tmp_path, index):
    """They are counted among the documents, and those behind them keep their ids."""
    documents = [
        {"_id": "e1", "title": "", "text": ""},
        DOCUMENTS[0],
        {"_id": "e2"},
        *DOCUMENTS[1:],
    ]
    dataset = read_dataset(collection(tmp_path, documents))
    corpus, answers = asked(dataset, index)
    assert list(corpus.document.values()) == ["d1", "d2", "d3", "d4"]
    assert len(dataset.documents) == 6
    (note,) = corpus.notes
    assert note.startswith("without title and text, and so never found: 2 of 6 documents")
    assert answers.values["semantic"][0].tolist() == [1, 1, 1]


def test_a_line_that_akin_reads_as_several_records_is_refused(tmp_path, index):
    """Where lines are not documents, nobody could say which document was found."""
    folder = collection(tmp_path)
    records = [{"title": f"Paper {n}", "abstract": "text"} for n in range(2)]
    with (folder / "corpus.jsonl").open("a") as file:
        file.write(json.dumps({"_id": "d5", "results": records}) + "\n")
    with pytest.raises(DatasetUnusable, match="a line must be one document"):
        indexed(read_dataset(folder), index, FakeEncoder(), Silent())


def test_text_of_a_query_is_no_syntax(tmp_path, index):
    """Quotes, brackets and operators of FTS5 are words or nothing."""
    texts = ['speech" OR (recognition*) NEAR/2', "title:speech - AND NOT ^", "speech:recognition"]
    queries = [{"_id": f"q{n}", "text": text} for n, text in enumerate(texts)]
    dataset = read_dataset(collection(tmp_path, queries=queries,
                                      judged=[(f"q{n}", "d3", 1) for n in range(3)]))  # fmt: skip
    _, answers = asked(dataset, index, ("lexical", "hybrid"))
    assert (answers.values["lexical"][:, 0] == 1).all()


def test_long_queries_are_cut_and_counted(tmp_path, index):
    """A query longer than akin takes is asked by its beginning."""
    long = "speech recognition " + "filler " * MAX_CHARACTERS
    queries = [{"_id": "q1", "text": long}, {"_id": "q2", "text": "radar"}]
    judged = [("q1", "d3", 1), ("q2", "d4", 1)]
    dataset = read_dataset(collection(tmp_path, queries=queries, judged=judged))
    _, answers = asked(dataset, index, ("lexical",))
    assert answers.values["lexical"].tolist() == [[1, 1, 1], [1, 1, 1]]
    (note,) = answers.notes
    assert note == "longer than 20,000 characters, and so cut: 1 of 2 queries"


def test_a_query_is_embedded_once_for_all_modes(tmp_path, index):
    """Two modes need the same vector; each mode's ranking is what it is alone."""
    calls = []

    class Counting(FakeEncoder):
        def encode_query(self, texts):
            calls.append(list(texts))
            return super().encode_query(texts)

    dataset = read_dataset(collection(tmp_path))
    _, together = asked(dataset, index, ("hybrid", "semantic", "lexical"), Counting())
    assert calls == [[query.text] for query in dataset.queries]
    for mode in ("hybrid", "semantic", "lexical"):
        _, alone = asked(dataset, index, (mode,))
        assert np.array_equal(alone.values[mode], together.values[mode])


def test_lists_are_measured_as_a_reranker_orders_them(tmp_path, index, monkeypatch):
    """The shortest document comes first in all modes; where it cannot be read, nothing is told."""
    queries = [{"_id": "q", "text": "federated graph networks recognition"}]
    dataset = read_dataset(collection(tmp_path, queries=queries, judged=[("q", "d3", 1)]))
    modes, reranker = ("hybrid", "semantic", "lexical"), ByLength()
    _, plain = asked(dataset, index, modes)
    _, answers = asked(dataset, index, modes, reranker=reranker)
    for mode in modes:
        assert plain.values[mode][0, 2] < answers.values[mode][0, 2] == 1
    assert (plain.notes, answers.notes) == (
        (),
        ("the 20 best papers were read again by by length",),
    )
    failing = TimedReranker(reranker, None)
    monkeypatch.setattr(reranker, "score", lambda query, texts: np.full(len(texts), np.nan))
    with pytest.raises(ModelUnavailable, match=r"q: not reranked: .* no number"):
        asked(dataset, index, reranker=failing)


def test_an_index_belongs_to_one_collection_and_one_model(tmp_path, encoder):
    """Two folders of one name, and two models of one name, have indexes of their own."""
    one = read_dataset(collection(tmp_path / "a" / "same"))
    other = read_dataset(collection(tmp_path / "b" / "same"))
    retrained = FakeEncoder(fingerprint="e" * 64)
    places = [
        index_of(dataset, model, tmp_path / "work").path
        for dataset in (one, other)
        for model in (encoder.model, retrained.model, FakeEncoder(name="org/other").model)
    ]
    assert len(set(places)) == 6
    assert index_of(one, encoder.model, tmp_path / "work").path == places[0]
    assert all(place.is_relative_to(tmp_path / "work") for place in places)
    assert places[0].parts[-2].startswith("same-")


def test_a_second_run_embeds_nothing_and_an_edited_corpus_only_what_is_new(tmp_path, encoder):
    """Vectors stay in the work folder."""
    folder = collection(tmp_path / "small")
    dataset = read_dataset(folder)
    index = index_of(dataset, encoder.model, tmp_path / "work")
    assert isinstance(index, IndexFolder)
    assert indexed(dataset, index, encoder, Silent()).embedded == 4
    assert indexed(dataset, index, encoder, Silent()).embedded == 0
    lines(folder / "corpus.jsonl", [*DOCUMENTS, {"_id": "d5", "title": "New", "text": "One more."}])
    assert indexed(read_dataset(folder), index, encoder, Silent()).embedded == 1


def test_modes_are_asked_as_deep_as_recall_needs(tmp_path, index, monkeypatch):
    """The ranking that is measured has 100 places, no page of 10."""
    documents = [{"_id": f"d{n}", "text": f"speech number{n}"} for n in range(150)]
    judged = [("q2", f"d{n}", 1) for n in range(150)]
    dataset = read_dataset(collection(tmp_path, documents, judged=judged))
    seen = []
    measured = asking.measured
    monkeypatch.setattr(asking, "measured", lambda r, j: seen.append(len(r)) or measured(r, j))
    _, answers = asked(dataset, index)
    assert seen == [100]
    assert answers.values["semantic"][0].tolist() == pytest.approx([1, 100 / 150, 1])
