"""Names of people, in every form that sources write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.names import (
    Name,
    apart,
    displayed,
    family_of,
    initials_behind,
    parse_name,
    split_names,
)

NAMES = {
    "Kun Wang": Name("Wang", "Kun"),
    "Wang, Kun": Name("Wang", "Kun"),
    "Aniri": Name("Aniri"),
    "van der Maaten, Laurens": Name("van der Maaten", "Laurens"),
    "Laurens van der Maaten": Name("van der Maaten", "Laurens"),
    "García Márquez, Gabriel": Name("García Márquez", "Gabriel"),
    "Phillips J.C.": Name("Phillips", "J.C."),
    "Kalé L.": Name("Kalé", "L."),
    "de Bruin J.-P.": Name("de Bruin", "J.-P."),
    "Smith, Jr., John": Name("Smith Jr.", "John"),
    "King, Martin Luther, Jr.": Name("King Jr.", "Martin Luther"),
    "John Smith III": Name("Smith III", "John"),
    "Kun LI": Name("LI", "Kun"),
    "  Wang ,  Kun ; ": Name("Wang", "Kun"),
    "": Name(""),
}


@pytest.mark.parametrize(("text", "name"), NAMES.items())
def test_a_name_is_taken_apart_by_its_punctuation(text, name):
    """Family name first or last, initials behind, particles and suffixes: all come out the same."""
    assert parse_name(text) == name


def test_capitals_are_initials_only_where_the_source_writes_them_so():
    """MEDLINE's ``Smith JA`` has initials behind; elsewhere ``Kun LI`` ends in a family name."""
    assert parse_name("Smith JA", capitals_last=True) == Name("Smith", "JA")
    assert parse_name("van den Berg JA Jr", capitals_last=True) == Name("van den Berg", "JA")
    assert parse_name("Smith JA") == Name("JA", "Smith")


BEHIND = {
    ("Vaswani A", "Shazeer N"): True,
    ("Garcia-Lopez MJ", "Zhang W"): True,
    ("van der Berg A", "de la Cruz M"): True,
    ("Wable A D", "Patil S B"): True,
    ("Heiner M",): True,
    ("Smith JA", "Wei LI"): True,
    ("Kun LI", "Wei WU"): False,
    ("Kun Wang", "Shazeer N"): False,
    ("WHO", "UN"): False,
    (): False,
}


@pytest.mark.parametrize(("names", "behind"), BEHIND.items())
def test_initials_behind_are_told_by_all_names_of_a_list(names, behind):
    """The style of Vancouver is a list's, and short Chinese family names in capitals are none."""
    assert initials_behind(names) is behind


LISTS = {
    "Phillips J.C., Braun R., Wang W.": ["Phillips J.C.", "Braun R.", "Wang W."],
    "Kun Wang, Wei Li and Bob Day": ["Kun Wang", "Wei Li", "Bob Day"],
    "Kun Wang & Wei Li": ["Kun Wang", "Wei Li"],
    "Wang, Kun; Li, Wei": ["Wang, Kun", "Li, Wei"],
    "Wang, Kun and Li, Wei": ["Wang, Kun", "Li, Wei"],
    "Wang, Kun, Li, Wei": ["Wang, Kun", "Li, Wei"],
    "Wang, Kun": ["Wang, Kun"],
    "Phillips, J.C., Braun, R.": ["Phillips, J.C.", "Braun, R."],
    "['Marx, Karl', 'Lindgren, Astrid']": ["Marx, Karl", "Lindgren, Astrid"],
    '["Marx, Karl"]': ["Marx, Karl"],
    "John Smith, Jr., Kun Wang": ["John Smith, Jr.", "Kun Wang"],
    "P. Kogge; J. Shalf;": ["P. Kogge", "J. Shalf"],
    "Ann Lee\nBob May": ["Ann Lee", "Bob May"],
    "Ann Lee|Bob May": ["Ann Lee", "Bob May"],
    "": [],
    " ; ": [],
}


@pytest.mark.parametrize(("text", "names"), LISTS.items())
def test_a_list_of_names_is_split_between_them(text, names):
    """Semicolons, ``and``, lines and commas part names; a comma within one does not."""
    assert split_names(text) == (names, False)


@pytest.mark.parametrize("end", [" et al.", ", et al", "; et al.", " and others", ", …"])
def test_a_list_that_is_cut_says_so(end):
    """What stands for further names is no name."""
    assert split_names(f"Ann Lee, Bob May{end}") == (["Ann Lee", "Bob May"], True)


def test_names_are_shown_as_one_reads_them():
    """Only family names that cannot be told from that are kept apart."""
    names = [
        Name("Wang", "Kun"),
        Name("García Márquez", "Gabriel"),
        Name("The WHO Group"),
        Name(""),
    ]
    assert displayed(names) == (
        ("Kun Wang", "Gabriel García Márquez", "The WHO Group"),
        {"Gabriel García Márquez": "García Márquez", "The WHO Group": "The WHO Group"},
    )


WORDS = st.text(st.characters(categories=["L"]), min_size=1, max_size=6)
PARTS = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)


@given(st.builds(Name, PARTS, st.just("") | PARTS))
def test_a_shown_name_comes_apart_again(name):
    """Whatever the name: how it is shown, and what is kept beside, give it back."""
    shown, odd = displayed([name])
    assert apart(shown[0], odd) == name


def test_a_family_name_takes_its_particles_and_suffix_along():
    """The last word is the family name, with ``van der`` before it and ``Jr.`` behind."""
    assert family_of("Laurens van der Maaten") == "van der Maaten"
    assert family_of("John Smith Jr.") == "Smith Jr."
    assert family_of("Van Morrison") == "Morrison"
