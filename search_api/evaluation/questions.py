"""Known-item questions from an index, so that people can measure the search on their own papers.

A question is a piece of a paper, and that paper is its one answer. The piece is taken out of the
paper in the corpus that is written, so that it cannot be found by its very words:

- ``title``: the title asks, and the paper keeps its abstract alone;
- ``sentence``: a sentence of the abstract asks, and the paper keeps its title and the rest.

Half of the questions are of each kind, as far as the papers allow. Their authors wrote them, in the
words of the paper: real questions are harder, and other papers may answer them as well.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from indexer.cleaning.identity import normalised_title as words_of
from indexer.errors import InputError, NothingToIndex
from indexer.files import replace_file
from indexer.paper import Paper, as_json
from indexer.store.generation import Generation
from search_api.evaluation.dataset import CORPUS, HEADER, QRELS, QUERIES
from search_api.query.conditions import Conditions
from search_api.store.local import LocalStore
from search_api.store.store import papers_of

Kind = Literal["title", "sentence"]

_TITLE_WORDS = 4
"""At least; a shorter one (*Editorial*) is that of many papers."""

_SENTENCE_WORDS = range(8, 41)
_LEFT_WORDS = 20
"""Of a paper's text, that are left at least."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\W*[A-Z0-9])|(?<=[。！？])")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and what is left of the paper that answers it.

    Attributes:
        kind: which piece of the paper asks.
        text: the piece.
        title: of the paper, in the corpus.
        abstract: likewise.
    """

    kind: Kind
    text: str
    title: str
    abstract: str


@dataclass(frozen=True, slots=True)
class Made:
    """What was written."""

    folder: str
    documents: int
    questions: int
    kinds: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return asdict(self)


def make_dataset(generation: Generation, folder: Path, most: int, seed: int) -> Made:
    """Write a collection of all papers of an index, with questions from some of them.

    The folder is there once all is written, and not before.

    Args:
        generation: the papers.
        folder: must not exist, or be empty.
        most: how many questions, if there are so many papers to take them from.
        seed: of the draw; the same index and seed give the same questions.

    Raises:
        InputError: the folder holds something.
        NothingToIndex: no paper has enough text to ask from.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            f"{folder}: holds something already, which may be judgements of yours. Name another "
            "folder, or remove it first",
            folder=str(folder),
        )
    with closing(LocalStore(generation)) as store:
        total = len(store)
        random = np.random.default_rng(seed)
        questions: dict[int, Question] = {}
        kinds: Counter[str] = Counter(title=0, sentence=0)
        asked: set[str] = set()
        for row in random.permutation(total):
            if len(questions) == most:
                break
            wanted: Kind = "title" if kinds["title"] <= kinds["sentence"] else "sentence"
            (paper,) = store.papers(np.array([row]))
            question = question_from(paper, wanted, random)
            if question and words_of(question.text) not in asked:
                asked.add(words_of(question.text))
                kinds[question.kind] += 1
                questions[int(row)] = question
        if not questions:
            raise NothingToIndex(
                f"{generation.index}: none of its {total:,} papers has a title and an abstract "
                "long enough to take a question from"
            )
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as place:
            made = Path(place, "made")
            made.mkdir()
            papers = enumerate(papers_of(store, store.select(Conditions())))
            answers: list[tuple[str, str, str]] = []
            replace_file(made / CORPUS, _corpus(papers, questions, answers))
            asking = (_line({"_id": key, "text": text}) for key, text, _ in answers)
            replace_file(made / QUERIES, asking)
            judged = (f"{key}\t{paper_id}\t1\n".encode() for key, _, paper_id in answers)
            replace_file(made / QRELS[0], [("\t".join(HEADER) + "\n").encode(), *judged])
            made.rename(folder)
    return Made(str(folder), total, len(questions), dict(kinds))


def question_from(paper: Paper, wanted: Kind, random: np.random.Generator) -> Question | None:
    """Return a question that a paper answers, of the wanted kind if it can be, else of the other.

    The words of the question do not stand in what is left of the paper, in their order.
    """
    other: Kind = "sentence" if wanted == "title" else "title"
    for kind in (wanted, other):
        question = _title(paper) if kind == "title" else _sentence(paper, random)
        if question:
            return question
    return None


def _title(paper: Paper) -> Question | None:
    if len(paper.own_title.split()) < _TITLE_WORDS:
        return None
    return _honest(Question("title", paper.title, "", paper.abstract))


def _sentence(paper: Paper, random: np.random.Generator) -> Question | None:
    sentences = [one for one in _SENTENCE_END.split(paper.abstract) if one]
    # The first words of an abstract may stand in for the title: then there is none to keep.
    title = paper.own_title
    for place in random.permutation(len(sentences)):
        text = sentences[place]
        if len(text.split()) not in _SENTENCE_WORDS:
            continue
        rest = " ".join([*sentences[:place], *sentences[place + 1 :]])
        if question := _honest(Question("sentence", text, title, rest)):
            return question
    return None


def _honest(question: Question) -> Question | None:
    left = words_of(f"{question.title} {question.abstract}")
    enough = len(question.abstract.split()) >= _LEFT_WORDS
    return question if enough and words_of(question.text) not in left else None


def _corpus(
    papers: Iterator[tuple[int, Paper]],
    questions: Mapping[int, Question],
    answers: list[tuple[str, str, str]],
) -> Iterator[bytes]:
    """Yield the documents; list the id, text and answer of each question on the way."""
    for row, paper in papers:
        title, abstract = paper.own_title, paper.abstract
        if question := questions.get(row):
            title, abstract = question.title, question.abstract
            answers.append((f"{question.kind}-{len(answers) + 1}", question.text, paper.id))
        yield _line({"_id": paper.id, "title": title, "text": abstract})


def _line(item: dict[str, str]) -> bytes:
    return f"{as_json(item)}\n".encode("utf-8", "replace")
