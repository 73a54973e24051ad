"""Inputs that once went wrong, each in a folder: does akin now make of them what is right?

Each folder is read, indexed and searched as a user would, with the bundled model, and what comes
out is compared with the right value, which stands here beside the folder's name. The folders are
no part of akin; what they stand for is tested in ``tests/`` with other inputs.

    .venv/bin/python benchmarks/cases.py cases/
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.errors import AkinError
from indexer.ledger import Report
from indexer.models.choosing import encoder_of
from indexer.models.encoder import Encoder
from indexer.models.model import find_model
from indexer.paper import Paper
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api.engine.engine import Engine
from search_api.query.filters import Filters
from search_api.query.query import Query


@dataclass
class Case:
    """A folder that was indexed.

    Attributes:
        papers: in the order of the sources.
        report: of the rebuild.
        engine: over them.
    """

    papers: list[Paper]
    report: Report
    engine: Engine

    def found(self, query: str) -> list[str]:
        """Return the titles that a query finds by words alone: best first."""
        hits = self.engine.search(Query.parse(query, mode="lexical", k=50)).hits
        return [hit.paper.title for hit in hits]

    def first(self, query: str) -> str:
        """Return the title of the first result."""
        return self.engine.search(Query.parse(query)).hits[0].paper.title


Facts = Iterator[tuple[str, Any, Any]]
"""What is looked at, what akin makes of it, and what is right."""


def each(case: Case, *what: str) -> list[tuple[Any, ...] | Any]:
    """Return attributes of every paper."""
    rows = [tuple(getattr(paper, name) for name in what) for paper in case.papers]
    return [row[0] for row in rows] if len(what) == 1 else rows


def author_remarks(case: Case) -> Facts:
    """Mail addresses, groups of a book and numbers of DBLP are no names."""
    authors = {paper.sources[0].rpartition("/")[2]: paper.authors for paper in case.papers}
    yield "authors", authors.get("in.txt"), ("Ling Chen",)
    yield "authors of DBLP", authors.get("dblp.json"), ("Ann Lee", "Bo Wu")


def bibtex_crossref(case: Case) -> Facts:
    """An entry has what it inherits."""
    of = {paper.title.split(" ")[0]: (paper.year, paper.venue) for paper in case.papers}
    yield "Root hairs…", of.get("Root"), (2019, "Proceedings of the Root Conference")
    yield "Otters…", of.get("Otters"), (2011, "The River Book")


def bibtex_repeated_keywords(case: Case) -> Facts:
    """A field that comes again adds to the one before."""
    keywords = [paper.extra.get("keywords") for paper in case.papers]
    yield "keywords", keywords, [["Root hairs", "Drought", "Barley"]]


def cjk_part_of_a_title(case: Case) -> Facts:
    """Any part of a title finds it where there are no spaces."""
    for query in ("title:鲁迅", '"鲁迅"', "author:王伟", "鲁迅"):
        yield query, case.found(query), ["鲁迅的青年时代"]
    yield "画像分割", case.found("画像分割"), ["植物の根の画像分割"]


def comma_in_citation_key(case: Case) -> Facts:
    """A key is a key, whatever is in it."""
    yield "papers", len(case.papers), 3
    yield "authors", case.papers[0].authors, ("Ann B. Lee Jr", "Carl Wu")


def ebsco_copyright_notice(case: Case) -> Facts:
    """A publisher's notice is not the abstract."""
    (paper,) = case.papers
    yield "abstract ends", paper.abstract[-15:], "when it is dry."
    notice = "Copyright of Journal of Root Studies is the property" in paper.extra.get(
        "copyright", ""
    )
    yield "notice is kept", notice, True


def endnote_early_access(case: Case) -> Facts:
    """The date of early access is a date."""
    yield "year", each(case, "year"), [2022]


def enw_title_before_type(case: Case) -> Facts:
    """A tag belongs to the record that it stands in."""
    yield (
        "titles and authors",
        [(paper.title, paper.authors[0].rpartition(" ")[2]) for paper in case.papers],
        [
            ("Root hairs of barley under drought", "Lee"),
            ("Otters along two rivers", "Garcia"),
            ("Sleep of night nurses", "Smith"),
        ],
    )


