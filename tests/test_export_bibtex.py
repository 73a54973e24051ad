"""BibTeX goes out as LaTeX, bibtexparser and reference managers take it."""

from __future__ import annotations

import re
from dataclasses import replace

import bibtexparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api.exports import Listed, bibtex
from search_api.exports.keys import citation_key
from tests.export_papers import ABOUT, ALL, BARE, HOSTILE, WHOLE, exported

GOLDEN = r"""@inproceedings{wang2025interns1-b45y,
  title = {{Intern-S1: 50\% of \{Everything\} \& more\_or\_less}},
  abstract = {It costs \$5 \textasciitilde{} at C:\textbackslash{}temp, and x\textasciicircum{}2 < y. See https://example.org/a\_b\#c.},
  author = {Wang, Kun and van der Maaten, Laurens and García Márquez, Gabriel and {Shanghai AI Lab} and others},
  editor = {Editor, Ann and de Vries, Bo},
  year = {2025},
  date = {2025-08-21},
  booktitle = {Proceedings of Things, Part II},
  volume = {12},
  number = {3–4},
  pages = {17-29},
  publisher = {Wiley \& Sons},
  issn = {1234-567X},
  isbn = {978-3-16-148410-0},
  doi = {10.1000/a\_b\%c(1)},
  eprint = {2508.15763},
  archiveprefix = {arXiv},
  primaryclass = {cs.LG},
  pmid = {12345},
  pmcid = {PMC678},
  openreview = {BZSTC2RMEd},
  acl = {2025.acl-long.1},
  url = {https://example.org/~wang/?a=1\&b=2\#top\_1},
  keywords = {machine learning;; deep; C\#},
  language = {en},
  note = {Best paper.},
  annote = {Read again: 50\% sure.; akin: rank 1, score 0.71},
  akincategories = {cs.LG; cs.CL},
  akincode = {yes},
  akintype = {proceedings-article},
  akinkey = {Wang, Kun:2025},
  akinsources = {a.bib; b.ris},
  akinid = {arxiv:2508.15763},
}

@misc{anontitle-kgyj,
  title = {{A title}},
  akinid = {akin:0123456789abcdef},
}
"""  # noqa: E501


def parsed(text):
    library = bibtexparser.parse_string(text)
    assert library.failed_blocks == []
    return library.entries


def test_a_paper_with_everything_and_one_with_little():
    """Every field has its place, its signs escaped; what a paper lacks is not written."""
    assert exported("bibtex", Listed(WHOLE, 1, 0.71), BARE) == GOLDEN


def test_bibtexparser_opens_it():
    """No block fails, no key is there twice, and values come out whole, hostile ones too."""
    entries = parsed(exported("bibtex", *ALL, *(replace(p, id=p.id + "0") for p in ALL)))
    assert len(entries) == len({entry.key for entry in entries}) == 6
    fields = {field.key: field.value for field in entries[2].fields}
    assert fields["title"] == (
        r'{=cmd|"/C calc"!A1 \textbraceleft{}\textbraceleft{} '
        r"\textbackslash{}end\textbraceleft{}document\textbraceright{} </title></entry>}"
    )
    assert fields["url"] == r'javascript:"\textbraceright{} @misc\textbraceleft{}z'
    assert fields["akinid"] == "akin:fedcba9876543210"


def test_names_that_bibtex_would_part_are_in_braces():
    """An ``and``, a comma or no given name at all: braces keep the name together."""
    extra = {"family_names": {"Jo Smith and Wesson": "Smith and Wesson", "J., Jr Doe": "Doe"}}
    authors = ("Jo Smith and Wesson", "J., Jr Doe", "Aniri", "others", "Ann And", "Bo Anderson")
    paper = replace(BARE, authors=authors, extra=extra)
    assert (
        "author = {{Smith and Wesson}, Jo and Doe, {J., Jr} and {Aniri} and {others} and "
        "{And}, Ann and Anderson, Bo},"
    ) in exported("bibtex", paper)


