"""What a memory is made of: how much of it was written at each earlier step and survived until now.

    c_T = Π f ⊙ c_0 + Σ_k (Π_{s>k} f_s) ⊙ i_k ⊙ c̃_k

with the gates as they were. The keep and write factors come from the definition of the state, so that the same
holds for every cell whose state carries itself unit by unit.
"""

from __future__ import annotations

import numpy as np

from .algebra import Node
from .derive import Recursion, recursion
from .trace import Array, Trace


def unroll(trace: Trace, state: str, step: int) -> Array:
    """(step + 1, H): row 0 what is left of the initial state, row k what was written at step k.

    The rows add up to the state after `step`, which counts from 1. Of a run without batch. Raises ValueError for
    a state that does not carry itself, such as the RNN's h.
    """
    keep, written = kept_and_written(trace, state)
    if not 1 <= step <= trace.steps:
        raise ValueError(f"step {step} is not one of 1 to {trace.steps}")
    shares = survival(keep[:step])
    return shares * np.concatenate([trace.initial[state][None], written[:step]])


def history(trace: Trace, state: str, unit: int) -> Array:
    """(T, T + 1): row t is `unroll` after step t + 1 for one unit, zero where nothing was written yet."""
    keep, written = kept_and_written(trace, state)
    rows = np.zeros((trace.steps, trace.steps + 1), keep.dtype)
    parts = np.zeros(trace.steps + 1, keep.dtype)
    parts[0] = trace.initial[state][unit]
    with np.errstate(under="ignore"):
        for t, row in enumerate(rows):
            parts *= keep[t, unit]
            parts[t + 1] = written[t, unit]
            row[:] = parts
    return rows


def survival(keep: Array) -> Array:
    """(T + 1, H) from the keep factors (T, H): row k is the product of all after step k, so the last is 1."""
    shares = np.ones((len(keep) + 1, keep.shape[1]), keep.dtype)
    with np.errstate(under="ignore"):
        np.cumprod(keep[::-1], axis=0, out=shares[-2::-1])
    return shares


def kept_and_written(trace: Trace, state: str) -> tuple[Array, Array]:
    """(T, H) each: state_t = keep ⊙ state_{t−1} + written. A pinned value keeps nothing and is all written."""
    rule = _rule(trace, state)
    shape = trace[state].shape
    keep = sum((_product(trace, factors) for factors in rule.keep), np.zeros(shape, trace.x.dtype))
    written = sum((trace.of(node) for node in rule.writes), np.zeros(shape, trace.x.dtype))
    if state in trace.clamp:
        pinned = ~np.isnan(trace.clamp[state])
        keep, written = np.where(pinned, 0.0, keep), np.where(pinned, trace.clamp[state], written)
    return keep, written


def _product(trace: Trace, factors: tuple[Node, ...]) -> Array:
    product = np.ones((), trace.x.dtype)
    for factor in factors:
        product = product * trace.of(factor)
    return product


def _rule(trace: Trace, state: str) -> Recursion:
    spec = trace.spec
    if trace.x.ndim != 2:
        raise ValueError("a run without batch is needed; take one sequence of it")
    if state not in spec.quantities:
        raise ValueError(f"{spec.key} has no quantity {state!r}; it has {list(spec.quantities)}")
    rule = recursion(spec, state) if state in spec.states else None
    if rule is None:
        able = [name for name in spec.states if recursion(spec, name)]
        instead = f"; {' and '.join(able)} can" if able else ""
        raise ValueError(f"{state} of {spec.key} is not carried over unit by unit and cannot be unrolled{instead}")
    return rule
