"""Which records are of one paper: rules, their limits, and a brute-force oracle."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.merging import duplicates
from indexer.merging.clusters import parted
from indexer.merging.duplicates import RULES, DuplicateFinder, Group, key_hash, keys_of
from indexer.paper import Paper
from tests import oracles

TITLE = "A study of many long words"


def paper(title: str = TITLE, *authors: str, **fields) -> Paper:
    return Paper(id="akin:0", title=title, authors=authors, **fields)


def groups(*papers: Paper, rules=RULES) -> list[Group]:
    finder = DuplicateFinder(rules)
    for row, one in enumerate(papers, 1):
        finder.add(row, keys_of(one))
    return list(finder.groups(lambda row: papers[row - 1]))


def rows(*papers: Paper, rules=RULES) -> list[list[int]]:
    return [[g.row, *(d.row for d in g.duplicates)] for g in groups(*papers, rules=rules)]


IDENTIFIED = {
    "doi": (paper("One", doi="10.1/x"), paper("Another", doi="10.1/x"), "same DOI 10.1/x"),
    "arxiv": (
        paper("One", arxiv_id="2101.00001"),
        paper("Another", arxiv_id="2101.00001"),
        "same arXiv id 2101.00001",
    ),
    "pmid": (
        paper("One", extra={"pmid": "7"}),
        paper("Another", extra={"pmid": "7"}),
        "same PubMed id 7",
    ),
    "openreview": (
        paper("One", extra={"openreview": "abcdef"}),
        paper("Another", extra={"openreview": "abcdef"}),
        "same OpenReview id abcdef",
    ),
}


@pytest.mark.parametrize("rule", IDENTIFIED)
def test_one_identifier_is_one_paper(rule):
    """Records that share an identifier are merged, whatever their titles; the reason names it."""
    one, other, reason = IDENTIFIED[rule]
    (group,) = groups(one, paper("Between"), other)
    assert (group.row, [(d.row, d.reason) for d in group.duplicates]) == (1, [(3, reason)])


@pytest.mark.parametrize("rule", IDENTIFIED)
def test_a_rule_can_be_turned_off(rule):
    """Without its rule an identifier merges nothing."""
    one, other, _ = IDENTIFIED[rule]
    assert rows(one, other, rules=[r for r in RULES if r != rule]) == []


SAME = {
    "spelled differently": (
        paper("A Study of Many Long Words.", "Ann Lee", year=2020),
        paper("A study of many long words", "Lee, Ann", year=2020),
        "same title, first author and year",
    ),
    "preprint and publication": (
        paper(TITLE, "Ann Lee", year=2019, arxiv_id="1901.00001"),
        paper(TITLE, "A. Lee", "B. May", year=2021, doi="10.1000/x"),
        "same title and first author, 2019 and 2021",
    ),
    "no year": (
        paper(TITLE, "Ann Lee", year=2019),
        paper(TITLE, "Ann Lee"),
        "same title and first author",
    ),
    "no author": (
        paper(TITLE, "Ann Lee", year=2019),
        paper(TITLE, year=2019),
        "same title and year",
    ),
    "preprint's own DOI": (
        paper(TITLE, "Ann Lee", year=2020, doi="10.1101/2020.1"),
        paper(TITLE, "Ann Lee", year=2020, doi="10.1000/x"),
        "same title, first author and year",
    ),
    "only a family name": (
        paper(TITLE, "Lee", year=2020),
        paper(TITLE, "Ann Lee", year=2020),
        "same title, first author and year",
    ),
    "no title, same text": (
        paper("We …", "Ann Lee", abstract="We show that it holds.", extra={"title_missing": True}),
        paper("We …", "Ann Lee", abstract="We show that it holds.", extra={"title_missing": True}),
        "same abstract and first author",
    ),
    "short title, same text": (
        paper("Editorial", "Ann Lee", year=2020, abstract="On the state of things in spring"),
        paper("Editorial", "Ann Lee", year=2020, abstract="On the state of things in spring."),
        "same title, first author and year",
    ),
}


@pytest.mark.parametrize(("one", "other", "reason"), SAME.values(), ids=SAME)
def test_title_author_and_year_make_one_paper(one, other, reason):
    """The same title by the same first author within two years is one paper, in either order."""
    assert [d.reason for group in groups(one, other) for d in group.duplicates] == [reason]
    assert rows(other, one) == [[1, 2]]
    assert rows(one, other, rules=[r for r in RULES if r != "title"]) == []


DIFFERENT = {
    "other author": (paper(TITLE, "Ann Lee", year=2020), paper(TITLE, "Bob May", year=2020)),
    "other given name": (paper(TITLE, "Ann Lee", year=2020), paper(TITLE, "Bob Lee", year=2020)),
    "three years apart": (paper(TITLE, "Ann Lee", year=2018), paper(TITLE, "Ann Lee", year=2021)),
    "other words": (paper(TITLE, "Ann Lee"), paper(f"{TITLE} again", "Ann Lee")),
    "an editorial by nobody": (paper("Editorial", year=2020), paper("Editorial", year=2019)),
    "an editorial a year": (
        paper("Editorial", "Ann Lee", year=2020),
        paper("Editorial", "Ann Lee", year=2021),
    ),
    "two editorials of a year": (
        paper("Editorial", "Ann Lee", year=2020, abstract="On the state of things in spring"),
        paper("Editorial", "Ann Lee", year=2020, abstract="What autumn brings to authors"),
    ),
    "two journals' editorials": (
        paper("Editorial", year=2020, venue="Nature"),
        paper("Editorial", year=2020, venue="Science"),
    ),
    "an updated review": (
        paper(TITLE, "Ann Lee", year=2019, doi="10.1002/1.pub2"),
        paper(TITLE, "Ann Lee", year=2020, doi="10.1002/1.pub3"),
    ),
    "two PubMed records": (
        paper(TITLE, "Ann Lee", year=2019, extra={"pmid": "1"}),
        paper(TITLE, "Ann Lee", year=2019, extra={"pmid": "2"}),
    ),
    "no title": (
        paper("We …", "Ann Lee", abstract="We show that.", extra={"title_missing": True}),
        paper("We …", "Ann Lee", abstract="We show this.", extra={"title_missing": True}),
    ),
    "titles of signs alone": (paper("???", "Ann Lee"), paper("!!!", "Ann Lee")),
}


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_what_could_be_two_papers_stays_two(one, other):
    """A title alone merges nothing that differs in what tells papers apart."""
    assert rows(one, other) == []


REPORT = "Overview of the yearly reading track"
SPRING = "This spring we asked systems to answer questions over news"
AUTUMN = "Every autumn tasks change towards sets of medical images"


def test_years_are_counted_from_the_first():
    """Records two years apart are no chain: a report of every other year is many papers."""
    papers = [paper(REPORT, "Ann Lee", year=year) for year in (2000, 2002, 2004, 2006)]
    assert rows(*papers) == [[1, 2], [3, 4]]


def test_a_yearly_report_is_a_paper_a_year():
    """The same title by the same author in the next year, with another text, is another paper."""
    first = paper(REPORT, "Ann Lee", year=2000, abstract=SPRING)
    assert rows(first, paper(REPORT, "Ann Lee", year=2001, abstract=AUTUMN)) == []
    cut = paper(REPORT, "Ann Lee", year=2001, abstract=" ".join(SPRING.split()[:6]) + " …")
    assert rows(first, cut) == [[1, 2]]


def test_front_matter_is_told_apart_by_year_and_venue():
    """What nobody signed is one paper only where neither differs."""
    title = "Message from the general chairs"
    first = paper(title, year=2019, venue="ICSE")
    assert rows(first, paper(title, year=2020, venue="ICSE")) == []
    assert rows(first, paper(title, year=2019, venue="MSR")) == []
    assert rows(first, paper(title, year=2019)) == [[1, 2]]


def test_a_chain_of_records_is_one_paper():
    """Records that share nothing are one paper where a third shares something with each."""
    preprint = paper("Old title of the work here", "Ann Lee", year=2020, arxiv_id="2001.00001")
    both = paper("New title of the work here", "Ann Lee", year=2021, arxiv_id="2001.00001",
                 doi="10.1000/x")  # fmt: skip
    published = paper("New title (of the work) here!", "May, Bob", year=2021, doi="10.1000/x")
    assert rows(preprint, published, both) == [[1, 2, 3]]


def test_a_record_between_two_publications_joins_the_first():
    """What has no DOI goes with one of two papers that have, and does not make them one."""
    first, second = (paper(TITLE, "Ann Lee", year=2020, doi=f"10.1000/{x}") for x in "xy")
    assert rows(first, paper(TITLE, "Ann Lee", year=2020), second) == [[1, 2]]


def test_a_nameless_record_of_two_authors_papers_stays_alone():
    """A title without authors is nobody's where two wrote under it."""
    assert rows(paper(TITLE, "Ann Lee"), paper(TITLE, "Bob May"), paper(TITLE)) == []


