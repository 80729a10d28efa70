"""What one number is made of where it is no sum, and how it answers to a single thing that it is made of.

A hidden state is a product, a share of two claims a quotient: `factors` takes those apart, as `explain` does sums.
`response` asks how a number would change with one of its ingredients, everything else as it was. A gate answers to
the sum of its terms by its squashing function; a memory to what it was before by a line, whose slope is what it keeps;
an LSTM's h to c by tanh, scaled by the output gate. The definition says which.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .algebra import OPS, Node
from .derive import recursion
from .explain import SQUASHING
from .ranges import same
from .spec import CellSpec
from .trace import Array, Trace

READ = ("quantity", "previous")


@dataclass(frozen=True, eq=False)
class Response:
    """A curve `x`, `y` (N,), and where on it the number stands.

    `along` is the quantity that x stands for, of this step or (`lag` 1) of the one before; "" for the sum of the terms.
    """

    along: str
    lag: int
    x: Array
    y: Array
    at: float
    value: float


def ingredients(spec: CellSpec, name: str) -> tuple[Node, ...]:
    """The quantities that a definition reads unit by unit: leaves outside of every matrix product, each once."""
    found: list[Node] = []
    for leaf in _outside(spec.quantities[name].expr):
        if leaf.op in READ and not any(same(leaf, known) for known in found):
            found.append(leaf)
    return tuple(found)


def factors(spec: CellSpec, name: str) -> tuple[Node, ...]:
    """The parts of a product, a quotient or a maximum; none for a sum, and none for a memory that carries itself."""
    if name in spec.states and recursion(spec, name):
        return ()
    definition = spec.quantities[name].expr
    definition = definition.args[0] if definition.op == "identity" else definition
    match definition.op:
        case "mul":
            return product(definition)
        case "div" | "max":
            return definition.args
    return ()


def product(node: Node) -> tuple[Node, ...]:
    """The factors of a product; any other node is its own only factor."""
    return tuple(part for argument in node.args for part in product(argument)) if node.op == "mul" else (node,)


def entry(trace: Trace, node: Node, step: int, unit: int) -> float:
    """The value of any part of a definition at a step, from 1, for a unit, from 0."""
    value = trace.of(node, step - 1)
    return float(value[unit] if value.ndim else value)


def variable(spec: CellSpec, name: str) -> Node | None:
    """What `response` varies: the sum inside a squashing function, a memory's own past, else the ingredient that says
    most: a state of this step before others. None where the number is a plain sum, or decided by time alone."""
    quantity = spec.quantities[name]
    if quantity.clock:
        return None
    if quantity.expr.op in SQUASHING:
        return quantity.expr.args[0]
    read = ingredients(spec, name)
    if name in spec.states and recursion(spec, name):
        return next(leaf for leaf in read if leaf.op == "previous" and leaf.name == name)

    def rank(leaf: Node) -> tuple[bool, bool]:
        return leaf.op == "previous", spec.quantities[leaf.name].kind != "state"

    return min(read, key=rank, default=None)


def response(trace: Trace, name: str, step: int, unit: int, x: Array) -> Response | None:
    """How the quantity answers at the points `x` (N,); None where `variable` is. `step` from 1, `unit` from 0."""
    spec = trace.spec
    along = variable(spec, name)
    if along is None:
        return None
    definition = spec.quantities[name].expr
    at = entry(trace, along, step, unit)
    points = np.append(np.asarray(x, float), at)
    if definition.op == "softmax":
        y = _among_others(trace, along, step, unit, points)
    else:
        y = _along(trace, definition, along, step, unit, points)
    is_read = along.op in READ
    return Response(along.name if is_read else "", int(along.op == "previous"), points[:-1], y[:-1], at, float(y[-1]))


def _outside(node: Node) -> Iterator[Node]:
    if node.op == "matmul":
        return
    if node.is_leaf:
        yield node
    for argument in node.args:
        yield from _outside(argument)


def _along(trace: Trace, node: Node, along: Node, step: int, unit: int, x: Array) -> Array:
    """The node at this step and unit with `along` running through x, (N,)."""
    if same(node, along):
        return x
    if node.is_leaf or node.op == "matmul":
        return np.full(x.shape, entry(trace, node, step, unit))
    arguments = [_along(trace, argument, along, step, unit, x) for argument in node.args]
    result = np.empty(x.shape)
    with np.errstate(all="ignore"):  # a curve may run through where the definition has no value
        OPS[node.op].value(*arguments, result)
    return result


def _among_others(trace: Trace, along: Node, step: int, unit: int, x: Array) -> Array:
    """Softmax of one unit's sum, with those of all others as they are."""
    others = np.delete(trace.of(along, step - 1), unit)
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(others[:, None] - x).sum(axis=0))
