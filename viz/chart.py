"""Charts of the workbench: Plotly figures as plain data, with the words around them for the page to set.

A chart is described once for each theme; `pack` sends one and what differs in the other. What a visitor typed
stands in `tokens` and nowhere else: Plotly would read markup in it. `assets/player/chart.js` draws it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from . import theme as themes
from .payload import write
from .theme import SIZE, THEMES

Array = np.ndarray
Json = Any  # what JSON can hold
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Entry:
    """One entry of a legend: words, or a symbol in MathML. `dash`: "solid", "dash", "dot", "dashdot" or "box"."""

    text: str
    colour: str
    symbol: str = ""
    dash: str = "solid"


@dataclass(frozen=True)
class Scale:
    """A bar of colours with what its ends stand for."""

    low: str
    high: str
    stops: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One picture of a chart, `height` px; `symbol` is MathML. `ticks` leaves room for those of its axis."""

    height: int
    title: str
    symbol: str = ""
    legend: tuple[Entry, ...] = ()
    scale: Scale | None = None
    ticks: bool = False


@dataclass(frozen=True)
class Token:
    """A column's head: the token, and its accessible name."""

    text: str
    name: str


@dataclass(frozen=True, eq=False)
class Chart:
    """Traces on rows; the k-th row has the k-th y axis. `label` says in a sentence what there is to see.

    `columns` is the number of time steps of the shared axis, 0 for any other axis; `tokens` head them and
    `marked` is framed. Words stand beside their rows (`side`) or above them. `margin` counts without `side`.
    """

    label: str
    rows: tuple[Row, ...]
    data: list[dict[str, Json]]
    layout: dict[str, Json]
    columns: int = 0
    tokens: tuple[Token, ...] = ()
    marked: int = 0
    clickable: bool = False
    side: bool = True
    margin: Mapping[str, int] = field(default_factory=lambda: {"left": 52, "right": 14})


def pack(make: Callable[[str], Chart], plotly: str, roles: tuple[str, ...] = ()) -> bytes:
    """The message about `make(theme)`; `plotly` is where the browser finds it, `roles` those of the symbols."""
    light, dark = make("light"), make("dark")
    message = _plain(light)
    fields = {
        "label": light.label,
        "columns": light.columns,
        "tokens": [asdict(token) for token in light.tokens] or None,
        "marked": light.marked,
        "clickable": light.clickable,
        "side": light.side,
        "margin": light.margin,
        "dark": list(_changes(message, _plain(dark))),
        "colours": {theme: themes.colours(theme, roles) for theme in THEMES},
        "plotly": plotly,
    }
    text = write({**message, **fields})
    run = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()  # the chart carries it once it is drawn
    return f'{{"run":"{run}",{text[1:]}'.encode()


def numbers(values: Array) -> dict[str, str]:
    """An array as Plotly takes it in one piece; what JSON cannot hold, a NaN, is a gap in the picture."""
    with np.errstate(over="ignore"):
        packed = np.ascontiguousarray(values, "<f4")
    shape = {"shape": ", ".join(map(str, packed.shape))} if packed.ndim > 1 else {}
    return {"dtype": "f4", "bdata": base64.b64encode(packed.tobytes()).decode(), **shape}


def layout(theme: str) -> dict[str, Json]:
    """What all charts share."""
    colours = THEMES[theme]
    return {
        "template": {},  # without one Plotly takes the default, which Streamlit replaces by its own
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "font": {"family": themes.FONT, "size": SIZE.text, "color": colours.text},
        "hoverlabel": {"bgcolor": colours.paper, "bordercolor": colours.rule, "font": {"color": colours.text}},
    }


def time_axis(T: int) -> dict[str, Json]:
    """Columns of steps 1 … T, without words: the tokens above are its ticks."""
    return {"visible": False, "fixedrange": True, "range": [0.5, T + 0.5]}


