"""A rebuild follows what people decided: of one paper, of two, and neither any more."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from indexer.errors import DecisionsUnusable
from indexer.merging.decision_file import NAME
from indexer.store.catalogue import open_catalogue
from indexer.store.paper_rows import read_entries
from search_api.engine.duplicates import Duplicates
from search_api.store.local import LocalStore
from tests.conftest import table


def ris(title: str, author: str, year: int, abstract: str = "", **more: str) -> str:
    tags = {"TI": title, "AU": author, "PY": str(year), "AB": abstract, **more}
    lines = (f"{tag}  - {text}\n" for tag, text in tags.items() if text)
    return "TY  - JOUR\n" + "".join(lines) + "ER  -\n\n"


LICHENS = "Lichens grow on the roofs of old barns in the far north, and slowly."
DRAFT = ris("Lichens on the roofs of northern barns", "Haugen, Berit", 2018, LICHENS)
FINAL = ris("Lichens on the roofs of northern barns", "Haugen, Berit", 2019, f"{LICHENS} At last.",
            JO="Roofs", DO="10.1000/roofs.7")  # fmt: skip
MOSSES = ris("Mosses under old railway bridges", "Okafor, Ngozi", 2004, "Mosses like shade.",
             JO="Bridges", DO="10.1000/bridges.1")  # fmt: skip
FERNS = ris("Ferns beside a disused canal", "Sato, Emi", 2011, "Ferns like water.")


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.ris").write_text(DRAFT + MOSSES, "utf-8")
    (folder / "b.ris").write_text(FINAL + FERNS, "utf-8")
    return folder


def entries(index) -> dict[str, tuple]:
    """Title, authors, year, abstract and number of records of each paper, by id."""
    with closing(open_catalogue(index.current().catalogue)) as db:
        return {
            of.paper.id: (
                of.paper.title,
                of.paper.authors,
                of.paper.year,
                of.paper.abstract,
                len(of.records),
            )
            for of in read_entries(db, 0, 100)
        }


def decide(index, verdict: str, one: str, other: str):
    """Decide as the command and the page do."""
    generation = index.current()
    with closing(LocalStore(generation)) as store:
        duplicates = Duplicates(store, generation.manifest.decisions)
        if verdict == "undo":
            return duplicates.undo([one], [other])
        return duplicates.decide(verdict, [one], [other], "a test")


def keys(index, paper_id: str) -> list[str]:
    """The keys of the records of a merged paper."""
    with closing(LocalStore(index.current())) as store:
        return [record.key for record in store.records(int(store.rows([paper_id])[0]))]


def decided_keys(index) -> tuple[str, str]:
    """The keys of the one decision that there is."""
    generation = index.current()
    with closing(LocalStore(generation)) as store:
        duplicates = Duplicates(store, generation.manifest.decisions)
        (made,) = duplicates.decided().decisions
    return made.records


HAUGEN = ("Berit Haugen",)
TITLE = "Lichens on the roofs of northern barns"


def test_a_wrong_merge_is_undone(index, build, folder):
    """Both papers come back with their own title, authors, year and abstract; undo merges again."""
    build(folder)
    before = entries(index)
    assert before["doi:10.1000/roofs.7"] == (TITLE, HAUGEN, 2019, f"{LICHENS} At last.", 2)
    assert len(before) == 3
    _, second = keys(index, "doi:10.1000/roofs.7")
    decide(index, "apart", second, "doi:10.1000/roofs.7")
    report = build(folder)
    assert (report.published, report.papers, report.decisions.apart) == (True, 4, 1)
    after = entries(index)
    assert after["doi:10.1000/roofs.7"] == (TITLE, HAUGEN, 2019, f"{LICHENS} At last.", 0)
    (draft,) = after.keys() - before.keys()
    assert after[draft] == (TITLE, HAUGEN, 2018, LICHENS, 0)
    assert build(folder).published is False
    decide(index, "undo", draft, "doi:10.1000/roofs.7")
    assert build(folder).papers == 3
    assert entries(index) == before


def test_what_no_rule_would_merge_is_one_paper_if_a_person_says_so(index, build, folder):
    """With all records and both sources; its reason is that it was said."""
    build(folder)
    (ferns,) = (one for one in entries(index) if one.startswith("akin:"))
    decide(index, "same", ferns, "doi:10.1000/bridges.1")
    report = build(folder)
    assert (report.papers, report.ledger.merged, report.decisions.same) == (2, 2, 1)
    (merged,) = (of for of in entries(index).values() if of[0].startswith("Mosses"))
    assert merged[-1] == 2
    with closing(LocalStore(index.current())) as store:
        reasons = {one.reason for paper in store.merged_papers() for one in paper.records}
    assert "said to be the same" in reasons


def test_decisions_hold_for_another_export_of_the_same_records(index, build, folder):
    """In another order, another file, with other abstracts: a record is what it states."""
    build(folder)
    _, second = keys(index, "doi:10.1000/roofs.7")
    decide(index, "apart", second, "doi:10.1000/roofs.7")
    (folder / "a.ris").unlink()
    (folder / "b.ris").unlink()
    again = [FERNS, FINAL.replace("At last.", "Or not."), MOSSES, DRAFT]
    (folder / "exported again.ris").write_text("".join(again), "utf-8")
    report = build(folder)
    assert (report.papers, report.decisions.unknown) == (4, 0)
    found = {(of[2], of[3]) for of in entries(index).values()}
    assert {(2018, LICHENS), (2019, f"{LICHENS} Or not.")} <= found


def test_a_decision_on_a_record_that_is_gone_is_kept_and_noted(index, build, folder):
    """It is no error, and holds again when the record comes back."""
    build(folder)
    _, second = keys(index, "doi:10.1000/roofs.7")
    decide(index, "apart", second, "doi:10.1000/roofs.7")
    text = (folder / "a.ris").read_text("utf-8")
    (folder / "a.ris").write_text(MOSSES, "utf-8")
    report = build(folder)
    assert (report.papers, report.decisions.unknown) == (3, 1)
    (note,) = (one for one in report.notes if NAME in one)
    assert note.endswith("these sources do not have the records: 1 of 1 decisions")
    (folder / "a.ris").write_text(text, "utf-8")
    assert build(folder).papers == 4


def test_decisions_that_contradict_each_other_stop_a_rebuild(index, build, folder):
    """The lines are named, and the index stays as it is."""
    before = build(folder).generation
    first, second = keys(index, "doi:10.1000/roofs.7")
    lines = [
        {"decision": "same", "records": [first, "f" * 16]},
        {"decision": "same", "records": ["f" * 16, second]},
        {"decision": "apart", "records": [first, second]},
    ]
    (folder / NAME).write_text("\n".join(map(json.dumps, lines)), "utf-8")
    with pytest.raises(DecisionsUnusable, match="line 1 and line 2, and are apart by line 3"):
        build(folder)
    assert index.current().id == before


def test_the_file_is_never_a_source(index, build, folder):
    """Neither in a folder, nor where a shell listed it, nor by another name; it is not skipped."""
    build(folder)
    _, second = keys(index, "doi:10.1000/roofs.7")
    decide(index, "apart", second, "doi:10.1000/roofs.7")
    report = build(*sorted(folder.glob("[!.]*")))  # as a shell lists it
    assert (report.papers, report.skipped, len(report.sources)) == (4, [], 2)
    assert index.current().manifest.roots == [str(folder / "a.ris"), str(folder / "b.ris")]
    mine = (folder / NAME).rename(folder / "mine.jsonl")
    report = build(folder, decisions=mine)
    assert (report.papers, report.skipped, len(report.sources)) == (4, [], 2)
    assert index.current().manifest.decisions.file == str(mine)


def test_a_file_in_a_folder_that_is_not_there_is_an_error(build, folder):
    """A misspelt ``--decisions`` does not bring back what was taken apart."""
    with pytest.raises(DecisionsUnusable, match="nowhere: no such folder"):
        build(folder, decisions=folder / "nowhere" / "mine.jsonl")


def test_decisions_that_are_not_followed_are_told(index, build, folder, tmp_path):
    """Those of another folder, and those that were followed before."""
    build(folder)
    _, second = keys(index, "doi:10.1000/roofs.7")
    decide(index, "apart", second, "doi:10.1000/roofs.7")
    build(folder)
    other = tmp_path / "more"
    table(other / "c.md", ("Something else altogether", "text"))
    notes = build(other, folder).notes
    assert f"{folder.name}/{NAME}: not followed; decisions are read from {other / NAME}" in notes
    assert any(f"(1) is {folder / NAME}: name it with --decisions" in note for note in notes)
    assert not (other / NAME).exists()
    build(folder)
    (folder / NAME).rename(tmp_path / "aside")
    notes = build(folder).notes
    assert f"{folder / NAME}: gone, with the decisions that were followed before (1)" in notes
    (tmp_path / "aside").rename(folder / NAME)
    build(folder)
    decide(index, "undo", *decided_keys(index))
    assert build(folder).notes == []


def test_what_is_decided_meanwhile_is_followed_by_the_next_build(index, build, folder):
    """The manifest has the hash of what was read."""
    build(folder)
    manifest = index.current().manifest
    assert (manifest.decisions.file, manifest.decisions.sha256) == (str(folder / NAME), None)
    decide(index, "apart", *keys(index, "doi:10.1000/roofs.7"))
    generation = index.current()
    with closing(LocalStore(generation)) as store:
        duplicates = Duplicates(store, generation.manifest.decisions)
        assert not duplicates.is_followed(duplicates.decided())
    build(folder)
    generation = index.current()
    with closing(LocalStore(generation)) as store:
        duplicates = Duplicates(store, generation.manifest.decisions)
        assert duplicates.is_followed(duplicates.decided())


def test_a_pair_that_was_kept_apart_is_possible_no_more(index, build, tmp_path):
    """What is likely one paper is listed until somebody says that it is not."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.ris").write_text(LIKELY, "utf-8")
    assert build(folder).possible == 1
    generation = index.current()
    with closing(LocalStore(generation)) as store:
        duplicates = Duplicates(store, generation.manifest.decisions)
        (pair,) = duplicates.possible()
        assert {pair.title, pair.other_title} == {
            "Sleep of nurses who work at night",
            "Sleep of nurses working at night",
        }
        duplicates.decide("apart", [pair.paper], [pair.other], "a test")
        assert duplicates.possible(duplicates.decided()) == []
        assert duplicates.possible() == [pair]
    report = build(folder)
    assert (report.papers, report.possible, report.published) == (2, 0, True)


NURSES = "Nurses who work at night sleep less, and badly, whatever they do by day."
LIKELY = ris("Sleep of nurses who work at night", "Haugen, Berit", 2019, NURSES) + ris(
    "Sleep of nurses working at night", "Haugen, B.", 2019, NURSES
)
