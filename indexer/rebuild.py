"""Rebuild the index: read the sources, embed what is new or changed, build, publish.

Six phases, each bounded in memory, but that PaCMAP holds all vectors::

    reading     documents → records, in a catalogue that is being built
    merging     records of one paper → one paper with the best of each
    embedding   texts → vectors, from the cache or the model, into the vector index
    indexing    the lexical index and what is filtered by
    mapping     vectors → a place on the map for each paper, and topics with names
    publishing  checksums, manifest, one rename

A builder may die at any moment: the published generation stays as it is, and the vectors computed
so far are in the cache for the next run.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from indexer.documents import Document, readable
from indexer.encoder import Encoder
from indexer.errors import (
    BadParameter,
    IndexCorrupted,
    IndexMismatch,
    IndexMissing,
    NothingToIndex,
    SourceUnreadable,
)
from indexer.ledger import SHOWN_REJECTIONS, Ledger, Report, SourceAccount, write_ledger
from indexer.mapping.draw import draw
from indexer.mapping.layout import Asked, chosen
from indexer.merging.duplicates import RULES
from indexer.models import Model
from indexer.paper import TEXT_RECIPE, Rejection
from indexer.progress import Reporter, Silent
from indexer.readers import Reader, reader_for
from indexer.reading import Helpers
from indexer.sources import STDIN, find_documents
from indexer.store.catalogue_builder import CatalogueBuilder, Comparison
from indexer.store.corpus_map import CorpusMap
from indexer.store.generation import (
    CATALOGUE,
    FORMAT_VERSION,
    VECTORS,
    Generation,
    IndexFolder,
    Manifest,
)
from indexer.store.lexical_index import LexicalIndexBuilder
from indexer.store.vector_cache import CachedVector, VectorCache, cache_key
from indexer.store.vector_index import METRIC, VectorIndexBuilder

EMBED_AT_ONCE = 32
"""Papers between two writes to the vector cache: the most that a kill can cost, and how often the
bar moves. Rows come sorted by length, so that small lots waste no padding."""

_VERSIONED = (
    "akin",
    "faiss-cpu",
    "numpy",
    "scikit-learn",
    "sentence-transformers",
    "torch",
    "transformers",
)


@dataclass(slots=True)
class _Read:
    """What reading the sources found."""

    sources: list[SourceAccount] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _How:
    """What is read, and how; see :class:`~indexer.store.generation.Manifest`."""

    roots: list[str]
    columns: dict[str, str]
    apart: list[str]


@dataclass(slots=True)
class _Embedded:
    """What embedding the papers did."""

    dimension: int = 0
    computed: int = 0
    truncated: int = 0


def rebuild(
    sources: Sequence[Path],
    index: IndexFolder,
    encoder: Encoder,
    *,
    columns: Mapping[str, str] | None = None,
    apart: Collection[str] = (),
    ledger: Path | None = None,
    mapped: Asked = "auto",
    full: bool = False,
    dry_run: bool = False,
    reporter: Reporter | None = None,
) -> Report:
    """Bring the index up to date with the sources.

    Nothing is published when nothing changed: same papers, same sources, same model and recipe,
    a map of the method that is asked for, and the current generation whole.

    Args:
        sources: files and folders, pipes, ``-`` for standard input.
        index: where the index lies; made if it is not there.
        encoder: used only for texts that are not in the cache.
        columns: which column of a table holds which field, beyond what is guessed.
        apart: rules of :data:`indexer.merging.duplicates.RULES` by which records are not merged.
        ledger: a file to write every rejected and every merged record to.
        mapped: how the map is laid out; ``auto``, which is content with the map that is there, is
            PaCMAP where it is installed, else the principal components.
        full: compute every vector and lay out the map anew, and publish in any case.
        dry_run: read and account only; embed and publish nothing.
        reporter: told of the progress.

    Raises:
        InputError: a source is missing or unreadable, or there is not one paper, or PaCMAP is
            asked for and not installed.
        BuildInProgress: another rebuild is at work on the index.
    """
    started = time.monotonic()
    reporter = reporter or Silent()
    chosen(mapped, 0)  # what is not installed is said before the work, not after
    with tempfile.TemporaryDirectory(prefix="akin-") as spool, index.building():
        documents = find_documents(sources, spool=Path(spool), columns=columns)
        if ledger and ledger.resolve() in {document.path.resolve() for document in documents}:
            raise BadParameter(
                f"{ledger}: is one of the sources, and would be replaced by the ledger",
                field="ledger",
                value=str(ledger),
            )
        generation = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"  # unique while we hold the lock
        staging = index.stage(generation)
        catalogue = CatalogueBuilder(
            staging / CATALOGUE, [rule for rule in RULES if rule not in apart]
        )
        try:
            previous, notes = _previous(index)
            reporter.phase("reading")
            read = _read(documents, catalogue, reporter)
            notes += read.notes
            reporter.phase("merging")
            catalogue.merge_duplicates()
            _account_for_merged(catalogue, read)
            if ledger:
                write_ledger(ledger, catalogue.rejections(), catalogue.merged())
            if not len(catalogue):
                raise _nothing(sources, read)
            comparison = catalogue.compare(previous.catalogue if previous else None)
            report = Report(
                generation=previous.id if previous else None,
                published=False,
                papers=len(catalogue),
                embedded=0,
                truncated=previous.manifest.truncated if previous else 0,
                seconds=0.0,
                ledger=Ledger.of(read.sources, comparison),
                sources=read.sources,
                rejections=read.rejections,
                skipped=read.skipped,
                notes=notes,
            )
            if previous and comparison.removed * 2 > previous.manifest.papers:
                notes.append(
                    f"{comparison.removed:,} of the {previous.manifest.papers:,} papers before are "
                    f"not in these sources; they were in {', '.join(previous.manifest.roots)}"
                )
            how = _How(_roots(sources), dict(columns or {}), sorted(apart))
            current = (
                previous is not None
                and _is_current(previous.manifest, comparison, read.sources, how, encoder.model)
                and _is_mapped(previous, mapped)
            )
            if not dry_run and (full or not current):
                embedded = _embed(catalogue, index, encoder, staging, full, reporter, notes)
                reporter.phase("indexing", len(catalogue))
                catalogue.finish(_index_words(catalogue, staging, reporter))
                reporter.phase("mapping")
                method = chosen(mapped, len(catalogue))
                kept = previous and not full and _is_of(previous.manifest, encoder.model)
                draw(staging, method, previous if kept else None).write(staging)
                reporter.phase("publishing")
                manifest = _manifest(generation, encoder, report, embedded, how)
                index.publish(staging, manifest)
                report.generation, report.published = generation, True
                report.embedded, report.truncated = embedded.computed, embedded.truncated
        finally:
            catalogue.close()
            with suppress(FileNotFoundError):
                shutil.rmtree(staging)
    report.seconds = time.monotonic() - started
    return report


def _previous(index: IndexFolder) -> tuple[Generation | None, list[str]]:
    """Return the current generation if it is whole, and what to tell people if it is not."""
    try:
        previous = index.current()
        previous.verify()
    except IndexMissing:
        return None, []
    except (IndexCorrupted, IndexMismatch) as error:
        what = error.detail.partition(". ")[0]
        return None, [f"built anew, as the generation before cannot be used: {what}"]
    return previous, []


def _read(documents: list[Document], catalogue: CatalogueBuilder, reporter: Reporter) -> _Read:
    """Read every document into the catalogue.

    Raises:
        SourceUnreadable: a file that the user named holds no format akin reads. One that merely
            lies in a named folder is passed over and listed.
    """
    read = _Read()
    to_read: list[tuple[Document, Reader]] = []
    for document in documents:
        try:
            to_read.append((document, reader_for(document)))
        except SourceUnreadable as error:
            if document.given:
                raise
            read.skipped.append(error.detail)
    with Helpers() as helpers:
        for document, reader in to_read:
            read.sources.append(_read_one(document, reader, catalogue, helpers, read, reporter))
    return read


def _read_one(
    document: Document,
    reader: Reader,
    catalogue: CatalogueBuilder,
    helpers: Helpers,
    read: _Read,
    reporter: Reporter,
) -> SourceAccount:
    path = document.name if document.piped else readable(str(document.path.resolve()))
    account = SourceAccount(document.name, path, reader.FORMAT, document.sha256())
    decoded = 0
    for batch in helpers.read(document, reader):
        account.records += batch.records
        account.papers += len(batch.papers)
        account.rejected += len(batch.rejections)
        account.without_abstract += batch.without_abstract
        for rejection in batch.rejections:
            catalogue.reject(rejection)
        read.rejections += batch.rejections[: SHOWN_REJECTIONS - len(read.rejections)]
        for record in batch.papers:
            catalogue.add(record)
        decoded += batch.decoded
        reporter.advance(batch.records)
    if decoded:
        read.notes.append(
            f"{document.name}: {decoded:,} lines are not UTF-8 and were read as Windows-1252"
        )
    return account


def _account_for_merged(catalogue: CatalogueBuilder, read: _Read) -> None:
    accounts = {account.source: account for account in read.sources}
    for merged in catalogue.merged():
        if merged.reason:
            accounts[merged.source].papers -= 1
            accounts[merged.source].merged += 1


def _nothing(sources: Sequence[Path], read: _Read) -> NothingToIndex:
    reasons = [*read.skipped, *(f"{r.source}:{r.line}: {r.reason}" for r in read.rejections)]
    shown = "; ".join(reasons[:3]) or ("no record in it" if read.sources else "no file in it")
    more = f"; and {len(reasons) - 3} more" if len(reasons) > 3 else ""
    names = ", ".join(map(str, sources))
    return NothingToIndex(
        f"{names}: {shown}{more}. Nothing was changed",
        sources=[str(source) for source in sources],
        rejections=[rejection.to_json() for rejection in read.rejections],
    )


def _is_current(
    manifest: Manifest,
    comparison: Comparison,
    sources: list[SourceAccount],
    how: _How,
    model: Model,
) -> bool:
    return (
        not (comparison.added or comparison.updated or comparison.removed)
        and manifest.sources == [source.to_json() for source in sources]
        and (manifest.roots, manifest.columns, manifest.apart)
        == (how.roots, how.columns, how.apart)
        and manifest.model["name"] == model.name
        and _is_of(manifest, model)
    )


def _is_of(manifest: Manifest, model: Model) -> bool:
    """Tell whether the vectors of a generation are those that a model makes now."""
    return (
        manifest.model["fingerprint"] == model.fingerprint and manifest.text_recipe == TEXT_RECIPE
    )


def _is_mapped(previous: Generation, asked: Asked) -> bool:
    """Tell whether the map of a generation is of the method that is asked for."""
    papers = previous.manifest.papers
    return asked == "auto" or (
        CorpusMap.read(previous.folder, papers).method == chosen(asked, papers)
    )


def _embed(
    catalogue: CatalogueBuilder,
    index: IndexFolder,
    encoder: Encoder,
    staging: Path,
    full: bool,
    reporter: Reporter,
    notes: list[str],
) -> _Embedded:
    """Write the vector index, taking vectors from the cache and computing the others."""
    done = _Embedded()
    rows = catalogue.rows_by_length()
    reporter.phase("embedding", len(rows))
    builder: VectorIndexBuilder | None = None
    with VectorCache(index.cache) as cache:
        if cache.set_aside:
            notes.append(f"the vector cache was damaged and set aside as {cache.set_aside}")
        for start in range(0, len(rows), EMBED_AT_ONCE):
            some = rows[start : start + EMBED_AT_ONCE]
            texts = catalogue.texts(some)
            keys = [cache_key(encoder.model.fingerprint, TEXT_RECIPE, text) for text in texts]
            known = {} if full else cache.get(keys)
            # Two papers may share a text: it is embedded once, and both are found.
            missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            if missing:
                computed = _compute(encoder, missing)
                cache.put(computed)
                known |= computed
                done.computed += len(computed)
            vectors = np.stack([known[key].vector for key in keys])
            builder = builder or VectorIndexBuilder(vectors.shape[1])
            builder.add(np.array(some, dtype=np.int64), vectors)
            done.truncated += sum(known[key].truncated for key in keys)
            reporter.advance(len(some))
    assert builder is not None  # noqa: S101 — there is at least one paper
    builder.save(staging / VECTORS)
    done.dimension = builder.dimension
    return done


def _index_words(
    catalogue: CatalogueBuilder, staging: Path, reporter: Reporter
) -> Mapping[str, int]:
    """Write the lexical index and return the number of each term."""
    builder = LexicalIndexBuilder(staging)
    try:
        for number, fields in enumerate(catalogue.words(), 1):
            builder.add(*fields)
            if number % EMBED_AT_ONCE == 0:
                reporter.advance(EMBED_AT_ONCE)
        return builder.save()
    finally:
        builder.close()


def _compute(encoder: Encoder, texts: dict[bytes, str]) -> dict[bytes, CachedVector]:
    listed = list(texts.values())
    vectors = encoder.encode_document(listed)
    counts = encoder.count_tokens(listed)
    limit = encoder.max_tokens
    return {
        key: CachedVector(vector, tokens, limit is not None and tokens > limit)
        for key, vector, tokens in zip(texts, vectors, counts, strict=True)
    }


def _roots(sources: Sequence[Path]) -> list[str]:
    # A pipe cannot be read again: what came through one is recorded like standard input.
    return [str(s.resolve() if s.is_file() or s.is_dir() else STDIN) for s in sources]


def _manifest(
    generation: str, encoder: Encoder, report: Report, embedded: _Embedded, how: _How
) -> Manifest:
    model = encoder.model
    return Manifest(
        format_version=FORMAT_VERSION,
        generation=generation,
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        model={"name": model.name, "fingerprint": model.fingerprint, "prompts": model.prompts},
        text_recipe=TEXT_RECIPE,
        dimension=embedded.dimension,
        metric=METRIC,
        papers=report.papers,
        truncated=embedded.truncated,
        ledger=report.ledger.to_json(),
        roots=how.roots,
        columns=how.columns,
        apart=how.apart,
        sources=[source.to_json() for source in report.sources],
        versions={
            "python": sys.version.split()[0],
            "sqlite": sqlite3.sqlite_version,
            **{name: version(name) for name in _VERSIONED},
        },
        files={},
    )
