"""Papers and texts that the model ``fast`` is trained on, drawn from large corpora.

Reads corpora of papers as JSON lines with ``title``, ``abstract`` and ``categories``, compressed or
not, and writes into a folder: ``papers.jsonl``, for pairs; and texts for the teacher, a text a
line: titles, sentences and abstracts, phrases of a few words, and phrases and terms in the form of
questions. No category is most of it, and fields that are scarce in the corpora have more::

    .venv/bin/python benchmarks/training_texts.py CORPUS... --out texts/ \
        --terms broad.txt --without med/corpus.jsonl --without cacm/corpus.jsonl

The same corpora make the same texts.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.documents import Document
from indexer.training.corpus import read_titles

_SENTENCE_END = re.compile(r"(?<=[a-z0-9\)][.?!])\s+(?=[A-Z])")
_LARGE = {"pl", "arxiv", "acl"}
"""Collections of papers without categories."""
_COMPUTING = ("cs.", "pl", "arxiv", "acl", "math.AP")
"""What the corpora are full of."""
_SCARCE = set(
    "physics cond-mat astro-ph quant-ph eess gr-qc hep-ph nucl-th q-bio stat math-ph nlin".split()
)
_AROUND = set("of in on for with and or to from".split())
_INNER = _AROUND | set(
    "a an the we our this that these those which who is are was were be been it its they their i "
    "as at such has have had can could may might will would should also than then there here both "
    "however thus therefore hence where when while by".split()
)
_FORMS = (
    "what is {}?",
    "papers about {}",
    "how does {} work?",
    "what is known about {}?",
    "articles that deal with {}",
    "recent work on {}",
    "which methods are used for {}?",
    "find publications on the subject of {}",
    "is there any evidence on {}?",
    "I would like to read about {}, in particular its applications.",
    "who has studied {} and with what result?",
    "the relationship between {} and {}",
    "the use of {} in {}",
    "references on {} or {}",
    "effects of {} on {}",
    "information about {} is wanted",
    "does {} influence {}?",
    "Any work that describes {}, its theory or its practice.",
    "comparison of {} with {}",
    "we look for studies of {} published in journals",
)


@dataclass(frozen=True, slots=True)
class Read:
    """A paper, and of what category: the first that it states, or else its collection."""

    id: str
    title: str
    abstract: str
    category: str


def key_of(title: str) -> str:
    """Return what is the same of two spellings of a title."""
    folded = unicodedata.normalize("NFKD", title).casefold()
    return re.sub(r"[^0-9a-z]+", "", folded)


def papers_in(corpora: Iterable[Path], without: set[str]) -> Iterator[Read]:
    """Yield papers, each title once."""
    seen = without | {""}
    for path in corpora:
        for line in Document(path, path.name, given=True).lines():
            stated = json.loads(line.text)
            if (key := key_of(stated.get("title") or "")) in seen:
                continue
            seen.add(key)
            categories: list[str] = stated.get("categories") or []
            of = categories[0] if categories else stated["id"].partition(":")[0]
            yield Read(stated["id"], stated["title"], stated.get("abstract") or "", of)


def drawn(papers: list[Read], rng: random.Random, most: Callable[[str], int]) -> Iterator[Read]:
    """Yield papers in random order, of a category so many at most."""
    taken: Counter[str] = Counter()
    mixed = papers.copy()
    rng.shuffle(mixed)
    for paper in mixed:
        taken[paper.category] += 1
        if taken[paper.category] <= most(paper.category):
            yield paper


def sentences(abstract: str) -> list[str]:
    """Return the sentences of an abstract that are neither very short nor very long."""
    found = _SENTENCE_END.split(" ".join(abstract.split()))
    return [sentence for sentence in found if 40 < len(sentence) < 400]


def phrase(sentence: str, seen: set[str], rng: random.Random) -> str | None:
    """Return a few new words of a sentence that could be asked for; ``None``: none were found."""
    words = sentence.rstrip(".").split()
    for _ in range(8):
        count = rng.choice((2, 3, 4, 5, 6, 7, 8))
        start = rng.randrange(max(1, len(words) - count))
        part = words[start : start + count]
        ends = {part[0].lower(), part[-1].lower().strip(",;")}
        if ends & _INNER or any(word[-1] in ",;:." for word in part[:-1]):
            continue
        found = " ".join(part).strip(",;:.()")
        if len(found) > 8 and found not in seen:
            seen.add(found)
            return found
    return None


def texts_of(papers: list[Read]) -> dict[str, list[str]]:
    """Return texts by kind."""
    rng = random.Random(1)  # noqa: S311 — nothing secret
    titles, some, wholes = [], [], []
    for paper in drawn(papers, rng, lambda of: 16_000 if of in _LARGE else 5_000):
        title, abstract = (" ".join(text.split()) for text in (paper.title, paper.abstract))
        titles += [title] if 10 < len(title) < 300 else []
        wholes += [f"{title} {abstract}"] if len(abstract) > 300 else []
        some += rng.sample(found, 1) if (found := sentences(abstract)) else []
    rng = random.Random(11)  # noqa: S311 — nothing secret
    phrases, scarce, seen = [], [], set[str]()
    for paper in drawn(papers, rng, _phrases_of):
        plain = [sentence for sentence in sentences(paper.abstract) if "$" not in sentence]
        for one in rng.sample(plain, min(len(plain), 2)):
            phrases += [short] if (short := phrase(one, seen, rng)) else []
        if len(plain) > 1 and paper.category.split(".")[0] in _SCARCE:
            scarce.append(rng.choice(plain))
    rng.shuffle(phrases)
    rng.shuffle(scarce)
    return {
        "titles": titles[:70_000],
        "sentences": some[:90_000],
        "abstracts": wholes[:60_000],
        "phrases": phrases[:60_000],
        "scarce": scarce[:24_000],
    }


def _phrases_of(category: str) -> int:
    if category in _LARGE:
        return 6_000
    return 900 if category.startswith(_COMPUTING) else 3_500


def questions(titles: list[str], terms: Path) -> Iterator[str]:
    """Yield titles, and terms out of ``term: definition``, in forms in which people ask."""
    rng = random.Random(9)  # noqa: S311 — nothing secret
    heads = {line.split(": ")[0] for line in terms.read_text("utf-8").splitlines() if ": " in line}
    short = sorted(head for head in heads if 4 < len(head) < 60)
    for _ in range(13_000):
        pool, form = short if rng.random() < 0.65 else titles, rng.choice(_FORMS)
        yield form.format(*(rng.choice(pool) for _ in range(form.count("{}"))))


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--terms", type=Path, required=True, help="what broad_texts.py made")
    parser.add_argument("--without", type=Path, action="append", default=[], help="titles")
    asked = parser.parse_args()
    without = {key_of(title) for path in asked.without for title in read_titles(path)}
    papers = list(papers_in(asked.corpora, without))
    asked.out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(5)  # noqa: S311 — nothing secret
    with (asked.out / "papers.jsonl").open("w", encoding="utf-8") as file:
        for paper in drawn(papers, rng, lambda of: 8_000 if of in _LARGE else 3_500):
            if len(paper.abstract) >= 200:
                stated = {"id": paper.id, "title": paper.title, "abstract": paper.abstract}
                file.write(json.dumps(stated) + "\n")
    found = texts_of(papers)
    found["questions"] = list(questions(found["titles"], asked.terms))
    for kind, texts in found.items():
        (asked.out / f"{kind}.txt").write_text("".join(f"{text}\n" for text in texts), "utf-8")
        print(f"{kind:10} {len(texts):8,}")


if __name__ == "__main__":
    main()
