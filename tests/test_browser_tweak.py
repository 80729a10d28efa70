"""Tweaks in a real browser: the picture follows the slider, and nothing else moves."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from tools import live

SCENE = {
    "lesson": "free",
    "cell": "lstm",
    "text": "I grew up in France and I speak fluent French",
    "units": 8,
    "seed": 0,
    "step": 4,
    "phase": "cell",
    "sel": "c.2.3",
    "lang": "en",
}


def press(page: Page, slider: str, key: str = "ArrowRight", times: int = 3) -> live.Stage:
    """Move a slider by keys and wait for the picture of its last value."""
    before = live.stage(page).run
    handle = live.tweak(page, slider)
    handle.focus()
    for _ in range(times):
        page.keyboard.press(key)
    live.wait_for_run(page, other_than=before)
    page.wait_for_timeout(400)
    live.wait_for_rest(page)
    return live.stage(page)


@pytest.mark.parametrize(("slider", "written"), [("bias-f", "b.f:"), ("gain-x-i", "x.i:"), ("gain-h-o", "h.o:")])
def test_a_tweak_changes_numbers_in_place(page: Page, open_link, slider: str, written: str) -> None:
    first = open_link(**SCENE)
    root = live.stage_root(page)
    root.evaluate("root => { root.marked = true }")
    pictures = live.shown(page)
    now = press(page, slider)
    assert (now.step, now.phase, now.playing) == (first.step, first.phase, False)
    assert now.run != first.run
    assert live.shown(page) != pictures
    assert root.evaluate("root => root.marked === true"), "the stage was mounted again"
    address = parse_qs(urlsplit(page.url).query)
    assert address["sel"] == [SCENE["sel"]]
    assert address["tweaks"][0].startswith(written)


def test_a_drag_gives_pictures_on_the_way(page: Page, open_link) -> None:
    open_link(**SCENE)
    slider = live.tweak(page, "bias-f")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    seen = set()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for k in range(60):
        page.mouse.move(box["x"] + box["width"] * (0.5 + k / 200), box["y"] + box["height"] / 2)
        seen.add(live.stage(page).run)
    page.mouse.up()
    assert len(seen) >= 5, "the picture waited for the mouse to let go"


def test_a_clamp_pins_the_gate_and_reset_brings_the_first_numbers_back(page: Page, open_link) -> None:
    first = open_link(**SCENE, tweaks="k.f:0,b.o:2")
    clean = open_link(**SCENE)
    assert first.run != clean.run
    changed = press(page, "bias-o")
    assert changed.run != clean.run
    page.get_by_test_id("reset-all").click()
    live.wait_for_run(page, other_than=changed.run)
    assert live.stage(page).run == clean.run
    assert "tweaks" not in parse_qs(urlsplit(page.url).query)
