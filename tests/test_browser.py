"""The browser that looks at pages: what it serves, what it holds against a page, what it tells."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests import browser
from tests.browser import DARK, NO_SCRIPT, PHONE, accessible
from tests.conftest import ROOT, table

CSP = "default-src 'self'"
LAX = "default-src 'self' 'unsafe-inline'"
GOOD = '<h1>Good</h1><p id="p">A page.</p>'
FRAME = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>'
    '<meta name="viewport" content="width=device-width"><main>{}</main></html>'
)
WRITES = "<script>document.querySelector('main').append('written')</script>"
SMALL = "<style>button{display:block;width:9px;height:9px;padding:0;border:0;margin:0}</style>"


def site(body: str, csp: str = CSP) -> Starlette:
    """An app with one page, under a content security policy."""

    def answer(request):
        return HTMLResponse(FRAME.format(body), headers={"Content-Security-Policy": csp})

    return Starlette(routes=[Route("/", answer)])


def test_akin_over_the_seeds_answers_the_browser(page):
    """The real app is served, its own scripts run, and none of it is at fault."""
    page.goto("/docs")
    page.get_by_text("/api/v1/search").first.wait_for()
    assert page.goto("/healthz").json()["status"] == "ok"
    assert page.goto("/api/v1/search?q=graphs").json()["index"]["papers"] == 64


def test_a_test_serves_its_own_index(serve, build, index, tmp_path):
    """What is in the index folder is what is served; two can be served at once."""
    empty = serve(index)
    build(table(tmp_path / "p.md", ("Only one", "alpha")))
    own = serve(index)
    assert empty != own
    found = httpx2.get(f"{own}/api/v1/search", params={"q": "alpha"}).json()
    assert [hit["paper"]["title"] for hit in found["results"]] == ["Only one"]


def test_an_empty_folder_is_served_as_no_index(serve, open_page, index):
    """Pages that say that there is no index, or no such page, are no fault."""
    page = open_page(serve(index))
    assert page.goto("/readyz").status == 503
    assert page.goto("/nowhere").status == 404


def test_a_server_stops_with_its_test(index):
    """After its block nobody answers at the address."""
    with browser.serving(index) as origin:
        assert httpx2.get(f"{origin}/healthz").status_code == 200
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{origin}/healthz")


def test_an_app_that_does_not_start_is_an_error():
    """No test waits for a server that never comes."""

    async def broken(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.failed", "message": "no"})

    with pytest.raises(RuntimeError, match="did not start"), browser.serving(broken):
        pass


def test_pages_open_as_people_have_them(serve, open_page):
    """A phone, a dark screen and a browser without scripts are what the options say."""
    origin = serve(site(GOOD + WRITES, LAX))
    phone = open_page(origin, **PHONE, **DARK)
    phone.goto("/")
    assert phone.evaluate("[innerWidth, innerHeight, navigator.maxTouchPoints]") == [390, 844, 1]
    assert phone.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert "written" in phone.content().split("</script>")[1]
    still = open_page(origin, **NO_SCRIPT)
    still.goto("/")
    assert not still.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert "written" not in still.content().split("</script>")[1]


def test_a_click_finds_the_scripts_of_a_page_that_a_link_led_to(serve, open_page):
    """However late they come: until then nothing is done on the page."""

    async def late(request):
        await asyncio.sleep(0.3)  # any time will do
        script = "document.querySelector('button').onclick = () => { document.title = 'Clicked' }"
        return Response(script, media_type="text/javascript")

    slow = '<button>Click</button><script type="module" src="/late.js"></script>'
    app = site('<a href="/slow">Slow</a>')
    app.routes.append(Route("/slow", lambda request: HTMLResponse(FRAME.format(slow))))
    app.routes.append(Route("/late.js", late))
    page = open_page(serve(app))
    page.goto("/")
    page.get_by_role("link").click()
    page.get_by_role("button").click()
    assert page.title() == "Clicked"


def test_nothing_is_remembered_between_pages(serve, open_page):
    """Each opened page has a storage of its own."""
    origin = serve(site(GOOD))
    for _ in range(2):
        page = open_page(origin)
        page.goto("/")
        assert page.evaluate("[localStorage.length, localStorage.setItem('a', 'b')][0]") == 0


@pytest.mark.parametrize(
    ("body", "csp", "fault"),
    [
        ("<script>console.error('bad')</script>", LAX, "console error: bad ["),
        ("<script>console.warn('odd')</script>", LAX, "console warning: odd ["),
        ("<script>console.assert(1 > 2, 'no')</script>", LAX, "console assert: no ["),
        ("<script>throw new TypeError('thrown')</script>", LAX, "uncaught: thrown"),
        ("<script>Promise.reject(new Error('late'))</script>", LAX, "uncaught: late"),
        ('<img alt="" src="/none.png">', CSP, "console error: Failed to load resource: the server"),
        (
            '<img alt="" src="http://a.example/b.png">',
            "",
            "foreign request: http://a.example/b.png",
        ),
        ('<img alt="" src="http://127.0.0.1:9/">', "", "foreign request: http://127.0.0.1:9/"),
        ("<script>new WebSocket('ws://a.example/')</script>", "", "console error: WebSocket"),
        ('<img alt="" src="http://a.example/b.png">', CSP, "Content Security Policy"),
        (WRITES, CSP, "Content Security Policy"),
        ('<p style="color: red">', CSP, "Content Security Policy"),
        ('<button onclick="1">', CSP, "Content Security Policy"),
    ],
)
def test_a_fault_of_a_page_is_told(serve, open_page, body, csp, fault):
    """Whatever a page must not do is found, whether or not the browser let it."""
    page = open_page(serve(site(body, csp)))
    page.goto("/", wait_until="networkidle")
    assert any(fault in told for told in open_page.take_faults())
    assert open_page.take_faults() == []


def test_a_redirect_elsewhere_is_told(serve, open_page):
    """A page on another origin is not reached, by whatever way."""

    async def away(scope, receive, send):
        if scope["type"] == "http":
            headers = [(b"location", b"http://a.example/")]
            await send({"type": "http.response.start", "status": 302, "headers": headers})
            await send({"type": "http.response.body"})

    page = open_page(serve(away))
    with pytest.raises(browser.PlaywrightError, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("/")
    assert open_page.take_faults() == ["foreign request: http://a.example/"]


CHILD = """
import pytest
from tests.test_browser import GOOD, LAX, site

