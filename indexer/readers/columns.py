"""Which column of a table holds which field of a paper, told by the names that exports give them.

Names are compared without case, spaces and punctuation: ``Pubmed Id``, ``PubMed ID`` and
``pubmed_id`` are one. Where several columns could be one field, the one named first below wins, and
row by row the next one if that is empty: Scopus has both ``Author full names`` and ``Authors``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.errors import SourceUnreadable
from indexer.sources import Document, readable

NAMEABLE = tuple(
    "title abstract authors year date venue categories doi arxiv pmid url code keywords".split()
)
"""Fields whose column the user can name."""

HEADER_WITHIN = 20
"""Rows at the top of a table among which its header lies; exports put notices above it."""

_NAMES = """
title: articletitle documenttitle itemtitle title titles primarytitle papertitle ti t1 displayname
abstract: abstract abstracts abstractnote abstracttext notesabstract ab n2 summary summaries
authors: authorfullnames authorsfullnames authors author authornames authorname authorlist
authors: authorshipsauthordisplayname firstauthors creators creator af au a1 bookauthors firstauthor
year: year publicationyear pubyear publishedyear yearpublished yearofpublication py
date: publicationdate datepublished publisheddate pubdate issuedate originalpaperdate onlinedate
date: coverdate dateofpublication date published publishedonline publicationdateonline
date: publicationdateprint pd da y1
month: month publishedmonth
day: day publishedday
venue: sourcetitle publicationtitle journal journaltitle journalname journalbook publicationname
venue: containertitle pubtitle publication booktitle venue venuename conference conferencejournal
venue: primarylocationsourcedisplayname hostvenuedisplayname sourcename secondarytitle
venue: anthologytitle bookseriestitle jo jf t2 journalref
categories: categories category primarycategory woscategories subjectcategories subjectareas
categories: fieldsofstudy terms
doi: doi itemdoi originalpaperdoi doiurl doilink idsdoi di
arxiv: arxivid arxiv arxivnumber arxivurl
pmid: pmid pubmedid originalpaperpubmedid pubmed idspmid
pmcid: pmcid pubmedcentralid idspmcid pmcreferencenumber
openreview: openreview openreviewid
acl: acl aclid anthologyid
url: ee url urls link links pdflink openurllink articleurl externalurl sourceurls sourceurl
url: permalink plink documenturl primarylocationlandingpageurl landingpageurl sourcelinkout
url: paperurl fulltexturl dimensionsurl doilink pdfurl entryid ur id
code: code hascode codeurl codelink codeurls github githuburl
keywords: authorkeywords keywords keyword manualtags ieeeterms indexkeywords subjectterms kw
volume: volume journalvolume vol bibliovolume vl
issue: issue journalissue issuenumber issueno number biblioissue
pages: pages pagination pagerange page pagenumbers
first_page: startpage pagestart firstpage bibliofirstpage spage
last_page: endpage pageend lastpage bibliolastpage epage
article_number: artno articlenumber articleno
publisher: publisher publishername
issn: issn issns eissn
isbn: isbn isbns
type: documenttype itemtype articletype contenttype doctype typeofreference referencetype type
type: publicationtype documentidentifier
language: language languageoforiginaldocument lang
editors: editors editor secondaryauthors bookeditors
note: note notes
"""


def _ranked(names: str) -> dict[str, dict[str, int]]:
    ranks: dict[str, dict[str, int]] = {}
    for line in names.strip().split("\n"):
        field, _, listed = line.partition(": ")
        of_field = ranks.setdefault(field, {})
        for name in listed.split():
            of_field.setdefault(name, len(of_field))
    return ranks


_PREFERRED = _ranked(_NAMES)
_ALL = frozenset(name for ranks in _PREFERRED.values() for name in ranks)
_LONGEST_NAME = 40
_ONLY_IF_ALONE = {"venue": "source"}
"""Embase and Google Scholar name the journal so, Scopus itself."""

_LEFT_OUT = frozenset("references citedreferences referencelist crossreferences".split())
_OF_AKIN_ALONE = frozenset("akinid rank score".split())

# The header of Web of Science's tab-delimited files, in the words of its spreadsheets.
_WOS_TAGS = dict(
    pair.split("=")
    for pair in (
        "PT=Publication Type;AU=Authors;BA=Book Authors;BE=Book Editors;GP=Book Group Authors;"
        "AF=Author Full Names;BF=Book Author Full Names;CA=Group Authors;TI=Article Title;"
        "SO=Source Title;SE=Book Series Title;BS=Book Series Subtitle;LA=Language;DT=Document Type;"
        "CT=Conference Title;CY=Conference Date;CL=Conference Location;SP=Conference Sponsor;"
        "HO=Conference Host;DE=Author Keywords;ID=Keywords Plus;AB=Abstract;C1=Addresses;"
        "C3=Affiliations;RP=Reprint Addresses;EM=Email Addresses;RI=Researcher Ids;OI=ORCIDs;"
        "FU=Funding Orgs;FP=Funding Name Preferred;FX=Funding Text;CR=Cited References;"
        "NR=Cited Reference Count;TC=Times Cited, WoS Core;Z9=Times Cited, All Databases;"
        "U1=180 Day Usage Count;U2=Since 2013 Usage Count;PU=Publisher;PI=Publisher City;"
        "PA=Publisher Address;SN=ISSN;EI=eISSN;BN=ISBN;J9=Journal Abbreviation;"
        "JI=Journal ISO Abbreviation;PD=Publication Date;PY=Publication Year;VL=Volume;IS=Issue;"
        "PN=Part Number;SU=Supplement;SI=Special Issue;MA=Meeting Abstract;BP=Start Page;"
        "EP=End Page;AR=Article Number;DI=DOI;DL=DOI Link;D2=Book DOI;EA=Early Access Date;"
        "PG=Number of Pages;WC=WoS Categories;WE=Web of Science Index;SC=Research Areas;"
        "GA=IDS Number;PM=Pubmed Id;OA=Open Access Designations;HC=Highly Cited Status;"
        "HP=Hot Paper Status;DA=Date of Export;UT=UT (Unique WOS ID)"
    ).split(";")
)
_WOS_ALWAYS = {"PT", "AU", "TI", "SO"}

_NO_MATTER = re.compile(r"[\s_\-./():#\ufeff\0]+")
_FUNDING = re.compile(r"fundingtext\d+")
_EID = re.compile(r"2-s2\.0-\d+")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table.

    Attributes:
        names: as written, of Web of Science's tags the words.
        fields: the positions of the columns that hold a field, the preferred one first.
        extra: what each column is called in a paper's ``extra``; ``""`` where it goes nowhere.
        folded: the names without case, spaces and punctuation.
    """

    names: tuple[str, ...]
    fields: Mapping[str, tuple[int, ...]]
    extra: tuple[str, ...]
    folded: tuple[str, ...]

    def heads_a_table(self, widest_above: int, sure: bool) -> bool:
        """Tell whether these are a table's header, not words of a text or of another table.

        Args:
            widest_above: how many cells the rows above have; 0 if there is none.
            sure: whether this is a table for other reasons (the suffix, a spreadsheet).
        """
        width = sum(bool(name) for name in self.folded)
        if width < 2 and not (sure and widest_above == 0):
            return False
        return self.known() >= 2 - sure + (width <= widest_above)

    def known(self) -> int:
        """Return how many columns hold a field."""
        return len({i for positions in self.fields.values() for i in positions})

    def again(self, cells: Sequence[str], named: Mapping[str, str]) -> Columns | None:
        """Return the columns of a row that is a header itself, as where files were put together."""
        first = (self.fields.get("title") or self.fields["abstract"])[0]
        if first >= len(cells) or len(cells[first]) > _LONGEST_NAME:
            return None
        if _folded(cells[first]) not in _ALL:
            return None
        found = columns_of(cells, named)
        return found if found and (found.folded == self.folded or found.known() > 2) else None

    def has(self, *folded: str) -> bool:
        """Tell whether the table has all of these columns: an exporter's mark."""
        return set(folded) <= set(self.folded)

    def realigned(self, cells: list[str]) -> list[str] | None:
        """Return the cells of a row of Scopus that has more of them than the header.

        Scopus names one column ``Funding Text 1`` and writes as many as a paper has. That this is
        the reason shows by the last column, ``EID``, whose values are unmistakable.
        """
        surplus = len(cells) - len(self.names)
        funding = [i for i, name in enumerate(self.folded) if _FUNDING.fullmatch(name)]
        if surplus <= 0 or not funding or "eid" not in self.folded:
            return None
        last = funding[-1]
        texts = [text for text in cells[last : last + surplus + 1] if text]
        fitting = [*cells[:last], "\n".join(texts), *cells[last + surplus + 1 :]]
        return fitting if _EID.fullmatch(fitting[self.folded.index("eid")]) else None


