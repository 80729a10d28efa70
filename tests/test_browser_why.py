"""Why and Memory in a real browser: rows lead to what they came from, the clocks stay, pictures change in place."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.test_browser_access import screen, serious
from tools import live

TEXT = "The plot was slow, but the ending was not boring"
REVIEW = {"lesson": "review", "text": TEXT, "lang": "en", "step": 6}
PICTURE, CHART = "[data-testid=picture][data-drawn]", "[data-testid=chart][data-drawn]"


def rows(page: Page) -> Locator:
    page.locator(PICTURE).wait_for()
    live.wait_for_rest(page)
    return page.get_by_test_id("picture-row")


def about(page: Page, number: str) -> None:
    """Wait until the panel is about this number."""
    expect(page.locator(PICTURE)).to_have_attribute("aria-label", re.compile(f"^{number}, is "))
    live.wait_for_rest(page)


def test_a_row_leads_one_step_back_and_a_crumb_leads_home(page: Page, open_link: Callable[..., live.Stage]) -> None:
    before = open_link(**REVIEW, panel="why", sel="f.1.6")
    rows(page).filter(has_text="unit 5").click()
    about(page, "h₅, unit 5")
    rows(page).nth(1).click()  # h = o ⊙ tanh(c): to c
    about(page, "c₅, unit 5")
    after = live.stage(page)
    assert (after.step, after.phase, after.run) == (before.step, before.phase, before.run)
    assert "sel=c.5.5" in page.url
    page.locator(".st-key-why-crumb-0 button").click()
    about(page, "f₆, unit 1")
    assert live.stage(page).step == before.step and "sel=f.1.6" in page.url
    expect(page.locator("[class*=st-key-why-crumb]")).to_have_count(0)


def test_the_keyboard_walks_too(page: Page, open_link: Callable[..., live.Stage]) -> None:
    before = open_link(**REVIEW, panel="why", sel="c.7.4")
    rows(page).first.focus()
    page.keyboard.press("Enter")
    about(page, "c₃, unit 7")
    expect(page.get_by_test_id("picture-row").first).to_be_focused()
    page.keyboard.press(" ")  # the row's own key, not the stage's
    about(page, "c₂, unit 7")
    assert not live.stage(page).playing and live.stage(page).step == before.step


def test_small_terms_unfold(page: Page, open_link: Callable[..., live.Stage]) -> None:
    open_link(**REVIEW, panel="why", sel="f.1.6")
    folded = rows(page).count()
    rows(page).last.click()
    expect(page.get_by_test_id("picture-row")).to_have_count(8)  # one for each unit of h
    assert folded < 8


@pytest.mark.parametrize(("panel", "drawn"), [("why", PICTURE), ("memory", CHART)])
def test_a_slider_changes_the_picture_in_place(
    page: Page, open_link: Callable[..., live.Stage], panel: str, drawn: str
) -> None:
    before = open_link(**REVIEW, panel=panel, sel="c.7.6")
    picture = page.locator(drawn)
    picture.wait_for()
    picture.evaluate("node => { node.mine = true }")
    first = picture.get_attribute("data-drawn")
    slider = live.tweak(page, "bias-f")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    live.wait_for_run(page, other_than=before.run)
    expect(picture).not_to_have_attribute("data-drawn", first or "")
    assert picture.evaluate("node => node.mine") is True  # no remount: nothing flickers
    after = live.stage(page)
    assert (after.step, after.phase) == (before.step, before.phase)


def test_a_token_of_the_memory_is_looked_back_from(page: Page, open_link: Callable[..., live.Stage]) -> None:
    before = open_link(**REVIEW, panel="memory", sel="c.7.10")
    page.locator(CHART).wait_for()
    expect(page.locator("[data-testid=chart-token][data-now]")).to_have_text("not")
    page.get_by_test_id("chart-token").filter(has_text="slow").click()
    expect(page.locator("[data-testid=chart-token][data-now]")).to_have_text("slow")
    live.wait_for_rest(page)
    assert "sel=c.7.4" in page.url and live.stage(page).step == before.step
    page.get_by_test_id("chart-token").first.click()  # the initial state is no step
    live.wait_for_rest(page)
    assert "sel=c.7.4" in page.url


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize(("panel", "drawn"), [("why", PICTURE), ("memory", CHART)])
@pytest.mark.parametrize(
    "options",
    [
        pytest.param(screen(name, theme), id=f"{name}-{theme}")
        for name, theme in (("laptop", "dark"), ("phone", "light"))
    ],
)
def test_it_fits_and_axe_finds_nothing_serious(
    page: Page, open_link: Callable[..., live.Stage], panel: str, drawn: str, cell: str, options: dict
) -> None:
    open_link(**{**REVIEW, "lang": "zh"}, cell=cell, panel=panel)
    page.locator(drawn).wait_for()
    live.wait_for_rest(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"]
    assert serious(page) == []
