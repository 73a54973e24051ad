"""What holds for every format that goes out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.names import Name
from indexer.paper import Paper
from search_api.exports import EXPORTERS, About, Listed
from search_api.exports.kinds import kind_of
from search_api.exports.listed import as_text, as_texts, in_parts, one_line
from tests.export_papers import ABOUT, ALL, BARE, HOSTILE, TEXTS, WHOLE, exported


def test_the_formats_are_those_of_the_contract():
    """Each format has its name, what HTTP calls it and how its files end."""
    assert {name: (e.MEDIA_TYPE, e.SUFFIX) for name, e in EXPORTERS.items()} == {
        "bibtex": ("application/x-bibtex", ".bib"),
        "ris": ("application/x-research-info-systems", ".ris"),
        "csl-json": ("application/vnd.citationstyles.csl+json", ".json"),
        "csv": ("text/csv; charset=utf-8", ".csv"),
        "xlsx": (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ".xlsx",
        ),
        "jsonl": ("application/x-ndjson", ".jsonl"),
        "atom": ("application/atom+xml", ".atom"),
    }


@pytest.mark.parametrize("form", TEXTS)
def test_one_paper_is_held_at_a_time(form):
    """A paper is asked for only when those before it are written."""
    asked = 0

    def papers():
        nonlocal asked
        for asked in range(1, 1001):
            yield Listed(replace(BARE, id=f"akin:{asked}"))

    written = EXPORTERS[form].write(papers(), ABOUT)
    for _ in range(10):
        next(written)
    assert asked <= 10
    assert sum(1 for _ in written) >= 990


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("papers", [(), (BARE,), ALL, (HOSTILE, HOSTILE)])
def test_whatever_the_papers_hold_utf8_comes_out(form, papers):
    """No lone surrogate, NUL or odd line end is written, whatever a source has put in."""
    text = exported(form, *papers)
    text.encode("utf-8")
    assert not set(text) & set("\0\x0b\x0c\x85\u2028\u2029\ud800\ufffe")
    assert not text or text.endswith("\n")


@pytest.mark.parametrize("form", TEXTS)
def test_rank_and_score_are_written_where_there_are_any(form):
    """Rank and score of a result list are in every format, and nowhere without one."""
    ranked = exported(form, Listed(BARE, 17, 0.71000001))
    bare = exported(form, BARE)
    assert "17" in ranked
    assert "0.71" in ranked
    assert "0.710" not in ranked
    assert "17" not in bare
    assert {"akin: rank", '"rank"', "<akin:rank>"}.isdisjoint(bare.split(" = "))


@pytest.mark.parametrize(
    ("rank", "score", "place"),
    [
        (1, 0.71, "akin: rank 1, score 0.71"),
        (12, -1.5, "akin: rank 12, score -1.5"),
        (3, None, "akin: rank 3"),
        (3, 0.0, "akin: rank 3, score 0"),
        (3, 0.0000004, "akin: rank 3, score 0"),
        (1000, 120.0, "akin: rank 1000, score 120"),
        (3, float("nan"), "akin: rank 3"),
        (None, None, ""),
    ],
)
def test_the_place_in_a_list_in_words(rank, score, place):
    """Scores have six digits behind the point at most, and no exponent."""
    assert Listed(BARE, rank, score).place == place


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\nb", "a b"),
        (12, "12"),
        (1.5, "1.5"),
        (["a;b", "c", 3, None, ""], "a;;b; c; 3"),
        (True, ""),
        (None, ""),
        ({"a": 1}, ""),
        ("", ""),
    ],
)
def test_what_extra_holds_becomes_one_line(value, text):
    """Numbers count as text, lists are joined; what is no text is left out."""
    assert as_text(value) == text


def test_a_single_text_is_a_list_of_one():
    """Where a list is expected, a text will do."""
    assert as_texts("a; b") == ["a; b"]
    assert as_texts(None) == []


def cannot_be_written(sign: str) -> bool:
    return sign < " " or "\ud800" <= sign <= "\udfff" or sign in "\ufffe\uffff"


@given(st.text() | st.text(st.sampled_from("a \n\x00\x1f\x85\u2028\ud800\ufffe\U0001f98a")))
def test_one_line_changes_nothing_but_white_space_and_what_cannot_be_written(text):
    """Letters, signs and emoji come out as they are; what XML or UTF-8 forbids, as U+FFFD."""
    folded = " ".join(text.split())
    expected = "".join("\ufffd" if cannot_be_written(sign) else sign for sign in folded)
    assert one_line(text) == expected


@pytest.mark.parametrize(
    ("author", "families", "name"),
    [
        ("Kun Wang", {}, Name("Wang", "Kun")),
        ("Gabriel García Márquez", {"Gabriel García Márquez": "García Márquez"}, None),
        ("Kun Wang", {"Kun Wang": "Zhou"}, Name("Kun Wang")),
        ("Kun Wang", {"Kun Wang": "ang"}, Name("Kun Wang")),
        ("Aniri", {}, Name("Aniri")),
        ("", {}, Name("")),
    ],
)
def test_parts_that_do_not_make_up_the_name_are_not_taken(author, families, name):
    """A family name that is not the end of the name, at a word's beginning, is none."""
    assert in_parts(author, families) == (name or Name("García Márquez", "Gabriel"))


