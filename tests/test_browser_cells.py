"""Every cell in a real browser: its drawing, its forms, and the switches that choose between them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from models import CELLS
from tools import live
from viz import menu
from viz.text import languages, say

TEXT = "one two three four five six"
FREE = {"lesson": "free", "text": TEXT, "units": 6, "lang": "en"}


def press(page: Page, key: str, words: str) -> None:
    """One choice of a switch in the sidebar."""
    page.locator(f".st-key-{key}").get_by_role("radio", name=words, exact=True).or_(
        page.locator(f".st-key-{key}").get_by_role("button", name=words, exact=True)
    ).first.click()
    live.wait_for_rest(page)


def phases(page: Page) -> list[str]:
    return live.stage_root(page).get_by_test_id("phase").evaluate_all("all => all.map(one => one.dataset.phase)")


def tokens(page: Page) -> list[str]:
    return live.stage_root(page).get_by_test_id("token").all_inner_texts()


def values(page: Page, quantity: str) -> list[str]:
    """The pictures of one quantity's heatmap."""
    names = live.stage_root(page).locator(".sg-label .sg-words").all_inner_texts()
    return live.shown(page)[names.index(quantity) : names.index(quantity) + 1]


def open_forms(page: Page) -> None:
    page.locator("[data-testid=stSidebar] summary").click()


@pytest.mark.parametrize("lang", languages())
def test_every_cell_opens_with_its_drawing(page: Page, open_link, lang: str) -> None:
    opened = open_link(**FREE | {"cell": "slstm", "lang": lang, "step": 3, "phase": "output"})
    root = live.stage_root(page)
    for key in menu.order():
        spec = CELLS[key]
        live.choose(page, "cell", f"{say(lang, spec.title)} · {spec.year}")
        opened = live.wait_for_run(page, other_than=opened.run)
        expect(root.locator(".sg-label")).to_have_count(len(spec.quantities))
        expect(root.locator(".sg-trouble")).to_be_hidden()
        assert opened.step == 3 and opened.phase in {phase.id for phase in spec.phases}, key
        assert len(live.shown(page)) == len(spec.quantities), key
        assert root.locator(".sg-drawing .sg-strip[data-known]").count() >= len(spec.states), key
        assert root.locator(".sg-drawing [data-lit]").count() > 0, key
    expect(page.locator("[data-testid=stAlert]")).to_have_count(0)


def test_the_convention_switch_keeps_the_picture_or_the_weights(page: Page, open_link) -> None:
    first = open_link(**FREE | {"cell": "gru", "step": 6, "phase": "mix"})
    h, z = values(page, "hidden state"), values(page, "update gate")
    press(page, "update", "takes the new")
    second = live.wait_for_run(page, other_than=first.run)
    page.wait_for_url("**cell=gru_takes_new&update=negated*")
    assert (second.step, second.phase) == (6, "mix")
    assert values(page, "hidden state") == h and values(page, "update gate") != z
    press(page, "weights", "same weights")
    live.wait_for_run(page, other_than=second.run)
    assert values(page, "hidden state") != h
    expect(page.get_by_text("the hidden state differs by up to 0.")).to_be_visible()
    press(page, "reset", "after it")
    expect(page.get_by_text("No paper and no framework")).to_be_visible()
    page.wait_for_url("**cell=gru_takes_new_after*")


def test_the_grouping_switch_cuts_the_step_differently(page: Page, open_link) -> None:
    first = open_link(**FREE | {"cell": "lstm", "step": 2, "phase": "output"})
    assert phases(page) == ["forget", "input", "cell", "output"]
    open_forms(page)
    press(page, "grouping", "6")
    expect(live.stage_root(page).get_by_test_id("phase")).to_have_count(6)
    six = live.stage(page)
    assert (six.step, six.phase, six.run) == (2, "hidden", first.run)
    press(page, "grouping", "d2l")
    expect(live.stage_root(page)).to_have_attribute("data-phase", "hidden")
    assert phases(page) == ["gates", "candidate", "cell", "hidden"]
    live.stage_root(page).get_by_test_id("previous").click()
    expect(live.stage_root(page)).to_have_attribute("data-phase", "cell")
    lit = live.stage_root(page).locator(".sg-row[data-lit]")
    assert lit.count() == 1
    page.wait_for_url("**phase=cell*")
    page.reload()
    assert live.wait_for_run(page).phase == "cell" and len(phases(page)) == 4


