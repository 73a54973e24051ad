"""The corpus of a collection as akin indexes it, and its queries as akin answers them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.errors import DatasetUnusable, ModelUnavailable
from indexer.merging.duplicates import RULES
from indexer.models.encoder import Encoder
from indexer.models.model import Model
from indexer.progress import Reporter
from indexer.rebuild import rebuild
from indexer.store.generation import Generation, IndexFolder
from search_api.engine.engine import Engine
from search_api.evaluation.dataset import Dataset, JudgedQuery
from search_api.evaluation.metrics import DEPTH, measured
from search_api.evaluation.statistics import Values
from search_api.query.query import MAX_CHARACTERS, Mode, Query
from search_api.ranking.reranker import DEPTH as READ_AGAIN
from search_api.ranking.reranker import Reranker
from search_api.ranking.second_look import SecondLook
from search_api.store.local import LocalStore


@dataclass(frozen=True, slots=True)
class Indexed:
    """A collection's corpus, indexed.

    Attributes:
        generation: of its index.
        document: id in the collection, by id of the paper.
        embedded: how many texts were embedded for it, and not found in the cache.
        notes: what the reader of a result should know.
    """

    generation: Generation
    document: Mapping[str, str]
    embedded: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """How well the queries were answered.

    Attributes:
        values: by mode, a row per query, a column per measure.
        notes: what the reader of a result should know.
    """

    values: Mapping[Mode, Values]
    notes: tuple[str, ...]


def index_of(dataset: Dataset, model: Model, work: Path) -> IndexFolder:
    """Return where the index of a collection lies: the same place as long as collection and model.

    Args:
        dataset: known by its folder's name and place.
        model: known by its name and fingerprint.
        work: the folder of all such indexes.
    """
    place = hashlib.sha256(str(dataset.corpus.resolve().parent).encode("utf-8", "surrogateescape"))
    model_name = re.sub(r"[^\w.-]+", "_", Path(model.name).name)
    named = re.sub(r"[^\w.-]+", "_", dataset.name)
    folder = work / f"{named}-{place.hexdigest()[:8]}"
    return IndexFolder(folder / f"{model_name}-{model.fingerprint[:8]}")


def indexed(dataset: Dataset, index: IndexFolder, encoder: Encoder, reporter: Reporter) -> Indexed:
    """Index a corpus as ``rebuild-index`` would, but with no two documents merged.

    Raises:
        DatasetUnusable: akin makes other records of the corpus than one per line.
    """
    # Nobody looks at a map of it.
    report = rebuild(
        [dataset.corpus], index, encoder, apart=RULES, mapped="none", reporter=reporter
    )
    generation = index.current()
    with closing(LocalStore(generation)) as store:
        rejected = {rejection.line for rejection in store.rejections()}
        papers = [paper.id for paper in store.papers(np.arange(len(store)))]
    # An id of the collection may be no id of a paper, or two may become one: rows tell the
    # documents apart, as they have the order of the records that were not rejected.
    documents = [
        document
        for document, line in zip(dataset.documents, dataset.lines, strict=True)
        if line not in rejected
    ]
    if len(papers) != len(documents) or len(papers) + len(rejected) != len(dataset.documents):
        raise DatasetUnusable(
            f"{dataset.corpus}: akin reads {len(papers):,} papers and {len(rejected):,} broken "
            f"records in its {len(dataset.documents):,} lines: a line must be one document",
            file=str(dataset.corpus),
        )
    notes = list(report.notes)
    if rejected:
        total = len(dataset.documents)
        notes.append(
            f"without title and text, and so never found: {len(rejected):,} of {total:,} documents "
            f"(line {min(rejected)} is one)"
        )
    return Indexed(
        generation, dict(zip(papers, documents, strict=True)), report.embedded, tuple(notes)
    )


def answered(
    queries: Sequence[JudgedQuery],
    corpus: Indexed,
    encoder: Encoder,
    modes: Sequence[Mode],
    reporter: Reporter,
    reranker: Reranker | None = None,
    second_look: SecondLook | None = None,
) -> Answered:
    """Ask all queries in all modes, and measure the rankings.

    A query that is longer than akin takes is cut.

    Raises:
        ModelUnavailable: the reranker cannot be loaded, or failed.
    """
    rows: dict[Mode, list[tuple[float, ...]]] = {mode: [] for mode in modes}
    cut = 0
    reporter.phase("asking", len(queries))
    with closing(Engine(corpus.generation, encoder, reranker, second_look=second_look)) as engine:
        for query in queries:
            text = query.text.strip()
            cut += len(text) > MAX_CHARACTERS
            for mode in modes:
                page = engine.search(Query(text=text[:MAX_CHARACTERS], mode=mode, k=DEPTH))
                if reranker and text and page.hits and all(h.rerank is None for h in page.hits):
                    raise ModelUnavailable(f"{query.id}: {'; '.join(page.notes)}")
                ranked = [corpus.document[hit.paper.id] for hit in page.hits]
                rows[mode].append(measured(ranked, query.judged))
            reporter.advance(1)
    longer = f"longer than {MAX_CHARACTERS:,} characters, and so cut"
    notes = [f"{longer}: {cut:,} of {len(queries):,} queries"] if cut else []
    if reranker:
        notes.append(f"the {READ_AGAIN} best papers were read again by {reranker.model.name}")
    values = {mode: np.array(found) for mode, found in rows.items()}
    return Answered(values, tuple(notes))
