"""The pages as HTML, without a browser: every state, every link, nothing that a source wrote."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from starlette.testclient import TestClient

from indexer.paper import Paper
from indexer.store.generation import IndexFolder
from search_api.app import create_app
from search_api.explaining.explanation import Match, Place
from search_api.http.list_urls import Asked, paper_url
from search_api.pages import render
from search_api.pages.marking import Span, marked, shown
from search_api.pages.papers import is_safe, links
from search_api.query.results import IndexInfo
from tests.export_papers import as_source
from tests.fakes import ByLength, FakeEncoder

HTML = {"accept": "text/html,application/xhtml+xml"}
DEFTA, STRUCTURE = "akin:8e78acac5fbcaf10", "akin:3658c7d6024aecc0"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{7*7}}"


class Elements(HTMLParser):
    """Collects the start tags of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data):
        self.text += data

    def having(self, name: str) -> list[dict[str, str]]:
        return [attributes for _, attributes in self.tags if name in attributes]

    def hrefs(self) -> list[str]:
        return [one["href"] for one in self.having("href")]


@pytest.fixture(scope="module")
def client(seed_generation) -> Iterator[TestClient]:
    app = create_app(IndexFolder(seed_generation.index), lambda manifest: FakeEncoder())
    with TestClient(app, raise_server_exceptions=False, headers=HTML) as client:
        yield client


@pytest.fixture
def serve_index() -> Iterator[Callable[[IndexFolder], TestClient]]:
    """Serve an index to a client that reads pages, until the test ends."""
    with ExitStack() as clients:

        def run(index: IndexFolder) -> TestClient:
            app = create_app(index, lambda manifest: FakeEncoder())
            client = TestClient(app, raise_server_exceptions=False, headers=HTML)
            return clients.enter_context(client)

        yield run


def read(client: TestClient, path: str, status: int = 200) -> Elements:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Elements(answer.text)


def results(page: Elements) -> list[str]:
    """Return the ids of a list's papers, in order."""
    return [one["value"] for one in page.having("name") if one["name"] == "mark"]


def total(page: Elements) -> int:
    found = re.search(r"(?:All|of)? *([\d,]+)(?: of [\d,]+)? papers?", page.text)
    return int(found[1].replace(",", ""))


STATES = [
    "/",
    "/?q=",
    "/?q=federated+graph+learning",
    "/?q=federated&mode=lexical&sort=date&k=50&year_from=2024&has_code=true",
    "/?q=nothing-has-this-word&mode=lexical",
    "/?category=LG",
    f"/?q=graphs&unlike={DEFTA}",
    f"/?unlike={DEFTA}&category=LG",
    "/related",
    f"/related?like={DEFTA}&like={STRUCTURE}&unlike=akin:51bb49ea6b40cafb",
    "/related?text=An+abstract+of+ours+on+federated+learning",
    f"/papers/{DEFTA}",
    f"/papers/{DEFTA}?q=graphs",
    f"/papers/{DEFTA}/why?q=graphs",
    f"/papers/{DEFTA}/why?like={STRUCTURE}",
    f"/papers/{DEFTA}/why?text=peer+to+peer",
    "/list",
    "/duplicates",
    "/duplicates?show=merged&offset=20",
    f"/duplicates?show=decisions&paper={DEFTA}",
    "/map",
    "/map?q=graphs&colour=year&at=0,0,2",
    f"/map?id={DEFTA}",
]


