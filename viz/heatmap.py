"""Quantities over time as heatmaps: one picture per quantity, units down, time across.

    from viz import heatmap
    heatmap.draw(trace)             # a labelled Plotly figure, for notebooks and exports

`figure` is the same picture without numbers, words and margins: the stage fills it and draws around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from models.notation import split_name
from models.spec import OUTPUTS, CellSpec
from models.trace import Trace

from . import scale as scales
from . import theme as themes
from .scale import Range
from .theme import SIZE, THEMES

GAP = 0.08  # of a row's height, between two rows; the stage sets its own
TICKS = 40  # more columns than that are not all named, and have no gaps between them


def names(spec: CellSpec) -> tuple[str, ...]:
    """The quantities that have one value per unit, so that they can stand above each other. In the order of
    computation."""
    return tuple(name for name, quantity in spec.quantities.items() if quantity.width == "H")


def figure(
    spec: CellSpec, T: int, H: int, scale: Mapping[str, Range] | None = None, theme: str = "light", Q: int = OUTPUTS
) -> dict[str, Any]:
    """The figure of a whole cell as plain data, one trace per quantity, without z.

    Axes are hidden and fixed, margins zero: column k of T and row u of H, or of Q, lie where the page expects them.
    """
    shown = tuple(spec.quantities)
    ranges = {**scales.of(spec), **(scale or {})}
    rows = _domains(len(shown), GAP)
    units = [H if spec.quantities[name].width == "H" else Q for name in shown]
    layout = {**_layout(theme), **_axes(rows, T, units), "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0}}
    return {"data": [_trace(spec, q, k, ranges[q], theme) for k, q in enumerate(shown)], "layout": layout}


def draw(
    arrays: Trace | Mapping[str, np.ndarray],
    quantities: Sequence[str] | None = None,
    *,
    spec: CellSpec | None = None,
    tokens: Sequence[str] | None = None,
    theme: str = "light",
    scale: Mapping[str, Range] | None = None,
    difference: bool = False,
) -> go.Figure:
    """A labelled figure of a trace, or of (T, H) arrays by quantity with their `spec`.

    `tokens` (T) name the columns. `difference` is for the difference of two runs: every heatmap then has the
    diverging scale of differences. Raises ValueError for arrays that are not (T, H) each.
    """
    cell = arrays.spec if isinstance(arrays, Trace) else spec
    if cell is None:
        raise ValueError("arrays alone do not say what they are: pass spec=CELLS[…] with them")
    shown = tuple(quantities) if quantities else tuple(q for q in names(cell) if q in arrays)
    values = {q: _matrix(q, cell, arrays) for q in shown}
    T, H = _shape(values)
    if tokens is not None and len(tokens) != T:
        raise ValueError(f"{len(tokens)} tokens for {T} steps")
    usual = scales.symmetric(values) if difference else scales.of(cell, values)
    ranges = {**usual, **(scale or {})}

    height = min(max(H * SIZE.unit, SIZE.row[0]), SIZE.row[1])
    rows = _domains(len(shown), SIZE.gap / height)
    layout = {**_layout(theme), **_axes(rows, T, [H] * len(rows))}
    traces = []
    for k, q in enumerate(shown):
        colours = themes.diverging("difference", theme) if difference else themes.scale_of(cell.quantities[q], theme)
        trace = _trace(cell, q, k, ranges[q], theme) | {"z": values[q].T, "colorscale": colours}
        label = _plain(cell.quantities[q].label)
        hover = f"{label}, unit %{{y}}, step %{{x}}: <b>%{{z:.4f}}</b><extra></extra>"
        traces.append(trace | {"hoverinfo": None, "hovertemplate": hover} | _bar(rows[k], height, ranges[q], theme))
    layout["annotations"] = [_label(cell, q, row, theme) for q, row in zip(shown, rows, strict=True)]
    layout["shapes"] = [_frame(cell, q, row, theme) for q, row in zip(shown, rows, strict=True)]
    layout["xaxis"] |= {"visible": True, **_columns(T, tokens, theme)}
    layout["xaxis"]["anchor"] = "y"
    layout |= {
        "margin": {"l": SIZE.left, "r": SIZE.right, "t": SIZE.top, "b": SIZE.bottom},
        "width": SIZE.left + SIZE.right + min(max(T * SIZE.column, SIZE.width[0]), SIZE.width[1]),
        "height": SIZE.top + SIZE.bottom + len(shown) * (height + SIZE.gap) - SIZE.gap,
    }
    return go.Figure({"data": traces, "layout": layout})


def _matrix(name: str, spec: CellSpec, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    if name not in spec.quantities:
        raise ValueError(f"{spec.key} has no quantity {name!r}; it has {list(spec.quantities)}")
    values = np.asarray(arrays[name])
    if values.ndim != 2:
        raise ValueError(f"{name} is {values.shape}; a heatmap draws one sequence, (T, H)")
    return values


def _shape(values: Mapping[str, np.ndarray]) -> tuple[int, int]:
    shapes = {array.shape for array in values.values()}
    if len(shapes) != 1:
        raise ValueError(f"heatmaps stand above each other and need one shape; these have {sorted(shapes)}")
    T, H = shapes.pop()
    return T, H


def _domains(count: int, gap: float) -> list[tuple[float, float]]:
    """From top to bottom, the share of the height that each row takes; `gap` in row heights."""
    whole = count + (count - 1) * gap
    tops = [k * (1 + gap) for k in range(count)]
    return [(max(0.0, 1 - (top + 1) / whole), 1 - top / whole) for top in tops]


def _layout(theme: str) -> dict[str, Any]:
    colours = THEMES[theme]
    return {
        "template": {},  # without one Plotly takes the default, which Streamlit replaces by its own
        "autosize": False,
        "showlegend": False,
        "paper_bgcolor": colours.paper,
        "plot_bgcolor": colours.paper,
        "font": {"family": themes.FONT, "size": SIZE.text, "color": colours.text},
    }


def _axes(rows: Sequence[tuple[float, float]], T: int, units: Sequence[int]) -> dict[str, Any]:
    """Ranges are fixed and steps and units count from 1; unit 1 is at the top."""
    hidden = {"visible": False, "fixedrange": True, "automargin": False}
    axes: dict[str, Any] = {"xaxis": {**hidden, "range": [0.5, T + 0.5]}}
    for k, ((low, high), count) in enumerate(zip(rows, units, strict=True)):
        axes[f"yaxis{_number(k)}"] = {**hidden, "range": [count + 0.5, 0.5], "domain": [low, high]}
    return axes


def _trace(spec: CellSpec, name: str, k: int, limits: Range, theme: str) -> dict[str, Any]:
    return {
        "type": "heatmap",
        "name": name,
        "xaxis": "x",
        "yaxis": f"y{_number(k)}",
        "x0": 1,
        "y0": 1,
        "zmin": limits[0],
        "zmax": limits[1],
        "colorscale": themes.scale_of(spec.quantities[name], theme),
        "showscale": False,
        "hoverinfo": "skip",
    }


def _number(k: int) -> str:
    return "" if k == 0 else str(k + 1)


def _bar(row: tuple[float, float], height: int, limits: Range, theme: str) -> dict[str, Any]:
    """A small bar at the right of a row that says which numbers its colours stand for."""
    low, high = limits
    ticks = [low, 0.0, high] if low < 0 else [low, high]
    bar = {
        "x": 1.01, "y": (row[0] + row[1]) / 2, "len": height - SIZE.small, "lenmode": "pixels", "thickness": SIZE.bar,
        "xpad": 0, "ypad": 0, "outlinewidth": 0.5, "outlinecolor": THEMES[theme].rule,
        "tickvals": ticks, "ticktext": [f"{tick:g}".replace("-", "−") for tick in ticks],
        "tickfont": {"size": SIZE.small, "color": THEMES[theme].muted},
    }  # fmt: skip
    return {"showscale": True, "colorbar": bar}


def _label(spec: CellSpec, name: str, row: tuple[float, float], theme: str) -> dict[str, Any]:
    quantity = spec.quantities[name]
    letter, tilde, mark = split_name(name)
    symbol = f"<i>{letter}{'̃' if tilde else ''}</i>{_plain(mark)}<sub>t</sub>"
    ink = themes.ink(quantity.role, theme)
    style = f"font-family:{themes.MATH_FONT};font-size:{SIZE.symbol}px;color:{ink}"
    return {
        "text": f"{_plain(quantity.label)}  <span style='{style}'>{symbol}</span>",
        "xref": "paper", "yref": "paper", "x": 0, "y": (row[0] + row[1]) / 2, "xshift": -10,
        "xanchor": "right", "yanchor": "middle", "showarrow": False,
    }  # fmt: skip


def _frame(spec: CellSpec, name: str, row: tuple[float, float], theme: str) -> dict[str, Any]:
    """An outline, since 0 has the colour of the page."""
    colour = themes.mix(THEMES[theme].paper, themes.hue(spec.quantities[name].role, theme), 0.55)
    return {
        "type": "rect", "xref": "paper", "yref": "paper", "x0": 0, "x1": 1, "y0": row[0], "y1": row[1],
        "line": {"color": colour, "width": 1},
    }  # fmt: skip


def _columns(T: int, tokens: Sequence[str] | None, theme: str) -> dict[str, Any]:
    every = -(-T // TICKS)
    steps = list(range(1, T + 1, every))
    texts = [_plain(tokens[step - 1][:24]) for step in steps] if tokens is not None else [str(s) for s in steps]
    return {
        "side": "top", "tickvals": steps, "ticktext": texts, "ticks": "", "showgrid": False,
        "zeroline": False, "tickfont": {"color": THEMES[theme].text}, "automargin": True,
    }  # fmt: skip


def _plain(text: str) -> str:
    """Plotly reads <b> and <a href> in its texts, and $x$ as mathematics; here they are characters."""
    return escape(text).replace("$", "&#36;")
