"""What else follows from a definition: knobs, terms, keep and write factors, and the tree the stage evaluates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from .algebra import Node
from .ranges import convex_mix, same
from .spec import CellSpec, Quantity


@dataclass(frozen=True)
class Knob:
    """What a slider can turn on one quantity: a bias vector, input and recurrent matrices, a clamp range."""

    gate: str
    bias: str | None
    x: tuple[str, ...]
    h: tuple[str, ...]
    low: float
    high: float


def knobs(spec: CellSpec) -> tuple[Knob, ...]:
    """One knob for each gate and candidate, and for what else has weights of its own (the RNN's h)."""
    found = []
    owned: set[str] = set()
    gates_first = sorted(spec.quantities.values(), key=lambda q: q.kind not in ("gate", "candidate"))
    for quantity in gates_first:
        nodes = [n for n in quantity.expr.walk() if n.op in ("matmul", "parameter")]
        products = {n.args[1].name: n for n in nodes if n.op == "matmul" and n.args[1].name not in owned}
        # a matrix that is the identity at some sizes may be no parameter
        products = {name: n for name, n in products.items() if not spec.weights[name].only_if_sizes_differ}
        biases = [n.name for n in nodes if n.name.startswith("b_") and n.name not in owned]
        owned.update(n.name for n in nodes)
        if quantity.clock or not (products or biases or quantity.kind in ("gate", "candidate")):
            continue
        inputs = tuple(name for name, n in products.items() if _reads_input(name, n.args[0]))
        recurrent = tuple(name for name in products if name not in inputs)
        bias = biases[0] if biases else None
        found.append(Knob(quantity.name, bias, inputs, recurrent, *_reach(quantity)))
    order = list(spec.quantities)
    return tuple(sorted(found, key=lambda knob: order.index(knob.gate)))


def _reads_input(name: str, source: Node) -> bool:
    """Whether a matrix brings in the token, or what takes its place: the layer below, at this step."""
    return source.op == "input" or (name.startswith("W_x") and source.op != "previous")


def _reach(quantity: Quantity) -> tuple[float, float]:
    """From where to where a quantity can be pinned; never to a single place."""
    low = (0.0 if quantity.kind == "gate" else -1.0) if quantity.low is None else quantity.low
    high = 1.0 if quantity.high is None else quantity.high
    if low < high:
        return low, high
    return (high - 1.0, high) if quantity.low is None else (low, low + 1.0)


def tree(node: Node) -> list[object]:
    """The node as nested lists for JSON; the grammar stands in assets/player/evaluate.js."""
    match node.op:
        case "input":
            return ["x"]
        case "quantity":
            return ["q", node.name, 0]
        case "previous":
            return ["q", node.name, 1]
        case "clock":
            return ["clock", node.name]
        case "parameter":
            return ["p", node.name]
        case "constant":
            return ["const", node.number]
        case "identity":
            return tree(node.args[0])
        case "matmul":
            return ["@", tree(node.args[0]), node.args[1].name]
    symbol = {"add": "+", "sub": "-", "mul": "*", "div": "/"}.get(node.op, node.op)
    return [symbol, *map(tree, node.args)]


def at_sizes(spec: CellSpec, node: Node, D: int, H: int) -> Node:
    """The node as it is for `D` inputs and `H` units: matrices that are the identity there are left out."""
    if node.op == "matmul" and node.args[1].name not in spec.parameters(D, H):
        return node.args[0]
    arguments = tuple(at_sizes(spec, argument, D, H) for argument in node.args)
    changed = any(new is not old for new, old in zip(arguments, node.args, strict=True))
    return replace(node, args=arguments) if changed else node


@dataclass(frozen=True, eq=False)
class Recursion:
    """A gated state as `keep ⊙ state_{t−1} + write`, with the gates taken as given.

    `keep` is a product of factors (empty: 1), `writes` the summands that do not contain the old state.
    """

    keep: tuple[tuple[Node, ...], ...]
    writes: tuple[Node, ...]


def recursion(spec: CellSpec, name: str) -> Recursion | None:
    """How a state carries its own past elementwise; None where it does not (the RNN's h, an LSTM's h).

    Differences, quotients and products with a sum are multiplied out as far as the old state stands in them.
    """

    def own(node: Node) -> bool:
        return any(n.op == "previous" and n.name == name for n in node.walk())

    keep: list[tuple[Node, ...]] = []
    writes: list[Node] = []
    for factors in _products(spec.quantities[name].expr, own):
        within = [factor for factor in factors if own(factor)]
        if not within:
            writes.append(reduce(lambda a, b: Node("mul", (a, b)), factors))
        elif len(within) == 1 and within[0].op == "previous":
            keep.append(tuple(factor for factor in factors if factor is not within[0]))
        else:
            return None
    return Recursion(tuple(keep), tuple(writes)) if keep else None


def _products(node: Node, own: Callable[[Node], bool]) -> tuple[tuple[Node, ...], ...]:
    """The node as a sum of products; what the old state is not in stays as it is written."""
    match node.op:
        case "identity":
            return _products(node.args[0], own)
        case "add":
            return tuple(term for argument in node.args for term in _products(argument, own))
        case "sub" if own(node):
            first, second = node.args
            return _products(first, own) + _products(Node("neg", (second,)), own)
        case "neg" if own(node):
            minus = Node("constant", number=-1.0)
            return tuple((minus, *factors) for factors in _products(node.args[0], own))
        case "div" if own(node.args[0]):
            share = Node("div", (Node("constant", number=1.0), node.args[1]))
            return tuple((*factors, share) for factors in _products(node.args[0], own))
        case "mul" if own(node):
            sums: list[tuple[tuple[Node, ...], ...]] = [
                _products(argument, own) if own(argument) else (_factors(argument),) for argument in node.args
            ]
            return tuple((*first, *second) for first in sums[0] for second in sums[1])
    return ((node,),)


def _factors(node: Node) -> tuple[Node, ...]:
    if node.op != "mul":
        return (node,)
    return (*_factors(node.args[0]), *_factors(node.args[1]))


def memory_state(spec: CellSpec) -> str | None:
    """The state that runs along the top of the picture: the one that carries itself, or the first state."""
    carried = [name for name in spec.states if recursion(spec, name)]
    return carried[-1] if carried else (spec.states[0] if spec.states else None)


def asleep(spec: CellSpec) -> dict[str, str]:
    """Which states keep a unit as it was wherever some clock is 0: {state: clock}."""
    found = {}
    for name in spec.states:
        mix = convex_mix(spec.quantities[name].expr, spec.quantities)
        if mix is None or mix[0].op != "quantity" or mix[2].op != "previous" or mix[2].name != name:
            continue
        if spec.quantities[mix[0].name].clock:
            found[name] = mix[0].name
    return found


def readers(quantities: Mapping[str, Quantity], name: str) -> tuple[str, ...]:
    """Quantities of the same step that read `name` directly."""
    wanted = Node("quantity", name=name)
    return tuple(
        q.name for q in quantities.values() if any(same(node, wanted) for node in q.expr.walk() if node.is_leaf)
    )
