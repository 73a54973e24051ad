"""From what a source wrote to what a person reads: markup and white space cleaned, nothing lost."""

from __future__ import annotations

import re

from indexer.latex import latex_to_text

_URL = re.compile(r"https?://[^\s/<>|\"{}\\]+\.[^\s<>|\"{}\\]+")
_CODE_LINK = re.compile(r"\b(?:github|gitlab|bitbucket|codeberg)\.\s?(?:com|org)/\w", re.IGNORECASE)


def clean(text: str) -> str:
    """Return the text without LaTeX markup and with white space folded to single spaces."""
    return " ".join(latex_to_text(text).split())


def links_in(text: str) -> list[str]:
    """Return the distinct links of a clean text, in order, without trailing punctuation."""
    return list(dict.fromkeys(m[0].rstrip(".,;:)]'") for m in _URL.finditer(text)))


def links_code(text: str) -> bool:
    """Tell whether the text links to a host of code; a link broken by a space counts."""
    return bool(_CODE_LINK.search(text))
