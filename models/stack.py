"""Layers on top of each other, and runs in both directions.

Layer l reads the hidden states of layer l − 1. A bidirectional layer runs a second cell over the reversed
sequence, turns its hidden states back into the order of the input and appends them to those of the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .engine import backward, forward
from .params import init
from .spec import CellSpec
from .trace import Gradients, Trace

Array = np.ndarray
Params = Mapping[str, Array]
Clamp = Mapping[str, Array | float]
NONE: Mapping[tuple[int, int], Clamp] = {}


@dataclass(frozen=True, eq=False)
class StackTrace:
    """`traces[layer][direction]`: layers from the bottom, direction 0 forward, 1 backward.

    A backward trace is in the order in which it reads: its step 1 is the last token. `output` (T, …, H) or
    (T, …, 2H) is the hidden state of the top layer in the order of the input.
    """

    traces: tuple[tuple[Trace, ...], ...]
    output: Array


@dataclass(frozen=True, eq=False)
class StackGradients:
    """`layers[layer][direction]` as in the trace; `x` is dL/d(input) in the order of the input."""

    layers: tuple[tuple[Gradients, ...], ...]
    x: Array


def init_stack(
    spec: CellSpec, D: int, H: int, layers: int = 1, directions: int = 1, seed: int = 0
) -> tuple[tuple[Params, ...], ...]:
    """Parameters for `layers` layers of 1 or 2 directions; layer 0 forward has those of `init` with that seed.

    Raises ValueError for a cell without a hidden state h, which has nothing to hand up.
    """
    if layers < 1 or directions not in (1, 2):
        raise ValueError(f"{layers} layers of {directions} directions: at least 1 layer, 1 or 2 directions")
    if "h" not in spec.quantities:
        raise ValueError(f"{spec.key} has no hidden state h to hand to the next layer")
    return tuple(
        tuple(
            init(spec, D if layer == 0 else directions * H, H, seed=seed + 1000 * (2 * layer + direction))
            for direction in range(directions)
        )
        for layer in range(layers)
    )


def forward_stack(
    spec: CellSpec, params: Sequence[Sequence[Params]], X: Array, clamps: Mapping[tuple[int, int], Clamp] = NONE
) -> StackTrace:
    """Run every layer and direction over `X` (T, D) or (T, B, D).

    `clamps` pins quantities of single cells, as `forward` does: {(layer, direction): {name: values}}, both from 0.
    """
    traces = []
    below = np.asarray(X)
    for layer, directions in enumerate(params):
        runs = tuple(
            forward(spec, p, below[::-1] if k else below, clamp=clamps.get((layer, k)))
            for k, p in enumerate(directions)
        )
        traces.append(runs)
        below = np.concatenate([run["h"][::-1] if k else run["h"] for k, run in enumerate(runs)], axis=-1)
    return StackTrace(tuple(traces), below)


def backward_stack(stack: StackTrace, d_output: Array) -> StackGradients:
    """Back-propagate dL/d(output), of the shape of the output, through all layers."""
    found: list[tuple[Gradients, ...]] = []
    above = np.asarray(d_output)
    for runs in reversed(stack.traces):
        H = runs[0]["h"].shape[-1]
        parts = [above[..., k * H : (k + 1) * H] for k in range(len(runs))]
        grads = tuple(
            backward(run, {"h": part[::-1] if k else part})
            for k, (run, part) in enumerate(zip(runs, parts, strict=True))
        )
        above = sum((g.x[::-1] if k else g.x for k, g in enumerate(grads)), np.zeros(runs[0].x.shape))
        found.insert(0, grads)
    return StackGradients(tuple(found), above)
