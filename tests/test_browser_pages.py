"""The pages in a real browser, as people use them: by mouse, by keys alone, without scripts."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from indexer.paper import Paper
from search_api.app import create_app
from tests.browser import DARK, NO_SCRIPT, PHONE, accessible
from tests.export_papers import as_source
from tests.fakes import FakeEncoder

DEFTA = "akin:8e78acac5fbcaf10"


@pytest.fixture
def results(page: Page) -> Page:
    page.goto("/?q=federated+graph+learning")
    return page


def test_a_newcomer_finds_relates_marks_and_exports(page):
    """From the empty box to a BibTeX file: search, open, related, mark two, export."""
    page.goto("/")
    page.get_by_role("searchbox").fill("peer to peer training without a central server")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"\?q=peer\+to\+peer"))
    first = page.locator(".hit").first
    expect(first.locator("h2")).to_contain_text("DeFTA")
    first.get_by_role("link", name="DeFTA").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("DeFTA")
    page.get_by_role("link", name="Related papers").click()
    expect(page).to_have_url(re.compile(rf"/related\?like={DEFTA}"))
    titles = page.locator(".hit h2")
    marked = [titles.nth(n).inner_text() for n in (0, 2)]
    for n in (0, 2):
        page.locator(".hit").nth(n).get_by_role("checkbox").check()
    page.get_by_role("button", name="More like these").click()
    near = page.locator(".near li")
    expect(near).to_have_count(3)
    assert [marked[0] in near.nth(1).inner_text(), marked[1] in near.nth(2).inner_text()] == [
        True
    ] * 2
    for n in (0, 1):
        page.locator(".hit").nth(n).get_by_role("checkbox").check()
    chosen = [titles.nth(n).inner_text() for n in (0, 1)]
    page.get_by_label("Format").select_option("bibtex")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    text = download.value.path().read_text("utf-8")
    assert download.value.suggested_filename == "akin.bib"
    assert text.count("@") >= 2
    for title in chosen:
        assert title.split(":")[0] in text


def test_filters_are_urls_and_back_takes_them_back(results):
    """Each filter is a link, is shown, is taken out by itself, and the back button undoes it."""
    about = results.locator(".about")
    everything = about.inner_text()
    results.get_by_role("link", name="LG 11").click()
    expect(results).to_have_url(re.compile("category=LG"))
    expect(about).to_contain_text("11 of 64 papers")
    results.get_by_label("From").fill("2025")
    results.get_by_role("button", name="Apply").click()
    expect(results).to_have_url(re.compile(r"year_from=2025"))
    assert "year_to" not in results.url  # what is empty is not in the URL
    assert "mode=" not in results.url
    expect(results.get_by_role("link", name="Take out: 2025 and later")).to_be_visible()
    results.go_back()
    expect(about).to_contain_text("11 of 64 papers")
    results.get_by_role("link", name="Take out: LG").click()
    expect(results).not_to_have_url(re.compile("category"))
    results.go_back()
    results.go_back()
    assert _without_time(about.inner_text()) == _without_time(everything)


def _without_time(text: str) -> str:
    return re.sub(r"[\d.]+ ms", "", text)


def test_years_are_brushed(results):
    """A drag over the histogram narrows the list to those years; a click to one."""
    bars = results.locator("[data-years] a")
    first, last = bars.nth(1).bounding_box(), bars.nth(2).bounding_box()
    results.mouse.move(first["x"] + first["width"] / 2, first["y"] + 20)
    results.mouse.down()
    results.mouse.move(last["x"] + last["width"] / 2, last["y"] + 20, steps=4)
    results.mouse.up()
    expect(results).to_have_url(re.compile(r"year_from=2024&year_to=2025"))
    expect(results.locator(".about")).to_contain_text("52 of 64 papers")
    results.locator("[data-years] a").nth(3).click()
    expect(results).to_have_url(re.compile(r"year_from=2026&year_to=2026"))


def test_a_choice_from_a_list_is_asked_for_at_once(results):
    """Order and mode need no button where scripts run."""
    results.get_by_label("Order").select_option("date")
    expect(results).to_have_url(re.compile(r"sort=date"))
    dates = results.locator(".hit time").all_inner_texts()
    assert dates == sorted(dates, reverse=True)
    results.get_by_label("Search by").select_option("lexical")
    expect(results).to_have_url(re.compile(r"mode=lexical"))
    expect(results).to_have_url(re.compile(r"sort=date"))


def test_abstract_and_why_open_in_place(results):
    """The strongest sentence is marked, words are tinted, and the URL stays."""
    here = results.url
    first = results.locator(".hit").first
    expect(first.locator(".preview .strongest")).to_be_visible()
    expect(first.locator(".full")).to_be_hidden()
    first.locator(".abstract summary").click()
    expect(first.locator(".full .strongest")).to_be_visible()
    assert first.locator(".full mark").count() > 0
    first.locator(".why summary").click()
    expect(first.locator(".why .tinted .for").first).to_be_visible()
    expect(first.locator(".why table")).to_contain_text("Meaning (cosine)")
    assert results.url == here


def test_a_rebuild_puts_no_abstract_under_another_title(serve, open_page, index, build, tmp_path):
    """Sentences of a newer index, of another order, go to the papers that they are of."""
    first = Paper("x", "On graphs", "Graphs are joined.")
    build(as_source(tmp_path / "old.jsonl", [first]))
    app = create_app(index, lambda manifest: FakeEncoder())
    page = open_page(serve(app))

    def later(route):
        better = Paper("x", "Graphs graphs graphs", "Graphs and graphs and more graphs.")
        build(as_source(tmp_path / "new.jsonl", [better, first]))
        while app.state.live.serving().papers == 1:
            time.sleep(0.05)
        route.continue_()

    page.route("**/snippets?*", later)
    page.goto("/?q=graphs")
    expect(page.locator("[data-snippets='']")).to_have_count(1)  # all have come
    expect(page.locator(".preview")).to_have_text("Graphs are joined.")


def test_keys_alone_are_enough(page):
    """From the box to a related paper and back, to marks and the reading list, by keys."""
    page.goto("/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("federated graph learning /jk?")
    expect(page.get_by_role("searchbox")).to_have_value("federated graph learning /jk?")
    page.keyboard.press("Enter")
    expect(page.locator(".hit").first).to_be_visible()
    page.locator("main").focus()
    for key, place in [("j", 0), ("j", 1), ("j", 2), ("k", 1)]:
        page.keyboard.press(key)
        expect(page.locator(".hit").nth(place).locator("h2 a")).to_be_focused()
    title = page.locator(".hit h2").nth(1).inner_text()
    page.keyboard.press("o")
    expect(page.locator(".hit").nth(1).locator(".full")).to_be_visible()
    page.keyboard.press("x")
    expect(page.locator(".hit").nth(1).get_by_role("checkbox")).to_be_checked()
    expect(page.locator("[data-marks-count]")).to_have_text("1 marked:")
    page.keyboard.press("s")
    expect(page.locator("[data-list-count]")).to_have_text("1")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".hit").nth(1).locator("h2 a").focus()
    page.keyboard.press("r")
    expect(page.locator(".near li")).to_contain_text(title)
    page.go_back()
    page.locator(".hit").nth(1).locator("h2 a").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_keys_can_be_turned_off(results):
    """Who dictates, or types by accident, is not thrown about; the choice is kept."""
    results.keyboard.press("?")
    results.get_by_label("Single-key shortcuts").uncheck()
    results.keyboard.press("Escape")
    results.reload()
    results.locator("main").focus()
    results.keyboard.press("j")
    expect(results.locator(".hit h2 a").first).not_to_be_focused()
    results.get_by_role("button", name="Keyboard").click()
    expect(results.get_by_label("Single-key shortcuts")).not_to_be_checked()


def test_the_reading_list_is_kept_here_and_exported(results):
    """Saved papers are on their page after a reload, go out in any format, and can be undone."""
    for n in (0, 1):
        results.locator(".hit").nth(n).get_by_role("button", name="Save").click()
    titles = [results.locator(".hit h2").nth(n).inner_text() for n in (0, 1)]
    results.get_by_role("link", name="Reading list 2").click()
    expect(results.locator("[data-list] li")).to_have_count(2)
    assert results.locator("[data-list] a").all_inner_texts() == titles
    for name, begins in [("ris", "TY  -"), ("csl-json", "["), ("bibtex", "@")]:
        results.get_by_label("Format").select_option(name)
        with results.expect_download() as download:
            results.get_by_role("button", name="Export").click()
        text = download.value.path().read_text("utf-8")
        assert text.lstrip("\ufeff").startswith(begins)
        assert all(title.split(":")[0] in text for title in titles)
    results.get_by_role("button", name=f"Remove {titles[0]}").click()
    expect(results.locator("[data-list] li")).to_have_count(1)
    results.reload()
    expect(results.locator("[data-list] li")).to_have_count(1)
    results.get_by_role("button", name="Remove all").click()
    expect(results.locator("[data-list] li")).to_have_count(0)
    results.get_by_role("button", name="Undo").click()
    expect(results.locator("[data-list] li")).to_have_count(1)


def test_saving_asks_the_server_nothing(results):
    """Before an export nothing tells the service which papers are in the list."""
    results.wait_for_load_state("networkidle")
    asked = []
    results.on("request", lambda request: asked.append(request.url))
    results.locator(".hit").first.get_by_role("button", name="Save").click()
    expect(results.locator("[data-list-count]")).to_have_text("1")
    assert asked == []


def test_a_broken_list_in_the_storage_breaks_nothing(page):
    """What somebody else left under that name is not a list."""
    page.goto("/list")
    for left in ("{", "7", '[1, {"id": 2}, {"id": "akin:x"}]'):
        page.evaluate("text => localStorage.setItem('akin.list', text)", left)
        page.reload()
        expect(page.locator("[data-list] li")).to_have_count(1 if "akin:x" in left else 0)


def test_a_citation_is_one_click(page):
    """BibTeX comes down as a file, and goes to the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/papers/{DEFTA}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download BibTeX").click()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == download.value.path().read_text("utf-8")
    assert "DeFTA" in copied


