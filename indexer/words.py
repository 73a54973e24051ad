"""From text to terms: the words of it without case and accents, stemmed, stop words left out.

Corpus and queries go through the same function, so a query finds every form of its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import Stemmer

from indexer.letters import folded

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

# Letters and digits, with the marks that combine with them; as FTS5's unicode61 splits.
WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")

_stemmer = Stemmer.Stemmer("english")  # Snowball's English stemmer, "Porter 2"


class Located(NamedTuple):
    """A word in a text.

    Attributes:
        term: what it is looked up by.
        start: where it begins, in characters.
        end: where it ends, exclusive.
    """

    term: str
    start: int
    end: int


def terms(text: str) -> list[str]:
    """Return the terms of a text in order, repetitions too; of only stop words, those."""
    found = WORD.findall(text)
    telling = [term for word in found if (term := _telling(word))]
    return telling or [stem(word) for word in found]


def located(text: str) -> Iterator[Located]:
    """Yield every word of a text with its place, stop words too."""
    for match in WORD.finditer(text):
        yield Located(stem(match[0]), match.start(), match.end())


def surfaces(text: str) -> dict[str, str]:
    """Return the terms of a text, each with the first word of it that has it, in order."""
    found = [(word.term, text[word.start : word.end]) for word in located(text)]
    telling = [(term, word) for term, word in found if folded(word) not in STOP_WORDS]
    first: dict[str, str] = {}
    for term, word in telling or found:
        first.setdefault(term, word)
    return first


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return what a word is looked up by."""
    return str(_stemmer.stemWord(folded(word)))


@lru_cache(maxsize=1 << 16)
def _telling(word: str) -> str:
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
