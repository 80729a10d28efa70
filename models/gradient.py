"""How one number of a run answers to everything before it, and what carries its gradient through time.

    flow(trace, Unit("h", step=8, unit=3))      # every gradient of h_8[3], and their sizes over time

Steps and units count from 1. All functions want the run of one sequence, not a batch. Nothing here knows a
cell: everything follows from its definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from .algebra import Node
from .derive import knobs, recursion
from .engine import backward, quietly
from .excerpt import excerpt
from .jacobian import spectral
from .readout import Readout
from .spec import CellSpec
from .trace import Gradients, Trace
from .unroll import kept_and_written

Array = np.ndarray

# One target ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Unit:
    """One number of a run; without a `unit` the sum of all units."""

    quantity: str
    step: int
    unit: int | None = None

    def seed(self, trace: Trace) -> tuple[float, dict[str, Array]]:
        """The target's value, and its direct gradient as `backward` wants it."""
        quantity = trace.spec.quantities.get(self.quantity)
        if quantity is None:
            raise ValueError(f"{trace.spec.key} has no quantity {self.quantity!r}; it has {[*trace.spec.quantities]}")
        values = trace[self.quantity]
        _within("step", self.step, len(values))
        if self.unit is not None:
            _within("unit", self.unit, values.shape[-1])
        units = slice(None) if self.unit is None else self.unit - 1
        seed = np.zeros_like(values)
        seed[self.step - 1, units] = 1
        return float(np.sum(values[self.step - 1, units])), {self.quantity: seed}


@dataclass(frozen=True, eq=False)
class Loss:
    """−log P(answer) of a readout of h at one step; the answer is 0 or 1."""

    readout: Readout
    step: int
    answer: float

    def seed(self, trace: Trace) -> tuple[float, dict[str, Array]]:
        h = trace["h"]
        _within("step", self.step, len(h))
        weights = np.zeros((len(h), len(self.readout.b_q)))
        weights[self.step - 1] = 1
        loss, dh, _, _ = self.readout.loss(h, np.full_like(weights, self.answer), weights)
        return loss, {"h": dh}


Target = Unit | Loss


@dataclass(frozen=True, eq=False)
class Flow:
    """The gradient of one target, back through time.

    `gradients` has the arrays in the shapes of the trace. `x` and `states` are their lengths at each step, (T,);
    `initial` those of the states before the first step. The gradient of a state holds every way from it to the
    target, those within its own step too.
    """

    value: float
    gradients: Gradients
    x: Array
    states: Mapping[str, Array]
    initial: Mapping[str, float]


@quietly
def flow(trace: Trace, target: Target, window: int | None = None) -> Flow:
    """Back-propagate from `target`; `window` truncates as in `truncated`."""
    value, seeds = target.seed(trace)
    back = backward(trace, seeds) if window is None else truncated(trace, seeds, window)
    lengths = {name: np.linalg.norm(back[name], axis=-1) for name in trace.spec.states}
    initial = {name: float(np.linalg.norm(start)) for name, start in back.initial.items()}
    return Flow(value, back, np.linalg.norm(back.x, axis=-1), lengths, initial)


def truncated(trace: Trace, seeds: Mapping[str, Array], window: int) -> Gradients:
    """Truncated back-propagation: the gradient is cut before every `window`-th step, the state is not."""
    if window < 1:
        raise ValueError(f"a window of {window} steps; at least 1 is needed")
    starts = range(1, trace.steps + 1, window)
    parts = []
    for first in starts:
        last = min(first + window - 1, trace.steps)
        direct = {name: seed[first - 1 : last] for name, seed in seeds.items()}
        parts.append(backward(excerpt(trace, first, last), direct))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    summed = {name: np.sum([part.params[name] for part in parts], axis=0) for name in parts[0].params}
    x = np.concatenate([part.x for part in parts])
    return Gradients(MappingProxyType(joined), MappingProxyType(summed), x, parts[0].initial)


@dataclass(frozen=True, eq=False)
class Clipped:
    """Gradients after clipping, with their common length before it and the factor that they were scaled by."""

    gradients: Mapping[str, Array]
    length: float
    factor: float


