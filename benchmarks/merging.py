"""How well are records of one paper told from those of others? Precision, recall, every mistake.

Three kinds of labelled records:

- ``--labelled FILE``: a table with a column *source*, *unique* for one record of each paper and
  *duplicate* for its copies (ASySD's labelled test set);
- ``--exports FOLDER``: records of the files there; those that share a DOI or a PubMed id are of one
  paper, those with other ones are of others. akin has to find it without these identifiers;
- ``--corpus FILE``: papers without identifiers, each beside a copy that is abbreviated, misspelled,
  cut, transliterated …, and beside papers that are easily taken for it: the next part, next year's
  report, another paper of the same first author.

``--mistakes`` lists each.

    .venv/bin/python benchmarks/merging.py --labelled asysd_labelled.csv --exports exports/ \
        --corpus acl_anthology.jsonl.xz --mistakes
"""

from __future__ import annotations

import argparse
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice
from pathlib import Path
from random import Random

from indexer.merging.duplicates import DuplicateFinder
from indexer.merging.merge import identifiers_of
from indexer.paper import Paper, Record
from indexer.readers import reader_for
from indexer.sources import find_documents

_IDENTIFIERS = ("pmid", "pmcid", "openreview", "acl", "also")


@dataclass(frozen=True)
class Result:
    """What became of pairs of records.

    Attributes:
        papers: into which the records were grouped.
        right: pairs of one paper that were found.
        wrong: pairs of two papers that were made one.
        missed: pairs of one paper that were not found.
        possible: those of the missed that are listed as possible duplicates.
    """

    papers: int
    right: int
    wrong: list[tuple[int, int]]
    missed: list[tuple[int, int]]
    possible: int

    def __str__(self) -> str:
        """The figures in one line."""
        precision = self.right / ((self.right + len(self.wrong)) or 1)
        recall = self.right / ((self.right + len(self.missed)) or 1)
        return (
            f"{self.papers:,} papers; of pairs {self.right:,} right, {len(self.wrong):,} wrong, "
            f"{len(self.missed):,} missed ({self.possible:,} of them listed as possible); "
            f"precision {precision:.4f}, recall {recall:.4f}"
        )


def read(path: Path) -> list[Paper]:
    """Read the records of a file or folder."""
    with tempfile.TemporaryDirectory() as spool:
        documents = find_documents([path], spool=Path(spool))
        return [
            record.paper
            for document in documents
            for record in reader_for(document).read(document)
            if isinstance(record, Record)
        ]


def grouped(papers: Sequence[Paper]) -> tuple[list[list[int]], set[frozenset[int]]]:
    """Return the rows by paper as akin merges them, and the pairs that it finds possible."""
    finder = DuplicateFinder()
    for row, paper in enumerate(papers):
        finder.add(row, paper)
    groups = [[g.row, *(d.row for d in g.duplicates)] for g in finder.groups(papers.__getitem__)]
    seen = {row for rows in groups for row in rows}
    groups += [[row] for row in range(len(papers)) if row not in seen]
    return groups, {frozenset((p.row, p.other)) for p in finder.possible()}


def judged(papers: Sequence[Paper], labels: Sequence[Hashable | None]) -> Result:
    """Compare what akin does with labels: records of one are of one paper; ``None`` is unknown."""
    groups, possible = grouped(papers)
    of = {row: number for number, rows in enumerate(groups) for row in rows}
    by_label: dict[Hashable, list[int]] = {}
    for row, label in enumerate(labels):
        if label is not None:
            by_label.setdefault(label, []).append(row)
    pairs = [pair for rows in by_label.values() for pair in combinations(rows, 2)]
    missed = [(one, other) for one, other in pairs if of[one] != of[other]]
    wrong = [
        (one, other)
        for rows in groups
        for one, other in combinations([row for row in rows if labels[row] is not None], 2)
        if labels[one] != labels[other]
    ]
    near = {frozenset(of[row] for row in pair) for pair in possible}
    found = sum(frozenset((of[one], of[other])) in near for one, other in missed)
    return Result(len(groups), len(pairs) - len(missed), wrong, missed, found)


def shown(paper: Paper) -> str:
    """Return a record in a line."""
    extra = paper.extra
    place = "/".join(str(extra.get(name) or "-") for name in ("volume", "issue", "pages"))
    author = paper.authors[0] if paper.authors else "-"
    return (
        f"{author[:30]} ({len(paper.authors)}), {paper.year}: {paper.title[:110]} | "
        f"{(paper.venue or '-')[:40]} {place} | {paper.doi or '-'} | {paper.abstract[:30]!r}"
    )


def print_mistakes(papers: Sequence[Paper], result: Result) -> None:
    """Print the pairs that were made one wrongly, and those that were missed."""
    for kind, pairs in (("wrong", result.wrong), ("missed", result.missed)):
        for pair in pairs:
            print(f"  {kind}:")
            for row in pair:
                print(f"    {row}: {shown(papers[row])}")


