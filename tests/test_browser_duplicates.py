"""The page of duplicates in a real browser: decided without scripts, on a phone, by keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from indexer.merging.decision_file import NAME, read_decisions
from search_api.app import create_app
from tests.browser import DARK, NO_SCRIPT, PHONE, accessible
from tests.fakes import FakeEncoder
from tests.test_duplicate_pages import folder, index

__all__ = ["folder", "index"]


@pytest.fixture
def origin(serve, index) -> str:
    return serve(create_app(index, lambda manifest: FakeEncoder(), deciders="here"))


@pytest.mark.parametrize("options", [{}, NO_SCRIPT])
def test_a_pair_is_decided_and_undone(open_page, origin, folder, options):
    """By buttons that need no script; what was decided leaves the list, and comes back."""
    page = open_page(origin, **options)
    page.goto("/")
    page.get_by_role("link", name="Duplicates").click()
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.locator(".compared mark")).not_to_have_count(0)
    accessible(page)
    page.get_by_role("button", name="Apart").click()
    expect(page.get_by_text("Nothing is left to be decided here.")).to_be_visible()
    expect(page.locator(".note")).to_contain_text("rebuild-index")
    (made,) = read_decisions(folder / NAME).decisions
    assert (made.verdict, made.where) == ("apart", "the page of duplicates")
    page.get_by_role("link", name="Decided 1").click()
    accessible(page)
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("link", name="Possible 1").click()
    expect(page.get_by_role("article")).to_have_count(1)


def test_a_merged_record_is_taken_out_on_a_phone_in_the_dark(open_page, origin, folder):
    """From the paper's page to the list, with what is ticked; nothing is wider than the phone."""
    page = open_page(origin, **PHONE, **DARK)
    page.goto("/papers/doi:10.1000/otters")
    page.get_by_role("link", name="Take it apart").click()
    accessible(page)
    page.get_by_role("checkbox", name="papers/a.ris, line 26, is another paper").check()
    page.get_by_role("button", name="Apart").click()
    expect(page.get_by_text("Some of these records were said")).to_be_visible()
    assert read_decisions(folder / NAME).decisions[0].verdict == "apart"
    for state in ("/duplicates", "/duplicates?show=decisions"):
        page.goto(state)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_form_of_another_site_decides_nothing(open_page, origin, folder, serve):
    """A page elsewhere may send the form, and is refused."""

    async def elsewhere(scope, receive, send):
        if scope["type"] != "http":
            return
        form = (
            f'<form method="post" action="{origin}/duplicates"><input name="decision" value="same">'
            '<input name="records" value="doi:10.1000/tides">'
            '<input name="others" value="doi:10.1000/otters"><button>Go</button></form>'
        )
        head = [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": form.encode()})

    page = open_page(serve(elsewhere))
    page.goto("/")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Decision not taken")
    page.wait_for_load_state("networkidle")
    open_page.take_faults()  # it asked another origin, as it was meant to
    assert not (folder / NAME).exists()
