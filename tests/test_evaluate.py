"""``akin evaluate``: what it prints, writes and refuses; with a fake encoder."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import ir_measures
import numpy as np
import pytest
from ir_measures import RR, R, nDCG

import search_api.cli
import search_api.engine.live
import search_api.evaluation.cli
from indexer.models.model import DEFAULT_MODEL, find_model
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api.evaluation.comparing import correct
from search_api.evaluation.results import Compared
from search_api.evaluation.statistics import holm, randomisation_test
from tests.collections import DOCUMENTS, collection, lines
from tests.conftest import SEEDS
from tests.fakes import ByLength, fake_encoder, fake_model
from tests.in_process import runs

MODES = ["hybrid", "semantic", "lexical"]
MEASURES = ["ndcg@10", "recall@100", "mrr@10"]
HOSTILE = "</title><script src='http://evil.example'>alert(1)</script><img src=x onerror=y> & \"'"
WORDS = "graph speech radar protein market forest engine museum planet yeast copper sonata".split()


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run a command line in this process; its index lies below ``tmp_path``."""
    monkeypatch.setattr(search_api.evaluation.cli, "find_model", fake_model)
    monkeypatch.setattr(search_api.evaluation.cli, "encoder_of", fake_encoder)
    monkeypatch.setattr(search_api.engine.live, "ranker_of", lambda file: None)
    monkeypatch.setenv("AKIN_INDEX", str(tmp_path / "index"))
    monkeypatch.delenv("AKIN_MODEL", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return runs(monkeypatch, capsys, "evaluate")


def random_collection(folder: Path, seed: int, queries: int = 12) -> Path:
    """Write a collection that no mode answers all of, judged at random."""
    random = np.random.default_rng(seed)
    documents = [
        {"_id": f"d{n}", "title": "", "text": " ".join(random.choice(WORDS, 6))} for n in range(60)
    ]
    asked = [{"_id": f"q{n}", "text": " ".join(random.choice(WORDS, 3))} for n in range(queries)]
    judged = [
        (f"q{n}", f"d{d}", int(random.integers(0, 3)))
        for n in range(queries)
        for d in random.choice(60, 8, replace=False)
    ]
    return collection(folder, documents, asked, judged)


class Page(HTMLParser):
    """Collects the tags of a page; whatever is left open or closed twice is an error."""

    VOID = ("meta", "br", "line", "circle", "link", "img")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_what_a_reranker_brings_is_compared_with_a_run_without(run, tmp_path, monkeypatch):
    """It has all the time it takes, changes nothing below the 20 best, and the figures say so."""
    given = []

    def reranker_of(*how):
        given.append(how)
        return ByLength() if how[0] else None

    monkeypatch.setattr(search_api.engine.live, "reranker_of", reranker_of)
    folder, before = random_collection(tmp_path / "random", 1), tmp_path / "before.json"
    plain = run("--json --output", before, folder).json["datasets"][0]
    ran = run("--json --reranker mine --baseline", before, folder).json["datasets"][0]
    assert given == [(None, None), ("mine", None)]
    assert "the 20 best papers were read again by by length" in ran["notes"]
    for mode in MODES:
        old, new = plain["modes"][mode], ran["modes"][mode]
        assert new["delta"]["ndcg@10"] == pytest.approx(new["ndcg@10"] - old["ndcg@10"], abs=1e-5)
        assert new["delta"]["ndcg@10"] != 0
        assert new["recall@100"] == old["recall@100"]


def test_json_has_the_shape_of_the_contract(run, tmp_path):
    """One object: model, collections, modes, the three measures, and more beside them."""
    ran = run("--json", collection(tmp_path / "small"))
    assert (ran.code, ran.err) == (0, "")
    assert ran.json["ok"] is True
    assert ran.json["model"] == DEFAULT_MODEL
    assert "models" not in ran.json
    (dataset,) = ran.json["datasets"]
    assert (dataset["dataset"], dataset["documents"], dataset["queries"]) == ("small", 4, 2)
    assert dataset["left_out"] == {"unanswered": 1, "not_chosen": 0}
    assert list(dataset["modes"]) == MODES
    for mode in dataset["modes"].values():
        for measure in MEASURES:
            low, high = mode["intervals"][measure]
            assert 0 <= low <= mode[measure] <= high <= 1
        assert "per_query" not in mode
    lexical = dataset["modes"]["lexical"]  # each relevant document has a word of its query
    assert [lexical[measure] for measure in MEASURES] == [1, 1, 1]


def test_values_are_those_of_ir_measures(run, tmp_path):
    """From files to figures: an independent program over the same rankings says the same."""
    folder = random_collection(tmp_path / "random", 5)
    found = run("--json", folder).json["datasets"][0]
    qrels = list(ir_measures.read_trec_qrels(
        "\n".join(
            f"{q} 0 {d} {grade}"
            for q, d, grade in (
                line.split("\t") for line in (folder / "qrels.tsv").read_text().splitlines()[1:]
            )
        )
    ))  # fmt: skip
    from indexer.progress import Silent
    from search_api.engine.engine import Engine
    from search_api.evaluation.asking import index_of, indexed
    from search_api.evaluation.dataset import read_dataset
    from search_api.query.query import Query

    encoder = fake_encoder(fake_model())
    dataset = read_dataset(folder)
    index = index_of(dataset, encoder.model, tmp_path / "index" / "evaluation")
    corpus = indexed(dataset, index, encoder, Silent())
    assert corpus.embedded == 0  # the very index that the command made
    engine = Engine(corpus.generation, encoder)
    for mode in MODES:
        rankings = [
            ir_measures.ScoredDoc(query.id, corpus.document[hit.paper.id], float(-hit.rank))
            for query in dataset.queries
            for hit in engine.search(Query(text=query.text, mode=mode, k=100)).hits
        ]
        theirs = ir_measures.calc_aggregate([nDCG @ 10, R @ 100, RR @ 10], qrels, rankings)
        for measure, name in zip((nDCG @ 10, R @ 100, RR @ 10), MEASURES, strict=True):
            assert found["modes"][mode][name] == pytest.approx(theirs[measure], abs=5e-5)
    engine.close()


def test_the_baseline_is_the_better_voice(run, tmp_path):
    """Without a word of the user, the others are compared with the better of two voices."""
    folder = random_collection(tmp_path / "random", 1)
    output = tmp_path / "run.json"
    found = run("--json", folder, "--output", output).json
    (dataset,) = found["datasets"]
    modes = dataset["modes"]
    better = max(("semantic", "lexical"), key=lambda mode: modes[mode]["ndcg@10"])
    assert dataset["baseline"] == better
    assert "delta" not in modes[better]
    (whole,) = json.loads(output.read_text())["datasets"]
    for mode in set(MODES) - {better}:
        for measure in MEASURES:
            ours = np.array(whole["modes"][mode]["per_query"][measure])
            theirs = np.array(whole["modes"][better]["per_query"][measure])
            assert modes[mode]["delta"][measure] == pytest.approx((ours - theirs).mean(), abs=1e-6)
            p = randomisation_test(ours - theirs, "random")
            assert modes[mode]["p"][measure] == pytest.approx(p, abs=1e-6)
    raw = [modes[mode]["p"]["ndcg@10"] for mode in MODES if mode != better]
    corrected = [modes[mode]["p_holm"]["ndcg@10"] for mode in MODES if mode != better]
    assert corrected == pytest.approx(holm(raw), abs=1e-5)
    assert found["comparisons"] == 2


def test_a_mode_may_be_the_baseline(run, tmp_path):
    """The named one has no difference, the others have; one that is not asked is refused."""
    folder = collection(tmp_path / "small")
    (dataset,) = run("--json --baseline hybrid", folder).json["datasets"]
    assert dataset["baseline"] == "hybrid"
    assert {mode: "delta" in one for mode, one in dataset["modes"].items()} == {
        "hybrid": False, "semantic": True, "lexical": True,
    }  # fmt: skip
    ran = run("--json --baseline hybrid --mode semantic", folder)
    assert (ran.code, ran.json["error"]["type"]) == (2, "bad-input")
    (dataset,) = run("--json --mode lexical", folder).json["datasets"]
    assert (dataset["baseline"], list(dataset["modes"])) == (None, ["lexical"])


def test_an_earlier_run_may_be_the_baseline(run, tmp_path):
    """Each mode is compared with the same one of the file, query by query."""
    folder = random_collection(tmp_path / "random", 2)
    before = tmp_path / "before.json"
    run("--output", before, folder)
    same = run("--json --baseline", before, folder).json["datasets"][0]
    for mode in MODES:
        assert same["modes"][mode]["delta"] == dict.fromkeys(MEASURES, 0.0)
        assert same["modes"][mode]["p"] == dict.fromkeys(MEASURES, 1.0)
        assert same["modes"][mode]["baseline"] == f"{mode} of {DEFAULT_MODEL} in before.json"

    content = json.loads(before.read_text())
    (dataset,) = content["datasets"]
    del dataset["modes"]["lexical"]
    dataset["query_ids"] = dataset["query_ids"][2:]
    for mode in dataset["modes"].values():
        for measure in MEASURES:
            mode["per_query"][measure] = [value - 0.25 for value in mode["per_query"][measure][2:]]
    before.write_text(json.dumps(content))
    other = run("--json --baseline", before, folder).json["datasets"][0]
    asked = other["queries"]
    hybrid = other["modes"]["hybrid"]
    assert hybrid["compared_queries"] == asked - 2
    assert hybrid["delta"] == pytest.approx(dict.fromkeys(MEASURES, 0.25))
    assert hybrid["p"]["ndcg@10"] == pytest.approx(2 / 2 ** (asked - 2), abs=1e-6)
    assert "delta" not in other["modes"]["lexical"]
    assert any("did not ask in this mode" in note for note in other["notes"])


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, "No such file"),
        ("[]", "not what --output writes"),
        ("{", "not what --output writes"),
        ('{"model": "a", "datasets": []}', "holds no results"),
        ('{"model": "a", "datasets": [{"dataset": "small", "documents": 4, "query_ids": ["q1"], '
         '"modes": {"hybrid": {"per_query": {"ndcg@10": [], "recall@100": [], "mrr@10": []}}}}]}',
         "not a number for each of 1 queries"),
        ('{"model": "a", "datasets": [{"dataset": "other", "documents": 4, "query_ids": ["q1"], '
         '"modes": {}}]}', "shares no query with small"),
    ],
)  # fmt: skip
def test_a_baseline_that_is_none_is_told(run, tmp_path, content, named):
    """A file that holds no earlier run is wrong use, found before anything is embedded."""
    path = tmp_path / "before.json"
    if content is not None:
        path.write_text(content)
    ran = run("--json --baseline", path, collection(tmp_path / "small"))
    assert (ran.code, ran.json["error"]["type"]) == (2, "bad-parameter")
    assert named in ran.json["error"]["detail"]
    assert not (tmp_path / "index").exists()


