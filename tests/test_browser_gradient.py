"""The gradient panel in a real browser: in line with the stage, moved by clicks, its paths lit, without complaint."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tools import live

REVIEW = {"lesson": "review", "panel": "gradient", "lang": "en"}
VIEWS = ("flow", "together", "vanishing", "paths")
TEXT = "The plot was slow, but the ending was not boring"


def drawn(page: Page, count: int = 1) -> None:
    expect(page.locator("[data-testid=chart][data-drawn]")).to_have_count(count)
    live.wait_for_rest(page)


def view(page: Page, place: int) -> None:
    page.locator(".st-key-gradient-view button").nth(place).click()
    live.wait_for_rest(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_every_view_is_drawn(
    page: Page, open_link: Callable[..., live.Stage], scheme: str, lang: str, cell: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    open_link(**REVIEW | {"lang": lang, "cell": cell, "text": TEXT})
    drawn(page)
    for place, charts in ((1, 1), (2, 2), (0, 1)):
        view(page, place)
        drawn(page, charts)
    view(page, 3)
    expect(page.get_by_test_id("paths").get_by_test_id("path")).to_have_count(3)


def test_the_columns_are_those_of_the_stage(page: Page, open_link: Callable[..., live.Stage]) -> None:
    open_link(**REVIEW | {"text": TEXT})
    drawn(page)
    for tray in (False, True):
        if tray:
            page.get_by_test_id("tray").click()
            page.wait_for_timeout(400)
        above = page.locator(".sg-stage .sg-token").evaluate_all("all => all.map(t => t.getBoundingClientRect().x)")
        below = page.get_by_test_id("chart-token").evaluate_all("all => all.map(t => t.getBoundingClientRect().x)")
        assert below == pytest.approx(above, abs=2), "open tray" if tray else "shut tray"


def test_a_token_of_the_chart_moves_the_target(page: Page, open_link: Callable[..., live.Stage]) -> None:
    before = open_link(**REVIEW | {"text": TEXT, "sel": "c.2.9", "step": 9})
    drawn(page)
    expect(page.locator("[data-testid=chart-token][data-now]")).to_have_attribute("aria-label", "Step 9: was")
    page.get_by_test_id("chart-token").nth(3).click()
    expect(page.locator("[data-testid=chart-token][data-now]")).to_have_attribute("aria-label", "Step 4: slow")
    live.wait_for_rest(page)
    after = live.stage(page)
    assert (after.step, after.phase) == (before.step, before.phase), "choosing a target moves no clock"


def test_a_cell_of_the_stage_becomes_the_target(page: Page, open_link: Callable[..., live.Stage]) -> None:
    open_link(**REVIEW | {"text": TEXT, "step": 11, "phase": "output"})
    drawn(page)
    expect(page.get_by_text("The loss is")).to_be_visible()
    grid = page.locator(".sg-stage .sg-grid").bounding_box()
    assert grid is not None
    page.mouse.click(grid["x"] + grid["width"] * 4.5 / 11, grid["y"] + 12)
    expect(page.locator("[data-testid=chart-token][data-now]")).to_have_attribute("aria-label", "Step 5: ,")
    expect(page.get_by_text("The loss is")).to_have_count(0)


def test_a_path_lights_up_and_its_terms_add_up(page: Page, open_link: Callable[..., live.Stage]) -> None:
    open_link(**REVIEW | {"text": TEXT})
    drawn(page)
    view(page, 3)
    drawing = page.get_by_test_id("paths")
    paths = drawing.get_by_test_id("path")
    expect(paths.nth(2)).to_have_attribute("aria-pressed", "true")
    lit = drawing.locator("path.sg-edge[data-lit]")
    for place, edges in ((0, 2), (1, 3), (2, 4)):
        paths.nth(place).click()
        expect(lit).to_have_count(edges)
    for target, count in (("h1", 3), ("h2", 2), ("h3", 1), ("W_hx", 6), ("W_hh", 6), ("W_qh", 3)):
        drawing.locator(f"[data-target={target}]").click()
        expect(paths).to_have_count(count)
        terms = [number(text) for text in drawing.locator("[data-testid=path] > b").all_text_contents()]
        total = number(drawing.locator(".sg-term-total > b").text_content() or "")
        assert sum(terms) == pytest.approx(total, abs=0.0006 * len(terms))


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def test_a_phone_has_room_for_everything(page: Page, open_link: Callable[..., live.Stage]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_link(**REVIEW | {"text": TEXT})
    for place in range(4):
        view(page, place)
        width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
        assert width <= 390, VIEWS[place]
