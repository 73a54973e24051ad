"""Pages in a real browser: a server to ask, Chromium to look with, and what no page may do.

A test asks for ``page``, or opens its own on what it serves:

    def test_no_index(serve, open_page, index):
        page = open_page(serve(index), **PHONE, **DARK)
        page.goto("/")
        accessible(page)

What it does by locators waits until the page has loaded, and so for its scripts, however it got
there: goto() waits by itself, a click on a link does not. ``page.keyboard`` and ``page.mouse`` wait
for nothing: a test that presses keys expects something of the page first.

It fails where a page was at fault: it logged an error or a warning, threw, broke its content
security policy or asked another origin. A test that means to provoke that takes it:
``open_page.take_faults()``. Whatever the failure, the report says where each page's picture and
HTML are.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError
from starlette.types import ASGIApp

from indexer.store.generation import Generation, IndexFolder
from search_api.app import LONGEST_HEAD, create_app
from tests.fakes import FakeEncoder

TIMEOUT = 10_000  # milliseconds

# Options of ``open_page``; whatever Browser.new_context() takes is one.
NO_SCRIPT: dict[str, Any] = {"java_script_enabled": False}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
DARK: dict[str, Any] = {"color_scheme": "dark"}

COMMANDS = ("chromium", "chromium-browser", "google-chrome")
NO_CHROMIUM = "no Chromium: `apt-get install chromium` (Debian), or set AKIN_CHROMIUM to its path"
FLAGS = [
    "--no-sandbox",  # which root cannot have
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Unlike a Playwright route, this also stops redirects, prefetches and sockets, and leaves the
    # browser its cache.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
# A selector engine: the page while it loads, which is until its module scripts have run.
LOADING = """{
  queryAll: () => document.readyState === "complete" ? [] : [document.documentElement],
}"""
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

Serve = Callable[[IndexFolder | ASGIApp], str]


def find_chromium() -> str | None:
    """The browser to drive: the one that is asked for, or the first that is there."""
    asked = os.environ.get("AKIN_CHROMIUM")
    return asked or next(filter(None, map(shutil.which, COMMANDS)), None)


@contextmanager
def serving(served: IndexFolder | ASGIApp) -> Iterator[str]:
    """Serve akin over an index folder with the fake encoder, or another app; yield the origin."""
    app = (
        create_app(served, lambda manifest: FakeEncoder())
        if isinstance(served, IndexFolder)
        else served
    )
    # Without a log_config of its own, what it logs is in pytest's report.
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            port=0,
            log_config=None,
            timeout_graceful_shutdown=5,
            h11_max_incomplete_event_size=LONGEST_HEAD,
        )
    )

    def run() -> None:
        with suppress(SystemExit):  # uvicorn's way to say that it could not start
            server.run()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the server did not start; its log says why")
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve an index folder or an app until the end of the test; return its origin."""
    with ExitStack() as running:
        yield lambda served: running.enter_context(serving(served))


