"""Straight-line Python for one plan: the loop over time, forward and backward.

Interpreting a plan costs as much as the small arrays it moves. A generated loop reads like the code one would
write by hand, with every view made once by `zip`: `print(forward_loop(plan(CELLS["lstm"])).source)` shows it.
Each variable of a loop is registered with a key that tells the engine which array to bind to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from .algebra import OPS, Node
from .plan import Affine, Pack, Plan, Source

Key = tuple[Any, ...]


@dataclass
class Loop:
    """A loop under construction. `stepped` arrays give one row per step, `fixed` ones are the same always."""

    plan: Plan
    backward: bool = False
    lines: list[str] = field(default_factory=list)
    stepped: dict[str, Key] = field(default_factory=dict)
    fixed: dict[str, Key] = field(default_factory=dict)
    carried: list[str] = field(default_factory=list)

    def emit(self, line: str) -> None:
        self.lines.append(line)

    def step(self, name: str, *key: object) -> str:
        self.stepped[name] = key
        return name

    def fix(self, name: str, *key: object) -> str:
        self.fixed[name] = key
        return name

    def columns(self, letter: str, first: int, last: int) -> str:
        """a: values, d: gradient of the values, n: gradient of the pre-activations."""
        name = f"{letter}{first}" if first == last else f"{letter}{first}_{last}"
        return self.step(name, f"{letter} columns", first, last)

    def value(self, node: Node) -> str:
        """The variable that holds a node's value."""
        node = self.plan.resolve(node)
        if node in self.plan.column:
            k = self.plan.column[node]
            return self.columns("a", k, k)
        match node.op:
            case "previous" if self.backward:
                return self.step(f"before_{identifier(node.name)}", "before", node.name)
            case "previous":
                return self.fix(f"before_{identifier(node.name)}", "before", node.name)
            case "parameter":
                return self.fix(f"p_{node.name}", "parameter", node.name)
            case "constant":
                number = repr(node.number).translate(str.maketrans(".-+", "_mp"))
                return self.fix(f"k_{number}", "constant", node.number)
            case "input":
                return self.step("x", "input")
            case "clock":
                return self.step(f"clock_{identifier(node.name)}", "clock", node.name)
        k = self.plan.slots.index(node)
        return self.step(f"s{k}", "slot", k)

    def compile(self) -> CompiledLoop:
        arguments = [f"{name}_all" for name in self.stepped] + list(self.fixed)
        steps = [
            f"    for {', '.join(self.stepped)}, in zip({', '.join(f'{n}_all' for n in self.stepped)}):",
            *(f"        {line}" for line in self.lines or ["pass"]),
        ]
        source = [
            f"def loop({', '.join(arguments)}):",
            *(steps if self.stepped else []),  # a loop that moves no array has nothing to do
            f"    return ({''.join(name + ', ' for name in self.carried)})",
        ]
        text = "\n".join(source) + "\n"
        scope: dict[str, object] = {
            "dot": np.dot,
            "add": np.add,
            "multiply": np.multiply,
            "copyto": np.copyto,
            **{f"value_{name}": op.value for name, op in OPS.items()},
            **{f"vjp_{name}_{k}": vjp for name, op in OPS.items() for k, vjp in enumerate(op.vjps)},
        }
        exec(compile(text, "<plan>", "exec"), scope)
        run = scope["loop"]
        return CompiledLoop(text, tuple([*self.stepped.values(), *self.fixed.values()]), run)  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class CompiledLoop:
    """`run(*arrays)` wants one array per key of `arguments`."""

    source: str
    arguments: tuple[Key, ...]
    run: Callable[..., tuple[np.ndarray, ...]]


def identifier(name: str) -> str:
    """A quantity's name as part of a Python name."""
    return "".join(c if c.isalnum() else f"_{ord(c)}_" for c in name)


@lru_cache(maxsize=512)  # cells that visitors type come and go
def forward_loop(plan: Plan, clamped: tuple[str, ...] = ()) -> CompiledLoop:
    """The loop that computes every value of every step; `clamped` quantities are pinned as they appear."""
    loop = Loop(plan)
    value, emit = loop.value, loop.emit
    pins = {plan.resolve(plan.spec.quantities[q].expr): q for q in clamped}

    def pin(node: Node) -> None:
        if node in pins:
            q = identifier(pins[node])
            pinned = loop.step(f"pinned_{q}", "pinned", pins[node])
            emit(f"copyto({value(node)}, {loop.step(f'pin_{q}', 'pin', pins[node])}, where={pinned})")

    for entry in plan.schedule:
        match entry:
            case Source():
                k = plan.sources.index(entry)
                weights, product = loop.fix(f"W{k}", "weights", k), loop.fix(f"t{k}", "product", k)
                emit(f"dot({value(entry.node)}, {weights}, {product})")
                for j, (first, last) in enumerate(entry.runs):
                    part = loop.fix(f"t{k}_{j}", "product part", k, j) if len(entry.runs) > 1 else product
                    target = loop.columns("a", first, last)
                    emit(f"add({target}, {part}, {target})")
            case Affine():
                k = plan.affines.index(entry)
                target = loop.columns("a", k, k)
                for other in entry.others:
                    emit(f"add({target}, {value(other)}, {target})")
                if not entry.squashed:
                    pin(entry.node)
            case Pack():
                target = loop.columns("a", entry.first, entry.last)
                emit(f"value_{entry.op}({target}, {target})")
                for k in range(entry.first, entry.last + 1):
                    pin(plan.affines[k].result)
            case Node():
                # a sum of two needs no loop over its terms
                call = "add" if entry.op == "add" and len(entry.args) == 2 else f"value_{entry.op}"
                emit(f"{call}({', '.join(map(value, entry.args))}, {value(entry)})")
                pin(entry)
    for name in plan.spec.states:
        before = value(Node("previous", name=name))
        emit(f"{before} = {value(Node('quantity', name=name))}")
    return loop.compile()


