"""What papers come to in an index, prepared here or in other processes."""

from contextlib import closing

import numpy as np
import pytest

from indexer import processes
from indexer.cleaning.naming import title_name
from indexer.paper import Paper
from indexer.store import preparing
from indexer.store.entry import Merged
from indexer.store.paper_rows import Entry
from indexer.store.preparing import Prepared, Preparing

PAPERS = [
    Paper(f"doi:10.1/{i}", f"A study of graphs, part {i}", "Words.", ("Łukasz Nowak",), 2020)
    for i in range(11)
]


def test_a_paper_comes_to_names_words_and_columns():
    """It is known by its identifiers and those of its records; its authors' words are folded."""
    merged = Merged("doi:10.1/0", "a.bib", 1, None, "arxiv:2001.00001", "Another title of it")
    prepared = Prepared.of([Entry.of(PAPERS[3]), Entry.of(PAPERS[0], (merged,))])
    assert prepared.papers == 2
    assert ("arxiv:2001.00001", 1) in prepared.names
    assert (title_name("A study of graphs, part 3"), 0) in prepared.names
    assert prepared.spelled == {"lukasz": 2, "nowak": 2}
    assert prepared.terms.lengths[:, 0].tolist() == [4, 4]


@pytest.mark.parametrize("few", [0, 4, 100])
def test_it_does_not_matter_where_papers_are_prepared(monkeypatch, few):
    """Here, in other processes, or the first here: they come in their order, and the same."""
    monkeypatch.setattr(preparing, "TOGETHER", 2)
    monkeypatch.setattr(preparing, "FEW", few)
    monkeypatch.setattr(processes.os, "cpu_count", lambda: 2)
    entries = [Entry.of(paper) for paper in PAPERS]
    with closing(Preparing()) as work:
        found = [*work.add(entries[:1]), *work.add(entries[1:6]), *work.add(entries[6:])]
        found += work.rest()
    assert [one.papers for one in found] == [2, 2, 2, 2, 2, 1]
    for start, one in zip(range(0, 11, 2), found, strict=True):
        expected = Prepared.of(entries[start : start + 2])
        assert (one.names, one.spelled) == (expected.names, expected.spelled)
        assert one.terms.terms == expected.terms.terms
        np.testing.assert_array_equal(one.terms.postings, expected.terms.postings)