def test_several_collections_have_a_mean(run, tmp_path):
    """Each weighs the same, however many queries it has; names that clash are told apart."""
    folders = [random_collection(tmp_path / name / "same", 3 + n, 4 + 9 * n)
               for n, name in enumerate("ab")]  # fmt: skip
    found = run("--json", *folders, folders[0]).json
    assert [dataset["dataset"] for dataset in found["datasets"]] == ["a/same", "b/same"]
    for mode in MODES:
        values = [dataset["modes"][mode]["ndcg@10"] for dataset in found["datasets"]]
        assert found["mean"][mode]["ndcg@10"] == pytest.approx(np.mean(values), abs=1e-6)
        low, high = found["mean"][mode]["intervals"]["ndcg@10"]
        assert low < found["mean"][mode]["ndcg@10"] < high
        deltas = [
            dataset["modes"][mode].get("delta", {"ndcg@10": 0})["ndcg@10"]
            for dataset in found["datasets"]
        ]
        assert found["mean"][mode].get("delta", {"ndcg@10": 0})["ndcg@10"] == pytest.approx(
            np.mean(deltas), abs=1e-6
        )


def test_several_models_are_listed(run, tmp_path):
    """Each has an index of its own; the first one is also where a single one is."""
    ran = run("--json --model other --model", DEFAULT_MODEL, collection(tmp_path / "small")).json
    assert ran["model"] == "other"
    assert [model["model"] for model in ran["models"]] == ["other", DEFAULT_MODEL]
    assert ran["datasets"] == ran["models"][0]["datasets"]
    assert ran["comparisons"] == 4
    (place,) = (tmp_path / "index" / "evaluation").iterdir()
    assert len(list(place.iterdir())) == 2


