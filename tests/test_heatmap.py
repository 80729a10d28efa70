"""Heatmaps: the picture that the stage fills and notebooks show, for every cell and theme; and what colours mean."""

import json

import numpy as np
import plotly.graph_objects as go
import plotly.io as pio
import pytest

from models import CELLS, forward, init
from models.trace import Trace
from viz import heatmap, scale, theme

T, H, D = 7, 5, 3


def trace_of(key: str, T: int = T, H: int = H) -> Trace:
    spec = CELLS[key]
    inputs = np.random.default_rng(1).normal(size=(T, D))
    return forward(spec, init(spec, D, H, seed=1), inputs)


@pytest.fixture(params=CELLS)
def trace(request: pytest.FixtureRequest) -> Trace:
    return trace_of(request.param)


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_stage_s_figure(trace: Trace, name: str) -> None:
    ranges = scale.of(trace.spec, trace)
    figure = heatmap.figure(trace.spec, T, H, ranges, name)
    go.Figure(figure)  # raises for a property that Plotly does not have
    json.dumps(figure, allow_nan=False)
    shown = tuple(trace.spec.quantities)
    assert [one["name"] for one in figure["data"]] == list(shown)
    for q, one in zip(shown, figure["data"], strict=True):
        assert "z" not in one
        assert (one["zmin"], one["zmax"]) == ranges[q]
        assert one["colorscale"] == theme.scale_of(trace.spec.quantities[q], name)
        # What Plotly draws fast: even axes, no gaps, no smoothing.
        assert not {"x", "y", "xgap", "ygap", "zsmooth"} & set(one)
    layout = figure["layout"]
    assert layout["margin"] == {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0}
    assert layout["xaxis"]["range"] == [0.5, T + 0.5]
    axes = [layout["yaxis" if k == 0 else f"yaxis{k + 1}"] for k in range(len(shown))]
    for axis in (layout["xaxis"], *axes):
        assert axis["visible"] is False and axis["fixedrange"] is True
    edges = [edge for axis in reversed(axes) for edge in axis["domain"]]
    assert edges == sorted(edges) and edges[0] == pytest.approx(0) and edges[-1] == 1, "from top to bottom, apart"
    units = [trace[q].shape[-1] for q in shown]
    assert [axis["range"] for axis in axes] == [[count + 0.5, 0.5] for count in units], "unit 1 is at the top"


def test_the_stage_s_figure_without_numbers_has_the_fixed_ranges() -> None:
    figure = heatmap.figure(CELLS["lstm"], T, H)
    assert [(one["zmin"], one["zmax"]) for one in figure["data"]] == [(0, 1), (0, 1), (-1, 1), (-1, 1), (0, 1), (-1, 1)]


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_labelled_picture_of_a_trace(trace: Trace, name: str) -> None:
    figure = heatmap.draw(trace, theme=name)
    shown = heatmap.names(trace.spec)
    assert [one.name for one in figure.data] == list(shown)
    for one, note, q in zip(figure.data, figure.layout.annotations, shown, strict=True):
        np.testing.assert_array_equal(one.z, trace[q].T)
        assert one.showscale and f"{one.colorbar.ticktext[-1]}" == f"{one.zmax:g}"
        assert trace.spec.quantities[q].label in note.text
        assert theme.ink(trace.spec.quantities[q].role, name) in note.text
    assert figure.layout.xaxis.visible and list(figure.layout.xaxis.ticktext) == [str(k + 1) for k in range(T)]


def test_the_picture_does_not_take_the_application_s_template() -> None:
    before = pio.templates.default
    pio.templates.default = "plotly_dark"
    try:
        figure = heatmap.draw(trace_of("gru"))
    finally:
        pio.templates.default = before
    assert figure.layout.template.layout.paper_bgcolor is None
    assert figure.layout.paper_bgcolor == theme.THEMES["light"].paper


