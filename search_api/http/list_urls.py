"""What a list is asked by, and how that is written: the URLs of pages and feeds."""

from __future__ import annotations

from typing import Any, ClassVar, Literal
from urllib.parse import quote, urlencode

from pydantic import Field

from search_api.http.parameters import (
    EXCLUDES,
    FILTERS,
    OF_RANKING,
    ExportFormat,
    ListParameters,
    Words,
)
from search_api.query.query import MAX_K

SEARCH, RELATED = "/", "/related"


class Asked(ListParameters):
    """The query string of a page, and how it is written."""

    unwritten: ClassVar[frozenset[str]] = frozenset({"cursor"})

    @property
    def path(self) -> str:
        """The page that this is a state of."""
        return RELATED if self.relates else SEARCH

    @property
    def relates(self) -> bool:
        """Whether papers near to papers or a text are asked for, not the answers to a question."""
        return not self.q.strip() and bool(self.like or self.text.strip())

    @property
    def years(self) -> str:
        """The years that the list is narrowed to, in words."""
        first, last = self.year_from, self.year_to
        if first is None:
            return f"up to {last}"
        if last is None:
            return f"{first} and later"
        return str(first) if first == last else f"{first} to {last}"

    def parameters(self, **changes: Any) -> dict[str, Any]:
        """Return what is not as it is by default, with changes; ``None`` takes a parameter out.

        The cursor is left out: it belongs to this one page of this one list.
        """
        asked = self.model_dump(exclude_defaults=True, exclude=set(self.unwritten)) | changes
        for name, value in asked.items():
            if isinstance(value, list):  # each once, and no blanks
                asked[name] = list(dict.fromkeys(one for one in value if one.strip()))
        return {name: value for name, value in asked.items() if value not in (None, [], "")}

    def query_string(self, **changes: Any) -> str:
        """Return the parameters as a URL holds them."""
        return query_string(self.parameters(**changes))

    def url(self, path: str | None = None, /, **changes: Any) -> str:
        """Return the URL of a page with these parameters, changed; by default of the page itself.

        Args:
            path: of the page.
            changes: see :meth:`parameters`.
        """
        return url(self.path if path is None else path, **self.parameters(**changes))

    def url_without_filters(self) -> str:
        """Return the URL of the list as it were, were it narrowed to nothing."""
        return self.url(**dict.fromkeys(("year_from", "year_to", *FILTERS, *EXCLUDES.values())))

    def export_url(self, format_: str, k: int) -> str:
        """Return the URL of the list as a document.

        Args:
            format_: of it.
            k: how many papers where they are ranked; else it is all of them.
        """
        if self.ranks:
            return self.url("/api/v1/export", format=format_, k=k)
        ranked = dict.fromkeys(OF_RANKING)
        return self.url("/api/v1/export", format=format_, **ranked)

    def feed_url(self) -> str:
        """Return the URL of the list as a feed, which has an order and a length of its own."""
        return self.url("/feed", sort=None, diversity=None, k=None)


def url(path: str, /, **parameters: Any) -> str:
    """Return a URL of this service."""
    asked = query_string(parameters)
    return f"{path}?{asked}" if asked else path


def query_string(parameters: dict[str, Any]) -> str:
    """Return parameters as a URL holds them, a list as one parameter repeated."""
    values = {n: str(v).lower() if isinstance(v, bool) else v for n, v in parameters.items()}
    return urlencode(values, doseq=True, safe=":/,")


def paper_url(paper_id: str, suffix: str = "", /, **parameters: Any) -> str:
    """Return the URL of a paper's page."""
    return url(f"/papers/{_in_path(paper_id)}{suffix}", **parameters)


def paper_api_url(paper_id: str, suffix: str = "", /, **parameters: Any) -> str:
    """Return the URL of a paper in the API."""
    return url(f"/api/v1/papers/{_in_path(paper_id)}{suffix}", **parameters)


def _in_path(paper_id: str) -> str:
    # Browsers walk up from ``/../``, however its dots are written.
    walks = not {".", ".."}.isdisjoint(paper_id.split("/"))
    return quote(paper_id, safe=":" if walks else ":/")


class Marked(Asked):
    """Papers marked in a list, that list, and what is to become of them."""

    mark: list[Words] = Field([], max_length=MAX_K, description="ids of the marked papers")
    to: Literal["like", "unlike", "export"] = Field("like", description="what to do with them")
    format: ExportFormat = Field("bibtex", description="of an export")

    def target(self) -> str:
        """Return the URL of what is asked for; of the list itself, where nothing is marked."""
        none = dict.fromkeys(("mark", "to", "format"))
        if not self.mark:
            return self.url(**none)
        if self.to == "export":
            return url("/api/v1/export", id=self.mark, format=self.format)
        like = [one for one in self.like if one not in self.mark]
        unlike = [one for one in self.unlike if one not in self.mark]
        if self.to == "unlike":
            return self.url(like=like, unlike=[*unlike, *self.mark], **none)
        # What the question was does not matter any more, nor a minimum of its scores.
        return self.url(
            RELATED, q=None, min_score=None, like=[*like, *self.mark], unlike=unlike, **none
        )