@pytest.mark.parametrize("path", STATES)
def test_every_page_is_strict_and_keeps_to_itself(client, path):
    """No state runs inline code, loads from elsewhere, or leaves an id twice."""
    answer = client.get(path)
    page = read(client, path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        loaded = attributes.get("src") or (attributes.get("href") if tag == "link" else None)
        assert loaded is None or re.match(r"/[^/]", loaded), (tag, attributes)
    ids = [one["id"] for one in page.having("id")]
    assert len(ids) == len(set(ids))
    for one in page.having("for"):
        assert one["for"] in ids
    for name in ("aria-labelledby", "aria-describedby"):
        assert all(one[name] in ids for one in page.having(name))


@pytest.mark.parametrize("path", STATES)
def test_every_link_of_a_page_leads_somewhere(client, path):
    """No page leads to an error, nor out of akin but to http or https."""
    for href in dict.fromkeys(read(client, path).hrefs()):
        if href.startswith("#"):
            continue
        if urlsplit(href).scheme:
            assert is_safe(href)
            continue
        assert client.get(href).status_code == 200, href


def test_a_search_shows_what_the_service_finds(client):
    """Page and API have the same papers in the same order, page by page."""
    asked = "q=federated+graph+learning&k=7"
    found = client.get(f"/api/v1/search?{asked}").json()
    page = read(client, f"/?{asked}")
    assert results(page) == [hit["paper"]["id"] for hit in found["results"]]
    (following,) = [one["href"] for one in page.having("rel") if one["rel"] == "next"]
    second = client.get(f"/api/v1/search?{asked}&cursor={found['next']}").json()
    assert results(read(client, following)) == [hit["paper"]["id"] for hit in second["results"]]


def test_related_papers_are_those_of_the_service(client):
    """The page of related papers is the list that the API gives."""
    body = {"like": [DEFTA, STRUCTURE], "unlike": ["akin:51bb49ea6b40cafb"]}
    found = client.post("/api/v1/related", json=body).json()
    page = read(client, f"/related?like={DEFTA}&like={STRUCTURE}&unlike=akin:51bb49ea6b40cafb")
    assert results(page) == [hit["paper"]["id"] for hit in found["results"]]


def test_a_pasted_abstract_is_embedded_as_a_paper(client):
    """The box for an abstract asks what `POST /related` asks."""
    text = "Peers train a model together, without a server: a plug-and-play framework"
    found = client.post("/api/v1/related", json={"text": text}).json()
    assert results(client_page := read(client, f"/related?text={text}")) == [
        hit["paper"]["id"] for hit in found["results"]
    ]
    assert text in client_page.text


@pytest.mark.parametrize("q", ["Wenke Huang", "huang  wenke", '"Wenke Huang"'])
def test_a_name_typed_as_a_question_leads_to_its_papers(client, q):
    """Who types a name, in quotation marks or not, is shown the way to the author's papers."""
    page = read(client, f"/?{urlencode({'q': q})}")
    asked = urlencode({"author": q.strip('"')})
    assert f"/?{asked}" in page.hrefs()
    assert results(read(client, f"/?{asked}"))


@pytest.mark.parametrize("q", ["Huang", "federated learning", '"no such phrase"', "title:Huang a"])
def test_other_questions_are_not_taken_for_names(client, q):
    """One word, words of no name, and what is asked in the query language."""
    assert "Is that an author?" not in read(client, f"/?{urlencode({'q': q})}").text


def test_a_facet_tells_how_long_the_list_will_be(client):
    """Every value of a facet leads to a list with as many papers as it says, chosen or not."""
    page = client.get("/?q=learning&category=LG&year_from=2025").text
    facets = re.findall(
        r'<li><a href="([^"]+)"( aria-current="true")?><span class="label">([^<]+)</span> '
        r'<span class="count">(\d+)</span>',
        page,
    )
    assert len(facets) > 20
    assert [label for _, chosen, label, _ in facets if chosen] == ["LG"]
    for link, chosen, label, count in facets:
        href = link.replace("&amp;", "&")
        if chosen:
            assert "category=LG" not in href
            continue
        asked = parse_qsl(urlsplit(href).query)
        assert ("q", "learning") in asked
        wider = [value for name, value in asked if name == "category"]
        if len(wider) == 2:  # a second value widens the list: its count is of that one alone
            asked.remove(("category", "LG"))
        assert total(read(client, f"/?{urlencode(asked)}")) == int(count), label


@pytest.mark.parametrize(
    ("query", "taken"),
    [
        ("category=LG&mode=lexical&sort=date&k=5&min_score=1&diversity=0.5", None),
        ("q=year:2024..2026", 100),
        ("q=graphs", 100),
        ("q=graphs&k=200&sort=date&diversity=0.5", 200),
    ],
)
def test_the_whole_list_can_be_taken_along(client, query, taken):
    """Exports hold all papers of the list, where it is not longer; its feeds exist."""
    page = read(client, f"/?{query}")
    listed = int(re.search(r"(\d+)(?: of 64)? papers", page.text)[1])
    hrefs = [one for one in page.hrefs() if one.startswith("/api/v1/export")]
    for href in hrefs:
        assert dict(parse_qsl(urlsplit(href).query)).get("k") == (taken and str(taken))
        assert client.get(href).status_code == 200
    assert client.get(hrefs[0]).text.count("\n}") == listed
    assert f"Export all {listed}" in page.text
    assert len(hrefs) == 6
    feeds = {one for one in page.hrefs() if one.startswith("/feed")}
    assert len(feeds) == 1  # that of the head is that of the list
    assert client.get(*feeds).status_code == 200


@pytest.mark.parametrize("query", ["like=", "like=&unlike=&category=", "text=+"])
def test_blanks_ask_for_nothing(client, query):
    """A form sends the fields that were left empty, too, those of papers as well."""
    for path in (f"/?{query}", f"/related?{query}", f"/map?{query}&id="):
        assert results(read(client, path)) == []
    body = {"like": [""], "q": "graphs"}
    assert client.post("/api/v1/search", json=body).json()["total"] == 64


def test_a_chosen_value_that_is_not_counted_has_no_count(client):
    """A surname finds papers, and `cs.LG` those of `LG`: no 0 stands beside them."""
    answer = client.get("/?author=wang&author=wang&category=cs.lg")
    assert total(Elements(answer.text)) > 0
    chosen = re.findall(r'aria-current="true">(.*?)</a>', answer.text)
    assert [Elements(one).text.split() for one in chosen] == [["cs.lg"], ["wang"]]


def test_counting_reads_nothing_again(seed_generation):
    """A cross-encoder takes seconds: the list is ordered by it once, whatever else is counted."""
    reranker = ByLength()
    index = IndexFolder(seed_generation.index)
    app = create_app(index, lambda manifest: FakeEncoder(), reranker)
    with TestClient(app, headers=HTML) as client:
        page = read(client, "/?q=graphs&category=LG&year_from=2024&author=Wang")
    assert "Author" in page.text
    assert len(reranker.read) == 1


def test_the_histogram_counts_years_that_are_left_out_too(client):
    """Narrowed to a year, the others keep their bars, and each leads to its own papers."""
    page = read(client, "/?q=learning&year_from=2024&year_to=2024")
    bars = page.having("data-first")
    counts = {bar["data-first"]: int(bar["aria-label"].split(": ")[1].split()[0]) for bar in bars}
    facet = client.get("/api/v1/search?q=learning").json()["facets"]["year"]
    assert counts == {str(one["value"]): one["count"] for one in facet}
    for bar in bars:
        assert total(read(client, bar["href"])) == counts[bar["data-first"]]


def test_marked_papers_lead_to_what_was_asked_for(client):
    """More like these, not like those, or a document of them; without marks, back to the list."""

    def lead(query: str) -> str:
        answer = client.get(f"/marked?{query}", follow_redirects=False)
        assert answer.status_code == 303
        return answer.headers["location"]

    assert (
        lead("q=graphs&category=LG&mark=a&mark=b&to=like") == "/related?category=LG&like=a&like=b"
    )
    assert lead("q=graphs&mark=a&mark=b&to=unlike") == "/?q=graphs&unlike=a&unlike=b"
    assert lead("like=a&unlike=b&mark=b&to=like") == "/related?like=a&like=b"
    assert lead("like=a&like=b&mark=b&to=unlike") == "/related?like=a&unlike=b"
    assert lead("q=x&mark=a&mark=b&to=export&format=ris") == "/api/v1/export?id=a&id=b&format=ris"
    assert lead("q=graphs&to=like") == "/?q=graphs"
    document = client.get(f"/marked?q=x&mark={DEFTA}&to=export&format=bibtex")
    assert document.text.startswith("@")
    assert "DeFTA" in document.text


def test_why_is_what_the_service_explains(client):
    """Page and API give the same ranks and scores, and the words are tinted by their shares."""
    why = client.get(f"/api/v1/papers/{DEFTA}/explain?q=peer+training").json()
    page = client.get(f"/papers/{DEFTA}/why?q=peer+training").text
    assert f"is #{why['rank']}" in page
    assert f"{why['score']:.2f}" in page
    strongest = max(why["words"], key=lambda word: abs(word["share"]))
    sign = "for" if strongest["share"] > 0 else "against"
    says = f'title="{strongest["share"]:+.3f}">{strongest["text"]}</span>'
    assert f'<span class="{sign} {sign}-5" {says}' in page
    part = client.get(f"/papers/{DEFTA}/why?q=peer+training", headers={"X-Akin-Part": "1"})
    assert "<html" not in part.text
    assert says in part.text
    assert part.headers["vary"] == "X-Akin-Part"


def test_snippets_mark_the_nearest_sentence(client):
    """Each line is a paper of the list, with the sentence that the explanation names."""
    lines = client.get("/snippets?q=peer+training&k=3").text.splitlines()
    found = client.get("/api/v1/search?q=peer+training&k=3").json()["results"]
    assert [json.loads(line)["id"] for line in lines] == [hit["paper"]["id"] for hit in found]
    for line, hit in zip(lines, found, strict=True):
        why = client.get(f"/api/v1/papers/{hit['paper']['id']}/explain?q=peer+training").json()
        abstract = json.loads(line)["abstract"]
        inner = re.search(r'<span class="strongest">(.*?)</span>', abstract)[1]
        assert inner.replace("<mark>", "").replace("</mark>", "") == escape(why["sentence"]["text"])


def test_a_long_list_has_its_first_papers_read_again_alone(client):
    """The model is not kept busy by a page of a thousand; the page after goes on from its place."""
    page = client.get("/api/v1/search?q=learning&k=20").json()
    first = client.get("/snippets?q=learning&k=64").text.splitlines()
    found = client.get("/api/v1/search?q=learning&k=64").json()["results"]
    assert [json.loads(line)["id"] for line in first] == [hit["paper"]["id"] for hit in found[:30]]
    second = client.get(f"/snippets?q=learning&k=64&cursor={page['next']}").text.splitlines()
    ids = [json.loads(line)["id"] for line in second]
    assert ids == [hit["paper"]["id"] for hit in found[20:50]]


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/papers/akin:none", 404, "akin:none"),
        ("/nowhere", 404, "/nowhere"),
        ("/?q=graphs&year_from=soon", 422, "year_from"),
        ("/?q=graphs&kk=3", 422, "kk"),
        ("/?q=graphs&text=too", 422, "text"),
        ("/?q=graphs&cursor=no", 422, "cursor"),
        (f"/papers/{DEFTA}/why", 422, "what was looked for"),
    ],
)
def test_an_error_is_a_page_that_leads_on(client, path, status, says):
    """Whoever reads pages reads errors there, too; the box keeps the question."""
    page = read(client, path, status)
    assert says in page.text
    if "q=graphs" in path:
        assert [one["value"] for one in page.having("id") if one["id"] == "q"] == ["graphs"]
        (again,) = [one["href"] for one in page.having("class") if one["class"] == "button"]
        assert client.get(again).status_code == 200


