"""The gradient of one target over a run: lengths at every step, gains of steps, the direct path, every quantity.

from viz import gradient
gradient.picture(run, Unit("h", 8, 3), lang, theme)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.algebra import Node
from models.derive import recursion
from models.engine import quietly
from models.excerpt import excerpt
from models.gradient import Flow, Loss, Target, flow, keeps
from models.jacobian import linearise, spectral
from models.notation import expression, symbol
from models.spec import CellSpec
from models.trace import Trace
from models.unroll import survival

from . import chart, markup
from . import theme as themes
from .chart import Chart, Entry, Json, Row, Scale, Token
from .scale import of as ranges_of
from .scale import rounder
from .text import say
from .theme import THEMES

Array = np.ndarray

CURVES, LINE, GAINS = 150, 23, 96  # px: the curves at least, each entry of their legend, the bars
ROW = (44, 84)  # least and greatest height of a heatmap, px
UNIT = 7  # px of a heatmap for each unit
DECADES = (2.0, 8.0)  # powers of ten that the colours of a logarithmic heatmap span, at least and at most
TOLD = 20_000  # numbers: a larger heatmap tells only where the pointer is, not the number behind its colour
NOISE = 1e-13  # of the largest: a gradient that is 0 but for rounding, such as that of the sLSTM's m
WORK = 6e7  # Σ steps · states³: what the norms of that many Jacobians may cost, about 0.1 s


@dataclass(frozen=True, eq=False)
class Numbers:
    """All numbers of the picture; arrays over time are (T, …), NaN where nothing was computed.

    `gains` are the spectral norms of the last `counted` steps up to the target's. `keeps` and `retained` are those
    of each state with a direct path; `retained` reaches from each step to the target's.
    """

    trace: Trace
    target: Target
    flow: Flow
    gains: Array
    counted: int
    keeps: Mapping[str, Array]
    retained: Mapping[str, Array]


@quietly
def compute(trace: Trace, target: Target, window: int | None = None) -> Numbers:
    """Everything for one target; `window` cuts the gradient before every so many steps."""
    found = flow(trace, target, window)
    gains, counted = gains_before(trace, target.step)
    direct = keeps(trace)
    left = {name: np.full(keep.shape, np.nan) for name, keep in direct.items()}
    for name, keep in direct.items():
        left[name][: target.step] = survival(keep[: target.step])[1:]
        if window is not None:
            left[name][: (target.step - 1) // window * window] = 0
    return Numbers(trace, target, found, gains, counted, direct, left)


def gains_before(trace: Trace, step: int) -> tuple[Array, int]:
    """‖J_t‖ at the last steps up to `step`, as many as can be had while the visitor waits: (T,), and how many."""
    size = sum(trace.initial[name].shape[-1] for name in trace.spec.states)
    gains = np.full(trace.steps, np.nan)
    counted = 0 if size == 0 else int(min(step, max(1, WORK // size**3)))
    if counted:
        gains[step - counted : step] = spectral(linearise(excerpt(trace, step - counted + 1, step)).state)
    return gains, counted


def picture(
    found: Numbers, tokens: Sequence[str], lang: str, theme: str, *, logarithmic: bool = True, values: bool = False
) -> Chart:
    """The chart. `values` shows the heatmaps of the run itself, in the same places, instead of its gradients."""
    picture = _Picture(found, lang, theme, logarithmic)
    picture.lengths()
    if found.counted:
        picture.steps()
    for name, left in found.retained.items():
        picture.direct(name, left)
    for name, quantity in found.trace.spec.quantities.items():
        if quantity.clock is None:
            picture.quantity(name, values)
    return picture.finished(tokens)


def heads(tokens: Sequence[str], lang: str) -> tuple[Token, ...]:
    return tuple(
        Token(markup.token(text), say(lang, "gradient.token", step=step, token=text))
        for step, text in enumerate(tokens, 1)
    )


def number(value: float) -> str:
    """Three digits that matter: 0.0312, 4.75, 1.2 × 10⁻⁹."""
    if value == 0 or not np.isfinite(value):
        return markup.number(value) if value else "0"
    power = int(np.floor(np.log10(abs(value))))
    if -4 <= power < 4:
        text = f"{value:.{max(0, 2 - power)}f}"
        return text.replace("-", "−")
    raised = str(power).translate(chart.RAISED)
    return f"{value / 10.0**power:.1f} × 10{raised}".replace("-", "−")


class _Picture:
    """A chart under construction, from top to bottom."""

    def __init__(self, found: Numbers, lang: str, theme: str, logarithmic: bool) -> None:
        self.found, self.lang, self.theme, self.logarithmic = found, lang, theme, logarithmic
        self.spec, self.T = found.trace.spec, found.trace.steps
        self.rows: list[Row] = []
        self.data: list[dict[str, Json]] = []
        self.layout = chart.layout(theme) | {"xaxis": chart.time_axis(self.T), "shapes": []}
        self.decades, self.end = decades(found), end_of(found)

    def say(self, key: str, **values: object) -> str:
        return say(self.lang, f"gradient.{key}", **values)

    def add(self, row: Row, axis: dict[str, Json], traces: list[dict[str, Json]]) -> None:
        place = len(self.rows)
        self.rows.append(row)
        self.layout[chart.layout_name(place)] = axis
        self.data += [trace | {"yaxis": chart.axis_name(place)} for trace in traces]

    def lengths(self) -> None:
        """|∂/∂x_t| and that of every state."""
        curves = {"x": self.found.flow.x, **self.found.flow.states}
        largest = max(map(largest_of, curves.values()))
        curves = {k: values * bool(largest_of(values) > NOISE * largest) for k, values in curves.items()}
        traces, legend = [], []
        for k, (name, values) in enumerate(curves.items()):
            role = "x" if name == "x" else self.spec.quantities[name].role
            colour, dash = themes.hue(role, self.theme), ("dot", "solid", "dash", "dashdot")[k % 4]
            hover = self.say("hover.length", name=plain_symbol(self.spec, name))
            traces.append(chart.line(values, colour, 0, hover, dash=dash))
            letter = f"<math><mo>|</mo>{_by(symbol(self.spec, name, 'mathml'))}<mo>|</mo></math>"
            legend.append(Entry("", colour, letter, dash))
        axis = chart.value_axis(self.theme, self.logarithmic, list(curves.values()))
        height = max(CURVES, LINE * (len(legend) + 2))
        self.add(Row(height, self.say("lengths"), "", tuple(legend), ticks=True), axis, traces)

    def steps(self) -> None:
        """‖J_t‖ as bars, and beside them what the gates of the direct path let through on average."""
        gains = self.found.gains
        colour = themes.mix(themes.hue("h", self.theme), THEMES[self.theme].paper, 0.45)
        bars = {
            "type": "bar", "x0": 1, "dx": 1, "y": chart.numbers(gains), "width": 0.56, "xaxis": "x",
            "marker": {"color": colour}, "hovertemplate": f"{self.say('hover.gain')}<extra></extra>",
        }  # fmt: skip
        legend = [Entry("", colour, "<math><mo>‖</mo><msub><mi>J</mi><mi>t</mi></msub><mo>‖</mo></math>", "box")]
        traces: list[dict[str, Json]] = [bars]
        means = []
        for name, keep in self.found.keeps.items():
            role = keeping_role(self.spec, name)
            hue, mean = themes.hue(role, self.theme), keep.mean(axis=-1)
            means.append(mean)
            hover = self.say("hover.keep")
            traces.append(chart.line(mean, hue, 0, hover, dash="dot", line={"color": hue, "width": 1.6, "dash": "dot"}))
            mean_of = f"<mover><mrow>{kept(self.spec, name, 'mathml')}</mrow><mo>¯</mo></mover>"
            legend.append(Entry("", hue, f"<math>{mean_of}</math>", "dot"))
        axis = chart.value_axis(self.theme, False, [gains, np.ones(1)])
        place = len(self.rows)
        self.layout["shapes"].append(_level(1.0, place, THEMES[self.theme].muted))
        self.add(Row(GAINS, self.say("gains"), "", tuple(legend), ticks=True), axis, traces)

    def direct(self, name: str, left: Array) -> None:
        """Π keep of each unit, from each step to the target's."""
        role = keeping_role(self.spec, name)
        stops = themes.gate_scale(role, self.theme)
        product = f"<math><mo>∏</mo>{kept(self.spec, name, 'mathml')}</math>"
        hover = self.say("hover.direct", name=plain_symbol(self.spec, name))
        self.heatmap(left, self.say("direct"), product, role, stops, (0.0, 1.0), hover, ("0", "1"))

    def quantity(self, name: str, values: bool) -> None:
        quantity = self.spec.quantities[name]
        label = say(self.lang, quantity.label)
        letter = symbol(self.spec, name, "mathml")
        if values:
            array = self.found.trace[name]
            low, high = ranges_of(self.spec, {name: array})[name]
            hover = f"{label}: %{{z:.4f}}<br>{self.say('hover.place')}"
            ends = (_end(low), _end(high))
            stops = themes.scale_of(quantity, self.theme)
            self.heatmap(array, label, f"<math>{letter}</math>", quantity.role, stops, (low, high), hover, ends)
            return
        array = self.found.flow.gradients[name]
        stops = themes.diverging("difference", self.theme)
        shown, end = array, self.end
        ends = ("−" + _end(end), _end(end))
        told = None
        if self.logarithmic:
            shown, end = logarithmic(array, end, self.decades), 1.0
            told = array if array.size <= TOLD else None
        hover = self.say("hover.gradient", name=label)
        if told is not None or not self.logarithmic:
            hover += f": %{{{'z' if told is None else 'customdata'}:.3g}}"
        math = f"<math>{_by(letter)}</math>"
        hover = f"{hover}<br>{self.say('hover.place')}"
        self.heatmap(shown, label, math, quantity.role, stops, (-end, end), hover, ends, told)

    def heatmap(
        self,
        shown: Array,
        title: str,
        letter: str,
        role: str,
        stops: themes.Scale,
        limits: tuple[float, float],
        hover: str,
        ends: tuple[str, str],
        told: Array | None = None,
    ) -> None:
        """One row: units down, time across, the colours `shown` and the numbers `told` where they differ."""
        H = shown.shape[-1]
        height = min(max(UNIT * H, ROW[0]), ROW[1])
        trace = {
            "type": "heatmap", "x0": 1, "y0": 1, "xaxis": "x", "z": chart.numbers(shown.T), "zmin": limits[0],
            "zmax": limits[1], "colorscale": stops, "showscale": False,
            "hovertemplate": f"{hover}<extra></extra>", "hoverongaps": False,
        }  # fmt: skip
        if told is not None:
            trace["customdata"] = chart.numbers(told.T)
        place = len(self.rows)
        axis = {"visible": False, "fixedrange": True, "range": [H + 0.5, 0.5]}
        self.layout["shapes"].append(_outline(place, role, self.theme))
        scale = Scale(*ends, tuple(colour for _, colour in stops))
        self.add(Row(height, title, letter, scale=scale), axis, [trace])

    def finished(self, tokens: Sequence[str]) -> Chart:
        label = self.say("label", target=target_name(self.spec, self.found.target, self.lang))
        marked = self.found.target.step
        heads_ = heads(tokens, self.lang)
        return Chart(label, tuple(self.rows), self.data, self.layout, self.T, heads_, marked, clickable=True)