@pytest.fixture(scope="session")
def seed_site(seed_generation: Generation) -> Iterator[str]:
    """The origin of akin over the seeds; not to be changed."""
    with serving(IndexFolder(seed_generation.index)) as origin:
        yield origin


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of all tests, which are skipped where there is none."""
    executable = find_chromium()
    if executable is None:
        pytest.skip(NO_CHROMIUM)
    expect.set_options(timeout=TIMEOUT)
    with sync_playwright() as playwright:
        playwright.selectors.register("loading", script=LOADING, content_script=True)
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        # Playwright leaves its event loop marked as running, in the thread that all tests run in,
        # where asyncio.run() would then be refused. So it is marked only while pages are open.
        asyncio._set_running_loop(None)
        yield browser
        asyncio._set_running_loop(browser._loop)
        browser.close()


class OpenPage:
    """Opens pages, each in a browser that remembers nothing, and keeps account of their faults."""

    def __init__(self, chromium: Browser, folder: Path) -> None:
        self._chromium = chromium
        self._folder = folder
        self._contexts: list[BrowserContext] = []
        self._faults: list[str] = []

    def __call__(self, origin: str, **options: Any) -> Page:
        """Open an empty page whose addresses begin at an origin, the only one it may ask."""
        context = self._chromium.new_context(
            **{"base_url": origin, "service_workers": "block", **options}
        )
        self._contexts.append(context)
        context.set_default_timeout(TIMEOUT)
        visited = {f"{origin}/favicon.ico"}  # which the browser asks for by itself

        def asked(request: Request) -> None:
            if request.is_navigation_request():
                visited.add(request.url)
            if request.url.startswith("http") and not request.url.startswith(f"{origin}/"):
                self._faults.append(f"foreign request: {request.url}")

        def logged(message: ConsoleMessage) -> None:
            # A page may say with 404 that there is no such paper; its picture may not be missing.
            where = message.location["url"]
            answer = re.match(r"Failed to load resource: .* status of (4\d\d|503)\b", message.text)
            if message.type in {"error", "warning", "assert"} and not (answer and where in visited):
                self._faults.append(f"console {message.type}: {message.text} [{where}]")

        context.on("request", asked)
        context.on("console", logged)
        context.on("weberror", lambda thrown: self._faults.append(f"uncaught: {thrown.error}"))
        page = context.new_page()
        # Before it acts by any locator, Playwright waits until that of a handler is gone.
        page.add_locator_handler(page.locator("loading="), lambda: None)
        return page

    def take_faults(self) -> list[str]:
        """Return the faults so far, and forget them."""
        for page in self._pages():
            with suppress(PlaywrightError):
                page.evaluate("0")  # what happened before is told before this is answered
        faults, self._faults = self._faults, []
        return faults

    def store(self) -> str:
        """Store what each page looks like and its HTML; return the paths."""
        stored = []
        for number, page in enumerate(self._pages(), start=1):
            with suppress(PlaywrightError):
                picture, html = (self._folder / f"page-{number}.{kind}" for kind in ("png", "html"))
                page.screenshot(path=picture, full_page=True)
                html.write_text(page.content(), encoding="utf-8")
                stored.append(f"{page.url}\n  {picture}\n  {html}")
        return "\n".join(stored)

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _pages(self) -> list[Page]:
        return [page for context in self._contexts for page in context.pages]


_OPENED = pytest.StashKey[OpenPage]()


@pytest.fixture
def open_page(
    chromium: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[OpenPage]:
    """Open pages; the test fails where one is at fault."""
    asyncio._set_running_loop(chromium._loop)
    opened = request.node.stash[_OPENED] = OpenPage(chromium, tmp_path)
    yield opened
    opened.close()
    asyncio._set_running_loop(None)


@pytest.fixture
def page(open_page: OpenPage, seed_site: str) -> Page:
    """An empty page of akin over the seeds; the test fails where it is at fault."""
    return open_page(seed_site)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test whose pages were at fault; store the pages of one that failed."""
    try:
        yield
        if (opened := item.stash.get(_OPENED, None)) and (faults := opened.take_faults()):
            pytest.fail("\n".join(["the pages were at fault:", *faults]), pytrace=False)
    except (Exception, pytest.fail.Exception):
        if opened := item.stash.get(_OPENED, None):
            item.add_report_section("call", "pages", opened.store())
        raise


@pytest.hookimpl(tryfirst=True)  # before -m looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that needs the browser."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def accessible(page: Page) -> None:
    """Assert that axe finds nothing serious by the rules of WCAG 2.2 AA."""
    __tracebackhide__ = True
    options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
    page.wait_for_load_state()  # without its styles no link is large enough
    with _scripts_allowed(page):
        found = Axe().run(page, options=options).response["violations"]
    lines = [f"{page.url} is not accessible:"]
    for violation in found:
        if violation["impact"] in {"serious", "critical"}:
            lines.append(f"{violation['id']} ({violation['impact']}): {violation['help']}")
            lines += [f"  {' '.join(map(str, node['target']))}" for node in violation["nodes"]]
    if lines[1:]:
        pytest.fail("\n".join(lines))


@contextmanager
def _scripts_allowed(page: Page) -> Iterator[None]:
    """Let axe run where the page's own scripts may not, and did not when it was loaded."""
    if not page.evaluate("matchMedia('(scripting: none)').matches"):
        yield
        return
    switch = page.context.new_cdp_session(page)
    # Only a change is heeded, and it was Playwright's session that disabled them, not this one.
    for disabled in (True, False):
        switch.send("Emulation.setScriptExecutionDisabled", {"value": disabled})
    yield
    switch.send("Emulation.setScriptExecutionDisabled", {"value": True})
