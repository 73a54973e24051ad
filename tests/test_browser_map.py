"""The map in a real browser: drawn, moved, pointed at; by mouse, finger, keys; and when large."""

import json
import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import DARK, PHONE, accessible

MANY = 100_000
DRAW_MS, FRAMES_PER_SECOND = 2000, 30
TRIES = 3  # what the machine does beside must not fail a test: the best of these counts
CANVAS = "#map canvas"


@pytest.fixture
def corpus_map(page: Page) -> Page:
    page.goto("/map")
    expect(page.locator("#map")).to_have_attribute("data-state", "drawn")
    return page


def test_the_map_shows_every_paper_and_says_how_far_it_is_true(corpus_map, seed_site):
    """All papers, a legend that adds up to them, and the measured share of neighbours kept."""
    meta = corpus_map.request.get(f"{seed_site}/api/v1/map").json()
    canvas = corpus_map.get_by_role("application", name="Map of 64 papers")
    expect(canvas).to_be_visible()
    counts = corpus_map.locator(".map-legend button").all_inner_texts()
    assert sum(int(re.search(r"(\d+)\s*$", text)[1]) for text in counts) == 64
    share = round(100 * meta["kept"]["share"])
    expect(corpus_map.locator(".map-caveat")).to_contain_text(f"{share}\u00a0%")
    expect(corpus_map.locator(".map-caveat")).to_contain_text("may still differ")
    for topic in meta["topics"]:
        expect(corpus_map.get_by_role("heading", name=topic["label"])).to_be_visible()


def test_pointing_shows_a_paper_and_a_click_opens_it(corpus_map):
    """Where a point is, its title appears; a click leads to its page."""
    canvas = corpus_map.locator(CANVAS)
    x, y = _first_point(corpus_map)
    box = canvas.bounding_box()
    corpus_map.mouse.move(box["x"] + x, box["y"] + y)
    title = corpus_map.locator(".map-card-title")
    expect(title).to_be_visible()
    shown = title.inner_text()
    corpus_map.mouse.click(box["x"] + x, box["y"] + y)
    expect(corpus_map.get_by_role("heading", level=1)).to_have_text(shown)
    assert "/papers/" in corpus_map.url


def test_keys_reach_papers(corpus_map):
    """n steps to a paper, it is told to who listens, Enter opens it; Escape lets go."""
    corpus_map.locator(CANVAS).focus()
    corpus_map.keyboard.press("n")
    live = corpus_map.locator(".map-live")
    expect(live).not_to_be_empty()
    corpus_map.keyboard.press("Escape")
    expect(corpus_map.locator(".map-card-title")).to_be_hidden()
    corpus_map.keyboard.press("n")
    corpus_map.keyboard.press("n")
    expect(corpus_map.locator(".map-card-title")).to_be_visible()
    title = corpus_map.locator(".map-card-title").inner_text()
    corpus_map.keyboard.press("Enter")
    expect(corpus_map.get_by_role("heading", level=1)).to_have_text(title)


def test_what_is_seen_is_in_the_url(corpus_map):
    """Colour, place and zoom are kept, and a reload shows the same."""
    corpus_map.get_by_label("Year").check()
    corpus_map.get_by_role("button", name="Zoom in").click()
    expect(corpus_map).to_have_url(re.compile(r"colour=year"))
    expect(corpus_map).to_have_url(re.compile(r"at="))
    corpus_map.wait_for_timeout(600)  # the zoom glides, and the URL follows once it is still
    corpus_map.reload()
    expect(corpus_map.locator("#map")).to_have_attribute("data-state", "drawn")
    expect(corpus_map.get_by_label("Year")).to_be_checked()
    assert corpus_map.evaluate("document.querySelector('#map').map.view.zoom") > 1.5


def test_results_are_marked(page):
    """From a list to its papers on the map, and back to the list."""
    page.goto("/?q=federated+graph+learning&category=LG")
    page.get_by_role("link", name="These on the map").click()
    expect(page.locator("#map")).to_have_attribute("data-state", "drawn")
    expect(page.get_by_role("heading", level=1)).to_contain_text("federated graph learning")
    expect(page.get_by_text("11 papers are marked")).to_be_visible()
    assert page.evaluate("document.querySelector('#map').map.scene.hits.length") == 11
    page.get_by_role("link", name="The list").click()
    expect(page.locator(".about")).to_contain_text("11 of 64 papers")


def test_a_finger_shows_first_and_opens_then(open_page, seed_site):
    """A tap shows what is there, its title is a link, and the page scrolls beside the map."""
    page = open_page(seed_site, **PHONE)
    page.goto("/map")
    expect(page.locator("#map")).to_have_attribute("data-state", "drawn")
    page.locator(CANVAS).scroll_into_view_if_needed()
    x, y = _first_point(page)
    page.locator(CANVAS).tap(position={"x": x, "y": y})
    title = page.locator(".map-card-title")
    expect(title).to_be_visible()
    shown = title.inner_text()
    title.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text(shown)


