"""What a memory is made of, as a chart: how much was written at which token and survived until when.

    from viz import memory
    memory.picture(trace, "c", step=6, unit=1, tokens=…)

Three rows over the same columns: all units at one moment, one unit at all moments, and the same as layers over time.
All take the gates as they were. Column 0 is the initial state, column T + 1 the whole, which the others add up to.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.excerpt import excerpt
from models.jacobian import chain, linearise, spectral
from models.notation import symbol
from models.trace import Trace
from models.unroll import history, unroll

from . import chart, markup, scale
from . import theme as themes
from .chart import Chart, Entry, Json, Row, Scale, Token
from .text import say
from .theme import SIZE, THEMES

Array = np.ndarray

UNIT, UNITS = 14, (110, 320)  # px of a unit's row; of all
STEP, STEPS = 13, (120, 320)
LAYERS = 170
BANDS = 12  # sources that have a layer of their own
LEGIBLE = 15  # px of a layer that its name fits into
WORK = 1e8  # steps · states³: what the norms of that many Jacobians may cost, about 0.1 s
TINTS = (0.28, 0.46)  # of the state's hue, in turns


def picture(
    trace: Trace, state: str, step: int, unit: int, tokens: Sequence[str], *, lang: str = "en", theme: str = "light"
) -> Chart:
    """The chart of a state that carries itself; `step` and `unit` count from 1."""
    T, H = trace[state].shape
    now, over_time = _now(trace, state, step), _over_time(trace, state, unit)
    low, high = scale.of(trace.spec, {state: trace[state]})[state]
    stops = themes.diverging("activations", theme)
    bar = Scale(_end(low), _end(high), tuple(colour for _, colour in stops))
    letter = symbol(trace.spec, state, "mathml")
    rows = (
        Row(_height(H, UNIT, UNITS), say(lang, "memory.units", step=step), letter, scale=bar),
        Row(_height(T, STEP, STEPS), say(lang, "memory.past", unit=unit), letter, scale=bar),
        Row(
            LAYERS,
            say(lang, "memory.layers", unit=unit),
            letter,
            legend=(_line(trace, state, lang, theme),),
            ticks=True,
        ),
    )
    layers, axis, names = _layers(trace, state, over_time, tokens, lang, theme)
    data = [
        *_heatmaps(now, "y", "units", (low, high), stops, lang),
        *_heatmaps(over_time, "y2", "past", (low, high), stops, lang),
        *layers,
    ]
    layout = chart.layout(theme) | {
        "xaxis": {"visible": False, "fixedrange": True, "range": [-0.5, T + 1.5]},
        "yaxis": _rows_axis(H),
        "yaxis2": _rows_axis(T),
        "yaxis3": axis,
        "annotations": names,
        "shapes": [
            *_ground("y", H, T, theme),
            *_ground("y2", T, T, theme),
            _frame("y", unit, T, theme),
            _frame("y2", step, T, theme),
        ],
    }
    label = say(lang, "memory.label", symbol=markup.at(trace.spec, state, step), unit=unit)
    heads = (
        Token(say(lang, "memory.start"), say(lang, "memory.start_note")),
        *(
            Token(markup.token(token), say(lang, "memory.token", step=t, token=token))
            for t, token in enumerate(tokens, 1)
        ),
        Token(say(lang, "memory.whole"), say(lang, "memory.whole_note")),
    )
    return Chart(label, rows, data, layout, T + 2, heads, marked=step + 1, clickable=True)


def strengths(trace: Trace, step: int, tokens: Sequence[str], *, lang: str = "en", theme: str = "light") -> Chart:
    """For a cell without such a memory: how strongly each earlier state is still felt after `step`, and how much each
    step can stretch what is handed on."""
    products, single = _products(trace, step)
    hue = themes.hue("h", theme)
    rows = (
        Row(LAYERS, say(lang, "memory.felt", step=step), ticks=True),
        Row(LAYERS // 2, say(lang, "memory.stretch"), ticks=True),
    )
    data = [
        chart.line(products, hue, 0, say(lang, "memory.felt_at") + ": %{y:.3g}", x0=0),
        chart.line(single, themes.hue("x", theme), 1, say(lang, "memory.stretch_at") + ": %{y:.3g}"),
    ]
    even = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 1, "y1": 1}
    dotted = {"line": {"color": THEMES[theme].muted, "width": 1, "dash": "dot"}}
    layout = chart.layout(theme) | {
        "xaxis": {"visible": False, "fixedrange": True, "range": [-0.5, len(tokens) + 0.5]},
        "yaxis": chart.value_axis(theme, True, [products, np.ones(1)]),
        "yaxis2": chart.value_axis(theme, True, [single, np.ones(1)]),
        "shapes": [even | dotted | {"yref": axis} for axis in ("y", "y2")],
    }
    heads = (
        Token(say(lang, "memory.start"), say(lang, "memory.start_note")),
        *(
            Token(markup.token(token), say(lang, "memory.token", step=t, token=token))
            for t, token in enumerate(tokens, 1)
        ),
    )
    label = say(lang, "memory.felt_label", step=step)
    return Chart(label, rows, data, layout, len(tokens) + 1, heads, marked=step + 1, clickable=True)


# The numbers -----------------------------------------------------------------------------------------------------


def _now(trace: Trace, state: str, step: int) -> Array:
    """(H, T + 2): every unit's parts after `step`, NaN where nothing has been written yet, and the whole."""
    T, H = trace[state].shape
    parts = np.full((H, T + 2), np.nan)
    parts[:, : step + 1] = unroll(trace, state, step).T
    parts[:, -1] = trace[state][step - 1]
    return parts