def test_an_error_says_no_more_than_is_so(client):
    """All parameters that are left out; that a paper left the index, only where one is meant."""
    answer = client.get("/?q=graphs&k=none&path=x&year_from=soon")
    assert "Ask again without k and path and year_from" in answer.text
    assert 'href="/?q=graphs"' in answer.text
    assert "left the index" in read(client, "/papers/akin:none", 404).text
    assert "left the index" not in read(client, "/nowhere", 404).text


@pytest.mark.parametrize(
    ("query", "heading", "says"),
    [
        ("", "The map of 64 papers", ""),
        (f"?id={DEFTA}&id={DEFTA}", "On the map: DeFTA", "1 paper is marked. "),
        ("?text=peers", "On the map: papers near “peers”", "30 papers are marked, the first of "),
        ("?category=LG", "On the map: newest papers, category LG", "11 papers are marked. "),
        ("?q=notaword&mode=lexical", "On the map: notaword", "The list is empty: no paper"),
    ],
)
def test_the_map_says_what_is_marked(client, query, heading, says):
    """Which list, how much of it, and no more than is so."""
    text = read(client, f"/map{query}").text
    assert heading in text
    assert says in text
    assert ("marked" in text) == bool(query)


def test_a_page_names_the_index_that_answered_it(client, seed_generation, monkeypatch):
    """Not the one that is served by the time it is written, which has other rows."""
    newer = IndexInfo("newer", "fake", 1)
    monkeypatch.setattr(client.app.state.live, "serving", lambda: newer)
    for path in STATES:
        answer = client.get(path)
        assert answer.headers["x-akin-generation"] == seed_generation.id
        assert "newer" not in answer.headers.values()
        assert f"64 papers · fake · generation {seed_generation.id}" in answer.text
    (shown,) = read(client, "/map").having("data-points")
    for name in ("data-meta", "data-points", "data-paper"):
        assert shown[name].endswith(f"?generation={seed_generation.id}")