def labelled(path: Path, *, mistakes: bool) -> None:
    """Measure on records of which one of each paper is labelled *unique*."""
    papers = read(path)
    unique = [paper.extra.get("source") == "unique" for paper in papers]
    groups, _ = grouped(papers)
    heads = [sum(unique[row] for row in rows) for rows in groups]
    merged = sum(count - 1 for count in heads if count > 1)
    missed = heads.count(0)
    found = unique.count(False) - missed
    print(
        f"{path.name}: {len(papers):,} records, {sum(unique):,} papers are right, {len(groups):,} "
        f"found; {merged} papers lost in others, {missed} duplicates not found; "
        f"sensitivity {found / unique.count(False):.4f}, "
        f"specificity {1 - merged / sum(unique):.4f}, "
        f"precision {found / ((found + merged) or 1):.4f}"
    )
    if mistakes:
        for rows, count in zip(groups, heads, strict=True):
            if count != 1:
                print(f"  {'missed' if not count else 'lost'}:")
                for row in rows:
                    print(f"    {row}: {shown(papers[row])}")


def without_identifiers(paper: Paper) -> Paper:
    """Return a record without what names it in a database."""
    extra = {key: value for key, value in paper.extra.items() if key not in _IDENTIFIERS}
    return replace(paper, doi=None, arxiv_id=None, url=None, extra=extra)


def exports(path: Path, *, mistakes: bool) -> None:
    """Measure on records whose identifiers are hidden from akin."""
    papers = read(path)
    labels: list[Hashable | None] = []
    known: dict[tuple[str, str], int] = {}
    for row, paper in enumerate(papers):
        stated = [
            (kind, value)
            for kind, value in identifiers_of(paper).items()
            if kind in ("doi", "pmid")
        ]
        label = next((known[one] for one in stated if one in known), row if stated else None)
        known |= dict.fromkeys(stated, label) if label is not None else {}
        labels.append(label)
    bare = [without_identifiers(paper) for paper in papers]
    result = judged(bare, labels)
    print(f"{path.name}: {len(papers):,} records; {result}")
    if mistakes:
        print_mistakes(papers, result)


_BRITISH = {"behavior": "behaviour", "modeling": "modelling", "ization": "isation", "yze": "yse",
            "color": "colour", "center": "centre", "labeled": "labelled", "ize": "ise"}  # fmt: skip


def initials(paper: Paper, _: Random) -> Paper:
    """Abbreviate given names: *A. B. Lee*."""
    return replace(paper, authors=tuple(
        " ".join([*(f"{word[0]}." for word in name.split()[:-1]), name.split()[-1]])
        for name in paper.authors
    ))  # fmt: skip


def ascii_names(paper: Paper, _: Random) -> Paper:
    """Write names and title in ASCII, as databases do."""
    table = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "đ": "d", "æ": "ae", "ı": "i", "Ø": "O"})

    def plain(text: str) -> str:
        decomposed = unicodedata.normalize("NFKD", text.translate(table))
        return decomposed.encode("ascii", "ignore").decode()

    names = tuple(plain(name) or name for name in paper.authors)
    return replace(paper, authors=names, title=plain(paper.title) or paper.title)


def shouted(paper: Paper, _: Random) -> Paper:
    """Write the title in capitals."""
    return replace(paper, title=paper.title.upper())


def hyphens(paper: Paper, random: Random) -> Paper:
    """Write compounds apart, or in one."""
    return replace(paper, title=paper.title.replace("-", random.choice([" ", "", "–"])))


def ampersand(paper: Paper, _: Random) -> Paper:
    """Write *and* as a sign."""
    return replace(paper, title=paper.title.replace(" and ", " & "))


def british(paper: Paper, _: Random) -> Paper:
    """Spell the title as in Britain."""
    title = paper.title
    for american, spelling in _BRITISH.items():
        title = title.replace(american, spelling)
    return replace(paper, title=title)


def slip(paper: Paper, random: Random) -> Paper:
    """Mistype a letter of a long word in the title."""
    words = paper.title.split(" ")
    long = [at for at, word in enumerate(words) if len(word) > 6 and word.isalpha()]
    if not long:
        return paper
    at = random.choice(long)
    word, letter = words[at], random.randrange(1, len(words[at]) - 1)
    words[at] = random.choice(
        [
            word[:letter] + word[letter + 1 :],
            word[:letter] + word[letter] + word[letter:],
            word[:letter] + word[letter + 1] + word[letter] + word[letter + 2 :],
        ]
    )
    return replace(paper, title=" ".join(words))


def subtitle(paper: Paper, _: Random) -> Paper:
    """Leave the subtitle out, where the title before it is long enough to be one."""
    main = paper.title.partition(": ")[0]
    return replace(paper, title=main) if len(main.split()) > 3 else paper


