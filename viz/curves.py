"""The curve below the terms of a number: how it answers to their sum, or to what it is most made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.algebra import OPS, Node
from models.anatomy import Response, response, variable
from models.explain import squashing
from models.notation import expression
from models.trace import Trace

from . import markup, scale
from . import theme as themes
from .text import say
from .theme import SIZE, THEMES

POINTS = 161
EDGE = 0.04  # of an axis, beyond what lies on it


def of(trace: Trace, name: str, step: int, unit: int, shared: scale.Range | None) -> Response | None:
    """The curve of a number (`step` and `unit` from 1); None for a plain sum. `shared` is the axis of the terms, which
    the curve of a squashing function lies on too; other curves are as wide as what they run along."""
    along = variable(trace.spec, name)
    if along is None:
        return None
    if shared is None:
        low, high = scale.of(trace.spec, {along.name: trace[along.name]})[along.name]
        point = response(trace, name, step, unit - 1, np.zeros(1))
        if point is not None and np.isfinite(point.at):
            low, high = min(low, point.at), max(high, point.at)
        shared = low, high
    margin = EDGE * (shared[1] - shared[0])
    return response(trace, name, step, unit - 1, np.linspace(shared[0] - margin, shared[1] + margin, POINTS))


def traces(trace: Trace, name: str, step: int, unit: int, answer: Response, theme: str) -> list[dict[str, Any]]:
    """The curve, the point on it, the diagonal on which a memory stays what it was, and a ring around the value
    that a tweak holds."""
    colours, hue = THEMES[theme], themes.hue(trace.spec.quantities[name].role, theme)
    own = {"xaxis": "x" if squashing(trace, name) else "x2", "yaxis": "y2"}
    y = np.where(np.isfinite(answer.y), answer.y, np.nan)
    curve = {"type": "scatter", "mode": "lines", "x": answer.x, "y": y, "line": {"color": hue, "width": 2.5}, **own}
    at = within(answer)
    place = _beside(answer, at, bool(squashing(trace, name)))
    point = {
        "type": "scatter", "mode": "markers+text", "x": [at], "y": [answer.value], "cliponaxis": False,
        "marker": {"size": 13, "color": hue, "line": {"color": colours.paper, "width": 2}},
        "text": [f"<b>{markup.number(answer.value)}</b>"], "textposition": place,
        "textfont": {"size": SIZE.text + 3, "color": themes.ink(trace.spec.quantities[name].role, theme)}, **own,
    }  # fmt: skip
    drawn: list[dict[str, Any]] = [curve, point]
    if answer.along == name:
        ends = [answer.x[0], answer.x[-1]]
        line = {"color": colours.muted, "width": 1, "dash": "dot"}
        drawn.insert(0, {"type": "scatter", "mode": "lines", "x": ends, "y": ends, "line": line, **own})
    if held(trace, name, step, unit) is None:
        return drawn
    ring = {"size": 15, "color": themes.CLEAR, "line": {"color": hue, "width": 2.5}}
    actual = [float(trace[name][step - 1, unit - 1])]
    return [*drawn, {"type": "scatter", "mode": "markers", "x": [at], "y": actual, "marker": ring, **own}]


def axes(
    trace: Trace, name: str, step: int, unit: int, answer: Response, height: float, theme: str
) -> dict[str, dict[str, Any]]:
    """The axes of the curve, which takes the lower `height` of the drawing."""
    low, high = _ends(trace, name, step, unit, answer)
    margin = 0.1 * (high - low)
    y = axis(theme, range=[low - margin, high + margin], domain=[0, height], nticks=5)
    if (low, high) in ((0.0, 1.0), (-1.0, 1.0)):
        y["tickvals"] = sorted({low, (low + high) / 2, high})
    if squashing(trace, name):
        return {"yaxis2": {**y, "anchor": "x"}, "xaxis": {"anchor": "y2"}}
    ends = [float(answer.x[0]), float(answer.x[-1])]
    return {"yaxis2": {**y, "anchor": "x2"}, "xaxis2": axis(theme, range=ends, anchor="y2", nticks=9)}


def caption(trace: Trace, name: str, step: int, lang: str) -> str:
    """What the curve is the curve of, in markup."""
    symbol = markup.formula(expression(trace.spec, Node("quantity", name=name), "text"), step)
    op = squashing(trace, name)
    return f"{symbol} = {OPS[op].symbol}({say(lang, 'why.sum')})" if op else symbol


def along(trace: Trace, name: str, step: int, answer: Response, lang: str) -> str:
    """What the curve runs along."""
    if squashing(trace, name):
        return say(lang, "why.sum_axis")
    return markup.at(trace.spec, answer.along, step - answer.lag)


def written(caption: str, role: str, height: float, theme: str) -> dict[str, Any]:
    """The caption inside a figure, in the upper left corner of the curve: where it rises there is room."""
    return {
        "text": markup.coloured(caption, role, theme, bold=True), "showarrow": False, "xref": "paper", "x": 0,
        "xanchor": "left", "xshift": 8, "yref": "paper", "y": height, "yanchor": "top", "yshift": -4,
        "font": {"size": SIZE.text + 2}, "bgcolor": THEMES[theme].paper, "borderpad": 2,
    }  # fmt: skip


def title(text: str, theme: str) -> dict[str, Any]:
    """The name of the curve's axis inside a figure."""
    return {"text": text, "font": {"size": SIZE.text, "color": THEMES[theme].muted}, "standoff": 6}


