"""Sub- and superscripts: what a formula looks like on paper is what people read and search."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning import markup, scripts
from indexer.cleaning.scripts import with_bare_scripts, with_scripts, with_tagged_scripts
from indexer.cleaning.text import clean
from indexer.letters import folded
from indexer.words import terms


@pytest.mark.parametrize(
    "written",
    [
        "SnO$_2$ sensors",
        "SnO$_{2}$ sensors",
        "$SnO_2$ sensors",
        r"$\mathrm{SnO_2}$ sensors",
        r"$\mathrm{SnO}_2$ sensors",
        r"$\rm SnO_2$ sensors",
        r"$SnO_{\text{2}}$ sensors",
        r"\(SnO_2\) sensors",
        r"\ce{SnO2} sensors",
        r"$\ce{SnO2}$ sensors",
        r"SnO\textsubscript{2} sensors",
        "SnO<sub>2</sub> sensors",
        "SnO <sub>2</sub> sensors",
        "SnO&lt;sub&gt;2&lt;/sub&gt; sensors",
        "SnO<jats:sub>2</jats:sub> sensors",
        "SnO<inf>2</inf> sensors",
        "SnO_2 sensors",
        "SnO_{2} sensors",
        "SnO₂ sensors",
    ],
)
def test_a_substance_is_shown_and_found_as_one(written):
    """However a source writes it, and by what people type, who have no such digits."""
    assert clean(written) == "SnO₂ sensors"
    assert terms(clean(written)) == terms("SnO2 sensors")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Mg$^{2+}$ and Cl$^-$", "Mg²⁺ and Cl⁻"),
        ("PO$_4^{3-}$", "PO₄³⁻"),
        (r"\ce{NH4+} and \ce{PO4^3-}: \ce{N2 + 3H2 -> 2NH3}", "NH₄⁺ and PO₄³⁻: N₂ + 3H₂ → 2NH₃"),
        ("(NH_4)_2CO_3, Fe/Al_2O_3", "(NH₄)₂CO₃, Fe/Al₂O₃"),
        ("$^{14}$C of C$_{60}$", "¹⁴C of C₆₀"),
        ("VO$_x$ and Sr$_{1-x}$O", "VOₓ and Sr₁₋ₓO"),
        ("PM$_{2.5}$, PM<sub>2.5</sub>", "PM2.5, PM2.5"),
        (r"BaFeO$_{3-\delta}$ and NO$_{\mathrm{x}}$", "BaFeO3-δ and NOₓ"),
        (
            "5 × 10<sup>&minus;6</sup> m<sup>2</sup>, 10^-6 and 10^{-6}",
            "5 × 10⁻⁶ m², 10⁻⁶ and 10⁻⁶",
        ),
        (r"18$^{\circ}$C, 18$^\circ$ C", "18°C, 18° C"),
        (r"the 3$^{rd}$ 3$^{\prime}$ end", "the 3rd 3′ end"),
        (r"$\gamma_1 + \log_2 n^2$ in $\mathbb{R}^3$", "γ₁ + log₂ n² in ℝ³"),
        (r"\textsuperscript{18}F", "¹⁸F"),
        ("Trp53$^{+/-}$ mice", "Trp53⁺/⁻ mice"),
    ],
)
def test_digits_and_signs_stand_where_they_stood(written, shown):
    """Ions, isotopes, powers, units, ordinals; a point has no such place, and stays."""
    assert clean(written) == shown


@pytest.mark.parametrize(
    "text",
    [
        "$x_i$ of $k_{max}$",
        "run_2 of task_12 in snake_case_3",
        "He_2019 and Li_2020",
        "https://example.org/CO_2/x^2 and 10.1000/CO_2",
        "[^0-9] and ^_^ and a__2",
        "x^2+ and R^+",
    ],
)
def test_what_has_no_such_form_or_is_no_formula_stays(text):
    """Letters, names of files, keys, links; LaTeX only loses its dollars."""
    assert clean(text) == text.replace("$", "").replace("{max}", "max")


def test_tags_of_other_things_are_left_to_be_dropped():
    """Only digits and signs have a place of their own."""
    assert with_tagged_scripts("n<sup>th</sup> <sub><i>i</i></sub>") == (
        "n<sup>th</sup> <sub><i>i</i></sub>"
    )


@given(st.text("aCO2x+-$ e.1/()₂²"))
def test_what_has_no_mark_of_a_script_stays(text):
    """Neither line below nor above, no macro, no tag: nothing to be read."""
    assert with_bare_scripts(with_scripts(with_tagged_scripts(text))) == text


@given(st.text("aCO2_^{}x+-$ e.1/()"))
def test_letters_and_digits_are_kept(text):
    """Scripts are moved, not dropped: folded, they are the digits that they were."""
    read = with_bare_scripts(with_scripts(text))
    assert re.sub(r"[\W_]", "", folded(read)) == re.sub(r"[\W_]", "", folded(text))


@given(st.text("a_^ "), st.sampled_from("_^"))
def test_the_words_that_hold_a_sign_are_changed(text, sign):
    """Each as a whole, however many blanks are between, and no other."""
    expected = [f"<{word}>" if sign in word else word for word in text.split(" ")]
    assert scripts._in_words(text, sign, "<{}>".format) == " ".join(expected)


# As one would write them: an optional macro first, which is slow to look for.
SIGN = r"(?P<macro>\\[a-zA-Z]+\s*)?(?<!\\)(?P<sign>[_^])"


@given(st.text(st.sampled_from("\\_^ab ")))
def test_a_script_is_found_behind_a_macro_or_alone(text):
    """The quick expression finds what the plain one does, the macro and the sign in it."""
    plain = [(m.span(), m["macro"], m["sign"]) for m in re.finditer(SIGN, text)]
    quick = [
        (m.span(), f"\\{m[1]}" if m[1] else None, scripts._sign(m))
        for m in re.finditer(scripts._SIGN, text)
    ]
    assert quick == plain


TAGS = ["</i>", "<i>", "<b >", "</jats:italic>", ":bold>", "<ce:i>", "<", ">", "5", "of", " "]
WORDS = ["the", "Xy", "(in", "and ", "is", ".", "i", "</em>", "<Italic>", "</Bold>"]


@given(st.lists(st.sampled_from(TAGS + WORDS)).map("".join))
def test_no_glued_tag_is_passed_over(text):
    """Where the slow search for lost spaces finds one, the quick one lets it try."""
    assert not markup._GLUED.search(text) or markup._MAY_BE_GLUED.search(text)
