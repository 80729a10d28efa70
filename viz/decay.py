"""How far back gradients reach: several cells on one text, and cells that are made to vanish or to explode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.engine import quietly
from models.excerpt import excerpt
from models.gradient import keeps
from models.jacobian import linearise, reach, spectral
from models.spec import CellSpec
from models.trace import Trace
from models.vanishing import Decay, Setting, output

from . import chart, gradient
from .chart import Chart, Entry, Json, Row
from .gradient import heads, kept
from .text import say
from .theme import SIZE, THEMES, mix

Array = np.ndarray

REACH, GAINS, KEEPS = 210, 120, 110  # px
FALL, CLIPPED = 330, 46
DASHES = ("solid", "dash", "dot", "dashdot")
MARKS = ("circle", "square", "diamond", "triangle-up")
FLOOR, CEILING = -12, 10  # powers of ten of the demonstration: fixed, so that the curves move and not the axis
BARS = -6, 8


@dataclass(frozen=True, eq=False)
class Peer:
    """One cell of the comparison; arrays over time (T,), NaN where nothing was computed."""

    spec: CellSpec
    reach: Array
    gains: Array
    keeps: Mapping[str, Array]


@quietly
def peer(trace: Trace, step: int) -> Peer:
    """What the whole output of `step` feels of every token, what each step can stretch, what its gates keep."""
    size = sum(trace.initial[name].shape[-1] for name in trace.spec.states)
    counted = int(min(step, max(1, gradient.WORK // max(size, 1) ** 3)))
    gains, felt = np.full(trace.steps, np.nan), np.full(trace.steps, np.nan)
    past = slice(step - counted, step)
    steps = linearise(excerpt(trace, step - counted + 1, step))
    felt[past] = reach(steps, output(trace.spec), counted).x
    if size:
        gains[past] = spectral(steps.state)
    return Peer(trace.spec, felt, gains, {name: keep.mean(axis=-1) for name, keep in keeps(trace).items()})


def together(
    peers: Sequence[Peer], tokens: Sequence[str], step: int, lang: str, theme: str, *, logarithmic: bool = True
) -> Chart:
    """One curve for each cell, over one time axis: reach, gain of each step, mean of what the gates keep."""
    T = len(tokens)
    colours = THEMES[theme].lines
    titles = [say(lang, one.spec.title) for one in peers]
    layout = chart.layout(theme) | {"xaxis": chart.time_axis(T)}
    felt: list[dict[str, Json]] = []
    gained: list[dict[str, Json]] = []
    left: list[dict[str, Json]] = []
    names: list[Entry] = []
    gates: list[Entry] = []
    for k, (one, title) in enumerate(zip(peers, titles, strict=True)):
        style = {"dash": DASHES[k], "marker": {"color": colours[k], "size": 7, "symbol": MARKS[k]}}
        names.append(Entry(title, colours[k], dash=DASHES[k]))
        for kind, values, curves in (("reach", one.reach, felt), ("gain", one.gains, gained)):
            hover = say(lang, f"gradient.hover.{kind}_of", cell=title)
            curves.append(chart.line(values, colours[k], 0, hover, **style))
        for name, keep in one.keeps.items():
            hover = say(lang, "gradient.hover.keep_of", cell=title, gate=kept(one.spec, name, "text"))
            left.append(chart.line(keep, colours[k], 0, hover, **style))
            gates.append(replace(names[-1], text="", symbol=f"<math>{kept(one.spec, name, 'mathml')}</math>"))
    rows = [
        Row(REACH, say(lang, "gradient.reach"), f"<math>{_reach(step)}</math>", tuple(names), ticks=True),
        Row(GAINS, say(lang, "gradient.gains"), ticks=True),
        Row(KEEPS, say(lang, "gradient.keeps"), legend=tuple(gates), ticks=True),
    ]
    groups = [felt, gained, left]
    spans = [[one.reach for one in peers], [*(one.gains for one in peers), np.ones(1)], [np.ones(1)]]
    shown = [k for k, group in enumerate(groups) if group]
    data: list[dict[str, Json]] = []
    for place, k in enumerate(shown):
        data += [trace | {"yaxis": chart.axis_name(place)} for trace in groups[k]]
        layout[chart.layout_name(place)] = chart.value_axis(theme, logarithmic and k == 0, spans[k])
    label = say(lang, "gradient.together.label", cells=", ".join(titles), step=step)
    return Chart(
        label, tuple(rows[k] for k in shown), data, layout, T, heads(tokens, lang), marked=step, clickable=True
    )


def falling(found: Mapping[str, Decay], titles: Mapping[str, str], setting: Setting, lang: str, theme: str) -> Chart:
    """‖∂s_T/∂s_{T−k}‖ over the distance k; dotted what the direct path alone would leave, thin the bound σ^k."""
    colours = THEMES[theme].lines
    data: list[dict[str, Json]] = []
    legend = []
    for k, (key, one) in enumerate(found.items()):
        hover = say(lang, "gradient.hover.carried", cell=titles[key])
        thick = {"x0": 0, "mode": "lines", "line": {"color": colours[k], "width": 3, "dash": DASHES[k]}}
        data.append(chart.line(_floored(one.carried), colours[k], 0, hover, **thick))
        legend.append(Entry(titles[key], colours[k], dash=DASHES[k]))
        if one.kept is not None:
            hover = say(lang, "gradient.hover.kept", cell=titles[key])
            thin = {"x0": 0, "mode": "lines", "opacity": 0.6, "line": {"color": colours[k], "width": 1.4}}
            data.append(chart.line(_floored(one.kept), colours[k], 0, hover, **thin))
    bound = setting.sigma ** np.arange(setting.length + 1.0)
    muted = THEMES[theme].muted
    thin = {"x0": 0, "mode": "lines", "line": {"color": muted, "width": 1.2, "dash": "longdash"}}
    data.insert(0, chart.line(_floored(bound), muted, 0, say(lang, "gradient.hover.bound"), **thin))
    legend.append(Entry("", muted, "<math><msup><mi>σ</mi><mi>k</mi></msup></math>", "dash"))
    layout = chart.layout(theme)
    layout["margin"] = {"b": 44}
    layout["xaxis"] = _number_axis(theme, [0, setting.length], say(lang, "gradient.distance"))
    layout["yaxis"] = _powers(theme, FLOOR - 0.4, CEILING + 0.4)
    layout["shapes"] = [
        {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "y0": 1, "y1": 1,
         "line": {"color": THEMES[theme].text, "width": 1}, "layer": "below"}
    ]  # fmt: skip
    row = Row(FALL, say(lang, "gradient.falling"), legend=tuple(legend), ticks=True)
    return Chart(say(lang, "gradient.falling.label"), (row,), data, layout, side=False)


def clipping(found: Mapping[str, Decay], titles: Mapping[str, str], threshold: float, lang: str, theme: str) -> Chart:
    """‖g‖ of each cell's parameters on a scale of powers of ten, before (pale) and after clipping at the threshold."""
    colours, paper = THEMES[theme].lines, THEMES[theme].paper
    data: list[dict[str, Json]] = []
    for k, (key, one) in enumerate(found.items()):
        after = one.length * one.factor
        for kind, length, width, colour in (
            ("before", one.length, 0.74, mix(colours[k], paper, 0.72)),
            ("after", after, 0.36, colours[k]),
        ):
            hover = say(lang, f"gradient.hover.{kind}", cell=titles[key])
            bar = {
                "type": "bar", "orientation": "h", "x": [length], "y": [titles[key]], "width": width,
                "base": 10.0 ** BARS[0], "marker": {"color": colour},
                "hovertemplate": f"{hover}: {gradient.number(length)}<extra></extra>",
            }  # fmt: skip
            data.append(bar)
    layout = chart.layout(theme)
    layout |= {"margin": {"b": 44}, "barmode": "overlay", "bargap": 0.2}
    axis = _powers(theme, *BARS)
    layout["xaxis"] = axis | {"title": _title(theme, say(lang, "gradient.norm"))}
    layout["yaxis"] = {
        "fixedrange": True, "autorange": "reversed", "ticks": "", "showgrid": False, "zeroline": False,
        "tickfont": {"size": SIZE.text, "color": THEMES[theme].text}, "ticksuffix": "  ",
    }  # fmt: skip
    layout["shapes"] = [
        {"type": "line", "yref": "y domain", "y0": 0, "y1": 1, "x0": threshold, "x1": threshold,
         "line": {"color": THEMES[theme].text, "width": 2, "dash": "dash"}}
    ]  # fmt: skip
    legend = (Entry("", THEMES[theme].text, "<math><mi>θ</mi></math>", "dash"),)
    row = Row(CLIPPED * len(found) + 16, say(lang, "gradient.clipping"), legend=legend)
    margin = {"left": 96, "right": 14}
    return Chart(say(lang, "gradient.clipping.label"), (row,), data, layout, side=False, margin=margin)


