"""Which records are of one paper, which are not, and what is left for people to decide."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.merging import candidates, keys
from indexer.merging.comparing import compare
from indexer.merging.decisions import Decisions, record_key
from indexer.merging.duplicates import DECIDED, RULES, DuplicateFinder, Group
from indexer.merging.facts import Facts
from indexer.merging.keys import key_hash, keys_of
from indexer.paper import Paper
from tests import oracles

TITLE = "A study of many long words"
TEXT = (
    "We watched herons at forty ponds for nine years and counted what they caught by hour and depth"
)
OTHER = (
    "Bakers of three towns kept diaries while flour was rationed, and tell how bread was stretched"
)


def paper(title: str = TITLE, *authors: str, **fields) -> Paper:
    place = {name: fields.pop(name) for name in ("volume", "issue", "pages") if name in fields}
    extra = {**place, **fields.pop("extra", {})}
    return Paper(id="akin:0", title=title, authors=authors, extra=extra, **fields)


def found(*papers: Paper, rules=RULES, decisions=None) -> tuple[list[Group], DuplicateFinder]:
    finder = DuplicateFinder(rules, decisions)
    for row, one in enumerate(papers, 1):
        finder.add(row, one)
    return list(finder.groups(lambda row: papers[row - 1])), finder


def rows(*papers: Paper, **how) -> list[list[int]]:
    return [[g.row, *(d.row for d in g.duplicates)] for g in found(*papers, **how)[0]]


def reasons(*papers: Paper) -> list[str]:
    return [d.reason for group in found(*papers)[0] for d in group.duplicates]


IDENTIFIED = {
    "doi": ({"doi": "10.1/x"}, "same DOI 10.1/x"),
    "arxiv": ({"arxiv_id": "2101.00001"}, "same arXiv id 2101.00001"),
    "pmid": ({"extra": {"pmid": "7"}}, "same PubMed id 7"),
    "openreview": ({"extra": {"openreview": "abcdef"}}, "same OpenReview id abcdef"),
}


@pytest.mark.parametrize("rule", IDENTIFIED)
def test_an_identifier_makes_records_one_that_agree_in_little_else(rule):
    """A paper renamed by its authors is one under its identifier, which the reason names."""
    stated, reason = IDENTIFIED[rule]
    one = paper("Herons at ponds", "Ann Lee", pages="31-4", **stated)
    other = paper("What wading birds catch in winter", "A. Lee", pages="31", **stated)
    (group,) = found(one, paper("Between"), other)[0]
    assert (group.row, [(d.row, d.reason) for d in group.duplicates]) == (1, [(3, reason)])
    assert rows(one, other, rules=[r for r in RULES if r != rule]) == []


VEGA = "Inés Vega Solís"
AT_A_POND = {"year": 2020, "venue": "Teich", "volume": "4", "abstract": TEXT}
LETTERS = {"year": 2020, "venue": "Pond", "volume": "3"}

SAME = {
    "spelled differently": (
        paper("A Study of Many Long Words.", "Ann Lee", year=2020),
        paper("A study of many long words", "Lee, Ann", year=2020),
        "same title, first author and year",
    ),
    "preprint and publication": (
        paper(TITLE, "Ann Lee", year=2019, arxiv_id="1901.00001"),
        paper(TITLE, "A. Lee", "B. May", year=2021, doi="10.1000/x", venue="Words", volume="3"),
        "same title and first author; 2019 and 2021",
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
        paper("We …", "Ann Lee", abstract=TEXT, extra={"title_missing": True}),
        paper("We …", "Ann Lee", abstract=TEXT, extra={"title_missing": True}),
        "same first author and abstract",
    ),
    "a short title, same text": (
        paper("Editorial", "Ann Lee", year=2020, abstract=TEXT),
        paper("Editorial", "Ann Lee", year=2020, abstract=f"{TEXT}."),
        "same title, first author, year and abstract",
    ),
    "a short title on one page": (
        paper("Heron ponds", "Ann Lee", year=2020, venue="Pond", volume="7", pages="31-33"),
        paper("Heron Ponds", "Lee", year=2020, venue="Pond", volume="7", issue="2", pages="31"),
        "same title, first author, year, volume and pages",
    ),
    "two orders of a double name": (
        paper(TITLE, VEGA, year=2020, extra={"family_names": {VEGA: "Vega Solís"}}),
        paper(TITLE, "I. Vega-Solis", year=2020),
        "same title, first author and year",
    ),
    "a name in other letters": (
        paper(TITLE, "Bjørn Håkonsæther", year=2020),
        paper(TITLE, "B. Hakonsaether", year=2020),
        "same title, first author and year",
    ),
    "an apostrophe less": (
        paper(TITLE, "Cathal O’Rourke", year=2020),
        paper(TITLE, "C. ORourke", year=2020),
        "same title, first author and year",
    ),
    "umlauts written out": (
        paper(TITLE, "Jörg Mühlhäußer", year=2020),
        paper(TITLE, "Joerg Muehlhaeusser", year=2020),
        "same title, first author and year",
    ),
    "Cyrillic": (
        paper(TITLE, "Юрий Шубин", year=2020),
        paper(TITLE, "Yu. Shubin", year=2020),
        "same title, first author and year",
    ),
    "a sign for and": (
        paper("Herons & frogs in the ponds of Kent", "Ann Lee"),
        paper("Herons and frogs in ponds of Kent", "Ann Lee"),
        "same title and first author",
    ),
    "formulas": (
        paper("Release of N_2O by α-amylase in ponds", "Ann Lee"),
        paper("Release of N₂O by alpha-amylase in ponds", "Ann Lee"),
        "same title and first author",
    ),
    "British and American": (
        paper("Tumour behaviour in haemophilia: modelling colours of fibres", "Ann Lee"),
        paper("Tumor behavior in hemophilia: modeling colors of fibers", "Ann Lee"),
        "same title and first author",
    ),
    "a slip of the pen": (
        paper("Feeding habits of herons in winter", "Ann Lee", year=2020),
        paper("Feeding habtis of herons in winter", "Ann Lee", year=2020),
        "same first author and year; similar title",
    ),
    "a subtitle less": (
        paper("Feeding herons in winter: a field study", "Ann Lee", year=2020, venue="Pond"),
        paper("Feeding herons in winter", "A. Lee", year=2020, venue="Pond"),
        "same first author and year; title cut",
    ),
    "an abbreviated journal": (
        paper(TITLE, "Ann Lee", venue="Proceedings of the National Society of Ponds", volume="4",
              pages="221-229"),
        paper(TITLE, "A. Lee", venue="Proc Natl Soc Ponds", volume="4", pages="221-9"),
        "same title, first author, volume and pages",
    ),
    "a wrong DOI, all else the same": (
        paper(TITLE, "Ann Lee", year=2020, venue="Pond", volume="4", pages="221", doi="10.1/a"),
        paper(TITLE, "Ann Lee", year=2020, venue="Pond", volume="4", pages="221", doi="10.1/a;b"),
        "same title, first author, year, volume and pages; DOI 10.1/a and 10.1/a;b",
    ),
    "a translated title": (
        paper("[Feeding of herons in winter ponds]", "Ann Lee", pages="221", **AT_A_POND),
        paper("Fütterung von Reihern an Teichen", "A. Lee", pages="221-5", **AT_A_POND),
        "same first author, year, volume, pages and abstract",
    ),
    "a journal in two scripts": (
        paper("鹭类在池塘的觅食行为", "陈静", year=2012, venue="池塘学报", volume="33", pages="481",
              doi="10.1/x"),
        paper("[How herons feed at ponds]", "Chen Jing", year=2012, venue="Chitang Xuebao",
              volume="33", pages="481-9", doi="10.1/x"),
        "same DOI 10.1/x",
    ),
    "a given name with and without hyphen": (
        paper(TITLE, "Seo Min-Jae", year=2018),
        paper(TITLE, "Minjae Seo", year=2018),
        "same title, first author and year",
    ),
    "the number of an article, and pages counted from 1": (
        paper(TITLE, "Ann Lee", year=2018, venue="Pond", volume="4", pages="112"),
        paper(TITLE, "Ann Lee", year=2018, venue="Pond", volume="4", pages="1-12"),
        "same title, first author, year and volume",
    ),
    "numbers in words, and versus cut": (
        paper("Two winters of herons versus frogs at ponds", "Ann Lee", year=2018),
        paper("2 winters of herons vs. frogs at ponds", "Ann Lee", year=2018),
        "same title, first author and year",
    ),
    "DOIs of two versions": (
        paper(TITLE, "Ann Lee", year=2019, doi="10.12688/f1000research.17123.1"),
        paper(TITLE, "Ann Lee", year=2020, doi="10.12688/f1000research.17123.2"),
        "same title and first author; 2019 and 2020",
    ),
    "a DOI that is registered nowhere": (
        paper(TITLE, "Ann Lee", year=2018, doi="10.5555/3000001.3000002"),
        paper(TITLE, "Ann Lee", year=2018, doi="10.1145/3000001.3000002"),
        "same title, first author and year",
    ),
    "a preprint with a DOI": (
        paper(TITLE, "Ann Lee", year=2019, doi="10.26434/chemrxiv.8", venue="ChemRxiv"),
        paper(TITLE, "Ann Lee", year=2020, doi="10.1/x", venue="Pond", volume="4", pages="33"),
        "same title and first author; 2019 and 2020",
    ),
    "a PubMed id and another title": (
        paper("Herons at ponds in winter", "Ann Lee", year=2018, extra={"pmid": "7"}),
        paper("Reiher an Teichen, wenn Eis liegt", "A. Lee", year=2018, extra={"pmid": "7"}),
        "same PubMed id 7",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other", "reason"), SAME.values(), ids=SAME)
def test_what_two_databases_write_of_a_paper_is_one(one, other, reason):
    """What is certain by several fields is merged in either order, and the reason names them."""
    assert reasons(one, other) == [reason]
    assert rows(other, one) == [[1, 2]]
    without = [r for r in RULES if r not in ("title", "doi", "pmid")]
    assert rows(one, other, rules=without) == []


DIFFERENT = {
    "other author": (paper(TITLE, "Ann Lee", year=2020), paper(TITLE, "Bob May", year=2020)),
    "other given name": (paper(TITLE, "Ann Lee", year=2020), paper(TITLE, "Bob Lee", year=2020)),
    "three years apart": (paper(TITLE, "Ann Lee", year=2018), paper(TITLE, "Ann Lee", year=2021)),
    "a word more": (paper(TITLE, "Ann Lee"), paper(f"{TITLE} again", "Ann Lee")),
    "parts": (
        paper("Herons of ponds in Kent, Part I", "Ann Lee", year=2020),
        paper("Herons of ponds in Kent, Part II", "Ann Lee", year=2020),
    ),
    "types": (
        paper("Treatment of type 1 diabetes in herons", "Ann Lee", year=2020),
        paper("Treatment of type II diabetes in herons", "Ann Lee", year=2020),
    ),
    "letters": (
        paper("Vitamin C in ponds and in herons", "Ann Lee", year=2020),
        paper("Vitamin D in ponds and in herons", "Ann Lee", year=2020),
    ),
    "opposites": (
        paper("Outcome of hyperthermia in old herons", "Ann Lee", year=2020),
        paper("Outcome of hypothermia in old herons", "Ann Lee", year=2020),
    ),
    "yearly reports": (
        paper("Report on the ponds of Kent 2019", "Ann Lee", year=2020),
        paper("Report on the ponds of Kent 2020", "Ann Lee", year=2020),
    ),
    "volumes of one proceedings": (
        paper("Wading Birds and Their Uses", "Ann Lee", year=2010, venue="LNWB", volume="716"),
        paper("Wading Birds and Their Uses", "Ann Lee", year=2010, venue="LNWB", volume="717"),
    ),
    "an article and its erratum": (
        paper(TITLE, "Ann Lee", year=2020, doi="10.1/x"),
        paper(f"Erratum to: {TITLE}", "Ann Lee", year=2020, doi="10.1/x"),
    ),
    "an article and a comment": (
        paper(TITLE, "Ann Lee", year=2020, doi="10.1/x", pages="9"),
        paper(f"Comment on “{TITLE}”", "Bob May", year=2020, doi="10.1/x", pages="14"),
    ),
    "an editorial by nobody": (paper("Editorial", year=2020), paper("Editorial", year=2019)),
    "an editorial a year": (
        paper("Editorial", "Ann Lee", year=2020),
        paper("Editorial", "Ann Lee", year=2021),
    ),
    "two editorials of a year": (
        paper("Editorial", "Ann Lee", year=2020, abstract=TEXT),
        paper("Editorial", "Ann Lee", year=2020, abstract=OTHER),
    ),
    "two journals' editorials": (
        paper("Editorial", year=2020, venue="Nature"),
        paper("Editorial", year=2020, venue="Science"),
    ),
    "two issues' letters": (
        paper("A message from the president", "Ann Lee", issue="1", **LETTERS),
        paper("A message from the president", "Ann Lee", issue="2", **LETTERS),
    ),
    "two pages of reviews": (
        paper("Book reviews", year=2020, venue="Pond", volume="3", issue="1", pages="88"),
        paper("Book reviews", year=2020, venue="Pond", volume="3", issue="1", pages="91"),
    ),
    "a talk and the article": (
        paper(TITLE, "Ann Lee", year=2020, venue="Birds", volume="3", pages="S7", abstract=TEXT),
        paper(TITLE, "Ann Lee", year=2020, venue="Pond", volume="12", pages="221", abstract=TEXT),
    ),
    "an updated review": (
        paper(TITLE, "Ann Lee", year=2019, doi="10.1002/1.pub2"),
        paper(TITLE, "Ann Lee", year=2020, doi="10.1002/1.pub3"),
    ),
    "two PubMed records": (
        paper(TITLE, "Ann Lee", year=2019, extra={"pmid": "1"}),
        paper(TITLE, "Ann Lee", year=2019, extra={"pmid": "2"}),
    ),
    "chapters of one author": (
        paper("Herons at ponds in winter", "Ann Lee", year=2020, venue="Birds", doi="10.1/book"),
        paper("On the song of frogs", "Ann Lee", year=2020, venue="Birds", doi="10.1/book"),
    ),
    "a PubMed id copied wrongly": (
        paper("Herons at ponds in winter", "Ann Lee", extra={"pmid": "7"}),
        paper("Bread in times of war", "Bob May", extra={"pmid": "7"}),
    ),
    "no title": (
        paper("We …", "Ann Lee", abstract="We show that.", extra={"title_missing": True}),
        paper("We …", "Ann Lee", abstract="We show this.", extra={"title_missing": True}),
    ),
    "titles of signs alone": (paper("???", "Ann Lee"), paper("!!!", "Ann Lee")),
    "two words that a letter tells apart": (
        paper("Herons of the ponds of Mali", "Ann Lee", year=2018, venue="Pond", volume="4"),
        paper("Herons of the ponds of Bali", "Ann Lee", year=2018, venue="Pond", volume="4"),
    ),
    "two countries": (
        paper("Income and herons of Austria", "Ann Lee", year=2018, venue="Pond"),
        paper("Income and herons of Australia", "Ann Lee", year=2018, venue="Pond"),
    ),
    "two letters on a page": (
        paper("Feeding herons at garden ponds", "Bob May", issue="5", pages="361", **LETTERS),
        paper("Feeding herons at garden ponds", "Ann Lee", issue="5", pages="361-2", **LETTERS),
    ),
    "a report a year": (
        paper("Annual count of herons in Kent", "Ann Lee", year=2017, venue="Pond"),
        paper("Annual count of herons in Kent", "Ann Lee", year=2018, venue="Pond"),
    ),
    "a society's advice": (
        paper("Care for herons at garden ponds", "Heron Society", year=2017, venue="Pond"),
        paper("Care for herons at garden ponds", "Heron Society", year=2018, venue="Pond"),
    ),
    "a column with other texts": (
        paper("What bird is this one?", "Ann Lee", year=2018, venue="Pond", abstract=TEXT),
        paper("What bird is this one?", "Ann Lee", year=2018, venue="Pond", abstract=OTHER),
    ),
    "one study, other findings": (
        paper("We …", abstract=f"{TEXT}: 24 in May, 12 in June", extra={"title_missing": True}),
        paper("We …", abstract=f"{TEXT}: 31 in May, 9 in June", extra={"title_missing": True}),
    ),
    "abstracts of a supplement that share a page": (
        paper("Gait of herons on ice", "Ann Lee", year=2018, venue="Pond", volume="19",
              issue="S1", pages="S101", doi="10.1/s"),
        paper("Song of frogs in May", "Ann Lee", year=2018, venue="Pond", volume="19",
              issue="S1", pages="S101", doi="10.1/s"),
    ),
    "abstracts of a supplement without pages": (
        paper("Herons in the young: how they feed", "Ann Lee", year=2018, venue="Pond", volume="19",
              doi="10.1/s"),
        paper("Frogs in the old and what they sing", "Ann Lee", year=2018, venue="Pond",
              volume="19", doi="10.1/s"),
    ),
    "namesakes by initial": (
        paper(TITLE, "Lei Wang", year=2018, venue="Pond"),
        paper(TITLE, "Lingyun Wang", year=2018, venue="Lake"),
    ),
    "namesakes by their co-authors": (
        paper(TITLE, "A. Singh", "B. Kaur", year=2018, venue="Pond"),
        paper(TITLE, "A. Singh", "X. Patel", year=2018, venue="Lake"),
    ),
    "two registered trials": (
        paper(TITLE, year=2018, url="https://clinicaltrials.gov/show/NCT01111111"),
        paper(TITLE, year=2018, url="https://clinicaltrials.gov/show/NCT02222222"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_what_could_be_two_papers_stays_two(one, other):
    """Nothing is merged that differs in what tells papers apart, in either order."""
    assert rows(one, other) == rows(other, one) == []


ABSTRACTS = [
    paper("Feeding of herons in winter", "Ann Lee", doi="10.1/s", pages="S3", year=2020),
    paper("Bread in times of war", "Bob May", doi="10.1/s", pages="S9", year=2020),
    paper("How glaciers are measured", "Cy Fox", doi="10.1/s", pages="S14", year=2020),
]


def test_papers_under_one_identifier_stay_apart_and_it_is_said():
    """Abstracts under a supplement's DOI are papers of their own; copies of one are still one."""
    copy = replace(ABSTRACTS[1], title="Bread in Times of War", doi="10.1/s")
    groups, finder = found(*ABSTRACTS, copy)
    assert [(g.row, [d.row for d in g.duplicates]) for g in groups] == [(2, [4])]
    (shared,) = finder.shared()
    assert (shared.kind, shared.value, shared.rows) == ("doi", "10.1/s", (1, 2, 3))
    assert shared.reason == "DOI 10.1/s is shared by 3 papers: kept apart"


