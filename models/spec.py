"""What a cell is: `CellSpec`, and the tracer that turns a short function into one.

A cell function reads like the paper. It is called once with a `Step`, whose methods make symbols; what it
declares becomes a frozen `CellSpec`, and everything else (forward, backward, shapes, equations, drawing,
sliders) is derived from that.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from .algebra import Node
from .ranges import bounds

KINDS = ("gate", "candidate", "state", "value")
OUTPUTS = 3  # width of an output layer where nobody asks for another
Choice = Any  # an option of a cell function: a tuple of choices as its default, one of them when it is called
Clock = Callable[[int, int], np.ndarray]  # clock(T, H) -> (T, H)


@dataclass(frozen=True, eq=False)
class Parameter:
    """A learned array. `shape` is written in the letters D (input), H (units), Q (outputs).

    `start` is the value that initialisation gives a bias. `mask(H)` marks the entries that exist.
    """

    name: str
    shape: tuple[str, ...]
    start: float = 0.0
    mask: Callable[[int], np.ndarray] | None = None
    only_if_sizes_differ: bool = False


@dataclass(frozen=True, eq=False)
class Quantity:
    """A named vector of every time step.

    `label` and `note` are English source texts and catalogue keys. `low` and `high` are bounds that hold for
    every input from the usual initial state, None where there is none. `role` chooses the colour. `width` is
    H, or Q for an output. `start` is the usual value of a state before the first step.
    """

    name: str
    kind: str
    expr: Node
    label: str
    note: str
    phase: str
    role: str
    low: float | None = None
    high: float | None = None
    clock: Clock | None = None
    width: str = "H"
    start: float = 0.0

    @property
    def is_share(self) -> bool:
        """Whether its values are parts of 1: a gate, or what leaves a sigmoid or a softmax."""
        return self.kind == "gate" or (
            self.low is not None and self.low >= 0 and self.high is not None and self.high <= 1
        )


@dataclass(frozen=True)
class Phase:
    """One beat of the step-by-step picture: what is computed together. `note` is one plain sentence."""

    id: str
    title: str
    note: str
    quantities: tuple[str, ...] = ()


@dataclass(frozen=True)
class Option:
    """A choice that a cell offers, such as its activation: one parameter of the cell function."""

    name: str
    choices: tuple[object, ...]
    default: object


@dataclass(frozen=True, eq=False)
class CellSpec:
    """A cell, defined once. `quantities` maps names to `Quantity` in the order of computation.

    `layers` of a stack: what marks the names of each layer's quantities, the lowest first; () for one layer.
    """

    key: str
    title: str
    year: int
    source: str
    quantities: Mapping[str, Quantity]
    phases: tuple[Phase, ...]
    weights: Mapping[str, Parameter]
    states: tuple[str, ...]
    groupings: Mapping[str, tuple[Phase, ...]] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    chosen: Mapping[str, object] = field(default_factory=dict)
    layers: tuple[str, ...] = ()
    hints: Mapping[str, object] = field(default_factory=dict)
    define: Callable[..., None] | None = None

    def parameters(self, D: int, H: int, Q: int = OUTPUTS) -> dict[str, tuple[int, ...]]:
        """Name -> shape of every parameter at input size `D`, hidden size `H` (and output size `Q`)."""
        size = {"D": D, "H": H, "Q": Q}
        return {
            p.name: tuple(size[letter] for letter in p.shape)
            for p in self.weights.values()
            if not (p.only_if_sizes_differ and D == H)
        }

    def count(self, D: int, H: int, Q: int = OUTPUTS) -> int:
        """Number of learned numbers; entries that a mask forbids do not count."""
        total = 0
        for name, shape in self.parameters(D, H, Q).items():
            mask = self.weights[name].mask
            total += int(mask(H).sum()) if mask else int(np.prod(shape))
        return total

    def phase_of(self, name: str) -> int:
        """Index of the phase that computes quantity `name`."""
        return next(k for k, phase in enumerate(self.phases) if name in phase.quantities)

    def regroup(self, key: str) -> CellSpec:
        """The same computation cut into the phases of one of `groupings`; "" leaves it as it is defined."""
        return _regrouped(self, key) if key else self

    def choose(self, **options: object) -> CellSpec:
        """The same cell with other choices of its options; raises ValueError naming what is allowed."""
        allowed = {option.name: option.choices for option in self.options}
        for name, value in options.items():
            if name not in allowed:
                raise ValueError(f"{self.key} has no option {name!r}; it has {sorted(allowed) or 'none'}")
            if value not in allowed[name]:
                raise ValueError(f"{self.key}: {name}={value!r} is not one of {list(allowed[name])}")
        if self.define is None or not options:
            return self
        chosen = tuple(sorted({**self.chosen, **options}.items()))
        return _chosen(self.key, self.title, self.year, self.source, self.define, chosen)


class Step:
    """The symbols of one time step, handed to a cell function. Row vectors: `x_t W_xf + h_{t-1} W_hf + b_f`."""

    def __init__(self) -> None:
        self.input = Node("input", name="x")
        self._quantities: dict[str, Quantity] = {}
        self._weights: dict[str, Parameter] = {}
        self._parameter_nodes: dict[str, Node] = {}
        self._previous: dict[str, Node] = {}
        self._starts: dict[str, float] = {}
        self._products: dict[tuple[Node, str], Node] = {}
        self._phases: list[Phase] = []
        self._groupings: dict[str, tuple[Phase, ...]] = {}
        self._hints: dict[str, object] = {}
        self._layers: tuple[str, ...] = ()

    # symbols ------------------------------------------------------------------------------------------
    def previous(self, name: str, start: float = 0.0) -> Node:
        """Quantity `name` one step back; before the first step it is the initial state, most often `start`."""
        if start:
            self._starts[name] = start
        return self._previous.setdefault(name, Node("previous", name=name))

    def parameter(self, name: str, shape: tuple[str, ...], **settings: object) -> Node:
        known = self._weights.get(name)
        if known is None:
            self._weights[name] = Parameter(name, shape, **settings)  # type: ignore[arg-type]
            self._parameter_nodes[name] = Node("parameter", name=name, shape=shape)
        elif known.shape != shape:
            raise ValueError(f"parameter {name} is used as {known.shape} and as {shape}")
        return self._parameter_nodes[name]

    def product(self, source: Node, name: str, shape: tuple[str, str], **settings: object) -> Node:
        """`source @ W_name`; asking twice for the same product gives the same node."""
        weight = self.parameter(f"W_{name}", shape, **settings)
        return self._products.setdefault((source, name), source @ weight)

    def x(self, gate: str, **settings: object) -> Node:
        """x_t W_x<gate>."""
        return self.product(self.input, f"x{gate}", ("D", "H"), **settings)

    def h(self, gate: str, source: Node, **settings: object) -> Node:
        """`source` W_h<gate>: the recurrent term, most often of h_{t-1}."""
        return self.product(source, f"h{gate}", ("H", "H"), **settings)

    def b(self, gate: str, start: float = 0.0) -> Node:
        """b_<gate>; `start` is its value at initialisation."""
        return self.parameter(f"b_{gate}", ("H",), start=start)

    def peephole(self, gate: str, source: Node, letter: str = "c") -> Node:
        """w_<letter><gate> ⊙ source: a diagonal connection from a cell state."""
        return self.parameter(f"w_{letter}{gate}", ("H",)) * source

    # declarations -------------------------------------------------------------------------------------
    def phase(self, id: str, title: str, note: str) -> None:
        """What is declared from here on belongs to this phase."""
        self._phases.append(Phase(id, title, note))

    def gate(self, name: str, expr: Node, label: str, note: str, role: str = "") -> Node:
        return self._declare(name, "gate", expr, label, note, role)

    def candidate(self, name: str, expr: Node, label: str, note: str, role: str = "") -> Node:
        return self._declare(name, "candidate", expr, label, note, role)

    def state(self, name: str, expr: Node, label: str, note: str, role: str = "") -> Node:
        return self._declare(name, "state", expr, label, note, role)

    def value(self, name: str, expr: Node, label: str, note: str, role: str = "") -> Node:
        return self._declare(name, "value", expr, label, note, role)

    def clock(self, name: str, clock: Clock, label: str, note: str, role: str = "") -> Node:
        """A quantity that time alone decides: `clock(T, H)` gives its (T, H) values."""
        return self._declare(name, "gate", Node("clock", name=name), label, note, role, clock=clock)

    def grouping(self, key: str, *phases: Phase) -> None:
        """Another way to cut the step into phases, as some document does."""
        self._groupings[key] = phases

    def stack(self, *marks: str) -> None:
        """The cell is a stack of layers whose quantities carry these marks, the lowest first."""
        self._layers = marks

    def hint(self, **hints: object) -> None:
        """Layout hints for the diagram."""
        self._hints.update(hints)

    def _declare(
        self, name: str, kind: str, expr: Node, label: str, note: str, role: str, clock: Clock | None = None
    ) -> Node:
        if name in self._quantities:
            raise ValueError(f"quantity {name!r} is defined twice")
        if not self._phases:
            self.phase("step", "One step", "Everything is computed at once.")
        if expr.is_leaf and clock is None:
            expr = Node("identity", (expr,))
        role = role or ("candidate" if name.endswith("~") else name)
        phase = self._phases[-1]
        width = "H" if clock else self._width(expr)
        self._quantities[name] = Quantity(name, kind, expr, label, note, phase.id, role, clock=clock, width=width)
        self._phases[-1] = Phase(phase.id, phase.title, phase.note, (*phase.quantities, name))
        return Node("quantity", name=name)

    def _width(self, expr: Node) -> str:
        widths = width_of(expr, {name: quantity.width for name, quantity in self._quantities.items()})
        return "Q" if "Q" in widths else "H"  # a bare x fits only where D and H are the same


def width_of(node: Node, quantities: Mapping[str, str]) -> set[str]:
    """The sizes D, H, Q that a node's values can have, given the widths of the quantities; none for a number."""
    match node.op:
        case "input":
            return {"D"}
        case "previous" | "quantity":
            return {quantities.get(node.name, "H")}
        case "parameter":
            return {node.shape[-1]}
        case "matmul":
            return {node.args[1].shape[-1]}
    return set().union(*(width_of(argument, quantities) for argument in node.args))