def cut_abstract(paper: Paper, _: Random) -> Paper:
    """Cut the abstract."""
    words = paper.abstract.split()
    half = " ".join(words[: len(words) // 2])
    return replace(paper, abstract=f"{half} …", extra={**paper.extra, "abstract_cut": True})


def no_abstract(paper: Paper, _: Random) -> Paper:
    """Leave the abstract out."""
    return replace(paper, abstract="")


def few_authors(paper: Paper, _: Random) -> Paper:
    """List three authors, and *et al*."""
    return replace(
        paper, authors=paper.authors[:3], extra={**paper.extra, "authors_cut": True}
    ) if len(paper.authors) > 3 else paper  # fmt: skip


def next_year(paper: Paper, random: Random) -> Paper:
    """Give the year of the preprint, or of the print."""
    year = paper.year and paper.year + random.choice([-1, 1])
    return replace(paper, year=year, date=None)


def short_venue(paper: Paper, _: Random) -> Paper:
    """Abbreviate the venue."""
    words = [
        w for w in re.findall(r"\w+", paper.venue or "") if w.lower() not in ("of", "the", "on")
    ]
    return replace(paper, venue=" ".join(word[:4] for word in words) or None)


CHANGES: list[Callable[[Paper, Random], Paper]] = [
    initials, ascii_names, shouted, hyphens, ampersand, british, slip, subtitle, cut_abstract,
    no_abstract, few_authors, next_year, short_venue,
]  # fmt: skip

_OTHER_WORDS = "Ocean forest glacier protein rainfall tariff archive violin orchard turbine".split()


def twins(paper: Paper, another: Paper, random: Random) -> Iterator[Paper]:
    """Yield other papers that are easily taken for one."""
    kind = random.randrange(4)
    if kind == 0:
        yield replace(paper, title=f"{paper.title}. Part I", abstract="")
        yield replace(paper, title=f"{paper.title}. Part II", abstract="")
    elif kind == 1:
        for year in (2011, 2012):
            title = f"{paper.title}: report of the year {year}"
            yield replace(paper, title=title, year=year, abstract="")
    elif kind == 2:
        words = paper.title.split()
        words[-1] = random.choice(_OTHER_WORDS)
        half = len(paper.abstract) // 2
        text = another.abstract[: len(another.abstract) // 2] + paper.abstract[half:]
        yield replace(paper, title=" ".join(words), abstract=text)
    else:
        yield replace(
            paper, title=f"Comment on “{paper.title}”", authors=("Zoë Quill",), abstract=""
        )


def corpus(path: Path, size: int, seed: int, *, mistakes: bool) -> None:
    """Measure on papers of a corpus, beside copies that are changed."""
    random = Random(seed)  # noqa: S311
    taken: dict[str, Paper] = {}
    everything = read(path)
    random.shuffle(everything)
    for paper in everything:
        if paper.authors and paper.abstract and len(paper.title.split()) > 3:
            taken.setdefault(re.sub(r"\W+", "", paper.title.lower()), without_identifiers(paper))
        if len(taken) == size:
            break
    papers: list[Paper] = []
    labels: list[Hashable] = []
    how: list[str] = []
    for number, paper in enumerate(taken.values()):
        changes = random.sample(CHANGES, random.randint(1, 3))
        copy = paper
        for change in changes:
            copy = change(copy, random)
        others = (
            list(islice(twins(paper, everything[number], random), 2)) if number % 4 == 0 else []
        )
        papers += [paper, copy, *others]
        labels += [number, number, *((number, at) for at in range(len(others)))]
        how += ["", "+".join(change.__name__ for change in changes), *("twin" for _ in others)]
    result = judged(papers, labels)
    print(f"{path.name}: {len(papers):,} records of {len(set(labels)):,} papers; {result}")
    lost = Counter(how[max(pair)] for pair in result.missed)
    print(
        "  missed by change:", ", ".join(f"{name} {n}" for name, n in lost.most_common(12)) or "-"
    )
    if mistakes:
        print_mistakes(papers, result)


def main() -> None:
    """Print the figures of all that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labelled", type=Path, action="append", default=[])
    parser.add_argument("--exports", type=Path, action="append", default=[])
    parser.add_argument("--corpus", type=Path, action="append", default=[])
    parser.add_argument("--size", type=int, default=5000, help="papers taken of a corpus")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mistakes", action="store_true")
    asked = parser.parse_args()
    for path in asked.labelled:
        labelled(path, mistakes=asked.mistakes)
    for path in asked.exports:
        exports(path, mistakes=asked.mistakes)
    for path in asked.corpus:
        corpus(path, asked.size, asked.seed, mistakes=asked.mistakes)


if __name__ == "__main__":
    main()
