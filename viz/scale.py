"""Which numbers the colours of a picture stand for: fixed where a quantity is bounded, stated where not."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor, log10

import numpy as np

from models.spec import CellSpec, Quantity

Range = tuple[float, float]
DRAWABLE = float(np.finfo(np.float32).max)  # the stage is sent float32
STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)  # ends that are easy to say


def of(spec: CellSpec, arrays: Mapping[str, np.ndarray] | None = None) -> dict[str, Range]:
    """The range of each quantity of `arrays`, or of the whole cell; it never follows single steps.

    Gates and shares have 0…1 and bounded quantities −1…1, whatever the numbers are. An unbounded one, such as an LSTM's
    c, has one symmetric range for the whole sequence, never less than −1…1; without numbers, just that.
    """
    known = arrays or {}
    return {name: _range(spec.quantities[name], known.get(name)) for name in (known or spec.quantities)}


def wider(spec: CellSpec, arrays: Mapping[str, np.ndarray], than: Mapping[str, np.ndarray]) -> dict[str, Range]:
    """The ranges that `arrays` need where those of `than` are too narrow; before and after share the wider one."""
    needed, given = of(spec, arrays), of(spec, than)
    return {name: ends for name, ends in needed.items() if ends[1] > given[name][1]}


def symmetric(arrays: Mapping[str, np.ndarray]) -> dict[str, Range]:
    """A range around 0 for each array, such as a difference of two runs, a gradient or a weight matrix."""
    ends = {name: rounder(_largest(values)) for name, values in arrays.items()}
    return {name: (-end, end) for name, end in ends.items()}


def _range(quantity: Quantity, values: np.ndarray | None) -> Range:
    if quantity.is_share:
        return (0.0, 1.0)
    reach = 1.0
    if quantity.low is not None and quantity.high is not None:
        reach = max(reach, abs(quantity.low), abs(quantity.high))
    elif values is not None:
        reach = max(reach, _largest(values))
    end = rounder(reach)
    return (-end, end)


def _largest(values: np.ndarray) -> float:
    """The largest distance from 0 of what can be drawn: what is neither infinite nor beyond float32."""
    distances = np.abs(values)
    return float(distances[distances <= DRAWABLE].max(initial=0.0))


def rounder(number: float) -> float:
    """The next easily said number at or above a positive one: 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, …"""
    if not number > 0:
        return 1.0  # nothing but zeros, or no number at all: any range shows them
    number = min(number, DRAWABLE)
    power = 10.0 ** floor(log10(number))
    return next(step * power for step in STEPS if number <= step * power * (1 + 1e-9))
