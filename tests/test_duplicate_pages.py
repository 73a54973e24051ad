"""Duplicates over HTTP: lists, decisions, who may decide, and what a rebuild makes of it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from indexer.merging.decision_file import NAME, read_decisions
from indexer.merging.duplicates import DuplicateFinder
from indexer.merging.possible import Possible
from indexer.paper import Paper
from indexer.rebuild import rebuild
from indexer.store.entry import PossibleDuplicate
from indexer.store.generation import IndexFolder
from search_api.app import create_app
from search_api.pages.comparing import compared
from search_api.store.local import LocalStore
from tests.fakes import FakeEncoder
from tests.test_pages import HTML, Elements

API = "/api/v1"
HERE = "http://127.0.0.1"
ORIGIN = {"origin": HERE}
HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"

Open = Callable[..., TestClient]


def ris(title: str, author: str, year: int, **more: str) -> str:
    tags = {"TI": title, "AU": author, "PY": str(year), **more}
    return "TY  - JOUR\n" + "".join(f"{tag}  - {text}\n" for tag, text in tags.items()) + "ER  -\n"


RECORDS = [
    ris("Sleep of nurses on night shifts", "Haugen, Berit", 2019, JO="Shift Work", VL="7", SP="11"),
    ris("Sleep of night nurses on shifts", "Haugen, B.", 2020, JO="Shift Work", VL="7", SP="12"),
    ris(f"Otters along two rivers {HOSTILE}", "Garcia, Ana", 2011, DO="10.1000/otters"),
    ris(
        f"Otters along two rivers {HOSTILE}", "Garcia, Ana", 2011, DO="10.1000/otters", JO="Streams"
    ),
    ris("Tides in a narrow bay", "Okafor, Ngozi", 2003, DO="10.1000/tides"),
]


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.ris").write_text("\n".join(RECORDS), "utf-8")
    return folder


@pytest.fixture
def index(tmp_path, folder, monkeypatch) -> IndexFolder:
    """Papers of which the first two are possibly one, and the next two were merged."""
    likely = [Possible(0, 1, 0.875, "same first author; titles differ")]
    monkeypatch.setattr(DuplicateFinder, "possible", lambda self: likely)
    index = IndexFolder(tmp_path / "index")
    rebuild([folder], index, FakeEncoder())
    return index


@pytest.fixture
def serve(index) -> Iterator[Open]:
    """Serve the index to a client that reads pages, by default at the machine itself."""
    with ExitStack() as clients:

        def run(deciders="here", base=HERE, client=("127.0.0.1", 50_000)) -> TestClient:
            app = create_app(index, lambda manifest: FakeEncoder(), deciders=deciders)
            asks = TestClient(app, base, False, headers=HTML, client=client, follow_redirects=False)
            return clients.enter_context(asks)

        yield run


def listed(client: TestClient, **asked: object) -> dict:
    answer = client.get(f"{API}/duplicates", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def form(decision: str, records: list[str], others: list[str], **more: str) -> dict:
    return {"decision": decision, "records": records, "others": others, **more}


def test_what_is_possible_what_was_merged_and_what_was_decided_are_three_lists(serve, folder):
    """The values of each, and the counts of all."""
    client = serve()
    found = listed(client)
    (pair,) = found["possible"]
    assert (pair["title"], pair["other_title"], pair["score"], pair["reason"]) == (
        "Sleep of nurses on night shifts",
        "Sleep of night nurses on shifts",
        0.875,
        "same first author; titles differ",
    )
    assert found["counts"] == {"possible": 1, "merged": 1, "decisions": 0}
    assert (found["show"], found["total"], found["merged"]) == ("possible", 1, [])
    assert (found["followed"], found["may_decide"]) == (True, True)
    assert found["file"] == str(folder / NAME)
    (paper,) = listed(client, show="merged")["merged"]
    assert (paper["paper"], [one["line"] for one in paper["records"]]) == (
        "doi:10.1000/otters",
        [19, 26],
    )
    assert listed(client, show="merged", offset=1)["merged"] == []
    assert listed(client, show="merged", paper=pair["paper"])["total"] == 0
    assert listed(client, paper="doi:10.1000/tides")["total"] == 0
    assert listed(client, paper=pair["other"])["possible"] == [pair]


@pytest.mark.parametrize("show", ["possible", "merged", "decisions"])
def test_a_place_that_no_list_has_is_refused(serve, show):
    """However many digits it has, and whichever list is meant."""
    asked = {"show": show, "offset": "1" + 20 * "0"}
    for path in ("/duplicates", f"{API}/duplicates"):
        assert serve().get(path, params=asked).status_code == 422


@pytest.mark.parametrize("more", [{"k": "1000"}, {"offset": "-1"}, {"paper": "x" * 30_000}])
def test_a_decision_with_a_list_that_is_none_is_not_kept(serve, folder, more):
    """What cannot be led back to is refused before anything is written."""
    client = serve()
    (pair,) = listed(client)["possible"]
    sent = form("apart", [pair["paper"]], [pair["other"]], **more)
    assert client.post("/duplicates", data=sent, headers=ORIGIN).status_code == 422
    assert not (folder / NAME).exists()


def test_same_on_the_page_is_kept_and_leaves_the_list(serve, index, folder):
    """A form of the page writes one line, leads back, and the pair is to be decided no more."""
    client = serve()
    (pair,) = listed(client)["possible"]
    answer = client.post(
        "/duplicates", data=form("same", [pair["paper"]], [pair["other"]]), headers=ORIGIN
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/duplicates")
    (line,) = (folder / NAME).read_text("utf-8").splitlines()
    said = json.loads(line)
    assert (said["decision"], said["where"]) == ("same", "the page of duplicates")
    assert said["records"] == sorted([pair["key"], pair["other_key"]])
    found = listed(client, show="decisions")
    assert found["counts"] == {"possible": 0, "merged": 1, "decisions": 1}
    assert (found["decisions"], found["followed"]) == ([said], False)
    page = client.get("/duplicates").text
    assert "The next <code>rebuild-index</code> applies it" in page
    undone = client.post(
        "/duplicates", data=form("undo", *([key] for key in said["records"])), headers=ORIGIN
    )
    assert undone.status_code == 303
    assert listed(client)["possible"] == [pair]
    assert (folder / NAME).read_bytes() == b""


def test_apart_of_a_merged_record_is_said_of_all_others(serve, folder):
    """What is ticked on the page is apart from what is not."""
    client = serve()
    (paper,) = listed(client, show="merged")["merged"]
    first, second = (record["key"] for record in paper["records"])
    answer = client.post(
        "/duplicates",
        data=form("apart", [second], [paper["paper"]], show="merged"),
        headers=ORIGIN,
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/duplicates?show=merged")
    (made,) = read_decisions(folder / NAME).decisions
    assert (made.verdict, made.records) == ("apart", tuple(sorted([first, second])))
    page = client.get("/duplicates?show=merged").text
    assert "Some of these records were said to be of different papers" in page


def test_the_api_decides_and_takes_back(serve, folder):
    """The same as the page, for programs; what was decided before is not said again."""
    client = serve()
    (pair,) = listed(client)["possible"]
    body = {"decision": "apart", "records": [pair["key"]], "others": [pair["other"]]}
    for times in (1, 0):
        answer = client.post(f"{API}/decisions", json=body)
        assert (answer.status_code, len(answer.json()["changed"])) == (200, times)
    against = {**body, "decision": "same"}
    answer = client.post(f"{API}/decisions", json=against)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:akin:decisions-unusable")
    assert "line 1" in answer.json()["detail"]
    undo = {"decision": "undo", "records": [pair["key"]]}
    assert len(client.post(f"{API}/decisions", json=undo).json()["changed"]) == 1
    answer = client.post(f"{API}/decisions", json=undo)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:akin:bad-parameter")


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (form("same", ["doi:10.1000/tides"], ["doi:10.1000/nobody"]), 404, "doi:10.1000/nobody"),
        (form("same", ["f" * 16], ["doi:10.1000/tides"]), 404, "no record in the index"),
        (form("apart", ["doi:10.1000/tides"], ["doi:10.1000/tides"]), 422, "nothing to decide"),
        (form("maybe", ["doi:10.1000/tides"], ["doi:10.1000/otters"]), 422, "decision"),
        (form("same", [], ["doi:10.1000/otters"]), 422, "records"),
        (form("same", ["doi:10.1000/tides"], []), 422, "nothing to decide"),
    ],
)
def test_what_cannot_be_decided_is_told(serve, folder, body, status, told):
    """With the name of what is wrong, over both routes; no file is made."""
    client = serve()
    answer = client.post(f"{API}/decisions", json=body)
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.text
    answer = client.post("/duplicates", data=body, headers=ORIGIN)
    assert (answer.status_code, told in Elements(answer.text).text) == (status, True), answer.text
    assert not (folder / NAME).exists()


FROM_ELSEWHERE = [
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:3000"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "same-origin", "origin": "http://evil.example"},
    {"host": "evil.example", "origin": "http://evil.example", "sec-fetch-site": "same-origin"},
    {"host": "evil.example"},
]


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
def test_no_other_site_decides(serve, folder, headers):
    """Neither a form of another site nor a name that was made to lead here."""
    client = serve()
    body = form("same", ["doi:10.1000/tides"], ["doi:10.1000/otters"])
    for answer in (
        client.post("/duplicates", data=body, headers=headers),
        client.post(f"{API}/decisions", json=body, headers=headers),
    ):
        assert answer.status_code == 403
    assert not (folder / NAME).exists()


@pytest.mark.parametrize(
    ("served", "headers", "status"),
    [
        ({}, {"sec-fetch-site": "same-origin", **ORIGIN}, 303),
        ({"base": "http://localhost:8000"}, {"origin": "http://localhost:8000"}, 303),
        ({"base": "http://[::1]:8000", "client": ("::1", 5)}, {"origin": "http://[::1]:8000"}, 303),
        ({"client": ("192.0.2.7", 5)}, ORIGIN, 403),
        ({"deciders": "nobody"}, ORIGIN, 403),
        (
            {"deciders": "everybody", "base": "http://lab.example", "client": ("192.0.2.7", 5)},
            {"origin": "http://lab.example"},
            303,
        ),
        ({"deciders": "everybody"}, {"origin": "http://evil.example"}, 403),
    ],
)
def test_who_may_decide(serve, folder, served, headers, status):
    """Who sits at the machine; or everybody, where the server was started so."""
    client = serve(**served)
    body = form("same", ["doi:10.1000/tides"], ["doi:10.1000/otters"])
    assert client.post("/duplicates", data=body, headers=headers).status_code == status
    assert (folder / NAME).exists() == (status == 303)


def test_a_server_that_takes_no_decisions_says_how_to_decide(serve):
    """Its page has no button, and names the command."""
    page = serve("nobody").get("/duplicates?show=merged").text
    assert "<button" in page  # of the search box
    assert 'name="decision"' not in page
    assert 'name="records"' not in page
    assert "akin decide apart ID ID" in page
    assert listed(serve("nobody"))["may_decide"] is False


def test_the_page_marks_what_differs_and_shows_titles_as_text(serve):
    """Words that are not in the other's place; and nothing of a source is HTML."""
    client = serve()
    page = client.get("/duplicates").text
    rows = dict(re.findall(r'<th scope="row">(\w+)(<span.*?)?</th>', page))
    assert {name: bool(differs) for name, differs in rows.items()} == {
        **dict.fromkeys(("Title", "Authors", "Year", "Pages"), True),
        **dict.fromkeys(("Venue", "Volume", "Sources", "Key"), False),
    }
    assert "<mark>2019</mark>" in page
    assert "Score 0.88: same first author; titles differ" in page
    merged = client.get("/duplicates?show=merged").text
    assert "<script>alert" not in merged
    assert "the first record" in merged