def test_without_scripts_search_related_and_export_work(open_page, seed_site):
    """The newcomer's path with scripts turned off, and why on a page of its own."""
    page = open_page(seed_site, **NO_SCRIPT)
    page.goto("/")
    page.get_by_role("searchbox").fill("federated graph learning")
    page.get_by_role("button", name="Search").click()
    page.get_by_label("Order").select_option("date")
    page.get_by_role("button", name="Apply").click()
    assert "sort=date" in page.url
    page.get_by_role("link", name="LG 11").click()
    page.locator(".hit").first.locator(".why summary").click()
    page.locator(".hit").first.get_by_role("link", name="Why this paper is here").click()
    expect(page.locator(".tinted .for").first).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    for n in (0, 1):
        page.locator(".hit").nth(n).get_by_role("checkbox").check()
    page.get_by_role("button", name="More like these").click()
    expect(page.locator(".near li")).to_have_count(2)
    page.locator(".hit").first.get_by_role("checkbox").check()
    page.get_by_role("button", name="Not like these").click()
    expect(page.locator(".near li")).to_have_count(3)
    page.locator(".hit").first.get_by_role("checkbox").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert download.value.path().read_text("utf-8").startswith("@")
    page.goto("/related")
    page.get_by_label("An abstract").fill("Peers train a model without a server.")
    page.get_by_role("button", name="Find papers near it").click()
    assert "text=Peers" in page.url
    expect(page.locator(".hit")).to_have_count(10)
    page.goto("/list")
    expect(page.get_by_text("scripts are turned off")).to_be_visible()


