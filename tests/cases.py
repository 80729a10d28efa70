"""The cells that every general test runs over, and one run of each with nothing left at its default."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from models import CELLS, CellSpec, Trace, forward

T, B, D, H, Q = 7, 3, 4, 6, 5


def variants() -> Iterator[object]:
    """Every cell, and every cell with one of its options chosen differently."""
    for key, spec in CELLS.items():
        yield pytest.param(spec, id=key)
        for option in spec.options:
            for choice in option.choices:
                if choice != option.default:
                    yield pytest.param(spec.choose(**{option.name: choice}), id=f"{key}-{option.name}={choice}")


every_cell = pytest.mark.parametrize("spec", list(variants()))
either_shape = pytest.mark.parametrize("batch", [(), (B,)], ids=["single", "batch"])


class Case:
    """One run with nothing left at its default: parameters, input, initial states, all seeded."""

    def __init__(self, spec: CellSpec, batch: tuple[int, ...] = (), scale: float = 0.5, seed: int = 0) -> None:
        self.spec, self.batch = spec, batch
        self.rng = np.random.default_rng(seed)
        shapes = spec.parameters(D, H, Q)
        self.params = {name: scale * self.rng.standard_normal(shape) for name, shape in shapes.items()}
        self.x = self.rng.standard_normal((T, *batch, D))
        self.initial = {name: self.started(name) for name in spec.states}

    def started(self, name: str) -> np.ndarray:
        """A value that the state can have: inside its bounds, away from them."""
        quantity = self.spec.quantities[name]
        low = -0.9 if quantity.low is None else max(quantity.low, -0.9)
        return self.rng.uniform(low + 0.1, max(0.9, low + 0.5), (*self.batch, H))

    def run(self, clamp: dict | None = None) -> Trace:
        return forward(self.spec, self.params, self.x, self.initial, clamp)

    def free(self) -> list[str]:
        """The quantities that can be pinned: not those that time alone decides."""
        return [name for name, q in self.spec.quantities.items() if not q.clock]


def some_pinned(case: Case) -> dict[str, np.ndarray]:
    """A clamp of some steps and units of the last quantity that can be pinned."""
    name = case.free()[-1]
    values = np.full(case.run()[name].shape, np.nan)
    values[1::2, ..., ::3] = 0.25
    return {name: values}