KINDS = [
    ({"extra": {"type": "journal-article"}}, "article"),
    ({"extra": {"type": "JOUR"}}, "article"),
    ({"extra": {"type": ["Review", "Journal Article"]}}, "article"),
    ({"extra": {"type": "conferencePaper"}}, "inproceedings"),
    ({"extra": {"type": "proceedings-article"}}, "inproceedings"),
    ({"extra": {"type": "CPAPER"}}, "inproceedings"),
    ({"extra": {"type": "book-chapter"}}, "incollection"),
    ({"extra": {"type": "bookSection"}}, "incollection"),
    ({"extra": {"type": "book"}}, "book"),
    ({"extra": {"type": "Doctoral Thesis"}}, "phdthesis"),
    ({"extra": {"type": "posted-content"}}, "misc"),
    ({"extra": {"type": "Evidence synthesis"}}, "misc"),
    ({"extra": {"type": "article"}, "venue": "Nature"}, "article"),
    ({"extra": {"type": "article"}}, "misc"),
    ({"venue": "Nature"}, "article"),
    ({"venue": "CVPR 2025"}, "inproceedings"),
    ({"venue": "NeurIPS"}, "inproceedings"),
    ({"venue": "Proceedings of Things"}, "inproceedings"),
    (
        {"venue": "Proceedings of the IEEE", "extra": {"volume": "1", "issue": "2"}},
        "article",
    ),
    ({"venue": "arXiv preprint", "arxiv_id": "1"}, "misc"),
    ({"arxiv_id": "1"}, "misc"),
    ({"extra": {"acl": "2025.acl-long.1"}}, "inproceedings"),
    ({"extra": {"acl": "W04-1001"}, "venue": "Actes de la 11ème conférence"}, "inproceedings"),
    ({"extra": {"acl": "J05-1001"}, "venue": "Computational Linguistics"}, "article"),
    ({"extra": {"acl": "2021.tacl-1.5"}}, "article"),
    ({"extra": {"type": "IEEE Conferences"}, "venue": "What"}, "inproceedings"),
    ({}, "misc"),
]


@pytest.mark.parametrize(("fields", "bibtex"), KINDS)
def test_the_kind_comes_from_the_type_then_the_venue(fields, bibtex):
    """What a source states goes before what the venue suggests."""
    assert kind_of(replace(BARE, **fields)).bibtex == bibtex


def test_about_needs_no_link():
    """A list that was made by a command has no address."""
    assert (
        exported("atom", BARE, about=About("all", "2026-11-24T07:00:00Z", "1")).count("<link") == 0
    )


def test_the_papers_here_are_papers():
    """The hostile paper holds what readers never let through; nothing that a Paper cannot hold."""
    assert all(isinstance(paper, Paper) for paper in ALL)
    assert WHOLE.to_json()["extra"]["volume"] == "12"
