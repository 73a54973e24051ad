"""Markup that was left in a text: HTML, and the XML of publishers and databases, also escaped.

What looks like a tag may be text: ``<answer>``, ``<EOS>``, ``x<y``, ``p < .05 and n > 3``. Markup
are elements of known names, those of a publisher's namespace (``<ce:inf>``), and those
of any other namespace, or with an attribute, that begin and end in the text.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

from indexer.cleaning.scripts import with_tagged_scripts

_HTML_AND_JATS = frozenset(
    """
a abbr abstract abstract-sec alternatives article-title b big blockquote body boxed-text br break
caption center cite code cross-ref cross-refs dd def-item def-list disp-formula disp-quote div dl
dt em email ext-link fig font h1 h2 h3 h4 h5 h6 html i img inf inline-formula inline-graphic
inline-supplementary-material inter-ref italic kwd label li link list list-item monospace
named-content nobr ol overline p pre private-char q roman sans-serif sc scp sec section
section-title simple-para small small-caps span strong strike styled-content sub sub-title sup
table tbody td tex-math textual-form th title tr tt u ul underline uri wbr xref bold annotation
annotation-xml math menclose mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom
mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder
munderover semantics abstracttext bi copyrightinformation e1 e2 e3 emailref otherabstract urlref
""".split()
)
"""Lower case: of HTML, JATS, Elsevier, MathML; and of PubMed and Inspec."""

_SPRINGER = frozenset(
    """
Abstract AbstractHeading AbstractSection Bold CitationRef DefinitionList Emphasis Equation
EquationNumber EquationSource ExternalRef Heading ImageObject InlineEquation InlineMediaObject
InternalRef Italic ItemContent ListItem MediaObject OrderedList Para RefSource RefTarget SimplePara
SmallCaps Stack Subscript Superscript TextObject UnorderedList
""".split()
)
"""Words that are text in lower case."""

_NAMESPACES = re.compile(r"(?i:jats|nlm|mml|mathml|m|ce|sb|xocs|ns\d?|x?html|o|st1)")
_TAG = re.compile(
    r"<(?P<end>/?)(?:(?P<prefix>[A-Za-z][\w-]*):)?(?P<name>[A-Za-z][\w.-]*)"
    r"(?P<attributes>(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s<>\"']+))*)\s*(?P<empty>/?)>"
    r"|<!--[^<>]*-->|<!\[CDATA\[|\]\]>|<<ETX>>"
)
_STYLES = r"(?:\w+:)?(?:i|em|b|strong|italic|bold|Emphasis|Italic|Bold)"
_SMALL = r"(?:is|are|was|were|has|have|had|and|of|in|to|for|from|with|by|that|which|than|the)\b"
# Where publishers lost the space at a tag: the place shows by a word that is no end of another.
_GLUED = re.compile(
    rf"(?:(?<=[^\W\d_]{{3}}</i>)|(?<=</em>)|(?<=</[Bb]old>)|(?<=</[Ii]talic>)|(?<=:italic>)"
    rf"|(?<=:bold>)|(?<=</Emphasis>))(?={_SMALL}(?![-'’]))"
    rf"|(?<=[\s(](?:of|in|by|to))(?=<{_STYLES}\b[^<>]*>(?:[A-Z]|\w+\s))"
    rf"|(?<=[\s(](?:and|for|the))(?=<{_STYLES}\b[^<>]*>(?:[A-Z]|\w+\s))"
)
_MAY_BE_GLUED = re.compile(rf"</|<{_STYLES}\b[^<>]*>|:(?:italic|bold)>")  # quick, unlike the others
_LABEL = re.compile(r"\sLabel\s*=\s*[\"']([^\"']*)", re.IGNORECASE)
_NO_LABEL = frozenset(("", "UNLABELLED", "UNASSIGNED"))
_BLOCKS = frozenset(
    "abstract abstract-sec abstractsection abstracttext blockquote body boxed-text br break "
    "caption copyrightinformation dd def-item disp-formula disp-quote div dl dt fig kwd li "
    "list-item listitem ol otherabstract p para pre sec section simple-para simplepara table td "
    "th tr ul".split()
)
_HEADINGS = frozenset("abstractheading h1 h2 h3 h4 h5 h6 heading label section-title title".split())
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")


def without_markup(text: str) -> str:
    """Return the text without markup, entities as characters; paragraphs stay apart."""
    for _ in range(3):  # markup may itself be escaped: &amp;lt;i&amp;gt;
        if "<" in text:
            if _MAY_BE_GLUED.search(text):
                text = _GLUED.sub(" ", text)
            if "</" in text:
                text = with_tagged_scripts(text)
            text = _TAG.sub(_shown, text)
        if "&" not in text:
            break
        unescaped = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
        if unescaped == text:
            break
        text = unescaped
    return text


def _shown(tag: re.Match[str]) -> str:
    """Return what stands for a tag: nothing, the gap or the label that it makes, or the tag."""
    if not tag["name"]:
        return ""
    if not _is_markup(tag):
        return tag[0]
    name = tag["name"].lower()
    if tag["end"] and name in _HEADINGS:
        return ": "
    if name == "abstracttext" and (label := _LABEL.search(tag["attributes"])):
        said = label[1].strip(" :")
        return " " if said.upper() in _NO_LABEL else f" {said}: "
    return " " if name in _BLOCKS or name in _HEADINGS else ""


def _is_markup(tag: re.Match[str]) -> bool:
    prefix, name = tag["prefix"], tag["name"]
    if _NAMESPACES.fullmatch(prefix) if prefix else name.lower() in _HTML_AND_JATS:
        return True
    if name in _SPRINGER and not prefix:
        return True
    return _qualified(tag) in _elements(tag.string) or bool(tag["empty"] and _is_quoted(tag))


@lru_cache(maxsize=1)
def _elements(text: str) -> frozenset[str]:
    """Return the elements that begin and end in a text, and have a namespace or an attribute."""
    begun, ended = set(), set()
    for tag in _TAG.finditer(text):
        if tag["end"]:
            ended.add(_qualified(tag))
        elif tag["prefix"] or (tag["name"] and _is_quoted(tag)):
            begun.add(_qualified(tag))
    return frozenset(begun & ended)


def _qualified(tag: re.Match[str]) -> str:
    return f"{tag['prefix'] or ''}:{tag['name']}"


def _is_quoted(tag: re.Match[str]) -> bool:
    return '"' in tag["attributes"] or "'" in tag["attributes"]
