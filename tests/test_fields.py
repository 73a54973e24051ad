"""The fields that papers are filtered by: a description is all that a new one takes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from indexer.fields import FLAGS, TERMS, YEARS
from search_api.query.operators import operators_of
from tests.conftest import ROOT
from tests.toy_fields import DOI, SUBJECT


@pytest.fixture(scope="module")
def arrived(tmp_path_factory) -> dict[str, Any]:
    """What a process shows of which the descriptions have two more."""
    folder = tmp_path_factory.mktemp("fields")
    command = [sys.executable, "-m", "tests.toy_fields", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_new_field_filters(arrived):
    """Over HTTP, papers pass by any whole words of a term, and by what a flag says."""
    assert arrived["filters"] == {
        "subject=pruning": ["Four", "One"],
        "subject=PRUNING graph": ["Four", "One"],
        "has_doi=true": ["One", "Three"],
        "has_doi=false": ["Four", "Two"],
    }


def test_a_new_field_is_counted(arrived):
    """The facets have its values, each with its count; of a flag, both states."""
    subjects = [{"value": v, "count": 1} for v in ("Graph Pruning", "Graph pruning", "graph")]
    assert arrived["facets"] == {
        "subject": [*subjects, {"value": "speech", "count": 1}],
        "doi": [{"value": True, "count": 2}, {"value": False, "count": 2}],
    }


def test_a_new_field_is_in_the_query_language(arrived):
    """It is known by all of its names, can be excluded, and the help and the notes tell of it."""
    assert arrived["language"] == {
        "subject:pruning": ["Four", "One"],
        'SBJ:"graph"': ["Four", "One", "Two"],
        "-subject:pruning": ["Three", "Two"],
        "has:doi": ["One", "Three"],
        "-has:doi": ["Four", "Two"],
    }
    assert arrived["note"] == ["has:cake is not has:code or has:doi; searched as text"]
    for field in (SUBJECT, DOI):
        assert [field.form, field.meaning] in arrived["help"]


def test_a_new_field_is_an_option_of_commands(arrived):
    """Commands take it, and their help says what it is for."""
    assert arrived["commands"] == {"--subject": ["One", "Four"], "--no-doi": ["Two", "Four"]}
    for option, field in (("--subject TEXT", SUBJECT), ("--has-doi / --no-doi", DOI)):
        assert option in arrived["options"]
        assert field.option in arrived["options"]


def test_a_new_field_is_in_the_contract(arrived):
    """OpenAPI describes it, as a parameter and in the body."""
    for field in (SUBJECT, DOI):
        assert arrived["parameters"][field.parameter] == field.schema
        assert field.parameter in arrived["body"]


def test_a_new_field_is_on_pages(arrived):
    """A page lists its values, shows what is chosen, and can take that out again."""
    assert arrived["headings"][-2:] == [SUBJECT.title, DOI.title]
    assert arrived["chosen"] == ["pruning", "without a DOI"]
    assert {"/?subject=pruning", "/?has_doi=false"} <= set(arrived["links"])
    assert arrived["without"] == ["/"]


def test_a_new_field_is_in_feeds_and_exports(arrived):
    """The links of a narrowed list are narrowed, too, and the title of its feed says by what."""
    assert "/feed?subject=pruning&has_doi=false" in arrived["links"]
    assert "<title>akin: newest papers, about pruning, without a DOI</title>" in arrived["feed"]
    assert arrived["export"] == ["Four"]


@pytest.mark.parametrize("field", [*TERMS, YEARS, *FLAGS], ids=lambda field: field.name)
def test_the_form_of_a_field_asks_for_it(field):
    """What the help shows of a field is a filter of that field and no other."""
    (part,) = operators_of(field.form)
    names = {"year_from", "year_to"} if field is YEARS else {field.parameter}
    assert part.asks.filters.to_json().keys() == names
    assert not part.problem


def test_no_two_fields_have_a_name_in_common():
    """Parameters, facets and names in the query language lead to one field each."""
    others = ["title", "intitle", "has", "related", "like", "unlike", "q", "k", "text", "mode"]
    typed = [name for field in (*TERMS, YEARS) for name in (field.name, *field.also)]
    assert len({*others, *typed}) == len(others) + len(typed)
    counted = [field.name for field in (*TERMS, YEARS, *FLAGS)]
    assert len(set(counted)) == len(counted)
