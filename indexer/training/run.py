"""From sources to a trained model in a folder: what ``akin train`` does, in order."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from indexer.arrays import Vectors
from indexer.errors import BadParameter, NothingToIndex
from indexer.models.choosing import encoder_of
from indexer.models.model import find_model
from indexer.paper import document_text
from indexer.progress import Reporter
from indexer.training.card import Account, card_of
from indexer.training.checkpoint import Checkpoint
from indexer.training.corpus import Papers, read_lines, read_papers, read_titles
from indexer.training.folder import Precision, check_free, stored, write_model
from indexer.training.loop import Limits, Outcome, Stage, train
from indexer.training.pairs import Pairs
from indexer.training.stages import Contrasting, Distilling
from indexer.training.static_model import StaticModel, extended, pooled, read_tokenizer
from indexer.training.teacher import Kept, Teacher
from indexer.training.vocabulary import frequent_words

TEACHER = "teacher"
"""What ``start`` is called where training begins with the teacher's embeddings of tokens."""

_MOST_HELD_OUT = 1000
_LARGEST_BATCH, _SMALLEST_BATCH, _STEPS_IN_EPOCH = 2048, 128, 24
"""Pairs in a batch: the more the harder to tell apart, but small corpora need steps, too."""
_FEWEST_PAPERS = 50
_FREQUENCY = 1e-3
"""``a`` of a token's weight ``a / (a + p)``, ``p`` of all texts holding it (Arora et al. 2017)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked for.

    Attributes:
        sources: of papers.
        out: the folder to write.
        start: name or folder of a static encoder, or :data:`TEACHER`.
        teacher: name or folder of a model to learn from; ``None``: none.
        texts: files of plain text, a text a line, to learn the teacher's embeddings of.
        without: files of titles whose papers are left out.
        words: how many frequent words get tokens of their own, with :data:`TEACHER`.
        most: papers to train on at most, drawn at random.
        learned: titles, sentences and abstracts of papers whose embeddings are learned of the
            teacher, beside the texts; a third of each.
        distilling: epochs.
        contrasting: epochs.
        rate: the highest learning rate of both stages.
        pull: weight of staying near, in the second stage.
        alike: weight of which texts are alike, in what is learned of a teacher.
        dim: of the embeddings, where training begins with a teacher: its first principal axes;
            ``None``: all that it has.
        precision: of the table.
        minutes: that training may take; ``None``: as long as it needs.
        seed: of all that is drawn at random.
        replace: whether a folder that is there may be replaced.
        command: that people would type, for the card.
    """

    sources: tuple[Path, ...]
    out: Path
    start: str
    teacher: str | None = None
    texts: tuple[Path, ...] = ()
    without: tuple[Path, ...] = ()
    words: int = 0
    most: int = 200_000
    learned: int = 0
    distilling: int = 5
    contrasting: int = 10
    rate: float = 0.003
    pull: float = 1.0
    alike: float = 1.0
    dim: int | None = None
    precision: Precision = "float32"
    minutes: float | None = None
    seed: int = 0
    replace: bool = False
    command: str = ""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Trained:
    """What ``akin train`` did.

    Attributes:
        account: as on the card.
        resumed: whether it went on where a run before was killed.
        out_of_time: whether the clock stopped it.
        rejected: records that are no papers.
        skipped: files that hold no format akin reads.
    """

    account: Account
    resumed: bool
    out_of_time: bool
    rejected: int
    skipped: list[str]


