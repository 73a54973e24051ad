"""The records of a build: duplicates merged, ids unique, rows without gaps, all on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.cleaning.identity import paper_id
from indexer.intake import merge_duplicates
from indexer.merging.decisions import record_key
from indexer.merging.duplicates import RULES, DuplicateFinder
from indexer.paper import Paper, Record, Rejection
from indexer.store.catalogue import open_catalogue, read_merged
from indexer.store.catalogue_builder import CatalogueBuilder
from indexer.store.entry import Merged
from indexer.store.paper_rows import Entry, read_entries, row_of
from indexer.store.records import Comparison, Records

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
    return tmp_path / "records.sqlite"


@contextmanager
def settled(path, *listed: Record, rules=RULES) -> Iterator[Records]:
    """Some records, merged to papers."""
    path.unlink(missing_ok=True)
    finder = DuplicateFinder(rules)
    with closing(Records(path)) as records:
        for one in listed:
            finder.add(records.add([(row_of(one.paper), one.line)]), one.paper)
        merge_duplicates(finder, records)
        yield records


def built(path, *listed: Record, rules=RULES) -> tuple[list[Paper], list[Merged]]:
    """The papers by row, and what was merged."""
    with settled(path, *listed, rules=rules) as records:
        entries = list(records.entries())
        assert len(entries) == len(records)
        merged = list(records.merged())
        of_entries = [one for entry in entries for one in entry.records]
        assert sorted(of_entries, key=repr) == sorted(merged, key=repr)
    return [entry.paper for entry in entries], merged


def test_what_was_merged_is_on_record(path):
    """Each record of a merged paper is kept with file, line, reason and the id that it had."""
    preprint = record(1, TITLE, "Ann Lee", arxiv="2001.00001", year=2020)
    article = record(17, TITLE, "Ann Lee", doi="10.1000/x", year=2021, venue="Nature")
    other = record(9, "Another thing altogether here", "Bob May")
    papers, merged = built(path, preprint, other, article)
    assert [(p.id, p.doi, p.venue) for p in papers] == [
        ("arxiv:2001.00001", "10.1000/x", "Nature"),
        (paper_id("Another thing altogether here", ("Bob May",), {}), None, None),
    ]
    key = record_key(preprint.paper)
    assert merged == [
        Merged("arxiv:2001.00001", "a.ris", 1, None, "arxiv:2001.00001", TITLE, key),
        Merged(
            "arxiv:2001.00001",
            "a.ris",
            17,
            "same title and first author; 2020 and 2021",
            "doi:10.1000/x",
            TITLE,
            record_key(article.paper),
        ),
    ]


def test_papers_that_would_have_one_id_get_ids_of_their_own(path):
    """Title and author of papers ten years apart: the oldest keeps the id, in any order."""
    years = (2011, None, 2001, 2021)
    records = [record(i, TITLE, "Ann Lee", year=year) for i, year in enumerate(years, 1)]
    papers, merged = built(path, *records)
    assert len({p.id for p in papers}) == len(papers) == 3
    assert 2 in [m.line for m in merged]  # what has no year goes with one of them
    ids = {p.year: p.id for p in papers}
    assert ids[2001] == paper_id(TITLE, ("Ann Lee",), {})
    assert {p.year: p.id for p in built(path, *reversed(records))[0]} == ids


def test_a_rule_that_is_turned_off_keeps_records_apart(path):
    """Two records of one DOI are two papers then, the second under another id."""
    records = [record(1, "One title", doi="10.1000/x"), record(2, "Another title", doi="10.1000/x")]
    papers, _ = built(path, *records, rules=[r for r in RULES if r != "doi"])
    assert [p.id for p in papers] == [paper_id("One title", (), {}), "doi:10.1000/x"]
    same = [record(1, "One title", doi="10.1000/x"), record(2, "One title, too", doi="10.1000/x")]
    assert [p.id for p in built(path, *same)[0]] == ["doi:10.1000/x"]


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
    others = record(2, TITLE, abstract="We show this."), record(3, "Only a title")
    with settled(path, made, *others) as records:
        assert records.texts([2, 0, 1]) == [
            "Only a title",
            "We show that it holds.",
            f"{TITLE}\nWe show this.",
        ]
        assert records.titles_and_abstracts(np.array([2, 0])) == [
            ("Only a title", ""),
            ("", "We show that it holds."),
        ]
        assert list(records.rows_by_length()) == [1, 0, 2]


def test_papers_are_compared_with_those_that_are_known(path):
    """By id and content: added, updated, the same, and gone."""
    listed = [record(i, f"The title of paper {i}", doi=f"10.1/{i}") for i in range(3)]
    known = {
        "doi:10.1/0": listed[0].paper.content_hash(),
        "doi:10.1/1": "of another text",
        "akin:gone": "of whatever",
        "akin:away": "of whatever",
    }
    with settled(path, *listed) as records:
        compared = records.compare(known)
        assert compared == Comparison(1, 1, 1, ("akin:gone", "akin:away"))
        assert compared.removed == 2
        assert records.compare({}) == Comparison(3, 0, 0, ())
    assert len(known) == 4


def test_what_became_no_paper_is_kept(path):
    """Rejections come back in their order, and are no papers."""
    rejections = [Rejection("a.ris", line, "neither title nor abstract", "TY") for line in (7, 3)]
    with settled(path, record(1, TITLE)) as records:
        for one in rejections:
            records.reject(one)
        assert (list(records.rejections()), len(records)) == (rejections, 1)


def test_a_catalogue_holds_what_the_records_made(path, tmp_path):
    """Papers in their rows, what each was merged of, and rows that both have."""
    listed = [record(i, TITLE, "Ann Lee", arxiv="2001.00001", year=2020) for i in (1, 2)]
    listed += [record(3, "Another thing altogether here", "Bob May", doi="10.1000/x")]
    with settled(path, *listed) as records:
        entries = list(records.entries())
        builder = CatalogueBuilder(tmp_path / "catalogue.sqlite", lambda _: None)
        builder.add([Entry.of(Paper("akin:0", "Not among the records"))])
        builder.add(entries[::-1])
        assert builder.having(["akin:0", "akin:1"]) == ["akin:0"]
        builder.settle()
        builder.finish("")
        with closing(open_catalogue(tmp_path / "catalogue.sqlite")) as db:
            assert list(read_entries(db, 1, 3)) == entries[::-1]
            assert list(read_merged(db)) == list(records.merged())
        found = records.rows_also_in(tmp_path / "catalogue.sqlite")
        assert found.tolist() == [[0, 2], [1, 1]]