def test_programs_get_problems(client):
    """Who does not ask for HTML, or asks the API, gets problem+json as ever."""
    for path, accept in [("/papers/none", "*/*"), ("/api/v1/papers/none", "text/html")]:
        answer = client.get(path, headers={"accept": accept})
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_cursor_of_an_older_index_leads_to_the_first_page(tmp_path, serve_index, index, build):
    """410 is a page with a link that works."""
    papers = [Paper(f"akin:{n:016x}", f"Graph {n}", f"On graphs, {n}") for n in range(5)]
    build(source := as_source(tmp_path / "papers.jsonl", papers))
    client = serve_index(index)
    cursor = client.get("/api/v1/search?q=graph&k=2").json()["next"]
    build(source, full=True)
    client.app.state.live.refresh()
    page = read(client, f"/?q=graph&k=2&cursor={cursor}", 410)
    (again,) = [one["href"] for one in page.having("class") if one["class"] == "button"]
    assert again == "/?q=graph&k=2"


def test_without_an_index_every_page_says_how_to_build_one(index):
    """503, the command, and a script that looks again."""
    with TestClient(create_app(index, lambda manifest: FakeEncoder()), headers=HTML) as client:
        for path in ("/", "/?q=graphs", "/related", "/list", f"/papers/{DEFTA}"):
            page = read(client, path, 503)
            assert f"rebuild-index --index {index.path}" in page.text
            assert [one["data-wait"] for one in page.having("data-wait")] == ["/readyz"]


