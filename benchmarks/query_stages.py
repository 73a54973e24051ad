"""Where does the time of a query go, and how often does a page ask the model?

Indexes the first papers of a corpus (JSON lines of papers, also as .xz; without one the seeds) with
an encoder that needs no model, and asks for titles of later papers. Prints, for each size, how long
the index takes to open, what it holds in memory, the median milliseconds of each stage of a query
by mode, filtered and not, and how often the pages call the model. An index is built once into the
work folder, and used again.

    .venv/bin/python benchmarks/query_stages.py ../shared/corpora/arxiv_daily.jsonl.xz --work /tmp/q

``--public`` prints only what can be seen from outside, whole queries: it runs on other versions.
"""

from __future__ import annotations

import argparse
import itertools
import json
import lzma
import multiprocessing
import os
import statistics
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import get_args
from unittest.mock import patch

import orjson
from bag_of_words import BagOfWords
from stage_clock import CLOCKS, REST, StageClock, watched
from starlette.testclient import TestClient

from indexer.errors import IndexUnusable
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api.app import create_app
from search_api.engine.engine import Engine
from search_api.engine.live import open_engine
from search_api.query.filters import Filters
from search_api.query.query import Mode, Query

ROOT = Path(__file__).parent.parent

STAGES: dict[str, tuple[str, ...]] = {
    "embed": tuple(
        f"bag_of_words:BagOfWords.{name}"
        for name in ("encode_query", "encode_document", "count_tokens")
    ),
    "select": ("search_api.store.local:LocalStore.select",),
    "terms": ("search_api.ranking.question:weigh", "search_api.store.local:LocalStore.words"),
    "candidates": (
        "indexer.store.vector_index:VectorIndex.cosines",
        "indexer.store.lexical_index:LexicalIndex.scores",
        "search_api.store.scorers:Dense.best",
        "search_api.store.scorers:Words.best",
    ),
    "re-score": (
        "search_api.ranking.scoring:Scoring.of",
        "search_api.ranking.scoring:Scoring._added",
        "search_api.ranking.scoring:lifts",
    ),
    "order": ("search_api.ranking.ranker:Ranker.rank",),
    "ranks": ("search_api.store.scorers:Dense.ranks",),
    "facets": ("search_api.store.columns:Columns.facets",),
    "read papers": ("search_api.store.local:LocalStore.papers",),
}
"""The functions of each stage; of one within another only the inner one counts."""

PARSE, SERIALISE = "parse", "serialise"
"""Stages around the engine, which are timed where they are called."""

PATHS: dict[str, Callable[[Engine], AbstractContextManager[object]]] = {
    "candidates": lambda _: nullcontext(),
    "exhaustive": lambda _: patch("search_api.ranking.scoring.DEPTH", 1 << 40),
}
"""The ways in which the engine can rank, a column each: entered, it goes that way."""

SIZES = (64, 10_000, 100_000)
QUESTIONS = 50
WARM_UP = 5
MODES: tuple[Mode, ...] = get_args(Mode)
Column = tuple[Mode, str, str]
"""A mode, whether all papers are searched or few, and the path."""