@pytest.mark.parametrize("scheme", [{}, DARK], ids=["light", "dark"])
def test_axe_finds_nothing_serious_on_the_map(open_page, seed_site, scheme):
    """With results and without, in light and dark."""
    page = open_page(seed_site, **scheme)
    for path in ("/map", "/map?q=graphs&colour=category"):
        page.goto(path)
        expect(page.locator("#map")).to_have_attribute("data-state", "drawn")
        accessible(page)


def test_an_index_that_was_rebuilt_is_told(page, open_page):
    """Points of another generation are refused, and the page says what to do."""

    def gone(route: Route) -> None:
        route.fulfill(status=410, content_type="application/problem+json", body="{}")

    page.route("**/api/v1/map/points*", gone)
    page.goto("/map")
    expect(page.locator("#map")).to_have_attribute("data-state", "failed")
    expect(page.get_by_role("button", name="Reload the page")).to_be_visible()
    open_page.take_faults()


@pytest.fixture(scope="module")
def many() -> Iterator[tuple[dict, bytes]]:
    """The data of a map of 100,000 papers in 40 clusters, as the service would give it."""
    chance = np.random.default_rng(5)
    topic = chance.integers(0, 40, MANY).astype(np.int16)
    centres = chance.uniform(-0.85, 0.85, (40, 2))
    places = np.clip(centres[topic] + chance.normal(0, 0.06, (MANY, 2)), -1, 1).astype(np.float32)
    year = chance.integers(1995, 2027, MANY).astype(np.int16)
    category = chance.integers(-1, 20, MANY).astype(np.int16)
    columns = [places[:, 0], places[:, 1], year, category, topic]
    meta = {
        "method": "pacmap",
        "kept": {"share": 0.4, "k": 10, "sample": 1000},
        "variance": None,
        "years": [1995, 2026],
        "categories": [f"c{n}" for n in range(20)],
        "topics": [
            {"label": f"topic {n}", "terms": [], "papers": int((topic == n).sum()),
             "x": float(centres[n][0]), "y": float(centres[n][1]), "central": []}
            for n in range(40)
        ],
        "index": {"generation": "x", "model": "x", "papers": MANY},
    }  # fmt: skip
    return meta, b"".join(column.tobytes() for column in columns)


def test_a_hundred_thousand_papers_draw_at_once_and_pan_smoothly(open_page, seed_site, many):
    """First drawn within two seconds of being asked for; then thirty frames a second or more."""
    meta, points = many
    page = open_page(seed_site, viewport={"width": 1440, "height": 900})
    page.route("**/api/v1/map?*", lambda route: route.fulfill(body=json.dumps(meta)))
    page.route("**/api/v1/map/points*", lambda route: route.fulfill(body=points))
    drawn, rates = [], []
    for _ in range(TRIES):
        page.goto("/map")
        expect(page.locator("#map")).to_have_attribute("data-state", "drawn")
        drawn.append(page.evaluate(MS_TO_DRAW))
        rates.append(frames_a_second(page))
        if drawn[-1] < DRAW_MS and rates[-1] >= FRAMES_PER_SECOND:
            break
    assert min(drawn) < DRAW_MS
    assert max(rates) >= FRAMES_PER_SECOND


MS_TO_DRAW = """() => {
  const time = (name) => performance.getEntriesByName(name).at(-1).startTime;
  return time("map-drawn") - time("map-asked");
}"""

# A hand that drags the map in circles for a second, once for every frame that the browser shows.
_PAN = """async () => {
  const canvas = document.querySelector("#map canvas");
  const { scene } = document.querySelector("#map").map;
  const fire = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {
    pointerId: 1, pointerType: "mouse", isPrimary: true, bubbles: true, button: 0, buttons: 1,
    clientX: x, clientY: y,
  }));
  canvas.setPointerCapture = () => {};
  const { left, top } = canvas.getBoundingClientRect();
  fire("pointerdown", left + 400, top + 300);
  const before = scene.frames;
  const began = performance.now();
  let now = began;
  while (now - began < 1000) {
    const turn = (now - began) / 150;
    fire("pointermove", left + 400 + 150 * Math.sin(turn), top + 300 + 150 * Math.cos(turn));
    now = await new Promise(requestAnimationFrame);
  }
  fire("pointerup", left + 400, top + 300);
  return (scene.frames - before) / ((performance.now() - began) / 1000);
}"""


def frames_a_second(page: Page) -> float:
    """Frames that were painted while the map was dragged."""
    return page.evaluate(_PAN)


def _first_point(page: Page) -> tuple[float, float]:
    """Where on the canvas the first paper is, in CSS pixels."""
    return tuple(
        page.evaluate(
            """() => {
              const { view, scene } = document.querySelector("#map").map;
              return [view.screenX(scene.grid.x[0]), view.screenY(scene.grid.y[0])];
            }"""
        )
    )