def eric_nbib(case: Case) -> Facts:
    """ERIC writes MEDLINE in a way of its own."""
    yield "years", each(case, "year"), [1980, 2020]
    yield "first author", case.papers[0].authors, ("Ann Lee",)
    yield "list cut", case.papers[0].extra.get("authors_cut"), True


def exact_title_not_first(case: Case) -> Facts:
    """A whole title asks for that paper."""
    title = "Beyond barley: a critical note on Lee and Wu"
    yield "first", case.first(title), title


def json_record_with_empty_notes_lost(case: Case) -> Facts:
    """Every object is a paper or is counted."""
    records = case.report.ledger.records
    yield "records", records, 3
    yield "counted", len(case.papers) + case.report.ledger.rejected, 3
    yield "with abstract", sum(bool(paper.abstract) for paper in case.papers), 2


def latex_chemical_formulas(case: Case) -> Facts:
    """A formula is one word, however it was set."""
    for query, count in (("title:CO2", 4), ("title:TiO2", 1), ('"CO2"', 4)):
        yield query, len(case.found(query)), count
    yield "shown with _", [title for title in each(case, "title") if "_" in title], []


def lens_abstracttext_tags(case: Case) -> Facts:
    """No tags are left."""
    right = "BACKGROUND: Root hairs take up water. METHODS: We grew barley."
    yield "abstract", each(case, "abstract"), [right]


def letters_that_do_not_decompose(case: Case) -> Facts:
    """A letter is found by its plain form."""
    for query in (
        "author:Sorensen",
        "author:Lukasiewicz",
        "author:Dordevic",
        "author:Gudmundur",
        "title:Lodz",
        "title:Oresund",
        "title:oeuvre",
        '"MoS2"',
        '"full width letters"',
        '"Grosse"',
    ):
        yield query, len(case.found(query)), 1


def literal_backslash_n(case: Case) -> Facts:
    """What was escaped is not LaTeX."""
    yield (
        "abstract",
        case.papers[0].abstract,
        "Roots take up water. METHODS: We grew barley. RESULTS: Hairs were longer. End.",
    )
    yield "title", case.papers[1].title, "Café culture"
    yield "text", case.papers[1].abstract, "Readers said “yes”. More was asked."


def ovid_journals_tagged(case: Case) -> Facts:
    """Degrees and remarks are no part of names and titles."""
    yield (
        "papers",
        each(case, "title", "authors", "year", "venue", "doi"),
        [
            (
                "Root hairs of barley under drought",
                ("Ann B. Lee", "Bo Wu", "Clara Garcia"),
                2015,
                "Journal of Root Studies",
                "10.1000/jrs.2015.6",
            ),
            ("Otters along two rivers", ("Dan Smith",), 2010, "Rivers", "10.1000/riv.2010.1"),
        ],
    )


def pubmed_book_authors(case: Case) -> Facts:
    """A group is an author."""
    yield "authors", each(case, "authors"), [("Ann Lee", "Root Centre (UK)")]


def pubmed_columns_with_semicolons(case: Case) -> Facts:
    """Names between semicolons are names."""
    yield "authors", case.papers[1].authors, ("C Garcia", "D Smith")
    yield "venues", each(case, "venue"), ["J Root Stud", "Rivers"]


def ris_a1_and_au_order(case: Case) -> Facts:
    """The first author stays the first."""
    yield "authors", each(case, "authors"), [("Dan Georgi", "Leo Bell", "Avi Carm")]


def same_paper_other_transliteration(case: Case) -> Facts:
    """One paper in two writings is one."""
    yield "papers", len(case.papers), 6
    yield "records of each", {len(paper.sources) for paper in case.papers}, {2}


def service_answers(case: Case) -> Facts:
    """What services answer is read."""
    of = {paper.sources[0].rpartition("/")[2].partition(".")[0]: paper for paper in case.papers}
    yield "eric", of["eric"].year, 2023
    plos = of["plos"]
    yield (
        "plos",
        (plos.title, plos.authors, plos.doi),
        (
            "Root hairs of barley under drought",
            ("Ann Lee", "Bo Wu"),
            "10.1371/journal.pone.0000001",
        ),
    )
    lens = of["lensapi"]
    yield "lens", (lens.doi, lens.venue), ("10.1000/lens.1", "Journal of Root Studies")
    ads = of["ads"]
    yield "ads", (ads.venue, ads.arxiv_id), ("Journal of Root Studies", "2303.01234")


