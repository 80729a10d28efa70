"""Two to four cells on the same text, above each other on one time axis: what they say so far, and their quantities.

The first cell is the measure of the others. `picture` describes the chart that the page draws.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.experiment import Run
from models.lessons import lessons
from models.notation import symbol
from models.tasks import TASKS

from . import chart, markup, scale
from . import theme as themes
from .chart import Chart, Entry, Json, Row, Scale, Token
from .scale import Range
from .text import say
from .theme import THEMES

APART = 0.1  # two readouts that are further apart than this say different things

CURVES = 124  # px
ROW = (42, 96)  # least and greatest height of a heatmap, px
UNIT = 7  # px of a heatmap for each unit
EDGE = 0.04  # of the readouts' axis, beyond 0 and 1
DASHES = ("solid", "dash", "dot", "dashdot")


def picture(
    runs: Sequence[Run],
    quantities: Sequence[str],
    shown: Run,
    step: int,
    lang: str,
    theme: str,
    *,
    difference: bool = False,
) -> Chart:
    """The chart, its columns those of `shown`, the run on the stage, with the playhead at `step`, from 1.

    `difference` shows, below the first cell's values, how far those of the others lie from them, where both have as
    many units.
    """
    drawn = _Picture(runs, shown, step, lang, theme)
    if any(run.readout is not None for run in runs):
        drawn.readouts()
    for name in quantities:
        drawn.quantity(name, difference)
    return drawn.finished()


def first_apart(run: Run, first: Run) -> int | None:
    """The first step, from 1, at which two readouts differ by more than 0.1; None if they never do. A readout is
    that of a cell which reads from the first token on."""
    if run.readout is None or first.readout is None:
        return None
    apart = np.flatnonzero(np.abs(run.readout - first.readout) > APART)
    return int(apart[0]) + 1 if len(apart) else None


def lacking(runs: Sequence[Run], name: str) -> tuple[Run, ...]:
    """The cells that have no such quantity."""
    return tuple(run for run in runs if name not in run.spec.quantities)


def comparable(run: Run, first: Run, name: str) -> bool:
    """Whether both have the quantity, with as many units."""
    if run.trace is None or first.trace is None or name not in run.trace or name not in first.trace:
        return False
    return bool(run.trace[name].shape == first.trace[name].shape)


def along(run: Run, name: str, shown: Run) -> np.ndarray:
    """A quantity (T, H) in the order of the shown run's tokens: one of the two may read from the end."""
    assert run.trace is not None
    values = run.trace[name]
    backward = (one.experiment.arrangement.shown.reads_backward for one in (run, shown))
    return values if len(set(backward)) == 1 else values[::-1]


