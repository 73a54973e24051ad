"""The numbers of a review's flow diagram, and the diagram."""

from __future__ import annotations

import json
import sys
from contextlib import closing

import pytest
from lxml import etree

import search_api.cli
from indexer.paper import Paper
from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api.engine.prisma import Count, Decision, Flow, decision_of, flow_of
from search_api.engine.prisma_svg import drawn
from search_api.store.local import LocalStore
from tests.fakes import FakeEncoder

WOS = """TY  - JOUR
TI  - Otters of two rivers
AU  - Lee, Ann
PY  - 2011
DO  - 10.1000/otters
KW  - excluded: wrong animal
ER  -
TY  - JOUR
TI  - Otters of Two Rivers
AU  - Lee, A
PY  - 2011
DO  - 10.1000/OTTERS
ER  -
TY  - JOUR
TI  - Roots of barley under drought
AU  - Wu, Bo
PY  - 2012
DO  - 10.1000/barley
N1  - RAYYAN-INCLUSION: {"Ann"=>"Included", "Bo"=>"Included"}
ER  -
TY  - JOUR
AU  - Nobody, N
ER  -
"""
SCOPUS = """title,authors,year,doi,included
"Otters of two rivers","Lee, Ann",2011,10.1000/otters,
"Sleep of night nurses","Garcia, Clara",2013,10.1000/nurses,0
"Soil under snow","Smith, Dan",2014,10.1000/snow,
"""
FLOW = Flow(
    identified=7,
    sources=(Count("wos.ris", 4), Count("scopus.csv", 3)),
    within=1,
    between=1,
    unreadable=1,
    unreadable_by=(Count("neither title nor abstract", 1),),
    to_screen=4,
    screened=3,
    excluded=2,
    excluded_by=(Count("wrong animal", 1),),
    included=1,
)


@pytest.fixture
def index(tmp_path) -> IndexFolder:
    """Two databases, three records of one paper, a broken one, and some decisions."""
    (tmp_path / "wos.ris").write_text(WOS)
    (tmp_path / "scopus.csv").write_text(SCOPUS)
    index = IndexFolder(tmp_path / "index")
    rebuild([tmp_path / "wos.ris", tmp_path / "scopus.csv"], index, FakeEncoder())
    return index


@pytest.fixture
def run(monkeypatch, capfd, index):
    """Run ``akin status …`` in this process."""

    def run(*line: object) -> tuple[int, str, str]:
        arguments = ["akin", "status", *map(str, line), "--index", str(index.path)]
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as exited:
            search_api.cli.main()
        return exited.value.code, *capfd.readouterr()

    return run


def test_records_are_counted_where_they_went(index):
    """Per source, within and between files, by reason; and they add up."""
    with closing(LocalStore(index.current())) as store:
        flow = flow_of(store)
    assert flow == FLOW
    assert flow.identified == flow.duplicates + flow.unreadable + flow.to_screen


def test_the_command_tells_and_draws_them(run, tmp_path):
    """For people, as JSON, and into a file that is an image."""
    path = tmp_path / "flow.svg"
    code, out, err = run("--prisma", "--output", path)
    assert code == 0
    assert "Records identified from 2 files (n = 7)" in out
    assert "Duplicate records removed (n = 2)" in out
    assert f"flow diagram in {path}" in err
    code, out, _ = run("--prisma", "--json")
    told = json.loads(out)["prisma"]
    assert (code, told["duplicates"], told["to_screen"], told["screened"]) == (0, 2, 4, 3)
    assert told["sources"][0] == {"name": "wos.ris", "records": 4}
    assert path.read_text("utf-8") == drawn(FLOW)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (("--output", "flow.svg"), "--output goes with --prisma"),
        (("--prisma", "--output", "flow.png"), "drawn as .svg"),
    ],
)
def test_wrong_use_is_refused(run, line, message):
    """With exit code 2."""
    code, out, err = run(*line)
    assert code == 2
    assert message in " ".join((out + err).split())


def texts(svg: str) -> list[str]:
    """What is written in a diagram, from above."""
    root = etree.fromstring(svg.encode("utf-8"))
    return ["".join(one.itertext()) for one in root.iter("{*}text")]