def train_model(settings: Settings, reporter: Reporter) -> Trained:
    """Train a static encoder on papers, and write its folder.

    Beside the folder lies another, ``NAME.training``: with the state of the run, which goes on
    after a kill, and goes with the run's end; and with the teacher's embeddings, which stay.

    Raises:
        OutputExists: the folder is there.
        ModelUnavailable: the model to begin with, or the teacher, cannot be had.
        SourceMissing: a source or a file is not there.
        SourceUnreadable: a source or a file cannot be read.
        NothingToIndex: there are too few papers to train on.
    """
    check_free(settings.out, replace=settings.replace)
    work = settings.out.with_name(settings.out.name + ".training")
    work.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(settings.seed)
    without = frozenset(chain.from_iterable(map(read_titles, settings.without)))
    papers = read_papers(settings.sources, without, reporter, work)
    drawn = papers.drawn(settings.most, rng)
    held_out, kept = _divided(drawn)
    texts = list(chain.from_iterable(map(read_lines, settings.texts)))
    teacher = None
    if settings.teacher:
        teacher = Teacher(encoder_of(find_model(settings.teacher)), work)
    lessons = texts + (_lessons(kept, settings.learned, rng) if teacher else [])
    start = _start(settings, kept, lessons, teacher, reporter)
    learned = _learned(settings, lessons, teacher, start, reporter) if teacher else None
    pairs, held = Pairs(kept, start), Pairs(held_out, start).titles()
    stages = []
    if learned:
        stages.append(Stage(learned, settings.distilling, 1024, settings.rate, stops=False))
    contrast = Contrasting(pairs, settings.pull, start.table, learned, _dims(start.table))
    batch = min(_LARGEST_BATCH, max(_SMALLEST_BATCH, len(kept) // _STEPS_IN_EPOCH))
    stages.append(Stage(contrast, settings.contrasting, batch, settings.rate, stops=True))
    checkpoint = Checkpoint(work / "state.npz", _digest(settings, start, drawn, lessons))
    resumed = checkpoint.load() is not None

    def score(table: Vectors) -> float:
        return reciprocal_rank(*held, table)

    seconds = None if settings.minutes is None else 60 * settings.minutes
    limits = Limits(settings.limits.steps, settings.limits.patience, seconds)
    outcome = train(start.table, stages, score, limits, settings.seed, checkpoint, reporter)
    account = _account(settings, papers, kept, held, len(lessons), start, outcome)
    model = StaticModel(start.tokenizer, outcome.table)
    write_model(settings.out, model, settings.precision, card_of(account))
    checkpoint.remove()
    if not any(work.iterdir()):
        work.rmdir()
    return Trained(account, resumed, outcome.out_of_time, papers.rejected, papers.skipped)


def reciprocal_rank(titles: sp.csr_matrix, abstracts: sp.csr_matrix, table: Vectors) -> float:
    """Return the mean reciprocal rank of each title's abstract among all, by a table."""
    scores = pooled(titles, table)[0] @ pooled(abstracts, table)[0].T
    own = np.diagonal(scores)[:, None]
    return float((1 / (scores >= own).sum(axis=1)).mean())


def _learned(
    settings: Settings,
    lessons: list[str],
    teacher: Teacher,
    start: StaticModel,
    reporter: Reporter,
) -> Distilling:
    """Return what is learned of a teacher, after making a start of tokens ready for it."""
    if not lessons:
        raise BadParameter.of("learned", settings.learned, "a teacher needs texts to teach")
    targets = teacher.embeddings(lessons, reporter)
    reporter.phase("tokenising")
    bags = start.bags(lessons)
    if settings.start == TEACHER:
        start.table *= frequency_weights(bags)
        if settings.dim is not None:
            axes = principal_axes(targets, settings.dim)
            start.table, targets = start.table @ axes, (targets @ axes).astype(np.float16)
    if targets.shape[1] != start.table.shape[1]:
        raise BadParameter.of(
            "teacher",
            settings.teacher,
            f"its embeddings have {targets.shape[1]} dimensions, those of {settings.start} "
            f"{start.table.shape[1]}: begin with the teacher's, --from teacher",
        )
    return Distilling(bags, targets, settings.alike)


def principal_axes(vectors: Kept, dim: int) -> Vectors:
    """Return the directions in which vectors reach farthest from the origin ``(dims, dim)``."""
    few = vectors[:: max(1, len(vectors) // 50_000)].astype(np.float32)
    directions = np.linalg.eigh(few.T @ few)[1]  # shortest first
    return np.ascontiguousarray(directions[:, ::-1][:, :dim])


def _divided(drawn: list[list[str]]) -> tuple[list[list[str]], list[list[str]]]:
    """Return the held-out papers, and the others.

    Raises:
        NothingToIndex: there are too few.
    """
    if len(drawn) < _FEWEST_PAPERS:
        raise NothingToIndex(
            f"{len(drawn)} papers with a title and an abstract of two sentences: training needs "
            f"{_FEWEST_PAPERS}, and gains from tens of thousands",
            papers=len(drawn),
        )
    count = min(_MOST_HELD_OUT, len(drawn) // 10)
    return drawn[:count], drawn[count:]


def _lessons(papers: list[list[str]], most: int, rng: np.random.Generator) -> list[str]:
    """Return titles, sentences and whole papers, a third of each."""
    each = min(most // 3, len(papers))
    found = [paper[0] for paper in papers[:each]]
    found += [paper[rng.integers(1, len(paper))] for paper in papers[:each]]
    found += [document_text(paper[0], " ".join(paper[1:])) for paper in papers[:each]]
    return found


def _start(
    settings: Settings,
    papers: list[list[str]],
    lessons: list[str],
    teacher: Teacher | None,
    reporter: Reporter,
) -> StaticModel:
    """Return the model to begin with; of a teacher, its embeddings of all tokens as they are."""
    if settings.start != TEACHER:
        model = StaticModel.open(find_model(settings.start).path)
        # The scale changes no embedding, but the learning rate is for rows of about length 1.
        model.table /= np.linalg.norm(model.table, axis=1).mean()
        return model
    if teacher is None or settings.teacher is None:
        raise BadParameter.of("teacher", None, "to begin with a teacher's embeddings needs one")
    bare = read_tokenizer(find_model(settings.teacher).path)
    reporter.phase("counting words")
    seen = chain(lessons, (" ".join(paper) for paper in papers))
    tokenizer = extended(bare, frequent_words(seen, bare, settings.words))
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    names = [name.removeprefix("##") for name, _ in pieces]
    table = teacher.embeddings(names, reporter).astype(np.float32)
    return StaticModel(tokenizer, table)


def frequency_weights(bags: sp.csr_matrix) -> Vectors:
    """Return what each token counts ``(vocabulary, 1)``: the less the more texts hold it."""
    texts, vocabulary = bags.shape
    share = (np.bincount(bags.indices, minlength=vocabulary) + 1) / texts
    weights: Vectors = (_FREQUENCY / (_FREQUENCY + share)).astype(np.float32)
    return weights[:, None]


def _account(
    settings: Settings,
    papers: Papers,
    kept: list[list[str]],
    held: tuple[sp.csr_matrix, sp.csr_matrix],
    lessons: int,
    start: StaticModel,
    outcome: Outcome,
) -> Account:
    vocabulary, dim = outcome.table.shape
    # As it is stored: that is what people get.
    after = stored(outcome.table, settings.precision).astype(np.float32)
    began = f"the embeddings of tokens by {settings.teacher}"
    return Account(
        name=settings.out.name,
        command=settings.command,
        start=began if settings.start == TEACHER else settings.start,
        teacher=settings.teacher or "",
        vocabulary=vocabulary,
        dim=dim,
        precision=settings.precision,
        sources=[path.name for path in settings.sources],
        papers=len(kept),
        held_out=held[0].shape[0],
        left_out=papers.left_out,
        texts=[path.name for path in settings.texts],
        number_of_texts=lessons,
        steps=outcome.steps,
        seconds=outcome.seconds,
        before=reciprocal_rank(*held, start.table),
        after=reciprocal_rank(*held, after),
        seed=settings.seed,
    )


def _dims(table: Vectors) -> tuple[int, ...]:
    dim = table.shape[1]
    return (dim, dim // 2) if dim >= 128 else (dim,)


def _digest(
    settings: Settings, start: StaticModel, papers: list[list[str]], lessons: list[str]
) -> str:
    """Return what tells this run from another: its settings and all that it learns from."""
    digest = hashlib.sha256()
    for name, value in asdict(settings).items():
        if name not in {"out", "minutes", "replace", "command", "precision"}:
            digest.update(f"{name}={value}\n".encode())
    digest.update(np.ascontiguousarray(start.table).tobytes())
    for text in chain(chain.from_iterable(papers), lessons):
        digest.update(text.encode() + b"\n")
    return digest.hexdigest()