_NARROWED = {
    "category": "category",
    "venue": "venue",
    "source": "source",
    "year_from": "year",
    "has_code": "code",
}
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure.

    Attributes:
        index: the folder of an index.
        questions: titles, the first :data:`WARM_UP` of them not timed; none: those of the papers.
        clock: a key of :data:`stage_clock.CLOCKS`.
        public: whether only whole queries are timed.
    """

    index: Path
    questions: list[str]
    clock: str
    public: bool


def read_corpus(corpus: Path | None, sizes: Sequence[int]) -> tuple[list[str], list[str]]:
    """Return the lines of the papers to index, and titles of papers after them to ask for."""
    if corpus is None:
        return [], []
    with (lzma.open if corpus.suffix == ".xz" else open)(corpus, "rt", encoding="utf-8") as file:
        lines = [*itertools.islice(file, max(sizes) + WARM_UP + QUESTIONS)]
    if len(lines) < max(sizes) + WARM_UP + QUESTIONS:
        raise SystemExit(f"{corpus}: {len(lines):,} papers, too few for {max(sizes):,}")
    return lines, [json.loads(line)["title"] for line in lines[max(sizes) :]]


def build(folder: Path, sources: list[Path]) -> None:
    """Index some papers, unless they are indexed already."""
    index = IndexFolder(folder)
    try:
        index.current().verify()
    except IndexUnusable:
        rebuild(sources, index, BagOfWords(), mapped="pca")


def measure(plan: Plan) -> None:
    """Print the figures of one index; in a process of its own, for the sake of its memory.

    Each column has an engine of its own: none finds what another has left in a cache.
    """
    encoder = BagOfWords()
    rows: dict[Column, dict[str, float]] = {}
    seconds: list[float] = []
    resident = [resident_mb()]
    for mode, filtered, path in itertools.product(
        MODES, ("all", "filtered"), [""] if plan.public else PATHS
    ):
        engine, took = timed_open(plan, encoder)
        seconds.append(took)
        resident.append(resident_mb())
        questions = plan.questions or [
            paper.title for paper in itertools.islice(engine.papers(Filters()), WARM_UP + QUESTIONS)
        ]
        narrow = filters_of_a_tenth(engine)
        filters = narrow if filtered == "filtered" else Filters()
        rows[mode, filtered, path] = stage_times(engine, questions, mode, filters, path, plan)
        resident.append(resident_mb())
        papers, passing = engine.info.papers, engine.search(Query(filters=narrow, k=1)).total
        engine.close()
    before, opened, asked, *_ = resident
    print(f"\n{papers:,} papers, {len(questions) - WARM_UP} titles as questions, {plan.clock} time")
    print(f"open {statistics.median(seconds):.3f} s; resident {before:.0f} MB before", end=", ")
    print(
        f"{opened - before:.0f} more once open, {asked - before:.0f} more once {MODES[0]} was asked"
    )
    print(f"filtered: {passing:,} papers pass")
    print_times(rows)
    print_calls(plan, encoder, questions)


def timed_open(plan: Plan, encoder: BagOfWords) -> tuple[Engine, float]:
    """Open an index; return its engine and the seconds that it took."""
    now = CLOCKS[plan.clock]
    started = now()
    engine = open_engine(IndexFolder(plan.index), lambda _: encoder)
    return engine, now() - started


def resident_mb() -> float:
    """Return what this process holds in memory, mapped files included, in MB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def filters_of_a_tenth(engine: Engine) -> Filters:
    """Return a filter that about one paper in ten passes: a category, or a year."""
    wanted = engine.info.papers / 10
    field = "category" if engine.facets["category"] else "year"
    value = min(engine.facets[field], key=lambda count: abs(count.count - wanted)).value
    if field == "category":
        return Filters(category=(str(value),))
    return Filters(year_from=int(value), year_to=int(value))


def stage_times(
    engine: Engine, questions: list[str], mode: Mode, filters: Filters, path: str, plan: Plan
) -> dict[str, float]:
    """Return the median milliseconds of each stage, and of all of them together."""
    clock = StageClock(CLOCKS[plan.clock])
    taken: list[dict[str, float]] = []
    with ExitStack() as stack:
        if not plan.public:
            stack.enter_context(watched(clock, STAGES))
            stack.enter_context(PATHS[path](engine))
        for question in questions:
            clock.take()
            with clock.stage(PARSE):
                query = Query.parse(question, mode=mode, filters=filters)
            found = engine.search(query)
            with clock.stage(SERIALISE):
                orjson.dumps(found.to_json())
            taken.append(clock.take())
    del taken[:WARM_UP]
    stages = [] if plan.public else [PARSE, *STAGES, REST, SERIALISE]
    medians = {stage: statistics.median(one.get(stage, 0.0) for one in taken) for stage in stages}
    medians["whole"] = statistics.median(sum(one.values()) for one in taken)
    return {stage: 1000 * seconds for stage, seconds in medians.items()}


