"""``akin train --ranker``: what is learned from judged queries, and how well it is said to do."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.optimize import check_grad

import search_api.cli
import search_api.engine.live
import search_api.evaluation.cli
from indexer.errors import BadParameter, DatasetUnusable
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api.learning.candidates import Candidates, Judged
from search_api.learning.fitting import Objective, fit
from search_api.learning.judgements import read_judgements
from search_api.learning.training import Settings, begun_with, train
from search_api.learning.validating import validated
from search_api.ranking.features import FEATURES
from search_api.ranking.learned import BUNDLED, Learned
from search_api.store.local import LocalStore
from tests.collections import DOCUMENTS, collection, lines
from tests.fakes import fake_encoder, fake_model
from tests.in_process import runs

NAMES = [feature.name for feature in FEATURES]
NOTHING = np.zeros(len(NAMES))


def judged(name: str, seed: int, queries: int = 30, *, tells: float = 1.0, static=False) -> Judged:
    """Queries whose relevant papers are high by the first feature, and low by the second."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(queries):
        count = int(random.integers(20, 40))
        features = random.standard_normal((count, len(NAMES)))
        worth = tells * (2 * features[:, 0] - features[:, 1]) + random.standard_normal(count)
        relevant = np.argsort(-worth)[:3]
        documents = [f"d{place}" for place in range(count)]
        grades = {documents[place]: 1 for place in relevant}
        found.append(Candidates(documents, random.standard_normal(count), features, grades))
    return Judged(name, tuple(found), static)


def test_the_gradient_is_that_of_the_loss() -> None:
    """Finite differences say the same, queries of different lengths together."""
    groups = [judged("a", 1, 4).queries, judged("b", 2, 7).queries]
    start = np.full(len(NAMES), 0.1)
    objective = Objective(groups, start, 0.3)
    for seed in range(3):
        at = np.random.default_rng(seed).standard_normal(len(NAMES) + 1)
        error = check_grad(lambda x: objective(x)[0], lambda x: objective(x)[1], at)
        assert error < 1e-5


def test_the_loss_of_one_query_by_hand() -> None:
    """Of two papers, the relevant one a point ahead: log(1 + 1/e), with nothing moved."""
    one = Candidates(["a", "b"], np.array([1.0, 0.0]), np.zeros((2, len(NAMES))), {"a": 1})
    value, gradient = Objective([[one]], NOTHING, 0.3)(np.zeros(len(NAMES) + 1))
    assert value == pytest.approx(np.log1p(np.exp(-1)))
    assert gradient[:-1] == pytest.approx(NOTHING)
    assert gradient[-1] == pytest.approx(-1 / (1 + np.e))  # sharper were better


def test_what_tells_relevant_papers_is_found() -> None:
    """Signs and order of the weights are those of what made the papers relevant."""
    weights = fit([judged("a", 1).queries, judged("b", 2).queries], NOTHING, 0.01)
    assert weights[0] > -weights[1] > 0.2
    assert np.abs(weights[2:]).max() < 0.3 * weights[0]


def test_a_pull_keeps_the_weights_near_their_start() -> None:
    """The harder, the nearer; and of no query they are those of the start."""
    queries = [judged("a", 1).queries]
    start = np.linspace(-0.2, 0.2, len(NAMES))
    moved = [np.linalg.norm(fit(queries, start, pull) - start) for pull in (0.0, 0.3, 30.0)]
    assert moved[0] > 2 * moved[1] > 10 * moved[2] > 0
    assert fit([], start, 0.3) == pytest.approx(start)


def test_each_collection_weighs_the_same() -> None:
    """A collection that is there three times over, in one group, counts as it does once."""
    one, other = judged("a", 1, 10).queries, judged("b", 2, 10).queries
    at = np.linspace(-0.5, 0.5, len(NAMES) + 1)
    once, thrice = (Objective([group, other], NOTHING, 0.3)(at) for group in (one, one * 3))
    assert thrice[0] == pytest.approx(once[0])
    assert thrice[1] == pytest.approx(once[1])


def test_few_queries_move_the_weights_less() -> None:
    """The same queries over and over say no other thing, but are believed."""
    queries = judged("a", 1, 10).queries
    sizes = [np.linalg.norm(fit([queries * times], NOTHING, 0.3)) for times in (1, 5, 50)]
    assert sizes[0] < 0.8 * sizes[1] < 0.8 * sizes[2]


def test_what_is_validated_was_not_learned_from() -> None:
    """One whose papers are relevant for the opposite reason loses by what the others teach."""
    found = validated(
        [judged("a", 1), judged("b", 2), judged("c", 3, tells=-1.0)], NOTHING, 0.05, 0
    )
    assert [one.name for one in found] == ["a", "b", "c"]
    assert found[2].after < found[2].before
    assert found[2].p < 0.05


