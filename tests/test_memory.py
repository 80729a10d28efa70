"""Memory: what is drawn adds up to the state, for every cell that has one; the others are told why not."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from models import CELLS, CellSpec, backward, explain
from models.algebra import sigmoid, tanh
from models.derive import recursion
from models.spec import Choice, Step, trace_cell
from models.unroll import history, unroll
from tests.cases import Case, H, T, every_cell
from viz import chart, memory
from viz.text import languages, say

PAGE = Path(__file__).resolve().parent.parent / "viz" / "ui" / "page.py"
TOKENS = ("one", "two", "three", "four", "five", "six", "seven")


def carried(spec: CellSpec) -> list[str]:
    return [name for name in spec.states if recursion(spec, name)]


def numbers(packed: dict[str, str]) -> np.ndarray:
    """An array as the browser unpacks it."""
    values = np.frombuffer(base64.b64decode(packed["bdata"]), "<f4")
    return values.reshape([int(size) for size in packed["shape"].split(",")]) if "shape" in packed else values


def heatmaps(drawn: chart.Chart, axis: str) -> np.ndarray:
    """The initial state, the tokens and the whole of one row, side by side."""
    return np.hstack([numbers(t["z"]) for t in drawn.data if t["type"] == "heatmap" and t["yaxis"] == axis])


@every_cell
def test_the_columns_add_up_to_the_last_one(spec: CellSpec) -> None:
    trace = Case(spec).run()
    for state in carried(spec):
        drawn = memory.picture(trace, state, 4, 2, TOKENS)
        now, past = heatmaps(drawn, "y"), heatmaps(drawn, "y2")
        assert now.shape == (H, T + 2) and past.shape == (T, T + 2)
        np.testing.assert_allclose(np.nansum(now[:, :-1], axis=1), trace[state][3], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(np.nansum(past[:, :-1], axis=1), trace[state][:, 1], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(now[:, :5], unroll(trace, state, 4).T, rtol=1e-6)
        np.testing.assert_allclose(now[1], past[3], rtol=1e-5)


@every_cell
def test_nothing_is_drawn_before_it_was_written(spec: CellSpec) -> None:
    trace = Case(spec).run()
    for state in carried(spec):
        drawn = memory.picture(trace, state, 4, 2, TOKENS)
        assert np.isnan(heatmaps(drawn, "y")[:, 5:-1]).all()
        past = heatmaps(drawn, "y2")
        assert [int(np.isnan(row).sum()) for row in past] == list(range(T - 1, -1, -1))


@every_cell
def test_the_layers_add_up_to_the_line(spec: CellSpec) -> None:
    trace = Case(spec).run()
    for state in carried(spec):
        drawn = memory.picture(trace, state, 4, 2, TOKENS)
        curves = [each for each in drawn.data if each["type"] == "scatter"]
        stacked = sum(numbers(each["y"]) for each in curves if "stackgroup" in each)
        np.testing.assert_allclose(stacked, numbers(curves[-1]["y"]), rtol=1e-4, atol=1e-5)
        signs = {each["stackgroup"]: np.sign(numbers(each["y"])) for each in curves if "stackgroup" in each}
        assert signs.get("above", np.zeros(1)).min() >= 0 >= signs.get("below", np.zeros(1)).max()


def test_small_sources_share_one_layer() -> None:
    case = Case(CELLS["lstm"])
    case.x = np.random.default_rng(0).standard_normal((40, case.x.shape[1]))
    trace = case.run()
    drawn = memory.picture(trace, "c", 40, 1, ["word"] * 40)
    bands = [each for each in drawn.data if "stackgroup" in each]
    assert memory.BANDS < len(bands) <= 2 * memory.BANDS
    stacked = sum(numbers(each["y"])[:-1] for each in bands)
    np.testing.assert_allclose(stacked, history(trace, "c", 0).sum(axis=1), rtol=1e-4, atol=1e-5)


def test_the_chosen_unit_and_step_are_framed() -> None:
    drawn = memory.picture(Case(CELLS["gru"]).run(), "h", 4, 2, TOKENS)
    frames = {shape["yref"]: shape["y0"] + 0.5 for shape in drawn.layout["shapes"] if shape["line"]["width"] == 2}
    assert frames == {"y": 2, "y2": 4}
    assert drawn.marked == 5 and drawn.columns == len(drawn.tokens) == T + 2  # the initial state comes first


@every_cell
def test_both_themes_have_the_same_structure(spec: CellSpec) -> None:
    trace = Case(spec).run()
    for state in carried(spec):
        sent = json.loads(chart.pack(lambda theme, q=state: memory.picture(trace, q, 2, 1, TOKENS, theme=theme), "p"))
        assert sent["dark"] and all(isinstance(value, str | float | int) for _, value in sent["dark"])
        assert sent["layout"]["template"] == {}


def test_what_a_visitor_typed_is_never_markup() -> None:
    trace = Case(CELLS["lstm"], scale=1).run()
    drawn = memory.picture(trace, "c", T, 1, ["<a href='x'>$y$ %{z}"] * T)
    figure = json.dumps([drawn.data, drawn.layout])
    assert "&lt;a" in figure
    for forbidden in ("<a", "$y", "%{z}<"):
        assert forbidden not in figure


def test_without_a_memory_the_jacobians_tell_what_is_felt() -> None:
    trace = Case(CELLS["rnn"]).run()
    step = 5
    rows = []
    for unit in range(H):
        seed = np.zeros((T, H))
        seed[step - 1, unit] = 1
        rows.append(backward(trace, {"h": seed}).initial["h"])
    drawn = memory.strengths(trace, step, TOKENS)
    felt, stretch = (numbers(each["y"]) for each in drawn.data)
    assert felt[0] == pytest.approx(np.linalg.norm(np.array(rows), 2), rel=1e-5)
    assert felt[step] == pytest.approx(1) and np.isnan(felt[step + 1 :]).all()
    assert felt[step - 1] == pytest.approx(stretch[step - 1], rel=1e-5)
    assert stretch.shape == (T,) and drawn.columns == T + 1


def odd(k: Step, form: Choice = ("difference", "quotient", "sum", "twice")) -> None:
    """States that carry themselves in other words than f ⊙ c + i ⊙ c̃."""
    h = k.previous("h")
    f = k.gate("f", sigmoid(k.x("f") + k.h("f", h)), "gate", "")
    n = k.candidate("h~", tanh(k.x("h")), "candidate", "")
    written = {
        "difference": n - f * h,
        "quotient": (h + n) / (1.0 + f),
        "sum": f * (h - n) + n,
        "twice": f * (0.5 * h + n) - 0.25 * h,
    }
    k.state("h", written[str(form)], "state", "")


@pytest.mark.parametrize("form", ["difference", "quotient", "sum", "twice"])
def test_a_memory_is_known_in_any_words(form: str) -> None:
    case = Case(trace_cell("odd", "Odd", 2024, "", odd, {"form": form}))
    trace = case.run()
    for step in (1, T):
        np.testing.assert_allclose(unroll(trace, "h", step).sum(axis=0), trace["h"][step - 1], rtol=1e-12, atol=1e-13)
    assert sum(value for _, value in explain(trace, "h", T, 1)) == pytest.approx(trace["h"][-1, 1], abs=1e-13)
    assert len(memory.picture(trace, "h", 2, 1, TOKENS).rows) == 3


# The panel ----------------------------------------------------------------------------------------------------------


def opened(**link: str) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=30)
    for name, value in link.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception and not page.error
    return page


def texts(page: AppTest) -> str:
    return " ".join(part.value for part in (*page.text, *page.markdown, *page.caption))


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("cell", CELLS)
def test_the_panel_opens_on_every_cell(cell: str, lang: str) -> None:
    page = opened(lesson="free", cell=cell, text="one two three", lang=lang, step="2", panel="memory")
    spec = CELLS[cell]
    charts = page.get("bidi_component")[1:]
    if carried(spec):
        sent = json.loads(charts[0].proto.bytes)
        assert len(sent["rows"]) == 3 and [token["text"] for token in sent["tokens"]][1:-1] == ["one", "two", "three"]
        assert say(lang, "memory.as_they_were") in texts(page)
        for name in carried(spec)[1:]:
            page.selectbox(key="memory-quantity").set_value(name).run()
            assert not page.exception
    elif spec.states:
        assert len(json.loads(charts[0].proto.bytes)["rows"]) == 2
        assert say(lang, "memory.none_note") in texts(page) and say(lang, "memory.as_they_were") not in texts(page)
    else:
        assert not charts and say(lang, "memory.no_state") in texts(page)


def test_the_sentence_says_what_weighs_most_and_what_is_left() -> None:
    page = opened(lesson="free", cell="lstm", text="a b c", sel="c.3.3", panel="memory", units="4", tweaks="k.f:0.5")
    found = texts(page)
    assert "c₃ of unit 3" in found and "12%" in found  # 0.5³ of the initial state
    assert any(f"at step {step}, “{token}”" in found for step, token in ((1, "a"), (2, "b"), (3, "c")))


def test_the_panel_takes_the_memory_of_what_is_selected() -> None:
    page = opened(cell="lstm", sel="f.5.4", panel="memory")
    assert page.number_input(key="memory-unit").value == 5 and page.selectbox(key="memory-step").value == 4
    page.number_input(key="memory-unit").set_value(2).run()
    assert not page.exception and "unit 2" in texts(page)
    stacked = opened(lesson="free", cell="depth_gated", text="a b", sel="c1.2.2", panel="memory")
    assert stacked.selectbox(key="memory-quantity").value == "c1"
