"""Compare and Data in a real browser: they follow the stage and never move it, typed weights reach it, files arrive."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tools import live

Opener = Callable[..., live.Stage]
FREE = {"lesson": "free", "cell": "lstm", "text": "one two = four", "units": 5, "lang": "en"}


def chart(page: Page) -> Locator:
    return page.get_by_test_id("chart")


def part(page: Page, name: str) -> None:
    page.locator(".st-key-data-part").get_by_role("radio", name=name).click()
    live.wait_for_rest(page)


def at_rest(page: Page) -> None:
    """The stage reports where it rests a little later, and the panels follow."""
    page.wait_for_timeout(500)
    live.wait_for_rest(page)


def type_weight(page: Page, row: int, column: int, text: str) -> None:
    """Into the table of weights, which is drawn on a canvas: by the keyboard, from its first field."""
    grid = page.locator("[class*=st-key-data-editor] canvas").first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 20, box["y"] + 50)  # the last field of the first row
    for key, count in (("ArrowLeft", 5 - column), ("ArrowDown", row - 1)):
        for _ in range(count):
            page.keyboard.press(key)
    page.keyboard.press("Enter")
    field = page.locator("#portal input")
    field.fill(text)
    field.press("Enter")


def test_compare_follows_the_stage_at_rest_and_never_moves_it(page: Page, open_link: Opener) -> None:
    start = open_link(**FREE, panel="compare", step=2, phase="cell")
    expect(chart(page).locator("[data-now]")).to_have_text("two")
    expect(chart(page).locator(".heatmaplayer image")).to_have_count(3)
    page.locator(".st-key-compare-quantities").get_by_role("button", name="forget gate").click()
    expect(chart(page).locator(".heatmaplayer image")).to_have_count(4)
    page.locator(".st-key-compare-show").get_by_role("radio", name="Difference").click()
    live.wait_for_rest(page)
    assert live.stage(page) == start and "compare=" in page.url
    page.get_by_test_id("last").click()
    at_rest(page)
    expect(chart(page).locator("[data-now]")).to_have_text("four")
    assert live.stage(page).run == start.run and "compare=" in page.url


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("options", [{"color_scheme": "light"}, {"color_scheme": "dark"}], ids=["light", "dark"])
@pytest.mark.parametrize("panel", ["compare", "data"])
def test_axe_finds_nothing_serious_in_the_panels(page: Page, open_link: Opener, panel: str, lang: str) -> None:
    open_link(panel=panel, lang=lang)
    page.locator(f".st-key-{panel}-{'cells' if panel == 'compare' else 'part'}").wait_for()
    live.wait_for_rest(page)
    found = Axe().run(page).response["violations"]
    # Streamlit's own widgets are not ours to judge: what we draw is the chart and the tables.
    ours = [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
        if any(word in str(node["target"]) + node["html"] for word in ("wb-", "sg-"))
    ]
    assert ours == []


@pytest.mark.parametrize("options", [{"viewport": {"width": 390, "height": 844}}], ids=["phone"])
@pytest.mark.parametrize("panel", ["compare", "data"])
def test_a_phone_does_not_scroll_sideways(page: Page, open_link: Opener, panel: str) -> None:
    open_link(panel=panel, lang="zh")
    live.wait_for_rest(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


def test_a_typed_weight_reaches_the_stage_and_can_be_taken_back(page: Page, open_link: Opener) -> None:
    start = open_link(**FREE, panel="data", step=3, phase="input")
    part(page, "Weights")
    type_weight(page, 2, 3, "0.75")
    tweaked = live.wait_for_run(page, other_than=start.run)
    assert (tweaked.step, tweaked.phase) == (3, "input")
    assert "w.W_xf.2.3:0.75" in page.evaluate("decodeURIComponent(location.search)")
    type_weight(page, 1, 1, "99")  # more than a weight may be
    live.wait_for_run(page, other_than=tweaked.run)
    assert "w.W_xf.1.1:10" in page.evaluate("decodeURIComponent(location.search)")
    page.get_by_role("button", name="Reset all weights").click()
    page.locator(f'[data-testid="stage"][data-run="{start.run}"]').wait_for()
    assert "tweaks" not in page.url


def test_files_arrive_under_names_that_say_what_they_are(page: Page, open_link: Opener, tmp_path: Path) -> None:
    open_link(**FREE, panel="data", step=2, phase="forget")

    def load(key: str) -> Path:
        with page.expect_download() as arriving:
            page.locator(f".st-key-{key}").get_by_role("button").first.click()
        path = tmp_path / arriving.value.suggested_filename
        arriving.value.save_as(path)
        return path

    table = load("data-csv")
    assert table.name == "sluicegate_lstm_free_4-steps_5-units_all.csv"
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"))))
    assert len(rows) == 4 * (8 + 6 * 5) and {row["token"] for row in rows} == {"one", "two", "'=", "four"}
    run = load("data-npz")
    with np.load(run, allow_pickle=False) as file:
        assert run.name.endswith("_run.npz") and file["f"].shape == (4, 5) and file["W_xf"].shape == (8, 5)
        first = file["f"][1]
    part(page, "Python")
    script = load("data-python")
    assert script.name.endswith("_step-2_forget.py")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    printed = [float(word) for word in done.stdout.replace("[", " ").replace("]", " ").split()[1:]]
    np.testing.assert_allclose(printed, first, atol=1e-5)


def test_the_tables_own_export_is_not_offered(page: Page, open_link: Opener) -> None:
    """It would write a token such as = as it stands."""
    open_link(**FREE, panel="data")
    page.locator(".st-key-data-table .dvn-scroller").first.hover()
    expect(page.locator(".st-key-data-table").locator("button[aria-label^=Search]")).to_be_visible()
    expect(page.locator(".st-key-data-table").locator("button[aria-label^=Download]")).to_be_hidden()
