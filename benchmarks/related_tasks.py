r"""Groups of papers that are like each other, as corpora of papers give them for free.

Written is a folder in the form of BEIR: a query is a group, whose qrels name its papers. What comes
before the first colon of its id says which kind of group it is:

* ``parts``: part I, part II, … of one work;
* ``versions``: papers of the same first and last author whose titles are alike, but not the same,
  and whose abstracts have little in common word by word;
* ``named``: a paper "NAME: …", and others that have this name in their titles;
* ``unnamed``: likewise, where the first has lost the name, so that it has to be known otherwise;
* ``meetings``: papers of one workshop, or of one shared task, whose name and number they have lost.

Named ones favour words, unnamed ones meaning, the others neither by construction. Beside the groups
the corpus has other papers of their first authors, and then any, up to the number wanted; all of
computer science and statistics, but for the papers of parts. What occurs as a title in a collection
that is given by ``--not-in`` is left out.

    .venv/bin/python benchmarks/related_tasks.py acl_anthology.jsonl.xz paperlists.jsonl.xz \
        arxiv_daily.jsonl.xz --output pairs/ --papers 16000
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

GROUPS = {"parts": 120, "versions": 350, "named": 250, "unnamed": 250, "meetings": 90}
"""Of each kind at most."""

LARGEST = {"parts": 4, "versions": 4, "named": 3, "unnamed": 3, "meetings": 20}
"""Papers of a group at most."""

SMALLEST_MEETING = 8
ALIKE = (0.5, 1.0)
"""What titles of versions share of their words: at least, and less than."""
COPIED = 0.3
"""What their abstracts share of their runs of three words, at most."""

_FIELDS = re.compile(r"^(cs|stat|eess)\b")
_PART = re.compile(
    r"[\s,.:;(\[–—-]*\bpart\s+(?:I{1,3}|IV|V|[1-5]|one|two|three)\b|(?<=\w)[\s,.:]+I{1,3}(?=$|[:.])",
    re.IGNORECASE,
)  # fmt: skip
_NAME = re.compile(r"^([A-Za-z][A-Za-z0-9+-]{3,14}): ")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9+-]{3,14}")
_TASK = re.compile(r"\bSemEval[- ]?(20\d\d)?,?:? ?(?:Task[- ]?(\d+))?", re.IGNORECASE)


class Paper(NamedTuple):
    """A paper as the corpora have it."""

    id: str
    title: str
    abstract: str
    authors: Sequence[str]
    year: int | None
    venue: str
    categories: Sequence[str]


def main() -> None:
    """Write the folder, and say how many groups it has."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpora", type=Path, nargs="+", help="JSON Lines, .jsonl or .jsonl.xz")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--papers", type=int, default=16_000)
    parser.add_argument("--not-in", type=Path, nargs="*", default=[], help="corpus.jsonl, …")
    arguments = parser.parse_args()
    left_out = {key(one["title"]) for path in arguments.not_in for one in lines(path)}
    papers = read(arguments.corpora, left_out)
    chance = random.Random(14)  # noqa: S311
    corpus: dict[str, Paper] = {}
    groups: dict[str, list[str]] = {}
    for kind, find in FINDERS.items():
        found = [group for group in find(papers) if len({one.id for one in group}) > 1]
        chance.shuffle(found)
        for group in found:
            if sum(name.startswith(f"{kind}:") for name in groups) == GROUPS[kind]:
                break
            some = group[: LARGEST[kind]]
            if not any(one.id in corpus for one in some):
                corpus |= {one.id: one for one in some}
                groups[f"{kind}:{some[0].id}"] = [one.id for one in some]
    fill(corpus, papers, arguments.papers, chance)
    write(arguments.output, corpus, groups, chance)
    print(Counter(name.split(":")[0] for name in groups), f"{len(corpus):,} papers")


def lines(path: Path) -> Iterator[dict[str, str]]:
    """Yield the objects of a file of JSON Lines."""
    opened = lzma.open if path.suffix == ".xz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def read(paths: Sequence[Path], left_out: set[str]) -> list[Paper]:
    """Return papers with an abstract, each title once."""
    papers: dict[str, Paper] = {}
    for path in paths:
        for one in lines(path):
            title, abstract = one.get("title") or "", one.get("abstract") or ""
            known = key(title)
            if known and known not in left_out and len(abstract) > 300:
                more = (one.get(name) or "" for name in ("authors", "year", "venue", "categories"))
                papers.setdefault(known, Paper(one["id"], title, abstract, *more))  # type: ignore[arg-type]
    return list(papers.values())


def of_the_field(paper: Paper) -> bool:
    """Tell whether a paper is of computer science or statistics, as conferences' are."""
    return not paper.categories or bool(_FIELDS.match(paper.categories[0]))


def parts(papers: Sequence[Paper]) -> Iterator[list[Paper]]:
    """Yield the parts of one work."""
    found = defaultdict(list)
    for paper in papers:
        said = _PART.search(paper.title)
        if said and said.start() > 15:
            found[key(paper.title[: said.start()])].append(paper)
    yield from (group for group in found.values() if len(group) <= LARGEST["parts"])


