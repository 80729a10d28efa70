"""The operations of a cell: what each computes, how its gradient flows, how it is written.

A cell is a graph of `Node`s. `OPS` is the only place that knows an operation: its value, its gradient
towards each argument, its symbol and binding strength. The engine, the equations and the diagram read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
Value = Callable[..., object]  # value(*arguments, out): writes its result into `out`
Vjp = Callable[..., Array]  # vjp(d, y, *arguments): dL/d(argument) from d = dL/dy and the result y

_ONE = np.array(1.0)  # a zero-dimensional array: NumPy adds it faster than a Python number


@dataclass(frozen=True, eq=False)
class Node:
    """One operation applied to other nodes, or a leaf.

    Leaves: `input` (x_t), `previous` (a quantity one step back), `quantity` (a named quantity of this step),
    `parameter` (its `shape` in the letters D, H, Q) and `constant` (its `number`).
    """

    op: str
    args: tuple[Node, ...] = ()
    name: str = ""
    shape: tuple[str, ...] = ()
    number: float = 0.0

    def __add__(self, other: Operand) -> Node:
        terms = (*self.terms, *as_node(other).terms)
        return Node("add", terms)

    def __radd__(self, other: Operand) -> Node:
        return as_node(other) + self

    def __sub__(self, other: Operand) -> Node:
        return Node("sub", (self, as_node(other)))

    def __rsub__(self, other: Operand) -> Node:
        return Node("sub", (as_node(other), self))

    def __mul__(self, other: Operand) -> Node:
        return Node("mul", (self, as_node(other)))

    def __rmul__(self, other: Operand) -> Node:
        return Node("mul", (as_node(other), self))

    def __truediv__(self, other: Operand) -> Node:
        return Node("div", (self, as_node(other)))

    def __rtruediv__(self, other: Operand) -> Node:
        return Node("div", (as_node(other), self))

    def __matmul__(self, other: Node) -> Node:
        return Node("matmul", (self, other))

    def __neg__(self) -> Node:
        return Node("neg", (self,))

    @property
    def terms(self) -> tuple[Node, ...]:
        """The summands of a sum; any other node is its own only summand."""
        return self.args if self.op == "add" else (self,)

    @property
    def is_leaf(self) -> bool:
        return not self.args

    def walk(self) -> Iterator[Node]:
        """This node and all below it, arguments first, each once."""
        seen: set[Node] = set()

        def visit(node: Node) -> Iterator[Node]:
            if node in seen:
                return
            seen.add(node)
            for argument in node.args:
                yield from visit(argument)
            yield node

        return visit(self)


Operand = Node | float


def as_node(value: Operand) -> Node:
    return value if isinstance(value, Node) else Node("constant", number=float(value))


@dataclass(frozen=True)
class Op:
    """An operation: `value` writes into out, `vjps` holds one gradient per argument.

    `strength` orders operations for brackets (higher binds tighter); a function such as tanh has none and
    always shows its brackets. `low` and `high` bound the result of a squashing function.
    """

    symbol: str
    value: Value
    vjps: tuple[Vjp, ...]
    strength: int = 0
    low: float = -np.inf
    high: float = np.inf

    @property
    def is_function(self) -> bool:
        return self.strength == 0


def _sigmoid(a: Array, out: Array) -> None:
    # 1 / (1 + e^-a) keeps full relative precision for every a; where e^-a overflows the answer is 0,
    # and the engine runs with that one floating-point flag silenced.
    np.negative(a, out)
    np.exp(out, out)
    np.add(out, _ONE, out)
    np.reciprocal(out, out)


def _log_sigmoid(a: Array, out: Array) -> None:
    np.negative(a, out)
    np.logaddexp(out, 0.0, out)
    np.negative(out, out)


def _softmax(a: Array, out: Array) -> None:
    np.subtract(a, a.max(axis=-1, keepdims=True), out)
    np.exp(out, out)
    np.divide(out, out.sum(axis=-1, keepdims=True), out)


def _softmax_back(d: Array, y: Array, a: Array) -> Array:
    # every unit depends on all: where some of y are pinned, the gradient still needs what was computed
    computed = np.empty_like(a)
    _softmax(a, computed)
    return computed * (d - (d * computed).sum(axis=-1, keepdims=True))


def _divide(a: Array, b: Array, out: Array) -> None:
    # Gates that have underflowed to 0 have no share in anything: 0 / 0 is 0 here.
    out[...] = 0
    np.divide(a, b, out, where=b != 0)


def _divide_back(d: Array, b: Array) -> Array:
    return np.divide(d, b, np.zeros(np.broadcast_shapes(d.shape, b.shape), d.dtype), where=b != 0)


def _positive(a: Array, out: Array) -> None:
    # g of Feng et al. 2024: continuous and positive, a + 1/2 above zero and sigmoid below.
    below = np.minimum(a, 0.0)
    np.copyto(out, np.where(a >= 0, a + 0.5, 1.0 / (1.0 + np.exp(-below))))


def _add(*arguments: Array) -> None:
    *terms, out = arguments
    np.add(terms[0], terms[1], out)
    for term in terms[2:]:
        np.add(out, term, out)


OPS: dict[str, Op] = {
    "add": Op("+", _add, (lambda d, y, *a: d,), strength=1),
    "sub": Op("−", np.subtract, (lambda d, y, a, b: d, lambda d, y, a, b: -d), strength=1),
    "neg": Op("−", np.negative, (lambda d, y, a: -d,), strength=2),
    "mul": Op("⊙", np.multiply, (lambda d, y, a, b: d * b, lambda d, y, a, b: d * a), strength=3),
    "div": Op(
        "/",
        _divide,
        (lambda d, y, a, b: _divide_back(d, b), lambda d, y, a, b: _divide_back(-d * y, b)),
        strength=3,
    ),
    # The engine fuses matrix products over gates and time; their gradients are rule (A) in backward.
    "matmul": Op("", np.matmul, (lambda d, y, a, w: d @ w.T, lambda d, y, a, w: a.T @ d), strength=4),
    "max": Op(
        "max",
        lambda a, b, out: np.maximum(a, b, out=out),
        (lambda d, y, a, b: d * (a >= b), lambda d, y, a, b: d * (a < b)),
    ),
    "sigmoid": Op("σ", _sigmoid, (lambda d, y, a: d * y * (1 - y),), low=0, high=1),
    "tanh": Op("tanh", np.tanh, (lambda d, y, a: d * (1 - y * y),), low=-1, high=1),
    "relu": Op("relu", lambda a, out: np.maximum(a, 0.0, out=out), (lambda d, y, a: d * (y > 0),), low=0),
    "exp": Op("exp", np.exp, (lambda d, y, a: d * y,), low=0),
    "log_sigmoid": Op("log σ", _log_sigmoid, (lambda d, y, a: d * -np.expm1(y),), high=0),
    "positive": Op("g", _positive, (lambda d, y, a: d * np.where(y >= 0.5, 1.0, y * (1 - y)),), low=0),
    "softmax": Op("softmax", _softmax, (_softmax_back,), low=0, high=1),
    "identity": Op("", lambda a, out: np.copyto(out, a), (lambda d, y, a: d,)),
}

# Functions whose gradient needs only their result: the engine may overwrite their argument.
ACTIVATIONS = ("sigmoid", "tanh", "relu", "exp", "log_sigmoid", "positive")


def sigmoid(a: Node) -> Node:
    return Node("sigmoid", (a,))


def tanh(a: Node) -> Node:
    return Node("tanh", (a,))


def relu(a: Node) -> Node:
    return Node("relu", (a,))


def exp(a: Node) -> Node:
    return Node("exp", (a,))


def log_sigmoid(a: Node) -> Node:
    return Node("log_sigmoid", (a,))


def positive(a: Node) -> Node:
    return Node("positive", (a,))


def softmax(a: Node) -> Node:
    return Node("softmax", (a,))


def maximum(a: Node, b: Operand) -> Node:
    return Node("max", (a, as_node(b)))


def activation(name: str, a: Node) -> Node:
    """The function `name` of `a`; "identity" leaves `a` as it is."""
    return a if name == "identity" else Node(name, (a,))