def columns_of(cells: Sequence[str], named: Mapping[str, str]) -> Columns | None:
    """Return the columns that a row of names heads, ``None`` if it heads no table of papers.

    Args:
        cells: of the row.
        named: which column holds which field, where the user says so.

    Returns:
        ``None`` if none holds a title or an abstract, or one that the user named is not there.
    """
    written = tuple(" ".join(readable(cell).strip("\ufeff\0").split()) for cell in cells)
    of_wos = set(written) >= _WOS_ALWAYS
    names = tuple(_WOS_TAGS.get(name, name) for name in written) if of_wos else written
    folded = tuple(map(_folded, names))
    chosen: dict[str, int] = {}
    for field, name in named.items():
        position = _position(name, written, names, folded)
        if position is None:
            return None
        chosen[field] = position
    fields: dict[str, tuple[int, ...]] = {field: (position,) for field, position in chosen.items()}
    for field, ranks in _PREFERRED.items():
        if field not in chosen:
            found = [i for i, n in enumerate(folded) if n in ranks and i not in chosen.values()]
            alone = _ONLY_IF_ALONE.get(field)
            if not found and alone in folded and folded.index(alone) not in chosen.values():
                found = [folded.index(alone)]
            if found:
                fields[field] = tuple(sorted(found, key=lambda i: ranks.get(folded[i], 0)))
    if "title" not in fields and "abstract" not in fields:
        return None
    return Columns(names, fields, _extra_names(names, folded), folded)