def test_an_abstract_of_any_length_can_be_pasted(page):
    """The longest text that can be asked is a URL, too, in any script."""
    page.goto("/related")
    page.get_by_label("An abstract").fill("图" * 20_000)
    page.get_by_role("button", name="Find papers near it").click()
    expect(page.locator(".hit").first).to_be_visible()
    assert len(page.url) > 9 * 20_000


def test_the_theme_is_chosen_and_kept(page):
    """System, light, dark; the next page has it from the first moment on."""
    page.goto("/")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name="System theme").click()
    page.get_by_role("button", name="Light theme").click()
    dark = page.evaluate(background)
    assert dark != light
    page.goto("/?q=graphs")
    assert page.evaluate(background) == dark


def test_a_dark_page_is_printed_dark_on_light(page):
    """A theme that was chosen is for screens: light letters would vanish on paper."""
    page.goto("/")
    for name in ("System theme", "Light theme"):
        page.get_by_role("button", name=name).click()
    colour = "getComputedStyle(document.body).color"
    assert page.evaluate(colour) == "rgb(232, 233, 230)"
    page.emulate_media(media="print")
    assert page.evaluate(colour) == "rgb(27, 30, 33)"


def test_keys_go_through_a_list_without_asking(results):
    """By arrow keys a choice is changed step by step: it is asked for when that is said."""
    url = results.url
    results.get_by_label("Search by").focus()
    results.keyboard.press("ArrowDown")
    expect(results.get_by_label("Search by")).to_have_value("semantic")
    results.wait_for_timeout(300)
    assert results.url == url
    results.get_by_role("button", name="Apply").press("Enter")
    expect(results).to_have_url(re.compile("mode=semantic"))


def test_the_focus_stays_in_the_reading_list(page):
    """Whoever removes a paper by keys stands at the next one, and hears that it is gone."""
    page.goto("/list")
    papers = [{"id": f"akin:{n}", "title": f"Paper {n}"} for n in range(3)]
    page.evaluate("papers => localStorage.setItem('akin.list', JSON.stringify(papers))", papers)
    page.reload()
    page.get_by_role("button", name="Remove Paper 1").press("Enter")
    expect(page.get_by_role("button", name="Remove Paper 2")).to_be_focused()
    expect(page.locator("[data-status]")).to_have_text("Removed Paper 1")
    page.get_by_role("button", name="Remove Paper 2").press("Enter")
    expect(page.get_by_role("button", name="Remove Paper 0")).to_be_focused()