@lru_cache(maxsize=512)  # cells that visitors type come and go
def backward_loop(plan: Plan, clamped: tuple[str, ...] = (), seeded: tuple[str, ...] = ()) -> CompiledLoop:
    """The loop over reversed time: dL/d(value) of every quantity, from the direct gradients of `seeded` ones."""
    loop = Loop(plan, backward=True)
    value, emit = loop.value, loop.emit
    quantity_of = {plan.resolve(q.expr): n for n, q in plan.spec.quantities.items()}
    received: dict[Node, list[str]] = {}
    carry = {q: loop.fix(f"carry_{identifier(q)}", "carry", q) for q in plan.spec.states}
    to_carry: dict[str, list[str]] = {q: [] for q in plan.spec.states}

    def give(node: Node, expression: str) -> None:
        node = plan.resolve(node)
        if node.op in ("constant", "clock"):
            return
        if node.op == "parameter":
            target = loop.fix(f"sum_{node.name}", "sum", node.name)
            emit(f"add({target}, {loop.fix('over_batch', 'over batch')}({expression}), {target})")
        elif node.op == "previous":
            to_carry[node.name].append(expression)
        elif node.op == "input":
            emit(f"add({loop.step('dx', 'dx')}, {expression}, dx)")
        else:
            received.setdefault(node, []).append(expression)

    def total(node: Node) -> str:
        q = quantity_of.get(node, "")
        parts = list(received.get(node, []))
        if q in seeded:
            parts.append(loop.step(f"seed_{identifier(q)}", "seed", q))
        if q in carry:
            parts.append(carry[q])
        return " + ".join(parts)

    def free(node: Node) -> str:
        """A pinned value does not answer to its definition: its gradient stops here."""
        q = quantity_of.get(node, "")
        return loop.step(f"free_{identifier(q)}", "free", q) if q in clamped else ""

    for entry in reversed(plan.schedule):
        match entry:
            case Node():
                expression = total(entry)
                if not expression:
                    continue
                d = f"e{plan.slots.index(entry)}"
                if entry in quantity_of:
                    q = quantity_of[entry]
                    kept = loop.step(f"d_{identifier(q)}", "gradient", q)
                    emit(f"copyto({kept}, {expression})")
                    expression = kept
                emit(f"{d} = {expression}" + (f" * {free(entry)}" if free(entry) else ""))
                vjps = OPS[entry.op].vjps
                values = ", ".join(map(value, (entry, *entry.args)))
                for k, argument in enumerate(entry.args):
                    passes = entry.op in ("add", "identity")
                    vjp = f"vjp_{entry.op}_{k if len(vjps) > 1 else 0}"
                    if plan.resolve(argument).op not in ("constant", "clock"):
                        give(argument, d if passes else f"{vjp}({d}, {values})")
            case Pack():
                members = [plan.affines[k].result for k in range(entry.first, entry.last + 1)]
                for k, node in enumerate(members, entry.first):
                    if total(node):
                        emit(f"copyto({loop.columns('d', k, k)}, {total(node)})")
                a, d, n = (loop.columns(letter, entry.first, entry.last) for letter in "adn")
                emit(f"copyto({n}, vjp_{entry.op}_0({d}, {a}, None))")
                for k, node in enumerate(members, entry.first):
                    if free(node):
                        n = loop.columns("n", k, k)
                        emit(f"multiply({n}, {free(node)}, {n})")
            case Affine():
                k = plan.affines.index(entry)
                if not entry.squashed and total(entry.node):
                    d, n = loop.columns("d", k, k), loop.columns("n", k, k)
                    emit(f"copyto({d}, {total(entry.node)})")
                    emit(f"copyto({n}, {d}" + (f" * {free(entry.node)})" if free(entry.node) else ")"))
                for other in entry.others:
                    give(other, loop.columns("n", k, k))
            case Source():
                j = plan.sources.index(entry)
                for i, (first, last) in enumerate(entry.runs):
                    weights = loop.fix(f"W{j}_{i}", "weights back", j, i)
                    give(entry.node, f"dot({loop.columns('n', first, last)}, {weights})")
    for q, target in carry.items():
        emit(f"{target} = " + (" + ".join(to_carry[q]) or f"{target} * 0"))
    loop.carried = list(carry.values())
    return loop.compile()