def not_there(document: Document, cells: Sequence[str]) -> SourceUnreadable:
    """Return the error of a table that lacks a column that the user named.

    Args:
        document: the table.
        cells: the row that comes closest to a header.
    """
    written = tuple(" ".join(readable(cell).strip("\ufeff\0").split()) for cell in cells)
    folded = tuple(map(_folded, written))
    missing = [
        f"{name!r} ({field})"
        for field, name in document.columns.items()
        if _position(name, written, written, folded) is None
    ]
    there = ", ".join(repr(name) for name in written if name) or "none"
    what = f"no column {' and no column '.join(missing)}" if missing else "no column of titles"
    return SourceUnreadable(
        f"{document.path}: {what}. The columns there are: {there}", file=str(document.path)
    )


def _folded(name: str) -> str:
    return _NO_MATTER.sub("", name).casefold()


def _position(name: str, *spellings: Sequence[str]) -> int | None:
    """Return where a named column is: spelled exactly so, or else but for case and punctuation."""
    for spelling in spellings[:-1]:
        if name in spelling:
            return spelling.index(name)
    folded = _folded(name)
    return spellings[-1].index(folded) if folded and folded in spellings[-1] else None


def _extra_names(names: Sequence[str], folded: Sequence[str]) -> tuple[str, ...]:
    given: dict[str, int] = {}
    listed = []
    for number, (name, short) in enumerate(zip(names, folded, strict=True), start=1):
        if short in _LEFT_OUT or (short in _OF_AKIN_ALONE and "akinid" in folded):
            listed.append("")
            continue
        key = "_".join(name.lower().split()) or f"column_{number}"
        given[key] = given.get(key, 0) + 1
        listed.append(key if given[key] == 1 else f"{key}_{given[key]}")
    return tuple(listed)
