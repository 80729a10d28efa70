"""Where the parts of a cell stand: one column per layer, memory on top, the bus of h(t−1) and x(t) below.

The rules follow the drawings of the teaching documents. A layer (an affine map with its squashing function)
stands above the bus with the strip of its values on it. The state that carries itself runs along the lane:
its keep factor meets it above the keeping gate, what is written joins it above the candidate. A product that
feeds a matrix stands beside its gate. A named value made unit by unit from others is one station in the row
of the layers. What leaves the cell is computed in a last column.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from models.algebra import Node
from models.derive import memory_state, recursion
from models.notation import split_name
from models.plan import Plan, plan
from models.spec import CellSpec

LANE, UPPER, LOWER, STRIP, LAYER, UNDER, BUS = 70.0, 138.0, 176.0, 234.0, 304.0, 334.0, 356.0
MIDDLE = 213.0  # the bus of a cell that has no lane
LEFT, RIGHT = 104.0, 716.0
FIRST_COLUMN, WIDEST_COLUMN = 186.0, 180.0


@dataclass
class Layout:
    """Positions by node: the column of a node is that of `at[node]`, `y` its row.

    `owner` names the quantity whose definition holds a node, `below` the quantities of a lower layer, which is
    drawn as one block.
    """

    spec: CellSpec
    plan: Plan
    memory: str | None
    below: tuple[str, ...] = ()
    columns: list[Node] = field(default_factory=list)
    y: dict[Node, float] = field(default_factory=dict)
    at: dict[Node, Node] = field(default_factory=dict)
    layers: list[Node] = field(default_factory=list)
    stations: list[Node] = field(default_factory=list)
    owner: dict[Node, str] = field(default_factory=dict)

    def x(self, node: Node) -> float:
        node = self.plan.resolve(node)
        last = RIGHT - 62
        spacing = min(WIDEST_COLUMN, (last - FIRST_COLUMN) / max(1, len(self.columns) - 1))
        first = (FIRST_COLUMN + last - spacing * (len(self.columns) - 1)) / 2  # few columns stand in the middle
        return round(first + spacing * self.columns.index(self.at[node]), 1)

    @property
    def named(self) -> dict[Node, str]:
        """The quantity that each defining node computes."""
        return {self.plan.resolve(q.expr): name for name, q in self.spec.quantities.items()}

    @property
    def drawn(self) -> list[str]:
        """Quantities with a place of their own, in the order of computation."""
        return [name for name in self.spec.quantities if name not in self.below]

    def definition(self, name: str) -> Node:
        return self.plan.resolve(self.spec.quantities[name].expr)

    def leaves(self, name: str) -> list[Node]:
        """References in a definition to quantities of this step or the last, each once."""
        found: dict[tuple[str, str], Node] = {}
        for node in self.spec.quantities[name].expr.walk():
            if node.op in ("quantity", "previous"):
                found.setdefault((node.op, node.name), node)
        return list(found.values())

    def put(self, node: Node, column: Node, y: float) -> None:
        self.at[node], self.y[node] = column, y

    def insert(self, node: Node, beside: Node, after: bool = True) -> None:
        """A new column for `node` next to the column that holds `beside`."""
        k = self.columns.index(self.at[self.plan.resolve(beside)])
        self.columns.insert(k + after, node)

    def append(self, node: Node, y: float) -> None:
        self.columns.append(node)
        self.put(node, node, y)

    def leaving(self) -> list[str]:
        """States, and quantities that nothing in the step reads: they are handed on at the right.

        A gate or candidate that only the next step reads (full gate recurrence), or nothing at all, stays where it
        is: its strip stands on its layer. Unless there is nothing else to hand on.
        """
        read = {n.name for q in self.spec.quantities.values() for n in q.expr.walk() if n.op == "quantity"}
        found = [name for name in self.drawn if name not in read or name in self.spec.states]
        others = [name for name in found if self.spec.quantities[name].kind not in ("gate", "candidate")]
        return others or found


def place(spec: CellSpec) -> Layout:
    """Columns and rows of every operation of `spec`."""
    hinted = spec.hints.get("memory")
    carried = str(hinted) if hinted else memory_state(spec)
    memory = carried if carried and recursion(spec, carried) else None
    lower = [split_name(f"h{mark}")[2] for mark in spec.layers[:-1]]
    below = tuple(name for name in spec.quantities if split_name(name)[2] in lower)
    layout = Layout(spec, plan(spec), memory, below)
    for name, quantity in spec.quantities.items():
        for node in quantity.expr.walk():
            if not node.is_leaf or node.op == "clock":
                layout.owner.setdefault(node, name)
    _place_columns(layout)
    if memory:
        _place_lane(layout, memory)
    _place_sources(layout)
    _place_leaving(layout)
    if not memory:
        layout.y = dict.fromkeys(layout.y, MIDDLE)  # without a lane everything sits on the bus itself
    return layout


def _place_columns(layout: Layout) -> None:
    """Layers and stations in the order of computation; unnamed layers wait for the gate that scales them."""
    plan = layout.plan
    for name in layout.drawn:
        node = layout.definition(name)
        if node in plan.column:
            layout.append(node, LAYER)
            layout.layers.append(node)
        elif name != layout.memory and not _leaves_cell(layout, name):
            gate = node.args[1] if node.op == "sub" and node.args[0].op == "constant" else None
            if gate is not None and plan.resolve(gate) in layout.at:
                layout.insert(node, gate)  # a coupled gate, 1 − f, stands beside the gate it follows
                layout.put(node, node, LAYER)
            else:
                layout.append(node, LAYER)
            layout.stations.append(node)
    for name in layout.drawn:
        for node in layout.spec.quantities[name].expr.walk():
            if node in plan.column and node not in layout.at:
                scaling = _partner(layout, layout.spec.quantities[name].expr, node)
                if scaling is None:
                    layout.columns.append(node)
                else:
                    layout.insert(node, scaling)
                layout.put(node, node, LAYER)
                layout.layers.append(node)


def _leaves_cell(layout: Layout, name: str) -> bool:
    """Whether a value made unit by unit is computed on its way out: it is handed on and does not carry itself."""
    return name in layout.leaving() and not (name in layout.spec.states and recursion(layout.spec, name))


def _partner(layout: Layout, expr: Node, node: Node) -> Node | None:
    """The placed gate that multiplies `node` in `expr`."""
    for product in expr.walk():
        if product.op == "mul" and node in product.args:
            other = product.args[0] if product.args[1] is node else product.args[1]
            if layout.plan.resolve(other) in layout.at:
                return layout.plan.resolve(other)
    return None


def _place_lane(layout: Layout, memory: str) -> None:
    """The keep product above its gate, the written products above their candidates, a sum above each."""
    total = layout.definition(memory)
    keepers: list[Node] = []
    for node in total.terms:
        gate = _gate_of(layout, node) if node.op == "mul" else None
        if gate is None or not any(a.op == "previous" and a.name == memory for a in node.args):
            continue
        layout.put(node, layout.at[gate], LANE)
        keepers.append(gate)
        for arg in node.args:
            if arg.op == "sub":
                layout.put(arg, layout.at[gate], UPPER)
    last: Node | None = None
    for node in total.terms:
        if (node in layout.at and layout.y[node] == LANE) or node.op == "previous":
            continue
        content = _content_of(layout, node, keepers)
        if content is None:
            continue
        for gate in keepers:  # the lane flows to the right: what is written joins after what is kept
            column = layout.at[content]
            if layout.columns.index(column) < layout.columns.index(layout.at[gate]):
                layout.columns.remove(column)
                layout.insert(column, gate)
        if node.op == "mul":
            layout.put(node, layout.at[content], UPPER)
            for arg in node.args:
                if arg.op == "sub" and arg not in layout.at:
                    layout.insert(arg, content, after=False)
                    layout.put(arg, arg, UPPER)
        last = max((c for c in (last, content) if c), key=lambda c: layout.columns.index(layout.at[c]))
    if total.op == "add":
        layout.put(total, layout.at[last] if last is not None else layout.columns[-1], LANE)
    elif total not in layout.at:
        layout.append(total, LANE)


def _gate_of(layout: Layout, product: Node) -> Node | None:
    """The placed gate in a product, looking through 1 − z."""
    for arg in product.args:
        inner = layout.plan.resolve(arg.args[1] if arg.op == "sub" else arg)
        if inner in layout.at:
            return inner
    return None


def _content_of(layout: Layout, term: Node, keepers: list[Node]) -> Node | None:
    """What a written term writes: its candidate, else the rightmost placed factor."""
    factors = [layout.plan.resolve(arg) for arg in (term.args if term.op == "mul" else (term,))]
    placed = [f for f in factors if f in layout.at and f not in keepers]
    kind = {node: layout.spec.quantities[name].kind for node, name in layout.named.items()}
    ranked = [f for f in placed if kind.get(f) in ("candidate", "value")] or placed
    return max(ranked, key=lambda f: layout.columns.index(layout.at[f])) if ranked else None


def _place_sources(layout: Layout) -> None:
    """Products with a gate that feed a layer: r ⊙ h before its matrix, or r ⊙ (h W) after it."""
    plan, named = layout.plan, layout.named
    feeding = [source.node for source in plan.sources]
    feeding += [other for affine in plan.affines for other in affine.others]
    for node in feeding:
        if node.op != "mul" or node in layout.at or node in named or layout.owner[node] in layout.below:
            continue
        if any(arg.op == "parameter" for arg in node.args):
            continue  # a peephole is a wire to its layer, not a station of its own
        inner = next((arg for arg in node.args if arg in plan.column and arg not in named), None)
        gate = _gate_of(layout, node)
        if inner is not None:
            layout.put(node, layout.at[inner], LOWER)
        elif gate is not None:
            on_lane = any(column is layout.at[gate] and layout.y[n] == LANE for n, column in layout.at.items())
            layout.insert(node, gate, after=not on_lane)
            layout.put(node, node, LOWER)


def _place_leaving(layout: Layout) -> None:
    """What leaves the cell, in a last column; a mixture stands above what it mixes in."""
    affine_nodes = {affine.node for affine in layout.plan.affines}
    for name in layout.leaving():
        if name == layout.memory or layout.definition(name) in layout.at:
            continue
        total = layout.definition(name)
        left = [
            node for node in layout.spec.quantities[name].expr.walk()
            if not node.is_leaf and node not in layout.at and node not in affine_nodes and node.op != "matmul"
            and (node is total or not any(arg.op == "parameter" for arg in node.args))
        ]  # fmt: skip
        layout.columns.append(total)
        for node in list(left):
            content = _mixed_in(layout, node, total)
            if content is not None:
                layout.put(node, layout.at[content], LOWER)
                left.remove(node)
                for arg in node.args:
                    if arg in left:
                        layout.insert(arg, content, after=False)
                        layout.put(arg, arg, LOWER)
                        left.remove(arg)
        step = min(54.0, (LOWER + 8 - UPPER + 22) / max(1, len(left) - 1)) if len(left) > 1 else 0.0
        for k, node in enumerate(reversed(left)):
            layout.put(node, total, LOWER + 8 * (len(left) > 1) - k * step)


def _mixed_in(layout: Layout, node: Node, total: Node) -> Node | None:
    """For a summand that scales a layer's values: that layer."""
    if total.op != "add" or node.op != "mul" or node not in total.args:
        return None
    for arg in node.args:
        source = layout.plan.resolve(arg)
        name = layout.named.get(source)
        if source in layout.layers and (name is None or layout.spec.quantities[name].kind != "gate"):
            return source
    return None
