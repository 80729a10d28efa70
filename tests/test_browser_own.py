"""Your own cell in a real browser: one deletion answers a question, a mistake keeps the picture."""

import base64
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from models import own
from models.experiment import Experiment, run
from tests.typed_cells import random_cell
from tools import live
from viz import player
from viz.link import write_own
from viz.scene import Scene, View, settle
from viz.text import say
from viz.ui import assets

FREE = {"lesson": "free", "text": "I grew up in France", "units": 8, "seed": 0, "lang": "en"}
GRU = own.sources()["gru"]
NO_RESET = GRU.replace("(r * h)", "h")


def editor(page: Page):
    return page.locator(".st-key-own textarea")


def choose_own(page: Page) -> None:
    """As a visitor does: by typing the first letters into the menu."""
    page.locator(".st-key-cell input").first.fill("your own")
    page.get_by_role("option").first.click()
    editor(page).wait_for()
    live.wait_for_rest(page)


def apply(page: Page, text: str) -> None:
    editor(page).fill(text)
    editor(page).press("Control+Enter")
    live.wait_for_rest(page)


def address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def settled(page: Page) -> None:
    page.wait_for_timeout(600)
    live.wait_for_rest(page)


def test_what_if_the_reset_gate_is_removed(page: Page, open_link) -> None:
    open_link(**FREE, cell="gru", step=3, phase="candidate")
    drawing = page.locator(".sg-drawing")
    choose_own(page)
    assert editor(page).input_value() == GRU
    page.locator('[data-testid="stage"][data-run]:not([data-run=""])').wait_for()
    before, pictures = live.stage(page), live.shown(page)
    operations = drawing.locator(".sg-op").count()
    expect(page.locator(".sg-equation-row:visible .sg-numeric").first).to_contain_text("tanh(")
    apply(page, NO_RESET)
    after = live.wait_for_run(page, other_than=before.run)
    assert (after.step, after.phase) == (3, "candidate")
    assert live.shown(page) != pictures
    assert drawing.locator(".sg-op").count() == operations - 1
    titles = drawing.locator("title").all_text_contents()
    assert not any("r_t ⊙" in title for title in titles) and any("h_{t−1} W_hh" in title for title in titles)
    expect(page.locator(".stSidebar")).to_contain_text(say("en", "own.unread", names="r"))
    without = GRU.replace("r = sigmoid(x W_xr + h W_hr + b_r)\n", "").replace("(r * h)", "h")
    apply(page, without)
    gone = live.wait_for_run(page, other_than=after.run)
    assert len(live.shown(page)) == 3 and (gone.step, gone.phase) == (3, "candidate")


def test_a_click_elsewhere_applies_the_text(page: Page, open_link) -> None:
    first = open_link(**FREE, cell="own", own=write_own(GRU))
    editor(page).fill(NO_RESET)
    page.get_by_test_id("token").nth(1).click()
    live.wait_for_run(page, other_than=first.run)


def test_a_mistake_is_shown_at_its_line_and_word(page: Page, open_link) -> None:
    first = open_link(**FREE, cell="own", own=write_own(GRU), step=3, phase="mix")
    pictures = live.shown(page)
    apply(page, GRU.replace("z * h +", "z * q +"))
    mistake = page.locator(".own-mistake")
    expect(mistake).to_contain_text("Line 9, column 9")
    expect(mistake.locator("pre")).to_have_text("h = z * q + (1 - z) * h~")
    expect(mistake.locator("mark")).to_have_text("q")
    expect(mistake).to_contain_text("x r z h~ h")
    expect(mistake).to_have_attribute("role", "alert")
    assert live.stage(page) == first and live.shown(page) == pictures
    page.get_by_test_id("next").click()  # the stage is alive, and what was typed stays
    settled(page)
    assert "z * q +" in editor(page).input_value()
    assert address(page)["own"] == [GRU.replace("\n", ";")]
    apply(page, GRU.replace("z * h +", "z * tanh(h) +"))
    expect(mistake).to_have_count(0)
    live.wait_for_run(page, other_than=first.run)


def test_markup_in_a_cell_is_text(page: Page, open_link) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    open_link(**FREE, cell="own", own="# <img src=x onerror=alert(1)> {token} **b**;h = tanh(x W_xh)")
    expect(page.locator(".sg-card-title").last).to_have_text("<img src=x onerror=alert(1)> {token} **b**")
    apply(page, "h = x W_xh + <img/src=x/onerror=alert(1)>")
    expect(page.locator(".own-mistake pre")).to_have_text("h = x W_xh + <img/src=x/onerror=alert(1)>")