def test_chosen_quantities_stand_in_the_order_asked_for() -> None:
    figure = heatmap.draw(trace_of("lstm"), ["h", "f"])
    assert [one.name for one in figure.data] == ["h", "f"]


def test_tokens_are_shown_as_they_are() -> None:
    tokens = ["<b>x</b>", "$x$", '<a href="j">', "%{x}", "我", "", "a&b"]
    written = heatmap.draw(trace_of("rnn"), tokens=tokens).layout.xaxis.ticktext
    assert written[0] == "&lt;b&gt;x&lt;/b&gt;"
    assert written[1] == "&#36;x&#36;", "Plotly would read it as mathematics"
    assert written[2] == "&lt;a href=&quot;j&quot;&gt;"
    assert written[3:5] == ("%{x}", "我")
    assert written[6] == "a&amp;b"


def test_many_columns_are_not_all_named() -> None:
    figure = heatmap.draw(trace_of("rnn", T=500, H=2), tokens=["word"] * 500)
    assert len(figure.layout.xaxis.ticktext) <= heatmap.TICKS
    assert figure.layout.width <= theme.SIZE.left + theme.SIZE.right + theme.SIZE.width[1]


def test_the_difference_of_two_runs_has_colours_of_its_own() -> None:
    one, other = trace_of("lstm"), trace_of("lstm")
    figure = heatmap.draw({q: one[q] - other[q] + 0.013 for q in ("f", "c")}, spec=one.spec, difference=True)
    for part in figure.data:
        assert part.colorscale == theme.diverging("difference")
        assert (part.zmin, part.zmax) == (-0.015, 0.015)


def test_a_stated_scale_wins() -> None:
    assert heatmap.draw(trace_of("lstm"), ["c"], scale={"c": (-7.0, 7.0)}).data[0].zmax == 7


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"arrays": {"f": np.zeros((T, H))}}, "spec"),
        ({"arrays": {"f": np.zeros((T, 2, H))}, "spec": CELLS["lstm"]}, "one sequence"),
        ({"arrays": {"f": np.zeros((T, H)), "i": np.zeros((T, 2))}, "spec": CELLS["lstm"]}, "one shape"),
        ({"arrays": {"f": np.zeros((T, H))}, "spec": CELLS["lstm"], "tokens": ["a"]}, "1 tokens for 7 steps"),
        ({"arrays": {"f": np.zeros((T, H))}, "spec": CELLS["lstm"], "quantities": ["q"]}, "no quantity 'q'"),
    ],
)
def test_what_cannot_be_drawn_is_said(arguments: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        heatmap.draw(**arguments)


# What colours stand for ----------------------------------------------------------------------------------


def test_gates_and_bounded_quantities_never_change_their_range(trace: Trace) -> None:
    for q, (low, high) in scale.of(trace.spec, trace).items():
        quantity = trace.spec.quantities[q]
        if quantity.is_share:
            assert (low, high) == (0, 1)
        else:
            assert low == -high and high >= max(1, np.abs(trace[q]).max())
            if quantity.low is not None and quantity.high is not None:
                assert high == max(1, abs(quantity.low), abs(quantity.high))


def test_the_cell_state_has_one_range_for_the_whole_sequence() -> None:
    spec = CELLS["lstm"]
    values = {"c": np.array([[0.2, -0.1], [-2.4, 0.3]])}
    assert scale.of(spec, values) == {"c": (-3, 3)}
    assert scale.of(spec, {"c": values["c"][:1]}) == {"c": (-1, 1)}
    assert scale.of(spec, {"c": np.array([[np.inf, np.nan, -1.2]])}) == {"c": (-1.5, 1.5)}


@pytest.mark.parametrize(
    ("number", "end"), [(0, 1), (1, 1), (1.01, 1.5), (2.5, 3), (9, 10), (10, 10), (11, 15), (730, 800), (0.012, 0.015)]
)
def test_ends_are_easily_said(number: float, end: float) -> None:
    assert scale.rounder(number) == pytest.approx(end)
