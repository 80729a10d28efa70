"""Vanishing and exploding, on purpose: a cell with its recurrent matrices set to one size, run for many steps.

What decides is repeated multiplication: every step back in time multiplies the gradient by that step's Jacobian,
and a gain above or below 1 to the power of many steps is huge or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .engine import forward
from .gradient import Unit, clip, flow, keeps, opened, scaled
from .jacobian import chain, linearise, spectral
from .spec import CellSpec
from .unroll import survival

Array = np.ndarray


@dataclass(frozen=True)
class Setting:
    """`sigma` is the largest singular value that every recurrent matrix gets, `length` the number of steps.

    `strength` multiplies the inputs: weak ones leave tanh where its slope is 1. `opening` is added to the gates
    through which a state keeps itself. `activation` is that of cells which offer a choice for their hidden state.
    """

    sigma: float
    length: int
    strength: float = 1.0
    opening: float = 0.0
    activation: str = "tanh"


@dataclass(frozen=True, eq=False)
class Decay:
    """What one cell's gradient does over `length` steps; index k of the arrays (length + 1,) is k steps back.

    `carried`: ‖∂s_T/∂s_{T−k}‖, the most that is left of a small change of everything handed on. `kept`: the mean
    over units of the direct path alone, Π keep; None for a cell without one. `gain` (length,) is the spectral
    norm of each step's Jacobian. `length` is ‖∂L/∂W‖ of all parameters together, for L the sum of the output at
    the last step, and `factor` what clipping at the threshold multiplies it by.
    """

    carried: Array
    kept: Array | None
    gain: Array
    length: float
    factor: float


def decay(spec: CellSpec, params: Mapping[str, Array], X: Array, setting: Setting, threshold: float = np.inf) -> Decay:
    """Run `spec` over X (T, D), repeated to the setting's length, with its recurrence as the setting says."""
    if any(option.name == "hidden" for option in spec.options):
        spec = spec.choose(hidden=setting.activation)
    changed = opened(scaled(params, spec, setting.sigma), spec, setting.opening)
    trace = forward(spec, changed, setting.strength * np.resize(X, (setting.length, X.shape[1])))
    steps = linearise(trace)
    direct = keeps(trace)
    kept = survival(direct[next(reversed(direct))]).mean(axis=-1)[::-1] if direct else None
    clipped = clip(flow(trace, Unit(output(spec), setting.length)).gradients.params, threshold)
    return Decay(chain(steps.state)[::-1], kept, spectral(steps.state), clipped.length, clipped.factor)


def output(spec: CellSpec) -> str:
    """The quantity that a cell shows: h, or what the last phase computes last where there is none."""
    return "h" if "h" in spec.quantities else list(spec.quantities)[-1]
