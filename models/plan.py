"""The order in which a cell is computed: one plan, made once from a `CellSpec`, read by forward and backward.

Three ideas make it fast. All products with x_t are one matrix product over all time. All products with one
recurrent source (h_{t-1}, or r ⊙ h_{t-1}) are one product per step. Pre-activations lie side by side in one
array, ordered so that gates which share an activation are squashed by one call, in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from .algebra import ACTIVATIONS, Node
from .spec import CellSpec, width_of


@dataclass(eq=False)
class Affine:
    """A sum with matrix products: `x` is the parameter that multiplies x_t, `products` the recurrent ones."""

    node: Node
    x: str | None = None
    products: list[tuple[Node, str]] = field(default_factory=list)
    biases: list[str] = field(default_factory=list)
    others: list[Node] = field(default_factory=list)
    width: str = "H"
    squashed: Node | None = None  # the activation that overwrites this sum in place
    level: int = 0

    @property
    def result(self) -> Node:
        """The node whose value ends up in this affine's columns."""
        return self.squashed or self.node


@dataclass(frozen=True, eq=False)
class Pack:
    """Neighbouring columns `first` … `last` (inclusive) that one call of `op` squashes in place."""

    op: str
    first: int
    last: int
    level: int


@dataclass(frozen=True, eq=False)
class Source:
    """A recurrent source: one product per step. `runs` are the neighbouring columns that it feeds."""

    node: Node
    runs: tuple[tuple[int, int], ...]
    level: int


@dataclass(frozen=True, eq=False)
class Plan:
    spec: CellSpec
    affines: tuple[Affine, ...]  # in the order of their columns
    sources: tuple[Source, ...]
    schedule: tuple[Source | Pack | Affine | Node, ...]
    column: dict[Node, int]  # node -> index of the affine whose columns hold its value
    slots: tuple[Node, ...]  # nodes with an array of their own
    widths: tuple[str, ...]  # of the slots: H, or Q or D for what is as wide as the output or the input

    def resolve(self, node: Node) -> Node:
        """A reference to a quantity of this step becomes the node that computes it."""
        while node.op == "quantity":
            node = self.spec.quantities[node.name].expr
        return node


@lru_cache(maxsize=512)  # cells that visitors type come and go
def plan(spec: CellSpec) -> Plan:
    """The plan of `spec`; specs are immutable, so each is planned once."""
    nodes = _nodes(spec)
    affines = _affines(spec, nodes)
    inner = {term for a in affines for term in a.node.terms if term.op == "matmul"} - {a.node for a in affines}
    nodes = [node for node in nodes if node not in inner]
    by_node = {a.node: a for a in affines}
    _find_squashed(spec, nodes, by_node)
    levels = _levels(spec, nodes, by_node)

    sources = list(dict.fromkeys(source for affine in affines for source, _ in affine.products))
    position = {source: k for k, source in enumerate(sources)}

    def place(affine: Affine) -> tuple[object, ...]:
        fed_by = tuple(sorted(position[source] for source, _ in affine.products))
        op = affine.squashed.op if affine.squashed else ""
        return (affine.width != "H", fed_by, affine.level, ACTIVATIONS.index(op) if op else -1)

    ordered = sorted(affines, key=place)
    packs = _packs(ordered)
    fed = [
        Source(
            source,
            _runs([k for k, a in enumerate(ordered) if any(s is source for s, _ in a.products)]),
            _level_of(spec, levels, source),
        )
        for source in sources
    ]
    column = {affine.result: k for k, affine in enumerate(ordered)}
    slots = tuple(n for n in nodes if n not in column and n not in by_node and n.op != "clock")
    named = {name: quantity.width for name, quantity in spec.quantities.items()}
    widths = tuple(next((size for size in "HQD" if size in width_of(node, named)), "H") for node in slots)

    timed: list[tuple[float, Source | Pack | Affine | Node]] = []
    timed += [(source.level + 0.1, source) for source in fed]
    timed += [(affine.level + 0.2, affine) for affine in ordered if affine.others or not affine.squashed]
    timed += [(pack.level + 0.3, pack) for pack in packs]
    timed += [(float(levels[node]), node) for node in slots]
    timed.sort(key=lambda entry: entry[0])
    return Plan(spec, tuple(ordered), tuple(fed), tuple(entry for _, entry in timed), column, slots, widths)


