"""Letters: the plain form by which each is looked up."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.letters import ascii_split, ascii_words, folded


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Tromsø", "tromso"),
        ("Wałęsa", "walesa"),
        ("Đurić", "duric"),
        ("Þórður", "thordur"),
        ("Ærø", "aero"),
        ("manœuvre", "manoeuvre"),
        ("Weiß", "weiss"),
        ("WEIẞ", "weiss"),
        ("Işık", "isik"),
        ("Ħamrun", "hamrun"),
        ("Kiŋ", "kin"),
        ("Əhməd", "ahmad"),
        ("Ɓukar", "bukar"),
    ],
)
def test_letters_that_do_not_decompose_have_a_plain_form(written, plain):
    """What people type who have no such key finds them."""
    assert folded(written) == folded(plain) == plain


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ｇｒａｐｈ", "graph"),
        ("eﬀect", "effect"),
        ("Al₂O₃", "al2o3"),
        ("m²", "m2"),
        ("𝒢𝓇𝒶𝓅𝒽", "graph"),
        ("hy\u00adphen", "hyphen"),
        ("Oʻahu", "oahu"),
        ("ʿUmar", "umar"),
        ("١٩٨٤", "1984"),
        ("㎎", "mg"),
        ("℃", "c"),
    ],
)
def test_letters_in_other_dress_are_plain(written, plain):
    """Width, place on the line, style, and signs that are not seen do not count."""
    assert folded(written) == plain


@pytest.mark.parametrize(("one", "other"), [("か", "が"), ("ハ", "パ"), ("สิ", "สุ"), ("कि", "की")])
def test_signs_that_make_another_letter_stay(one, other):
    """A voicing mark or a vowel sign is no accent."""
    assert folded(one) != folded(other)


def test_points_that_are_left_out_in_writing_are_dropped():
    """Arabic and Hebrew are searched without their vowel points."""
    assert folded("مُحَمَّد") == "محمد"
    assert folded("שָׁלוֹם") == "שלום"


def test_other_codes_of_one_character_are_one():
    """Half width, radicals of Kangxi, and variants with a selector."""
    assert folded("ｶﾞ") == folded("カ\u3099") == "ガ"
    assert folded("⽔") == "水"
    assert folded("葛\U000e0100") == "葛"


@given(st.text())
def test_however_a_text_is_composed_it_is_folded_alike(text):
    """NFC, NFD and NFKC of a text are one, and what is folded stays."""
    plain = folded(text)
    assert folded(plain) == plain
    for form in ("NFC", "NFD", "NFKC"):
        assert folded(unicodedata.normalize(form, text)) == plain


@given(st.text(st.characters(max_codepoint=127)))
def test_words_of_ascii_are_those_of_the_plain_rule(text):
    """Letters and digits are words, all else stands between them."""
    words = re.findall("[a-z0-9]+", text.lower())
    assert (ascii_words(text), ascii_split(text)) == (" ".join(words), words)