def test_no_paper_is_made_of_records_that_contradict_each_other():
    """A record that fits two papers goes to one of them, in any order, and joins them never."""
    first = paper(TITLE, "Ann Lee", year=2020, venue="Pond", volume="3", pages="21", doi="10.1/x")
    second = paper(TITLE, "Ann Lee", year=2020, venue="Pond", volume="4", pages="77", doi="10.1/y")
    bare = paper(TITLE, "Ann Lee", year=2020, venue="Pond")
    orders = [(first, bare, second), (second, first, bare), (bare, second, first)]
    joined = {
        frozenset(order[row - 1].doi for row in group) for order in orders for group in rows(*order)
    }
    assert len(joined) == 1
    assert None in next(iter(joined))


def test_a_chain_of_records_is_one_paper():
    """Records that share nothing are one paper where a third shares something with each."""
    preprint = paper("Old title of the work here", "Ann Lee", year=2020, arxiv_id="2001.00001")
    both = paper("New name for all of this", "Ann Lee", year=2021, arxiv_id="2001.00001",
                 doi="10.1000/x")  # fmt: skip
    published = paper("New name (for all of this)!", "Lee, Ann", year=2021, doi="10.1000/x")
    assert rows(preprint, published, both) == [[1, 2, 3]]


def test_what_is_likely_is_listed_for_people():
    """What is too alike for chance, and not certain, is a possible duplicate with its reason."""
    one = paper("Feeding herons in winter: a field study", "Ann Lee", year=2020)
    groups, finder = found(one, paper("Feeding herons in winter", "A. Lee", year=2020))
    assert groups == []
    (possible,) = finder.possible()
    assert (possible.row, possible.other) == (1, 2)
    assert possible.reason == "same first author and year; title cut"
    assert 0.5 < possible.score < 1
    pages = [paper(TITLE, "Ann Lee", year=2020, venue="Pond", pages=page) for page in ("41", "90")]
    assert [p.reason for p in found(*pages)[1].possible()] == [
        "same title, first author and year; page 41 and 90"
    ]
    assert found(one, paper("Bread in times of war", "Ann Lee", year=2020))[1].possible() == []


