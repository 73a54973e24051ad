"""What kind of publication a paper is: every format asks, few sources say it in the same words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.paper import Paper
from search_api.exports.listed import as_text


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of publication as the formats call it.

    Attributes:
        bibtex: the entry's type.
        venue_field: of BibTeX, that names where it appeared.
        ris: of the line ``TY``.
        csl: the item's ``type``.
    """

    bibtex: str
    venue_field: str
    ris: str
    csl: str


ARTICLE = Kind("article", "journal", "JOUR", "article-journal")
CONFERENCE = Kind("inproceedings", "booktitle", "CONF", "paper-conference")
BOOK = Kind("book", "journal", "BOOK", "book")
CHAPTER = Kind("incollection", "booktitle", "CHAP", "chapter")
THESIS = Kind("phdthesis", "school", "THES", "thesis")
REPORT = Kind("techreport", "institution", "RPRT", "report")
PREPRINT = Kind("misc", "journal", "UNPB", "article")
OTHER = Kind("misc", "journal", "GEN", "document")

# Words of what sources call a type; of several the first listed here decides.
_STATED = {
    **dict.fromkeys("preprint posted postedcontent unpublished unpb manuscript".split(), PREPRINT),
    **dict.fromkeys("thesis thes phdthesis mastersthesis dissertation".split(), THESIS),
    **dict.fromkeys("chapter chap echap incollection inbook section booksection".split(), CHAPTER),
    **dict.fromkeys(
        "inproceedings proceedings conference conf cpaper workshop".split(), CONFERENCE
    ),
    **dict.fromkeys("report rprt techreport".split(), REPORT),
    **dict.fromkeys("journal jour ejour review magazine mgzn letter editorial".split(), ARTICLE),
    **dict.fromkeys("book ebook edbook monograph".split(), BOOK),
    **dict.fromkeys("dataset data software comp webpage elec generic gen misc".split(), OTHER),
}
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_PREPRINTS = re.compile(r"arxiv|corr\b|\w+rxiv|ssrn|research square|preprint", re.IGNORECASE)
_CONFERENCES = re.compile(
    r"\b(?:proceedings|proc\.|conference|conf\.|workshops?|symposium|congress)(?!\w)", re.IGNORECASE
)
_ACL_JOURNALS = re.compile(r"[JQ]\d|\d{4}\.(?:ta)?cl-")
_ACRONYM_AND_YEAR = re.compile(r"[A-Z][\w/&-]*[A-Z][\w/&-]*[ '’]+(?:19|20)?\d\d\b")
_ACRONYMS = frozenset(
    "3DV AAAI ACL AISTATS COLING COLM CoRL CVPR ECCV EMNLP ICASSP ICCV ICLR ICML ICRA IJCAI IROS "
    "KDD NAACL NIPS NeurIPS SIGGRAPH SIGIR UAI WACV WWW".split()
)


def kind_of(paper: Paper) -> Kind:
    """Return the kind that the paper's type states, else the one that its venue suggests.

    ``article`` alone says little: it is a journal's to BibTeX, and a preprint to CSL.
    """
    words = {word.lower() for word in _WORDS.findall(as_text(paper.extra.get("type")))}
    words |= {word.removesuffix("s") for word in words}  # IEEE Conferences
    stated = (kind for word, kind in _STATED.items() if word in words)
    return next(stated, None) or _suggested(paper)


def _suggested(paper: Paper) -> Kind:
    venue, extra = paper.venue or "", paper.extra
    if acl := as_text(extra.get("acl")):
        return ARTICLE if _ACL_JOURNALS.match(acl) else CONFERENCE
    if not venue:
        return PREPRINT if paper.arxiv_id else OTHER
    if _PREPRINTS.match(venue):
        return PREPRINT
    if extra.get("volume") and extra.get("issue"):
        return ARTICLE  # whatever it is called: Proceedings of the IEEE
    named = venue in _ACRONYMS or _ACRONYM_AND_YEAR.match(venue) or _CONFERENCES.search(venue)
    return CONFERENCE if named else ARTICLE