def test_a_shared_hash_is_no_duplicate(monkeypatch):
    """Keys are compared themselves: two that fall together by chance stay two papers."""
    monkeypatch.setattr(duplicates, "key_hash", lambda _: 1)
    assert rows(paper("One", doi="10.1/x"), paper("Other", doi="10.1/y")) == []
    assert rows(paper("One", doi="10.1/x"), paper("Other", doi="10.1/x")) == [[1, 2]]


def test_the_hash_of_a_key_is_the_same_in_every_process():
    """It is that of the key's bytes, half a surrogate pair among them, and fits 64 bits."""
    assert key_hash("10.1/x") == 7459850367496494964
    assert key_hash("\ud800") == 7497787021708494914


def test_no_records_have_no_duplicates():
    """An empty corpus is no error."""
    assert groups() == []


NAMES = st.sampled_from(["Ann Lee", "Bob May", "A. Lee", ""])
PAPERS = st.builds(
    lambda title, name, year, doi, pmid: paper(
        title, *([name] if name else []), year=year, doi=doi, extra={"pmid": pmid} if pmid else {}
    ),
    st.sampled_from([TITLE, "Editorial", f"{TITLE} too"]),
    NAMES,
    st.sampled_from([None, 2018, 2020, 2021]),
    st.sampled_from([None, "10.1/a", "10.1/b"]),
    st.sampled_from([None, "1", "2"]),
)


