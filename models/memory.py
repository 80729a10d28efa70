"""The arrays of one run: every value of every step, laid out as the plan wants them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .algebra import Node
from .plan import Plan

Array = np.ndarray


class Memory:
    """Row 0 of each array is the time before the first step, so that "one step back" is a view, not a copy."""

    def __init__(self, plan: Plan, steps: int, batch: tuple[int, ...], sizes: Mapping[str, int], dtype: np.dtype):
        self.plan = plan
        self.batch = batch
        self.sizes = sizes
        widths = [sizes[affine.width] for affine in plan.affines]
        self.edges = [0, *np.cumsum(widths, dtype=int).tolist()]
        self.columns = np.empty((steps + 1, *batch, self.edges[-1]), dtype)
        self.slots = [np.empty((steps + 1, *batch, sizes[width]), dtype) for width in plan.widths]
        self.clocks: dict[str, Array] = {}

    def span(self, first: int, last: int) -> slice:
        """The columns of affines `first` … `last`."""
        return slice(self.edges[first], self.edges[last + 1])

    def _rows(self, node: Node) -> Array:
        if node in self.plan.column:
            k = self.plan.column[node]
            return self.columns[..., self.span(k, k)]
        return self.slots[self.plan.slots.index(node)]

    def value(self, node: Node) -> Array:
        """(T, …, width): the node's value at every step."""
        if node.op == "clock":
            return self.clocks[node.name]
        return self._rows(node)[1:]

    def before(self, node: Node) -> Array:
        """(T, …, width): the node's value one step back, the initial state first."""
        return self._rows(node)[:-1]

    def start(self, node: Node) -> Array:
        """(…, width): where the initial state lies."""
        return self._rows(node)[0]