def test_the_diagram_has_the_boxes_of_prisma_2020():
    """Each with its number; what nobody says is left to be filled in."""
    written = texts(drawn(FLOW))
    for line in (
        "Identification of studies via databases and registers",
        "Records identified from 2 files (n = 7)",
        "wos.ris (n = 4)",
        "within a file (n = 1)",
        "between files (n = 1)",
        "neither title nor abstract (n = 1)",
        "Records screened (n = 3)",
        "of 4 to be screened",
        "Records excluded (n = 2)",
        "wrong animal (n = 1)",
        "Reports sought for retrieval (n = ?)",
        "Studies included in review (n = 1)",
        *("Identification", "Screening", "Included"),
    ):
        assert line in written
    undecided = Flow(3, (Count("a.ris", 3),), 0, 0, 0, (), 3)
    assert "Records identified from 1 file (n = 3)" in texts(drawn(undecided))
    assert {
        "Records screened (n = ?)",
        "Records excluded (n = ?)",
        "Studies included in review (n = ?)",
    } <= set(texts(drawn(undecided)))


@pytest.mark.parametrize("name", ["<a&b>\x1b]52;\x07.ris", "文献" * 40, "x" * 200, "\ud800"])
def test_whatever_a_file_is_called_the_diagram_is_an_image(name):
    """Markup and escapes are text, and no line is longer than its box."""
    flow = Flow(9, tuple(Count(name, 1) for _ in range(40)), 0, 0, 0, (), 9)
    written = texts(drawn(flow))
    assert "and 25 more (n = 25)" in written
    assert all(len(line) <= 60 for line in written)
    assert not any(sign < " " for line in written for sign in line)


def paper(**extra: object) -> Paper:
    """A paper of which its sources say something."""
    return Paper("akin:1", "A title", extra=extra)


YES, NO = Decision(True), Decision(False)


@pytest.mark.parametrize(
    ("extra", "decision"),
    [
        ({}, None),
        ({"included": "1"}, YES),
        ({"included": 0}, NO),
        ({"included": 1.0}, YES),
        ({"included": "maybe"}, None),
        ({"asreview_label": "0"}, NO),
        ({"decision": "Exclude", "exclusion_reason": "wrong design"},
         Decision(False, ("wrong design",))),
        ({"decision": "Accept (poster)"}, None),
        ({"keywords": ["barley", "Included"]}, YES),
        ({"keywords": ["Excluded: no control", "excluded - not  English"]},
         Decision(False, ("no control", "not English"))),
        ({"keywords": ["included studies", "exclusion"]}, None),
        ({"keywords": ["included"], "included": "0"}, None),
        ({"note": "ASReview_relevant; See also this"}, YES),
        ({"note": "ASReview_irrelevant"}, NO),
        ({"note": 'RAYYAN-INCLUSION: {"Ann"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: '
                  "wrong outcome,wrong population"},
         Decision(False, ("wrong outcome", "wrong population"))),
        ({"note": 'RAYYAN-INCLUSION: {"Ann"=>"Included", "Bo"=>"Excluded"}'}, None),
        ({"note": 'RAYYAN-INCLUSION: {"Ann"=>"Maybe"}'}, None),
        ({"note": "RAYYAN-INCLUSION: yes"}, YES),
    ],
)  # fmt: skip
def test_decisions_are_read_where_sources_state_them(extra, decision):
    """A column, a keyword, or what ASReview and Rayyan write into notes; of two, none."""
    assert decision_of(paper(**extra)) == decision


def test_what_is_not_stated_is_not_counted_as_none(tmp_path):
    """Whoever tags only what was included has not said that nothing was excluded."""
    path = tmp_path / "in.csv"
    index = IndexFolder(tmp_path / "index")
    for rows, expected in (
        ("Otters,1\nBarley,\n", (1, None, 1)),
        ("Otters,\nBarley,0\n", (1, 1, None)),
        ("Otters,1\nBarley,1\n", (2, 0, 2)),
    ):
        path.write_text(f"title,included\n{rows}")
        rebuild([path], index, FakeEncoder())
        with closing(LocalStore(index.current())) as store:
            flow = flow_of(store)
        assert (flow.screened, flow.excluded, flow.included) == expected
