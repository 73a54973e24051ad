"""One text in several writings: folded so far that what two databases write of a paper agrees.

Folding is for comparing alone; neither ids nor what is shown or searched is made of it. It may fold
too much, as no single field makes two records one paper.
"""

from __future__ import annotations

import re
from functools import lru_cache

from indexer import letters

_GREEK = (
    "αalpha βbeta γgamma δdelta εepsilon ζzeta ηeta θtheta ιiota κkappa λlambda μmu νnu ξxi "
    "οomicron πpi ρrho σsigma τtau υupsilon φphi χchi ψpsi ωomega"
)
_CYRILLIC = (
    "аa бb вv гg дd еe жzh зz иi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъ ыy ь эe "
    "юyu яya іi єe ґg"
)
_IN_LATIN = str.maketrans(
    {pair[0]: pair[1:] for pair in f"{_GREEK} {_CYRILLIC}".split()}
    | dict.fromkeys("'’‘`·", "")  # O'Neil and ONeil
)
_MARKUP = re.compile(r"</?[a-z][^<>]{0,80}>|\\[a-z]+\s*\{|[$_^{}\\]", re.IGNORECASE)
_WORDS = re.compile(r"[^\W_]+")
_LEFT_OUT = frozenset("a an and the".split())

# British and American spelling, and what German and Nordic letters become in ASCII: both sides
# are folded, so that it matters little that other words are folded, too.
_UMLAUTS = re.compile("[ao]e")
_SPELLINGS = (
    *(("our", "or"), ("yz", "is"), ("iz", "is"), ("yse", "ise"), ("ysi", "isi"), ("ll", "l")),
    *(("mme", "m"), ("ogue", "og"), ("ph", "f"), ("ence", "ense")),
)


@lru_cache(maxsize=16)
def folded(text: str) -> str:
    """Return lower-case words in Latin letters, a space between: no accents, marks or markup."""
    if not text.isascii():
        text = " ".join([w.lower() if w.isascii() else _in_latin(w) for w in text.split(" ")])
    if may_hold_markup(text):
        text = _MARKUP.sub("", text.replace("'", "").replace("`", ""))
    text = text.replace("'", "").replace("`", "").replace("&", " and ")
    return letters.ascii_words(text) if text.isascii() else " ".join(_WORDS.findall(text))


def may_hold_markup(text: str) -> bool:
    """Tell whether a sign of LaTeX or HTML occurs: to look for seven is faster than a pattern."""
    return (
        "$" in text
        or "\\" in text
        or "{" in text
        or "_" in text
        or "^" in text
        or "<" in text
        or "}" in text
    )


def first_words(text: str, count: int) -> list[str]:
    """Return the first words of a text as :func:`folded` gives them."""
    if text.isascii() and not may_hold_markup(text):  # a letter is folded whatever follows it
        words = folded(text[: count * _WIDTH]).split()
        if len(words) > count:  # so none of those is cut
            return words[:count]
    return folded(text).split()[:count]


_WIDTH = 12
"""Characters of a word and what is behind it, of most; of longer ones there may be fewer."""


