"""Several records of one paper: the best of each field, and nothing lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.merging.merge import identifiers_of, merge
from indexer.paper import Paper

PREPRINT = Paper(
    id="arxiv:2101.00001",
    title="Deep learning of everything",
    abstract="We learn everything, and more.",
    authors=("Ann Lee", "Bob May"),
    year=2021,
    date="2021-01-03",
    venue="arXiv",
    categories=("cs.LG",),
    arxiv_id="2101.00001",
    url="https://arxiv.org/abs/2101.00001",
    code=True,
    sources=("arxiv.jsonl",),
    extra={"comments": "12 pages", "links": ["https://x.org"]},
)
PUBLISHED = Paper(
    id="doi:10.1000/x",
    title="Deep Learning of Everything",
    abstract="We learn everything.",
    authors=("A. Lee", "B. May"),
    year=2022,
    date=None,
    venue="Journal of Everything",
    categories=("Computer Science",),
    doi="10.1000/x",
    url="https://doi.org/10.1000/x",
    sources=("scopus.bib",),
    extra={"volume": "7", "pmid": "123"},
)
BARE = Paper(id="akin:0", title="Deep learning of everything", sources=("b.md",))


@pytest.mark.parametrize("records", [(PREPRINT, PUBLISHED), (PUBLISHED, PREPRINT)])
def test_preprint_and_publication_give_the_best_of_both(records):
    """Whichever comes first: the journal's venue and year, the preprint's text, both their ids."""
    merged = merge(records)
    assert (merged.venue, merged.year, merged.date) == ("Journal of Everything", 2022, None)
    assert merged.abstract == "We learn everything, and more."
    assert merged.authors == ("Ann Lee", "Bob May")
    assert (merged.id, merged.doi, merged.arxiv_id) == (
        "arxiv:2101.00001",
        "10.1000/x",
        "2101.00001",
    )
    assert merged.code is True
    assert merged.extra == {
        "comments": "12 pages",
        "links": ["https://x.org"],
        "volume": "7",
        "pmid": "123",
    }


def test_the_first_record_decides_what_is_a_matter_of_taste():
    """Title, link and the order of categories and sources are those of the first record."""
    merged = merge([PUBLISHED, PREPRINT])
    assert (merged.title, merged.url) == (PUBLISHED.title, PUBLISHED.url)
    assert merged.categories == ("Computer Science", "cs.LG")
    assert merged.sources == ("scopus.bib", "arxiv.jsonl")


@pytest.mark.parametrize("field", ["abstract", "authors", "year", "venue", "url", "code"])
def test_gaps_are_filled(field):
    """What one record leaves open is taken from the other, in either order."""
    assert getattr(merge([BARE, PREPRINT]), field) == getattr(PREPRINT, field)
    assert getattr(merge([PREPRINT, BARE]), field) == getattr(PREPRINT, field)


def test_code_known_to_be_absent_is_no_gap():
    """``False`` is a statement, which only ``True`` outdoes."""
    no, unknown = replace(PREPRINT, code=False), replace(PREPRINT, code=None)
    assert merge([no, unknown]).code is False
    assert merge([unknown, no]).code is False
    assert merge([no, PREPRINT]).code is True


@pytest.mark.parametrize("first_is_whole", [True, False])
def test_a_whole_abstract_is_better_than_a_longer_cut_one(first_is_whole):
    """The mark of a cut abstract goes where the cut abstract goes."""
    whole = replace(PREPRINT, abstract="The whole.", extra={})
    cut = replace(PREPRINT, abstract="The whole of it, …", extra={"abstract_cut": True})
    merged = merge([whole, cut] if first_is_whole else [cut, whole])
    assert (merged.abstract, merged.extra) == ("The whole.", {})


def test_a_cut_abstract_is_better_than_none():
    """What there is of an abstract is kept, with its mark, and it is not missing then."""
    cut = replace(PREPRINT, abstract="The …", extra={"abstract_cut": True})
    none = replace(PREPRINT, abstract="", extra={"abstract_missing": True})
    for records in ([cut, none], [none, cut]):
        merged = merge(records)
        assert (merged.abstract, merged.extra) == ("The …", {"abstract_cut": True})


def test_authors_that_are_not_cut_are_better():
    """A list that ends in et al. gives way to a whole one, its family names with it."""
    cut = replace(PUBLISHED, authors=("Gabriel García Márquez",), extra={"authors_cut": True})
    whole = replace(
        PUBLISHED,
        authors=("G. García Márquez", "B. May"),
        extra={"family_names": {"G. García Márquez": "García Márquez"}},
    )
    merged = merge([cut, whole])
    assert (merged.authors, merged.extra) == (whole.authors, whole.extra)


def test_a_shouted_or_missing_title_gives_way():
    """A title in capitals, or made of the abstract's first words, is taken only if all are."""
    loud = replace(PUBLISHED, title="DEEP LEARNING OF EVERYTHING")
    made = replace(PUBLISHED, title="We learn …", extra={"title_missing": True})
    assert merge([loud, made, PREPRINT]).title == PREPRINT.title
    assert "title_missing" not in merge([made, loud]).extra
    assert merge([loud, loud]).title == loud.title