def test_a_page_goes_on_once_there_is_an_index(serve, open_page, index, build, tmp_path):
    """Without an index it says what to do, and needs no reload when that is done."""
    from tests.conftest import table

    page = open_page(serve(index))
    page.goto("/?q=graphs")
    expect(page.get_by_text(f"rebuild-index --index {index.path}").first).to_be_visible()
    build(table(tmp_path / "papers.md", ("On graphs", "Graphs and more graphs.")))
    expect(page.get_by_role("link", name="On graphs")).to_be_visible(timeout=20_000)
    open_page.take_faults()  # the answers before there was one


PAGES = {
    "home": "/",
    "results": "/?q=federated+graph+learning&category=LG&min_score=0.1&k=3",
    "selection": "/?category=LG&k=3",
    "empty": "/?q=nothinghasthis&mode=lexical",
    "related": f"/related?like={DEFTA}&unlike=akin:3658c7d6024aecc0&k=3",
    "paste": "/related",
    "why": f"/papers/{DEFTA}/why?q=peer+training",
    "paper": f"/papers/{DEFTA}?q=peer",
    "list": "/list",
    "unknown": "/papers/akin:none",
    "wrong": "/?q=graphs&year_from=soon",
}


@pytest.mark.parametrize("scheme", [{}, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_axe_finds_nothing_serious(open_page, seed_site, path, scheme):
    """Every page, in light and dark, with all that opens opened."""
    page = open_page(seed_site, **scheme)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.wait_for_load_state("networkidle")
    for box in page.get_by_role("checkbox").all()[:2]:
        if box.is_visible():
            box.check()
    accessible(page)


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_a_phone_needs_no_sideways_scrolling(open_page, seed_site, path):
    """At 390 pixels nothing sticks out, and what is pressed is large enough (WCAG 2.5.8)."""
    page = open_page(seed_site, **PHONE)
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for button in page.locator("button:visible, select:visible, input:visible").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 20, button.evaluate("one => one.outerHTML")


HOSTILE = [
    "<script>document.title = 'owned'</script>",
    "<img src=x onerror=\"document.title = 'owned'\">",
    "<svg onload=alert(1)></svg>",
    "[click](javascript:alert(1))",
    "![x](https://example.org/x.png)",
    "$\\href{javascript:alert(1)}{x}$ \\immediate\\write18{id} $\\unclosed{",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "</title></textarea></style></script><b>bold</b>",
    "\u202eright to left \u0000 \ufeff",
    '" autofocus onfocus="alert(1)',
]


def test_hostile_papers_stay_text(serve, open_page, index, build, tmp_path):
    """Whatever a source holds: nothing runs, nothing is fetched, no link leads to a script."""
    papers = [
        Paper(
            f"akin:{n:016x}",
            f"Graphs {text}",
            f"On graphs and {text}. Second sentence of graphs {text}.",
            (text, "Ann Lee"),
            2020 + n % 5,
            venue=text,
            categories=(text,),
            url="javascript:alert(1)" if n % 2 else f"https://example.org/{text}",
            extra={"note": text, "links": ["javascript:alert(1)", text]},
        )
        for n, text in enumerate(HOSTILE)
    ]
    build(as_source(tmp_path / "papers.jsonl", papers))
    page = open_page(serve(index))
    page.goto("/?q=graphs&k=20")
    expect(page.locator(".hit")).to_have_count(len(HOSTILE))
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.wait_for_load_state("networkidle")
    titles = "\n".join(page.locator(".hit h2").all_inner_texts())
    for text in HOSTILE:
        assert " ".join(f"Graphs {text}".replace("\0", "").split()) in titles
    for button in page.locator("[data-save]").all():
        button.click()
    ids = [box.get_attribute("value") for box in page.locator("[name=mark]").all()]
    for path in [
        "/list",
        "/map",
        f"/map?q={HOSTILE[0]}",
        f"/?q={HOSTILE[1]}",
        f"/?author={HOSTILE[9]}",
    ]:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        _assert_tame(page)
    for paper_id in ids:
        page.goto(f"/papers/{paper_id}?q=graphs")
        _assert_tame(page)
        page.goto(f"/related?like={paper_id}")
        _assert_tame(page)
    page.goto("/map")
    page.locator("#map canvas").focus()
    for _ in HOSTILE:
        page.keyboard.press("n")
        expect(page.locator(".map-card-title")).to_be_visible()
    _assert_tame(page)


def _assert_tame(page: Page) -> None:
    assert page.title() != "owned"
    hrefs = page.eval_on_selector_all("[href]", "all => all.map(one => one.protocol ?? '')")
    assert set(hrefs) <= {"http:", "https:", "ftp:", ""}
    assert (
        page.locator(
            "main img, main svg:not(.years), main b, main [onload], main [onfocus]"
        ).count()
        == 0
    )