def shared_doi_conference_abstracts(case: Case) -> Facts:
    """A DOI that several papers share makes them not one."""
    yield (
        "papers",
        [(p.title.split(" ")[0], p.authors[0], p.abstract.split(" ")[0]) for p in case.papers],
        [
            ("Iron", "A. Lee", "Barley"),
            ("A", "B. Wu", "Otters"),
            ("Sleep", "C. Garcia", "Nurses"),
        ],
    )


def short_title_other_issue(case: Case) -> Facts:
    """Two editorials are two."""
    yield (
        "issues and pages",
        [(p.extra.get("issue"), str(p.extra.get("pages"))) for p in case.papers],
        [("1", "1"), ("4", "301")],
    )


CASES: dict[str, Callable[[Case], Facts]] = {
    "author-remarks": author_remarks,
    "bibtex-crossref": bibtex_crossref,
    "bibtex-repeated-keywords": bibtex_repeated_keywords,
    "cjk-part-of-a-title": cjk_part_of_a_title,
    "comma-in-citation-key": comma_in_citation_key,
    "ebsco-copyright-notice": ebsco_copyright_notice,
    "endnote-early-access": endnote_early_access,
    "enw-title-before-type": enw_title_before_type,
    "eric-nbib": eric_nbib,
    "exact-title-not-first": exact_title_not_first,
    "json-record-with-empty-notes-lost": json_record_with_empty_notes_lost,
    "latex-chemical-formulas": latex_chemical_formulas,
    "lens-abstracttext-tags": lens_abstracttext_tags,
    "letters-that-do-not-decompose": letters_that_do_not_decompose,
    "literal-backslash-n": literal_backslash_n,
    "ovid-journals-tagged": ovid_journals_tagged,
    "pubmed-book-authors": pubmed_book_authors,
    "pubmed-columns-with-semicolons": pubmed_columns_with_semicolons,
    "ris-a1-and-au-order": ris_a1_and_au_order,
    "same-paper-other-transliteration": same_paper_other_transliteration,
    "service-answers-eric-plos-lens-ads": service_answers,
    "shared-doi-conference-abstracts": shared_doi_conference_abstracts,
    "short-title-other-issue": short_title_other_issue,
}


def looked_into(folder: Path, encoder: Encoder) -> Facts:
    """Yield the facts of a folder; one that cannot be indexed is a fact, too."""
    if folder.name not in CASES:
        yield "right value", None, "stands in this script"
        return
    with tempfile.TemporaryDirectory() as index:
        try:
            case = indexed(folder, encoder, Path(index))
        except AkinError as error:
            yield "index", error.detail, "is built"
            return
        yield from CASES[folder.name](case)
        case.engine.close()


def indexed(folder: Path, encoder: Encoder, index: Path) -> Case:
    """Return a folder, indexed. What it holds is one corpus, but for answers of services."""
    report = rebuild([folder], IndexFolder(index), encoder, apart=_apart(folder), mapped="none")
    engine = Engine(IndexFolder(index).current(), encoder)
    return Case(list(engine.papers(Filters())), report, engine)


def _apart(folder: Path) -> tuple[str, ...]:
    # Four services tell of made-up papers under one title: here each is looked at by itself.
    return ("title",) if folder.name.startswith("service-") else ()


def main() -> None:
    """Print what is right and what is not; exit with 1 if anything is not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="has a folder for each case")
    parser.add_argument("names", nargs="*", help="only these cases")
    arguments = parser.parse_args()
    encoder = encoder_of(find_model())
    wrong = looked_at = 0
    for folder in sorted(one for one in arguments.folder.iterdir() if one.is_dir()):
        if arguments.names and folder.name not in arguments.names:
            continue
        print(folder.name)
        for what, made, right in looked_into(folder, encoder):
            looked_at += 1
            wrong += made != right
            print(f"  {'right' if made == right else 'WRONG'}  {what}: {made!r}")
            if made != right:
                print(f"         right is {right!r}")
    print(f"{looked_at - wrong} of {looked_at} right")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