def test_a_text_is_marked_word_by_word():
    """What the other has in its place, or not at all; nothing where one states nothing."""
    one = Paper("a", "Sleep of night nurses", year=2019, venue="Shifts")
    other = Paper("b", "Sleep among nurses", year=2019)
    fields = {field.name: (field.one, field.other, field.differs) for field in compared(one, other)}
    assert fields == {
        "Title": (
            [("Sleep ", False), ("of night", True), (" nurses", False)],
            [("Sleep ", False), ("among", True), (" nurses", False)],
            True,
        ),
        "Year": ([("2019", False)], [("2019", False)], False),
        "Venue": ([("Shifts", False)], [], False),
    }


def test_a_paper_names_what_may_be_the_same(serve):
    """From either side, with a link to compare them; a merged one with a link to take it apart."""
    client = serve()
    (pair,) = listed(client)["possible"]
    for one, other in ((pair["paper"], pair["other_title"]), (pair["other"], pair["title"])):
        page = Elements(client.get(f"/papers/{one}").text)
        assert f"Possibly a duplicate of {other}" in page.text
        assert f"/duplicates?paper={one}" in page.hrefs()
    merged = Elements(client.get("/papers/doi:10.1000/otters").text)
    assert "/duplicates?show=merged&paper=doi:10.1000/otters" in merged.hrefs()
    assert "Possibly a duplicate" not in merged.text