def clip(gradients: Mapping[str, Array], threshold: float) -> Clipped:
    """g · min(1, θ / ‖g‖), where ‖g‖ is the length of all gradients taken together (Pascanu et al. 2013)."""
    largest = max((float(np.abs(g).max(initial=0.0)) for g in gradients.values()), default=0.0)
    if largest == 0:
        return Clipped(gradients, 0.0, 1.0)
    # divided by the largest entry first: exploded gradients have squares that no float can hold
    length = largest * float(np.sqrt(sum(np.sum((g / largest) ** 2) for g in gradients.values())))
    factor = min(1.0, threshold / length)
    return Clipped({name: g * factor for name, g in gradients.items()}, length, factor)


# The direct path --------------------------------------------------------------------------------------------


def keeps(trace: Trace) -> dict[str, Array]:
    """∂state_t/∂state_{t−1} on the direct path, with the gates as they were: (T, H) for each state that has one.

    An LSTM's c keeps f, a GRU's h keeps z or 1 − z; the RNN's h has no direct path. A pinned state keeps nothing.
    """
    carried = [name for name in trace.spec.states if recursion(trace.spec, name)]
    return {name: kept_and_written(trace, name)[0] for name in carried}


# What recurrence is made of ----------------------------------------------------------------------------------


def recurrent(spec: CellSpec) -> tuple[str, ...]:
    """The square matrices that multiply something of the step before: W_hf, W_hi, …"""
    found: dict[str, None] = {}
    for quantity in spec.quantities.values():
        for node in quantity.expr.walk():
            if node.op == "matmul" and node.args[1].shape == ("H", "H") and _reads_past(spec, node.args[0]):
                found[node.args[1].name] = None
    return tuple(found)


def _reads_past(spec: CellSpec, source: Node) -> bool:
    """Whether this reads the step before. A state of this very step is what a layer hands up, not its past."""
    if source.op == "quantity":
        quantity = spec.quantities[source.name]
        return quantity.kind != "state" and _reads_past(spec, quantity.expr)
    return any(node.op == "previous" for node in source.walk())


def singular(params: Mapping[str, Array], spec: CellSpec) -> dict[str, float]:
    """The largest singular value of each recurrent matrix, of the entries that exist."""
    return {name: float(spectral(_existing(params, spec, name))) for name in recurrent(spec)}


def scaled(params: Mapping[str, Array], spec: CellSpec, sigma: float) -> dict[str, Array]:
    """The parameters with the largest singular value of each recurrent matrix set to `sigma`.

    A matrix of zeros stays as it is. Arrays that do not change are shared.
    """
    changed = dict(params)
    for name, largest in singular(params, spec).items():
        if largest > 0:
            changed[name] = _existing(params, spec, name) * (sigma / largest)
    return changed


def opened(params: Mapping[str, Array], spec: CellSpec, shift: float) -> dict[str, Array]:
    """The parameters with `shift` towards keeping: the biases of those gates that the direct path runs through.

    Added to b_f of an LSTM and to b_z of a GRU whose z keeps; taken from b_z where z takes the new.
    """
    changed = dict(params)
    for name, sign in keeping_biases(spec).items():
        changed[name] = params[name] + sign * shift
    return changed


def keeping_biases(spec: CellSpec) -> dict[str, int]:
    """The bias of each gate that a state keeps itself by, and the sign that opens the direct path."""
    biases = {knob.gate: knob.bias for knob in knobs(spec)}
    found = {}
    for state in spec.states:
        path = recursion(spec, state)
        for factor in (factor for factors in (path.keep if path else ()) for factor in factors):
            gate, sign = factor, 1
            while gate.op == "sub" or (gate.op == "quantity" and not biases.get(gate.name)):
                # 1 − z, or a gate that is itself defined as 1 − another
                if gate.op == "sub":
                    gate, sign = gate.args[1], -sign
                else:
                    gate = spec.quantities[gate.name].expr
            bias = biases.get(gate.name) if gate.op == "quantity" else None
            if bias:
                found[bias] = sign
    return found


def _existing(params: Mapping[str, Array], spec: CellSpec, name: str) -> Array:
    mask = spec.weights[name].mask
    return params[name] * mask(len(params[name])) if mask else params[name]


def _within(what: str, place: int, most: int) -> None:
    if not 1 <= place <= most:
        raise ValueError(f"{what} {place} does not exist; there are {what}s 1 to {most}")
