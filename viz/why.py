"""Why a number is what it is, as a picture: its terms fall onto the curve that makes them the value.

    from viz import why
    why.draw(trace, "f", step=6, unit=1, tokens=…)      # a Plotly figure, for notebooks and exports

Above, the terms one after the other, each starting where the one before it ended. Below, on the same axis, the
squashing function: the sum drops onto it. A number that is not squashed has the curve of how it answers to the one
thing that it is most made of: a memory to its own past, a hidden state to the memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from models.anatomy import Response
from models.explain import squashing
from models.trace import Trace

from . import curves, markup, scale
from . import theme as themes
from .terms import Row, rows
from .theme import SIZE, THEMES

ROW, BAR = 27, 0.62  # pixels; share of a row that its bar takes
TOP, GAP, CURVE, BOTTOM = 12, 34, 190, 40
LEFT, RIGHT = 176, 74
REACH = {"sigmoid": 6.0, "softmax": 6.0, "log_sigmoid": 6.0}  # how far a curve is shown at least; 3 for the others


@dataclass(frozen=True)
class Picture:
    """A figure as plain data, and the rows in it: row k is ROW pixels high and begins TOP + k · ROW below the top.

    `caption` says what the curve is the curve of, `axis` what it runs along; the curve begins `curve` pixels below the
    top. All three are empty where there is no curve.
    """

    figure: dict[str, Any]
    rows: tuple[Row, ...]
    caption: str = ""
    axis: str = ""
    curve: int = 0


def draw(
    trace: Trace,
    name: str,
    step: int,
    unit: int,
    tokens: Sequence[str] | None = None,
    *,
    lang: str = "en",
    theme: str = "light",
    features: Sequence[str] = (),
    everything: bool = False,
) -> go.Figure:
    """The picture of one number; `step` and `unit` count from 1, `tokens` (T) name the steps, `features` (D) the
    inputs."""
    words = tokens if tokens is not None else [str(k + 1) for k in range(trace.steps)]
    found = picture(trace, name, step, unit, words, lang=lang, theme=theme, features=features, everything=everything)
    return go.Figure(found.figure)


def picture(
    trace: Trace,
    name: str,
    step: int,
    unit: int,
    tokens: Sequence[str],
    *,
    lang: str = "en",
    theme: str = "light",
    features: Sequence[str] = (),
    everything: bool = False,
    words: bool = True,
) -> Picture:
    """As `draw`, as plain data and with its rows. Without `words`, the page writes them around the figure itself."""
    listed = rows(trace, name, step, unit, tokens, lang, features=features, everything=everything)
    spec, squashed = trace.spec, squashing(trace, name) is not None
    low, high = _ends(trace, name, listed, squashed)
    answer = curves.of(trace, name, step, unit, (low, high) if squashed else None)
    place = _places(len(listed), answer is not None)
    data = _bars(listed, low, high, theme)
    layout = _layout(listed, place, (low, high), theme)
    caption = axis = ""
    if answer is not None:
        caption, axis = curves.caption(trace, name, step, lang), curves.along(trace, name, step, answer, lang)
        data += curves.traces(trace, name, step, unit, answer, theme)
        for which, settings in curves.axes(trace, name, step, unit, answer, place.curve, theme).items():
            layout[which] = layout.get(which, {}) | settings
        if squashed:
            layout["shapes"].append(_drop(listed, answer, layout, theme))
    if words:
        data.append(_numbers(listed, high + curves.EDGE * (high - low)))
        layout["yaxis"] |= {"showticklabels": True, **_labels(listed, theme)}
        if answer is not None:
            layout["annotations"] = [curves.written(caption, spec.quantities[name].role, place.curve, theme)]
            layout["xaxis" if squashed else "xaxis2"]["title"] = curves.title(axis, theme)
    below = TOP + len(listed) * ROW + GAP if answer is not None else 0
    return Picture({"data": data, "layout": layout}, listed, caption, axis, below)


# What is drawn where -----------------------------------------------------------------------------------------


def _ends(trace: Trace, name: str, listed: Sequence[Row], squashed: bool) -> scale.Range:
    """The axis of the terms: from round number to round number, so that it rarely changes from step to step."""
    ends = np.array([[row.start, row.end] for row in listed])
    ends = ends[np.isfinite(ends)]
    if squashed:
        reach = REACH.get(trace.spec.quantities[name].expr.op, 3.0)
        low, high = -reach, reach
    else:
        low, high = 0.0, 0.0
    low, high = min(low, ends.min(initial=0.0)), max(high, ends.max(initial=0.0))
    # A gate among factors is a share of 1; small changes of a memory look small. Zero keeps away from the edge.
    least = 1.0 if listed[0].kind == "factor" else max(0.5, 0.25 * max(-low, high))
    return -scale.rounder(max(-low, least)), scale.rounder(max(high, least))


@dataclass(frozen=True)
class _Place:
    """Shares of the drawing's height, from the bottom: the curve up to `curve`, the rows from `rows` on."""

    height: int
    curve: float
    rows: float


def _places(count: int, curved: bool) -> _Place:
    below = CURVE + GAP if curved else 0
    inside = count * ROW + below
    return _Place(TOP + inside + BOTTOM, (CURVE if curved else 0) / inside, below / inside)