def axis(theme: str, **more: Any) -> dict[str, Any]:
    """A quiet axis that does not move under the finger."""
    colours = THEMES[theme]
    return {
        "fixedrange": True,
        "showgrid": True,
        "gridcolor": themes.mix(colours.paper, colours.rule, 0.55),
        "zeroline": True,
        "zerolinecolor": colours.muted,
        "zerolinewidth": 1,
        "ticks": "",
        "tickfont": {"size": SIZE.small, "color": colours.muted},
        **more,
    }


def within(answer: Response) -> float:
    """Where the number stands, or the end of the curve that it lies beyond."""
    return float(np.clip(np.nan_to_num(answer.at), answer.x[0], answer.x[-1]))


def held(trace: Trace, name: str, step: int, unit: int) -> float | None:
    """What a tweak holds the number at, None where it is free."""
    pins = trace.clamp.get(name)
    pin = np.nan if pins is None else float(pins[step - 1, unit - 1])
    return None if np.isnan(pin) else pin


def _beside(answer: Response, at: float, flat_ends: bool) -> str:
    """Where the point's number stands free of the curve and of the edge."""
    left = (at - answer.x[0]) / (answer.x[-1] - answer.x[0])
    y = answer.y[np.isfinite(answer.y)]
    if flat_ends:
        high = len(y) > 0 and 2 * answer.value > y.min() + y.max()
        return f"{'bottom' if high else 'top'} {('left' if left > 0.8 else 'right') if high or left < 0.2 else 'left'}"
    if len(y) == 0 or y[-1] >= y[0]:
        return "top left" if left > 0.2 else "bottom right"
    return "top right" if left < 0.8 else "bottom left"


def _ends(trace: Trace, name: str, step: int, unit: int, answer: Response) -> scale.Range:
    quantity = trace.spec.quantities[name]
    if quantity.kind == "gate" or (quantity.low, quantity.high) == (0.0, 1.0):
        return 0.0, 1.0
    if (quantity.low, quantity.high) == (-1.0, 1.0):
        return -1.0, 1.0
    values = np.array([*answer.y, answer.value, trace[name][step - 1, unit - 1]])
    values = values[np.isfinite(values)]
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    if answer.along == name:  # one step back: on equal axes the slope is what is kept
        low, high = min(low, float(answer.x[0])), max(high, float(answer.x[-1]))
    return (low, high) if high > low else (-1.0, 1.0)