def test_what_a_source_wrote_stays_text(tmp_path, serve_index, index, build):
    """Markup, scripts and templates in any field are shown as they are, links lead to http only."""
    paper = Paper(
        f"akin:{HOSTILE}",
        f"Graphs {HOSTILE}",
        f"Graphs. {HOSTILE} [a](javascript:alert(3)) $\\href{{javascript:x}}{{y}}$",
        (HOSTILE,),
        2024,
        venue=HOSTILE,
        categories=(HOSTILE,),
        url="javascript:alert(4)",
        doi='10.1000/"><script>alert(5)</script>',
        extra={HOSTILE: HOSTILE, "links": ["javascript:alert(6)"]},
    )
    build(as_source(tmp_path / "papers.jsonl", [paper, Paper("x", "Another graph", "Graphs.")]))
    client = serve_index(index)
    paper_id = results(read(client, "/?q=alert"))[0]
    for path in (
        "/?q=alert+graphs",
        f"/papers/{paper_id}?q=graphs",
        f"/papers/{paper_id}/why?q=graphs",
        f"/related?like={paper_id}",
        f"/?q={HOSTILE}",
        f"/?author={HOSTILE}",
        f"/papers/{HOSTILE}",
    ):
        answer = client.get(path)
        assert answer.status_code in (200, 404), path
        page = Elements(answer.text)
        scripts = [one.get("src") for tag, one in page.tags if tag == "script"]
        assert scripts == ["/static/theme.js", "/static/akin.js"]
        assert [one["src"] for tag, one in page.tags if tag == "img"] == ["/static/icon.svg"]
        assert not [one for _, one in page.tags if any(name.startswith("on") for name in one)]
        assert not [href for href in page.hrefs() if href.lower().startswith("javascript")]
        assert "alert(1)" in page.text
    for line in client.get("/snippets?q=graphs").text.splitlines():
        parts = Elements(json.loads(line)["abstract"] + json.loads(line)["preview"])
        assert {tag for tag, _ in parts.tags} <= {"mark", "span"}