def test_the_model_is_that_of_the_index_unless_named(run, tmp_path, monkeypatch):
    """As with rebuild-index: named, of the environment, of the index, bundled."""
    folder = collection(tmp_path / "small")
    rebuild([SEEDS], IndexFolder(tmp_path / "index"), fake_encoder(fake_model("other")))
    assert run("--json", folder).json["model"] == "other"
    monkeypatch.setenv("AKIN_MODEL", DEFAULT_MODEL)
    assert run("--json", folder).json["model"] == DEFAULT_MODEL
    assert run("--json --model other", folder).json["model"] == "other"


def test_a_second_run_embeds_nothing_and_work_may_lie_elsewhere(run, tmp_path):
    """What was embedded stays, in --work or within the folder of the index."""
    folder = collection(tmp_path / "small")
    for line in ("", f"--work {tmp_path / 'work'}"):
        assert run(f"--json {line}", folder).json["datasets"][0]["embedded"] == 4
        assert run(f"--json {line}", folder).json["datasets"][0]["embedded"] == 0
    assert len(list((tmp_path / "work").iterdir())) == 1


def test_halves_and_samples(run, tmp_path):
    """What is not asked is counted; two halves are all queries."""
    folder = random_collection(tmp_path / "random", 4, 11)
    output = tmp_path / "run.json"
    ids = []
    for half in ("first", "second"):
        run(f"--half {half} --output", output, folder)
        ids += json.loads(output.read_text())["datasets"][0]["query_ids"]
    run("--output", output, folder)
    assert sorted(ids) == sorted(json.loads(output.read_text())["datasets"][0]["query_ids"])
    (dataset,) = run("--json --sample 3 --seed 1", folder).json["datasets"]
    assert (dataset["queries"], dataset["left_out"]["not_chosen"]) == (3, 8)