@lru_cache(maxsize=1024)
def _in_latin(word: str) -> str:
    return letters.folded(word).translate(_IN_LATIN)


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a title as :func:`folded` gives them, without articles and *and*."""
    return tuple([_SAID.get(w, w) for w in folded(text).split() if w not in _LEFT_OUT])


@lru_cache(maxsize=64)
def squeezed(words: tuple[str, ...]) -> str:
    """Return the words of a title without spaces, in one of several spellings.

    So ``fine-tuning`` and ``finetuning``, ``tumour`` and ``tumor`` are the same.
    """
    return _spelled("".join(words))


def squeezed_title(text: str) -> str:
    """Return ``squeezed(words_of(text))``, faster, for who has no use of the words."""
    words = folded(text).split()
    return _spelled("".join(map(_SQUEEZED.get, words, words)))


def _spelled(text: str) -> str:
    if "ae" in text or "oe" in text:
        text = _UMLAUTS.sub("e", text)
    for one, other in _SPELLINGS:
        text = text.replace(one, other)
    return text


_AN_UMLAUT = re.compile(r"(?<=[aou])e(?=[^aeiou\W])")


@lru_cache(maxsize=8192)  # there are fewer names than people
def name_folded(text: str) -> str:
    """Return the words of a name as :func:`folded` does, umlauts as they are where ASCII is used.

    ``Müller``, ``Mueller`` and ``Muller`` become one, ``Sørensen`` and ``Soerensen`` another.
    """
    return _AN_UMLAUT.sub("", folded(text))


# What stands before a title, or behind it, and makes another paper of it.
_NOTICES = {
    "erratum": (
        r"^\W*(?:published |author |publisher )?(?:erratum|errata|corrigend(?:um|a))\b",
        r"^\W*addend(?:um|a)\b",
        r"^\W*(?:author |publisher )?corrections?(?: to\b|\s*:|\W*$)",
        r"^\W*retraction(?: of\b| note\b| notice\b|\s*:|\W*$)|^\W*expression of concern\b",
        r"\(vol\.? [^()]*\)\W*$|[:.(\[]\s*(?:erratum|corrigendum|correction)[)\]]?\W*$",
    ),
    "reply": (
        r"^\W*(?:(?:the )?authors?['’]?s? (?:reply|response)|in (?:reply|response)|closure to\b)",
        r"^\W*re(?:ply|joinder|buttal|sponse)(?: to\b|\s*:|\W*$)",
        r"[:.([–—-]\s*(?:(?:the )?authors?['’]?s? )?(?:reply|response|rejoinder)[)\]]?\W*$",
    ),
    "comment": (
        r"^\W*(?:comments?(?: on\b| to\b|\s*:|\W*$)|editorial comment\b|re\s*:|regarding\s*:)",
        r"^\W*(?:invited |editorial )?(?:commentary|discussion)(?: on\b| of\b|\s*:|\W*$)",
        r"^\W*letter(?: to the editor)?(?: regarding| re\b|\s*:)",
        r"^\W*(?:book )?review of\b|^\W*book review\s*:",
        r"[:.([–—-]\s*(?:an? )?(?:invited )?comment(?:ary)?[)\]]?\W*$",
        r"[:.([–—-]\s*(?:discussion|letter|editorial)[)\]]?\W*$",
    ),
    "protocol": (r"\bprotocol\b(?! of\b)[^:]*$|^\W*protocol (?:for|of)\b",),
}
_NOTICE = {kind: re.compile("|".join(some), re.IGNORECASE) for kind, some in _NOTICES.items()}


def notice_of(title: str) -> str:
    """Return what a title says it is to another paper (``erratum``, ``reply`` …), or ``""``."""
    return next((kind for kind, pattern in _NOTICE.items() if pattern.search(title)), "")


_OFFICES = (
    "presidents? editors?(?:_in_chief)? chairs? chair(?:man|men|person|persons|woman) directors? "
    "secretary treasurer committee society publisher dean meeting"
)
_GENERIC = re.compile(
    "|".join(
        (
            r"(?:guest |the )?editor(?:s|ial|ials)?",
            r"(?:guest |the )?editor(?:s|ials?)? (?:notes?|page|comment|introduction|foreword)",
            r"editorial board",
            r"(?:book|film|media|software) (?:reviews?|notices?)|reviews?|review articles?",
            r"books? received",
            r"introduction(?: to (?:the|this) (?:special )?(?:issue|section|volume|minitrack))?",
            r"preface|foreword|prologue|epilogue|afterword|conclusions?|discussions?|summary",
            r"overview|results|(?:author |subject |keyword |name )?ind(?:ex|ices|exes)",
            r"(?:table of )?contents|letters?(?: to (?:the )?editors?)?|correspondence",
            r"(?:authors? |in )?(?:reply|response)(?: to .*)?|comments?|commentary",
            r"comment and reply|errat(?:um|a)|corrigend(?:um|a)|corrections?|retraction",
            r"(?:news|notes)(?: and (?:news|notes|views))?|announcements?|calendar(?: of events)?",
            r"obituar(?:y|ies)|in memoriam.{0,30}|in this issue|from the editors?.{0,20}",
            r"call for papers|contributors|abstracts?|posters?|poster (?:session.*|abstracts?)",
            r"poster presentations?|oral (?:presentations?|session)|keynotes?|panel|tutorials?",
            r"(?:plenary |invited |keynote )(?:lectures?|talks?|speakers?|address|session)",
            r"welcome.{0,40}|(?:front|back) ?(?:matter|cover)|masthead|title page|cover",
            r"copyright(?: page)?|acknowledge?ments?(?: to reviewers)?|about (?:the )?authors?",
            r"(?:list of )?(?:reviewers|participants|authors)",
            r"(?:organi[sz]ing |program(?:me)? )?committees?(?: list)?",
            r"(?:conference|workshop) organi[sz](?:ation|ers)",
            r"(?:an? |the )?(?:message|letter|notes?|words?|remarks?|greetings?|report|address"
            r"|foreword|preface|minutes|column|page) (?:from|by|of) (?:the |our )?(?:\w+ ){0,3}"
            rf"(?:{_OFFICES.replace(' ', '|').replace('_', ' ')})",
            r"presidents? (?:message|address|page|letter|column|report)|presidential address",
            r"(?:session|workshop|conference) (?:details?|summary|overview|introduction).*",
            r"case reports?|original articles?|research (?:articles?|notes?)|untitled|no title",
            r"short communications?",
        )
    )
)


def is_generic(title: str) -> bool:
    """Tell whether a title names a kind of text, as *Editorial* does, and not a text."""
    return bool(_GENERIC.fullmatch(folded(title)))


_SERIAL = re.compile(
    r"\b(?:annual|annually|yearly|biennial|quarterly|monthly|statistics|standards of|guidelines?"
    r"|yearbook|outlook|prospects|census|reports? (?:of|from|on) the|overview of the"
    r"|what is your|test your|(?:meeting|conference|congress) report)\b"
)


def is_serial(title: str) -> bool:
    """Tell whether a title is one of those that come out anew, year by year."""
    return bool(_SERIAL.search(folded(title)))


ROMAN = {
    name: str(number)
    for number, name in enumerate(
        "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split(), 1
    )
}
_IN_WORDS = {
    name: str(number)
    for number, name in enumerate("one two three four five six seven eight nine ten".split(), 1)
} | {
    name: str(number)
    for number, name in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1
    )
}
_BRITISH = dict(
    pair.split("/")
    for pair in "centre/center fibre/fiber litre/liter metre/meter theatre/theater grey/gray "
    "aluminium/aluminum ageing/aging judgement/judgment mould/mold plough/plow".split()
)
_SAID = {
    "vs": "versus",
    **_IN_WORDS,
    **_BRITISH,
    **{f"{british}s": f"{american}s" for british, american in _BRITISH.items()},
}
_SQUEEZED = {**_SAID, **dict.fromkeys(_LEFT_OUT, "")}
_ALONE = frozenset("i v x".split())  # a numeral only behind one of these, or at the end
_COUNTED = frozenset(
    "part parts pt type types phase volume vol stage book chapter class grade factor level section "
    "study trial experiment collagen group generation edition series paper lecture case act".split()
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_DIGITS = re.compile(r"\d+")


def numbers_of(title: str) -> tuple[str, ...]:
    """Return the numbers and single letters of a title: digits, Roman numerals, *two*, *second*.

    Each comes as often as the title has it.

    They tell *Type 1* from *Type 2*, *Part A* from *Part B*, and one year's report from the next.
    """
    words = folded(_THOUSANDS.sub("", title) if "," in title else title).split()
    found: list[str] = []
    for at, word in enumerate(words):
        counted = bool(at) and words[at - 1] in _COUNTED
        if word in ROMAN and (word not in _ALONE or counted or at == len(words) - 1):
            found.append(ROMAN[word])
        elif word in _IN_WORDS:
            found.append(_IN_WORDS[word])
        elif len(word) == 1 and word.isalpha():
            if word != "a" or counted:
                found.append(word)
        else:
            found += [digits.lstrip("0") or "0" for digits in _DIGITS.findall(word)]
    return tuple(sorted(found))
