"""Adds two fields to their descriptions, and shows where they arrive: run by test_fields.py.

A process of its own, as all that reads the descriptions does so when it is imported.
"""

from __future__ import annotations

import json
import re
import sys
from html import unescape
from pathlib import Path

from indexer import fields

SUBJECT = fields.TermsField(
    name="subject",
    values=lambda paper: paper.extra.get("subjects", ()),
    also=("sbj",),
    form="subject:pruning",
    meaning="words of a subject",
    option="Any of these; words of a subject.",
    schema="any of these; whole words of a subject",
    title="Subject",
    listed="about",
)
DOI = fields.FlagField(
    name="doi",
    value=lambda paper: paper.doi is not None,
    form="has:doi",
    meaning="it has a DOI",
    option="With a DOI / without.",
    schema="only papers with a DOI, or without",
    title="DOI",
    noun="a DOI",
)
PAPERS = {  # by title: subjects, DOI
    "One": (["Graph pruning", "speech"], "10.1000/one"),
    "Two": (["graph"], None),
    "Three": ([], "10.1000/three"),
    "Four": (["Graph Pruning"], None),
}
TYPED = ("subject:pruning", 'SBJ:"graph"', "-subject:pruning", "has:doi", "-has:doi")
ASKED = "subject=pruning&has_doi=false"


def write_papers(path: Path) -> None:
    """Write the papers as akin does."""
    with path.open("w", encoding="utf-8") as file:
        for title, (subjects, doi) in PAPERS.items():
            paper = {"id": "", "title": title, "abstract": f"Of {title}.", "authors": ["Ann Lee"]}
            rest = {"doi": doi, "arxiv_id": None, "sources": [], "extra": {"subjects": subjects}}
            file.write(json.dumps(paper | rest) + "\n")


def main(folder: Path) -> None:
    """Print what commands, HTTP and pages make of the two fields, as JSON."""
    fields.TERMS = (*fields.TERMS, SUBJECT)
    fields.FLAGS = (*fields.FLAGS, DOI)

    from click.testing import CliRunner
    from starlette.testclient import TestClient

    from indexer.rebuild import rebuild
    from indexer.store.generation import IndexFolder
    from search_api.app import create_app
    from search_api.cli import akin
    from search_api.query.language import HELP
    from tests.fakes import FakeEncoder

    write_papers(folder / "papers.jsonl")
    index = IndexFolder(folder / "index")
    rebuild([folder / "papers.jsonl"], index, FakeEncoder(), mapped="pca")

    def command(*arguments: str) -> str:
        return CliRunner().invoke(akin, [*arguments, "--index", str(index.path)]).stdout

    def titles(lines: str) -> list[str]:
        return [json.loads(line)["title"] for line in lines.splitlines()]

    with TestClient(create_app(index, lambda _: FakeEncoder())) as client:

        def search(q: str, **filters: str) -> list[str]:
            found = client.get("/api/v1/search", params={"q": q, "k": 10, **filters}).json()
            return sorted(hit["paper"]["title"] for hit in found["results"])

        everything = client.get("/api/v1/search", params={"q": "of"}).json()
        page = client.get(f"/?{ASKED}").text
        links = [unescape(link) for link in re.findall(r'href="([^"]+)"', page)]
        document = client.get("/openapi.json").json()
        feed = next(link for link in links if link.startswith("/feed?"))
        export = next(link for link in links if "format=jsonl" in link)
        found = {
            "filters": {
                "subject=pruning": search("of", subject="pruning"),
                "subject=PRUNING graph": search("of", subject="PRUNING graph"),
                "has_doi=true": search("of", has_doi="true"),
                "has_doi=false": search("of", has_doi="false"),
            },
            "facets": {name: everything["facets"][name] for name in ("subject", "doi")},
            "language": {
                q: search(q)
                for q in (
                    "subject:pruning",
                    'SBJ:"graph"',
                    "-subject:pruning",
                    "has:doi",
                    "-has:doi",
                )
            },
            "note": client.get("/api/v1/search", params={"q": "has:cake"}).json()["notes"],
            "help": [list(line) for line in HELP],
            "options": command("search", "--help"),
            "commands": {
                "--subject": titles(command("export", "--format=jsonl", "--subject=pruning")),
                "--no-doi": titles(command("export", "--format=jsonl", "--no-doi")),
            },
            "parameters": {
                one["name"]: one["description"]
                for one in document["paths"]["/api/v1/search"]["get"]["parameters"]
                if "description" in one
            },
            "body": sorted(document["components"]["schemas"]["SearchBody"]["properties"]),
            "headings": re.findall(r'<h2 id="facet-\w+">(\w+)</h2>', client.get("/?q=of").text),
            "chosen": re.findall(r'title="Take out: ([^"]+)"', page),
            "links": links,
            "without": re.findall(
                r'href="([^"]*)">Without the filters', client.get(f"/?{ASKED}&year_from=2030").text
            ),
            "feed": client.get(feed).text,
            "export": titles(client.get(export).text),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
