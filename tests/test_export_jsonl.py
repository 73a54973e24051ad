"""JSON lines go out as scripts take them: akin's own object, whole."""

from __future__ import annotations

import json
from dataclasses import replace

from search_api.exports import Listed
from search_api.exports.jsonl import as_json
from tests.export_papers import ALL, BARE, HOSTILE, WHOLE, exported


def test_a_line_is_the_paper_s_own_object():
    """Nothing is left out, ``extra`` and sources included."""
    lines = exported("jsonl", WHOLE, BARE).splitlines()
    assert [json.loads(line) for line in lines] == [WHOLE.to_json(), BARE.to_json()]


def test_rank_and_score_stand_beside_its_fields():
    """A paper out of a result list has two keys more, one without a score one."""
    lines = exported("jsonl", Listed(WHOLE, 1, 0.71), Listed(BARE, 2)).splitlines()
    assert json.loads(lines[0]) == WHOLE.to_json() | {"rank": 1, "score": 0.71}
    assert json.loads(lines[1]) == BARE.to_json() | {"rank": 2}


def test_a_line_stays_a_line():
    """Whatever takes for line ends what Unicode calls so finds as many lines as papers."""
    text = exported("jsonl", *ALL)
    assert len(text.splitlines()) == 3
    hostile = json.loads(text.splitlines()[2])
    assert hostile["abstract"] == HOSTILE.abstract.replace("\ud83d", "\ufffd")
    assert hostile["title"] == HOSTILE.title


def test_what_is_no_json_becomes_null():
    """NaN and infinity, which Python would write, are no JSON."""
    paper = replace(BARE, extra={"a": float("nan"), "b": [float("inf"), 1.5], "c": {"d": "\x85"}})
    written = exported("jsonl", paper)
    assert '"extra": {"a": null, "b": [null, 1.5], "c": {"d": "\\u0085"}}' in written


def test_letters_are_not_escaped():
    """Names are readable in the file."""
    assert as_json({"a": "Ärger 🦊"}) == '{"a": "Ärger 🦊"}'
