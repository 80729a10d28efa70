"""Bounds of a quantity, found from its definition by interval arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .algebra import OPS, Node

if TYPE_CHECKING:
    from .spec import Quantity

Interval = tuple[float, float]
EVERYTHING: Interval = (-np.inf, np.inf)


def bounds(quantities: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """The same quantities with `low` and `high` filled in.

    A state starts at its `start`. Its interval is iterated: where a second pass leaves it unchanged the bound
    is proven by induction over time, otherwise it is unbounded on the side where it grew (an LSTM's c on both).
    """
    before: dict[str, Interval] = {name: (q.start, q.start) for name, q in quantities.items()}
    first = _one_step(quantities, before)
    grown = {name: _hull(before[name], first[name]) for name in quantities}
    while True:
        second = _one_step(quantities, grown)
        wider = {name: _widened(grown[name], second[name]) for name in quantities}
        if wider == grown:
            break
        grown = wider
    found = {}
    for name, quantity in quantities.items():
        low, high = second[name]
        found[name] = replace(
            quantity,
            low=float(low) if np.isfinite(low) else None,
            high=float(high) if np.isfinite(high) else None,
        )
    return found


def _one_step(quantities: Mapping[str, Quantity], previous: Mapping[str, Interval]) -> dict[str, Interval]:
    known: dict[str, Interval] = {}
    for name, quantity in quantities.items():
        known[name] = (0.0, 1.0) if quantity.clock else _interval(quantity.expr, quantities, known, previous)
    return known


def _interval(
    node: Node, quantities: Mapping[str, Quantity], known: Mapping[str, Interval], previous: Mapping[str, Interval]
) -> Interval:
    def of(argument: Node) -> Interval:
        return _interval(argument, quantities, known, previous)

    match node.op:
        case "constant":
            return (node.number, node.number)
        case "quantity":
            return known[node.name]
        case "previous":
            return previous[node.name]
        case "add":
            mixed = convex_mix(node, quantities)
            if mixed and _inside_unit(of(mixed[0])):
                return _hull(of(mixed[1]), of(mixed[2]))
            parts = [of(argument) for argument in node.args]
            return (_sum([p[0] for p in parts], -np.inf), _sum([p[1] for p in parts], np.inf))
        case "sub":
            a, b = of(node.args[0]), of(node.args[1])
            low, high = _sum([a[0], -b[1]], -np.inf), _sum([a[1], -b[0]], np.inf)
            return (low, min(high, 0.0) if _is_maximum_of(node.args[1], node.args[0], quantities) else high)
        case "neg":
            a = of(node.args[0])
            return (-a[1], -a[0])
        case "mul":
            a, b = of(node.args[0]), of(node.args[1])
            corners = [0.0 if 0.0 in (p, q) else p * q for p in a for q in b]
            return (min(corners), max(corners))
        case "max":
            a, b = of(node.args[0]), of(node.args[1])
            return (max(a[0], b[0]), max(a[1], b[1]))
        case "div":
            return _share(node, of) or _weighted_mean(node, quantities, of) or EVERYTHING
        case "identity":
            return of(node.args[0])
        case "tanh":
            low, high = of(node.args[0])
            return (float(np.tanh(low)), float(np.tanh(high)))
        case "exp":
            low, high = of(node.args[0])
            with np.errstate(over="ignore"):
                return (float(np.exp(low)), float(np.exp(high)))
        case op if op in OPS:
            return (OPS[op].low, OPS[op].high)
    return EVERYTHING


def _share(node: Node, of: Callable[[Node], Interval]) -> Interval | None:
    """a / (a + b) with both positive lies between 0 and 1."""
    part, whole = node.args
    if any(same(part, term) for term in whole.terms) and all(of(term)[0] >= 0 for term in whole.terms):
        return (0.0, 1.0)
    return None


def _weighted_mean(node: Node, quantities: Mapping[str, Quantity], of: Callable[[Node], Interval]) -> Interval | None:
    """c / n lies where v does, if c sums v with positive weights and n sums the weights.

    That is c = k ⊙ c_{t−1} + w ⊙ v and n = k ⊙ n_{t−1} + w, both from 0, as in the sLSTM.
    """
    top, bottom = (_kept_and_written(argument, quantities) for argument in node.args)
    if top is None or bottom is None:
        return None
    (k, written), (same_k, weight) = top, bottom
    if not same(k, same_k) or of(k)[0] < 0 or of(weight)[0] < 0 or written.op != "mul":
        return None
    values = [b for a, b in (written.args, written.args[::-1]) if same(a, weight)]
    return _hull((0.0, 0.0), of(values[0])) if values else None


def _kept_and_written(node: Node, quantities: Mapping[str, Quantity]) -> tuple[Node, Node] | None:
    """(k, w) of a state that is k ⊙ itself one step back + w, and starts at 0."""
    quantity = quantities.get(node.name) if node.op == "quantity" else None
    if quantity is None or quantity.start or quantity.expr.op != "add" or len(quantity.expr.args) != 2:
        return None
    kept, written = quantity.expr.args
    pairs = (kept.args, kept.args[::-1]) if kept.op == "mul" else ()
    return next(((k, written) for k, past in pairs if past.op == "previous" and past.name == node.name), None)


def _is_maximum_of(node: Node, part: Node, quantities: Mapping[str, Quantity]) -> bool:
    """Whether `node` is, or names, a maximum over `part` and something else."""
    definition = quantities[node.name].expr if node.op == "quantity" else node
    return definition.op == "max" and any(same(argument, part) for argument in definition.args)


def convex_mix(node: Node, quantities: Mapping[str, Quantity]) -> tuple[Node, Node, Node] | None:
    """(s, a, b) where the node is s ⊙ a + (1 − s) ⊙ b, in either order; else None. A mix only if s is a gate.

    A quantity that is itself defined as 1 − s (a coupled gate) counts as 1 − s.
    """

    def is_rest(rest: Node, share: Node) -> bool:
        definition = quantities[rest.name].expr if rest.op == "quantity" else rest
        return definition.op == "sub" and definition.args[0].number == 1.0 and same(definition.args[1], share)

    if node.op != "add" or len(node.args) != 2 or any(term.op != "mul" for term in node.args):
        return None
    one, two = node.args
    for share, kept in (one.args, one.args[::-1]):
        for rest, written in (two.args, two.args[::-1]):
            if is_rest(rest, share):
                return share, kept, written
            if is_rest(share, rest):
                return rest, written, kept
    return None


def same(a: Node, b: Node) -> bool:
    """Whether two nodes stand for the same value: one node, or two references to one quantity."""
    return a is b or (a.is_leaf and a.op == b.op and a.name == b.name and a.number == b.number)


def _inside_unit(a: Interval) -> bool:
    return a[0] >= 0 and a[1] <= 1


def _sum(ends: list[float], unknown: float) -> float:
    """The sum; ∞ − ∞ can be anything, so that the end is `unknown`."""
    return unknown if np.inf in ends and -np.inf in ends else sum(ends)


def _hull(a: Interval, b: Interval) -> Interval:
    return (min(a[0], b[0]), max(a[1], b[1]))


def _widened(known: Interval, found: Interval) -> Interval:
    """`known`, without bound on each side where `found` lies outside."""
    return (known[0] if found[0] >= known[0] else -np.inf, known[1] if found[1] <= known[1] else np.inf)
