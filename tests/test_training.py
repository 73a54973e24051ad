"""Training a static encoder: its losses, its loop, its folder, its command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

from indexer.errors import ModelUnavailable, NothingToIndex, OutputExists, SourceUnreadable
from indexer.progress import Silent
from indexer.training import run as training_run
from indexer.training.corpus import read_papers, read_titles, sentences
from indexer.training.folder import stored, write_model
from indexer.training.loop import Limits
from indexer.training.objectives import alike, apart, towards, unscaled
from indexer.training.pairs import Pairs
from indexer.training.run import Settings, reciprocal_rank, train_model
from indexer.training.static_model import StaticModel, extended
from indexer.training.teacher import Teacher
from indexer.training.vocabulary import frequent_words
from search_api.cli import akin
from tests.fakes import FakeEncoder, fake_encoder, fake_model

DIM = 16
SUBJECTS = ("whales", "quasars", "enzymes", "proofs", "bridges", "poems", "viruses", "alloys")


def toy_model(seed: int = 0) -> StaticModel:
    """A tokenizer of a few whole words, letters for all others, and random vectors."""
    words = ["[UNK]", *SUBJECTS, "of", "we", "study", "the", "song", "light", "rate", "here"]
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    pieces = [*words, *letters, *("##" + letter for letter in letters)]
    vocabulary = {piece: place for place, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106 — none
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    table = np.random.default_rng(seed).normal(size=(len(pieces), DIM)).astype(np.float32)
    return StaticModel(tokenizer, table)


def toy_papers(count: int) -> list[dict[str, str]]:
    """Papers whose titles and abstracts share a subject and a number in words."""
    rng = np.random.default_rng(3)
    letters = list("abcdefghijklmnopqrstuvwxyz")
    found = []
    for number in range(count):
        name = "".join(rng.choice(letters, 6))
        subject = SUBJECTS[number % len(SUBJECTS)]
        abstract = f"We study the rate of {name} in {subject}. Light of {subject} is here measured."
        found.append({"title": f"The song of {name} {subject}", "abstract": abstract})
    return found


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of papers."""
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(paper) + "\n" for paper in toy_papers(240)), "utf-8")
    return path


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """The folder of a model to begin with."""
    folder = tmp_path / "start"
    write_model(folder, toy_model(), "float32", "A toy.")
    return folder


def asked(source: Path, start: Path, out: Path, **changed: object) -> Settings:
    settings = {"contrasting": 8, "rate": 0.05, "limits": Limits(steps=2, patience=3)}
    return Settings((source,), out, str(start), **settings | changed)  # type: ignore[arg-type]


def units(rng: np.random.Generator, count: int) -> np.ndarray:
    vectors = rng.normal(size=(count, DIM))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@pytest.mark.parametrize("name", ["towards", "alike", "apart"])
