"""What papers go by, as people type it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.naming import ids_within, key_name, names_in, spellings, title_name, typed_ids

TYPED = {
    "10.1234/Dune.7": "doi:10.1234/dune.7",
    " 10.1234/dune.7. ": "doi:10.1234/dune.7",
    "(doi:10.1234/dune.7)": "doi:10.1234/dune.7",
    "DOI: 10.1234/dune.7": "doi:10.1234/dune.7",
    "doi 10.1234/dune.7": "doi:10.1234/dune.7",
    "DOI：10.1234/dune.7": "doi:10.1234/dune.7",  # full-width
    "http://dx.doi.org/10.1234/dune.7": "doi:10.1234/dune.7",
    "HTTPS://DOI.ORG/10.1234/DUNE.7": "doi:10.1234/dune.7",
    "<https://doi.org/10.1234%2Fdune.7>": "doi:10.1234/dune.7",
    "10.1016/S0140-6736(05)66541-8": "doi:10.1016/s0140-6736(05)66541-8",
    "https://onlinelibrary.wiley.com/doi/full/10.1002/abc.5": "doi:10.1002/abc.5",
    "https://link.springer.com/content/pdf/10.1007/s1-2.pdf": "doi:10.1007/s1-2",
    "2101.00077": "arxiv:2101.00077",
    "arXiv:2101.00077v3": "arxiv:2101.00077",
    "arXiv:2101.00077v3 [cs.CL]": "arxiv:2101.00077",
    "https://arxiv.org/pdf/2101.00077v2.pdf": "arxiv:2101.00077",
    "https://doi.org/10.48550/arXiv.2101.00077": "arxiv:2101.00077",
    "cs/0501077": "arxiv:cs/0501077",
    "math.GT/0501077": "arxiv:math/0501077",
    "PMID: 31452": "pmid:31452",
    "PubMed ID 31452.": "pmid:31452",
    "https://pubmed.ncbi.nlm.nih.gov/31452/": "pmid:31452",
    "https://europepmc.org/article/MED/31452": "pmid:31452",
    "pmc31452": "pmcid:PMC31452",
    "PMCID: PMC31452": "pmcid:PMC31452",
    "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC31452/": "pmcid:PMC31452",
    "p19-1077": "acl:P19-1077",
    "https://aclanthology.org/2020.acl-main.7.pdf": "acl:2020.acl-main.7",
    "https://openreview.net/forum?id=rJXMpikCZ": "openreview:rJXMpikCZ",
    "openreview:rJXMpikCZ": "openreview:rJXMpikCZ",
    "id:AKIN:0123456789ABCDEF": "akin:0123456789abcdef",
    "key:Lee_2015": "key:lee_2015",
    "citekey: Lee_2015": "key:lee_2015",
    "31452[uid]": "pmid:31452",
    "10.1234/dune.7 [doi]": "doi:10.1234/dune.7",
    "urn:doi:10.1234/dune.7": "doi:10.1234/dune.7",
    "info:doi/10.1234/dune.7": "doi:10.1234/dune.7",
    "arxiv.org/abs/2101.00077": "arxiv:2101.00077",
    "https://huggingface.co/papers/2101.00077": "arxiv:2101.00077",
    "pubmed.ncbi.nlm.nih.gov/31452/?term=dunes": "pmid:31452",
    "https://pubmed.gov/31452": "pmid:31452",
    "https://www.aclweb.org/anthology/papers/P/P19/P19-1077": "acl:P19-1077",
    "https://www.aclweb.org/anthology/2020.acl-main.7/": "acl:2020.acl-main.7",
}


@pytest.mark.parametrize(("typed", "name"), TYPED.items())
def test_an_id_is_read_however_it_is_typed(typed, name):
    """With its label, in a link or bare; case, version, brackets and full stop do not count."""
    assert typed_ids(typed) == (name,)
    assert spellings(typed)[0] == name


def test_several_ids_are_read_in_a_row():
    """Pasted from a list, each once."""
    typed = "PMID:31452, 10.1234/a; arXiv:2101.00077 pmid:31452"
    assert typed_ids(typed) == ("pmid:31452", "doi:10.1234/a", "arxiv:2101.00077")
    assert typed_ids("PMID: 31452; PMCID: PMC7.") == ("pmid:31452", "pmcid:PMC7")
    assert typed_ids("10.1234/a;10.1234/b") == ("doi:10.1234/a", "doi:10.1234/b")


def test_ids_stand_among_other_words():
    """A citation has them behind their labels, with a space between."""
    cited = "Dune B. Salt marshes. Shore 2011. doi: 10.1234/dune.7. PMID: 31452; PMCID: PMC7."
    assert ids_within(cited) == ("doi:10.1234/dune.7", "pmid:31452", "pmcid:PMC7")
    assert ids_within("1984 papers, pmid or doi") == ()


def test_the_hyphen_of_a_pdf_may_be_any_dash():
    """A DOI is looked up with those that were typed, and with hyphens."""
    assert typed_ids("10.1234/a\N{EN DASH}b") == ("doi:10.1234/a\N{EN DASH}b", "doi:10.1234/a-b")


@pytest.mark.parametrize(
    "typed", ["@Lee2015", "[@Lee2015]", r"\cite{Lee2015}", r"\citep*{Lee2015}"]
)
def test_a_key_is_read_as_it_is_cited(typed):
    """In the forms of pandoc and LaTeX."""
    assert "key:lee2015" in names_in(typed)
    assert "key:lee2015" in spellings(typed)


def test_a_preprint_goes_by_its_doi_without_the_version():
    """bioRxiv adds one to its links."""
    assert typed_ids("10.1101/2020.01.02.9v2") == (
        "doi:10.1101/2020.01.02.9v2",
        "doi:10.1101/2020.01.02.9",
    )


@pytest.mark.parametrize(
    "typed",
    ["", "dunes", "arXiv papers", "acl: injuries", "openreview reviewing", "key: value stores",
     "doi", "PMID", "31452", "1984", "covid-19", "related:pmid:31452", "see 10.1234/a",
     "https://example.org/paper", "10.1/x"],
)  # fmt: skip
def test_words_are_no_id(typed):
    """Nor is a bare number, which may be anything, or a text that has an id in it."""
    assert typed_ids(typed) == ()


def test_what_may_be_a_name_is_looked_up():
    """A number, a word and a key, where a paper is to be named; a title in a query."""
    assert spellings("31452") == ("pmid:31452", "key:31452")
    assert key_name("Lee2015") in spellings("Lee2015")
    assert names_in("Salt & Dunes: a note") == (title_name("salt dunes A NOTE"),)
    assert key_name("lee2015") in names_in("Lee2015")
    assert names_in("dunes") == (title_name("Dunes"),)  # a plain word is no key
    assert names_in("…") == ()
    assert title_name("Films of TiO<sub>2</sub>") != title_name("Films of TiO2")
    assert title_name("Films of TiO2") in names_in("Films of TiO<sub>2</sub>")


@given(st.text())
def test_any_text_can_be_read(text):
    """Names are looked for in whatever is typed, and each has its kind."""
    for name in (*typed_ids(text), *spellings(text), *names_in(text)):
        assert ":" in name
