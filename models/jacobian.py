"""What one step does to a small change: exact Jacobians of every step of a run, and of many steps in a row.

    steps = linearise(trace)
    spectral(steps.state)           # (T,): the most that each step can stretch what is handed on

Derivatives are carried forward through the operations of the definition, for all steps at once. Row vectors, so
that ds_t = ds_{t−1} J_t, where s is all states of the cell side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .algebra import ACTIVATIONS, OPS, Node
from .trace import Trace

Array = np.ndarray

# What a value answers to: the input "x" and the states of the step before. (T, H) where each unit answers only
# to the unit of its own number, else (T or 1, units before, units).
Slopes = Mapping[str, Array]

LARGEST = 700.0  # e^700 and e^−700 are numbers; a little further out there are none


@dataclass(frozen=True, eq=False)
class Jacobians:
    """`state` is ∂s_t/∂s_{t−1} (T, S, S), `input` ∂s_t/∂x_t (T, D, S). Entry [a, b]: how b answers to a.

    `places` says which units of s belong to which state, `slopes` what each quantity of a step answers to.
    """

    state: Array
    input: Array
    places: Mapping[str, slice]
    slopes: Mapping[str, Slopes]
    widths: Mapping[str, int]

    def of(self, name: str, step: int) -> tuple[Array, Array]:
        """∂q/∂s_{t−1} (S, H) and ∂q/∂x_t (D, H) of quantity `name` at `step`, counted from 1."""
        width = self.widths[name]
        before, x = np.zeros((self.state.shape[1], width)), np.zeros((self.input.shape[1], width))
        for source, slope in self.slopes[name].items():
            k = step - 1 if len(slope) > 1 else 0  # some are the same at every step
            target = x if source == "x" else before[self.places[source]]
            target[...] = _full(slope[k : k + 1])[0]
        return before, x


def linearise(trace: Trace) -> Jacobians:
    """The Jacobians of every step of the run of one sequence. Pinned values answer to nothing."""
    if trace.memory.batch:
        raise ValueError(f"a run of one sequence is needed; this one has a batch of {trace.memory.batch[0]}")
    places, S = {}, 0
    for name in trace.spec.states:
        width = trace.initial[name].shape[-1]
        places[name] = slice(S, S + width)
        S += width
    T, D = trace.x.shape
    slopes = _slopes(trace)
    state, x = np.zeros((T, S, S)), np.zeros((T, D, S))
    for name, place in places.items():
        for source, slope in slopes[name].items():
            target = x[:, :, place] if source == "x" else state[:, places[source], place]
            target[...] = _full(slope)
    return Jacobians(state, x, places, slopes, {name: trace[name].shape[-1] for name in trace})


def spectral(matrices: Array) -> Array:
    """The largest singular value of each matrix of (…, m, n); 0 for matrices without entries, NaN where one is no
    number."""
    if 0 in matrices.shape[-2:]:
        return np.zeros(matrices.shape[:-2])
    if matrices.shape[-2] > matrices.shape[-1]:
        matrices = np.swapaxes(matrices, -1, -2)
    squares = matrices @ np.swapaxes(matrices, -1, -2)
    known = np.isfinite(squares).all(axis=(-2, -1))
    found = np.sqrt(np.maximum(np.linalg.eigvalsh(np.where(known[..., None, None], squares, 0.0))[..., -1], 0))
    return np.where(known, found, np.nan)


def chain(state: Array, step: int | None = None) -> Array:
    """‖∂s_step/∂s_t‖ for t = 0 … step, (step + 1,), from one-step Jacobians: ∂s_T/∂s_t = J_{t+1} ⋯ J_T.

    `step` is the last one unless given. What no float can hold becomes the largest or smallest that one can.
    """
    last = len(state) if step is None else step
    return _products(state[:last], np.eye(state.shape[-1]))[1]


@dataclass(frozen=True, eq=False)
class Reach:
    """How strongly the past is felt in a whole vector at one step: spectral norms of its derivatives.

    `x` (step,) by the inputs of steps 1 … step; `carried` (step,) by what was handed on after steps
    0 … step − 1, all states together.
    """

    x: Array
    carried: Array


def reach(steps: Jacobians, name: str, step: int) -> Reach:
    """The reach of quantity `name` at `step`, counted from 1."""
    before, x = steps.of(name, step)
    directions, carried, logs = _products(steps.state[: step - 1], before)
    sizes = spectral(steps.input[: step - 1] @ directions[1:])
    earlier = sizes * np.exp(np.clip(logs[1:], -LARGEST, LARGEST))
    return Reach(np.append(earlier, spectral(x)), carried)


def _products(state: Array, last: Array) -> tuple[Array, Array, Array]:
    """J_{t+1} ⋯ J_T · last for t = 0 … T: matrices of size 1, their spectral norms, and the logarithms of the sizes.

    state: (T, S, S), last: (S, H). Kept apart from its size, no product is cut short by the range of a float.
    """
    T = len(state)
    directions, logs = np.empty((T + 1, *last.shape)), np.zeros(T + 1)
    product, scale = last, 0.0
    for t in range(T, -1, -1):
        if t < T:
            product = state[t] @ product
        size = float(np.sqrt(np.sum(product * product)))
        if size > 0:
            product, scale = product / size, scale + float(np.log(size))
        directions[t], logs[t] = product, scale
    norms = spectral(directions)
    return directions, norms * np.exp(np.clip(logs, -LARGEST, LARGEST)), logs


# Derivatives, operation by operation -------------------------------------------------------------------------


def _slopes(trace: Trace) -> dict[str, Slopes]:
    """What each quantity of a step answers to."""
    quantities: dict[str, Slopes] = {}
    known: dict[Node, Slopes] = {}
    names = {quantity.expr: name for name, quantity in trace.spec.quantities.items()}

    def of(node: Node) -> Slopes:
        match node.op:
            case "quantity":
                return quantities[node.name]
            case "previous":
                return {node.name: np.ones((1, trace.initial[node.name].shape[-1]))}
            case "input":
                return {"x": np.ones((1, trace.x.shape[-1]))}
            case "parameter" | "constant" | "clock":
                return {}
        if node not in known:
            known[node] = through(node)
        return known[node]

    def through(node: Node) -> Slopes:
        if node.op == "matmul":
            source, weight = node.args
            # a matrix that the cell does without at this size is the identity
            return _multiplied(of(source), trace.weight(weight.name)) if weight.name in trace.params else of(source)
        parts = [of(argument) for argument in node.args]
        if not any(parts):
            return {}
        if node.op in ("add", "identity"):
            return _summed(parts)
        if node.op == "softmax":
            return _multiplied(parts[0], _softmax(trace.of(node.args[0])))
        y = trace[names[node]] if node in names else trace.of(node)
        # the derivative of an activation needs its value only
        values = [None] if node.op in ACTIVATIONS else [trace.of(argument) for argument in node.args]
        one = np.ones_like(y)
        vjps = OPS[node.op].vjps
        return _summed([_scaled(part, vjp(one, y, *values)) for part, vjp in zip(parts, vjps, strict=True) if part])

    for name, quantity in trace.spec.quantities.items():
        slopes = of(quantity.expr)
        if name in trace.clamp:
            slopes = _scaled(slopes, np.isnan(trace.clamp[name]).astype(float))
        quantities[name] = slopes
    return quantities


def _scaled(slopes: Slopes, factor: Array) -> Slopes:
    """factor: (T, H)."""
    return {name: slope * (factor if slope.ndim == 2 else factor[:, None]) for name, slope in slopes.items()}


def _multiplied(slopes: Slopes, matrix: Array) -> Slopes:
    """matrix: (units, units after), or one for each step."""
    return {name: slope[:, :, None] * matrix if slope.ndim == 2 else slope @ matrix for name, slope in slopes.items()}


def _summed(parts: list[Slopes]) -> Slopes:
    total: dict[str, Array] = {}
    for part in parts:
        for name, slope in part.items():
            if name not in total:
                total[name] = slope
            elif total[name].ndim == slope.ndim:
                total[name] = total[name] + slope
            else:
                total[name] = _full(total[name]) + _full(slope)
    return total


def _full(slope: Array) -> Array:
    return slope[:, :, None] * np.eye(slope.shape[-1]) if slope.ndim == 2 else slope


def _softmax(a: Array) -> Array:
    """(T, H, H): every unit answers to every other."""
    y = np.empty_like(a)
    OPS["softmax"].value(a, y)
    return y[:, :, None] * (np.eye(y.shape[-1]) - y[:, None, :])
