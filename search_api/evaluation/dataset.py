"""A collection to evaluate with: documents, queries, and which document answers which query.

The form is that of BEIR, each file plain or compressed::

    corpus.jsonl     {"_id": "d1", "title": "…", "text": "…"}      a document a line
    queries.jsonl    {"_id": "q1", "text": "…"}                    a query a line
    qrels.tsv        query-id <tab> corpus-id <tab> score          or qrels/test.tsv

Of documents only the ids are kept in memory.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from indexer.documents import Document
from indexer.errors import DatasetUnusable
from indexer.readers.json_values import decode
from indexer.streams import SUFFIXES

Half = Literal["first", "second"]

CORPUS, QUERIES = "corpus.jsonl", "queries.jsonl"
QRELS = ("qrels.tsv", "qrels/test.tsv")

HEADER = ("query-id", "corpus-id", "score")


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query, and what is known of documents for it.

    Attributes:
        id: within the collection.
        text: what is asked.
        judged: grade by document id; above 0 is relevant, and more is better.
    """

    id: str
    text: str
    judged: Mapping[str, int]

    @property
    def has_answer(self) -> bool:
        """Whether any document is relevant."""
        return any(grade > 0 for grade in self.judged.values())


@dataclass(frozen=True, slots=True)
class Dataset:
    """A collection as it was read.

    Attributes:
        name: of its folder.
        corpus: the file of documents.
        documents: their ids, in the order of the file.
        lines: the line of each, 1-based.
        queries: those that have an answer, in the order of the file.
        unanswered: how many queries have none, and are left out.
        notes: what the reader of a result should know.
    """

    name: str
    corpus: Path
    documents: tuple[str, ...]
    lines: Sequence[int]
    queries: tuple[JudgedQuery, ...]
    unanswered: int
    notes: tuple[str, ...] = field(default=())


def read_dataset(folder: Path, name: str | None = None) -> Dataset:
    """Read a collection.

    Args:
        folder: holds the files.
        name: how to call it; that of the folder if none is given.

    Raises:
        DatasetUnusable: a file is missing or a line of one cannot be used, or nothing is left to
            measure with.
        SourceUnreadable: a file cannot be opened or decompressed.
    """
    corpus, asked, judged = _files(folder)
    texts = _queries(asked)
    documents: dict[str, int] = {}
    for line, item in _objects(corpus):
        document_id = _id(corpus, line, item)
        if document_id in documents:
            at = documents[document_id]
            raise _bad(corpus, line, document_id, f"this _id is that of line {at}, too")
        documents[document_id] = line
    if not documents:
        raise DatasetUnusable(f"{corpus}: holds not one document", file=str(corpus))
    qrels = _qrels(judged, texts)
    every = [JudgedQuery(key, text, qrels.get(key, {})) for key, (_, text) in texts.items()]
    queries = tuple(query for query in every if query.has_answer)
    for query in queries:
        if not query.text.strip():  # without an answer nobody would ask it
            raise _bad(asked, texts[query.id][0], query.id, "this query has answers, but no text")
    if not queries:
        raise DatasetUnusable(
            f"{judged}: no query has a document of a score above 0", file=str(judged)
        )
    return Dataset(
        name=name or folder.resolve().name,
        corpus=corpus,
        documents=tuple(documents),
        lines=array("L", documents.values()),
        queries=queries,
        unanswered=len(every) - len(queries),
        notes=tuple(_notes(queries, documents)),
    )


def chosen(
    queries: Sequence[JudgedQuery], half: Half | None, sample: int | None, seed: int
) -> tuple[JudgedQuery, ...]:
    """Return the queries to ask, in their order.

    Args:
        queries: of a collection.
        half: the first or the second half of them, when they are ordered by the SHA-256 of their
            ids: the same in every run, and without regard to what they ask.
        sample: how many of those to draw at random, each as likely as any other; ``None``: all.
        seed: of the draw.
    """
    if half:
        in_half = _halves(queries)[half]
        queries = [query for query in queries if query.id in in_half]
    if sample is None or sample >= len(queries):
        return tuple(queries)
    places = np.random.default_rng(seed).choice(len(queries), sample, replace=False)
    return tuple(queries[place] for place in sorted(places))


def _halves(queries: Sequence[JudgedQuery]) -> dict[Half, set[str]]:
    ids = sorted((query.id for query in queries), key=_digest)
    middle = (len(ids) + 1) // 2
    return {"first": set(ids[:middle]), "second": set(ids[middle:])}


def _digest(query_id: str) -> bytes:
    return hashlib.sha256(query_id.encode("utf-8", "surrogatepass")).digest()