def value_axis(theme: str, logarithmic: bool, values: list[Array], *, zero: bool = True) -> dict[str, Json]:
    """A y axis over all of `values`. Logarithmic, it spans what is not 0, and no more than 12 powers of ten."""
    axis: dict[str, Json] = {
        "fixedrange": True,
        "showgrid": True,
        "gridcolor": THEMES[theme].rule,
        "gridwidth": 0.5,
        "zeroline": False,
        "nticks": 5,
        "ticks": "",
        "tickfont": {"size": SIZE.small, "color": THEMES[theme].muted},
    }
    known = np.abs(np.concatenate([np.ravel(array) for array in values] or [np.zeros(0)]))
    known = known[np.isfinite(known) & (known > 0)]
    high = float(known.max(initial=0.0)) or 1.0
    if not logarithmic:
        return axis | {"range": [0 if zero else float(known.min(initial=high)), 1.08 * high]}
    low = max(float(known.min(initial=high)), high * 1e-12)
    ends = float(np.log10(low)), float(np.log10(high))
    room = max(0.08 * (ends[1] - ends[0]), 0.12)
    shown = ends[0] - room, ends[1] + room
    ticks = _ticks(*shown)
    words = {"tickvals": ticks, "ticktext": [power(tick) for tick in ticks]}
    return axis | {"type": "log", "range": shown} | words


def _ticks(low: float, high: float) -> list[float]:
    """Three to six easily said numbers between two powers of ten, both given as exponents."""
    decades = range(int(np.ceil(low)), int(np.floor(high)) + 1)
    for factors in ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0)):
        found = [factor * 10.0**k for k in range(int(np.floor(low)), int(np.ceil(high)) + 1) for factor in factors]
        found = [tick for tick in found if low <= np.log10(tick) <= high]
        if len(found) >= 3:
            break
    if len(decades) > 6:
        return [10.0**k for k in decades if k % -(-len(decades) // 5) == 0]
    return found


def power(value: float) -> str:
    """A tick of a logarithmic axis: 0.02, 1, 300, and 10⁻⁶ beyond."""
    exponent = round(float(np.log10(value)), 9)
    if -3 <= exponent <= 3:
        return f"{value:g}"
    digits = value / 10.0 ** np.floor(exponent)
    raised = str(int(np.floor(exponent))).translate(RAISED)
    return f"10{raised}" if round(digits, 6) == 1 else f"{digits:g} × 10{raised}"


def line(y: Array, colour: str, axis: int, hover: str, **settings: Json) -> dict[str, Json]:
    """A curve over steps 1 … T (or over `x`) on the `axis`-th row, from 0. What is 0 or NaN is a gap."""
    shown = np.where(np.isfinite(y) & (y != 0), y, np.nan)
    dash = settings.pop("dash", "solid")
    trace = {
        "type": "scatter",
        "mode": "lines+markers" if len(y) <= 60 else "lines",
        "y": numbers(shown),
        "x0": 1,
        "dx": 1,
        "xaxis": "x",
        "yaxis": axis_name(axis),
        "line": {"color": colour, "width": 2.4, "dash": dash},
        "marker": {"color": colour, "size": 6},
        "hovertemplate": f"{hover}<extra></extra>",
    }
    return trace | settings


def axis_name(k: int) -> str:
    """How a trace calls the k-th y axis, from 0."""
    return "y" if k == 0 else f"y{k + 1}"


def layout_name(k: int) -> str:
    """How the layout calls the k-th y axis, from 0."""
    return "yaxis" if k == 0 else f"yaxis{k + 1}"


def _plain(chart: Chart) -> dict[str, Json]:
    return {"rows": [asdict(row) for row in chart.rows], "data": chart.data, "layout": chart.layout}


def _changes(one: Json, other: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """(path, value) of every place where `other` differs from `one`; both have the same structure."""
    if one is other:
        return
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name, value in one.items():
            yield from _changes(value, other[name], (*path, name))
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        for place, value in enumerate(one):
            yield from _changes(value, other[place], (*path, place))
    elif one != other:
        yield path, other
