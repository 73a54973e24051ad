"""What RIS writes differently from database to database: identifiers, dates, issues, notes."""

from __future__ import annotations

import re

from indexer.cleaning.dates import is_date, parse_date
from indexer.cleaning.identity import identifier, identifiers_in
from indexer.cleaning.text import clean
from indexer.readers import tagged_values
from indexer.readers.own import is_place
from indexer.readers.tagged import Entry

_SLASHED = re.compile(r"(\d{4})/(\d*)/?(\d*)/?(.*)")
_PUBMED = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)
_PMID = re.compile(
    r"^(?:pmid|pubmed|medline):?\s*(\d{1,8})\b|PMID: NLM(\d{1,8})\b|^(\d{1,8})\[pmid\]",
    re.IGNORECASE,
)
_PMCID = re.compile(r"(?:^|/)(PMC\d{3,9})\b", re.IGNORECASE | re.MULTILINE)
_OF_ANOTHER = re.compile(r"comment|erratum|retract|update|correct", re.IGNORECASE)
_NOTHING = frozenset(("nan", "undefined"))
_A_FEW = 10  # values of M1, or characters of an issue: more values are what a paper cites (Ovid)

LINKS = ("UR", "L2", "LK", "L1", "L3", "L4")
"""Tags that hold links, the one that leads to the paper first."""


def identifiers(entry: Entry) -> dict[str, str]:
    """Return the identifiers, wherever they stand."""
    links = "\n".join(entry.values(*LINKS))
    found = identifiers_in(links) if links else {}
    found.pop("doi", None)  # a resolver's link goes on behind it
    if pmid := _pmid(entry):
        found["pmid"] = pmid
    if pmcid := _PMCID.search("\n".join([*entry.values("PMC", "PMCID", "AN", "C2"), links])):
        found["pmcid"] = pmcid[1].upper()
    stated = entry.distinct("DO")
    doi = next((one for one in stated if identifier("doi", one)), "")
    if not doi:
        notes = [n for n in entry.lines("N1") if "doi" in n.lower() and not _OF_ANOTHER.search(n)]
        elsewhere = [*entry.values("M3", "L3", "UR", "ID", "L2", "L1", "LK"), *notes]
        doi = next(filter(None, map(tagged_values.doi_within, elsewhere)), " ".join(stated))
    return found | ({"doi": doi} if doi else {})


def _pmid(entry: Entry) -> str:
    """Return PubMed's number: marked as such, or a bare number where that database's ones stand."""
    databases = " ".join(entry.values("DB", "DP"))
    tags = ["PMID"]
    if _PUBMED.search(databases):
        tags += ["AN", "C5"]
    elif "Scopus" in databases:
        tags += ["C2"]
    marked = (
        m for value in entry.values("AN", "C2", "C3", "U1", "N1") if (m := _PMID.search(value))
    )
    bare = (number for number in entry.values(*tags) if number.isdecimal())
    return next(bare, "") or next((m[1] or m[2] or m[3] for m in marked), "")


def date(entry: Entry) -> tuple[str, str]:
    """Return the date that tells most, and the year."""
    years = [_plain_date(one) for one in entry.distinct("PY", "Y1", "YR")]
    year = next((one for one in years if parse_date(one)[0]), years[0] if years else "")
    number = parse_date(year)[0]
    dated = entry.distinct("DA", "Y1", "PY")
    if number is None and not any(parse_date(_plain_date(one))[0] for one in dated):
        dated = [*early_access(entry, "EA", "C6", "ET"), *dated]
    dates = [tagged_values.with_year(_plain_date(one), str(number or "")) for one in dated]
    full = (one for one in dates if (day := parse_date(one))[1] and number in (None, day[0]))
    bare = year if number is None else str(number)
    return next(full, "") or next((one for one in dates if one != bare), ""), year


def early_access(entry: Entry, *tags: str) -> list[str]:
    """Return when an article came online before its issue, which is all that some say of a date.

    Args:
        entry: its record.
        tags: that hold it, if they hold nothing but a date: ``FEB 2022``, not ``2nd ed. 2022``.
    """
    return [one for one in entry.distinct(*tags) if is_date(one)]


def _plain_date(stated: str) -> str:
    """Return ``2009/05`` of ``2009/05//``, ``2009 Spring`` of ``2009///Spring``."""
    match = _SLASHED.fullmatch(stated)
    if match is None:
        return stated
    *numbers, more = match.groups()
    return f"{'/'.join(filter(None, numbers))} {'' if more in _NOTHING else more}".strip()


def edition(entry: Entry) -> dict[str, str]:
    """Return the edition, or what EndNote has in its place for articles: when one came online."""
    stated = entry.text("ET")
    return {"epub_date" if early_access(entry, "ET") else "edition": stated}


def pages(entry: Entry) -> str:
    """Return the pages, but for Ovid's ``No Pagination Specified``."""
    stated = tagged_values.page_range(entry.text("SP"), entry.text("EP"))
    return "" if stated == "No-Specified" else stated


def issue(entry: Entry) -> dict[str, object]:
    """Return the issue, which old exports have in M1, and what else stands there."""
    issues, misc = entry.distinct("IS", "CP"), entry.distinct("M1")
    if not issues and len(misc) == 1 and len(misc[0]) < _A_FEW:
        return {"issue": misc[0]}
    return {"issue": ", ".join(issues), "misc": misc if len(misc) < _A_FEW else []}


def notes(entry: Entry) -> str:
    """Return the notes, without the list of what a paper cites and the rank that akin noted."""
    kept = [n for n in entry.values("N1") if not (n.startswith("References:") or is_place(n))]
    # Zotero's are XHTML, which has no place between semicolons.
    shown = [clean(note) if note.startswith("<") else note for note in kept]
    return "; ".join(line for note in shown for line in note.split("\n") if line)
