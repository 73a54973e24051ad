"""From text to terms: the words of it without case and accents, stemmed, stop words left out.

Corpus and queries go through the same functions, so a query finds every form of its words.

Where words stand without spaces between them (Chinese, Japanese, Thai, Lao, Khmer, Burmese; Korean,
for its particles), each character is a word, and any two neighbours are a term: such bigrams find a
part of a text without a dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

import Stemmer

from indexer.letters import ASCII_WORD, UNSPACED, WORD, ascii_split, folded

_FUNCTION_WORDS = """
a about above after again against all also am an and any are as at be because been before
being below between both but by can could did do does doing down during each few for from further
had has have having he her here hers him his how i if in into is it its itself just may me might
more most must my no nor not now of off on once only or other our out over own same shall she
should so some such than that the their them then there these they this those through to too
under until up upon us very via was we were what when where whether which while who whom whose
why will with within without would you your
"""
STOP_WORDS = frozenset(_FUNCTION_WORDS.split())
"""English words that tell nothing of a subject; a query made only of them is searched as it is."""

_stemmer = Stemmer.Stemmer("english")  # Snowball's English stemmer, "Porter 2"


class Located(NamedTuple):
    """A word in a text, or a pair of characters that are words.

    Attributes:
        term: what it is looked up by.
        start: where it begins, in characters.
        end: where it ends, exclusive.
        paired: whether it is a character that is in a pair; the pair is the term of the text.
    """

    term: str
    start: int
    end: int
    paired: bool = False


def terms(text: str) -> list[str]:
    """Return the terms of a text in order, repetitions too; of only stop words, those."""
    found = spaced(text)
    if found is None:
        found = [text[word.start : word.end] for word in located(text) if not word.paired]
    return [term for word in found if (term := telling(word))] or [
        term for word in found if (term := stem(word))
    ]


def spaced(text: str) -> list[str] | None:
    """Return the words of a text in order; ``None`` where some stand without spaces between them.

    Those of ASCII come in lower case, so that who remembers what a word is has fewer to remember.
    """
    if text.isascii():
        return ascii_split(text)
    return None if UNSPACED.search(text) else WORD.findall(text)


def paired(text: str) -> list[str]:
    """Return the characters of a text that are in pairs, in order, repetitions too.

    An index has them beside the terms: so who asks for one character finds it anywhere, but who
    asks for two does not get all that has either.
    """
    if text.isascii() or not UNSPACED.search(text):
        return []
    return [word.term for word in located(text) if word.paired]


def located(text: str) -> Iterator[Located]:
    """Yield every word of a text with its place, stop words too, and every pair of characters."""
    if text.isascii():
        for word in ASCII_WORD.finditer(text):
            yield Located(stem(word[0]), word.start(), word.end())
        return
    found = list(WORD.finditer(text))
    within = False
    for word, following in zip_longest(found, found[1:]):
        begins = following is not None and _is_pair(word, following)
        if term := stem(word[0]):
            yield Located(term, word.start(), word.end(), within or begins)
        if begins:
            pair = text[word.start() : following.end()]
            yield Located(stem(pair), word.start(), following.end())
        within = begins


def folded_words(text: str) -> list[str]:
    """Return every word of a text folded, in order, stop words too."""
    found = (ASCII_WORD if text.isascii() else WORD).findall(text)
    return [word for one in found if (word := folded(one))]


def runs(text: str) -> list[list[str]]:
    """Return every word of a text folded, in lists of one, or of as many characters as are paired.

    ``Otto 王伟`` is ``[["otto"], ["王", "伟"]]``.
    """
    found: list[list[str]] = []
    before: re.Match[str] | None = None
    for word in (ASCII_WORD if text.isascii() else WORD).finditer(text):
        if plain := folded(word[0]):
            if before and _is_pair(before, word):
                found[-1].append(plain)
            else:
                found.append([plain])
        before = word
    return found


def in_both_orders(name: str) -> str:
    """Return a name as it is searched: 伟 王 as 伟王 and 王伟, any other as it is.

    Nothing tells which of two such words is the family's, nor does who asks for it part them.
    """
    parts = name.split()
    if len(parts) < 2 or not all(map(UNSPACED.match, parts)):
        return name
    return f"{''.join(parts)} {parts[-1]}{''.join(parts[:-1])}"


def surfaces(text: str) -> dict[str, str]:
    """Return the terms of a text, each with the first word of it that has it, in order."""
    found = [(word.term, text[word.start : word.end]) for word in located(text) if not word.paired]
    telling = [(term, word) for term, word in found if folded(word) not in STOP_WORDS]
    first: dict[str, str] = {}
    for term, word in telling or found:
        first.setdefault(term, word)
    return first


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return what a word is looked up by."""
    return str(_stemmer.stemWord(folded(word)))


def _is_pair(one: re.Match[str], other: re.Match[str]) -> bool:
    """Tell whether two words are characters without a space between them."""
    touching = one.end() == other.start()
    return touching and bool(UNSPACED.search(one[0]) and UNSPACED.search(other[0]))


@lru_cache(maxsize=1 << 16)
def telling(word: str) -> str:
    """Return the term of a word, ``""`` for a stop word."""
    return "" if folded(word) in STOP_WORDS else stem(word)


_OF_WRITING = """
ability able accuracy accurate achieve achieved achieves additionally address addressed addresses
addressing advance advances aim aims allow allowing allows analysis analyze application applications
applied apply approach approaches aspect aspects author authors available based baseline baselines
better broad broader capabilities capability case cases challenge challenges challenging code common
compare compared comparison comprehensive computational conclude conclusion conduct consider
consistently contribution contributions crucial current dataset datasets demonstrate demonstrated
demonstrates demonstrating describe described design designed despite develop developed development
different difficult diverse effect effective effectively effectiveness effects efficiency efficient
efficiently empirical enable enables enabling end enhance enhances ensure especially evaluate
evaluated evaluation evaluations example examples existing experiment experimental experiments
explore explores extensive facilitate factor finally find finding findings first focus framework
frameworks fully fundamental future gap general generally github given high higher however https
idea identify impact implementation important improve improved improvement improvements improves
improving include includes including increase increasing increasingly inherent insight insights
introduce introduced introduces introducing investigate issue issues key known large largely lead
leading leads learn learned learning limit limitation limitations limited literature low lower main
mainly make makes making manner mechanism mechanisms method methodology methods metric metrics model
models moreover multiple namely need needs new non novel number numerous observe obtain obtained
offer offers open order outperform outperforming outperforms overall overcome paper paradigm
paradigms particular particularly perform performance performs perspective popular possible
potential practical present presented presents previous previously prior problem problems process
produce project promising proper properties property propose proposed proposes provide provided
provides providing quality range real recent recently reduce reduces reducing related remain remains
report require required requires requiring research researcher researchers respectively result
resulting results reveal reveals review rich robust role scenario scenarios second set setting
settings several show showing shown shows significant significantly simple single small solution
solutions solve specific specifically state strategies strategy strong studied studies study
substantial substantially suffer suggest superior support survey system systematic systems take task
tasks technique techniques test then theoretical therefore thus time tool tools train trained
training two type types typically unified unique use used useful uses using validate variety various
versatile via way ways well wide widely without work works world year years yet
"""
TERMS_OF_WRITING = frozenset(map(stem, _OF_WRITING.split()))
"""Terms of any abstract, whatever it is about: they name no subject, though a part of its name."""
