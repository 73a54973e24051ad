"""Addresses that may stand as a link in a document that others open: none that runs anything.

A paper's ``url`` is what a source has there: a relative path, ``javascript:…``, an address with
spaces or braces. Only what leads to a document elsewhere becomes a link, and that as RFC 3986 has
it.
"""

from __future__ import annotations

import re
from urllib.parse import quote

PAGES = {
    "arxiv": "https://arxiv.org/abs/",
    "doi": "https://doi.org/",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/",
    "openreview": "https://openreview.net/forum?id=",
    "acl": "https://aclanthology.org/",
}
"""What an identifier makes an address with, by the scheme of a paper's id."""

_NO_HOST = r"\x00-\x20\x7f/?#@\[\]\\<>\"{}|^`%"
_ADDRESS = re.compile(
    rf"((?:https?|ftp)://(?:[^{_NO_HOST}]+@)?(?:[^{_NO_HOST}:]+|\[[0-9a-f:.]+\])(?::[0-9]{{1,5}})?)"
    r"(/[^?#]*)?(\?[^#]*)?(#.*)?",
    re.IGNORECASE | re.ASCII,
)
_DOI = re.compile(r"doi:\s*(10\.\d{4,9}/\S+)", re.IGNORECASE | re.ASCII)
_LONE_PERCENT = re.compile("%(?![0-9a-f]{2})", re.IGNORECASE)
_AS_IT_IS = "!$&'()*+,;=:@/?%"


def link_to(url: str) -> str | None:
    """Return the URI that leads where an address leads; ``None`` where no reader should follow it.

    Args:
        url: as a source has it, on one line. Of ``http``, ``https`` and ``ftp`` what a URI cannot
            hold is percent-encoded; ``doi:`` leads to the resolver. All else is refused.
    """
    if match := _DOI.fullmatch(url):
        return PAGES["doi"] + quote(match[1], safe="/:;()")
    match = _ADDRESS.fullmatch(url)
    if match is None:
        return None
    host, *rest = (part or "" for part in match.groups())
    host = quote(host, safe=_AS_IT_IS + "[]")  # around an IPv6 address
    return host + "".join(part[:1] + _encoded(part[1:]) for part in rest)


def _encoded(text: str) -> str:
    return quote(_LONE_PERCENT.sub("%25", text), safe=_AS_IT_IS)
