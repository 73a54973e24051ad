"""The routes of the pages. Each state is a URL; all but the list and the map need no JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, ClassVar

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from pydantic import Field

from indexer.errors import BadParameter
from indexer.paper import Paper
from indexer.words import folded_words
from search_api.engine.engine import Engine
from search_api.exports import EXPORTERS, Listed
from search_api.exports.document import document
from search_api.http.dependencies import EngineDep
from search_api.http.list_urls import Asked, Marked, paper_url
from search_api.http.parameters import Words
from search_api.http.titles import title_of_list
from search_api.pages.facets import bars, facets, narrowed
from search_api.pages.marking import shown
from search_api.pages.render import FORMATS, HEADERS, page
from search_api.pages.tinting import tinted
from search_api.query import query as queries
from search_api.query.query import MAX_K
from search_api.query.results import ResultList

pages = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

AskedDep = Annotated[Asked, Query()]

_NEIGHBOURS = 8
_ON_MAP = 30
"""Papers of a list that are marked on the map."""

_READ_AGAIN = 30
"""Papers of a list that the model reads again for their strongest sentences."""

_WORDS_OF_NAME = 4

_CITED = ("bibtex", "ris")
_PART = "X-Akin-Part"
"""A request with this header is a script's, for a part of a page."""


@pages.get("/")
def search(request: Request, asked: AskedDep, engine: EngineDep) -> HTMLResponse:
    """The answers to a question; without one, what can be asked."""
    return _results(request, asked, engine) or page(
        request,
        "home.html",
        engine.info,
        asked=asked,
        facets=engine.facets,
        topics=engine.topics,
    )


@pages.get("/related")
def related(request: Request, asked: AskedDep, engine: EngineDep) -> HTMLResponse:
    """Papers near to others, or to a pasted abstract; without either, the box to paste it into."""
    return _results(request, asked, engine) or page(
        request, "related.html", engine.info, asked=asked
    )


def _results(request: Request, asked: Asked, engine: Engine) -> HTMLResponse | None:
    query = asked.to_query()
    if query is None:
        return None
    found = engine.search(query)
    return page(
        request,
        "results.html",
        engine.info,
        asked=asked,
        found=found,
        hits=[
            (hit, shown(hit.paper, matches))
            for hit, matches in zip(found.hits, engine.matches(query, found.papers), strict=True)
        ],
        facets=facets(engine, asked, found),
        bars=bars(engine, asked, found),
        like=engine.papers_of(found.query.like),
        unlike=engine.papers_of(found.query.unlike),
        narrowed=list(narrowed(asked)),
        name=_name(engine, asked, found),
    )


def _name(engine: Engine, asked: Asked, found: ResultList) -> str:
    """Return the question, where it is an author's name and not asked as one; else nothing.

    Names are looked for among those at hand, as to go through all takes long in a large index;
    only where nothing was found, there is time for that.
    """
    name = asked.q.strip(' "“”')
    asked_for = set(folded_words(name))
    if asked.filters().terms("author") or ":" in name or not 2 <= len(asked_for) <= _WORDS_OF_NAME:
        return ""
    if not found.total:
        by = Asked.model_validate({"author": [name]}).to_query()
        return name if by and engine.search(replace(by, k=1)).total else ""
    frequent = (str(one.value) for one in found.facets["author"])
    names = (*frequent, *(one for paper in found.papers for one in paper.authors))
    return name if any(asked_for <= set(folded_words(one)) for one in names) else ""


@pages.get("/snippets")
def snippets(asked: AskedDep, engine: EngineDep) -> StreamingResponse:
    """Of each paper of a list the abstract with its strongest sentence, one after the other.

    Each is a line of JSON with ``id``, ``preview`` and ``abstract``, the latter two as HTML: of the
    paper, not the place, as another index may answer than that of the page. To find that sentence
    the model reads the paper again, so a list does not wait for it, and a long one has it for its
    first papers.
    """
    query = asked.to_query()
    if query is None:
        raise BadParameter("q: what was looked for?", field="q")
    found = engine.search(replace(query, k=min(query.k, _READ_AGAIN)))
    matches = engine.matches(query, found.papers)
    nearest = engine.nearest_sentences(query, found.papers)

    def lines() -> Iterator[bytes]:
        for hit, words, sentence in zip(found.hits, matches, nearest, strict=True):
            text = shown(hit.paper, words, sentence)
            line = {"id": hit.paper.id, "preview": text.preview, "abstract": text.abstract}
            yield orjson.dumps(line, default=str) + b"\n"

    return StreamingResponse(lines(), media_type="application/jsonl", headers=HEADERS)