def _reach(step: int) -> str:
    last = f"<msub><mi>h</mi><mn>{step}</mn></msub>"
    return f"<mo>‖</mo><mo>∂</mo>{last}<mo>/</mo><mo>∂</mo><msub><mi>x</mi><mi>t</mi></msub><mo>‖</mo>"


def _floored(values: Array) -> Array:
    """On the picture's edge instead of far outside of it: a curve that leaves it is seen to leave it."""
    return np.clip(values, 10.0 ** (FLOOR - 1), 10.0 ** (CEILING + 1))


def _number_axis(theme: str, ends: list[float], title: str) -> dict[str, Json]:
    return {
        "fixedrange": True, "range": ends, "showgrid": False, "zeroline": False, "ticks": "outside",
        "tickcolor": THEMES[theme].rule, "tickfont": {"size": SIZE.small, "color": THEMES[theme].muted},
        "title": _title(theme, title),
    }  # fmt: skip


def _powers(theme: str, low: float, high: float) -> dict[str, Json]:
    return {
        "type": "log", "fixedrange": True, "range": [low, high], "dtick": 2, "exponentformat": "power",
        "gridcolor": THEMES[theme].rule, "gridwidth": 0.5, "zeroline": False, "ticks": "",
        "tickfont": {"size": SIZE.small, "color": THEMES[theme].muted},
    }  # fmt: skip


def _title(theme: str, text: str) -> dict[str, Json]:
    return {"text": text, "standoff": 8, "font": {"size": SIZE.text - 1, "color": THEMES[theme].muted}}