def _layout(listed: Sequence[Row], place: _Place, ends: scale.Range, theme: str) -> dict[str, Any]:
    colours = THEMES[theme]
    margin = curves.EDGE * (ends[1] - ends[0])
    count = len(listed)
    line = {"color": colours.rule, "width": 1}
    shapes: list[dict[str, Any]] = []
    if listed[-1].kind == "total":
        y = count - 1.5
        shapes.append({"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line})
    return {
        "template": {},  # without one Plotly takes the default, which Streamlit replaces by its own
        "showlegend": False,
        "paper_bgcolor": colours.paper,
        "plot_bgcolor": colours.paper,
        "font": {"family": themes.FONT, "size": SIZE.text, "color": colours.text},
        "margin": {"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM, "pad": 0},
        "height": place.height,
        "dragmode": False,
        "hovermode": False,
        "barmode": "overlay",
        "bargap": 0,
        "xaxis": curves.axis(theme, range=[ends[0] - margin, ends[1] + margin], anchor="y", nticks=9),
        "yaxis": curves.axis(
            theme,
            range=[count - 0.5, -0.5],
            domain=[place.rows, 1],
            showticklabels=False,
            showgrid=False,
            zeroline=False,
        ),
        "shapes": shapes,
    }


# The terms ---------------------------------------------------------------------------------------------------


def _bars(listed: Sequence[Row], low: float, high: float, theme: str) -> list[dict[str, Any]]:
    colours = THEMES[theme]
    neutral = themes.mix(colours.paper, colours.text, 0.42)
    inks = [themes.hue(row.role, theme) if row.role else neutral for row in listed]
    starts, lengths, joints_x, joints_y = [], [], [], []
    previous: float | None = None
    for k, row in enumerate(listed):
        start, end = np.nan_to_num([row.start, row.end], nan=0.0, posinf=high, neginf=low)
        starts.append(float(start))
        lengths.append(float(end - start))
        if previous is not None and row.kind != "factor":
            joints_x += [previous, previous, None]
            joints_y += [k - 1 + BAR / 2, k - BAR / 2, None]
        previous = None if row.kind == "factor" else float(end)
    count = list(range(len(listed)))
    bars = []
    for total in (False, True):
        at = [k for k in count if (listed[k].kind == "total") == total]
        marker: dict[str, Any] = {"color": [inks[k] for k in at], "line": {"width": 0}}
        if total and at:
            pattern = {"shape": "/", "fillmode": "overlay", "size": 7, "solidity": 0.25, "fgcolor": colours.paper}
            marker |= {"color": inks[at[0]], "pattern": pattern}
        bars.append({
            "type": "bar", "orientation": "h", "width": BAR, "marker": marker,
            "y": at, "base": [starts[k] for k in at], "x": [lengths[k] for k in at],
        })  # fmt: skip
    joints = {
        "type": "scatter", "mode": "lines", "x": joints_x, "y": joints_y,
        "line": {"color": colours.muted, "width": 1}, "cliponaxis": False,
    }  # fmt: skip
    return [*bars, joints, *_details(listed, low, high, theme)]


def _labels(listed: Sequence[Row], theme: str) -> dict[str, Any]:
    """The names of the rows, left of them."""
    names = [markup.coloured(row.label, row.role, theme, bold=row.kind == "total") for row in listed]
    font = {"size": SIZE.text, "color": THEMES[theme].text}
    return {"tickvals": list(range(len(listed))), "ticktext": names, "tickfont": font, "automargin": False}


def _numbers(listed: Sequence[Row], x: float) -> dict[str, Any]:
    """The values of the rows, right of them."""
    values = [f"<b>{row.number}</b>" if row.kind == "total" else row.number for row in listed]
    return {
        "type": "scatter", "mode": "text", "cliponaxis": False, "textposition": "middle right",
        "x": [x] * len(listed), "y": list(range(len(listed))), "text": values,
    }  # fmt: skip


def _details(listed: Sequence[Row], low: float, high: float, theme: str) -> list[dict[str, Any]]:
    """The products behind the bars, written where there is room."""
    shown = [(k, row) for k, row in enumerate(listed) if row.detail]
    if not shown:
        return []
    right = [row.start + row.end < low + high for _, row in shown]
    x = [
        max(row.start, row.end) if to_right else min(row.start, row.end)
        for (_, row), to_right in zip(shown, right, strict=True)
    ]
    gap = 0.012 * (high - low)
    return [{
        "type": "scatter", "mode": "text", "cliponaxis": False, "y": [k for k, _ in shown],
        "x": [float(np.nan_to_num(at)) + (gap if to_right else -gap) for at, to_right in zip(x, right, strict=True)],
        "text": [row.detail for _, row in shown],
        "textposition": ["middle right" if to_right else "middle left" for to_right in right],
        "textfont": {"color": THEMES[theme].muted, "size": SIZE.text},
    }]  # fmt: skip


def _drop(listed: Sequence[Row], answer: Response, layout: dict[str, Any], theme: str) -> dict[str, Any]:
    """From the end of the sum's bar down to the curve."""
    low, high = layout["yaxis2"]["range"]
    bottom = (answer.value - low) / (high - low) * layout["yaxis2"]["domain"][1]
    rows_low = layout["yaxis"]["domain"][0]
    top = rows_low + (1 - rows_low) * (0.5 - BAR / 2) / len(listed)
    at = curves.within(answer)
    line = {"color": THEMES[theme].muted, "width": 1.5, "dash": "dot"}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": bottom, "y1": top, "line": line}