def test_a_day_of_another_year_is_not_kept():
    """The day that a preprint appeared says nothing of its publication a year later."""
    assert merge([PUBLISHED, PREPRINT]).date is None
    same = replace(PUBLISHED, year=2021)
    assert merge([same, PREPRINT]).date == "2021-01-03"


def test_an_inferred_date_is_marked_only_where_it_is_taken():
    """A stated date keeps an inferred one's mark away."""
    inferred = replace(PREPRINT, date="2021-05-27", extra={"date_inferred": True})
    stated = replace(PREPRINT, extra={})
    assert merge([stated, inferred]).extra == {}
    assert merge([replace(stated, date=None), inferred]).extra == {"date_inferred": True}


def test_identifiers_that_differ_are_all_kept():
    """The publisher's DOI is the paper's; the preprint server's stays findable."""
    biorxiv = replace(PUBLISHED, doi="10.1101/2021.01.01", venue="bioRxiv", extra={"pmid": "9"})
    merged = merge([biorxiv, PUBLISHED])
    assert (merged.doi, merged.extra["pmid"]) == ("10.1000/x", "9")
    assert merged.extra["also"] == {"doi": ["10.1101/2021.01.01"], "pmid": ["123"]}
    assert merge([merged, BARE]).extra["also"] == merged.extra["also"]


def test_one_record_stays_as_it_is():
    """Merging one record changes nothing, and merging a paper with itself neither."""
    for paper in (PREPRINT, PUBLISHED):
        assert merge([paper]) == paper
        assert merge([paper, paper]) == paper


def test_merging_changes_no_record():
    """A merge returns a new record; those given stay as they were."""
    first, second = replace(BARE, extra={"a": 1}), replace(PREPRINT, extra={"b": 2})
    merge([first, second])
    assert (first.extra, second.extra, first.abstract) == ({"a": 1}, {"b": 2}, "")


def test_identifiers_are_listed_by_kind():
    """DOI, arXiv id and those among the extras, none that is missing."""
    assert identifiers_of(PUBLISHED) == {"doi": "10.1000/x", "pmid": "123"}
    assert identifiers_of(BARE) == {}


def test_keywords_groups_and_citation_keys_of_all_records_are_kept():
    """Each once, whatever its case; the first citation key is the paper's own."""
    records = [
        replace(PREPRINT, extra={"keywords": ["Dust", "Ponds"], "citation_key": "lee21"}),
        replace(PUBLISHED, extra={"keywords": ["ponds", "Reeds"], "groups": ["To read"]}),
        replace(PUBLISHED, extra={"citation_key": "Lee2022", "groups": ["Thesis", "to read"]}),
    ]
    merged = merge(records)
    assert merged.extra["keywords"] == ["Dust", "Ponds", "Reeds"]
    assert merged.extra["groups"] == ["To read", "Thesis"]
    assert merged.extra["citation_key"] == "lee21"
    assert merged.extra["other_citation_keys"] == ["Lee2022"]
    assert merged.citation_keys == ["lee21", "Lee2022"]
    assert merge([merged, *records]).extra == merged.extra
    listed = replace(PUBLISHED, extra={"citation_key": ["LEE21", "dust22"]})
    assert merge([merged, listed]).citation_keys == ["lee21", "Lee2022", "dust22"]