def test_scripts_and_styles_are_small():
    """Under 150 kB before any compression; the map loads more, on its own page."""
    files = Path(render.__file__).parent.joinpath("static").glob("*.*")
    sizes = {path.name: path.stat().st_size for path in files}
    assert {"akin.js", "akin.css", "theme.js"} <= sizes.keys()
    assert sum(sizes.values()) < 150_000


# Pieces


def test_a_url_holds_what_is_not_as_ever():
    """Defaults, blanks and the cursor are left out; changes put in, or take out."""
    asked = Asked.model_validate(
        {
            "q": "a b",
            "category": ["LG", "CV"],
            "has_code": True,
            "k": 10,
            "cursor": "x",
            "venue": [],
        }
    )
    assert asked.url() == "/?q=a+b&category=LG&category=CV&has_code=true"
    assert asked.url(category=["LG"], k=20) == "/?q=a+b&category=LG&has_code=true&k=20"
    assert asked.url(q=None, category=None, has_code=None) == "/"
    assert asked.url("/map", k=None) == "/map?q=a+b&category=LG&category=CV&has_code=true"


TEXT = st.text(alphabet="ab <>&\"'é", max_size=40)


@given(TEXT, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 8)), max_size=6), st.data())
def test_marking_changes_nothing_of_a_text(text, places, data):
    """Whatever is marked: without the tags it is the text, and each character is marked right."""
    inner, at = [], 0
    for gap, length in places:
        start = at + gap
        if length and start + length <= len(text):
            inner.append(Span(start, start + length))
            at = start + length
    first = data.draw(st.integers(0, len(text)))
    outer = [Span(first, data.draw(st.integers(first, len(text))), "span", "strongest")]

    class Marks(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open, self.seen = [], []

        def handle_starttag(self, tag, attrs):
            self.open.append(tag)

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

        def handle_data(self, data):
            self.seen += [(c, "mark" in self.open, "span" in self.open) for c in data]

    parser = Marks()
    parser.feed(str(marked(text, inner, outer)))
    parser.close()
    assert parser.seen == [
        (
            c,
            any(span.start <= n < span.end for span in inner),
            outer[0].start <= n < outer[0].end,
        )
        for n, c in enumerate(text)
    ]


def test_a_preview_begins_where_the_paper_answers():
    """With the strongest sentence where it is known, else with the one that has most words."""
    text = "It begins. Peers train peers. A server is not needed by peers."
    paper = Paper("x", "Title", text)
    peers = [Match("abstract", m.start(), m.end(), m[0], None, m[0].lower().rstrip("s"))
             for m in re.finditer("Peers|peers|server", text)]  # fmt: skip
    assert shown(paper, []).preview == text
    assert shown(paper, peers).preview == (
        "… A <mark>server</mark> is not needed by <mark>peers</mark>."
    )
    second = shown(paper, peers, Place("abstract", 11, 29, text[11:29]))
    assert second.preview.startswith('… <span class="strongest"><mark>Peers</mark> train')
    assert second.abstract.startswith('It begins. <span class="strongest"><mark>Peers</mark>')
    long = shown(Paper("x", "Title", "peers " * 99), [])
    assert long.preview == "peers " * 69 + "peers …"  # no word is cut in two


@pytest.mark.parametrize(
    ("href", "safe"),
    [
        ("https://arxiv.org/abs/1", True),
        ("HTTP://example.org", True),
        ("ftp://example.org/a.pdf", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\tscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https://", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_only_addresses_of_pages_become_links(href, safe):
    """A link that a source gives leads to http, https or ftp, or is text."""
    assert is_safe(href) is safe


@pytest.mark.parametrize("odd", ["a?b=c#d", "100%", "ü&x", "a//b", "papers/a", "../a", "a/./b"])
def test_every_id_can_be_asked_for(tmp_path, serve_index, index, build, odd):
    """Whatever a DOI holds, its page and JSON are linked as URLs that a browser leaves alone."""
    paper = Paper("x", "On graphs", "Of graphs.", doi=f"10.1000/{odd}")
    build(as_source(tmp_path / "p.jsonl", [paper]))
    client = serve_index(index)
    (paper_id,) = results(read(client, "/?q=graphs"))
    assert odd in paper_id
    question = urlencode({"q": "graphs of /papers/"})
    for page, twin in [("", ""), ("/why", "/explain")]:
        path = paper_url(paper_id, page) + f"?{question}"
        hrefs = read(client, path).hrefs()
        json_href = [one for one in hrefs if one.startswith("/api/v1/papers/")][-1]
        answer = client.get(json_href).json()
        assert (answer if not twin else answer["paper"])["id"] == paper_id
        if twin:
            assert dict(parse_qsl(urlsplit(json_href).query))["q"] == "graphs of /papers/"


@pytest.mark.parametrize("stated", [None, 5, "https://a.example/", {"a": 1}, [None, 5, "x"]])
def test_links_that_are_no_list_break_no_page(tmp_path, serve_index, index, build, stated):
    """A source may state anything under the name that akin gives the links of an abstract."""
    build(as_source(tmp_path / "p.jsonl", [Paper("x", "On graphs", extra={"links": stated})]))
    client = serve_index(index)
    (paper_id,) = results(read(client, "/?q=graphs"))
    assert "On graphs" in read(client, f"/papers/{paper_id}").text


def test_each_address_is_linked_once():
    """Identifiers first; a url that says the same is no second link."""
    paper = Paper(
        "arxiv:2401.00001",
        "T",
        arxiv_id="2401.00001",
        doi="10.1000/a#b",
        url="https://arxiv.org/abs/2401.00001",
        extra={
            "links": ["https://github.com/a/b", "javascript:x", "https://example.org"],
            "pmid": "7",
        },
    )
    assert [(link.label, link.href) for link in links(paper)] == [
        ("arXiv", "https://arxiv.org/abs/2401.00001"),
        ("DOI", "https://doi.org/10.1000/a%23b"),
        ("PubMed", "https://pubmed.ncbi.nlm.nih.gov/7"),
        ("Code", "https://github.com/a/b"),
    ]
