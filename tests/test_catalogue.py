"""The catalogue: duplicates merged, ids unique, rows without gaps, all of it on record."""

from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.cleaning.identity import paper_id
from indexer.merging.duplicates import RULES
from indexer.paper import Paper, Record
from indexer.store.catalogue import Merged, open_catalogue, read_merged, read_paper_at, read_texts
from indexer.store.catalogue_builder import CatalogueBuilder, prepared

TITLE = "A study of many long words"


def record(line: int, title: str, *authors: str, arxiv: str | None = None, **fields) -> Record:
    identifiers = {"arxiv": arxiv} if arxiv else {}
    if fields.get("doi"):
        identifiers["doi"] = fields["doi"]
    made = Paper(
        id=paper_id(title, authors, identifiers),
        title=title,
        authors=authors,
        arxiv_id=arxiv,
        sources=("a.ris",),
        **fields,
    )
    return Record(made, line)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "catalogue.sqlite"


def built(path, *records: Record, rules=RULES) -> tuple[list[Paper], list[Merged]]:
    """The papers by row, and what was merged."""
    path.unlink(missing_ok=True)
    builder = CatalogueBuilder(path, rules)
    for one in records:
        builder.add(prepared(one))
    builder.merge_duplicates()
    count = len(builder)
    builder.finish({})
    with closing(open_catalogue(path)) as db:
        assert [row for (row,) in db.execute("SELECT row FROM papers ORDER BY row")] == [
            *range(1, count + 1)
        ]
        return [read_paper_at(db, row) for row in range(1, count + 1)], list(read_merged(db))


def test_what_was_merged_is_on_record(path):
    """Each record of a merged paper is kept with file, line, reason and the id that it had."""
    papers, merged = built(
        path,
        record(1, TITLE, "Ann Lee", arxiv="2001.00001", year=2020),
        record(9, "Another thing altogether here", "Bob May"),
        record(17, TITLE, "Ann Lee", doi="10.1000/x", year=2021, venue="Nature"),
    )
    assert [(p.id, p.doi, p.venue) for p in papers] == [
        ("arxiv:2001.00001", "10.1000/x", "Nature"),
        (paper_id("Another thing altogether here", ("Bob May",), {}), None, None),
    ]
    assert merged == [
        Merged("arxiv:2001.00001", "a.ris", 1, None, "arxiv:2001.00001", TITLE),
        Merged(
            "arxiv:2001.00001",
            "a.ris",
            17,
            "same title and first author, 2020 and 2021",
            "doi:10.1000/x",
            TITLE,
        ),
    ]


def test_papers_that_would_have_one_id_get_ids_of_their_own(path):
    """Title and author of papers ten years apart: the oldest keeps the id, in any order."""
    years = (2011, None, 2001, 2021)
    records = [record(i, TITLE, "Ann Lee", year=year) for i, year in enumerate(years, 1)]
    papers, merged = built(path, *records)
    assert len({p.id for p in papers}) == len(papers) == 3
    assert [m.line for m in merged] == [2, 3]  # what has no year goes with the oldest
    ids = {p.year: p.id for p in papers}
    assert ids[2001] == paper_id(TITLE, ("Ann Lee",), {})
    assert {p.year: p.id for p in built(path, *reversed(records))[0]} == ids


def test_a_rule_that_is_turned_off_keeps_records_apart(path):
    """Two records of one DOI are two papers then, the second under another id."""
    records = [record(1, "One title", doi="10.1000/x"), record(2, "Another title", doi="10.1000/x")]
    papers, _ = built(path, *records, rules=[r for r in RULES if r != "doi"])
    assert [p.id for p in papers] == ["doi:10.1000/x", paper_id("Another title", (), {})]
    assert [p.id for p in built(path, *records)[0]] == ["doi:10.1000/x"]


def test_a_merged_paper_that_is_moved_stays_with_its_records(path):
    """The last rows take the places of those that are gone, and what is on record goes along."""
    records = [record(i, TITLE, "Ann Lee", arxiv="2001.00001") for i in (1, 2, 3)]
    records += [record(4, "The very last paper of all", "Bob May", doi="10.1000/x")] * 2
    papers, merged = built(path, *records)
    assert [p.id for p in papers] == ["arxiv:2001.00001", "doi:10.1000/x"]
    assert [(m.paper, m.line) for m in merged] == [
        *(("arxiv:2001.00001", line) for line in (1, 2, 3)),
        *(("doi:10.1000/x", 4) for _ in range(2)),
    ]


RECORDS = st.lists(
    st.builds(
        lambda title, name, year, doi: record(1, title, name, year=year, doi=doi),
        st.sampled_from([TITLE, "Editorial", f"{TITLE} too"]),
        st.sampled_from(["Ann Lee", "Bob May"]),
        st.sampled_from([None, 2010, 2020, 2021]),
        st.sampled_from([None, "10.1/a", "10.1/b"]),
    ),
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(RECORDS, st.sets(st.sampled_from(RULES)))
def test_every_record_is_a_paper_or_merged_into_one(path, records, rules):
    """Papers and merged records add up to the records; ids are unique; all DOIs are kept."""
    papers, merged = built(path, *records, rules=rules)
    assert len(papers) + sum(m.reason is not None for m in merged) == len(records)
    assert len({p.id for p in papers}) == len(papers)
    assert {m.paper for m in merged} <= {p.id for p in papers}
    stated = {r.paper.doi for r in records if r.paper.doi}
    kept = {p.doi for p in papers if p.doi}
    kept |= {doi for p in papers for doi in p.extra.get("also", {}).get("doi", [])}
    assert kept == stated


def test_the_text_of_a_paper_without_a_title_is_its_abstract(path):
    """The words that stand in for a title are shown, not embedded a second time."""
    made = record(1, "We show …", abstract="We show that it holds.", extra={"title_missing": True})
    built(path, made, record(2, TITLE, abstract="We show this."), record(3, "Only a title"))
    with closing(open_catalogue(path)) as db:
        assert read_texts(db, [3, 1, 2]) == [
            "Only a title",
            "We show that it holds.",
            f"{TITLE}\nWe show this.",
        ]