def test_what_people_decide_comes_before_all_rules():
    """*Same* joins what nothing joins, *apart* keeps apart what an identifier joins."""
    one, other = paper("Herons", doi="10.1/a"), paper("Frogs", doi="10.1/b")
    pair = (record_key(one), record_key(other))
    (group,) = found(one, other, decisions=Decisions.of(same=[pair]))[0]
    assert [d.reason for d in group.duplicates] == [DECIDED]
    twice = [
        paper(TITLE, "Ann Lee", doi="10.1/a"),
        paper(TITLE, "Ann Lee", doi="10.1/a", year=2020),
    ]
    keys_of_both = (record_key(twice[1]), record_key(twice[0]))
    assert rows(*twice) == [[1, 2]]
    decisions = Decisions.of(apart=[keys_of_both])
    groups, finder = found(*twice, decisions=decisions)
    assert (groups, finder.possible()) == ([], [])
    between = paper(TITLE, "Ann Lee", doi="10.1/a", year=2020, venue="Pond")
    assert len(rows(*twice, between, decisions=decisions)[0]) == 2


def test_the_key_of_a_record_is_what_it_states():
    """Neither abstract nor file nor order of identifiers changes it; any stated fact does."""
    one = paper(TITLE, "Ann Lee", year=2020, venue="Pond", volume="3", doi="10.1/x")
    assert record_key(one) == "c18dacf9aa17c5f3"
    assert record_key(replace(one, abstract=TEXT, sources=("b.ris",))) == record_key(one)
    changed = [
        replace(one, title="Other"), replace(one, authors=("Bob May",)), replace(one, year=2021),
        replace(one, venue="Lake"), replace(one, doi=None), replace(one, extra={"volume": "4"}),
    ]  # fmt: skip
    assert len({record_key(one), *map(record_key, changed)}) == 7


