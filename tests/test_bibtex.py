r"""BibTeX: what each exporter writes comes out clean, and what is broken is told, alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.names import Name
from indexer.documents import Document, Line
from indexer.paper import Paper, Record, Rejection
from indexer.readers import bibtex
from indexer.readers.bibtex_blocks import LONGEST_BLOCK, blocks
from indexer.readers.bibtex_entry import restored, set_aside
from indexer.readers.bibtex_text import names, plain, verbatim

SCOPUS = """\
Scopus
EXPORT DATE: 3 May 2024

@ARTICLE{Lee2023101,
\tauthor = {Lee, Ann and García Márquez, Gabriel},
\ttitle = {Sampling – a review},
\tyear = {2023},
\tjournal = {Journal of Sampling},
\tvolume = {7},
\tnumber = {2},
\tpages = {101 – 120},
\tdoi = {10.1000/js.2023.7},
\turl = {https://www.scopus.com/inward/record.uri?eid=2-s2.0-1&doi=10.1000%2fjs.2023.7},
\taffiliations = {Institute A, Oslo, Norway; Institute B, Lima, Peru},
\tabstract = {We review sampling, from "0" to >90 %. © 2023 Elsevier B.V. All rights reserved.},
\tauthor_keywords = {Sampling; Review},
\tkeywords = {Statistics; sampling; R&D},
\tissn = {12345678},
\tlanguage = {English},
\ttype = {Review},
\tpublication_stage = {Final},
\tsource = {Scopus},
\tnote = {Cited by: 3}
}@CONFERENCE{A D2023,
\tauthor = {Lee, Ann},
\ttitle = {A key with a space, behind a brace},
\tyear = {2023}
}
"""

WEB_OF_SCIENCE = r"""
@article{ ISI:000000000000001,
Author = {Hill, Alison E. and Diaz, V and Carey, JR},
Title = {{Parasites \& hosts: the ``vicious
   circle{''} in 5\% of {\"U}ber-hosts}},
Journal = {{JOURNAL OF PARASITES}},
Year = {{2017}},
Volume = {{60}},
Pages = {{1-U12}},
Month = {{DEC 31}},
Abstract = {{Adaptive short-
   and long-term responses. (C) 2017 Elsevier
   B.V. All rights reserved.}},
DOI = {{10.1000/JP.1}},
Keywords = {{hosts; short- and
   long-term}},
Keywords-Plus = {{HOSTS; R \& D}},
Editor = {{Becard, G}},
Web-of-Science-Categories  = {{Ecology; Zoology}},
Times-Cited = {{12}},
Cited-References = {{Bass T, 2007, J GERONTOL, V62.
   Chapman T, 1996, P ROY SOC, V263.}},
Unique-ID = {{ISI:000000000000001}},
}

@article{ ,
Title = {{No key}},
Year = {{2018}},
Month = {{MAY-JUN}},
}
"""

ACL = r"""
@inproceedings{lee-etal-2019-first,
    title = "{FIRST}: Pre-training of $\alpha$-Things in {C}hinese",
    author = "Lee, Ann  and
      van der Berg, Jan  and
      {OpenAI}  and
      others",
    booktitle = conf # " 2019",
    month = jun,
    year = "2019",
    publisher = "Association for Things",
    url = "https://aclanthology.org/N19-9999/",
    pages = "4171--4186",
    abstract = "We \emph{introduce} FIRST (github.com/a/first)."
}
"""


def read_text(folder: Path, text: str) -> list[Record | Rejection]:
    path = folder / "papers.bib"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return list(bibtex.read(Document(path, "papers.bib", given=True)))


def papers(folder: Path, text: str) -> list[Paper]:
    found = read_text(folder, text)
    assert all(isinstance(one, Record) for one in found), found
    return [one.paper for one in found if isinstance(one, Record)]


def paper(folder: Path, fields: str) -> Paper:
    (found,) = papers(folder, f"@article{{key,\n{fields}\n}}")
    return found


def told(found: list[Record | Rejection]) -> list[tuple[int, str]]:
    """Line and title of what was read, line and reason of what was not."""
    return [(one.line, one.paper.title if isinstance(one, Record) else one.reason) for one in found]


def test_scopus(tmp_path):
    """Its two first lines are no record; keys have spaces, entries follow a brace at once."""
    assert papers(tmp_path, SCOPUS) == [
        Paper(
            id="doi:10.1000/js.2023.7",
            title="Sampling – a review",
            abstract='We review sampling, from "0" to >90 %.',
            authors=("Ann Lee", "Gabriel García Márquez"),
            year=2023,
            venue="Journal of Sampling",
            doi="10.1000/js.2023.7",
            url="https://www.scopus.com/inward/record.uri?eid=2-s2.0-1&doi=10.1000%2fjs.2023.7",
            sources=("papers.bib",),
            extra={
                "type": "article",
                "citation_key": "Lee2023101",
                "keywords": ["Sampling", "Review", "Statistics", "R&D"],
                "volume": "7",
                "issue": "2",
                "pages": "101-120",
                "affiliations": "Institute A, Oslo, Norway; Institute B, Lima, Peru",
                "issn": "12345678",
                "language": "English",
                "document_type": "Review",
                "publication_stage": "Final",
                "source": "Scopus",
                "printed_note": "Cited by: 3",
                "copyright": "© 2023 Elsevier B.V. All rights reserved.",
                "family_names": {"Gabriel García Márquez": "García Márquez"},
            },
        ),
        Paper(
            id="akin:ac4da9ac7a991399",
            title="A key with a space, behind a brace",
            authors=("Ann Lee",),
            year=2023,
            sources=("papers.bib",),
            extra={"type": "conference", "citation_key": "A D2023", "abstract_missing": True},
        ),
    ]


def test_web_of_science(tmp_path):
    """Keys are empty, braces come twice, a line's end is a space; references are left out."""
    first, second = papers(tmp_path, WEB_OF_SCIENCE)
    assert first == Paper(
        id="doi:10.1000/jp.1",
        title="Parasites & hosts: the “vicious circle” in 5% of Über-hosts",
        abstract="Adaptive short- and long-term responses.",
        authors=("Alison E. Hill", "V Diaz", "JR Carey"),
        year=2017,
        date="2017-12-31",
        venue="JOURNAL OF PARASITES",
        doi="10.1000/jp.1",
        sources=("papers.bib",),
        extra={
            "type": "article",
            "citation_key": "ISI:000000000000001",
            "keywords": ["hosts", "short- and long-term", "R & D"],
            "editors": ["G Becard"],
            "volume": "60",
            "pages": "1-U12",
            "web_of_science_categories": "Ecology; Zoology",
            "times_cited": "12",
            "unique_id": "ISI:000000000000001",
            "copyright": "(C) 2017 Elsevier B.V. All rights reserved.",
        },
    )
    assert (second.title, second.year, second.date) == ("No key", 2018, None)
    assert second.extra == {
        "type": "article",
        "date_stated": "2018 MAY-JUN",
        "abstract_missing": True,
    }


def test_macros_and_latex(tmp_path):
    """Macros, months and ``#`` are resolved, protecting braces dropped, formulas read."""
    macros = '@string{Conf = "Proceedings of Things"}\n@preamble{"\\newcommand{\\x}{}"}\n'
    assert papers(tmp_path, macros + ACL) == [
        Paper(
            id="acl:N19-9999",
            title="FIRST: Pre-training of α-Things in Chinese",
            abstract="We introduce FIRST (github.com/a/first).",
            authors=("Ann Lee", "Jan van der Berg", "OpenAI"),
            year=2019,
            venue="Proceedings of Things 2019",
            url="https://aclanthology.org/N19-9999/",
            code=True,
            sources=("papers.bib",),
            extra={
                "type": "inproceedings",
                "citation_key": "lee-etal-2019-first",
                "publisher": "Association for Things",
                "pages": "4171-4186",
                "authors_cut": True,
                "date_stated": "2019 Jun",
                "acl": "N19-9999",
            },
        )
    ]


ARXIV = {
    "eprint={2101.00001}, archivePrefix={arXiv}, primaryClass={cs.CL}": "2101.00001",
    "eprint = {math/0309136}, eprinttype = {arxiv}": "math/0309136",
    "eprint = {2101.00001v2}": "2101.00001",
    "arxivId = {2101.00001}": "2101.00001",
    "journal={arXiv preprint arXiv:2101.00001}": "2101.00001",
    "journal = {CoRR}, volume = {abs/2101.00001}": "2101.00001",
    "note = {arXiv:2101.00001 [cs.CL]}": "2101.00001",
    "howpublished = {\\url{https://arxiv.org/abs/2101.00001}}": "2101.00001",
    "doi = {10.48550/arXiv.2101.00001}": "2101.00001",
    "note = {A comment on arXiv:2101.00001}": None,
    "eprint = {12345}, eprinttype = {jstor}": None,
}


@pytest.mark.parametrize(("fields", "arxiv_id"), ARXIV.items())
def test_arxiv_ids(tmp_path, fields, arxiv_id):
    """arXiv ids are found wherever exporters put them, but not where another paper's may stand."""
    assert paper(tmp_path, f"title = {{T}}, {fields}").arxiv_id == arxiv_id


def test_what_is_no_arxiv_id_is_kept(tmp_path):
    """Eprints of PubMed are its numbers; those of other archives, and notes, stay as stated."""
    found = paper(tmp_path, "title={T}, eprint={123}, eprinttype={PubMed}, primaryclass={cs.CL}")
    assert (found.id, found.categories) == ("pmid:123", ("cs.CL",))
    found = paper(tmp_path, "title={T}, eprint={12345}, eprinttype={jstor}, pmcid={PMC12}")
    assert found.extra == {
        "type": "article",
        "citation_key": "key",
        "eprint": "12345",
        "eprinttype": "jstor",
        "pmcid": "PMC12",
        "abstract_missing": True,
    }


DATES = {
    "year = 2019": (2019, None, None),
    "year = {2019}, month = {12}": (2019, None, "2019-12"),
    "year = {2019}, month = 2, day = 7": (2019, "2019-02-07", None),
    'year = 2019, month = "Mar", day = "01"': (2019, "2019-03-01", None),
    "year = 2019, month = {\\#dec\\#}": (2019, None, "2019 dec"),
    'year = 2019, month = oct # "~10"': (2019, "2019-10-10", None),
    "date = {2019-05-03}, year = {2019}": (2019, "2019-05-03", None),
    "date = {2019-05}": (2019, None, "2019-05"),
    "date = {2019}, month = {5}": (2019, None, "2019-05"),
    "date = {2018-05-03}, year = {2019}": (2019, None, "2018-05-03"),
    "year = {in press}": (None, None, None),
}


@pytest.mark.parametrize(("fields", "stated"), DATES.items())
def test_dates(tmp_path, fields, stated):
    """Year, month and day come together from three fields, or from one; what is less is kept."""
    found = paper(tmp_path, f"title = {{T}}, {fields}")
    assert (found.year, found.date, found.extra.get("date_stated")) == stated


VALUES = {
    "{Plain}": "Plain",
    "{{Twice}}": "Twice",
    "{The {DNA} of {{B}}irds}": "The DNA of Birds",
    '"In quotes, with {braces} and {"}quotes{"}"': 'In quotes, with braces and "quotes"',
    '"A "new" method"': 'A "new" method',
    '"One" # { two} # " three"': "One two three",
    "{a = b, c @ d \\& e}": "a = b, c @ d & e",
    "{G{\\\"o}del, \\'{E}va, \\o re, Stra{\\ss}e, \\c{c}a}": "Gödel, Éva, øre, Straße, ça",
    "{$\\alpha$ of {DNA}}": "α of DNA",
    "{From $5 to $10 for {DNA}}": "From $5 to $10 for DNA",
    "{Figure~2, et al.\\ 10~mm, 5~10}": "Figure 2, et al. 10 mm, 5~10",
    "{Paris--Brest --- `a' ``b'' AL-->CR}": "Paris–Brest — `a' “b” AL-->CR",
    "{100\\% of R\\&D\\_x}": "100% of R&D_x",
    "{R$\\backslash$'enyi {\\&} {\\$}x{\\^{}}2{\\$}}": "Rényi & x²",
    "{A {\\textless}i{\\textgreater}new{\\textless}/i{\\textgreater} {\\%}}": "A new %",
    "{A break \\\\}": "A break",
    "{\\textbf{Bold {B}}}": "Bold B",
    "unbraced": "unbraced",
    "Several words": "Several words",
    "{line\n@misc at its beginning}": "line @misc at its beginning",
    "{Zürich ﬁts}": "Zürich fits",
}


@pytest.mark.parametrize(("value", "title"), VALUES.items())
def test_values(tmp_path, value, title):
    """Quotes, braces, escapes and accents are the container's or LaTeX; what is prose stays."""
    found = paper(tmp_path, f"title = {value},\nyear = 2001")
    assert (found.title, found.year) == (title, 2001)


NAMES = {
    "Lee, Ann and Li, Wei": ([Name("Lee", "Ann"), Name("Li", "Wei")], False),
    "Ann Lee AND Wei Li and others": ([Name("Lee", "Ann"), Name("Li", "Wei")], True),
    "van der Berg, Jan and et al.": ([Name("van der Berg", "Jan")], True),
    "{World Health Organization} and Lee, Ann": (
        [Name("World Health Organization"), Name("Lee", "Ann")],
        False,
    ),
    "{Barnes and Noble, Inc.}": ([Name("Barnes and Noble, Inc.")], False),
    "{Lee, Ann and Li, Wei}": ([Name("Lee", "Ann"), Name("Li", "Wei")], False),
    "Jan {van den Berg}": ([Name("van den Berg", "Jan")], False),
    "{van den Berg}, Jan": ([Name("van den Berg", "Jan")], False),
    "Erd{\\H o}s, Paul and {\\'E}va Szab\\'{o}": (
        [Name("Erdős", "Paul"), Name("Szabó", "Éva")],
        False,
    ),
    "King, Jr., Martin Luther": ([Name("King Jr.", "Martin Luther")], False),
    "Carey, JR and Diaz, V": ([Name("Carey", "JR"), Name("Diaz", "V")], False),
    "Lee, A.; Li, W.": ([Name("Lee", "A."), Name("Li", "W.")], False),
    "family=Berg, given=Jan, prefix=van den": ([Name("van den Berg", "Jan")], False),
    "": ([], False),
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items())
def test_names(text, expected):
    """``and`` parts names where it is not in braces; braces make an organisation, or one part."""
    assert names(text) == expected


def test_the_rest(tmp_path):
    """Every other field is kept under a common name or its own; of two both, numbered."""
    found = paper(
        tmp_path,
        r"""
        Title = {}, title = {First}, TITLE = {Second}, subtitle = {A Start},
        doi = {10.1000/978-3{\_}1}, url = {https://x.org/\~{}a\_b?c=1\&d=2; https://x.org/2},
        note = {Best \emph{paper}}, school = {A University}, series = {Notes}, number = 3,
        file = {:C\:\\papers\\a_b.pdf:PDF}, crossref = {other}, references = {A. B. C.},
        editor = {Lee, Ann and Li, Wei}, keywords = {a, B, {b}}, langid = {german},
        % pages = {7},
        funding_text 1 = {Thanks},
        """,
    )
    assert found == Paper(
        id="doi:10.1000/978-3_1",
        title="First: A Start",
        venue="Notes",
        doi="10.1000/978-3_1",
        url="https://x.org/~a_b?c=1&d=2",
        sources=("papers.bib",),
        extra={
            "type": "article",
            "citation_key": "key",
            "keywords": ["a", "B"],
            "editors": ["Ann Lee", "Wei Li"],
            "more_links": ["https://x.org/2"],
            "printed_note": "Best paper",
            "school": "A University",
            "issue": "3",
            "file": ":C:/papers/a_b.pdf:PDF",
            "crossref": "other",
            "crossref_missing": ["other"],
            "title_2": "Second",
            "funding_text_1": "Thanks",
            "language": "german",
            "abstract_missing": True,
        },
    )


def test_what_is_no_entry_is_passed_over(tmp_path):
    """Comments of every kind, preambles and prose hold no record; an entry after them does."""
    text = """\ufeff% Encoding: UTF-8
% @article{a, title = {Commented out}}
Write to me@home (office) or a@b{c}, x = 1.
@comment{jabref-meta: databaseType:bibtex;}
@Comment{jabref-meta: grouping:
0 AllEntriesGroup:\\;
1 KeywordGroup:x\\;0\\;}
@PREAMBLE ( "\\newcommand{\\x}{)}" )
 @article {a, title = {First}} \ufeff@misc(b, title = "(Second)")@misc{c,title={Third}},
"""
    assert told(read_text(tmp_path, text)) == [(9, "First"), (9, "(Second)"), (9, "Third")]


def test_line_ends_and_encodings(tmp_path):
    """Any line end counts as one line; what is not UTF-8 is Windows-1252."""
    text = "@misc{a,\r\ntitle = {A}}\r\n@misc{b, title = {B\udce9}}\r@misc{c, title = {C}}"
    assert told(read_text(tmp_path, text)) == [(1, "A"), (3, "Bé"), (4, "C")]


BROKEN = {
    "@misc{a, title = {Open {brace}, year = {2000}\n}\n": "never closed: still open at line 5",
    '@misc{a, title = "Open quote, year = {2000}\n}\n': (
        "ends within a value, as where a quotation mark is missing"
    ),
    "@misc{a, title = {A}},\n  abstract = {B},\n}": (
        "a brace too many: 'abstract = {B},' lies behind its end"
    ),
    "@misc{a, title = {A} {B}\n\n}": "title: '{B}' behind the end of its value",
    "@misc{a, title = {A}, and nothing\n\n}": (
        "Expected a `=` after entry key `and nothing`, but found the end of the entry (`}`)."
    ),
    "@misc{a, title = {A}, {B} {C} = 2\n\n}": "not the name of a field: '{B} {C}'",
    "@misc{a, title {A},\n\n}": "Expected a `=` after entry key, but found `,`.",
    "misc{a,\n  title = {A},\n}": "outside of any entry: 'misc{a,'",
    "@misc{a, year = 2000\n\n}": "neither title nor abstract",
    "@misc{a}\n\n": "neither title nor abstract",
}


@pytest.mark.parametrize(("entry", "reason"), BROKEN.items())
def test_a_broken_entry_is_rejected_alone(tmp_path, entry, reason):
    """It is told with its line and what is wrong with it; its neighbours are read."""
    text = f"@misc{{x, title = {{Before}}}}\n{entry}\n@misc{{y, title = {{After}}}}\n"
    found = read_text(tmp_path, text)
    assert told(found) == [(1, "Before"), (2, reason), (5, "After")]
    assert isinstance(found[1], Rejection)
    assert found[1].head == " ".join(entry.split())[: len(found[1].head)]
    assert found[1].head


MENDED = {
    "@misc{title = {A}, year = 2000}": ("", 2000),
    "@misc{key title = {A}, year = 2000}": ("key", 2000),
    "@misc{key, title = {A} year = 2000 note = {N}}": ("key", 2000),
    "@misc{10.1/(a)?c'd e, title = {A}, year = 2000}": ("10.1/(a)?c'd e", 2000),
    "@misc{key\n , title = {A}\n , year = {2000}\n}": ("key", 2000),
}


@pytest.mark.parametrize(("entry", "expected"), MENDED.items())
def test_a_missing_comma_or_key_loses_nothing(tmp_path, entry, expected):
    """Where only one thing can be meant, it is read: BibTeX's own complaints are stricter."""
    (found,) = papers(tmp_path, entry)
    assert (found.title, found.extra.get("citation_key", ""), found.year) == ("A", *expected)


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        ("Oliveira, Filho2021", "Oliveira, Filho2021"),
        ("van der Berg, Jan, III:2020+a", "van der Berg, Jan, III:2020+a"),
        ("{WHO}2020", "WHO2020"),
        ("{Lee}, {van den Berg}2020", "Lee, van den Berg2020"),
        ('O"Hara2019', 'O"Hara2019'),
        ("Łukasz鲁2018", "Łukasz鲁2018"),
        ("https://x.org/?id=5", "https://x.org/?id=5"),
        ("10.1000/a(b)c;d", "10.1000/a(b)c;d"),
        ("", ""),
    ],
)
def test_odd_keys(tmp_path, key, kept):
    """Only what is surely a field ends a key, and the entry before it that is broken, too."""
    text = f"@ARTICLE{{{key},\n\tauthor = {{Lee, Ann}},\n\ttitle = {{A}}\n}}"
    (found,) = papers(tmp_path, text)
    assert (found.title, found.extra.get("citation_key", "")) == ("A", kept)
    broken, behind = read_text(tmp_path, f"@book{{open, title = {{B\n\n{text}")
    assert [type(broken), type(behind)] == [Rejection, Record]
    assert bibtex.recognises(text, "")


def test_repeated_fields(tmp_path):
    """Lists go on where a field is repeated, what is equal is said once, other texts are kept."""
    found = paper(
        tmp_path,
        """
        title = {A}, author = {Lee, Ann}, author = {Wu, Bo and Sun, Li},
        keywords = {Frogs, Ponds}, keywords = "Night; frogs", Keywords = {Rain},
        groups = {Thesis > Chapter 2, To read}, mendeley-groups = {Ponds/Wet},
        url = {https://x.org/1}, url = {https://x.org/2},
        note = {One}, note = {One}, note = {Two}, note = {Three}, author+an = {1=corresponding},
        """,
    )
    assert found.authors == ("Ann Lee", "Bo Wu", "Li Sun")
    assert found.url == "https://x.org/1"
    assert found.extra == {
        "type": "article",
        "citation_key": "key",
        "keywords": ["Frogs", "Ponds", "Night", "Rain"],
        "groups": ["Thesis > Chapter 2", "To read", "Ponds/Wet"],
        "more_links": ["https://x.org/2"],
        "printed_note": "One",
        "note_2": "Two",
        "note_3": "Three",
        "author+an": "1=corresponding",
        "abstract_missing": True,
    }


def test_comment_lines_within_an_entry(tmp_path):
    """Biber's comments are none of the fields, before, between and behind them."""
    text = """@online{a,
  % before, all = fields
  title = {A},
  % title = {B},
  year = 2000,
  % 50% of the authors
  note = "100",
  % behind
}"""
    (found,) = papers(tmp_path, text)
    assert (found.title, found.year, found.extra["printed_note"]) == ("A", 2000, "100")


def test_a_broken_end_of_the_file(tmp_path):
    """A file that was cut while it was copied still gives all that is whole."""
    found = read_text(tmp_path, "@misc{a, title = {A}}\n@misc{b, title = {B},\n abstr")
    assert told(found) == [(1, "A"), (2, "never closed: still open at the end of the file")]


def test_equal_keys_are_no_failure(tmp_path):
    """Exporters give many entries one key, or none."""
    text = "@misc{a, title = {A}}\n@misc{a, title = {B}}\n@misc{, title = {C}}"
    assert told(read_text(tmp_path, text)) == [(1, "A"), (2, "B"), (3, "C")]


def test_an_entry_longer_than_any_is_not_kept_in_memory(tmp_path):
    """It is rejected, as is what macros would make of a short one; the next one is read."""
    filler = "x" * 1000 + "\n"
    long = "".join(["@misc{a, title = {\n", filler * (LONGEST_BLOCK // len(filler) + 1), "}}\n"])
    found = read_text(tmp_path, long + "@misc{b, title = {B}}")
    assert told(found) == [
        (1, "longer than any record (4,000,000 characters)"),
        (3 + LONGEST_BLOCK // len(filler) + 1, "B"),
    ]
    bomb = ["@string{a0 = {0123456789}}"]
    bomb += [f"@string{{a{n + 1} = {' # '.join([f'a{n}'] * 10)}}}" for n in range(5)]
    found = read_text(tmp_path, "\n".join([*bomb, "@misc{b, title = a5 # a5 # a5 # a5 # {x}}"]))
    assert told(found) == [(7, "longer than any record (4,000,000 characters)")]


def test_a_line_longer_than_any_is_told():
    """What lies behind its cut is lost, whether it is within an entry or not."""
    lines = [Line(1, "@misc{a, title = {A", cut=True), Line(2, "@misc{b,}"), Line(3, "x", cut=True)]
    assert [(b.line, b.problem) for b in blocks(lines)] == [
        (1, "a line longer than any record"),
        (2, ""),
        (3, "a line longer than any record"),
    ]


OWN_EXPORT = r"""@article{lee2020a-k3x7,
  title = {{50\% of \{Everything\} \& \textbackslash{}alpha\_x \{}},
  abstract = {Costs \$5 \textasciitilde{} \#1, \textasciicircum{}2 <i>. © 2020 Elsevier B.V.},
  author = {Lee, Ann and {Foo and Bar, Inc.} and {Smith, and Sons}, Bo and Li, Plain and others},
  editor = {de Vries, Jan},
  year = {2020},
  date = {2020-05-03},
  journal = {``A'' \textbraceleft{}Journal},
  pages = {3–4},
  publisher = {Pub},
  doi = {10.1000/a\_b\%c},
  url = {https://x.org/~a?b=$1\&c=\#d\_e},
  keywords = {a, b; c;;d},
  akincategories = {cs.LG; a b},
  akincode = {no},
  akintype = {JOUR},
  annote = {akin: rank 1, score 0.5},
  akinid = {doi:10.1000/a\_b\%c},
}
"""


def test_akins_own_export_comes_back_as_it_was(tmp_path):
    """Its text is clean already: escapes are undone, nothing that looks like dirt is touched."""
    (found,) = papers(tmp_path, OWN_EXPORT)
    assert found == Paper(
        id="doi:10.1000/a_b%c",
        title="50% of {Everything} & \\alpha_x {",
        abstract="Costs $5 ~ #1, ^2 <i>. © 2020 Elsevier B.V.",
        authors=("Ann Lee", "Foo and Bar, Inc.", "Bo Smith, and Sons", "Plain Li"),
        year=2020,
        date="2020-05-03",
        venue="``A'' {Journal",
        categories=("cs.LG", "a b"),
        doi="10.1000/a_b%c",
        url="https://x.org/~a?b=$1&c=#d_e",
        code=False,
        sources=("papers.bib",),
        extra={
            "type": "JOUR",
            "keywords": ["a, b", "c;d"],
            "editors": ["Jan de Vries"],
            "pages": "3–4",
            "publisher": "Pub",
            "authors_cut": True,
            "family_names": {
                "Foo and Bar, Inc.": "Foo and Bar, Inc.",
                "Bo Smith, and Sons": "Smith, and Sons",
            },
        },
    )


ESCAPES = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    **{sign: f"\\{sign}" for sign in "$&#%_"},
}


@given(st.text(st.sampled_from('\\{}$&#%_^~tex abdckrislhu"@,=')))
def test_what_akin_escaped_comes_back_as_it_was(tmp_path_factory, text):
    """Character by character, whatever the text already looks like."""
    escaped = "".join(ESCAPES.get(sign, sign) for sign in text)
    entry = f"@misc{{a,\n  title = {{{{T}}}},\n  note = {{{escaped}}},\n  akinid = {{x}},\n}}\n"
    (found,) = papers(tmp_path_factory.mktemp("any"), entry + "\n")
    assert found.extra.get("printed_note", "") == " ".join(text.split())


@given(st.text(st.sampled_from("\\{}a\n")))
def test_what_is_set_aside_comes_back(text):
    """Groups in braces leave the text whole."""
    outline, aside = set_aside(text)
    assert restored(outline, aside) == text


def test_reading_text_is_cheap_where_there_is_no_latex():
    """Plain text is not touched, and links lose only their escapes."""
    assert plain("Plain text, 5 > 4") == "Plain text, 5 > 4"
    assert verbatim("\\url{http://x.org/a\\_b$\\sim$c}") == "http://x.org/a_b~c"


RECOGNISED = {
    "@article{a, title = {A}}": True,
    "@article{ ,\nAuthor = {Lee, Ann},": True,
    "Scopus\nEXPORT DATE: 3 May 2024\n\n@ARTICLE{Lee2023,\n\tauthor = {Lee, Ann}": True,
    "  % Encoding: UTF-8 {x}\n\n@Article{a,\n  author = {A": True,
    '@string{a = "A"}\n@misc(b, title = a)': True,
    "@comment{x}\n\n@misc{b,\n  title={A}": True,
    '%% Made by "BibDesk"\n\n@article{a,\n\tAuthor = {A}': True,
    "@article{a": False,
    '{"title": "A", "bibtex": "@article{a, title = {A}}"}': False,
    'title,abstract\n"A","See\n@article{a, title = {A}}"': False,
    "# Read me\n\n```bibtex\n@article{a,\n title = {A}}\n```": False,
    "TY  - JOUR\nN2  - See\n@article{a, title = {A}}": False,
    "<html>\n@article{a, title = {A}}": False,
    "import a\n\n@dataclass(frozen=True)\nclass A": False,
    '@app.get("/x")\ndef x(): ...': False,
    "@media {\n a { color: red }}": False,
    "@interface {\n  a = 1\0": False,
    "PMID- 123\nTI  - A": False,
    "": False,
}


@pytest.mark.parametrize(("head", "expected"), RECOGNISED.items())
def test_recognises(head, expected):
    """By its first entry; quoted in another format, an entry makes no BibTeX of it."""
    assert bibtex.recognises(head, ".txt") is expected


def test_a_suffix_decides_where_there_is_no_entry():
    """A file of comments alone, or with a long preface, is BibTeX if it is called so."""
    assert bibtex.recognises("@comment{x}", ".bib")
    assert bibtex.recognises('"quoted" prose\n' * 1000 + "@misc{a, title = {A}}", ".bib")
    assert not bibtex.recognises("@comment{x}", ".txt")
    assert not bibtex.recognises("no entry", ".bib")
    assert not bibtex.recognises("@misc{a\0}", ".bib")


PIECES = [
    *("@article{a,\n", "@misc(b, ", "@string{x = ", "@comment{", "\n@", "@", "title = ", "author="),
    *("{", "}", "(", ")", '"', "=", ",", "#", "%", "\\", "\\{", "\\}", "\\\\", "$", "~", "\n", " "),
    *("x", "2019", " and ", "others", "{A}", "{B}},\n", '"C",', "\0", "\0000\0", "\ufeff"),
    *("year = 2000", "akinid = {x},", "eprint = {", "url = {http://x.org}", "month = jan", "\\'e"),
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=60).map("".join))
def test_whatever_the_file_holds(tmp_path_factory, text):
    """Reading ends, and yields nothing but records and rejections that can be printed."""
    folder = tmp_path_factory.mktemp("any")
    for one in read_text(folder, text.encode("utf-8", "replace").decode()):
        shown = one.paper.to_json() if isinstance(one, Record) else one.to_json()
        json.dumps(shown, ensure_ascii=False).encode("utf-8")


@given(st.lists(st.sampled_from(["title = {A}", "year = 2000", 'note = "x"', "{", "}", '"', ","])))
def test_an_entry_yields_one_result_whatever_is_in_it(tmp_path_factory, fields):
    """What lies between two entries is one record or one rejection, and they are both read."""
    folder = tmp_path_factory.mktemp("any")
    broken = ",\n ".join(["@misc{broken", *fields, "}"])
    text = f"@misc{{x, title = {{Before}}}}\n{broken}\n@misc{{y, title = {{After}}}}\n"
    first, second, last = read_text(folder, text)
    assert [first.line, second.line] == [1, 2]
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert (first.paper.title, last.paper.title) == ("Before", "After")


def test_groups_that_an_old_jabref_lists_are_those_of_its_entries(tmp_path):
    """The tree names entries by their keys; its lines are broken anywhere, its signs escaped."""
    text = r"""% This file was created with JabRef 2.10.
@book{moss1, title = {Moss}, groups = {Mine}}
@book{fern2, title = {Fern}}

@comment{jabref-meta: groupsversion:3;}

@comment{jabref-meta: groupstree:
0 AllEntriesGroup:;
1 ExplicitGroup:Plants\;0\;moss1\;fern2\;;
2 ExplicitGroup:Wet\\\; shady\;2\;mos
s1\;;
1 KeywordGroup:green\;0\;keywords\;fern2\;0\;0\;;
}
"""
    path = tmp_path / "a.bib"
    path.write_text(text)
    found = bibtex.read(Document(path, "a.bib", given=True))
    assert [one.paper.extra["groups"] for one in found] == [
        ["Mine", "Plants", "Wet; shady"],
        ["Plants"],
    ]