def versions(papers: Sequence[Paper]) -> Iterator[list[Paper]]:
    """Yield pairs of the same first and last author, alike but not copies."""
    found = defaultdict(list)
    for paper in papers:
        if len(paper.authors) > 1 and of_the_field(paper):
            found[key(paper.authors[0]), key(paper.authors[-1])].append(paper)
    for group in found.values():
        for place, one in enumerate(group[:30]):
            for other in group[:place]:
                shared = common(words(one.title), words(other.title))
                if ALIKE[0] <= shared < ALIKE[1] and copied(one.abstract, other.abstract) < COPIED:
                    yield [one, other]


def named(papers: Sequence[Paper]) -> Iterator[list[Paper]]:
    """Yield a paper that gives something a name, and those that have it in their titles."""
    firsts = defaultdict(list)
    for paper in papers:
        said = _NAME.match(paper.title)
        if said and sum(map(str.isupper, said[1])) > 1 and any(map(str.islower, said[1])):
            firsts[said[1]].append(paper)
    others = defaultdict(list)
    for paper in filter(of_the_field, papers):
        for word in set(_WORD.findall(paper.title)) & firsts.keys():
            if paper is not firsts[word][0]:
                others[word].append(paper)
    for name, group in others.items():
        if len(firsts[name]) == 1 and len(group) < 6 and of_the_field(firsts[name][0]):
            yield [*firsts[name], *group]


def unnamed(papers: Sequence[Paper]) -> Iterator[list[Paper]]:
    """Yield the same, the first without the name."""
    for first, *others in named(papers):
        name = first.title.split(":")[0]
        bare = re.compile(rf"\(?\b{re.escape(name)}\b\)?:?\s*")
        yield [
            first._replace(title=bare.sub("", first.title), abstract=bare.sub("", first.abstract)),
            *others,
        ]


def meetings(papers: Sequence[Paper]) -> Iterator[list[Paper]]:
    """Yield the papers of a workshop, or of a shared task of SemEval."""
    found = defaultdict(list)
    for paper in papers:
        task = _TASK.search(paper.title)
        if task and task[1] and task[2]:
            bare = (_TASK.sub("", text).strip() for text in (paper.title, paper.abstract))
            found[task.groups()].append(paper._replace(**dict(zip(("title", "abstract"), bare))))  # noqa: B905
        elif paper.id.startswith("acl:") and "workshop" in paper.venue.lower():
            found[(paper.venue,)].append(paper)
    for group in found.values():
        if SMALLEST_MEETING <= len(group) <= 3 * LARGEST["meetings"]:
            yield group


FINDERS: dict[str, Callable[[Sequence[Paper]], Iterator[list[Paper]]]] = {
    "parts": parts,
    "versions": versions,
    "named": named,
    "unnamed": unnamed,
    "meetings": meetings,
}


def fill(
    corpus: dict[str, Paper], papers: Sequence[Paper], most: int, chance: random.Random
) -> None:
    """Add other papers of the same first authors, and then any."""
    authors = Counter(key(one.authors[0]) for one in corpus.values() if one.authors)
    others = [one for one in papers if one.id not in corpus]
    chance.shuffle(others)
    near: list[Paper] = []
    for one in others:
        if one.authors and (author := key(one.authors[0])) in authors and authors[author] < 4:
            authors[author] += 1
            near.append(one)
    for one in [*near, *filter(of_the_field, others)]:
        if len(corpus) >= most:
            break
        corpus[one.id] = one


def write(
    folder: Path, corpus: dict[str, Paper], groups: dict[str, list[str]], chance: random.Random
) -> None:
    """Write a folder in the form of BEIR; papers come in no order."""
    folder.mkdir(parents=True, exist_ok=True)
    every = list(corpus.values())
    chance.shuffle(every)
    with (folder / "corpus.jsonl").open("w", encoding="utf-8") as file:
        for one in every:
            told = {"_id": one.id, "title": one.title, "text": one.abstract}
            file.write(json.dumps(told | {"authors": one.authors}) + "\n")
    with (folder / "queries.jsonl").open("w", encoding="utf-8") as file:
        for name, members in groups.items():
            file.write(json.dumps({"_id": name, "text": corpus[members[0]].title}) + "\n")
    with (folder / "qrels.tsv").open("w", encoding="utf-8") as file:
        file.write("query-id\tcorpus-id\tscore\n")
        for name, members in groups.items():
            file.writelines(f"{name}\t{one}\t1\n" for one in members)


def key(text: str) -> str:
    """Return a title or a name in the form in which two are the same."""
    return " ".join(words(text))


def words(text: str) -> list[str]:
    """Return the words of a text, in lower case, without accents."""
    return re.findall(r"[a-z0-9]+", unicodedata.normalize("NFKD", text).casefold())


def common(one: Sequence[str], other: Sequence[str]) -> float:
    """Return what two lists of words share of all their words."""
    return len({*one} & {*other}) / max(1, len({*one} | {*other}))


def copied(one: str, other: str) -> float:
    """Return which share of its runs of three words the shorter text has from the other."""
    runs = [set(zip(said, said[1:], said[2:], strict=False)) for said in map(words, (one, other))]
    return len(runs[0] & runs[1]) / max(1, min(map(len, runs)))


if __name__ == "__main__":
    main()
