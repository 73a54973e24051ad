"""Take the pictures of docs/pages.md: every page and state, on screen and phone, light and dark.

Indexes the seeds with the bundled model in a folder of its own, serves them, and looks with
Chromium. The pictures are WebP, which is a third of the size of PNG.

    make screenshots
"""

from __future__ import annotations

import base64
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the tests' browser is no part of the package

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402
from playwright.sync_api import Error as PlaywrightError  # noqa: E402

from indexer.models.choosing import encoder_of  # noqa: E402
from indexer.models.model import find_model  # noqa: E402
from indexer.rebuild import rebuild  # noqa: E402
from indexer.store.generation import IndexFolder  # noqa: E402
from search_api.app import create_app  # noqa: E402
from search_api.engine.live import encoder_for, ranker_of  # noqa: E402
from tests.browser import DARK, FLAGS, NO_CHROMIUM, PHONE, find_chromium, serving  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
QUALITY = 82
SCREENS = {
    "screen": {"viewport": {"width": 1440, "height": 900}},
    "phone": {**PHONE, "device_scale_factor": 2},
}
SCHEMES = {"light": {"color_scheme": "light"}, "dark": DARK}

QUESTION = "/?q=peer+to+peer+training+without+a+central+server"
DEFTA = "akin:8e78acac5fbcaf10"
STRUCTURE = "akin:3658c7d6024aecc0"
SPECTRAL = "akin:d56e4bd8a48894b8"


def nothing(_page: Page) -> None:
    """Leave the page as it came."""


def open_help(page: Page) -> None:
    """Open the forms of the query language."""
    page.locator(".help summary").click()


def open_first(page: Page) -> None:
    """Open the first paper's abstract, and mark two papers."""
    page.locator(".hit .abstract summary").first.click()
    for n in (1, 2):
        page.locator("[name=mark]").nth(n).check()
    page.evaluate("scrollTo(0, 0)")


def ask_why(page: Page) -> None:
    """Open why the first paper is there."""
    page.locator(".why summary").first.click()
    page.locator(".why .tinted").first.wait_for()
    page.evaluate("scrollTo(0, document.querySelector('.hit').offsetTop - 12)")


def to_filters(page: Page) -> None:
    """Show the filters, which are beneath the list on a phone."""
    if page.locator(".to-filters").is_visible():
        page.locator(".to-filters").click()


def save_three(page: Page) -> None:
    """Put three papers on the reading list and look at it."""
    for button in page.locator("[data-save]").all()[:3]:
        button.click()
    page.goto(page.url.split("/?")[0] + "/list")


def point(page: Page) -> None:
    """Step to the best result on the map, as keys do."""
    page.locator("#map canvas").focus()
    page.keyboard.press("n")
    page.locator(".map-card-title").wait_for()


def leave_waiting(page: Page) -> None:
    """Ask something that takes its time."""
    page.route("**/?q=*", lambda _route: None)  # never answered
    page.get_by_role("searchbox").fill("federated graph learning")
    page.get_by_role("button", name="Search").click(no_wait_after=True)


TWICE = """
@article{a, title = {Sleep of nurses who work at night}, author = {Haugen, Berit}, year = 2019,
  journal = {Shift Work Today},
  abstract = {Nurses who work at night sleep less, and badly, whatever they do by day.}}
@article{b, title = {Sleep of nurses working at night}, author = {Haugen, B.}, year = 2019,
  abstract = {Nurses who work at night sleep less, and badly, whatever they do by day.}}
@article{c, title = {Lichens on the roofs of northern barns}, author = {Okafor, Ngozi}, year = 2018,
  journal = {Roofs}, volume = 7, doi = {10.1000/roofs.7}}
@misc{d, title = {Lichens on the Roofs of Northern Barns}, author = {N. Okafor}, year = 2018}
@article{e, title = {Lichens on the roofs of northern barns}, author = {Okafor, Ngozi}, year = 2018,
  journal = {Roofs}, volume = 7}
"""
"""A library that has some papers more than once."""


@dataclass(frozen=True)
class Shot:
    """A picture to be taken.

    Attributes:
        path: of the page.
        then: what is done there first.
        of: which index is looked at.
    """

    path: str
    then: Callable[[Page], None] = nothing
    of: Literal["seeds", "twice", "none"] = "seeds"


SHOTS = {
    "start": Shot("/"),
    "help": Shot("/", open_help),
    "results": Shot(QUESTION),
    "marked": Shot(QUESTION, open_first),
    "filters": Shot("/?q=federated+learning&category=LG&year_from=2024", to_filters),
    "why": Shot(QUESTION, ask_why),
    "related": Shot(f"/related?like={STRUCTURE}&like={SPECTRAL}&unlike={DEFTA}"),
    "paste": Shot("/related"),
    "paper": Shot(f"/papers/{SPECTRAL}"),
    "duplicates": Shot("/duplicates", of="twice"),
    "merged": Shot("/duplicates?show=merged", of="twice"),
    "map": Shot("/map"),
    "map-results": Shot("/map?q=federated+graph+learning", point),
    "list": Shot(QUESTION, save_three),
    "empty": Shot("/?q=photosynthesis&mode=lexical&category=CV"),
    "loading": Shot("/", leave_waiting),
    "error": Shot("/?q=graphs&year_from=soon"),
    "unknown": Shot("/papers/arxiv:0000.00000"),
    "no-index": Shot("/", of="none"),
}


def take(browser: Browser, origin: str, name: str, shot: Shot) -> None:
    """Take one picture on every screen and in every scheme."""
    for screen, size in SCREENS.items():
        for scheme, colours in SCHEMES.items():
            context = browser.new_context(**size, **colours, reduced_motion="reduce")
            page = context.new_page()
            page.goto(origin + shot.path)
            page.wait_for_load_state("networkidle")
            shot.then(page)
            try:
                page.wait_for_load_state("networkidle", timeout=5000)
            except PlaywrightError:  # one page is meant to wait for ever
                if name != "loading":
                    raise
            page.wait_for_timeout(400)
            picture = context.new_cdp_session(page).send(
                "Page.captureScreenshot", {"format": "webp", "quality": QUALITY}
            )
            path = FOLDER / f"{name}-{screen}-{scheme}.webp"
            path.write_bytes(base64.b64decode(picture["data"]))
            page.unroute_all(behavior="ignoreErrors")
            context.close()


def main() -> None:
    """Take those that are named, or all."""
    executable = find_chromium()
    if executable is None:
        raise SystemExit(NO_CHROMIUM)
    names = sys.argv[1:] or list(SHOTS)
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.chdir(folder)  # no picture is to show where this machine keeps things
        indexes = {name: IndexFolder(Path(name)) for name in ("seeds", "twice", "none")}
        Path("library.bib").write_text(TWICE, "utf-8")
        rebuild([ROOT / "seeds"], indexes["seeds"], encoder_of(find_model()))
        rebuild([Path("library.bib")], indexes["twice"], encoder_of(find_model()))
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        with ExitStack() as served:
            origins = {
                name: served.enter_context(
                    serving(
                        create_app(
                            index, encoder_for(), deciders="here", second_look=ranker_of(None)
                        )
                    )
                )
                for name, index in indexes.items()
            }
            for name in names:
                take(browser, origins[SHOTS[name].of], name, SHOTS[name])
                print(name)
        browser.close()
    sizes = [path.stat().st_size for path in FOLDER.glob("*.webp")]
    print(f"{len(sizes)} pictures, {sum(sizes) / 1e6:.1f} MB, in {FOLDER.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
