"""Where the parts of a cell stand: one column per layer, memory on top, the bus of h(t−1) and x(t) below.

The rules follow the drawings of the teaching documents. A layer (an affine map with its squashing function)
stands above the bus with the strip of its values on it. The state that carries itself runs along the lane:
its keep factor meets it above the keeping gate, what is written joins it above the candidate. A product that
feeds a matrix stands beside its gate. What is left is computed at the right, on its way out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from models.algebra import Node
from models.derive import memory_state, recursion
from models.plan import Plan, plan
from models.spec import CellSpec

LANE, UPPER, LOWER, STRIP, LAYER, UNDER, BUS = 70.0, 138.0, 176.0, 234.0, 304.0, 334.0, 356.0
MIDDLE = 213.0  # the bus of a cell that has no lane
LEFT, RIGHT = 104.0, 716.0
FIRST_COLUMN = 186.0


@dataclass
class Layout:
    """Positions by node: `column` is an index into equally spaced columns, `y` a row."""

    spec: CellSpec
    plan: Plan
    memory: str | None
    columns: list[Node] = field(default_factory=list)
    y: dict[Node, float] = field(default_factory=dict)
    at: dict[Node, Node] = field(default_factory=dict)  # node -> the node whose column it stands in
    layers: list[Node] = field(default_factory=list)
    owner: dict[Node, str] = field(default_factory=dict)  # node -> quantity whose definition holds it

    def x(self, node: Node) -> float:
        node = self.plan.resolve(node)
        if len(self.columns) == 1:
            return (LEFT + RIGHT) / 2
        spacing = (RIGHT - 62 - FIRST_COLUMN) / max(1, len(self.columns) - 1)
        if len(self.columns) < 4:
            spacing = min(spacing, 150.0)
        return round(FIRST_COLUMN + spacing * self.columns.index(self.at[node]), 1)

    def put(self, node: Node, column: Node, y: float) -> None:
        self.at[node], self.y[node] = column, y

    def insert(self, node: Node, beside: Node, after: bool = True) -> None:
        """A new column for `node` next to the column that holds `beside`."""
        k = self.columns.index(self.at[self.plan.resolve(beside)])
        self.columns.insert(k + after, node)


def place(spec: CellSpec) -> Layout:
    """Columns and rows of every operation of `spec`."""
    scheme = plan(spec)
    carried = memory_state(spec)
    memory = carried if carried and recursion(spec, carried) else None
    layout = Layout(spec, scheme, memory)
    for name, quantity in spec.quantities.items():
        for node in quantity.expr.walk():
            if not node.is_leaf or node.op == "clock":
                layout.owner.setdefault(node, name)
    _place_layers(layout)
    if not memory:
        for node in layout.layers:  # without a lane the layers sit on the bus itself
            layout.y[node] = MIDDLE
    if memory:
        _place_lane(layout, memory)
    _place_sources(layout)
    _place_rest(layout)
    return layout


def _place_layers(layout: Layout) -> None:
    """Layers in the order of their phases; unnamed ones wait for the gate that scales them."""
    plan = layout.plan
    for quantity in layout.spec.quantities.values():
        for node in quantity.expr.walk():
            if node in plan.column and node is plan.resolve(quantity.expr):
                layout.columns.append(node)
                layout.put(node, node, LAYER)
                layout.layers.append(node)
        rest = plan.resolve(quantity.expr)
        if quantity.kind == "gate" and rest.op == "sub" and plan.resolve(rest.args[1]) in layout.at:
            layout.insert(rest, rest.args[1])  # a coupled gate, 1 − f, stands beside the gate it follows
            layout.put(rest, rest, LAYER)
    for quantity in layout.spec.quantities.values():
        for node in quantity.expr.walk():
            if node in plan.column and node not in layout.at:
                gate = _partner(layout, quantity.expr, node)
                if gate is None:
                    layout.columns.append(node)
                else:
                    layout.insert(node, gate)
                layout.put(node, node, LAYER)
                layout.layers.append(node)


def _partner(layout: Layout, expr: Node, node: Node) -> Node | None:
    """The placed gate that multiplies `node` in `expr`."""
    for product in expr.walk():
        if product.op == "mul" and node in product.args:
            other = product.args[0] if product.args[1] is node else product.args[1]
            if layout.plan.resolve(other) in layout.at:
                return layout.plan.resolve(other)
    return None


def _place_lane(layout: Layout, memory: str) -> None:
    """The keep product above its gate, the written products above their candidates, the sum at the end."""
    resolve = layout.plan.resolve
    rule = recursion(layout.spec, memory)
    total = resolve(layout.spec.quantities[memory].expr)
    assert rule is not None
    keepers: list[Node] = []
    for node in total.terms:
        if node.op != "mul" or not any(_is_past(arg, memory) for arg in node.args):
            continue
        gate = _gate_of(layout, node)
        if gate is not None:
            layout.put(node, layout.at[gate], LANE)
            keepers.append(gate)
            for arg in node.args:
                if arg.op == "sub":
                    layout.put(arg, layout.at[gate], UPPER)
    last: Node | None = None
    for node in total.terms:
        if node in layout.at or node.is_leaf:
            continue
        content = _content_of(layout, node, keepers)
        if content is None:
            continue
        for gate in keepers:  # the lane flows to the right: what is written joins after what is kept
            if layout.columns.index(layout.at[content]) < layout.columns.index(layout.at[gate]):
                layout.columns.remove(layout.at[content])
                layout.insert(layout.at[content], gate)
        if node is not content:
            layout.put(node, layout.at[content], UPPER)
            for arg in node.args:
                if arg.op == "sub" and arg not in layout.at:
                    layout.insert(arg, content, after=False)
                    layout.put(arg, arg, UPPER)
        last = content
    if last is not None and total.op == "add":
        layout.put(total, layout.at[last], LANE)


def _is_past(node: Node, name: str) -> bool:
    return node.op == "previous" and node.name == name


def _gate_of(layout: Layout, product: Node) -> Node | None:
    """The placed gate in a product, looking through 1 − z."""
    for arg in product.args:
        inner = arg.args[1] if arg.op == "sub" else arg
        if layout.plan.resolve(inner) in layout.at:
            return layout.plan.resolve(inner)
    return None


def _content_of(layout: Layout, term: Node, keepers: list[Node]) -> Node | None:
    """What a written term writes: its candidate, else the rightmost placed factor."""
    factors = [layout.plan.resolve(arg) for arg in (term.args if term.op == "mul" else (term,))]
    placed = [f for f in factors if f in layout.at and f not in keepers]
    named = {layout.plan.resolve(q.expr): q.kind for q in layout.spec.quantities.values()}
    candidates = [f for f in placed if named.get(f) in ("candidate", "value")]
    ranked = candidates or placed
    return max(ranked, key=lambda f: layout.columns.index(layout.at[f])) if ranked else None


def _place_sources(layout: Layout) -> None:
    """Products with a gate that feed a layer: r ⊙ h before its matrix, or r ⊙ (h W) after it."""
    plan = layout.plan
    feeding = [source.node for source in plan.sources]
    feeding += [other for affine in plan.affines for other in affine.others]
    for node in feeding:
        if node.is_leaf or node in layout.at or node.op != "mul":
            continue
        if any(arg.op == "parameter" for arg in node.args):
            continue  # a peephole is a wire to its layer, not a station of its own
        inner = next((arg for arg in node.args if arg in plan.column and arg not in _named(layout)), None)
        if inner is not None:
            layout.put(node, layout.at[inner], LOWER)
            continue
        gate = _gate_of(layout, node)
        if gate is None:
            continue
        on_lane = any(layout.at.get(n) is layout.at[gate] and layout.y[n] == LANE for n in layout.y)
        layout.insert(node, gate, after=not on_lane)
        layout.put(node, node, LOWER)


def _named(layout: Layout) -> set[Node]:
    return {layout.plan.resolve(q.expr) for q in layout.spec.quantities.values()}


def _place_rest(layout: Layout) -> None:
    """Whatever is left, in the order of computation: each definition a column, its operations downwards."""
    affine_nodes = {affine.node for affine in layout.plan.affines}
    for quantity in layout.spec.quantities.values():
        left = [
            node for node in quantity.expr.walk()
            if not node.is_leaf and node not in layout.at and node not in affine_nodes
            and node.op != "matmul" and not any(arg.op == "parameter" for arg in node.args)
        ]  # fmt: skip
        if not left:
            continue
        column = left[-1]
        layout.columns.append(column)
        rows = {1: [LOWER], 2: [UPPER - 14, LOWER + 8]}.get(len(left)) or [
            LANE + 44 + k * min(44.0, 180.0 / len(left)) for k in range(len(left))
        ]
        for node, y in zip(left, rows, strict=True):
            layout.put(node, column, y)
