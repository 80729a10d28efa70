"""The gradient panel on the page: every cell in both languages, targets from the stage, odd texts, hostile messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from models import CELLS, own
from viz.text import languages, say
from viz.ui.panels import gradient, purpose

ROOT = Path(__file__).resolve().parent.parent
LANGS = list(languages())
FREE = {"lesson": "free", "cell": "lstm", "text": "one two three four", "units": "5", "lang": "en"}
BAD = "<img src=x onerror=1> **b** `c` $x$ [a](b) :material/home: %{y} {step} \u202eabc"


def opened(**link: str) -> AppTest:
    page = AppTest.from_file(ROOT / "viz" / "ui" / "page.py", default_timeout=60)
    for name, value in (FREE | link | {"panel": "gradient"}).items():
        page.query_params[name] = value
    return healthy(page.run())


def healthy(page: AppTest) -> AppTest:
    assert not page.exception and not page.error
    return page


def switch(page: AppTest, name: str, value: object) -> AppTest:
    """Choose in one of the panel's segmented controls."""
    page.button_group(key=f"gradient-{name}").set_value(value)
    return healthy(page.run())


def charts(page: AppTest) -> list[dict]:
    """What the charts and drawings of the panel were sent; the stage comes first."""
    return [json.loads(part.proto.bytes) for part in page.get("bidi_component")[1:]]


def said(page: AppTest) -> str:
    return "\n".join(part.value for part in (*page.markdown, *page.caption))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_has_its_gradient(cell: str, lang: str) -> None:
    page = opened(cell=cell, lang=lang)
    (chart,) = charts(page)
    spec = CELLS[cell]
    titles = [row["title"] for row in chart["rows"]]
    for quantity in spec.quantities.values():
        assert (say(lang, quantity.label) in titles) == (quantity.clock is None)
    assert chart["columns"] == 4 and chart["marked"] == 4 and chart["clickable"]
    assert "{" not in said(page).replace("{t−1}", "")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("cell", ["rnn", "lstm", "mgu", "layer", "slstm"])
@pytest.mark.parametrize("lesson", ["review", "free"])
def test_every_view_of_a_cell(cell: str, lang: str, lesson: str) -> None:
    page = opened(cell=cell, lang=lang, lesson=lesson)
    counts = {"flow": 1, "together": 1, "vanishing": 2, "paths": 1}
    for view in gradient.VIEWS:
        page = switch(page, "view", view)
        assert len(charts(page)) == counts[view], view
        assert "{" not in said(page).replace("{t−1}", "")


@pytest.mark.parametrize("text", sorted(own.EXAMPLES.values()))
def test_a_cell_of_the_visitor_s_own(text: str) -> None:
    page = opened(cell=own.KEY, own=text)
    for view in gradient.VIEWS:
        switch(page, "view", view)


@pytest.mark.parametrize("shown", ["1.forward", "2.backward"])
def test_a_layer_of_a_stack(shown: str) -> None:
    page = opened(cell="gru", layers="2", direction="both", shown=shown)
    assert ("upper layer" in said(page)) == shown.startswith("2")
    for view in gradient.VIEWS:
        switch(page, "view", view)


def test_the_selection_of_the_stage_is_the_target() -> None:
    page = opened(sel="c.3.2")
    (chart,) = charts(page)
    assert chart["marked"] == 2 and "c₂" in chart["label"]
    assert page.selectbox(key="gradient-quantity").value == "c"
    assert page.number_input(key="gradient-unit").value == 3
    healthy(page.number_input(key="gradient-unit").set_value(4).run())
    assert page.session_state["scene"].view.selection == ("c", 4, 2), "another choice is selected in the stage too"


def test_a_trained_cell_opens_with_its_loss_and_a_selection_takes_over() -> None:
    page = opened(lesson="review", text="The plot was slow , but the ending was not boring")
    assert page.button_group(key="gradient-target").value == "loss"
    assert "The loss is" in said(page)
    page = opened(lesson="review", text="The plot was slow", sel="f.1.3")
    assert charts(page)[0]["marked"] == 3 and "The loss is" not in said(page)


def test_choices_outlive_another_panel() -> None:
    page = switch(opened(), "view", "vanishing")
    healthy(page.slider(key="gradient-sigma").set_value(1.4).run())
    page.button_group(key="panel").set_value("why")
    healthy(page.run())
    page.button_group(key="panel").set_value("gradient")
    healthy(page.run())
    assert page.slider(key="gradient-sigma").value == 1.4


def test_the_sliders_move_the_curves_and_not_the_stage() -> None:
    page = switch(opened(), "view", "vanishing")
    before, stage = charts(page)[0], page.get("bidi_component")[0].proto.bytes
    healthy(page.slider(key="gradient-sigma").set_value(3.0).run())
    after = charts(page)[0]
    assert before["data"][1]["y"] != after["data"][1]["y"]
    assert before["layout"]["yaxis"] == after["layout"]["yaxis"], "the axis stays: the curves are seen to move"
    assert len(page.get("bidi_component")[0].proto.bytes) <= len(stage)


def test_presets_move_the_sliders() -> None:
    page = switch(opened(), "view", "vanishing")
    for name, chosen in purpose.PRESETS.items():
        healthy(page.button(key=f"gradient-preset-{name}").click().run())
        assert page.slider(key="gradient-sigma").value == chosen["sigma"]
        assert page.slider(key="gradient-opening").value == chosen["opening"]
    assert page.slider(key="gradient-length").value == 60


def test_a_window_cuts_the_gradient() -> None:
    page = opened(text="one two three four five six")
    healthy(page.selectbox(key="gradient-window").set_value(4).run())
    assert "every 4 steps" in said(page)


def test_all_thresholds_and_activations_hold() -> None:
    page = switch(opened(units="3"), "view", "vanishing")
    for activation in purpose.ACTIVATIONS:
        page = switch(page, "activation", activation)
        for sigma, length, strength in ((3.0, 120, 1.0), (0.2, 120, 0.0)):
            page.slider(key="gradient-sigma").set_value(sigma)
            page.slider(key="gradient-length").set_value(length)
            page.slider(key="gradient-strength").set_value(strength)
            healthy(page.run())


@pytest.mark.parametrize("text", ["one", "1 2 3 4 5", "我在听课", BAD, "a " * 600])
def test_any_text_has_a_gradient(text: str) -> None:
    page = opened(text=text, units="3")
    for view in gradient.VIEWS:
        switch(page, "view", view)
    assert not page.exception


def test_tokens_reach_plotly_nowhere() -> None:
    words = ["unheard", "javascript", "marzipan"]
    page = opened(text=" ".join(words))
    for view in gradient.VIEWS:
        page = switch(page, "view", view)
        for chart in charts(page):
            read = json.dumps([chart.get("data"), chart.get("layout"), chart.get("rows")])
            assert not any(word in read for word in words)
            if chart.get("tokens") and view != "paths":
                assert [token["text"] for token in chart["tokens"]] == words


@pytest.mark.parametrize("step", ["2", 0, 99, None, float("nan"), True, []])
def test_a_click_that_cannot_be_is_nothing(step: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradient.st, "session_state", {"gradient-flow": {"step": step}})
    assert gradient._clicked("flow", 4) is None


def test_a_click_is_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradient.st, "session_state", {"gradient-flow": {"step": 3}})
    assert gradient._clicked("flow", 4) == 3