def test_a_stack_shows_one_of_its_cells(page: Page, open_link) -> None:
    first = open_link(**FREE | {"cell": "lstm", "step": 2, "phase": "cell"})
    open_forms(page)
    press(page, "layers", "2")
    press(page, "direction", "both")
    press(page, "shown", "Layer 2 ←")
    second = live.wait_for_run(page, other_than=first.run)
    assert (second.step, second.phase) == (2, "cell")
    assert tokens(page) == TEXT.split()[::-1]
    expect(live.stage_root(page).locator(".sg-card-clock")).to_contain_text("step 1 is the last token")
    # a tweak of the lower layer is felt in the upper one
    press(page, "shown", "Layer 1 →")
    live.wait_for_run(page, other_than=second.run)
    assert tokens(page) == TEXT.split()
    live.tweak(page, "bias-f").fill("-4")
    live.wait_for_rest(page)
    page.wait_for_url("**b.f*")
    tweaked = live.stage(page)
    press(page, "shown", "Layer 2 ←")
    third = live.wait_for_run(page, other_than=tweaked.run)
    assert third.run != second.run
    live.stage_root(page).get_by_test_id("show-before").click()
    page.wait_for_url("**elsewhere=1.forward*")
    page.reload()
    assert live.wait_for_run(page) == third


def test_a_cell_is_chosen_from_the_family(page: Page, open_link) -> None:
    first = open_link(**FREE | {"cell": "lstm", "step": 3, "phase": "cell"})
    page.locator(".st-key-cells button").click()
    family = page.get_by_role("dialog")
    expect(family.get_by_role("radio")).to_have_count(len(CELLS))
    family.locator("label").filter(has_text="MGU").first.click()
    expect(family).to_have_count(0)
    assert live.wait_for_run(page, other_than=first.run).step == 3
    page.wait_for_url("**cell=mgu*")
    live.choose(page, "cell", "Clockwork RNN")
    page.wait_for_url("**cell=clockwork*")


def test_sleeping_units_are_marked(page: Page, open_link) -> None:
    open_link(**FREE | {"cell": "clockwork", "step": 3, "phase": "mix", "units": 8})
    root = live.stage_root(page)
    expect(root.locator(".sg-legend")).to_have_text("asleep")
    lines = root.locator(".sg-strip .sg-asleep-lines")
    asleep = lines.evaluate_all("all => all.map(one => one.getAttribute('visibility') !== 'hidden')")
    assert asleep == [False, False, True, True, True, True, True, True], "at step 3 only period 1 ticks"
    marked = root.locator("canvas.sg-asleep").evaluate(
        """canvas => {
          const [column, row] = [canvas.width / 6, canvas.height / 8];
          const pencil = canvas.getContext("2d");
          return Array.from({ length: 8 }, (_, unit) => {
            const cell = pencil.getImageData(2 * column + 2, unit * row + 2, column - 6, row - 4).data;
            return cell.some((value) => value > 0);
          });
        }"""
    )
    assert marked == asleep


def test_outputs_are_named_by_their_token(page: Page, open_link) -> None:
    open_link(**FREE | {"cell": "rnn_output", "text": "the cat saw the dog", "step": 2, "phase": "output"})
    root = live.stage_root(page)
    assert root.locator(".sg-outputs bdi").all_inner_texts() == ["the", "cat", "saw", "dog"]
    expect(root.locator(".sg-card-unit")).to_have_text("“the”, 1 of 4")
    expect(root.locator(".sg-card-so")).to_contain_text("the network gives “the”")


@pytest.mark.parametrize("options", [{"viewport": {"width": 390, "height": 844}}], ids=["phone"])
def test_the_phone_says_that_it_reads_backward(page: Page, open_link, options: dict) -> None:
    open_link(**FREE | {"cell": "gru", "direction": "both", "shown": "1.backward", "lang": "zh"})
    expect(live.stage_root(page).locator(".sg-card-clock")).to_contain_text("从后往前读")
