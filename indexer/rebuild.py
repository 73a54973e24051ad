"""Rebuild the index: read the sources, embed what is new or changed, write all of it, publish.

Six phases::

    reading     documents → records
    merging     records of one paper → one paper with the best of each
    indexing    papers → the sink, which writes many beside the next two phases, and after them
    embedding   texts → vectors, from the cache or the model
    mapping     vectors → a place on the map for each paper, and topics with names
    publishing  all of it becomes what is read, at once

Records and vectors lie on disk between the phases. What grows in memory with the corpus: some 100
bytes a record to find duplicates, and 8 for each pair that is compared; id and content hash of
every paper known before, some 300 bytes each; what the sink holds, locally some 130 bytes a paper,
and every term, author, keyword and other value of a field once; of a map some 60 bytes a paper. Of
the file of vectors a block is resident at a time.

A builder may die at any moment: the published generation stays as it is, and the vectors computed
so far are in the cache for the next run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from indexer import piped
from indexer.deciding import Deciding, notes_on_decisions
from indexer.embedding import Embedded, embed, set_aside_note
from indexer.errors import (
    BadParameter,
    IndexCorrupted,
    IndexMismatch,
    IndexMissing,
    MostWouldGo,
    NothingToIndex,
)
from indexer.intake import Read, take_in
from indexer.ledger import Ledger, Report, changes, write_ledger
from indexer.mapping.layout import Asked, chosen
from indexer.merging.duplicates import RULES
from indexer.models.choosing import alternatives
from indexer.models.encoder import Encoder
from indexer.models.model import Model
from indexer.pacing import is_known, paced
from indexer.progress import Reporter, Silent, Timed
from indexer.sources import find_documents
from indexer.store.corpus_map import CorpusMap
from indexer.store.generation import Generation, IndexFolder
from indexer.store.local_sink import LocalSink
from indexer.store.records import Records
from indexer.store.vector_index import VectorIndex
from indexer.up_to_date import (
    How,
    is_by,
    is_current,
    is_little,
    is_mapped,
    is_of,
    manifest_of,
    space_of,
    with_finer,
)


def rebuild(
    sources: Sequence[Path],
    index: IndexFolder,
    encoder: Encoder,
    *,
    columns: Mapping[str, str] | None = None,
    apart: Collection[str] = (),
    follow_links: bool = False,
    decisions: Path | None = None,
    ledger: Path | None = None,
    allow: Callable[[int, int, list[str]], bool] | None = None,
    mapped: Asked = "auto",
    full: bool = False,
    dry_run: bool = False,
    choose_backend: bool = False,
    tell: Callable[[str], None] = lambda _: None,
    stands_in_for: Encoder | None = None,
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
        follow_links: whether to read what links lead to that lead out of a folder.
        decisions: the file with what people decided of records; by default that of
            :func:`indexer.merging.decision_file.place_beside`.
        ledger: a file to write every rejected and merged record to, every paper that was added,
            updated or removed, and those that share an identifier.
        allow: asked before more than half of the papers leave the index, with how many would, how
            many there are, and what these were read from; ``None`` allows it.
        mapped: how the map is laid out; ``auto``, which is content with the map that is there, is
            PaCMAP where it is installed, else the principal components; ``none``: there is none.
        full: compute every vector and lay out the map anew, and publish in any case.
        dry_run: read and account only; embed and publish nothing.
        choose_backend: let what is faster here run the model that is asked for; see
            :func:`indexer.pacing.paced`.
        tell: takes a sentence for people before a long wait.
        stands_in_for: runs the model that is asked for, where that is to read the papers later,
            see :mod:`indexer.progressive`; then there is no map yet. Where it has read all but a
            few, and the cache has the others, it reads these at once, as if nothing stood in.
        reporter: told of the progress.

    Raises:
        DecisionsUnusable: they cannot be read, or contradict each other.
        InputError: a source is missing or unreadable, or there is not one paper, or PaCMAP is
            asked for and not installed.
        MostWouldGo: ``allow`` said no; nothing was changed.
        BuildInProgress: another rebuild is at work on the index.
    """
    started = time.monotonic()
    reporter = Timed(reporter or Silent())
    chosen(mapped, 0)  # what is not installed is said before the work, not after
    with index.building(), index.scratch() as scratch:
        piped.prune(index)  # what a build left that failed
        deciding = Deciding.beside(sources, decisions, index.path)
        listed = find_documents(sources, spool=scratch, columns=columns, follow_links=follow_links)
        found = [one for one in listed if not deciding.is_kept_in(one.path)]
        documents = found if dry_run else piped.keep(found, index)
        if ledger and ledger.resolve() in {document.path.resolve() for document in documents}:
            raise BadParameter(
                f"{ledger}: is one of the sources, and would be replaced by the ledger",
                field="ledger",
                value=str(ledger),
            )
        previous, notes = _previous(index)
        with ExitStack() as opened:
            records = opened.enter_context(closing(Records(scratch / "records.sqlite")))
            rules = [rule for rule in RULES if rule not in apart]
            read = take_in(documents, rules, deciding.to_follow, records, reporter)
            sink = opened.enter_context(closing(LocalSink(index, previous, len(records), reporter)))
            followed = deciding.followed(read.lacking)
            notes += read.notes
            known = sink.known()
            comparison = records.compare(known)
            before = previous.manifest.decisions if previous else None
            notes += notes_on_decisions(listed, followed, before)
            if ledger:
                write_ledger(
                    ledger,
                    records.rejections(),
                    records.merged(),
                    records.apart(),
                    changes(records, known, comparison, previous.catalogue if previous else None),
                )
            if not len(records):
                raise _nothing(sources, read)
            report = Report(
                generation=previous.id if previous else None,
                published=False,
                papers=len(records),
                embedded=0,
                truncated=previous.manifest.space.truncated if previous else 0,
                seconds=0.0,
                ledger=Ledger.of(read.sources, comparison),
                sources=read.sources,
                possible=sum(1 for _ in records.possible()),
                decisions=followed,
                rejections=read.rejections,
                skipped=read.skipped,
                notes=notes,
            )
            if previous and comparison.removed * 2 > previous.manifest.papers:
                notes.append(
                    f"{comparison.removed:,} of the {previous.manifest.papers:,} papers before are "
                    f"not in these sources; they were in {', '.join(previous.manifest.roots)}"
                )
                numbers = (comparison.removed, previous.manifest.papers)
                if allow and not dry_run and not allow(*numbers, previous.manifest.roots):
                    raise MostWouldGo.of(*numbers, previous.manifest.roots, index.path)
            how = How(
                piped.roots_of(
                    [one for one in sources if not deciding.is_kept_in(one)], found, documents
                ),
                dict(columns or {}),
                sorted(apart),
                follow_links,
                followed,
            )
            later = stands_in_for
            asked = (later or encoder).model
            models = list(alternatives(asked).values()) if choose_backend else [asked]
            if (
                later
                and previous
                and not full
                and is_little(comparison, len(records))
                and any(
                    is_by(previous.manifest, one)
                    and is_known(len(records), records.texts, one, index.cache)
                    for one in models
                )
            ):
                encoder, later = later, None
            first = [encoder.model] if later else []
            current = (
                previous is not None
                and is_current(previous.manifest, comparison, read.sources, how)
                and any(is_by(previous.manifest, *first, one) for one in models)
                and (later is not None or is_mapped(previous.manifest, mapped))
                and sink.is_complete()
            )
            if not dry_run and (full or not current):
                encoder, chosen_for = paced(
                    len(records),
                    records.texts_by_length,
                    encoder,
                    index.cache,
                    choose=choose_backend and later is None,
                    full=full,
                    tell=tell,
                )
                notes += chosen_for
                reporter.phase("indexing", len(records))
                sink.remove(comparison.gone)
                sink.put(records.entries())
                embedded = embed(
                    records, encoder, index.cache, scratch, full=full, reporter=reporter
                )
                if embedded.set_aside:
                    notes.append(set_aside_note(embedded.set_aside))
                corpus_map = None
                if later is None:
                    kept = None if full else previous
                    corpus_map = _map(records, embedded, encoder.model, kept, mapped, reporter)
                space = space_of(encoder.model, embedded.vectors.shape[1], embedded.truncated)
                spaces = (
                    with_finer(space, later.model, undecided=len(models) > 1) if later else [space]
                )
                reporter.phase("indexing", len(records))
                manifest = sink.publish(
                    manifest_of(spaces, report, how),
                    embedded.vectors,
                    corpus_map=corpus_map,
                    rejections=records.rejections(),
                    possible=records.possible(),
                )
                piped.prune(index)
                report.generation, report.published = manifest.generation, True
                report.embedded, report.truncated = embedded.computed, embedded.truncated
    report.seconds = time.monotonic() - started
    report.phases = reporter.end()
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