def test_a_link_brings_it_back(page: Page, open_link) -> None:
    first = open_link(**FREE, cell="gru", step=2, phase="gates")
    settled(page)
    choose_own(page)
    second = live.wait_for_run(page, other_than=first.run)
    settled(page)
    apply(page, NO_RESET)
    third = live.wait_for_run(page, other_than=second.run)
    settled(page)
    assert "r+=+sigmoid(x+W_xr+%2B+h+W_hr+%2B+b_r);" in page.url, "a typed cell can be read in its address"
    page.reload()
    assert live.wait_for_run(page) == third
    assert editor(page).input_value() == NO_RESET
    page.go_back()
    assert live.wait_for_run(page, other_than=third.run).run == second.run
    expect(editor(page)).to_have_value(GRU)
    page.go_back()
    assert live.wait_for_run(page, other_than=second.run).run == first.run
    expect(editor(page)).to_have_count(0)
    page.go_forward()
    live.wait_for_run(page, other_than=first.run)
    expect(editor(page)).to_have_value(GRU)


def test_a_broken_link_is_repaired_and_explained(page: Page, open_link) -> None:
    broken = GRU.replace("(r * h)", "(r * q)")
    open_link(**FREE, cell="own", own=write_own(broken))
    expect(page.locator("[data-testid=stAlert]")).to_contain_text("line 6")
    expect(page.locator(".own-mistake mark")).to_have_text("q")
    expect(editor(page)).to_have_value(broken)
    settled(page)
    assert address(page)["own"] == [GRU.replace("\n", ";")]


def test_numbers_beyond_all_bounds_leave_the_stage_standing(page: Page, open_link) -> None:
    open_link(
        **FREE | {"text": "word " * 12}, cell="own", own="c = c * c * 9 + x W_xc + 9;d = c - c * c;h = d / (d - d)"
    )
    expect(page.locator("[data-testid=stAlert]")).to_contain_text("step")
    for button in ("last", "still", "previous", "first", "play"):
        page.get_by_test_id(button).click()
    expect(page.locator(".sg-trouble")).to_be_hidden()


@pytest.mark.parametrize("options", [{"color_scheme": "light"}, {"color_scheme": "dark"}], ids=["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["mix", "large"])
def test_pictures(page: Page, open_link, artifacts, options: dict, lang: str, name: str) -> None:
    text = own.EXAMPLES.get(name) or random_cell(17, 25)
    open_link(**FREE | {"lang": lang}, cell="own", own=write_own(text), step=3)
    expect(page.locator(".sg-trouble")).to_be_hidden()
    page.screenshot(path=artifacts / f"own-{name}-{lang}-{options['color_scheme']}.png")


COMPARE = """async ({bytes, folder}) => {
  const load = (name) => import(new URL(`${folder}/${name}`, document.baseURI).href)
  const [payload, evaluation, {closing}, {numeric}, {createStore}] = await Promise.all(
    ["payload.js", "evaluate.js", "closing.js", "formula.js", "store.js"].map(load))
  const data = payload.decode(Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0)))
  const store = createStore()
  store.set({data})
  store.flush()
  const run = evaluation.numbers(data)
  let worst = 0
  for (const q of Object.keys(run.expressions)) {
    for (const [step, unit] of [[1, 0], [3, 1], [data.T, data.H - 1]]) {
      const told = run.value(q, step, unit)
      const found = evaluation.evaluate(run, run.expressions[q], step, unit)
      numeric(store, run, q, step, unit)
      closing(store, run, q, step, unit, () => true)
      evaluation.terms(run, q, step, unit)
      const apart = Math.abs(found - told) / (1 + Math.abs(told))
      if (Math.abs(told) < 1e4 && Math.abs(found) < 1e6) worst = Math.max(worst, apart)
    }
  }
  return worst
}"""


def test_the_browser_explains_random_cells_with_the_numbers_of_numpy(page: Page, open_link) -> None:
    open_link(**FREE)
    texts = [random_cell(seed, 1 + seed % 12, smooth=True) for seed in range(40)]
    texts += ["h = tanh(" + "x W_a" + " W_b" * 30 + ")", "a = softmax(h)\nh = a / (a - a) + softmax(x W_xh + h)"]
    for text in texts:
        scene = settle(Scene(Experiment("free", own.KEY, "a b c d e", units=32, own=text), View()))[0]
        result = run(scene.experiment)
        payload = base64.b64encode(player.pack(scene, result, "en")).decode()
        folder = assets.address("player/stage.js").rpartition("/")[0]
        worst = page.evaluate(COMPARE, {"bytes": payload, "folder": folder})
        # the stage computes from float32
        assert worst < 2e-4 or not np.isfinite(list(result.trace.values())).all(), text
