"""The routes of duplicates: what may be one paper, what was merged, and what people decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from search_api.engine.duplicates import Duplicates
from search_api.engine.engine import Engine
from search_api.http import problems
from search_api.http.deciding import check_decider, may_decide
from search_api.http.dependencies import EngineDep
from search_api.http.duplicate_schemas import (
    ChangedOut,
    DecisionBody,
    DuplicatesOut,
    DuplicatesParameters,
    Shown,
)

_refused = {
    403: "decisions are not taken from there",
    404: "no paper or record has that id",
    409: "it contradicts an earlier decision, or the file of decisions cannot be read",
}

router = APIRouter(prefix="/api/v1", tags=["duplicates"])


def listed(parameters: DuplicatesParameters, engine: Engine) -> dict[str, Any]:
    """Return a page of duplicates: objects of the store under the names of JSON."""
    duplicates, decided = engine.duplicates, engine.duplicates.decided()
    start, stop = parameters.offset, parameters.offset + parameters.k
    possible = duplicates.possible(decided)
    counts: dict[Shown, int] = {
        "possible": len(possible),
        "merged": duplicates.merged_count(),
        "decisions": len(decided.decisions),
    }
    if parameters.show == "merged" and not parameters.paper:
        total, shown = counts["merged"], duplicates.merged(start, stop)
    else:
        every: Sequence[Any] = possible
        if parameters.show == "merged":
            every = duplicates.merged_paper(str(parameters.paper))
        elif parameters.show == "decisions":
            every = duplicates.decisions(decided, parameters.paper)
        elif parameters.paper:
            every = duplicates.possible(decided, parameters.paper)
        total, shown = len(every), list(every[start:stop])
    lists: dict[str, list[Any]] = {"possible": [], "merged": [], "decisions": []}
    return {
        "show": parameters.show,
        "counts": counts,
        "total": total,
        "offset": start,
        **lists,
        parameters.show: shown,
        "file": duplicates.place,
        "followed": duplicates.is_followed(decided),
        "gone": duplicates.are_gone(decided),
    }


def decide(body: DecisionBody, duplicates: Duplicates, where: str) -> dict[str, Any]:
    """Keep what is decided, or take it back."""
    if body.decision == "undo":
        changed = duplicates.undo(body.records, body.others)
    else:
        changed = duplicates.decide(body.decision, body.records, body.others, where)
    return {
        "decision": body.decision,
        "changed": [one.to_json() for one in changed],
        "file": duplicates.place,
        "followed": duplicates.is_followed(duplicates.decided()),
    }


@router.get("/duplicates", response_model=DuplicatesOut, responses=problems.documented(_refused))
def list_duplicates(
    parameters: Annotated[DuplicatesParameters, Query()], request: Request, engine: EngineDep
) -> Any:
    """List which papers are possibly one, which were merged, or what was decided of either."""
    found = listed(parameters, engine)
    for name in ("possible", "merged", "decisions"):
        found[name] = [one.to_json() for one in found[name]]
    return {**found, "index": engine.info.to_json(), "may_decide": may_decide(request, engine)}


@router.post(
    "/decisions",
    response_model=ChangedOut,
    responses=problems.documented(_refused),
    dependencies=[Depends(check_decider)],
)
def decide_duplicates(body: DecisionBody, engine: EngineDep) -> Any:
    """Decide whether records are of one paper; the next `rebuild-index` applies it."""
    return decide(body, engine.duplicates, "the HTTP API")