def test_the_table_is_for_people(run, tmp_path):
    """Each mode has its measures with intervals, the difference to the baseline, and its p."""
    ran = run("", random_collection(tmp_path / "one", 6), collection(tmp_path / "[bold]two"))
    assert ran.code == 0
    for title in ("nDCG@10", "Recall@100", "MRR@10", "mean of the collections", "baseline"):
        assert title in ran.out
    assert "60 documents, 12 queries" in ran.out
    assert "[bold]two" in ran.out
    assert re.search(r"hybrid +0\.\d{3} \[0\.\d\d, [01]\.\d\d\]", ran.out)
    assert re.search(r"[+-]0\.\d{3} p [=<] [01]\.\d{3}", ran.out)
    assert "corrected after Holm for 4 comparisons" in ran.out
    assert "note [bold]two: without a relevant document, and so left out: 1 of 3 queries" in ran.out


def test_the_page_needs_nothing_beside_it(run, tmp_path):
    """It parses, refers to nothing, says what was run, and shows hostile text as text."""
    folder = random_collection(tmp_path / "<b>bold</b>", 7)
    queries = [{"_id": f"q{n}<i>", "text": f"{HOSTILE} {WORDS[n]}"} for n in range(12)]
    lines(folder / "queries.jsonl", queries)
    judged = (folder / "qrels.tsv").read_text().splitlines()
    rows = [re.sub(r"^(q\d+)", r"\1<i>", row) for row in judged[1:]]
    (folder / "qrels.tsv").write_text("\n".join([judged[0], *rows]) + "\n")
    page_file = tmp_path / "page.html"
    ran = run("--html", page_file, folder, collection(tmp_path / "small"))
    assert ran.code == 0
    text = page_file.read_text("utf-8")
    page = Page(text)
    assert set(page.tags).isdisjoint({"script", "img", "link", "iframe", "i", "b", "object"})
    assert {name for name, _ in page.attributes}.isdisjoint({"src", "href", "onerror", "onload"})
    assert "@import" not in text
    assert "url(" not in text
    assert "prefers-color-scheme: dark" in text
    assert HOSTILE in page.text  # as text
    for part in (DEFAULT_MODEL, "akin evaluate --html", "numpy", "12 queries",
                 "left out: 1 of 3 queries", "Mean of the collections"):  # fmt: skip
        assert part in page.text
    # Three plots of the mean, then of each collection three and its differences.
    assert page.tags.count("svg") == 3 + 2 * 4
    assert page.tags.count("circle") == 3 * 3 * 3


def test_output_is_what_json_prints_and_the_values_of_each_query(run, tmp_path):
    """Both tell the same; only the file has the queries."""
    output = tmp_path / "run.json"
    printed = run("--json --output", output, random_collection(tmp_path / "random", 8)).json
    written = json.loads(output.read_text("utf-8"))
    for dataset in written["datasets"]:
        ids = dataset.pop("query_ids")
        assert len(ids) == dataset["queries"]
        for mode in dataset["modes"].values():
            for measure, values in mode.pop("per_query").items():
                assert len(values) == len(ids)
                assert np.mean(values) == pytest.approx(mode[measure], abs=1e-6)
    assert written == printed


