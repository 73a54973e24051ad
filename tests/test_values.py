"""Values of JSON that others cannot keep, from the reader to whoever shows them."""

import json
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer.cleaning.values import DEEPEST, extra_of, storable
from indexer.errors import IndexCorrupted, ModelUnavailable
from indexer.paper import Paper
from indexer.readers.json_values import decode
from indexer.store.generation import IndexFolder
from indexer.store.paper_rows import paper_of, row_of
from indexer.store.vector_cache import VectorCache
from search_api.app import create_app
from search_api.engine.doctor import examine
from search_api.exports import EXPORTERS
from tests.fakes import FakeEncoder

DIGITS = "7" * 400


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (f'{{"n": {DIGITS}}}', {"n": DIGITS}),
        (f'{{"n": -{DIGITS * 20}}}', {"n": f"-{DIGITS * 20}"}),
        ('{"n": 9223372036854775807}', {"n": 2**63 - 1}),
        ('{"n": -9223372036854775808}', {"n": -(2**63)}),
        ('{"n": 9223372036854775808}', {"n": "9223372036854775808"}),
        ('{"n": [{"m": 73786976294838206464}]}', {"n": [{"m": "73786976294838206464"}]}),
        ('{"n": [1e999, -1e999]}', {"n": ["1e999", "-1e999"]}),
        ('{"n": [NaN, -Infinity, 1e22, 0.5]}', {"n": [None, "-Infinity", 1e22, 0.5]}),
    ],
)
def test_a_number_that_is_no_64_bits_wide_is_text(text, value):
    """It is what the source wrote, at any depth, and never another number."""
    assert decode(text) == value


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (10**300, str(10**300)),
        (-(2**63) - 1, "-9223372036854775809"),
        (float("nan"), "nan"),
        ({1: (float("inf"), "a\ud83db")}, {"1": ["inf", "a\ufffdb"]}),
        ({"\udc00": [True, None, 2.5]}, {"\ufffd": [True, None, 2.5]}),
    ],
)
def test_what_others_cannot_keep_becomes_text(value, kept):
    """Numbers, halves of pairs, tuples and names; all else stays as it is."""
    assert storable(value) == kept


def test_what_is_nested_too_deeply_is_refused():
    """As deep as JSON is read is kept, a level more is an error."""
    value: object = 1
    for _ in range(DEEPEST):
        value = [value]
    assert storable(value) == value
    with pytest.raises(ValueError, match="nested more than 100 deep"):
        storable({"a": value})
    with pytest.raises(ValueError, match="no JSON value, but a bytes"):
        storable(b"a")


def test_what_only_looks_like_a_mark_of_akins_is_renamed():
    """A source's own ``also`` is kept, and merging never takes it for identifiers."""
    marks = {"also": {"doi": ["10.1/a"]}, "authors_cut": True, "family_names": {"a b": "b"}}
    assert extra_of(marks) == marks
    foreign = {"also": "see there", "authors_cut": "no", "family_names": ["b"], "title_missing": 0}
    assert extra_of(foreign) == {f"{name}_stated": value for name, value in foreign.items()}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    )
)
def test_whatever_a_paper_holds_is_read_again(value):
    """What is written of a paper can be read, whoever made it, and is written the same again."""
    row = row_of(Paper("akin:x", "A \ud800 title", extra={"any": value}))
    assert row_of(paper_of(row[:-1]))[:-1] == row[:-1]


def records(*extras):
    """JSON lines, each of a paper of its own."""
    lines = []
    for number, extra in enumerate(extras):
        record = {
            "title": f"On the weight of hedgehogs, part {number}",
            "abstract": f"No {number}.",
        }
        lines.append(json.dumps(record)[:-1] + f", {extra}}}")
    return "\n".join([*lines, *lines[:4]]) + "\n"  # some come twice, and are merged


def test_no_record_spoils_an_index(build, index, tmp_path):
    """Whatever one record holds, every paper can be listed, exported, shown and merged."""
    source = tmp_path / "a.jsonl"
    extras = (
        f'"weight": {DIGITS}',
        '"also": [5]',
        f'"year": {DIGITS}, "family_names": 5, "pmid": {{"a": [1e999]}}',
        '"keywords": [[18446744073709551616]], "links": {"a": 5}, "note": "\\ud800"',
        f'"deep": {"[" * 90}{"]" * 90}, "pages": true',
        f'"{"k" * 70_000}": "\\u0000"',
    )
    source.write_text(records(*extras, f'"deep": {"[" * 900}{"]" * 900}'), encoding="utf-8")
    report = build(source, mapped="none")
    assert (report.papers, report.ledger.merged, report.ledger.rejected) == (6, 4, 1)
    assert all(check.ok for check in examine(index, lambda _: FakeEncoder()))
    app = create_app(IndexFolder(index.path), lambda _: FakeEncoder())
    with TestClient(app) as client:
        hits = client.get("/api/v1/search", params={"q": "hedgehogs"}).json()["results"]
        ids = [hit["paper"]["id"] for hit in hits]
        assert len(ids) == 6
        for form in EXPORTERS:
            exported = client.get("/api/v1/export", params={"id": ids, "format": form})
            assert exported.status_code == 200
        for one in ids:
            assert client.get(f"/api/v1/papers/{one}").status_code == 200
            page = client.get(f"/papers/{one}", headers={"accept": "text/html"})
            assert page.status_code == 200


def test_doctor_reads_every_paper(build, index, tmp_path):
    """A row that cannot be read is named, though every checksum is right."""
    source = tmp_path / "a.jsonl"
    source.write_text(records('"a": 1', '"b": 2'), encoding="utf-8")
    build(source, mapped="none")
    row = [*row_of(Paper("akin:x", "T"))[:-1]]
    row[-1] = '{"n": 1e999}'
    with pytest.raises(IndexCorrupted, match="akin:x: this paper of the index cannot be read"):
        paper_of(row)
    checks = {check.name: check.detail for check in examine(index, lambda _: FakeEncoder())}
    assert checks["papers"] == "2 read"
    spoil(index)
    checks = [check for check in examine(index, lambda _: FakeEncoder()) if not check.ok]
    assert "this paper of the index cannot be read" in checks[0].detail


def spoil(index):
    """Write into the last paper what nobody can read, and seal the generation again."""
    import hashlib
    import sqlite3

    folder = index.current().folder
    with closing(sqlite3.connect(folder / "catalogue.sqlite")) as db:
        db.execute("UPDATE papers SET extra = '{\"n\": 1e999}' WHERE row = 2")
        db.commit()
    manifest = json.loads((folder / "manifest.json").read_bytes())
    data = (folder / "catalogue.sqlite").read_bytes()
    stated = manifest["files"]["catalogue.sqlite"]
    stated["bytes"], stated["sha256"] = len(data), hashlib.sha256(data).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    pointer = json.loads(index.pointer.read_bytes())
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    for name, value in pointer.items():
        if isinstance(value, str) and len(value) == 64:
            pointer[name] = digest
    index.pointer.write_text(json.dumps(pointer))


def test_a_model_that_makes_no_numbers_publishes_nothing(build, index, encoder, tmp_path):
    """Its vectors are neither kept nor published as zeros."""
    source = tmp_path / "a.jsonl"
    source.write_text(records('"a": 1', '"b": 2'), encoding="utf-8")
    encoder.encode_document = lambda texts: np.full((len(texts), 64), np.nan, np.float32)
    with pytest.raises(ModelUnavailable, match="not numbers"):
        build(source, mapped="none")
    assert not index.pointer.exists()
    with VectorCache(index.cache) as cache:
        assert len(cache) == 0
