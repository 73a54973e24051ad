"""Known-item questions: what asks is not in the document that answers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.identity import normalised_title as words_of
from indexer.errors import InputError, NothingToIndex
from indexer.paper import Paper
from indexer.store.catalogue import open_catalogue, read_paper
from search_api.evaluation.dataset import read_dataset
from search_api.evaluation.questions import make_dataset, question_from
from tests.conftest import table

FIRST = "We study how several clients can learn one common model together."
SECOND = "No client ever shows its own data to any of the others."
THIRD = "Experiments on eight public benchmarks confirm that this costs no accuracy at all."
TITLE = "Learning without showing your data"


def paper(title: str = TITLE, abstract: str = f"{FIRST} {SECOND} {THIRD}", **extra) -> Paper:
    return Paper("akin:1", title, abstract, extra=extra)


def random() -> np.random.Generator:
    return np.random.default_rng(0)


def read_lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_title_asks_for_its_abstract():
    """The document keeps the abstract alone."""
    question = question_from(paper(), "title", random())
    assert (question.kind, question.text, question.title) == ("title", TITLE, "")
    assert question.abstract == f"{FIRST} {SECOND} {THIRD}"


def test_a_sentence_asks_for_the_rest():
    """The document keeps title and the other sentences, in their order."""
    rests = {FIRST: f"{SECOND} {THIRD}", SECOND: f"{FIRST} {THIRD}", THIRD: f"{FIRST} {SECOND}"}
    seen = set()
    for seed in range(20):
        question = question_from(paper(), "sentence", np.random.default_rng(seed))
        assert (question.kind, question.title) == ("sentence", TITLE)
        assert question.abstract == rests[question.text]
        seen.add(question.text)
    assert seen == set(rests)


@pytest.mark.parametrize(
    ("one", "wanted", "kind"),
    [
        (paper(title="Editorial"), "title", "sentence"),
        (paper(title_missing=True), "title", "sentence"),
        (paper(abstract=f"{TITLE.upper()}! {FIRST} {SECOND} {THIRD}"), "title", "sentence"),
        (paper(abstract="no sentence ends here " * 10), "sentence", "title"),
        (paper(abstract=f"{SECOND} {SECOND} {SECOND}"), "sentence", "title"),
        (paper(abstract="Too short."), "title", None),
        (paper(abstract=""), "sentence", None),
    ],
)
def test_a_paper_that_cannot_answer_one_kind_answers_the_other(one, wanted, kind):
    """Short and missing titles, and pieces that stand in the rest word by word, do not ask."""
    question = question_from(one, wanted, random())
    assert (question.kind if question else None) == kind


def test_where_the_first_words_stand_in_for_a_title_there_is_none_to_keep():
    """Else the sentence that asks would stand in the title."""
    question = question_from(paper(title=FIRST[:30], title_missing=True), "sentence", random())
    assert question.title == ""


@given(
    sentences=st.lists(
        st.lists(st.sampled_from("Graph learns data. model and A the".split()), max_size=12).map(
            " ".join
        ),
        max_size=8,
    ),
    wanted=st.sampled_from(["title", "sentence"]),
    seed=st.integers(0, 9),
)
def test_the_words_of_a_question_are_never_in_its_document(sentences, wanted, seed):
    """Whatever the paper, its question does not stand there in the same order."""
    made = question_from(paper(abstract=". ".join(sentences)), wanted, np.random.default_rng(seed))
    if made:
        assert words_of(made.text) not in words_of(f"{made.title} {made.abstract}")


def test_a_collection_of_all_papers_is_written(tmp_path, seed_generation):
    """All 64 seeds are documents, half of the questions are titles, each has one answer."""
    folder = tmp_path / "new" / "mine"
    made = make_dataset(seed_generation, folder, 20, 0)
    assert made.to_json() == {
        "folder": str(folder),
        "documents": 64,
        "questions": 20,
        "kinds": {"title": 10, "sentence": 10},
    }
    dataset = read_dataset(folder)
    assert len(dataset.documents) == 64
    assert len(dataset.queries) == 20
    documents = {item["_id"]: item for item in read_lines(folder / "corpus.jsonl")}
    db = open_catalogue(seed_generation.catalogue)
    asked_for = set()
    for query in dataset.queries:
        ((answer, grade),) = query.judged.items()
        asked_for.add(answer)
        document, original = documents[answer], read_paper(db, answer)
        assert grade == 1
        assert query.text in f"{original.title} {original.abstract}"
        assert query.text not in f"{document['title']} {document['text']}"
    assert len(asked_for) == 20
    for key in documents.keys() - asked_for:
        original = read_paper(db, key)
        assert documents[key]["text"] == original.abstract
        assert documents[key]["title"] == original.title
    db.close()
    assert sorted(path.name for path in folder.parent.iterdir()) == ["mine"]


def test_the_seed_decides_the_questions(tmp_path, seed_generation):
    """The same seed writes the same files; another one asks other questions."""
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        make_dataset(seed_generation, tmp_path / name, 10, seed)
    texts = {name: (tmp_path / name / "queries.jsonl").read_bytes() for name in "abc"}
    assert texts["a"] == texts["b"] != texts["c"]
    for name in ("corpus.jsonl", "qrels.tsv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_what_is_there_is_not_replaced(tmp_path, seed_generation):
    """A folder that holds anything is left alone; an empty one is filled."""
    (tmp_path / "mine").mkdir()
    make_dataset(seed_generation, tmp_path / "mine", 5, 0)
    before = (tmp_path / "mine" / "queries.jsonl").read_bytes()
    with pytest.raises(InputError, match="holds something already"):
        make_dataset(seed_generation, tmp_path / "mine", 6, 1)
    assert (tmp_path / "mine" / "queries.jsonl").read_bytes() == before
    with pytest.raises(InputError, match="holds something already"):
        make_dataset(seed_generation, tmp_path / "mine" / "qrels.tsv", 6, 1)


def test_papers_too_short_to_ask_from_are_told(tmp_path, build, index):
    """Titles alone make no honest question, and nothing is written."""
    build(table(tmp_path / "a.md", ("One title of four words", "Short."), ("Other", "Short.")))
    with pytest.raises(NothingToIndex, match="none of its 2 papers"):
        make_dataset(index.current(), tmp_path / "mine", 5, 0)
    assert not (tmp_path / "mine").exists()