def _over_time(trace: Trace, state: str, unit: int) -> Array:
    """(T, T + 2): one unit's parts after every step, and the whole."""
    T = trace.steps
    parts = np.full((T, T + 2), np.nan)
    written = np.tri(T, T + 1, 1, dtype=bool)
    parts[:, :-1][written] = history(trace, state, unit - 1)[written]
    parts[:, -1] = trace[state][:, unit - 1]
    return parts


def _products(trace: Trace, step: int) -> tuple[Array, Array]:
    """‖∂s_step/∂s_t‖ for t = 0 … T and ‖∂s_t/∂s_{t−1}‖ for t = 1 … T, NaN after `step` and where it takes too long."""
    size = sum(trace.initial[name].shape[-1] for name in trace.spec.states)
    count = int(min(step, max(1, WORK // size**3)))
    jacobians = linearise(excerpt(trace, step - count + 1, step)).state
    products, single = np.full(trace.steps + 1, np.nan), np.full(trace.steps, np.nan)
    products[step - count : step + 1] = chain(jacobians)
    single[step - count : step] = spectral(jacobians)
    return products, single


# The heatmaps ----------------------------------------------------------------------------------------------------


def _heatmaps(
    parts: Array, axis: str, kind: str, ends: scale.Range, stops: themes.Scale, lang: str
) -> list[dict[str, Json]]:
    """The initial state, the tokens and the whole: three traces, since each says something else under the pointer."""
    columns = {"start": slice(0, 1), "written": slice(1, -1), "whole": slice(-1, None)}
    return [
        {
            "type": "heatmap",
            "z": chart.numbers(parts[:, part]),
            "x0": range(parts.shape[1])[part.start],
            "y0": 1,
            "yaxis": axis,
            "zmin": ends[0],
            "zmax": ends[1],
            "colorscale": stops,
            "showscale": False,
            "hoverongaps": False,
            "hovertemplate": say(lang, f"memory.{kind}.{name}") + ": <b>%{z:.4f}</b><extra></extra>",
        }
        for name, part in columns.items()
    ]


def _rows_axis(count: int) -> dict[str, Json]:
    return {"visible": False, "fixedrange": True, "range": [count + 0.5, 0.5]}


def _ground(axis: str, count: int, T: int, theme: str) -> list[dict[str, Json]]:
    """Grey under what has not been written yet, a frame, and gaps beside the tokens: the ends are no tokens."""
    colours = THEMES[theme]
    box = {"type": "rect", "yref": axis, "x0": -0.5, "x1": T + 1.5, "y0": 0.5, "y1": count + 0.5}
    fill = {"fillcolor": themes.mix(colours.paper, colours.text, 0.06), "line": {"width": 0}, "layer": "below"}
    gap = {"type": "line", "yref": axis, "y0": 0.5, "y1": count + 0.5, "line": {"color": colours.paper, "width": 6}}
    edge = {"line": {"color": colours.rule, "width": 1}}
    return [box | fill, box | edge, *(gap | {"x0": x, "x1": x} for x in (0.5, T + 0.5))]


def _frame(axis: str, row: int, T: int, theme: str) -> dict[str, Json]:
    line = {"color": THEMES[theme].text, "width": 2}
    return {"type": "rect", "yref": axis, "x0": -0.5, "x1": T + 1.5, "y0": row - 0.5, "y1": row + 0.5, "line": line}


# The layers ------------------------------------------------------------------------------------------------------


def _layers(
    trace: Trace, state: str, over_time: Array, tokens: Sequence[str], lang: str, theme: str
) -> tuple[list[dict[str, Json]], dict[str, Json], list[dict[str, Json]]]:
    """Traces, axis and names. What is above zero and what is below are stacked apart; the line is their sum."""
    colours, hue = THEMES[theme], themes.hue(trace.spec.quantities[state].role, theme)
    values, parts = over_time[:, -1], np.nan_to_num(over_time[:, :-1])
    low, high = _reach(parts, values)
    traces, names = [], []
    stacked = {"above": np.zeros(len(values)), "below": np.zeros(len(values))}
    for k, (name, band) in enumerate(_bands(parts, tokens, lang)):
        colour = themes.mix(colours.paper, hue if name else colours.text, TINTS[k % 2] if name else 0.18)
        for side, part in (("above", np.maximum(band, 0)), ("below", np.minimum(band, 0))):
            if not part.any():
                continue
            middle, stacked[side] = stacked[side] + part / 2, stacked[side] + part
            line = {"width": 0.8, "color": colours.paper, "shape": "hv"}
            filled = {"stackgroup": side, "fillcolor": colour, "line": line, "hoverinfo": "skip"}
            traces.append(_steps(part) | filled)
            at = int(np.argmax(np.abs(part)))
            if name and abs(part[at]) / (high - low) * LAYERS >= LEGIBLE:
                place = {"x": at + 1, "y": float(middle[at]), "yref": "y3", "showarrow": False}
                names.append({"text": name, **place, "font": {"size": SIZE.small + 1, "color": colours.text}})
    whole = say(lang, "memory.layers.whole") + ": <b>%{y:.4f}</b><extra></extra>"
    ink = {"color": themes.ink(trace.spec.quantities[state].role, theme), "width": 2.4, "shape": "hv"}
    traces.append(_steps(values) | {"line": ink, "hovertemplate": whole})
    margin = 0.06 * (high - low)
    axis = chart.value_axis(theme, False, [values]) | {
        "range": [low - margin, high + margin],
        "zeroline": True,
        "zerolinecolor": colours.muted,
    }
    return traces, axis, names


def _bands(parts: Array, tokens: Sequence[str], lang: str) -> list[tuple[str, Array]]:
    """(name, values (T,)) from the oldest source to the newest, then all small ones together, without a name."""
    sizes = np.abs(parts).max(axis=0, initial=0.0)
    shown = sorted(np.argsort(-sizes, kind="stable")[:BANDS].tolist())
    words = [say(lang, "memory.start"), *tokens]
    bands = [(markup.plain(markup.token(words[k])), parts[:, k]) for k in shown if sizes[k] > 0]
    others = np.delete(parts, shown, axis=1)
    if np.any(others):
        bands += [("", np.maximum(others, 0).sum(axis=1)), ("", np.minimum(others, 0).sum(axis=1))]
    return bands


def _steps(values: Array) -> dict[str, Json]:
    """Every value holds from edge to edge of its column."""
    edges = np.arange(len(values) + 1) + 0.5
    y = chart.numbers(np.append(values, values[-1]))
    return {"type": "scatter", "mode": "lines", "x": chart.numbers(edges), "y": y, "yaxis": "y3"}


def _reach(parts: Array, values: Array) -> scale.Range:
    ends = np.array([np.minimum(parts, 0).sum(axis=1), np.maximum(parts, 0).sum(axis=1), values])
    ends = ends[np.isfinite(ends)]
    low, high = float(ends.min(initial=0.0)), float(ends.max(initial=0.0))
    end = max(high, -low, 0.25)
    return min(low, -0.1 * end), max(high, 0.1 * end)


# Words -----------------------------------------------------------------------------------------------------------


def _line(trace: Trace, state: str, lang: str, theme: str) -> Entry:
    ink = themes.ink(trace.spec.quantities[state].role, theme)
    return Entry(say(lang, "memory.line"), ink)


def _height(count: int, each: int, ends: tuple[int, int]) -> int:
    return min(max(each * count, ends[0]), ends[1])


def _end(value: float) -> str:
    return f"{value:g}".replace("-", "−")