def trace_cell(
    key: str, title: str, year: int, source: str, define: Callable[..., None], chosen: Mapping[str, object]
) -> CellSpec:
    """Call the cell function once and freeze what it declared."""
    step = Step()
    options = _options(define)
    choices = {option.name: chosen.get(option.name, option.default) for option in options}
    define(step, **choices)
    for name in step._previous:
        if name not in step._quantities:
            raise ValueError(f"{key}: {name!r} of the step before is used but never defined")
    # Written to by this step, read by the next: these are what an initial state is given for.
    states = tuple(name for name in step._quantities if name in step._previous)
    for name in states:
        step._quantities[name] = replace(step._quantities[name], start=step._starts.get(name, 0.0))
    return CellSpec(
        key,
        title,
        year,
        source,
        MappingProxyType(bounds(step._quantities)),
        tuple(phase for phase in step._phases if phase.quantities),
        MappingProxyType(dict(step._weights)),
        states,
        MappingProxyType(dict(step._groupings)),
        options,
        MappingProxyType(choices),
        step._layers,
        MappingProxyType(dict(step._hints)),
        define,
    )


@cache
def _chosen(
    key: str, title: str, year: int, source: str, define: Callable[..., None], chosen: tuple[tuple[str, object], ...]
) -> CellSpec:
    """The same choice is the same spec, so that its plan and its drawing are made once."""
    return trace_cell(key, title, year, source, define, dict(chosen))