def test_gradients_are_those_of_finite_differences(name: str) -> None:
    """Each loss rises along its gradient as fast as the gradient says."""
    rng = np.random.default_rng(1)
    free, other = rng.normal(size=(6, DIM)), units(rng, 6)
    direction = rng.normal(size=free.shape)

    def loss_of(vectors: np.ndarray) -> tuple[float, np.ndarray]:
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        scaled = vectors / lengths
        if name == "towards":
            loss, gradient = towards(scaled, other)
        elif name == "alike":
            loss, gradient = alike(scaled, other, 3.0)
        else:
            loss, gradient, _ = apart(scaled, other, 3.0, (DIM, DIM // 2))
        return loss, unscaled(scaled, lengths, gradient)

    step = 1e-5
    rise = (loss_of(free + step * direction)[0] - loss_of(free - step * direction)[0]) / (2 * step)
    assert rise == pytest.approx(float((loss_of(free)[1] * direction).sum()), rel=1e-4)


def test_who_is_like_whom_does_not_change_when_all_turn() -> None:
    """Embeddings turned by any rotation say the same of texts, others do not."""
    rng = np.random.default_rng(5)
    vectors = units(rng, 7)
    turned = vectors @ np.linalg.qr(rng.normal(size=(DIM, DIM)))[0]
    assert alike(turned, vectors, 5.0)[0] == pytest.approx(0, abs=1e-9)
    assert alike(units(rng, 7), vectors, 5.0)[0] > 0.01


def test_the_gradient_for_documents_is_that_for_queries_the_other_way_round() -> None:
    """The loss of pairs does not change when queries and documents change places."""
    rng = np.random.default_rng(2)
    one, other = units(rng, 5), units(rng, 5)
    loss, for_one, for_other = apart(one, other, 3.0, (DIM,))
    back, of_other, of_one = apart(other, one, 3.0, (DIM,))
    assert back == pytest.approx(loss)
    np.testing.assert_allclose(for_one, of_one, atol=1e-12)
    np.testing.assert_allclose(for_other, of_other, atol=1e-12)


def test_a_pair_is_a_part_and_all_the_rest() -> None:
    """Part and rest of a paper together hold its tokens, each as often as the paper does."""
    model = toy_model()
    papers = [["the song of whales", "we study whales.", "light of the quasars."], ["proofs"] * 3]
    pairs = Pairs(papers, model)
    whole = [model.tokenizer.encode(" ".join(paper)).ids for paper in papers]
    for seed in range(8):
        parts, rests = pairs.drawn([0, 1], np.random.default_rng(seed))
        for row, ids in enumerate(whole):
            part, rest = parts[row].toarray()[0], rests[row].toarray()[0]
            lengths = [round(1 / bag[bag > 0].min()) for bag in (part, rest)]
            counts = np.bincount(ids, minlength=len(model.table))
            if sum(lengths) == len(ids):  # no token is twice in a bag
                np.testing.assert_allclose(part * lengths[0] + rest * lengths[1], counts, atol=1e-5)
            assert set(np.flatnonzero(part + rest)) == set(ids)


def test_training_finds_more_abstracts_by_their_titles(
    source: Path, start: Path, tmp_path: Path
) -> None:
    """The score on held-out papers rises, and the card states both."""
    done = train_model(asked(source, start, tmp_path / "out"), Silent())
    assert done.account.after > done.account.before
    assert done.account.papers == 216
    assert done.account.held_out == 24
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert f"| this model | {done.account.after:.3f} |" in card
    assert not (tmp_path / "out.training").exists()


def test_sentence_transformers_loads_the_folder(source: Path, start: Path, tmp_path: Path) -> None:
    """What sentence-transformers makes of the folder are akin's own vectors."""
    train_model(asked(source, start, tmp_path / "out", contrasting=1), Silent())
    texts = ["The song of whales", "Light of quasars xyz"]
    loaded = SentenceTransformer(str(tmp_path / "out"), device="cpu")
    expected = StaticModel.open(tmp_path / "out").encode(texts)
    np.testing.assert_allclose(loaded.encode(texts), expected, atol=1e-6)


def test_a_run_that_was_killed_comes_to_the_same(
    source: Path, start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that goes on after its first look at the score ends with the table of a whole one."""
    train_model(asked(source, start, tmp_path / "whole"), Silent())
    looked = []

    def dying(*held: object) -> float:
        looked.append(1)
        if len(looked) == 3:
            raise KeyboardInterrupt
        return reciprocal_rank(*held)  # type: ignore[arg-type]

    monkeypatch.setattr(training_run, "reciprocal_rank", dying)
    with pytest.raises(KeyboardInterrupt):
        train_model(asked(source, start, tmp_path / "killed"), Silent())
    assert not (tmp_path / "killed").exists()
    monkeypatch.setattr(training_run, "reciprocal_rank", reciprocal_rank)
    done = train_model(asked(source, start, tmp_path / "killed"), Silent())
    assert done.resumed
    whole, killed = (StaticModel.open(tmp_path / name).table for name in ("whole", "killed"))
    np.testing.assert_array_equal(whole, killed)


def test_another_run_is_not_gone_on_with(source: Path, start: Path, tmp_path: Path) -> None:
    """What a run with another seed left is not taken up."""
    first = asked(source, start, tmp_path / "out", seed=1)

    class DyingReporter(Silent):
        steps = 0

        def advance(self, papers: int) -> None:
            self.steps += papers
            if self.steps > 4 and self.training:
                raise KeyboardInterrupt

        training = False

        def phase(self, name: str, total: int | None = None) -> None:
            self.steps, self.training = 0, name == "contrasting"

    with pytest.raises(KeyboardInterrupt):
        train_model(first, DyingReporter())
    assert (tmp_path / "out.training" / "state.npz").exists()
    assert not train_model(asked(source, start, tmp_path / "out", seed=2), Silent()).resumed


def test_papers_are_left_out_by_their_titles(source: Path, tmp_path: Path) -> None:
    """Neither case nor punctuation saves a paper whose title is to be left out."""
    titles = [paper["title"] for paper in toy_papers(3)]
    plain, lines = tmp_path / "titles.txt", tmp_path / "corpus.jsonl"
    plain.write_text(f"{titles[0].upper()}!\n", "utf-8")
    lines.write_text(json.dumps({"_id": "1", "title": titles[1], "text": "x"}) + "\n", "utf-8")
    without = read_titles(plain) | read_titles(lines)
    papers = read_papers([source], without, Silent(), tmp_path)
    assert papers.left_out == 2
    assert {paper[0] for paper in papers.segments} & set(titles) == {titles[2]}


def test_a_title_is_read_once(source: Path, tmp_path: Path) -> None:
    """Of two papers of one title the first is trained on, so that no batch has a twin."""
    again = tmp_path / "again.jsonl"
    again.write_text(source.read_text("utf-8").upper().replace("ABSTRACT", "abstract"), "utf-8")
    again.write_text(again.read_text("utf-8").replace("TITLE", "title"), "utf-8")
    papers = read_papers([source, again], frozenset(), Silent(), tmp_path)
    assert len(papers.segments) == 240


def test_sentences_end_at_full_stops_before_capitals() -> None:
    """Abbreviations, decimals and short exclamations end no sentence."""
    text = (
        "We measure 3.5 units, i.e. many of them, here. It works. Alloys of iron are better still."
    )
    assert sentences(text) == [
        "We measure 3.5 units, i.e. many of them, here. It works.",
        "Alloys of iron are better still.",
    ]


def test_frequent_words_get_tokens_of_their_own() -> None:
    """A word in enough texts is cut into pieces before, and is one token after."""
    model = toy_model()
    texts = ["Galaxies of light", "galaxies here", "GALAXIES", "galaxies", "once rarely"]
    words = frequent_words(texts, model.tokenizer, 5)
    assert words == ["galaxies"]
    assert len(model.tokenizer.encode("galaxies").ids) == 8
    more = extended(model.tokenizer, words)
    assert more.encode("the Galaxies").ids == [model.tokenizer.token_to_id("the"), len(model.table)]


def test_a_teacher_is_asked_once(tmp_path: Path) -> None:
    """What was computed is kept, and read again; what a kill left half written is cut off."""
    encoder = FakeEncoder()
    first = Teacher(encoder, tmp_path).embeddings(["a", "b", "a"], Silent())
    (path,) = tmp_path.glob("teacher-*.bin")
    with path.open("ab") as file:
        file.write(b"half")
    before = len(encoder.encoded)
    again = Teacher(encoder, tmp_path).embeddings(["b", "a"], Silent())
    np.testing.assert_array_equal(again, first[[1, 0]])
    np.testing.assert_array_equal(first[0], first[2])
    assert len(encoder.encoded) == before


def test_training_begins_with_a_teacher(
    source: Path, start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a teacher, tokens begin with its embeddings, and texts come nearer to its own."""
    monkeypatch.setattr(training_run, "find_model", lambda name: replaced(start))
    monkeypatch.setattr(training_run, "encoder_of", fake_encoder)
    texts = tmp_path / "texts.txt"
    lines = [f"{one} {other}" for one in SUBJECTS for other in SUBJECTS]
    texts.write_text("\n".join(lines), "utf-8")
    out = tmp_path / "out"
    settings = asked(
        source, Path("teacher"), out, teacher="fake", texts=(texts,), words=0, learned=30, pull=5.0
    )
    done = train_model(settings, Silent())
    assert done.account.number_of_texts == 64 + 30
    teacher, trained = FakeEncoder().encode_document(lines), StaticModel.open(out).encode(lines)
    assert float((teacher * trained).sum(axis=1).mean()) > 0.8
    assert list((tmp_path / "out.training").glob("teacher-*.bin"))


def replaced(folder: Path):  # type: ignore[no-untyped-def]
    """A model whose files are in that folder."""
    import dataclasses

    return dataclasses.replace(fake_model(), path=folder)


def test_int8_keeps_directions() -> None:
    """Embeddings from a table of int8 point where those of float32 do, to a cosine of .999."""
    model = toy_model()
    texts = [paper["abstract"] for paper in toy_papers(20)]
    small = StaticModel(model.tokenizer, stored(model.table, "int8").astype(np.float32))
    assert (model.encode(texts) * small.encode(texts)).sum(axis=1).min() > 0.999
    assert stored(model.table, "float16").dtype == np.float16


def test_a_folder_is_not_replaced_unasked(source: Path, start: Path, tmp_path: Path) -> None:
    """A folder that is there stays as it is, unless it is to be replaced; then it goes whole."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine", "utf-8")
    with pytest.raises(OutputExists, match="--replace"):
        train_model(asked(source, start, out), Silent())
    assert (out / "mine.txt").read_text("utf-8") == "mine"
    train_model(asked(source, start, out, contrasting=1, replace=True), Silent())
    assert not (out / "mine.txt").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "papers.jsonl", "start"]


def test_what_cannot_be_trained_with_is_said(source: Path, start: Path, tmp_path: Path) -> None:
    """Too few papers, no static encoder, and lines that are no JSON are errors of their own."""
    few = tmp_path / "few.jsonl"
    few.write_text(json.dumps(toy_papers(1)[0]) + "\n", "utf-8")
    with pytest.raises(NothingToIndex, match="needs 50"):
        train_model(asked(few, start, tmp_path / "out"), Silent())
    modules = start / "modules.json"
    modules.write_text(modules.read_text("utf-8").replace("StaticEmbedding", "Transformer"))
    with pytest.raises(ModelUnavailable, match="not a static encoder"):
        train_model(asked(source, start, tmp_path / "out"), Silent())
    few.write_text("{not json\n", "utf-8")
    with pytest.raises(SourceUnreadable, match=r"few.jsonl:1: not JSON"):
        read_titles(few)


def test_the_command_tells_what_it_did(source: Path, start: Path, tmp_path: Path) -> None:
    """`akin train --json` prints the account; the card's command has no folders of the machine."""
    out = tmp_path / "mine"
    arguments = ["train", str(source), "--out", str(out), "--from", str(start), "--json"]
    done = CliRunner().invoke(akin, arguments)
    assert done.exit_code == 0, done.stderr
    assert done.stderr == ""  # a bar is for terminals
    answer = json.loads(done.stdout)
    assert answer["ok"]
    assert answer["account"]["papers"] == 216
    card = (out / "README.md").read_text("utf-8")
    assert f"akin train papers.jsonl --out mine --from {start.name}\n" in card
    assert str(source) not in card
    missing = CliRunner().invoke(
        akin, ["train", str(source), "--out", str(out), "--from", "teacher"]
    )
    assert missing.exit_code == 2