def test_one_collection_is_validated_by_its_parts() -> None:
    """Learning from four fifths helps the fifth; the seed draws them, and nothing else differs."""
    (one,) = validated([judged("a", 1)], NOTHING, 0.1, 0)
    assert (one.queries, one.telling) == (30, 30)
    assert one.after > one.before + 0.1
    assert one.p < 0.01
    assert validated([judged("a", 1)], NOTHING, 0.1, 0) == [one]
    assert validated([judged("a", 1)], NOTHING, 0.1, 1)[0].after != one.after


def test_the_weights_of_the_other_kind_of_model_are_kept() -> None:
    """Where a static model says the meaning, those of transformers stay as they began."""
    settings = Settings(begun_with(None), seed=3, command="akin train a b")
    trained = train([judged("a", 1, static=True), judged("b", 2, static=True)], settings)
    assert trained.meaning == "static"
    assert trained.learned.weights["transformer"] == settings.start.weights["transformer"]
    assert trained.learned.weights["static"] != settings.start.weights["static"]
    about = trained.learned.about["static"]
    assert about["command"] == "akin train a b"
    assert set(about["collections"]) == {"a", "b"}
    assert about["mean_gain"] == pytest.approx(trained.mean_gain, abs=1e-4)
    assert trained.better


def test_what_cannot_be_learned_from_is_refused() -> None:
    """One query, none with a relevant paper among its best, or two kinds of models at once."""
    settings = Settings(begun_with("none"))
    with pytest.raises(DatasetUnusable, match="of one query nothing can be said"):
        train([judged("a", 1, 1)], settings)
    (one,) = judged("a", 1, 1).queries
    missed = Candidates(one.documents, one.sight, one.features, {"elsewhere": 1})
    with pytest.raises(DatasetUnusable, match="nothing to learn from"):
        train([Judged("a", (missed, missed), static=False)], settings)
    with pytest.raises(BadParameter, match="learn one by one"):
        train([judged("a", 1), judged("b", 2, static=True)], settings)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> IndexFolder:
    """An index of the four documents of the small collection."""
    place = tmp_path_factory.mktemp("judged")
    folder = IndexFolder(place / "index")
    source = lines(
        place / "papers.jsonl",
        [{"title": d["title"] or "Speech", "abstract": d["text"]} for d in DOCUMENTS],
    )
    rebuild([source], folder, fake_encoder(fake_model()), mapped="none")
    return folder


@pytest.fixture(scope="module")
def store(index: IndexFolder):
    with closing(LocalStore(index.current())) as opened:
        yield opened


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "judgements.csv"
    path.write_text(text, "utf-8")
    return path


def test_judgements_are_read(tmp_path: Path, store: LocalStore) -> None:
    """By commas or tabs, columns in any order, as grades or decisions; empty lines are none."""
    first, second, *_ = store.ids(np.arange(4))
    rows = [("paper", "query", "relevance", "by")]
    rows += [(first, "graphs, learned", "2", "me"), (second, "graphs, learned", "Excluded", "")]
    rows += [("",), (second, "proteins", "yes", "you")]
    tabs = written(tmp_path, "\n".join("\t".join(row) for row in rows))
    found = read_judgements(tabs, store)
    assert [(query.text, dict(query.judged)) for query in found] == [
        ("graphs, learned", {first: 2, second: 0}),
        ("proteins", {second: 1}),
    ]
    quoted = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
    assert read_judgements(written(tmp_path, "\ufeff" + quoted), store) == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", ":1: no column query, paper, relevance: the first line names the columns"),
        ("query,id,relevance\n", ":1: no column paper"),
        ("query,paper,relevance\nq,ID,maybe\n", ":2: the relevance 'maybe' is no whole number"),
        ("query,paper,relevance\nq,ID,1\nq,ID\n", ":3: no relevance in 'q,ID'"),
        ("query,paper,relevance\n,ID,1\n", ":2: no query in ',ID,1'"),
        ("query,paper,relevance\nq,nobody,1\n", ":2: nobody"),
        ("query,paper,relevance\nq,ID,1\nq,ID,0\n", ":3: 'ID' was judged 1 for 'q' further up"),
        ("query,paper,relevance\nq,ID,0\n", ": no query has a relevant paper"),
        ('query,paper,relevance\n"q"x,ID,0\n', ":2: no table: "),
    ],
)
def test_judgements_that_say_nothing_are_refused(tmp_path, store, text: str, why: str) -> None:
    """With file, line and value."""
    (first,) = store.ids(np.arange(1))
    path = written(tmp_path, text.replace("ID", first))
    with pytest.raises(DatasetUnusable) as refused:
        read_judgements(path, store)
    assert refused.value.detail.startswith(f"{path}{why}".replace("ID", first))