def test_a_shared_hash_is_no_duplicate(monkeypatch):
    """Records are compared themselves: keys that fall together by chance join nothing."""
    monkeypatch.setattr(keys, "key_hash", lambda _: 1)
    assert rows(paper("One", doi="10.1/x"), paper("Other", doi="10.1/y")) == []
    assert rows(*[paper(TITLE, "Ann Lee", doi="10.1/x")] * 2) == [[1, 2]]


def test_the_hash_of_a_key_is_the_same_in_every_process():
    """It is that of the key's bytes, half a surrogate pair among them, and fits 64 bits."""
    assert key_hash("10.1/x") == 7459850367496494964
    assert key_hash("\ud800") == 7497787021708494914


def test_no_records_have_no_duplicates():
    """An empty corpus is no error."""
    groups, finder = found()
    assert (groups, finder.possible(), finder.shared()) == ([], [], [])


def test_many_records_of_one_title_are_compared_with_their_neighbours(monkeypatch):
    """Of hundreds of editorials only the copies are one, though not all pairs are compared."""
    monkeypatch.setattr(candidates, "MANY", 5)
    many = [
        paper("Editorial", "Ann Lee", year=1990 + n % 9, volume=str(n), pages=str(n * 7))
        for n in range(60)
    ]
    assert rows(*many, many[17], many[41]) == [[18, 61], [42, 62]]