def show(serve, open_page, body):
    page = open_page(serve(site(body, LAX)))
    page.goto("/")
    return page

def test_good(serve, open_page):
    show(serve, open_page, GOOD)

def test_faulty(serve, open_page):
    show(serve, open_page, "<script>console.error('bad')</script>")

def test_wrong(serve, open_page):
    assert show(serve, open_page, GOOD).title() == "Another"

@pytest.mark.xfail
def test_expected(serve, open_page):
    show(serve, open_page, "<script>throw Error('thrown')</script>")
"""


def run_child(folder: Path, **environment: str) -> str:
    """Run the tests of a file of its own; return what pytest said."""
    tests = folder / "test_child.py"
    tests.write_text(CHILD)
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "-p", "tests.browser"]
    command += ["-p", "no:cacheprovider", "--basetemp", folder / "kept", "-m", "browser", tests]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True).stdout


def test_a_fault_fails_the_test_and_the_pages_are_kept(chromium, tmp_path):
    """A good page passes; a fault fails as an assertion does; the report has picture and HTML."""
    said = run_child(tmp_path)
    assert "2 failed, 1 passed, 1 xfailed" in said
    assert "the pages were at fault:\nconsole error: bad [http://127.0.0.1:" in said
    stored = [Path(path) for path in re.findall(r"^  (/.*)$", said, re.MULTILINE)]
    assert [path.relative_to(tmp_path / "kept").as_posix() for path in stored] == [
        "test_faulty0/page-1.png",
        "test_faulty0/page-1.html",
        "test_wrong0/page-1.png",
        "test_wrong0/page-1.html",
    ]
    assert stored[0].read_bytes().startswith(b"\x89PNG")
    assert "console.error('bad')" in stored[1].read_text()


def test_without_chromium_the_tests_are_skipped_and_say_why(tmp_path):
    """Each of them is skipped, with what to install."""
    said = run_child(tmp_path, PATH=str(tmp_path), AKIN_CHROMIUM="")
    assert "== 4 skipped in" in said
    assert ": no Chromium: `apt-get install chromium` (Debian)" in said


def test_chromium_is_found_by_any_of_its_names(tmp_path, monkeypatch):
    """The one that is asked for comes first, then those on the PATH in order; none is None."""
    monkeypatch.delenv("AKIN_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browser.find_chromium() is None
    for name in ("google-chrome", "chromium"):
        executable = tmp_path / name
        executable.touch(0o755)
        assert browser.find_chromium() == str(executable)
    monkeypatch.setenv("AKIN_CHROMIUM", "/opt/chromium")
    assert browser.find_chromium() == "/opt/chromium"


@pytest.mark.parametrize("options", [{}, NO_SCRIPT])
def test_what_axe_finds_is_listed(serve, open_page, options):
    """A picture without words and pale text fail, under a strict policy, each with its place."""
    pale = '<p id="pale"><font color="#bbbbbb">Pale text.</font></p>'
    page = open_page(serve(site(f'{GOOD}<img id="mute" src="/">{pale}')), **options)
    page.goto("/")
    with pytest.raises(pytest.fail.Exception) as failed:
        accessible(page)
    assert str(failed.value).splitlines() == [
        f"{page.url} is not accessible:",
        "color-contrast (serious): Elements must meet minimum color contrast ratio thresholds",
        "  font",
        "image-alt (critical): Images must have alternative text",
        "  #mute",
    ]


def test_axe_measures_what_is_to_be_touched(serve, open_page):
    """The rule of WCAG 2.2 that axe leaves off by default is on."""
    buttons = "<button>a</button><button>b</button>"
    page = open_page(serve(site(GOOD + SMALL + buttons, LAX)), **PHONE)
    page.goto("/")
    with pytest.raises(pytest.fail.Exception, match=r"target-size \(serious\)"):
        accessible(page)


@pytest.mark.parametrize("options", [{}, NO_SCRIPT, {**PHONE, **DARK}])
def test_axe_passes_a_clean_page(serve, open_page, options):
    """A strict policy does not stop it, nor does a browser without scripts, nor is it a fault."""
    page = open_page(serve(site(GOOD)), **options)
    page.goto("/")
    accessible(page)
    accessible(page)
    assert open_page.take_faults() == []


def test_other_tests_can_use_asyncio(chromium):
    """While the browser waits for the next page, its event loop is nobody's business."""
    assert asyncio.run(asyncio.sleep(0, "done")) == "done"


@pytest.mark.parametrize(
    ("commands", "calls", "warned"),
    [
        ({"chromium": ""}, "make test", False),
        ({"google-chrome": "", "apt-get": "echo apt-get"}, "make test", False),
        ({}, "make test", True),
        ({"apt-get": 'echo "apt-get $1"; exit 100'}, "apt-get update, make test", True),
        ({"apt-get": 'echo "apt-get $1"'}, "apt-get update, apt-get install, make test", False),
    ],
)
def test_ci_gets_chromium_where_it_can(tmp_path, commands, calls, warned):
    """Whatever comes of it, the tests are run, and their exit code is that of the whole."""
    needed = {"make": 'echo "make $1"; exit 7', "dirname": f"echo '{ROOT}/.ci'"}
    for name, script in {**needed, **commands}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    command = [shutil.which("bash"), ".ci/run"]
    environment = {"PATH": str(tmp_path)}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (ran.stdout.splitlines(), ran.returncode) == (calls.split(", "), 7)
    assert ("no Chromium could be installed" in ran.stderr) == warned