def _files(folder: Path) -> tuple[Path, Path, Path]:
    """Return the files of corpus, queries and judgements.

    Raises:
        DatasetUnusable: one is not there; the detail lists all that are missing.
    """
    if not folder.is_dir():
        what = "not a folder" if folder.exists() else "no such folder"
        raise DatasetUnusable(f"{folder}: {what}. {_FORM}", file=str(folder))
    corpus, queries = _find(folder, CORPUS), _find(folder, QUERIES)
    qrels = next(filter(None, (_find(folder, name) for name in QRELS)), None)
    if corpus and queries and qrels:
        return corpus, queries, qrels
    parts = {CORPUS: corpus, QUERIES: queries, " or ".join(QRELS): qrels}
    missing = [name for name, path in parts.items() if path is None]
    raise DatasetUnusable(
        f"{folder}: {' and '.join(missing)} missing. {_FORM}", file=str(folder), missing=missing
    )


_FORM = (
    f"A collection is a folder in the form of BEIR: {CORPUS} (an object a line with _id, title and "
    f"text), {QUERIES} (_id and text) and {QRELS[0]} or {QRELS[1]} ({', '.join(HEADER)} between "
    f"tabs); each may be compressed ({', '.join(SUFFIXES)})"
)


def _find(folder: Path, name: str) -> Path | None:
    names = [name, *(name + suffix for suffix in SUFFIXES)]
    return next((path for name in names if (path := folder / name).is_file()), None)


def _queries(path: Path) -> dict[str, tuple[int, str]]:
    """Return line and text of each query by its id; a text may be empty."""
    queries: dict[str, tuple[int, str]] = {}
    for line, item in _objects(path):
        query_id, text = _id(path, line, item), item.get("text")
        if query_id in queries:
            at = queries[query_id][0]
            raise _bad(path, line, query_id, f"this _id is that of line {at}, too")
        if not isinstance(text, str):
            raise _bad(path, line, text, f"query {query_id} has no text")
        queries[query_id] = (line, text)
    if not queries:
        raise DatasetUnusable(f"{path}: holds not one query", file=str(path))
    return queries


def _objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for line in Document(path, path.name, given=True).lines():
        if not line.text or line.text.isspace():
            continue
        if line.cut:
            raise _bad(path, line.number, line.text, "the line is longer than any record")
        try:
            item = decode(line.text)
        except ValueError as error:
            raise _bad(path, line.number, line.text, f"not JSON: {error}") from error
        if not isinstance(item, dict):
            raise _bad(path, line.number, line.text, "not a JSON object")
        yield line.number, item


def _id(path: Path, line: int, item: Mapping[str, Any]) -> str:
    value = item.get("_id")
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise _bad(path, line, value, "the _id is not a text or a whole number")
    return str(value)


def _qrels(path: Path, queries: Mapping[str, object]) -> dict[str, dict[str, int]]:
    """Return the grade of each judged document, by query and document."""
    qrels: dict[str, dict[str, int]] = {}
    first = True
    for line in Document(path, path.name, given=True).lines():
        if not line.text or line.text.isspace():
            continue
        cells = line.text.split("\t")
        if len(cells) != len(HEADER):
            found = f"{len(cells)} cells between tabs, {len(HEADER)} expected"
            raise _bad(path, line.number, line.text, f"{found} ({', '.join(HEADER)})")
        query_id, document_id, stated = cells
        grade = _grade(stated)
        header, first = first and grade is None and query_id not in queries, False
        if header:
            continue
        if grade is None:
            raise _bad(path, line.number, stated, "the score is not a whole number")
        if query_id not in queries:
            raise _bad(path, line.number, query_id, f"no query of {QUERIES} has this id")
        judged = qrels.setdefault(query_id, {})
        if judged.setdefault(document_id, grade) != grade:
            again = f"query {query_id}, document {document_id}: scored {judged[document_id]} before"
            raise _bad(path, line.number, stated, again)
    return qrels


def _grade(stated: str) -> int | None:
    """Return a grade; tables that pandas wrote say ``1.0``."""
    try:
        number = float(stated)
        return int(number) if number.is_integer() else None
    except ValueError:
        return None


def _notes(queries: Sequence[JudgedQuery], documents: Mapping[str, int]) -> Iterator[str]:
    relevant = [doc for query in queries for doc, grade in query.judged.items() if grade > 0]
    absent = [doc for doc in relevant if doc not in documents]
    if absent:
        yield (
            f"{len(absent):,} of {len(relevant):,} relevant judgements are of documents that are "
            f"not in the corpus ({absent[0]!r} is one): they count as relevant and are never found"
        )


def _bad(path: Path, line: int, value: object, reason: str) -> DatasetUnusable:
    shown = value if isinstance(value, str) else repr(value)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return DatasetUnusable(
        f"{path}:{line}: {reason}: {shown}", file=str(path), line=line, value=shown
    )


_SHOWN = 120
