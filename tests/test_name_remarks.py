"""What is written into names and is no part of them goes; what is odd and a name stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.accents import attached, attached_in_name
from indexer.cleaning.name_remarks import may_hold_remarks, once, without_remarks
from indexer.cleaning.names import Name, parse_name, parse_plainly, read_plainly, split_names

REMARKS = {
    "Sun, Eve (eve.sun@pond.example)": "Sun, Eve",
    "Eve Sun <eve@pond.example>": "Eve Sun",
    "Eve Sun; e-mail: eve@pond.example": "Eve Sun",
    "Eve Sun 0003": "Eve Sun",
    "Sun 0012, Eve": "Sun, Eve",
    "Eve Sun, MD, PhD": "Eve Sun",
    "Sun, Eve, M.D.": "Sun, Eve",
    "Sun E, MPH": "Sun E",
    "Eve Sun Ph.D.": "Eve Sun",
    "Prof. Dr. Eve Maria Sun": "Eve Maria Sun",
    "Eve Sun (Institute of Ponds, Lima)": "Eve Sun",
    "Sun, E. (Ed.)": "Sun, E.",
    "Eve Sun https://orcid.org/0000-0001-2345-678X": "Eve Sun",
    "Sun, Eve [ORCID: 0000-0001-2345-6789]": "Sun, Eve",
    "Eve Sun*,†": "Eve Sun",
}


@pytest.mark.parametrize(("written", "name"), REMARKS.items())
def test_remarks_go(written, name):
    """Addresses, numbers of namesakes, degrees, titles, affiliations, ORCIDs and marks."""
    assert without_remarks([written])[0] == [name]


@pytest.mark.parametrize(
    "name",
    [
        *("Sun, MD", "Garcia Lopez MD", "MD Sadik Hossain", "Li Ma", "Ma, DO", "Dr Dre", "Plato"),
        *("Pond Centre (Lima)", "World Pond Organization (WPO)", "Robert (Bob) Reed", "Na (娜) Li"),
        *("PONDS-2020 Group", "Team 0815 Reeds", "Jan van der Berg", "Reed, Al, III", "Jo Others"),
    ],
)
def test_odd_names_stay(name):
    """Initials, short words, collectives, nicknames and native scripts are names."""
    assert without_remarks([name]) == ([name], [], False)


def test_affiliations_and_others_are_told():
    """What stood behind a name is given apart; what is no name at all is none."""
    names = [Name("Sun", "Eve MD"), Name("Reed 0002", "Al (al@x.org)"), Name("Ng", "MD")]
    assert without_remarks(names)[0] == [Name("Sun", "Eve"), Name("Reed", "Al"), Name("Ng", "MD")]
    found = without_remarks(["Al Reed (University of Lima (Peru))", "x@y.org", "et al."])
    assert found == (["Al Reed"], ["University of Lima (Peru)"], True)
    assert split_names("Eve Sun, MD, Al Reed, PhD") == (["Eve Sun, MD", "Al Reed, PhD"], False)


def test_everybody_is_named_once():
    """A list that is there twice counts once, in full; namesakes are two people."""
    sun, reed, ng = Name("Sun", "Eve"), Name("Reed", "Alan"), Name("Ng", "Li")
    short = [Name("Sun", "E."), Name("Reed", "A.")]
    assert once([sun, reed, ng, sun, reed, ng]) == [sun, reed, ng]
    assert once([sun, sun, reed, reed]) == [sun, reed]
    assert once([*short, sun, reed]) == [sun, reed]
    assert once([sun, sun]) == [sun]
    for names in ([sun, reed, sun], [short[0], short[0]], [sun, reed, ng, sun], [], [sun]):
        assert once(names) == names


ACCENTS = {
    "Mu ̈ller": "Müller",
    "M ̈uller": "Müller",
    "Sigurðardo ́ttir": "Sigurðardóttir",
    "Fern ́andez": "Fernández",
    "Garc ́ıa": "García",
    "Jo ̃ao Simo ̃es": "João Simões",
    "Pe ̃na": "Peña",
    "Nova ̌cek": "Novaček",
    "Gonc ̧alves": "Gonçalves",
}


@pytest.mark.parametrize(("written", "shown"), ACCENTS.items())
def test_accents_return_to_their_letters(written, shown):
    """A mark goes to the letter before it or behind it, whichever usually bears it."""
    assert attached(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        *(("Ku¨hn", "Kühn"), ("K¨uhn", "Kühn"), ("Ren´e", "René"), ("Ib´a˜nez", "Ibáñez")),
        *(
            ("Dvoˇr´ak", "Dvořák"),
            ("¨Ozt¨urk", "Öztürk"),
            ("D´Arcy", "D'Arcy"),
            ("Erd˝os", "Erdős"),
        ),
    ],
)
def test_accents_of_names_are_characters_of_their_own(written, shown):
    """TeX's accents come as characters before their letters; in prose they are left alone."""
    assert attached_in_name(written) == shown
    assert attached(written) == written


@given(st.text(alphabet="aeonzIDı ´¨˜ˇ\u0301\u0303 ", max_size=20))
def test_no_letter_is_lost(text):
    """Whatever the marks, the letters stay in their order."""

    def plain(some: str) -> str:
        return "".join(c for c in some if c in "aeonz")

    import unicodedata

    shown = unicodedata.normalize("NFD", attached_in_name(attached(text))).replace("ı", "i")
    assert plain(shown) == plain(text)


@pytest.mark.parametrize(
    "odd",
    [
        "Lee" + "*" * 200 + "x",
        "Lee @" + " " * 900 + "x",
        "Lee @" + ", " * 400 + "x",
        "Lee (University " + "(" * 900,
        "Lee " + "(" * 900 + "@",
        "Lee MD" + " " * 100_000 + "x",
    ],
    ids=lambda odd: odd[:20],
)
def test_a_name_that_is_none_stays_and_takes_no_longer_than_others(odd):
    """From some signs in a row what stands before a remark was looked for until the next day."""
    assert without_remarks([odd]) == ([odd], [], False)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Roe, Eve MD", "Roe, Eve"),
        ("Roe, Eve B. RN, MSN", "Roe, Eve B."),
        ("Eve Roe MD PhD", "Eve Roe"),
        ("Eve Roe MBBS MPH", "Eve Roe"),
        ("Eve Roe BSc (Hons)", "Eve Roe"),
        ("Roe E. (MD)", "Roe E."),
        ("ROE EVE PHD", "ROE EVE"),
        ("Eve Roe1,2*", "Eve Roe"),
        ("Roe, MD", "Roe, MD"),
        ("Roe MD, PhD", "Roe MD"),
    ],
)
def test_degrees_need_no_comma(written, shown):
    """Where one of several is surely a degree they all are; two capitals alone are initials."""
    assert without_remarks([written]) == ([shown], [], False)


WORDS = (
    "Ed Eduard Schmidt Sc MSc M.Sc Ph PhD Ph.D PH D Phil DPhil Dr Andrews Prof Professor Proffitt "
    "Ass Assoc Assunta MB MBBS FRCS FACS MD M.D Md et al Al others Others A. van Jr Sun"
).split()
PLAIN = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), min_size=1)


@given(PLAIN.filter(read_plainly))
def test_what_seems_to_hold_no_remark_holds_none(names):
    """Names in plain letters that are not looked at more closely would stay as they are."""
    assert may_hold_remarks(names) or without_remarks(names) == (names, [], False)


@given(PLAIN.filter(read_plainly))
def test_a_plain_name_is_parted_as_any_other(names):
    """By the shorter way, too."""
    assert list(map(parse_plainly, names)) == list(map(parse_name, names))