def test_long_lists_come_in_pages(serve, folder, monkeypatch):
    """Each pair is on one page, in the order of the whole list, and pages lead to each other."""
    client = serve()
    pairs = [
        PossibleDuplicate("doi:10.1000/tides", "Tides", f"{n:016x}", "doi:10.1000/otters", "Otters",
                          f"{n + 99:016x}", 1 - n / 100, f"reason {n}")
        for n in range(5)
    ]  # fmt: skip
    monkeypatch.setattr(LocalStore, "possible", lambda self, row=None: pairs)
    reasons = [
        [pair["reason"] for pair in listed(client, k=2, offset=offset)["possible"]]
        for offset in (0, 2, 4, 6)
    ]
    assert reasons == [["reason 0", "reason 1"], ["reason 2", "reason 3"], ["reason 4"], []]
    links = Elements(client.get("/duplicates?k=2&offset=2").text)
    assert {"/duplicates?k=2", "/duplicates?offset=4&k=2"} <= set(links.hrefs())
    assert "3 to 4 of 5" in links.text
    answer = client.post(
        "/duplicates",
        data=form("apart", ["doi:10.1000/tides"], ["doi:10.1000/otters"], offset="2", k="2"),
        headers=ORIGIN,
    )
    assert answer.headers["location"] == "/duplicates?offset=2&k=2"


