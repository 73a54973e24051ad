"""Text out of PDFs: glyphs' numbers, soft hyphens and cut words go, real hyphens stay."""

from __future__ import annotations

import pytest

from indexer.cleaning.text import clean

TEXTS = {
    "A bene(cid:173) ficial pond, bene(cid:173)ficial": "A beneficial pond, beneficial",
    "identi(cid:12)cation of su(cid:14)cient (cid:29)ows (cid:3) here": (
        "identification of sufficient flows here"
    ),
    "(cid:12)rst, a(cid:2)b, (cid:15) item (cid:1234)(cid:7)": "first, ab, item",
    "bene\u00ad ficial and bene\u00adficial, up\u00ad\nstream A\u00ad B": (
        "beneficial and beneficial, upstream A B"
    ),
    "an in- stance of ponds; the instance": "an instance of ponds; the instance",
    "algo- rithms for recogni- tion and arti- ficial ponds, Experi- ments": (
        "algorithms for recognition and artificial ponds, Experiments"
    ),
    "The \ufb01rst e\ufb00ect of di\ufb03cult \ufb02ow": "The first effect of difficult flow",
}


@pytest.mark.parametrize(("text", "shown"), TEXTS.items())
def test_what_a_pdf_cut_is_whole(text, shown):
    """By a half that is no word, by the rest of the text, or by a mark that is nothing else."""
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pre- and postnatal, first- to third-year", None),
        ("Vor- und Nachteile, intra- or extracellular", None),
        ("the pond- which was dry- and frogs", None),
        ("long- term and self- reported", "long-term and self-reported"),
        ("frog- eating birds; frog-eating birds", "frog-eating birds; frog-eating birds"),
        ("items: - ponds - reeds, A- B, 5- 10 mm", None),
    ],
)
def test_real_hyphens_stay(text, shown):
    """Those that wait for another word, of compounds, of dashes; in doubt all stays as it is."""
    assert clean(text) == (shown or text)