def _nothing(sources: Sequence[Path], read: Read) -> NothingToIndex:
    reasons = [*read.skipped, *(f"{r.source}:{r.line}: {r.reason}" for r in read.rejections)]
    shown = "; ".join(reasons[:3]) or ("no record in it" if read.sources else "no file in it")
    more = f"; and {len(reasons) - 3} more" if len(reasons) > 3 else ""
    names = ", ".join(map(str, sources))
    return NothingToIndex(
        f"{names}: {shown}{more}. Nothing was changed",
        sources=[str(source) for source in sources],
        rejections=[rejection.to_json() for rejection in read.rejections],
    )


def _map(
    records: Records,
    embedded: Embedded,
    model: Model,
    previous: Generation | None,
    asked: Asked,
    reporter: Reporter,
) -> CorpusMap | None:
    """Draw the map that is asked for; that of a generation before is kept if it can be."""
    from indexer.mapping.draw import STEPS, Before, draw  # of no use where nothing changed

    reporter.phase("mapping", STEPS)
    method = chosen(asked, len(records))
    if method is None:
        return None
    before = None
    if previous and is_of(previous.manifest, model) and (old := previous.map()):
        vectors, rows = VectorIndex(previous.vectors), records.rows_also_in(previous.catalogue)
        if vectors.dimension == embedded.vectors.shape[1]:
            before = Before(old, vectors.vectors, rows)
    return draw(embedded.vectors, records.titles_and_abstracts, method, before, reporter)
