"""Changes that a visitor makes to a cell: shifted biases, scaled inputs, pinned gates, single weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .derive import Knob, knobs
from .notice import Notice, Value
from .spec import OUTPUTS, CellSpec

BIAS = (-6.0, 6.0)  # takes a gate from wherever it is to either end
GAIN = (0.0, 3.0)
WEIGHT = (-10.0, 10.0)
DIGITS = 6  # after the point: what a link spells out is what was computed

Pairs = tuple[tuple[str, float], ...]
Entry = tuple[str, int, int]


@dataclass(frozen=True, init=False)
class Tweaks:
    """By gate: `bias` adds, `gain_x` and `gain_h` multiply, `clamp` pins.

    `weights` gives single entries (parameter, row, column), counted from 0, their new value; a vector is one
    row. Stored as sorted tuples, so that equal tweaks are equal values; a shift of 0 and a gain of 1 are left
    out.
    """

    bias: Pairs
    gain_x: Pairs
    gain_h: Pairs
    clamp: Pairs
    weights: tuple[tuple[Entry, float], ...]

    def __init__(
        self,
        bias: Mapping[str, float] | Pairs = (),
        gain_x: Mapping[str, float] | Pairs = (),
        gain_h: Mapping[str, float] | Pairs = (),
        clamp: Mapping[str, float] | Pairs = (),
        weights: Mapping[Entry, float] | tuple[tuple[Entry, float], ...] = (),
    ) -> None:
        for name, pairs, nothing in (
            ("bias", bias, 0.0),
            ("gain_x", gain_x, 1.0),
            ("gain_h", gain_h, 1.0),
            ("clamp", clamp, None),
        ):
            kept = {gate: float(value) for gate, value in dict(pairs).items() if value != nothing}
            object.__setattr__(self, name, tuple(sorted(kept.items())))
        entries = {entry: float(value) for entry, value in dict(weights).items()}
        object.__setattr__(self, "weights", tuple(sorted(entries.items())))

    @property
    def is_empty(self) -> bool:
        return not (self.bias or self.gain_x or self.gain_h or self.clamp or self.weights)

    def without_weights(self) -> Tweaks:
        """The same for other weights: those of gates alone."""
        return Tweaks(self.bias, self.gain_x, self.gain_h, self.clamp)


UNTOUCHED = Tweaks()


def apply(tweaks: Tweaks, spec: CellSpec, params: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The parameters with the tweaks in them, untouched arrays shared. Clamps are the engine's concern.

    Single weights come first, then the gains of whole matrices, so that a gain scales what was typed.
    """
    changed = dict(params)

    def own(name: str) -> np.ndarray:
        if changed[name] is params[name]:
            changed[name] = np.array(params[name])
        return changed[name]

    for (name, row, column), value in tweaks.weights:
        np.atleast_2d(own(name))[row, column] = value
    bias, gain_x, gain_h = dict(tweaks.bias), dict(tweaks.gain_x), dict(tweaks.gain_h)
    for knob in knobs(spec):
        for factor, names in ((gain_x.get(knob.gate), knob.x), (gain_h.get(knob.gate), knob.h)):
            if factor is not None:
                for name in names:
                    own(name)[...] *= factor
        if knob.bias is not None and knob.gate in bias:
            own(knob.bias)[...] += bias[knob.gate]
    return changed


def legal(asked: Tweaks, spec: CellSpec, D: int, H: int, Q: int = OUTPUTS) -> tuple[Tweaks, tuple[Notice, ...]]:
    """The tweaks that this cell has knobs for, within their limits, and notices about all others."""
    if asked.is_empty:
        return asked, ()
    notices: list[Notice] = []
    by_gate = {knob.gate: knob for knob in knobs(spec)}
    kept: dict[str, dict[str, float]] = {}
    for kind in ("bias", "gain_x", "gain_h", "clamp"):
        kept[kind] = {}
        for gate, value in getattr(asked, kind):
            knob = by_gate.get(gate)
            limits = _limits(kind, knob) if knob else None
            _keep(kept[kind], gate, value, limits, f"{kind} {gate}", notices)
    shapes = spec.parameters(D, H, Q)
    weights: dict[Entry, float] = {}
    for entry, value in asked.weights:
        name, row, column = entry
        shape = (1, *shapes.get(name, (0,)))[-2:]
        exists = 0 <= row < shape[0] and 0 <= column < shape[1] and _learned(spec, name, entry, H)
        _keep(weights, entry, value, WEIGHT if exists else None, f"{name} {row + 1} {column + 1}", notices)
    return Tweaks(**kept, weights=weights), tuple(notices)


def _limits(kind: str, knob: Knob) -> tuple[float, float] | None:
    """What the knob's slider allows; None where it has no such slider."""
    if kind == "clamp":
        return knob.low, knob.high
    turned = {"bias": knob.bias, "gain_x": knob.x, "gain_h": knob.h}[kind]
    return (BIAS if kind == "bias" else GAIN) if turned else None


def _learned(spec: CellSpec, name: str, entry: Entry, H: int) -> bool:
    """False for an entry that a mask keeps at zero."""
    mask = spec.weights[name].mask
    return mask is None or bool(np.atleast_2d(mask(H))[entry[1], entry[2]])


def _keep(
    kept: dict[Any, float],
    key: str | Entry,
    value: float,
    limits: tuple[float, float] | None,
    name: str,
    notices: list[Notice],
) -> None:
    if limits is None or math.isnan(value):
        notices.append(Notice("notice.tweak.gone", {"name": name[:40]}))
        return
    low, high = limits
    used = round(max(low, min(high, value)), DIGITS) + 0.0  # −0 would be another number than the 0 of a link
    if not low <= value <= high:
        shown: dict[str, Value] = {"name": name[:40], "value": f"{value:g}", "low": low, "high": high, "used": used}
        notices.append(Notice("notice.tweak.range", shown))
    kept[key] = used
