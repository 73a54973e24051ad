"""Identifiers in links, and the id that stays the same over rebuilds."""

from __future__ import annotations

import hashlib

import pytest

from indexer.cleaning.identity import identifiers_in, normalised_title, paper_id, surname

SICI = "10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2"

LINKS = {
    "https://arxiv.org/abs/2508.15763": {"arxiv": "2508.15763"},
    "https://arxiv.org/abs/2508.15763v2": {"arxiv": "2508.15763"},
    "https://arxiv.org/pdf/2508.15763v12.pdf": {"arxiv": "2508.15763"},
    "http://www.arxiv.org/html/0704.0001v1": {"arxiv": "0704.0001"},
    "https://arxiv.org/abs/cs/0112017": {"arxiv": "cs/0112017"},
    "https://arxiv.org/pdf/cond-mat/9901001v3": {"arxiv": "cond-mat/9901001"},
    "https://arxiv.org/abs/cs%2F0112017": {"arxiv": "cs/0112017"},
    "https://doi.org/10.48550/arXiv.2508.15763": {"arxiv": "2508.15763"},
    "https://doi.org/10.48550/ARXIV.2508.15763v2": {"arxiv": "2508.15763"},
    "https://doi.org/10.1016/J.INS.2024.120582": {"doi": "10.1016/j.ins.2024.120582"},
    "http://dx.doi.org/10.1016/j.ins.2024.120582.": {"doi": "10.1016/j.ins.2024.120582"},
    "https://doi.org/10.1016%2Fj.ins.2024.120582": {"doi": "10.1016/j.ins.2024.120582"},
    "https://doi.org/10.1000/182?utm=x#top": {"doi": "10.1000/182"},
    "doi: 10.1000/182;": {"doi": "10.1000/182"},
    "https://doi.org/10.1016/0022-2836(70)90057-4": {"doi": "10.1016/0022-2836(70)90057-4"},
    "https://doi.org/" + SICI.upper().replace("<", "%3C").replace(">", "%3E"): {"doi": SICI},
    "https://pubmed.ncbi.nlm.nih.gov/12345678/": {"pmid": "12345678"},
    "https://www.ncbi.nlm.nih.gov/pubmed/12345678": {"pmid": "12345678"},
    "https://openreview.net/forum?id=BZSTC2RMEd": {"openreview": "BZSTC2RMEd"},
    "https://openreview.net/pdf?id=a-b_C&x=1": {"openreview": "a-b_C"},
    "https://aclanthology.org/P19-1001.pdf": {"acl": "P19-1001"},
    "https://aclanthology.org/2020.acl-main.1/": {"acl": "2020.acl-main.1"},
    "https://ieeexplore.ieee.org/abstract/document/10905051/": {"ieee": "10905051"},
    "https://ieeexplore.ieee.org/document/10905051": {"ieee": "10905051"},
    "https://www.sciencedirect.com/science/article/abs/pii/S002002552400495X": {
        "pii": "S002002552400495X"
    },
    "https://example.org/2508.15763": {},
    "https://notarxiv.org/abs/2508.15763": {},
    "https://arxiv.org/abs/2508.1576312": {},
    "https://openaccess.thecvf.com/content/CVPR2025/html/Zhou_Ferret.html": {},
    "": {},
}


def akin_id(key: str) -> str:
    return "akin:" + hashlib.sha256(key.encode("utf-8")).hexdigest()[:16]


@pytest.mark.parametrize(("url", "identifiers"), LINKS.items())
def test_a_link_names_its_identifiers(url, identifiers):
    """A link yields its identifier without version, resolver, query and punctuation."""
    assert identifiers_in(url) == identifiers


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        (("arxiv", "doi", "pmid", "openreview", "acl"), "arxiv:X"),
        (("acl", "openreview", "pmid", "doi"), "doi:X"),
        (("acl", "openreview", "pmid"), "pmid:X"),
        (("acl", "openreview", "ieee"), "openreview:X"),
        (("pii", "acl"), "acl:X"),
        (("ieee", "pii"), akin_id("title\nwang")),
    ],
)
def test_the_strongest_identifier_makes_the_id(present, expected):
    """An arXiv id comes before DOI, PubMed, OpenReview and ACL; other kinds make no id."""
    assert paper_id("Title", ("Kun Wang",), dict.fromkeys(present, "X")) == expected


@pytest.mark.parametrize(
    ("title", "authors", "key"),
    [
        (
            "EchoRL: Reinforcement Learning",
            ("Jinhe Bi", "Aniri"),
            "echorl reinforcement learning\nbi",
        ),
        ("Naïve  Bayes — Revisited!", ("Müller, Jürgen",), "naive bayes revisited\nmuller"),
        ("snake_case & 3D", (), "snake case 3d\n"),
        ("東京 Γ", ("Aniri",), "東京 γ\naniri"),
    ],
)
def test_the_akin_id_is_the_hash_of_title_and_surname(title, authors, key):
    """Without identifiers the id is 16 hex digits of SHA-256 over title and first surname."""
    assert paper_id(title, authors, {}) == akin_id(key)


@pytest.mark.parametrize(
    ("title", "author"),
    [
        ("A SURVEY OF SAFETY: ATTACKS", "mang YE"),
        ("A survey of safety — attacks.", "Ye, Mang"),
        ("Á  sürvey\nof «safety» (attacks)", "Máng Yé"),
        ("A survey of safety a\u0301ttacks", "M. Ye"),
    ],
)
def test_the_akin_id_ignores_case_accents_and_punctuation(title, author):
    """Two sources that spell one paper differently give it one id."""
    expected = paper_id("A Survey of Safety: Attacks", ("Mang Ye", "Wenke Huang"), {})
    assert paper_id(title, (author, "Somebody Else"), {}) == expected


@pytest.mark.parametrize(
    ("title", "authors"),
    [("A Survey of Safety", ("Wenke Huang",)), ("A Survey on Safety", ("Mang Ye",))],
)
def test_another_title_or_first_author_is_another_paper(title, authors):
    """The id tells papers apart by their title and by their first author."""
    assert paper_id(title, authors, {}) != paper_id("A Survey of Safety", ("Mang Ye",), {})


@pytest.mark.parametrize(
    ("author", "family"),
    [
        ("Kun Wang", "wang"),
        ("Wang, Kun", "wang"),
        ("van der Maaten, Laurens", "maaten"),
        ("José García-Márquez", "garcia marquez"),
        ("Aniri", "aniri"),
        ("John Smith Jr.", "smith"),
        ("John Smith III", "smith"),
        ("Jr", "jr"),
        ("", ""),
        (",", ""),
    ],
)
def test_the_surname_is_before_the_comma_or_last(author, family):
    """``Last, First`` and ``First Last`` give the same family name."""
    assert surname(author) == family


def test_a_title_is_normalised_to_its_words():
    """Case, accents, ligatures and punctuation fold away; words and digits stay."""
    assert normalised_title("  Straße: ﬁne-tuning LLM(-Agent)s, 2×3 ") == (
        "strasse fine tuning llm agent s 2 3"
    )