def _nodes(spec: CellSpec) -> list[Node]:
    """Every operation of the step, arguments first, each once."""
    found: dict[Node, None] = {}
    for quantity in spec.quantities.values():
        for node in quantity.expr.walk():
            if not node.is_leaf or node.op == "clock":
                found[node] = None
    return list(found)


def _affines(spec: CellSpec, nodes: Sequence[Node]) -> list[Affine]:
    sums = [node for node in nodes if node.op == "add" and any(term.op == "matmul" for term in node.terms)]
    summed = {term for node in sums for term in node.terms}
    bare = [node for node in nodes if node.op == "matmul" and node not in summed]
    shared = {node for node in nodes if node.op == "matmul" and node in summed and _uses(spec, nodes, node) > 1}
    found = []
    for node in nodes:
        if node not in sums and node not in bare and node not in shared:
            continue
        affine = Affine(node)
        for term in node.terms:
            if term.op == "matmul" and not (node in sums and term in shared):
                source, weight = term.args
                affine.width = weight.shape[1]
                if source.op == "input" and affine.x is None:
                    affine.x = weight.name
                else:
                    affine.products.append((_resolved(spec, source), weight.name))
            elif term.op == "parameter":
                affine.biases.append(term.name)
            else:
                affine.others.append(term)
        found.append(affine)
    return found


def _uses(spec: CellSpec, nodes: Sequence[Node], node: Node) -> int:
    expressions = [quantity.expr for quantity in spec.quantities.values()]
    return sum(arg is node for other in nodes for arg in other.args) + sum(e is node for e in expressions)


def _resolved(spec: CellSpec, node: Node) -> Node:
    while node.op == "quantity":
        node = spec.quantities[node.name].expr
    return node


def _find_squashed(spec: CellSpec, nodes: Sequence[Node], by_node: dict[Node, Affine]) -> None:
    named = {quantity.expr for quantity in spec.quantities.values()}
    for node, affine in by_node.items():
        users = [other for other in nodes if any(arg is node for arg in other.args)]
        if len(users) == 1 and users[0].op in ACTIVATIONS and node not in named:
            affine.squashed = users[0]


def _levels(spec: CellSpec, nodes: Sequence[Node], by_node: dict[Node, Affine]) -> dict[Node, int]:
    """How many operations deep in the step each value lies; an affine's own level is that of what it reads."""
    levels: dict[Node, int] = {}
    for node in nodes:
        affine = by_node.get(node)
        if affine:
            reads = [source for source, _ in affine.products] + affine.others
            affine.level = max((_level_of(spec, levels, read) for read in reads), default=0)
            levels[node] = affine.level + (0 if affine.squashed else 1)
        elif node.op == "clock":
            levels[node] = 0
        else:
            levels[node] = 1 + max(_level_of(spec, levels, arg) for arg in node.args)
    return levels


def _level_of(spec: CellSpec, levels: dict[Node, int], node: Node) -> int:
    return levels.get(_resolved(spec, node), 0)


def _packs(ordered: Sequence[Affine]) -> list[Pack]:
    def kind(entry: tuple[int, Affine]) -> tuple[object, ...]:
        k, affine = entry
        op = affine.squashed.op if affine.squashed else ""
        return (op, affine.level, affine.width, k if not op else -1)

    packs = []
    for (op, level, *_), members in groupby(enumerate(ordered), key=kind):
        columns = [k for k, _ in members]
        if op:
            packs.append(Pack(str(op), columns[0], columns[-1], int(level)))  # type: ignore[call-overload]
    return packs


def _runs(columns: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Inclusive (first, last) of each run of consecutive numbers."""
    runs: list[tuple[int, int]] = []
    for k in columns:
        if runs and k == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], k)
        else:
            runs.append((k, k))
    return tuple(runs)