@given(st.lists(PAPERS, max_size=9))
def test_groups_part_the_records_and_identifiers_never_lie_in_two(papers):
    """Whatever the records: groups share no row, and one identifier is in one paper only."""
    found = rows(*papers)
    flat = [row for group in found for row in group]
    assert len(flat) == len(set(flat))
    assert all(group == sorted(group) and len(group) > 1 for group in found)
    of = {row: index for index, group in enumerate(found) for row in group}
    for (i, one), (j, other) in combinations(enumerate(papers, 1), 2):
        ours, theirs = keys_of(one), keys_of(other)
        if any(ours[k] == theirs.get(k) for k in ours if k != "title"):
            assert of[i] == of[j]


@given(st.lists(PAPERS, max_size=7), st.randoms(use_true_random=False))
def test_identifiers_group_the_same_in_any_order(papers, random):
    """By identifiers alone, which record comes first changes nothing but the order."""
    rules = [rule for rule in RULES if rule != "title"]
    order = list(range(len(papers)))
    random.shuffle(order)
    shuffled = rows(*(papers[i] for i in order), rules=rules)
    back = sorted(sorted(order[row - 1] + 1 for row in group) for group in shuffled)
    assert back == rows(*papers, rules=rules)


def test_titles_differ_by_their_marks_only_in_words():
    """A paper is told by its identifiers and by the words of its title."""
    one = replace(paper("Café: A Study"), doi="10.1/x", extra={"pmid": "7"})
    assert keys_of(one) == {"doi": "10.1/x", "pmid": "7", "title": "cafe a study"}


SOME_WORDS = st.lists(st.sampled_from("a b c d e f g h".split()), max_size=6).map(" ".join)
ALIKE = st.builds(
    lambda signed, year, venue, abstract, doi, arxiv, pmid: paper(
        TITLE,
        *(["Ann Lee"] if signed else []),
        year=year,
        venue=venue,
        abstract=abstract,
        doi=doi,
        arxiv_id=arxiv,
        extra={"pmid": pmid} if pmid else {},
    ),
    st.booleans(),
    st.sampled_from([None, 2020, 2020, 2021]),
    st.sampled_from([None, "", "Nature", "Science"]),
    SOME_WORDS | st.sampled_from(["", "…", "a b c", "a b c d e f g h"]),
    st.sampled_from([None, None, "10.1/a", "10.1/b", "10.1101/c"]),
    st.sampled_from([None, None, "2001.00001", "2001.00002"]),
    st.sampled_from([None, None, 1, "1", "2"]),
)


@settings(max_examples=300)
@given(st.lists(ALIKE, max_size=25), st.booleans())
def test_records_of_one_title_are_parted_as_if_each_was_compared_with_every_cluster(alike, telling):
    """What is looked up by year, venue, words and identifiers is what comparing pairs finds."""
    by_row = dict(enumerate(alike, 3))
    found = parted(list(by_row), by_row, telling)
    assert found == oracles.parted(list(by_row), by_row, telling)


@given(st.lists(st.tuples(ALIKE, st.sampled_from(["Editorial", TITLE])), max_size=12))
def test_groups_and_reasons_are_those_of_comparing_pairs(listed):
    """From records to groups, with the reason of each."""
    papers = [replace(one, title=title) for one, title in listed]
    found = groups(*papers)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duplicates, "parted", oracles.parted)
        assert found == groups(*papers)