def test_make_writes_what_evaluate_measures(run, tmp_path):
    """From the papers of an index to figures of one's own, in two commands."""
    rebuild([SEEDS], IndexFolder(tmp_path / "index"), fake_encoder(fake_model()))
    folder = tmp_path / "mine"
    made = run("--json --questions 12 --make", folder).json
    assert made == {
        "ok": True,
        "folder": str(folder),
        "documents": 64,
        "questions": 12,
        "kinds": {"title": 6, "sentence": 6},
    }
    (dataset,) = run("--json", folder).json["datasets"]
    assert (dataset["documents"], dataset["queries"]) == (64, 12)
    assert dataset["modes"]["lexical"]["recall@100"] > 0.9
    again = run("--json --make", folder)
    assert (again.code, again.json["error"]["type"]) == (2, "bad-input")
    told = run("--questions 500 --make", tmp_path / "more")
    assert "questions (" in told.out
    assert "note no other paper" in told.out
    assert f"next: akin evaluate {tmp_path / 'more'}" in told.out


@pytest.mark.parametrize(
    ("line", "code", "kind", "named"),
    [
        ("", 2, "bad-input", "--make DIR"),
        ("{tmp}/nowhere", 2, "dataset-unusable", "BEIR"),
        ("{tmp}/empty", 2, "dataset-unusable", "corpus.jsonl"),
        ("{tmp}/bad", 2, "dataset-unusable", "corpus.jsonl:2"),
        ("{tmp}/blank", 2, "nothing-to-index", "neither title nor abstract"),
        ("{tmp}/small --mode fuzzy", 2, "bad-input", "fuzzy"),
        ("{tmp}/small --sample 0", 2, "bad-input", "--sample"),
        ("{tmp}/small --half third", 2, "bad-input", "third"),
        ("{tmp}/small --model no/model", 2, "model-unavailable", "no/model"),
        ("{tmp}/small --html {tmp}/no/page.html", 2, "bad-input", "there is no folder"),
        ("{tmp}/small --output {tmp}/no/run.json", 2, "bad-input", "there is no folder"),
        ("{tmp}/small --baseline fuzzy", 2, "bad-parameter", "fuzzy"),
        ("{tmp}/small --make {tmp}/new", 2, "bad-input", "--make takes no DATASET"),
        ("--make {tmp}/new --index {tmp}/none", 1, "index-missing", "rebuild-index"),
        ("{tmp}/one --half second", 2, "bad-parameter", "none of the 1 queries"),
    ],
)
def test_failures(run, tmp_path, line, code, kind, named):
    """Each failure has its exit code, its type, and names what is wrong."""
    collection(tmp_path / "small")
    collection(tmp_path / "one", judged=[("q1", "d1", 1)])
    (tmp_path / "empty").mkdir()
    collection(tmp_path / "blank", documents=[{"_id": "d1", "text": "", "title": ""}])
    lines(collection(tmp_path / "bad") / "corpus.jsonl", [DOCUMENTS[0], {"id": "d2"}])
    line = line.format(tmp=tmp_path)
    ran = run(f"{line} --json")
    assert (ran.code, ran.json["ok"], ran.json["error"]["type"]) == (code, False, kind)
    assert named in ran.json["error"]["detail"]
    told = run(line)
    assert (told.code, told.out) == (code, "")
    assert named in told.err
    assert "Traceback" not in told.err


def test_nothing_to_correct_is_fine():
    """A run without comparisons has no p-values; one comparison is corrected for itself alone."""
    correct([])
    p = np.array([0.2, 0.3, 0.4])
    one = Compared("semantic", (), np.zeros((1, 3)), p, np.zeros(3))
    correct([one])
    assert one.p_holm.tolist() == p.tolist()


@pytest.mark.model
def test_the_real_model_finds_most_of_what_the_seeds_ask(tmp_path, model_index):
    """Known-item questions of the seeds find their papers: MRR was 0.88 at first."""
    from indexer.models.choosing import encoder_of
    from indexer.progress import Silent
    from search_api.evaluation.dataset import read_dataset
    from search_api.evaluation.questions import make_dataset
    from search_api.evaluation.run import Plan, evaluate

    make_dataset(model_index.current(), tmp_path / "mine", 40, 0)
    found = evaluate(
        [read_dataset(tmp_path / "mine")],
        [encoder_of(find_model())],
        Plan(("hybrid", "semantic", "lexical"), "better"),
        work=tmp_path / "work",
        reporter=Silent(),
    )
    hybrid = found.models[0].datasets[0].modes["hybrid"].mean.value
    assert hybrid[2] > 0.8