STATED = st.builds(
    lambda title, name, year, doi, pmid, volume, pages, abstract: paper(
        title,
        *([name] if name else []),
        year=year,
        doi=doi,
        abstract=abstract,
        **({"volume": volume} if volume else {}),
        **({"pages": pages} if pages else {}),
        extra={"pmid": pmid} if pmid else {},
    ),
    st.sampled_from(
        [TITLE, "Editorial", f"{TITLE} too", f"{TITLE}: part II", f"Reply to: {TITLE}"]
    ),
    st.sampled_from(["Ann Lee", "Bob May", "A. Lee", ""]),
    st.sampled_from([None, 2018, 2020, 2021]),
    st.sampled_from([None, "10.1/a", "10.1/b"]),
    st.sampled_from([None, "1", "2"]),
    st.sampled_from([None, "3", "4"]),
    st.sampled_from([None, "21-24", "90"]),
    st.sampled_from(["", TEXT, OTHER]),
)


@settings(max_examples=300)
@given(STATED, STATED)
def test_a_brief_comparison_finds_all_that_are_likely(one, other):
    """It stops only where the two are not likely; what is likely or shared comes out whole."""
    ours, theirs = Facts(one), Facts(other)
    whole, brief = compare(ours, theirs), compare(ours, theirs, brief=True)
    assert brief == whole or not (whole.likely or whole.shared or brief.likely)