def logarithmic(values: Array, end: float, decades: float) -> Array:
    """−1 … 1: the sign, and how many of the last `decades` powers of ten below `end` the size reaches."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1 + np.log10(np.abs(values) / end) / decades
    return np.sign(values) * np.clip(share, 0, 1)


def decades(found: Numbers) -> float:
    """So many powers of ten that the largest gradient of every step has a colour, and not many more."""
    gradients = found.flow.gradients
    largest = np.max([np.abs(gradients[name][: found.target.step]).max(axis=-1) for name in gradients], axis=0)
    known = largest[np.isfinite(largest) & (largest > 0)]
    if not len(known):
        return DECADES[0]
    return float(np.clip(1 + np.log10(known.max() / known.min()), *DECADES))


def end_of(found: Numbers) -> float:
    """The end of the colours of all gradients together, so that they can be compared."""
    gradients = found.flow.gradients
    return rounder(max((largest_of(gradients[name]) for name in gradients), default=0.0))


def largest_of(values: Array) -> float:
    """The largest size that is a number."""
    known = np.abs(values[np.isfinite(values)])
    return float(known.max(initial=0.0))


def white(found: Numbers) -> float:
    """On a logarithmic scale, gradients of that size or less are white."""
    return float(end_of(found) * 10.0 ** -decades(found))


def target_name(spec: CellSpec, target: Target, lang: str) -> str:
    """The target in words: “h₈, unit 3”."""
    if isinstance(target, Loss):
        return say(lang, "gradient.loss_at", step=target.step)
    name = markup.at(spec, target.quantity, target.step)
    return name if target.unit is None else say(lang, "gradient.unit_of", name=name, unit=target.unit)


def _by(letter: str) -> str:
    """∂ / ∂ letter, without a numerator: the target is said elsewhere."""
    return f"<mrow><mo>∂</mo><mo>/</mo><mo>∂</mo>{letter}</mrow>"


def kept(spec: CellSpec, state: str, form: str) -> str:
    """What a state keeps itself by, written out: f, z, 1 − z; 1 where nothing is ever lost."""
    path = recursion(spec, state)
    assert path is not None, f"{state} has no direct path"
    plus, times = (" + ", " ") if form == "text" else ("<mo>+</mo>", "<mo>⊙</mo>")
    terms = [times.join(_factor(spec, factor, form) for factor in factors) for factors in path.keep]
    one = "1" if form == "text" else "<mn>1</mn>"
    return plus.join(term or one for term in terms)


def _factor(spec: CellSpec, factor: Node, form: str) -> str:
    written = expression(spec, factor, form)
    if factor.op not in ("add", "sub"):
        return written
    return f"({written})" if form == "text" else f"<mrow><mo>(</mo>{written}<mo>)</mo></mrow>"


def keeping_role(spec: CellSpec, state: str) -> str:
    """The role of the gate that a state keeps itself by; its own where no gate decides."""
    path = recursion(spec, state)
    nodes = (node for factors in (path.keep if path else ()) for factor in factors for node in factor.walk())
    names = [node.name for node in nodes if node.op == "quantity"]
    return spec.quantities[names[0] if names else state].role


def plain_symbol(spec: CellSpec, name: str) -> str:
    return markup.plain(symbol(spec, name, "text").removesuffix("_t"))


def _end(value: float) -> str:
    """An end of a scale: −1, 0.2, 3 × 10⁻⁷."""
    return ("−" if value < 0 else "") + chart.power(abs(value)) if value else "0"


def _level(value: float, place: int, colour: str) -> dict[str, Json]:
    """A line across the `place`-th row."""
    return {
        "type": "line", "xref": "x domain", "x0": 0, "x1": 1, "yref": chart.axis_name(place), "y0": value, "y1": value,
        "line": {"color": colour, "width": 1, "dash": "dash"}, "layer": "below",
    }  # fmt: skip


def _outline(place: int, role: str, theme: str) -> dict[str, Json]:
    """0 has the colour of the page, so a heatmap needs an edge."""
    colour = themes.mix(THEMES[theme].paper, themes.hue(role, theme), 0.55)
    return {
        "type": "rect", "xref": "x domain", "yref": f"{chart.axis_name(place)} domain", "x0": 0, "x1": 1, "y0": 0,
        "y1": 1, "line": {"color": colour, "width": 1},
    }  # fmt: skip
