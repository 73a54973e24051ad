"""Citation keys: akin's, or those of the library that papers came from; and notes in print."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace

import bibtexparser
import pytest
from starlette.testclient import TestClient

import search_api.cli
from indexer.paper import Paper
from indexer.readers import bibtex, csl_json, ris
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api.app import create_app
from search_api.exports.keys import Keys, citation_key
from tests.export_papers import ABOUT, BARE, exported, read_back, saved
from tests.fakes import FakeEncoder

OWN = replace(ABOUT, own_keys=True)


def keyed(key: object, paper_id: str = "akin:0000000000000001") -> Paper:
    """A paper with a key of its library's."""
    return Paper(paper_id, "Otters of two rivers", extra={"citation_key": key})


@pytest.mark.parametrize(
    ("stated", "key"),
    [
        ("otter_2011a", "otter_2011a"),
        ("DBLP:conf/otters/Lee11", "DBLP:conf/otters/Lee11"),
        ("Łukasz.2011–b", "Łukasz.2011–b"),
        ("Ribeiro, Jr2022", "RibeiroJr2022"),
        (["lee11", "DBLP:lee"], "lee11"),
        ("a{b}c#d%e~f\\g@h", "abcdefgh"),
    ],
)
def test_a_key_of_the_library_is_kept_as_far_as_bibtex_can_hold_it(stated, key):
    """What would end it goes, and that is told; akin's key stays where none is asked for."""
    told: list[str] = []
    assert Keys(own=True).of(keyed(stated), told.append) == key
    first = stated[0] if isinstance(stated, list) else stated
    assert (told == []) == (first == key)
    assert all(repr(first) in note and key in note for note in told)
    assert Keys().of(keyed(stated)) == citation_key(keyed(stated))


@pytest.mark.parametrize("stated", [None, "", " ", "{,}", {"a": 1}])
def test_without_a_key_of_its_own_a_paper_has_akin_s(stated):
    """Nothing that could stand as a key is none."""
    assert Keys(own=True).of(keyed(stated)) == citation_key(keyed(stated))


def test_no_two_papers_of_a_document_have_one_key():
    """Not in another case either, which BibTeX refuses; the second is told and told apart."""
    keys, told = Keys(own=True), []
    papers = [keyed(k, f"akin:{n:016}") for n, k in enumerate(["lee11", "Lee11", "lee11", "x"])]
    found = [keys.of(paper, told.append) for paper in papers]
    assert found[0] == "lee11"
    assert found[1].startswith("Lee11-")
    assert found[2].startswith("lee11-")
    assert found[3] == "x"
    assert len({key.casefold() for key in found}) == 4
    assert [found[1] in told[0], found[2] in told[1], len(told)] == [True, True, 2]
    assert all("is another paper's, too" in note for note in told)


def test_own_keys_in_bibtex_are_read_by_others_and_come_back(tmp_path):
    """Entries have them, a comment says what was changed, and akin finds the key as it was."""
    papers = [keyed("Ribeiro, Jr2022"), keyed("lee@home11", "akin:0000000000000002"), BARE]
    told: list[str] = []
    text = exported("bibtex", *papers, about=replace(OWN, tell=told.append))
    library = bibtexparser.parse_string(text)
    assert library.failed_blocks == []
    keys = [entry.key for entry in library.entries]
    assert keys == ["RibeiroJr2022", "leehome11", citation_key(BARE)]
    assert text.startswith("% the key 'Ribeiro, Jr2022' is no key of BibTeX: ")
    assert len(told) == 2
    back = read_back(bibtex, saved(tmp_path / "a.bib", text))
    assert [one["extra"].get("citation_key") for one in back] == [
        "Ribeiro, Jr2022",
        "lee@home11",
        None,
    ]


def test_own_keys_are_the_ids_of_csl_json(tmp_path):
    """Pandoc cites by the id; the paper's is in ``custom`` then, and tells akin's own by it."""
    text = exported("csl-json", keyed("otter11"), BARE, about=OWN)
    first, bare = json.loads(text)
    assert (first["id"], first["citation-key"]) == ("otter11", "otter11")
    assert first["custom"]["id"] == "akin:0000000000000001"
    assert bare["id"] == BARE.id
    back = read_back(csl_json, saved(tmp_path / "a.json", text))
    assert back[0]["extra"] == {"citation_key": "otter11"}
    assert [json.loads(exported("csl-json", keyed("otter11")))[0]["id"]] == [keyed("").id]


def test_what_a_style_prints_and_what_a_reader_noted_are_two(tmp_path):
    """BibTeX's note stays one; a note of any other file is an annotation, and never printed."""
    entry = "@misc{k, title = {Otters}, note = {In press}, annote = {Weak \\emph{study}}}\n"
    (found,) = [one.paper for one in bibtex.read(saved(tmp_path / "in.bib", entry))]
    assert found.extra["printed_note"] == "In press"
    assert found.extra["note"] == "Weak study"
    record = "TY  - JOUR\nTI  - Otters\nAB  - Two rivers.\nN1  - Ask Bo about this\nER  - \n"
    (noted,) = [one.paper for one in ris.read(saved(tmp_path / "in.ris", record))]
    text = exported("bibtex", found, noted)
    assert [line for line in text.splitlines() if "note = " in line] == [
        "  note = {In press},",
        "  annote = {Weak study},",
        "  annote = {Ask Bo about this},",
    ]
    assert read_back(ris, saved(tmp_path / "a.ris", exported("ris", found)))[0]["extra"] == {
        "citation_key": "k",
        "note": "Weak study",
        "printed_note": "In press",
        "type": "misc",
    }


def test_commands_and_routes_take_own_keys(tmp_path, monkeypatch, capfd):
    """One option and one parameter; akin's keys where neither asks for others."""
    source = tmp_path / "mine.bib"
    source.write_text(
        "@misc{lee11, title = {Otters}, year = 2011}\n@misc{LEE11, title = {Barley}, year = 2012}\n"
    )
    index = IndexFolder(tmp_path / "index")
    rebuild([source], index, FakeEncoder())

    def export(*line: str) -> tuple[list[str], str]:
        monkeypatch.setattr(sys, "argv", ["akin", "export", *line, "--index", str(index.path)])
        with pytest.raises(SystemExit) as exited:
            search_api.cli.main()
        assert exited.value.code == 0
        out, err = capfd.readouterr()
        return re.findall(r"^@\w+\{(.*),$", out, re.MULTILINE), err

    keys, err = export("--keys", "own")
    assert keys[0] == "lee11"
    assert keys[1].startswith("LEE11-")
    assert "note: the key 'LEE11' is another paper's, too" in err
    assert [key[:6] for key in export()[0]] == ["anon20", "anon20"]
    with TestClient(create_app(index, lambda manifest: FakeEncoder())) as client:
        text = client.get("/api/v1/export", params={"keys": "own"}).text
        assert re.findall(r"^@\w+\{(.*),$", text, re.MULTILINE) == keys
        response = client.get("/api/v1/export", params={"keys": "mine"})
        assert (response.status_code, response.json()["field"]) == (422, "keys")