def test_the_pairs_that_are_compared_are_told_one_by_one():
    """How many there will be, and in the end that all are done."""
    told = []

    class Told:
        def phase(self, name, total=None):
            told.append((name, total))

        def advance(self, pairs):
            told.append(pairs)

    papers = [paper(TITLE, "Ann Lee", year=1990 + n) for n in range(30)]
    finder = DuplicateFinder()
    for row, one in enumerate(papers):
        finder.add(row, one)
    list(finder.groups(papers.__getitem__, Told()))
    assert told == [("merging", 435), 256, 179]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9))))
def test_rows_that_are_linked_have_one_number(pairs):
    """Also those that are linked by others; and no others."""
    linked = [{row} for row in range(10)]
    for one, other in pairs:
        (ours,), (theirs,) = ([s for s in linked if row in s] for row in (one, other))
        if ours is not theirs:
            linked.remove(theirs)
            ours |= theirs
    of = candidates.clusters(pairs)
    assert of.keys() == {row for pair in pairs for row in pair}
    for one in of:
        assert {row for row in of if of[row] == of[one]} == next(s for s in linked if one in s)


@settings(max_examples=150)
@given(st.lists(STATED, max_size=9))
def test_papers_are_those_of_comparing_all_pairs(papers):
    """What is looked up by keys is what comparing every record with every other finds."""
    finds = [[row - 1 for row in group] for group in rows(*papers)]
    assert finds == oracles.papers_of(papers)


@settings(max_examples=100)
@given(st.lists(STATED, max_size=7, unique_by=record_key), st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing(papers, random):
    """Which record comes first is no reason to be one paper, or two."""
    order = list(range(len(papers)))
    random.shuffle(order)
    shuffled = rows(*(papers[i] for i in order))
    assert sorted(sorted(order[row - 1] + 1 for row in group) for group in shuffled) == rows(
        *papers
    )


def test_thousands_of_digits_spoil_no_build():
    """No number has as many: the first of them tell volumes, issues and pages apart."""
    many, first = "7" * 5_000, "7" * 18
    paper = Paper("akin:0", "Reeds", extra={"volume": many, "issue": many, "pages": many})
    assert keys_of(paper)
    facts = Facts(paper)
    assert (facts.volume, facts.page) == (first, ("", int(first)))
    assert first in facts.issues