def test_a_file_that_cannot_be_read_is_told_and_papers_are_shown(serve, folder):
    """The list of duplicates says which line is wrong; a paper needs no decisions."""
    client = serve()
    (folder / NAME).write_text("nonsense\n")
    answer = client.get("/duplicates")
    assert answer.status_code == 409
    assert f"{folder / NAME}:1: nonsense" in Elements(answer.text).text
    assert client.get("/papers/doi:10.1000/tides").status_code == 200


def test_an_index_whose_sources_are_elsewhere_is_for_reading(serve, folder, index):
    """Where the file cannot be kept there is no button, and one that is gone is told."""
    client = serve()
    body = {"decision": "apart", "records": ["doi:10.1000/tides"], "others": ["doi:10.1000/otters"]}
    assert client.post(f"{API}/decisions", json=body).status_code == 200
    rebuild([folder], index, FakeEncoder())
    client = serve()
    assert listed(client, show="decisions", paper="doi:10.1000/tides")["total"] == 2
    assert (
        listed(client, show="decisions", paper=listed(client)["possible"][0]["paper"])["total"] == 0
    )
    shutil.rmtree(folder)
    found = listed(client)
    assert (found["followed"], found["gone"], found["may_decide"]) == (False, True, False)
    page = client.get("/duplicates").text
    assert "are not where they were" in page
    assert 'name="decision"' not in page
    answer = client.post(f"{API}/decisions", json=body)
    assert (answer.status_code, "no such folder" in answer.json()["detail"]) == (409, True)
    assert not folder.exists()