@pages.get("/marked")
def marked(asked: Annotated[Marked, Query()]) -> RedirectResponse:
    """Lead from the papers that were marked to what was asked for with them."""
    return RedirectResponse(asked.target(), 303)


@pages.get("/papers/{id:path}/why")
def why(
    request: Request,
    id: str,  # noqa: A002 — the route's
    asked: AskedDep,
    engine: EngineDep,
) -> Response:
    """Why a paper is where it is in a list; to a script without the page around it."""
    query = asked.to_query()
    if query is None:
        raise BadParameter("q: what was looked for?", field="q")
    found = engine.explain(query, id)
    if found.paper.id != id:
        return _moved(paper_url(found.paper.id, "/why", **asked.parameters()))
    return page(
        request,
        "why.html",
        engine.info,
        headers={"Vary": _PART},
        asked=asked,
        part=_PART in request.headers,
        why=found,
        tinted=tinted(found),
    )


@pages.get("/papers/{id:path}")
def paper(
    request: Request,
    id: str,  # noqa: A002 — the route's
    asked: AskedDep,
    engine: EngineDep,
) -> Response:
    """A paper with all its fields, its neighbours, and how to cite it.

    Whatever else it goes by leads to its id.
    """
    found, query = engine.paper(id), asked.to_query()
    if found.id != id:
        return _moved(paper_url(found.id, **asked.parameters()))
    return page(
        request,
        "paper.html",
        engine.info,
        asked=asked,
        paper=found,
        shown=shown(found, engine.matches(query, [found])[0] if query else ()),
        fields=_fields(found),
        citations=[(name, FORMATS[name], _cited(found, name)) for name in _CITED],
        records=engine.records(id),
        possible=engine.duplicates.possible(paper_id=id),
        neighbours=engine.search(queries.Query.related(like=(id,), k=_NEIGHBOURS)),
    )


def _moved(to: str) -> RedirectResponse:
    # To be asked for again: a name may be another paper's in the next index.
    return RedirectResponse(to, 308, HEADERS)


def _fields(found: Paper) -> list[tuple[str, str]]:
    """Return the fields of a paper that are plain text, those that it has."""
    fields = {
        "Id": found.id,
        "Year": found.year,
        "Date": found.date,
        "Venue": found.venue,
        "Categories": ", ".join(found.categories),
        "DOI": found.doi,
        "arXiv": found.arxiv_id,
        "Code": {True: "yes", False: "none stated", None: None}[found.code],
        "Sources": ", ".join(found.sources),
    }
    return [(name, str(value)) for name, value in fields.items() if value]


def _cited(found: Paper, name: str) -> str:
    return b"".join(document(EXPORTERS[name], [Listed(found)], found.title)).decode()


class MapAsked(Asked):
    """The query string of the map: a list, or papers, to be marked; and what its script keeps."""

    unwritten: ClassVar[frozenset[str]] = frozenset({"cursor", "id", "colour", "at"})

    id: list[Words] = Field([], max_length=MAX_K, description="papers to be marked")
    colour: Words = Field("", description="what colours mean")
    at: Words = Field("", description="which part is seen")


@pages.get("/map")
def corpus_map(
    request: Request, asked: Annotated[MapAsked, Query()], engine: EngineDep
) -> HTMLResponse:
    """The corpus in two dimensions, with the papers of a list marked; and its topics."""
    query = None if asked.id else asked.to_query()
    found = engine.search(replace(query, k=_ON_MAP, cursor=None)) if query else None
    marked = found.papers if found else engine.papers_of(list(dict.fromkeys(asked.id)))
    return page(
        request,
        "map.html",
        engine.info,
        asked=asked,
        total=found.total if found else len(marked),
        what=title_of_list(asked, engine) if query else ", ".join(one.title for one in marked),
        hits=engine.places([one.id for one in marked]),
        topics=[(topic, engine.papers_at(topic.central)) for topic in engine.map.topics],
    )


@pages.get("/list")
def reading_list(request: Request, engine: EngineDep) -> HTMLResponse:
    """The papers that were saved in this browser."""
    return page(request, "list.html", engine.info)
