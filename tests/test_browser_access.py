"""Everybody can use it: axe finds nothing serious, and it fits people's screens. Leaves screenshots."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tools import live

SCREENS = {"desk": (1920, 1080), "laptop": (1366, 768), "phone": (390, 844)}
THEMES = ("light", "dark")


def screen(name: str, theme: str) -> dict:
    width, height = SCREENS[name]
    return {"viewport": {"width": width, "height": height}, "color_scheme": theme}


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical: rule, place, and what is wrong."""
    found = Axe().run(page)
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found.response["violations"]
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("options", [screen("desk", t) for t in THEMES], ids=THEMES)
def test_axe_finds_nothing_serious(page: Page, open_link, lang: str) -> None:
    open_link(lang=lang)
    assert serious(page) == []
    live.tweak(page, "bias-f").wait_for()
    assert serious(page) == []


@pytest.mark.parametrize(
    ("name", "options"),
    [pytest.param(n, screen(n, t), id=f"{n}-{t}") for n in SCREENS for t in THEMES],
)
def test_it_fits(page: Page, open_link, artifacts: Path, name: str, options: dict) -> None:
    open_link(lang="en")
    page.wait_for_timeout(500)
    page.screenshot(path=artifacts / f"{name}-{options['color_scheme']}.png")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= SCREENS[name][0], "the page scrolls sideways"
    box = live.stage_root(page).bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= SCREENS[name][0] + 1
    if name == "desk":
        assert box["y"] + box["height"] <= SCREENS[name][1], "the stage needs scrolling at 1920 x 1080"


def test_both_themes_are_painted(page: Page, open_link) -> None:
    open_link(lang="en")
    light = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    page.emulate_media(color_scheme="dark")
    page.reload()
    live.wait_for_run(page)
    dark = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(16, 21, 28)")
    assert live.stage_root(page).get_attribute("data-theme") == "dark"
