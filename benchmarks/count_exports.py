"""How many records of a folder of exports become papers? A Markdown table, file by file.

Records are counted without akin: lines ``TY  -`` of RIS, entries of BibTeX (Scopus opens one right
behind the brace that closes another), rows that the csv module finds below the first.

    .venv/bin/python benchmarks/count_exports.py exports/
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from indexer.paper import Record
from indexer.readers import reader_for
from indexer.sources import find_documents

_ENTRY = re.compile(r"@(?!comment|preamble|string)\w+\s*[{(]", re.IGNORECASE)
csv.field_size_limit(1 << 24)


def ris(path: Path) -> int:
    """Count the lines that open a record."""
    lines = path.read_text("utf-8-sig", "replace").splitlines()
    return sum(bool(re.match(r"TY\s+-", line)) for line in lines)


def bibtex(path: Path) -> int:
    """Count the lines that open an entry."""
    lines = path.read_text("utf-8-sig").splitlines()
    return sum(bool(_ENTRY.match(line.lstrip("}"))) for line in lines)


def table(path: Path) -> int:
    """Count the rows with anything in them, without the header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.readline()
        file.seek(0)
        delimiter = "\t" if "\t" in head else ","
        return (
            sum(any(cell.strip() for cell in row) for row in csv.reader(file, delimiter=delimiter))
            - 1
        )


COUNT: dict[str, Callable[[Path], int]] = {
    ".ris": ris,
    ".bib": bibtex,
    ".csv": table,
    ".tsv": table,
}


def main() -> None:
    """Print the table and the sums."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    totals: Counter[str] = Counter()
    print("| File | Format | Counted | Records | Papers | No abstract | Rejected |")
    print("|---|---|--:|--:|--:|--:|---|")
    for document in find_documents([parser.parse_args().folder]):
        reader = reader_for(document)
        found = list(reader.read(document))
        papers = [one.paper for one in found if isinstance(one, Record)]
        reasons = Counter(one.reason for one in found if not isinstance(one, Record))
        why = "; ".join(f"{count} {reason}" for reason, count in reasons.most_common())
        counted = COUNT[document.suffix](document.path)
        bare = sum(not paper.abstract for paper in papers)
        print(
            f"| {document.path.name} | {reader.FORMAT} | {counted} | {len(found)} | {len(papers)} "
            f"| {bare or ''} | {why} |"
        )
        totals.update(counted=counted, records=len(found), papers=len(papers), bare=bare)
    print(
        f"| all | | {totals['counted']} | {totals['records']} | {totals['papers']} "
        f"| {totals['bare']} | {totals['records'] - totals['papers']} |"
    )


if __name__ == "__main__":
    main()
