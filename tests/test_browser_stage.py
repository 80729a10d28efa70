"""The stage in a real browser: what a visitor sees first, how it plays, and every way to move it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tools import live

LSTM = ["forget", "input", "cell", "output"]
SHORT = {"lesson": "free", "cell": "lstm", "text": "I grew up in France", "units": 8, "seed": 0, "lang": "en"}


def place(page: Page) -> tuple[int, str]:
    now = live.stage(page)
    return now.step, now.phase


def arrives(page: Page, step: int, phase: str) -> None:
    """The stage gets to this place, soon."""
    page.locator(f'[data-testid="stage"][data-step="{step}"][data-phase="{phase}"]').wait_for()


def quiet(page: Page) -> None:
    """Let the stage report where it rests, so that what follows is counted from silence."""
    page.wait_for_timeout(600)
    live.wait_for_rest(page)


def test_the_first_picture_is_a_trained_cell_that_has_read_a_sentence(page: Page, open_link) -> None:
    first = open_link(lang="en")
    assert first.run and first.phase == "forget" and not first.playing
    tokens = page.get_by_test_id("token").all_inner_texts()
    assert tokens[:3] == ["The", "plot", "was"]
    pictures = live.shown(page)
    assert len(pictures) == 6 and len(set(pictures)) == 6
    expect(page.get_by_test_id("play")).to_be_in_viewport()
    expect(page.locator("[data-testid=stException], [data-testid=stAlert]")).to_have_count(0)
    address = parse_qs(urlsplit(page.url).query)
    assert address["lesson"] == ["review"] and address["cell"] == ["lstm"]


def test_playing_sends_no_message(page: Page, watch: live.Watch, open_link) -> None:
    open_link(**SHORT, step=1, phase="output")
    page.get_by_test_id("speed").select_option("4")
    quiet(page)
    before = watch.messages
    page.get_by_test_id("play").click()
    page.locator('[data-testid="stage"]:not([data-step="1"])').wait_for()
    assert live.stage(page).playing
    assert watch.messages == before
    page.get_by_test_id("play").click()
    assert not live.stage(page).playing
    quiet(page)
    assert watch.messages > before, "the place of rest was not reported"
    assert parse_qs(urlsplit(page.url).query)["step"] == [str(live.stage(page).step)]


def test_playing_stops_at_the_end_and_starts_over_from_there(page: Page, open_link) -> None:
    open_link(**SHORT, step=5, phase="cell")
    page.get_by_test_id("speed").select_option("4")
    page.get_by_test_id("play").click()
    arrives(page, 5, "output")
    page.locator('[data-testid="stage"][data-playing="false"]').wait_for()
    assert place(page) == (5, "output")
    page.get_by_test_id("play").click()
    arrives(page, 1, "forget")


def test_buttons(page: Page, open_link) -> None:
    open_link(**SHORT, step=2)
    for button, step, phase in [
        ("last", 5, "output"),
        ("previous", 5, "cell"),
        ("first", 1, "forget"),
        ("next", 1, "input"),
    ]:
        page.get_by_test_id(button).click()
        arrives(page, step, phase)
    page.get_by_test_id("token").nth(3).click()
    arrives(page, 4, "input")


def test_keys(page: Page, open_link) -> None:
    open_link(**SHORT, step=2)
    for key, step, phase in [
        ("ArrowRight", 2, "input"),
        ("Shift+ArrowRight", 3, "input"),
        ("ArrowLeft", 3, "forget"),
        ("ArrowLeft", 2, "output"),
        ("Shift+ArrowLeft", 1, "output"),
        ("End", 5, "output"),
        ("ArrowRight", 5, "output"),
        ("Home", 1, "forget"),
        ("ArrowLeft", 1, "forget"),
    ]:
        page.keyboard.press(key)
        arrives(page, step, phase)
    page.keyboard.press("Space")
    page.locator('[data-testid="stage"][data-playing="true"]').wait_for()
    page.keyboard.press("Space")
    page.locator('[data-testid="stage"][data-playing="false"]').wait_for()


def test_keys_typed_into_the_text_field_stay_there(page: Page, open_link) -> None:
    open_link(**SHORT, step=2)
    page.locator(".st-key-text").locator("textarea, input").first.click()
    for key in ("End", "Space", "r", "c", "ArrowLeft"):
        page.keyboard.press(key)
    assert place(page) == (2, "forget") and not live.stage(page).playing


def test_the_granularity_switch_moves_by_whole_steps(page: Page, open_link) -> None:
    open_link(**SHORT, step=2)
    page.get_by_test_id("by-step").click()
    arrives(page, 2, "output")
    page.get_by_test_id("next").click()
    arrives(page, 3, "output")


def drawn(page: Page) -> list[str]:
    """Everything that is drawn, element by element; the order is left out, since lit wires are laid on top."""
    quiet(page)
    return page.locator(".sg-body").evaluate(
        """body => [...body.querySelectorAll("*")].filter((one) => one.checkVisibility({
            visibilityProperty: true, opacityProperty: true,
        })).map((one) => {
            const names = one.getAttributeNames().sort().filter((name) => name !== "style");
            const says = names.map((name) => `${name}=${one.getAttribute(name)}`);
            const own = [...one.style].filter((name) => !name.startsWith("--")); // inherited colours say nothing
            const style = own.sort().map((name) => `${name}:${one.style.getPropertyValue(name)}`);
            return [one.tagName, ...says, ...style, one.childElementCount ? "" : one.textContent].join(" ");
        }).sort()"""
    )


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_rewinding_gives_the_same_picture(page: Page, open_link, cell: str) -> None:
    open_link(**SHORT | {"cell": cell}, step=2)
    page.keyboard.press("Home")
    before = drawn(page)
    page.keyboard.press("End")
    assert drawn(page) != before
    page.keyboard.press("Home")
    assert drawn(page) == before


def test_what_is_not_computed_yet_is_not_shown(page: Page, open_link) -> None:
    """Reveal by step and phase: each phase adds numbers to the picture, in the heatmaps as in the diagram."""
    open_link(**SHORT, step=3, phase="forget")
    seen = []
    for phase in LSTM:
        arrives(page, 3, phase)
        quiet(page)
        seen.append(live.stage_root(page).screenshot(animations="disabled"))
        page.keyboard.press("ArrowRight")
    assert len(set(seen)) == len(LSTM)


def test_a_click_on_a_heatmap_selects_and_the_card_computes(page: Page, open_link) -> None:
    open_link(**SHORT, step=3, phase="output")
    picture = page.locator(".heatmaplayer image").first.bounding_box()
    assert picture is not None
    # second of five columns, third of eight rows: the forget gate of unit 3 at step 2
    page.mouse.click(picture["x"] + picture["width"] * 1.5 / 5, picture["y"] + picture["height"] * 2.5 / 8)
    quiet(page)
    assert parse_qs(urlsplit(page.url).query)["sel"] == ["f.3.2"]
    assert "σ" in page.locator(".sg-card").inner_text()
    page.keyboard.press("Escape")
    quiet(page)
    assert "sel" not in parse_qs(urlsplit(page.url).query)


def test_the_still_view_shows_all_phases_side_by_side(page: Page, open_link) -> None:
    open_link(**SHORT, step=3, phase="forget")
    page.get_by_test_id("still").click()
    still = page.locator(".sg-still")
    expect(still).to_be_visible()
    text = still.inner_text()
    for title in ("Forget gate", "Cell update", "Output gate"):
        assert title in text


def test_reduced_motion_is_honoured(page: Page, open_link) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_link(**SHORT, step=2, phase="forget")
    moving = page.evaluate(
        """() => document.querySelector('[data-testid=stage]').getAnimations({subtree: true})
               .filter((a) => a.playState === 'running').length"""
    )
    assert moving == 0
