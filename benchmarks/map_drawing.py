"""How soon is the map of many papers there, and how smoothly does it move?

Builds an index of papers made of shuffled words with vectors that need no model, serves it, and
looks with Chromium: how long from asking for the page to the first picture, and how many frames a
second while the map is dragged in circles, a move for each frame that the browser shows.

    .venv/bin/python benchmarks/map_drawing.py --papers 100000
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).parent.parent)
)  # the tests' browser is no part of the package

from filtered_search import WordSum, write_papers
from playwright.sync_api import Page, sync_playwright

from indexer.rebuild import rebuild
from indexer.store.generation import IndexFolder
from search_api.app import create_app
from tests.browser import FLAGS, NO_CHROMIUM, find_chromium, serving
from tests.test_browser_map import MS_TO_DRAW, frames_a_second

ROUNDS = 5
SCREENS = {"1440x900": ((1440, 900), 1), "1440x900, 2 pixels each": ((1440, 900), 2),
           "390x844, 3 pixels each": ((390, 844), 3)}  # fmt: skip
WHOLE_MS = "performance.getEntriesByName('map-drawn').at(-1).startTime"


def measure(page: Page, address: str) -> tuple[float, float, float]:
    """Return ms from the navigation and from the request to the picture, and frames a second."""
    page.goto(address)
    page.locator("#map[data-state=drawn]").wait_for()
    whole, asked = page.evaluate(WHOLE_MS), page.evaluate(MS_TO_DRAW)
    return whole, asked, frames_a_second(page)


def main() -> None:
    """Build, draw, drag."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--papers", type=int, default=100_000)
    papers = parser.parse_args().papers
    executable = find_chromium()
    if executable is None:
        raise SystemExit(NO_CHROMIUM)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        write_papers(source := Path(folder) / "papers.jsonl", papers)
        index = IndexFolder(Path(folder) / "index")
        rebuild([source], index, WordSum(), mapped="pca")
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        print(f"{papers:,} papers, medians of {ROUNDS}")
        print(f"{'screen':26}{'ms from the address':>22}{'ms from its data':>20}{'frames/s':>12}")
        with serving(create_app(index, lambda _: WordSum())) as origin:
            for name, ((width, height), ratio) in SCREENS.items():
                page = browser.new_page(
                    viewport={"width": width, "height": height}, device_scale_factor=ratio
                )
                rounds = [measure(page, f"{origin}/map") for _ in range(ROUNDS)]
                whole, asked, frames = map(statistics.median, zip(*rounds, strict=True))
                print(f"{name:26}{whole:22.0f}{asked:20.0f}{frames:12.1f}")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