def print_times(rows: dict[Column, dict[str, float]]) -> None:
    """Print the milliseconds, a stage a line; of whole queries alone where no stage was watched."""
    columns = list(rows)
    for part in zip(*columns, strict=True):
        if any(part):
            print(f"{'':12}" + "".join(f"{name:>12}" for name in part))
    for stage in rows[columns[0]]:
        print(f"{stage:12}" + "".join(f"{rows[column][stage]:12.2f}" for column in columns))


def print_calls(plan: Plan, encoder: BagOfWords, questions: list[str]) -> None:
    """Print how often each page calls the model: by itself, and after the pages before it."""
    app = create_app(IndexFolder(plan.index), lambda _: encoder)
    with TestClient(app, headers={"Accept": "text/html"}) as client:
        asked = narrowed(client, questions[0])
        filters = ", ".join([*asked][1:])
        print(f"calls of the model by pages, narrowed by {filters}")
        print(f"{'':12}{'of a question of its own':>40}{'of one question, in this order':>40}")
        (first,) = client.get("/api/v1/search", params=asked | {"k": "1"}).json()["results"]
        own = iter(questions[1:])
        for name, path in (
            ("search", "/"),
            ("snippets", "/snippets"),
            ("why", f"/papers/{first['paper']['id']}/why"),
            ("map", "/map"),
        ):
            alone = called(encoder, client, path, asked | {"q": next(own)})
            shared = called(encoder, client, path, asked)
            print(f"{name:12}{alone:>40}{shared:>40}")


def narrowed(client: TestClient, question: str) -> dict[str, str]:
    """Return a question with four filters, each one that most papers pass of the list so far."""
    asked = {"q": question}
    for name, field in _NARROWED.items():
        facets = client.get("/api/v1/search", params=asked).json()["facets"]
        if len(asked) <= 4 and (counts := facets.get(field)):
            most = str(counts[0]["value"])
            asked[name] = most.lower() if field == "code" else most
    return asked


def called(encoder: BagOfWords, client: TestClient, path: str, asked: dict[str, str]) -> str:
    """Ask for a page; return how often that called each method of the model."""
    encoder.calls.clear()
    response = client.get(path, params=asked)
    response.raise_for_status()
    return ", ".join(f"{name} {count}" for name, count in sorted(encoder.calls.items())) or "none"


def main() -> None:
    """Index what is not indexed, and measure each size in a process of its own."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", nargs="?", type=Path, help="papers; by default the seeds alone")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, metavar="PAPERS")
    parser.add_argument("--work", type=Path, required=True, help="folder for the indexes")
    parser.add_argument("--public", action="store_true", help="time whole queries only")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu: of one thread")
    parser.add_argument("--threads", type=int, default=1, help="of FAISS and BLAS")
    given = parser.parse_args()
    os.environ.update(dict.fromkeys(_THREADS, str(given.threads)))  # what is started takes it over
    lines, questions = read_corpus(given.corpus, given.sizes)
    fresh = multiprocessing.get_context("spawn")
    for size in given.sizes if lines else [0]:
        folder = given.work / f"index-{size}" if size else given.work / "index-seeds"
        sources = [ROOT / "seeds"]
        if size:
            sources = [given.work / f"papers-{size}.jsonl"]
            given.work.mkdir(parents=True, exist_ok=True)
            sources[0].write_text("".join(lines[:size]), "utf-8")
        for step, arguments in (
            (build, (folder, sources)),
            (measure, (Plan(folder, questions, given.clock, given.public),)),
        ):
            process = fresh.Process(target=step, args=arguments)
            process.start()
            process.join()
            if process.exitcode:
                raise SystemExit(process.exitcode)


if __name__ == "__main__":
    main()
