"""What papers are filtered and counted by: one description of each field, which all else reads.

To add a field is to add its description to :data:`TERMS` or :data:`FLAGS`. From there it comes into
the columns of an index, the filters and facets, the query language and its help, the options of
the commands, the parameters over HTTP, the pages, and the titles of lists and feeds. An index that
was built before lacks it: the next ``rebuild-index`` builds that anew, from cached vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from indexer.paper import Paper

_LAST = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """How people ask for a field.

    Attributes:
        name: of the field, in the query language as among the facets.
        form: an example in the query language, as its help shows it.
        meaning: of the form.
        option: help of the commands' option.
        help_place: where the help of the language has the form; less comes first.
    """

    name: str
    form: str
    meaning: str
    option: str
    help_place: int = _LAST


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetField(Described):
    """A field whose values are counted and listed on pages.

    Attributes:
        schema: what the parameter over HTTP says of itself.
        title: of the facet on a page.
        page_place: where a page has the facet; less comes first.
    """

    schema: str
    title: str
    page_place: int = _LAST

    @property
    def parameter(self) -> str:
        """The name of the filter, and of the parameter over HTTP."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsField(FacetField):
    """A field of which a paper has any number of values; of several wanted ones, any will do.

    Attributes:
        values: of a paper, in its order; one that comes twice counts once.
        match: ``words``: a value is wanted by one or more of its whole words in any order, folded
            (:func:`indexer.letters.folded`); ``category``: by the whole of it, folded, where ``LG``
            and ``cs.LG`` find each other, but ``cs.LG`` and ``stat.LG`` do not.
        also: more names in the query language.
        listed: comes before the values in the title of a list: ``by`` makes ``by Ye or Li``.
    """

    values: Callable[[Paper], Iterable[str]]
    match: Literal["words", "category"] = "words"
    also: tuple[str, ...] = ()
    listed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagField(FacetField):
    """What a paper has or has not: ``has:code``, ``--has-code``, ``has_code=true``.

    Attributes:
        value: of a paper; ``None``, where it does not say, passes for ``False``.
        noun: what is had, in ``with code`` and ``without code``.
    """

    value: Callable[[Paper], bool | None]
    noun: str

    @property
    def parameter(self) -> str:
        """The name of the filter, and of the parameter over HTTP."""
        return f"has_{self.name}"

    def words(self, has: bool) -> str:
        """Return what papers are that have it, or have it not."""
        return f"{'with' if has else 'without'} {self.noun}"


@dataclass(frozen=True, slots=True, kw_only=True)
class YearsField(Described):
    """The year of publication, wanted from one to another; there is but one such field.

    Attributes:
        also: more names in the query language.
        first: what the parameter ``year_from`` says of itself.
        last: what ``year_to`` does.
    """

    also: tuple[str, ...]
    first: str
    last: str


def extra_values(paper: Paper, name: str) -> list[str]:
    """Return what a paper's ``extra`` holds under a name: there a text, or a list of them.

    What is neither has no words, and is left out.
    """
    found = paper.extra.get(name)
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, str)]


def keywords_of(paper: Paper) -> list[str]:
    """Return a paper's keywords and tags; a text that has several is parted at ``;`` or ``,``."""
    return _parted(paper, "keywords")


def _parted(paper: Paper, name: str) -> list[str]:
    if not isinstance(stated := paper.extra.get(name), str):
        return extra_values(paper, name)
    return split_list(stated)


def split_list(text: str) -> list[str]:
    """Return the parts of a text that lists several: those between semicolons, else commas."""
    parts = text.split(";" if ";" in text else ",")
    return [part for one in parts if (part := one.strip())]


YEARS = YearsField(
    name="year",
    also=("years",),
    form="year:2024",
    meaning="of that year; also 2023..2025, 2023.., ..2025, 2023-2025, >=2023, <2023",
    option="2024, 2023..2025, 2023.. or ..2025",
    first="first year, inclusive",
    last="last year, inclusive",
    help_place=5,
)

TERMS: tuple[TermsField, ...] = (
    TermsField(
        name="category",
        values=lambda paper: paper.categories,
        match="category",
        also=("categories", "cat"),
        form="category:cs.LG",
        meaning="a category; LG finds it, too",
        option="Any of these; LG finds cs.LG, and back.",
        schema="any of these; `LG` also finds `cs.LG`",
        title="Category",
        listed="category",
        help_place=3,
        page_place=1,
    ),
    TermsField(
        name="author",
        values=lambda paper: paper.authors,
        also=("authors",),
        form='author:"Wenke Huang"',
        meaning="words of an author's name; of several such fields any will do",
        option="Any of these; words of a name.",
        schema="any of these; whole words of a name",
        title="Author",
        listed="by",
        help_place=1,
        page_place=4,
    ),
    TermsField(
        name="venue",
        values=lambda paper: () if paper.venue is None else (paper.venue,),
        also=("venues", "journal", "conference"),
        form="venue:CVPR",
        meaning="words of a journal's or conference's name",
        option="Any of these; words of it.",
        schema="any of these; whole words",
        title="Venue",
        listed="in",
        help_place=2,
        page_place=3,
    ),
    TermsField(
        name="source",
        values=lambda paper: paper.sources,
        also=("sources",),
        form="source:seeds",
        meaning="words of the name of the file that the paper came from",
        option="Any of these; words of the file's name.",
        schema="any of these; words of the file's name",
        title="Source",
        listed="from",
        help_place=4,
        page_place=5,
    ),
    TermsField(
        name="keyword",
        values=keywords_of,
        also=("keywords", "tag", "tags", "kw"),
        form="keyword:barley",
        meaning="words of a keyword or tag",
        option="Any of these; words of a keyword or tag.",
        schema="any of these; whole words of a keyword or tag",
        title="Keyword",
        listed="about",
        help_place=7,
        page_place=6,
    ),
    TermsField(
        name="group",
        values=lambda paper: _parted(paper, "groups"),
        also=("groups", "collection", "collections"),
        form="group:included",
        meaning="words of a group or collection of your library",
        option="Any of these; words of a group or collection.",
        schema="any of these; whole words of a group or collection of the library",
        title="Group",
        listed="in group",
        help_place=8,
        page_place=7,
    ),
)
"""In the order in which commands, HTTP, facets and titles have them."""

FLAGS: tuple[FlagField, ...] = (
    FlagField(
        name="code",
        value=lambda paper: paper.code,
        form="has:code",
        meaning="code is linked",
        option="With code / without or unknown.",
        schema="only papers with code, or without",
        title="Code",
        noun="code",
        help_place=6,
        page_place=2,
    ),
)
"""Likewise, after all terms."""
