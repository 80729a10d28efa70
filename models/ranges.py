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

    A state is assumed to start at 0. Its interval is iterated: where a second pass leaves it unchanged the
    bound is proven by induction over time, otherwise the state is unbounded (an LSTM's c).
    """
    before: dict[str, Interval] = {name: (0.0, 0.0) for name in quantities}
    first = _one_step(quantities, before)
    grown = {name: _hull(before[name], first[name]) for name in quantities}
    while True:
        second = _one_step(quantities, grown)
        escaped = [n for n in quantities if not _inside(second[n], grown[n]) and grown[n] != EVERYTHING]
        if not escaped:
            break
        for name in escaped:
            grown[name] = EVERYTHING
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
            if mixed:
                return _hull(of(mixed[1]), of(mixed[2]))
            parts = [of(argument) for argument in node.args]
            return (sum(p[0] for p in parts), sum(p[1] for p in parts))
        case "sub":
            a, b = of(node.args[0]), of(node.args[1])
            return (a[0] - b[1], a[1] - b[0])
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
            return _share(node, of)
        case "identity":
            return of(node.args[0])
        case "tanh":
            low, high = of(node.args[0])
            return (float(np.tanh(low)), float(np.tanh(high)))
        case op if op in OPS:
            return (OPS[op].low, OPS[op].high)
    return EVERYTHING


def _share(node: Node, of: Callable[[Node], Interval]) -> Interval:
    """a / (a + b) with both positive lies between 0 and 1."""
    part, whole = node.args
    if any(same(part, term) for term in whole.terms) and all(of(term)[0] >= 0 for term in whole.terms):
        return (0.0, 1.0)
    return EVERYTHING


def convex_mix(node: Node, quantities: Mapping[str, Quantity]) -> tuple[Node, Node, Node] | None:
    """(s, a, b) where the node is s ⊙ a + (1 − s) ⊙ b with a gate s, in either order; else None.

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


def _hull(a: Interval, b: Interval) -> Interval:
    return (min(a[0], b[0]), max(a[1], b[1]))


def _inside(a: Interval, b: Interval) -> bool:
    return a[0] >= b[0] and a[1] <= b[1]