class _Picture:
    """A chart under construction, from top to bottom."""

    def __init__(self, runs: Sequence[Run], shown: Run, step: int, lang: str, theme: str) -> None:
        self.runs, self.shown, self.step, self.lang, self.theme = runs, shown, step, lang, theme
        self.T = len(shown.tokens.items)
        self.rows: list[Row] = []
        self.data: list[dict[str, Json]] = []
        self.layout = chart.layout(theme) | {"xaxis": chart.time_axis(self.T), "shapes": []}

    def say(self, key: str, **values: object) -> str:
        return say(self.lang, f"compare.{key}", **values)

    def title(self, run: Run) -> str:
        return say(self.lang, run.spec.title)

    def add(self, row: Row, axis: dict[str, Json], traces: list[dict[str, Json]]) -> None:
        place = len(self.rows)
        self.rows.append(row)
        self.layout[chart.layout_name(place)] = axis
        self.data += [trace | {"xaxis": "x", "yaxis": chart.axis_name(place)} for trace in traces]

    def readouts(self) -> None:
        """What each cell says after each token; a ring where it first says something else than the first cell."""
        traces: list[dict[str, Json]] = []
        rings: list[dict[str, Json]] = []
        legend = []
        for place, run in enumerate(self.runs):
            if run.readout is None:
                continue
            colour, dash = THEMES[self.theme].lines[place], DASHES[place]
            hover = f"{markup.plain(self.title(run))}, {self.say('hover.step')}: %{{y:.3f}}"
            traces.append(chart.line(run.readout, colour, 0, hover, dash=dash))
            now = f"{run.readout[self.step - 1]:.2f}"
            legend.append(Entry(f"{self.title(run)} {now}", colour, dash=dash))
            at = first_apart(run, self.runs[0])
            if at is not None:
                ring = {"size": 12, "color": THEMES[self.theme].paper, "line": {"color": colour, "width": 2.5}}
                value = chart.numbers(run.readout[at - 1 : at])
                rings.append({"type": "scatter", "mode": "markers", "x0": at, "y": value, "marker": ring})
        for ring in rings:
            ring |= {"hoverinfo": "skip", "cliponaxis": False}
        axis = chart.value_axis(self.theme, False, []) | {"range": [-EDGE, 1 + EDGE], "tickvals": [0, 0.5, 1]}
        task = lessons()[self.runs[0].experiment.lesson].task
        title = self.say("readouts", label=say(self.lang, TASKS[task].high) if task else "")
        self.add(Row(CURVES, title, "", tuple(legend), ticks=True), axis, [*traces, *rings])

    def quantity(self, name: str, difference: bool) -> None:
        """One heatmap for each cell that has it, all in one range: the same colour is the same number."""
        first = self.runs[0]
        having = [run for run in self.runs if run.trace is not None and name in run.trace]
        values = {run.spec.key: along(run, name, self.shown) for run in having}
        ranges = [scale.of(run.spec, {name: values[run.spec.key]})[name] for run in having]
        shared = min(low for low, _ in ranges), max(high for _, high in ranges)
        apart: dict[str, np.ndarray] = {}
        if difference:
            others = [run for run in having if run is not first and comparable(run, first, name)]
            apart = {run.spec.key: values[run.spec.key] - values[first.spec.key] for run in others}
        span = scale.symmetric({name: np.stack(list(apart.values()))})[name] if apart else shared
        told = set()
        for run in having:
            key = run.spec.key
            differs = key in apart
            self.heatmap(
                run, name, apart.get(key, values[key]), span if differs else shared, differs, differs not in told
            )
            told.add(differs)

    def heatmap(self, run: Run, name: str, values: np.ndarray, limits: Range, differs: bool, scaled: bool) -> None:
        """A row: units down, time across. `scaled` says what the colours stand for, once for equal rows."""
        quantity = run.spec.quantities[name]
        H = values.shape[-1]
        title = self.title(run)
        if differs:
            title = self.say("minus", cell=title, first=self.title(self.runs[0]))
        stops = themes.diverging("difference", self.theme) if differs else themes.scale_of(quantity, self.theme)
        hover = f"{markup.plain(title)}, {markup.plain(say(self.lang, quantity.label))}: %{{z:.4f}}"
        trace = {
            "type": "heatmap", "x0": 1, "y0": 1, "z": chart.numbers(values.T), "zmin": limits[0], "zmax": limits[1],
            "colorscale": stops, "showscale": False, "hoverongaps": False,
            "hovertemplate": f"{hover}<br>{self.say('hover.unit')}, {self.say('hover.step')}<extra></extra>",
        }  # fmt: skip
        ends = [f"{end:g}".replace("-", "−") for end in limits]
        bar = Scale(ends[0], ends[1], tuple(colour for _, colour in stops)) if scaled else None
        height = min(max(UNIT * H, ROW[0]), ROW[1])
        axis = {"visible": False, "fixedrange": True, "range": [H + 0.5, 0.5]}
        self.layout["shapes"].append(_outline(len(self.rows), quantity.role, self.theme))
        letter = f"<math>{symbol(run.spec, name, 'mathml')}</math>"
        self.add(Row(height, title, letter, scale=bar), axis, [trace])

    def finished(self) -> Chart:
        heads = tuple(
            Token(markup.token(text), say(self.lang, "stage.token", step=step, token=text))
            for step, text in enumerate(self.shown.tokens.items, 1)
        )
        label = self.say("label", cells=", ".join(self.title(run) for run in self.runs))
        return Chart(label, tuple(self.rows), self.data, self.layout, self.T, heads, self.step)


def _outline(axis: int, role: str, theme: str) -> dict[str, Json]:
    """A frame around a heatmap, since 0 has the colour of the page."""
    colour = themes.mix(THEMES[theme].paper, themes.hue(role, theme), 0.55)
    return {
        "type": "rect", "xref": "paper", "yref": f"{chart.axis_name(axis)} domain", "x0": 0, "x1": 1, "y0": 0, "y1": 1,
        "line": {"color": colour, "width": 1},
    }  # fmt: skip