def test_judgements_in_another_encoding_are_refused(tmp_path, store) -> None:
    """Nothing is guessed: they are in UTF-8."""
    path = tmp_path / "judgements.csv"
    path.write_bytes("query,paper,relevance\nübersicht,x,1\n".encode("cp1252"))
    with pytest.raises(DatasetUnusable, match="not UTF-8"):
        read_judgements(path, store)


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run ``akin train --ranker`` in this process; its index lies below ``tmp_path``."""
    for module, made in (
        (search_api.evaluation.cli, "encoder_of"),
        (search_api.engine.live, "question_encoder"),
    ):
        monkeypatch.setattr(module, "find_model", fake_model)
        monkeypatch.setattr(module, made, fake_encoder)
    monkeypatch.setenv("AKIN_INDEX", str(tmp_path / "index"))
    monkeypatch.delenv("AKIN_MODEL", raising=False)
    return runs(monkeypatch, capsys, "train", "--ranker")


def test_the_command_learns_from_collections(run, tmp_path: Path) -> None:
    """What it writes is what it tells, and what a search can be asked with."""
    out = tmp_path / "ranker.json"
    folders = [collection(tmp_path / name) for name in ("one", "two")]
    line = f"--out {out} --from none --pull .1 --json"
    done = run(line, *folders)
    assert (done.code, done.err) == (0, "")
    learned = Learned.read(out)
    assert done.json["ok"]
    assert done.json["meaning"] == "transformer"
    assert done.json["weights"] == learned.weights["transformer"]
    assert set(learned.weights["static"].values()) == {0.0}
    found = done.json["collections"]
    assert [(one["name"], one["queries"], one["telling"]) for one in found] == [
        ("one", 2, 2),
        ("two", 2, 2),
    ]
    assert learned.about["transformer"]["collections"]["one"]["queries"] == 2
    command = learned.about["transformer"]["command"]
    assert command == "akin train one two --ranker --out ranker.json --from none --pull 0.1"
    second = tmp_path / "second.json"
    assert run(f"--out {second} --from {out}", *folders).code == 0
    command = Learned.read(second).about["transformer"]["command"]
    assert command == "akin train one two --ranker --out second.json --from ranker.json"
    again = run(line, *folders)
    assert again.code == 2
    assert again.json["error"]["type"] == "output-exists"
    assert run(f"{line} --replace", *folders).json == done.json


def test_the_figure_is_that_of_an_evaluation(run, tmp_path: Path, monkeypatch, capsys) -> None:
    """Before anything is learned, nDCG@10 is what ``akin evaluate`` says of the same weights."""
    folder = collection(tmp_path / "one")
    done = run(f"--out {tmp_path / 'ranker.json'} --json", folder)
    monkeypatch.setattr(
        sys, "argv", ["akin", "evaluate", str(folder), "--mode", "hybrid", "--json"]
    )
    with pytest.raises(SystemExit):
        search_api.cli.main()
    out = capsys.readouterr().out
    hybrid = json.loads(out)["datasets"][0]["modes"]["hybrid"]
    assert done.json["collections"][0]["before"] == pytest.approx(hybrid["ndcg@10"], abs=1e-5)


def test_the_command_learns_from_judgements_of_the_index(run, index, store, tmp_path) -> None:
    """People are told figures and weights, and plainly where nothing was gained."""
    first, second, third, _ = store.ids(np.arange(4))
    rows = [("graph networks", first), ("amino acids", second), ("speech", third)]
    table = "query,paper,relevance\n" + "".join(f"{query},{one},1\n" for query, one in rows)
    out = tmp_path / "mine.json"
    done = run("--out", out, "--judgements", written(tmp_path, table), "--index", index.path)
    assert done.code == 0, done.err
    assert "judgements" in done.out
    assert "each of 3 parts of the queries left out in turn" in done.out
    assert "no better than what it began with" in done.out
    assert "--ranker none" in done.out
    assert f"then: akin search --ranker {out}" in done.out
    assert Learned.read(out).tokens == Learned.read(BUNDLED).tokens


def test_what_is_missing_is_told_before_anything_is_done(run, tmp_path: Path) -> None:
    """Nothing to learn from, no folder to write to, no such file to begin with."""
    assert "name a DATASET, or judgements" in run("--out", tmp_path / "a.json").err
    folder = collection(tmp_path / "one")
    assert "there is no folder" in run("--out", tmp_path / "no" / "a.json", folder).err
    missing = run("--out", tmp_path / "a.json", folder, "--from", tmp_path / "no.json")
    assert "cannot be read" in missing.err


def test_the_help_is_of_the_command_that_is_meant() -> None:
    """``akin train --help`` is of models, and names the other; with --ranker it is of rankers."""
    model = CliRunner().invoke(search_api.cli.akin, ["train", "--help"]).output
    ranker = CliRunner().invoke(search_api.cli.akin, ["train", "--ranker", "--help"]).output
    assert "akin train --ranker --help" in " ".join(model.split())
    assert "--teacher" in model
    assert "--judgements" in ranker
    assert "--teacher" not in ranker
