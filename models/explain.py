"""Why a number is what it is: the terms that were added up to it.

A gate's pre-activation falls apart into one term per input component, one per unit of the state before, one per
peephole, and the bias. A state that carries itself falls apart into what was kept and what was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .algebra import ACTIVATIONS, Node
from .derive import recursion
from .notation import expression
from .trace import Trace

SQUASHING = (*ACTIVATIONS, "softmax")


@dataclass(frozen=True)
class Term:
    """One summand. `source` is the quantity it comes from (or "x", or "" for a bias), `lag` 1 if one step back,
    `unit` which of the source's units or components (0-based). `kind`: input, recurrent, peephole, bias, kept,
    written, below (from the memory of a lower layer), other."""

    name: str
    value: float
    kind: str
    source: str = ""
    lag: int = 0
    unit: int | None = None


def explain(trace: Trace, quantity: str, step: int, unit: int) -> list[tuple[str, float]]:
    """The terms of a number as (name, value); they add up to what `squashing` is applied to.

    Of a run without batch. `step` counts from 1 as t does, `unit` from 0 as arrays do. Of a pinned quantity it is
    what the definition says. Raises ValueError for what the run does not have.
    """
    return [(term.name, term.value) for term in terms(trace, quantity, step, unit)]


def squashing(trace: Trace, quantity: str) -> str | None:
    """The function that turns the sum of the terms into the value; None where the sum is the value."""
    op = trace.spec.quantities[quantity].expr.op
    return op if op in SQUASHING else None


def terms(trace: Trace, quantity: str, step: int, unit: int) -> tuple[Term, ...]:
    """As `explain`, with where each term comes from."""
    _check(trace, quantity, step, unit)
    spec = trace.spec
    if spec.quantities[quantity].clock:
        return (Term(quantity, float(trace[quantity][step - 1, unit]), "other"),)
    if quantity in spec.states and recursion(spec, quantity):
        return _kept_and_written(trace, quantity, step, unit)
    definition = spec.quantities[quantity].expr
    inside = definition.args[0] if definition.op in (*SQUASHING, "identity") else definition
    return tuple(_split(trace, inside, step, unit, 1.0, ""))


def _kept_and_written(trace: Trace, name: str, step: int, unit: int) -> tuple[Term, ...]:
    rule = recursion(trace.spec, name)
    assert rule is not None
    before = float(trace.of(Node("previous", name=name), step - 1)[unit])
    kept = sum(np.prod([_at(trace, factor, step, unit) for factor in factors]) for factors in rule.keep)
    found = [Term("kept", float(kept) * before, "kept", name, 1, unit)]
    below = [node for node in rule.writes if _lower_memory(trace, node)]
    for kind, nodes in (("written", [node for node in rule.writes if node not in below]), ("below", below)):
        if nodes:
            source = _lower_memory(trace, nodes[0])
            value = sum(_at(trace, node, step, unit) for node in nodes)
            found.append(Term("from below" if kind == "below" else kind, value, kind, source, 0, unit))
    return tuple(found)


def _lower_memory(trace: Trace, node: Node) -> str:
    """The state of this very step that a term brings in; "" if it brings none."""
    names = [leaf.name for leaf in node.walk() if leaf.op == "quantity"]
    return next((name for name in names if trace.spec.quantities[name].kind == "state"), "")


def _split(trace: Trace, node: Node, step: int, unit: int, factor: float, prefix: str) -> Iterator[Term]:
    """The terms of factor · node; a product with a sum of matrix products is multiplied out."""
    spec = trace.spec
    match node.op:
        case "add":
            for term in node.args:
                yield from _split(trace, term, step, unit, factor, prefix)
        case "sub":
            yield from _split(trace, node.args[0], step, unit, factor, prefix)
            yield from _split(trace, node.args[1], step, unit, -factor, _negated(prefix))
        case "neg":
            yield from _split(trace, node.args[0], step, unit, -factor, _negated(prefix))
        case "mul" if _is_affine(node.args[1]) or _is_affine(node.args[0]):
            share, sum_ = node.args if _is_affine(node.args[1]) else node.args[::-1]
            # "r_t ⊙ ", in brackets where a factor needs them
            written = expression(spec, Node("mul", (share, Node("input"))), "text").removesuffix("x_t")
            yield from _split(trace, sum_, step, unit, factor * _at(trace, share, step, unit), prefix + written)
        case "matmul":
            source, weight = node.args
            values = trace.of(source, step - 1) * trace.weight(weight.name)[:, unit]
            name, lag = _origin(source)
            kind = "input" if weight.name.startswith("W_x") else "recurrent"
            written = _bracketed(expression(spec, source, "text"))
            for k, value in enumerate(values.tolist()):
                yield Term(f"{prefix}{written}[{k}]", factor * value, kind, name, lag, k)
        case _:
            name, lag = _origin(node)
            learned = any(leaf.op == "parameter" for leaf in node.walk())
            kind = "bias" if node.op == "parameter" else "peephole" if learned and node.op == "mul" else "other"
            value = factor * _at(trace, node, step, unit)
            yield Term(prefix + expression(spec, node, "text"), value, kind, name, lag, unit if name else None)


def _is_affine(node: Node) -> bool:
    return any(term.op == "matmul" for term in node.terms)


def _origin(node: Node) -> tuple[str, int]:
    """Where a click on a term leads: the past that it reads, else what it reads of this step."""
    leaves = [leaf for leaf in node.walk() if leaf.op in ("previous", "quantity", "input")]
    leaves.sort(key=lambda leaf: leaf.op != "previous")
    return (leaves[0].name, int(leaves[0].op == "previous")) if leaves else ("", 0)


def _negated(prefix: str) -> str:
    return prefix.removeprefix("−") if prefix.startswith("−") else "−" + prefix


def _bracketed(written: str) -> str:
    return f"({written})" if " " in written else written


def _at(trace: Trace, node: Node, step: int, unit: int) -> float:
    value = trace.of(node, step - 1)
    return float(value[unit] if value.ndim else value)


def _check(trace: Trace, quantity: str, step: int, unit: int) -> None:
    if trace.x.ndim != 2:
        raise ValueError("a run without batch is needed; take one sequence of it")
    if quantity not in trace.spec.quantities:
        raise ValueError(f"{trace.spec.key} has no quantity {quantity!r}; it has {list(trace.spec.quantities)}")
    steps, units = trace[quantity].shape
    if not 1 <= step <= steps:
        raise ValueError(f"step {step} is not one of 1 to {steps}")
    if not 0 <= unit < units:
        raise ValueError(f"unit {unit} is not one of 0 to {units - 1}")
