"""The conventions of the GRU: z keeps the old state or takes the new one, r acts before the product or after it.

σ(−a) = 1 − σ(a): with the weights of z negated, a cell that keeps and one that takes are the same function. No
weights turn one place of the reset into the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from .experiment import Experiment, Run, run, trained
from .tweaks import UNTOUCHED, Tweaks
from .weights import UPDATE_GATE

KEEPS, TAKES = UPDATES = ("keeps", "takes")
BEFORE, AFTER = RESETS = ("before", "after")
CELLS_BY_CONVENTION: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (KEEPS, BEFORE): "gru",
        (KEEPS, AFTER): "gru_after",
        (TAKES, BEFORE): "gru_takes_new",
        (TAKES, AFTER): "gru_takes_new_after",
    }
)
CONVENTIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {cell: convention for convention, cell in CELLS_BY_CONVENTION.items()}
)
TAKING = tuple(cell for (update, _), cell in CELLS_BY_CONVENTION.items() if update == TAKES)


def behaves_alike(experiment: Experiment) -> bool:
    """Whether a cell that takes the new has the weights with which it does what the one that keeps does.

    Trained weights of a cell that takes are those of the one that keeps, negated; seeded ones are the very same.
    """
    return (trained(experiment) is None) == experiment.negated


def with_update(experiment: Experiment, update: str, alike: bool = True) -> Experiment:
    """The same with z keeping or taking; `alike`: with weights and tweaks that give the same hidden states, else
    with the same ones. A cell that keeps has the weights as they are."""
    before, reset = CONVENTIONS[experiment.cell]
    other = replace(experiment, cell=CELLS_BY_CONVENTION[update, reset], negated=False)
    if alike and update != before:
        elsewhere = tuple((place, opposite(tweaks)) for place, tweaks in experiment.elsewhere)
        other = replace(other, tweaks=opposite(experiment.tweaks), elsewhere=elsewhere)
    return replace(other, negated=update == TAKES and behaves_alike(other) != alike)


def opposite(tweaks: Tweaks) -> Tweaks:
    """What does to 1 − z what the tweaks do to z."""
    return Tweaks(
        {gate: -shift if gate == "z" else shift for gate, shift in tweaks.bias},
        tweaks.gain_x,
        tweaks.gain_h,
        {gate: 1 - value if gate == "z" else value for gate, value in tweaks.clamp},
        {entry: -value if entry[0] in UPDATE_GATE else value for entry, value in tweaks.weights},
    )


def with_reset(experiment: Experiment, reset: str) -> Experiment:
    """The same with the reset before or after the product."""
    return replace(experiment, cell=CELLS_BY_CONVENTION[CONVENTIONS[experiment.cell][0], reset])


def same_weights(one: Run, other: Run) -> bool:
    """Whether what both cells have is the same in both (the bias inside the reset product is in one only)."""
    shared = one.base_params.keys() & other.base_params.keys()
    return all(np.array_equal(one.base_params[name], other.base_params[name]) for name in shared)


def furthest(experiment: Experiment, other: Experiment) -> tuple[float, bool] | None:
    """The largest difference of h at any step and unit, without tweaks, and whether the weights are the same.

    None where there is nothing to read.
    """
    runs = [run(replace(each, tweaks=UNTOUCHED, elsewhere=())) for each in (experiment, other)]
    one, two = (each.base_trace for each in runs)
    if one is None or two is None:
        return None
    return float(np.abs(one["h"] - two["h"]).max()), same_weights(*runs)
