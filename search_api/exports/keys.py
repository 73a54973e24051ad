"""Citation keys: akin's own, or those that the library they came from has.

A key of akin's is made of the first surname, the year, the first word of the title that says
something, and four letters of a hash of the paper's id. So it is the same in every export, whatever
else is in it, and two papers hardly ever share one: of a million, a handful. Those get a longer
hash, as far as they stand in one file.

A library's own key, ``extra["citation_key"]``, is kept but for the signs that end a key in BibTeX.
Where two papers have one, case aside, the second gets letters of akin's behind it.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator

from indexer.cleaning.names import Name
from indexer.paper import Paper
from search_api.exports.listed import as_text, as_texts, names

_SILENT_WORDS = frozenset("a an the on in of for to and at by from with is are".split())
_NO_DECOMPOSITION = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "œ": "oe", "ı": "i"}
)
_KEY_HASH = 4
"""Base32 letters of a key; a key that is taken gets twice as many."""

_NOT_IN_A_KEY = re.compile(r"[\s,{}()\"'#%~\\=@]+")
"""What BibTeX, Biber or LaTeX take for something else."""


class Keys:
    """Gives each paper of a document a key that no other one has there.

    Eight bytes are kept of a key: a million of them is little to remember, and no two are alike.

    Args:
        own: whether a paper's own key goes before akin's.
    """

    def __init__(self, own: bool = False) -> None:
        self._own = own
        self._taken: set[int] = set()

    def of(self, paper: Paper, tell: Callable[[str], None] | None = None) -> str:
        """Return the paper's key, and take it.

        Args:
            paper: to be cited by it.
            tell: told where a key of its own cannot stand as it is.
        """
        stated = next(iter(own_keys(paper)), "") if self._own else ""
        bare = _NOT_IN_A_KEY.sub("", stated)
        candidates = _of_akin(paper) if not bare else itertools.chain([bare], _longer(bare, paper))
        key = next(key for key in candidates if self._is_free(key))
        if stated and key != stated and tell:
            why = "is another paper's, too" if key.startswith(f"{bare}-") else "is no key of BibTeX"
            tell(f"the key {stated!r} {why}: {paper.id} has {key} here")
        return key

    def _is_free(self, key: str) -> bool:
        """Take a key, unless it is taken."""
        mark = hashlib.blake2b(key.casefold().encode("utf-8", "replace"), digest_size=8).digest()
        number = int.from_bytes(mark)
        free = number not in self._taken
        self._taken.add(number)
        return free


def own_keys(paper: Paper) -> list[str]:
    """Return the keys that the paper has in the libraries it came from; one cites by the first."""
    return as_texts(paper.extra.get("citation_key"))


def own_key(paper: Paper) -> str:
    """Return them as one text, ``""`` where there is none."""
    return as_text(paper.extra.get("citation_key"))


def citation_key(paper: Paper, attempt: int = 0) -> str:
    """Return the key to cite a paper by, ``wang2025interns1-k3x7``.

    Args:
        paper: whose first author, year, title and id make it.
        attempt: 0; with another number the key of a paper whose keys before are another's.
    """
    first = next(names(paper), Name(""))
    words = re.split(r"[\s:–—/]+", paper.title)
    telling = (w for word in words if (w := _ascii(word)) and w not in _SILENT_WORDS)
    stem = f"{_ascii(first.family) or 'anon'}{paper.year or ''}{next(telling, '')[:24]}"
    return f"{stem}-{_letters(paper, attempt)}"


def _of_akin(paper: Paper) -> Iterator[str]:
    return (citation_key(paper, attempt) for attempt in itertools.count())


def _longer(key: str, paper: Paper) -> Iterator[str]:
    return (f"{key}-{_letters(paper, attempt)}" for attempt in itertools.count())


def _letters(paper: Paper, attempt: int) -> str:
    seed = f"{paper.id}\n{attempt}" if attempt else paper.id
    digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()
    return base64.b32encode(digest).decode().lower()[: _KEY_HASH * 2 if attempt else _KEY_HASH]


def _ascii(word: str) -> str:
    """Return the letters and digits of a word in ASCII, lower case."""
    bare = unicodedata.normalize("NFKD", word.casefold().translate(_NO_DECOMPOSITION))
    return re.sub(r"[^a-z0-9]", "", bare)
