"""Adds a signal to the ranking, and shows where it arrives: run by test_signals.py.

A process of its own, as all that reads the description does so when it is imported.
"""

from __future__ import annotations

import html
import json
import re
import sys
from pathlib import Path

import numpy as np

from search_api.ranking import signals
from search_api.ranking.question import Question
from search_api.store.scorers import Dense

WEIGHT = 0.25


def recency(question: Question) -> Dense:
    """The year of a paper; where it is not known, the mean of those that are."""
    store = question.store
    years = store.dates(np.arange(len(store))) // 10_000
    known = years[years > 0]
    return Dense(np.where(years > 0, years, known.mean() if len(known) else 0.0))


RECENCY = signals.Signal(
    name="recency",
    noun="recency",
    measure="year",
    digits=0,
    weights=signals.Weights.always(WEIGHT),
    scorer=recency,
    example=(2024.0, 0.5),
)
YEARS = {"Old graphs": 2016, "New graphs": 2026, "Graphs of no year": None, "Middling": 2022}
QUESTION = "graphs"


def write_papers(path: Path) -> None:
    """Write the papers as akin does."""
    with path.open("w", encoding="utf-8") as file:
        for title, year in YEARS.items():
            paper = {"id": "", "title": title, "abstract": f"Of {title}.", "authors": ["Ann Lee"]}
            rest = {"year": year, "arxiv_id": None, "sources": [], "extra": {}}
            file.write(json.dumps(paper | rest) + "\n")


def text_of(markup: str) -> str:
    """Return what a page says, each run of white space as one."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def main(folder: Path) -> None:
    """Print what commands, HTTP and pages make of the signal, as JSON."""
    signals.SIGNALS = (*signals.SIGNALS, RECENCY)

    from click.testing import CliRunner
    from starlette.testclient import TestClient

    from indexer.rebuild import rebuild
    from indexer.store.generation import IndexFolder
    from search_api.app import create_app
    from search_api.cli import akin
    from search_api.engine import live
    from tests.fakes import fake_encoder, fake_model

    live.find_model, live.question_encoder = fake_model, fake_encoder
    encoder = fake_encoder(fake_model())
    write_papers(folder / "papers.jsonl")
    index = IndexFolder(folder / "index")
    rebuild([folder / "papers.jsonl"], index, encoder, mapped="pca")

    def command(*arguments: str) -> str:
        done = CliRunner().invoke(akin, [*arguments, "--index", str(index.path)])
        assert done.exit_code == 0, done.output
        return done.stdout

    with TestClient(create_app(index, lambda _: encoder)) as client:

        def search(**asked: str) -> list[dict]:
            return client.get("/api/v1/search", params={"q": QUESTION, **asked}).json()["results"]

        hits = search()
        first = hits[0]["paper"]["id"]
        address = f"/papers/{first}/why"
        document = client.get("/openapi.json").json()
        schemas = document["components"]["schemas"]
        routes = document["paths"]
        found = {
            "hits": hits,
            "by meaning": search(mode="semantic"),
            "explained": client.get(
                f"/api/v1/papers/{first}/explain", params={"q": QUESTION}
            ).json(),
            "fields": {
                name: sorted(schemas[name]["properties"]) for name in ("WhyOut", "PartsOut")
            },
            "measures": schemas["VoiceOut"]["properties"]["score"]["description"],
            "examples": {
                path: routes[path]["get"]["responses"]["200"]["content"]["application/json"][
                    "example"
                ]
                for path in ("/api/v1/search", "/api/v1/papers/{id}/explain")
            },
            "told": [document["info"]["description"], command("search", "--help")],
            "searched": command("search", QUESTION),
            "explained in words": command("explain", first, QUESTION),
            "results": text_of(client.get("/", params={"q": QUESTION}).text),
            "why": text_of(client.get(address, params={"q": QUESTION}).text),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