@given(st.text(st.sampled_from('{}\\"@,=%#$~^&_ a\n()'), max_size=30))
def test_braces_balance_whatever_a_text_holds(text):
    """BibTeX counts braces, escaped ones too: no value opens one that it does not close."""
    written = exported("bibtex", replace(HOSTILE, title=f"x {text}", url=text, doi=text))
    depth = 0
    for brace in re.findall("[{}]", written):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert len(parsed(written)) == 1


@pytest.mark.parametrize(
    ("paper", "stem"),
    [
        (WHOLE, "wang2025interns1"),
        (BARE, "anontitle"),
        (replace(BARE, authors=("Jürgen Groß",), year=2001), "gross2001title"),
        (replace(BARE, authors=("Wes Łukasiewicz-Đặng",)), "lukasiewiczdangtitle"),
        (replace(BARE, authors=("Laurens van der Maaten",), year=8), "vandermaaten8title"),
        (replace(BARE, authors=("王坤",), year=2020, title="论文"), "anon2020"),
        (replace(BARE, title="On the Use of LLMs: how"), "anonuse"),
        (replace(BARE, title="The"), "anon"),
        (replace(BARE, title="x" * 100), "anon" + "x" * 24),
    ],
)
def test_a_key_is_surname_year_and_first_word(paper, stem):
    """Accents and ligatures are spelled out in ASCII; articles and the like are no first word."""
    key = citation_key(paper)
    assert re.fullmatch(re.escape(stem) + "-[a-z2-7]{4}", key)


def test_a_key_does_not_depend_on_the_list():
    """The same paper has the same key in every export."""
    alone = exported("bibtex", WHOLE)
    assert alone in exported("bibtex", HOSTILE, BARE, WHOLE)


def test_keys_that_collide_become_longer(monkeypatch):
    """Within a file no key comes twice, not even where a paper does."""
    again = parsed(exported("bibtex", BARE, BARE, BARE, BARE))
    keys = [entry.key for entry in again]
    assert keys[0] == citation_key(BARE)
    assert keys[1:] == [citation_key(BARE, attempt) for attempt in (1, 2, 3)]
    assert all(re.fullmatch("anontitle-[a-z2-7]{8}", key) for key in keys[1:])
    assert len(set(keys)) == 4


def test_few_of_many_papers_share_a_key():
    """Of 20,000 papers with one surname, year and first word, some 200 pairs would share a key."""
    papers = [replace(BARE, id=f"akin:{n:016x}") for n in range(20_000)]
    keys = {citation_key(paper) for paper in papers}
    assert 19_700 < len(keys) < 19_900
    written = re.findall(r"^@misc\{(.*),$", exported("bibtex", *papers), re.MULTILINE)
    assert len(set(written)) == 20_000


@pytest.mark.parametrize(
    ("categories", "primary"),
    [
        (("cs.LG",), "cs.LG"),
        (("Robotics", "math.AG"), "math.AG"),
        (("hep-th",), "hep-th"),
        (("astro-ph.GA",), "astro-ph.GA"),
        (("LG", "e.g. this"), None),
        ((), None),
    ],
)
def test_the_primary_class_is_one_of_arxiv_s(categories, primary):
    """The first category that arXiv could have given; others are no class of its."""
    written = exported("bibtex", replace(BARE, arxiv_id="2101.00001", categories=categories))
    found = re.search(r"primaryclass = \{(.*)\}", written)
    assert (found[1] if found else None) == primary
    assert "primaryclass" not in exported("bibtex", replace(BARE, categories=categories))


@pytest.mark.parametrize(
    ("kind", "field"),
    [("thesis", "school"), ("report", "institution"), ("book-chapter", "booktitle")],
)
def test_the_venue_is_called_as_the_type_wants_it(kind, field):
    """A thesis has a school, a report an institution."""
    paper = replace(BARE, venue="MIT", extra={"type": kind})
    assert f"  {field} = {{MIT}},\n" in exported("bibtex", paper)


def test_the_module_names_what_it_writes():
    """``write`` yields an entry at a time."""
    assert len(list(bibtex.write(map(Listed, ALL), ABOUT))) == 3
