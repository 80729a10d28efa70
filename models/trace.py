"""What a run leaves behind: named, frozen, read-only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from .algebra import OPS, Node
from .memory import Memory
from .spec import CellSpec

Array = np.ndarray


def read_only(array: Array) -> Array:
    """A view that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view


@dataclass(frozen=True, eq=False)
class Trace(Mapping[str, Array]):
    """Every quantity at every step of one run: `trace["f"]` is (T, H), or (T, B, H) for a batch.

    `x` is the input (T, D) or (T, B, D), `params` what it ran with, `initial` the state before the first step,
    `clamp` the pinned values (NaN where free).
    """

    spec: CellSpec
    params: Mapping[str, Array]
    x: Array
    initial: Mapping[str, Array]
    clamp: Mapping[str, Array]
    memory: Memory

    def __getitem__(self, name: str) -> Array:
        quantity = self.spec.quantities.get(name)
        if quantity is None:
            raise KeyError(f"{self.spec.key} has no quantity {name!r}; it has {list(self.spec.quantities)}")
        return read_only(self.memory.value(self.memory.plan.resolve(quantity.expr)))

    def __iter__(self) -> Iterator[str]:
        return iter(self.spec.quantities)

    def __len__(self) -> int:
        return len(self.spec.quantities)

    @property
    def steps(self) -> int:
        return len(self.x)

    def previous(self, name: str) -> Array:
        """The quantity one step back, the initial state in row 0: the same shape as `trace[name]`."""
        return np.concatenate([self.initial[name][None], self[name][:-1]])

    def weight(self, name: str) -> Array:
        """A matrix as it works in this run: without what its mask forbids, the identity where it is left out."""
        parameter = self.spec.weights[name]
        if name not in self.params:
            return np.eye(self.memory.sizes["H"], dtype=self.x.dtype)
        mask = parameter.mask
        return self.params[name] * mask(self.memory.sizes["H"]) if mask else self.params[name]

    def of(self, node: Node, step: int | slice = slice(None)) -> Array:
        """Values of any part of a definition, at one step (0-based) or several: (…, width) or (T, …, width).

        The engine keeps what it overwrites for nobody; this computes it again from the named quantities.
        """
        match node.op:
            case "input":
                return self.x[step]
            case "quantity" | "clock":
                return self[node.name][step]
            case "previous":
                return self.previous(node.name)[step] if step != 0 else self.initial[node.name]
            case "parameter":
                return self.params[node.name]
            case "constant":
                return np.array(node.number, self.x.dtype)
            case "matmul":
                row, weight = self.of(node.args[0], step), self.weight(node.args[1].name)
                with np.errstate(over="ignore", under="ignore", invalid="ignore"):
                    return row @ weight
        arguments = [self.of(argument, step) for argument in node.args]
        result = np.empty(np.broadcast_shapes(*(a.shape for a in arguments)), self.x.dtype)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            OPS[node.op].value(*arguments, result)
        return result


@dataclass(frozen=True, eq=False)
class Gradients(Mapping[str, Array]):
    """dL/d(quantity) at every step, in the shapes of the trace; `params`, `x` and `initial` likewise."""

    quantities: Mapping[str, Array]
    params: Mapping[str, Array]
    x: Array
    initial: Mapping[str, Array]

    def __getitem__(self, name: str) -> Array:
        return self.quantities[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.quantities)

    def __len__(self) -> int:
        return len(self.quantities)