@cache
def _regrouped(spec: CellSpec, key: str) -> CellSpec:
    if key not in spec.groupings:
        raise ValueError(f"{spec.key} has no grouping {key!r}; it has {sorted(spec.groupings) or 'none'}")
    phases = spec.groupings[key]
    ids = {name: phase.id for phase in phases for name in phase.quantities}
    quantities = {name: replace(quantity, phase=ids[name]) for name, quantity in spec.quantities.items()}
    return replace(spec, phases=phases, quantities=MappingProxyType(quantities))


def cell(key: str, title: str, year: int, source: str) -> Callable[[Callable[..., None]], CellSpec]:
    """Decorator: the function below it becomes the `CellSpec` called `key`."""

    def trace(define: Callable[..., None]) -> CellSpec:
        defaults = sorted((option.name, option.default) for option in _options(define))
        return _chosen(key, title, year, source, define, tuple(defaults))

    return trace


def _options(define: Callable[..., None]) -> tuple[Option, ...]:
    """Parameters after the step are options; their defaults are tuples of choices, the first the default."""
    found = []
    for parameter in list(inspect.signature(define).parameters.values())[1:]:
        choices = parameter.default
        if not isinstance(choices, tuple) or not choices:
            raise TypeError(f"option {parameter.name} of {define.__name__} needs a tuple of choices")
        found.append(Option(parameter.name, choices, choices[0]))
    return tuple(found)


__all__ = ["CellSpec", "Choice", "Option", "Parameter", "Phase", "Quantity", "Step", "cell"]
