r"""BibTeX entries take over what biber's rules say, from wherever in the file it stands."""

from __future__ import annotations

from pathlib import Path

from indexer.documents import Document
from indexer.paper import Paper, Record
from indexer.readers import bibtex

CONFERENCE = """
@string{press = "Pond Press"}
@InProceedings{lee, author = {Lee, Ann}, title = {Frogs at night}, crossref = {PONDS19}}
@inproceedings{own, author = {Wu, Bo}, title = {Frogs at noon}, year = 2018,
  publisher = {Other}, crossref = {ponds19}}
@proceedings{ponds19, title = {Ponds 2019}, subtitle = {Proceedings}, date = {2019-05-04},
  editor = {Sun, Li}, publisher = press, doi = {10.1000/whole}, url = {https://x.org/whole},
  abstract = {All about ponds.}, keywords = {ponds}, series = {Notes on Ponds}, volume = 7}
"""


def read(folder: Path, text: str) -> dict[str, Paper]:
    path = folder / "library.bib"
    path.write_text(text, encoding="utf-8")
    found = bibtex.read(Document(path, "library.bib", given=True))
    papers = [one.paper for one in found if isinstance(one, Record)]
    return {paper.extra["citation_key"]: paper for paper in papers}


def test_a_part_takes_over_what_is_said_of_the_whole(tmp_path):
    """Also from further down, in another case, by macros; what identifies the whole stays there."""
    found = read(tmp_path, CONFERENCE)
    assert list(found) == ["lee", "own", "ponds19"]
    lee = found["lee"]
    assert (lee.title, lee.venue, lee.date, lee.year) == (
        "Frogs at night",
        "Ponds 2019",
        "2019-05-04",
        2019,
    )
    assert (lee.doi, lee.url, lee.abstract) == (None, None, "")
    assert lee.extra == {
        "type": "inproceedings",
        "citation_key": "lee",
        "editors": ["Li Sun"],
        "publisher": "Pond Press",
        "booksubtitle": "Proceedings",
        "series": "Notes on Ponds",
        "volume": "7",
        "crossref": "PONDS19",
        "abstract_missing": True,
    }
    assert found["ponds19"].doi == "10.1000/whole"


def test_what_a_part_states_itself_stays(tmp_path):
    """A year of its own keeps the date of the whole away."""
    own = read(tmp_path, CONFERENCE)["own"]
    assert (own.year, own.date, own.extra["publisher"]) == (2018, None, "Other")


def test_titles_go_where_they_belong(tmp_path):
    """An article's whole is a journal, a book's a set of volumes; a ``booktitle`` comes first."""
    found = read(
        tmp_path,
        """
        @periodical{issue, title = {Pond Letters}, year = 2001}
        @article{letter, title = {On reeds}, crossref = {issue}}
        @incollection{chapter, title = {Newts}, crossref = {volume}}
        @collection{volume, title = {Ponds and Lakes}, crossref = {set}}
        @mvcollection{set, title = {All Waters}, editor = {Sun, Li}, year = 1999}
        @inproceedings{talk, title = {Toads}, crossref = {short}}
        @proceedings{short, title = {Proceedings of it all}, booktitle = {Toads 98}, year = 1998}
        """,
    )
    assert found["letter"].venue == "Pond Letters"
    chapter = found["chapter"]
    assert (chapter.venue, chapter.year) == ("Ponds and Lakes", 1999)
    assert chapter.extra["maintitle"] == "All Waters"
    assert chapter.extra["editors"] == ["Li Sun"]
    assert found["talk"].venue == "Toads 98"


def test_xdata_gives_all_it_has(tmp_path):
    """Several containers, each perhaps with more of them, before what a ``crossref`` gives."""
    found = read(
        tmp_path,
        """
        @xdata{place, title = {A place}, location = {Lima}, xdata = {house}}
        @xdata{house, title = {A house}, publisher = {House}}
        @xdata{series, title = {A series}, series = {Notes}, keywords = {ponds, reeds}}
        @book{reeds, title = {Reeds}, year = 2000, xdata = {place, series}}
        """,
    )
    extra = found["reeds"].extra
    assert (found["reeds"].title, found["reeds"].venue) == ("Reeds", "Notes")
    assert (extra["location"], extra["publisher"]) == ("Lima", "House")
    assert extra["keywords"] == ["ponds", "reeds"]


def test_circles_and_gaps_are_no_failure(tmp_path):
    """Who inherits from itself gets nothing so; keys that nobody has are noted; chains are long."""
    chain = "".join(
        f"@book{{b{i}, title = {{Volume {i}}}, crossref = {{b{i + 1}}}}}\n" for i in range(300)
    )
    found = read(
        tmp_path,
        "@book{self, title = {One}, crossref = {self}}\n"
        "@book{a, title = {Two}, year = 2001, crossref = {b}}\n"
        "@book{b, title = {Three}, publisher = {Press}, crossref = {a}}\n"
        "@inbook{gap, title = {Four}, crossref = {nowhere}, xdata = {a, lost}}\n"
        f"{chain}@book{{b300, title = {{Last}}, year = 1990}}\n",
    )
    assert found["a"].extra["publisher"] == "Press"
    assert found["b"].year == 2001
    assert found["gap"].extra["crossref_missing"] == ["lost", "nowhere"]
    assert found["gap"].year == 2001
    assert (found["b299"].year, len(found)) == (1990, 305)
