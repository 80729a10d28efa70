"""What the gradient panel draws: charts that Plotly can hold, for every cell, theme and language; words and numbers."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import numpy as np
import plotly.graph_objects as go
import pytest

from models import CELLS, forward, init
from models.bptt import paths as every_path
from models.gradient import Loss, Unit
from models.readout import Readout
from models.trace import Trace
from models.vanishing import Setting, decay, output
from viz import chart, gradient, paths
from viz import decay as decays
from viz.text import languages
from viz.theme import THEMES

T, H, D = 7, 5, 4
TOKENS = ("<b>", "%{x}", "$x$", "a", "b", "c", "猫")


def trace_of(key: str, T: int = T, H: int = H) -> Trace:
    X = np.random.default_rng(1).normal(size=(T, D))
    return forward(CELLS[key], init(CELLS[key], D, H, seed=1), X)


def array(packed: dict) -> np.ndarray:
    values = np.frombuffer(base64.b64decode(packed["bdata"]), "<f4")
    return values.reshape([int(n) for n in packed["shape"].split(",")]) if "shape" in packed else values


def strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in ("bdata",):
                yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def sound(drawn: chart.Chart) -> None:
    """Plotly knows every property, each trace has its row, and no token is among what Plotly reads."""
    go.Figure({"data": drawn.data, "layout": drawn.layout})
    axes = {chart.axis_name(k) for k in range(len(drawn.rows))}
    assert {trace.get("yaxis", "y") for trace in drawn.data} <= axes
    assert all(chart.layout_name(k) in drawn.layout for k in range(len(drawn.rows)))
    read = list(strings([drawn.data, drawn.layout]))
    assert not any(token in text for token in TOKENS[:3] for text in read if "hover" not in text and "%{y" not in text)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("key", CELLS)
def test_the_picture_of_a_gradient(key: str, lang: str, theme: str) -> None:
    trace = trace_of(key)
    spec = trace.spec
    found = gradient.compute(trace, Unit(output(spec), 5, 2))
    for logarithmic in (True, False):
        for values in (True, False):
            drawn = gradient.picture(found, TOKENS, lang, theme, logarithmic=logarithmic, values=values)
            sound(drawn)
            maps = [trace for trace in drawn.data if trace["type"] == "heatmap"]
            shown = [name for name, quantity in spec.quantities.items() if quantity.clock is None]
            assert len(maps) == len(shown) + len(found.retained)
            for name, one in zip(shown, maps[len(found.retained) :], strict=True):
                told = array(one["customdata" if logarithmic and not values else "z"])
                expected = trace[name] if values else found.flow.gradients[name]
                np.testing.assert_allclose(told, expected.T, rtol=1e-5, atol=1e-12, err_msg=name)
    assert drawn.marked == 5 and drawn.columns == T
    assert [token.text for token in drawn.tokens] == list(TOKENS)


def test_the_picture_of_a_loss() -> None:
    trace = trace_of("gru")
    readout = Readout(np.ones((H, 1)), np.zeros(1))
    found = gradient.compute(trace, Loss(readout, T, 1.0))
    sound(gradient.picture(found, TOKENS, "en", "light"))
    assert "loss" in gradient.target_name(trace.spec, found.target, "en")


def test_numbers_of_the_picture_of_a_gradient() -> None:
    trace = trace_of("lstm")
    found = gradient.compute(trace, Unit("c", 4, 1))
    left = found.retained["c"]
    np.testing.assert_allclose(left[:4], [np.prod(trace["f"][k + 1 : 4], axis=0) for k in range(4)])
    assert np.isnan(left[4:]).all() and np.isnan(found.gains[4:]).all() and found.counted == 4
    assert not found.flow.x[4:].any()


def test_a_truncated_gradient_stops_at_its_window() -> None:
    found = gradient.compute(trace_of("lstm"), Unit("h", 6, 1), window=4)
    assert not found.flow.x[:4].any() and found.flow.x[4:6].all()
    assert not found.retained["c"][:4].any() and found.retained["c"][4:6].all()
    sound(gradient.picture(found, TOKENS, "en", "light"))


def test_many_units_have_fewer_gains() -> None:
    found, counted = gradient.gains_before(trace_of("depth_gated", T=20, H=64), 18)
    assert 0 < counted < 18
    assert np.isfinite(found[18 - counted : 18]).all() and np.isnan(found[: 18 - counted]).all()


@pytest.mark.parametrize("activation", ["relu", "identity"])
def test_a_run_that_overflows_has_gaps(activation: str) -> None:
    spec = CELLS["rnn"].choose(hidden=activation)
    params = {name: 60 * value for name, value in init(spec, D, H).items()}
    X = np.abs(np.random.default_rng(0).normal(size=(250, D)))
    trace = forward(spec, params, X)
    assert not np.isfinite(trace["h"]).all()
    found = gradient.compute(trace, Unit("h", 250, 1))
    for logarithmic in (True, False):
        sound(gradient.picture(found, ["a"] * 250, "en", "light", logarithmic=logarithmic))
    sound(decays.together([decays.peer(trace, 250)], ["a"] * 250, 250, "en", "light"))


def test_large_heatmaps_are_sent_once() -> None:
    found = gradient.compute(trace_of("rnn", T=300, H=100), Unit("h", 300, 1))
    drawn = gradient.picture(found, ["a"] * 300, "en", "light")
    assert not any("customdata" in trace for trace in drawn.data)


def test_what_is_zero_but_for_rounding_has_no_curve() -> None:
    found = gradient.compute(trace_of("slstm"), Unit("h", T, 1))
    drawn = gradient.picture(found, TOKENS, "en", "light")
    names = ["x", *CELLS["slstm"].states]
    curves = dict(zip(names, (array(trace["y"]) for trace in drawn.data[: len(names)]), strict=True))
    assert np.isnan(curves["m"]).all(), "h does not depend on the stabiliser"
    assert np.isfinite(curves["c"]).all()


def test_logarithmic_colours_keep_the_sign_and_fade_by_powers_of_ten() -> None:
    shown = gradient.logarithmic(np.array([1.0, -0.1, 0.01, -1e-9, 0.0]), 1.0, 4.0)
    np.testing.assert_allclose(shown, [1, -0.75, 0.5, 0, 0])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("lang", languages())
def test_cells_together(lang: str, theme: str) -> None:
    peers = [decays.peer(trace_of(key), 6) for key in ("rnn", "lstm", "gru", "layer")]
    drawn = decays.together(peers, TOKENS, 6, lang, theme)
    sound(drawn)
    assert len(drawn.rows) == 3 and drawn.marked == 6
    assert all(np.isfinite(one.reach[:6]).all() and np.isnan(one.reach[6:]).all() for one in peers)
    only = decays.together(peers[:1], TOKENS, 6, lang, theme)
    assert len(only.rows) == 2, "without gates there is nothing that they keep"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("lang", languages())
def test_vanishing_and_clipping(lang: str, theme: str) -> None:
    titles = {key: CELLS[key].title for key in ("rnn", "lstm", "gru")}
    X = np.random.default_rng(0).normal(size=(3, D))
    for sigma, activation in ((0.2, "tanh"), (3.0, "identity")):
        setting = Setting(sigma, 120, activation=activation)
        found = {key: decay(CELLS[key], init(CELLS[key], D, H), X, setting, 1.0) for key in titles}
        falling = decays.falling(found, titles, setting, lang, theme)
        clipping = decays.clipping(found, titles, 1.0, lang, theme)
        sound(falling)
        sound(clipping)
        assert [len(trace["x"]) for trace in clipping.data] == [1] * 6
        after = [trace["x"][0] for trace in clipping.data[1::2]]
        assert max(after) <= 1 + 1e-9


# The message -------------------------------------------------------------------------------------------------


def test_the_message_tells_what_differs_in_the_dark() -> None:
    found = gradient.compute(trace_of("lstm"), Unit("h", T, 1))

    def make(theme: str) -> chart.Chart:
        return gradient.picture(found, TOKENS, "en", theme)

    message = json.loads(chart.pack(make, "plotly.js", ("f",)))
    light = {"rows": message["rows"], "data": message["data"], "layout": message["layout"]}
    for path, value in message["dark"]:
        at = light
        for name in path[:-1]:
            at = at[name]
        at[path[-1]] = value
    dark = make("dark")
    assert light["data"] == json.loads(json.dumps(dark.data))
    assert light["layout"] == json.loads(json.dumps(dark.layout))
    assert message["tokens"][0]["text"] == "<b>" and message["marked"] == T


def test_numbers_go_as_one_block() -> None:
    values = np.array([[1.5, np.nan], [np.inf, -2.0]])
    np.testing.assert_array_equal(array(chart.numbers(values)), values.astype("f4"))
    assert chart.numbers(np.zeros((2, 3)))["shape"] == "2, 3" and "shape" not in chart.numbers(np.zeros(4))


@pytest.mark.parametrize(
    ("low", "high"), [(1e-9, 1e4), (0.02, 0.3), (0.9, 1.1), (1e-30, 1.0), (1.0, 1.0), (0.0, 0.0), (5e-7, 6e-7)]
)
def test_a_logarithmic_axis_has_ticks_that_can_be_said(low: float, high: float) -> None:
    axis = chart.value_axis("light", True, [np.array([low, high])])
    bottom, top = axis["range"]
    ticks = np.log10(axis["tickvals"])
    assert bottom < top and top - bottom <= 12 * 1.17
    assert 1 <= len(ticks) <= 8 and (ticks >= bottom).all() and (ticks <= top).all()
    assert len(set(axis["ticktext"])) == len(ticks)


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0"), (0.03121, "0.0312"), (4.754, "4.75"), (-123.4, "−123"), (1.23e-9, "1.2 × 10⁻⁹"), (np.inf, "∞")],
)
def test_numbers_in_sentences(value: float, said: str) -> None:
    assert gradient.number(value) == said


@pytest.mark.parametrize(("value", "said"), [(0.02, "0.02"), (1, "1"), (1e-6, "10⁻⁶"), (3e-7, "3 × 10⁻⁷")])
def test_ticks(value: float, said: str) -> None:
    assert chart.power(value) == said


# Three steps -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 9])
@pytest.mark.parametrize("lang", languages())
def test_the_message_about_every_path(lang: str, count: int) -> None:
    X = np.random.default_rng(0).normal(size=(count, D))
    net = paths.three_steps(X, seed=3)
    message = json.loads(paths.message(net, TOKENS[:count], lang))
    assert len(message["tokens"]) == 3
    assert [target["key"] for target in message["targets"]] == ["h1", "h2", "h3", "W_hx", "W_hh", "W_qh"]
    assert [len(target["paths"]) for target in message["targets"]] == [3, 2, 1, 6, 6, 3]
    for target in message["targets"]:
        total = np.sum([path["term"] for path in target["paths"]], axis=0)
        np.testing.assert_allclose(total, target["total"], atol=1e-5)
        for path in target["paths"]:
            assert path["formula"].count("<math>") == 1
    assert [equation["number"] for equation in message["equations"]] == [1, 2, 3, 4, 5, 6]
    np.testing.assert_allclose(message["targets"][0]["paths"][2]["term"], every_path(net, "h", 1)[2].term, atol=1e-6)
