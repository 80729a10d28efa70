"""The step-by-step drawing of a cell, as data: strips, layers, operations and wires with their positions.

Every item says by the computation of which quantities it is lit (`lit`: quantity -> colour role). The player
draws it; what is lit at a phase follows from the quantities of that phase.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from models.algebra import OPS, Node
from models.derive import tree
from models.notation import expression, split_name
from models.spec import CellSpec

from .layout import BUS, LANE, LAYER, LEFT, MIDDLE, RIGHT, STRIP, UNDER, Layout, place
from .wires import Point, Wire, paths

Item = dict[str, Any]
Lit = dict[str, str]

WIDTH, HEIGHT = 820.0, 432.0
STRIP_WIDTH, STRIP_HEIGHT = 18.0, 76.0
LAYER_WIDTH, LAYER_HEIGHT = 52.0, 30.0
RADIUS = 14.0
EDGE_LEFT, EDGE_RIGHT = 56.0, 764.0  # centres of the strips of the states outside the frame
DOWN, JOIN, INPUT = 128.0, 156.0, 410.0


@cache
def draw(spec: CellSpec) -> dict[str, Any]:
    """{"width", "height", "items"}: the drawing of `spec` in SVG units."""
    return Drawing(place(spec)).finish()


class Drawing:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.spec, self.plan = layout.spec, layout.plan
        self.wires: list[Wire] = []
        self.items: list[Item] = []
        self.bus = BUS if layout.memory else MIDDLE
        self.named = {self.plan.resolve(q.expr): name for name, q in self.spec.quantities.items()}

    def finish(self) -> dict[str, Any]:
        self._states()
        self._layers()
        self._operations()
        self._trunks()
        self._outputs()
        drawn = [
            {"kind": "wire", "id": f"wire{k}", "d": d, "lit": wire.lit}
            for k, (wire, d) in enumerate(zip(self.wires, paths(self.wires), strict=True))
        ]
        frame = {"kind": "frame", "id": "frame", "x": LEFT, "y": 8.0, "w": RIGHT - LEFT, "h": 380.0}
        if not self.layout.memory:
            frame |= {"y": 90.0, "h": 246.0}
        return {"width": WIDTH, "height": HEIGHT, "items": [frame, *drawn, *self.items]}

    # helpers ------------------------------------------------------------------------------------------
    def role(self, node: Node) -> str:
        """Colour role of the value a node carries."""
        if node.op == "input":
            return "x"
        if node.op in ("previous", "quantity"):
            return self.spec.quantities[node.name].role
        node = self.plan.resolve(node)
        if node in self.named:
            return self.spec.quantities[self.named[node]].role
        return self.spec.quantities[self.layout.owner[node]].role

    def lit(self, source: Node, owner: str) -> Lit:
        """A wire lights up while its reader is computed, and while the named value it carries appears."""
        role = self.role(source)
        named = self.named.get(self.plan.resolve(source))
        fresh = {named: role} if named and source.op == "quantity" else {}
        return {owner: role} | fresh

    def wire(self, points: Iterable[Point], net: str, lit: Lit) -> None:
        kept: list[Point] = []
        for point in points:
            if not kept or kept[-1] != point:
                kept.append(point)
        if len(kept) > 1:
            self.wires.append(Wire(tuple(kept), net, lit))

    def net(self, node: Node) -> str:
        if node.op == "previous":
            return f"previous {node.name}"
        return str(id(self.plan.resolve(node)))

    def top(self, node: Node) -> Point:
        """Where a placed value leaves upwards: the top of its strip, or of its layer."""
        node = self.plan.resolve(node)
        x, y = self.layout.x(node), self.layout.y[node]
        if y == LAYER:
            return (x, STRIP - STRIP_HEIGHT / 2 if node in self.named else LAYER - LAYER_HEIGHT / 2)
        return (x, y)

    def strip(self, name: str, lag: int, x: float, y: float, label: Point, anchor: str, lit: Lit) -> None:
        letter, tilde, mark = split_name(name)
        self.items.append(
            {
                "kind": "strip", "id": f"strip-{name}-{lag}", "q": name, "lag": lag,
                "x": x - STRIP_WIDTH / 2, "y": y - STRIP_HEIGHT / 2, "w": STRIP_WIDTH, "h": STRIP_HEIGHT,
                "role": self.spec.quantities[name].role, "lit": lit,
                "label": {"letter": letter, "tilde": tilde, "mark": mark, "lag": lag},
                "lx": label[0], "ly": label[1], "anchor": anchor,
            }
        )  # fmt: skip

    # parts --------------------------------------------------------------------------------------------
    def _rows(self) -> dict[str, float]:
        """The row of each state outside the frame: the memory on its lane, the others from the bus upwards."""
        others = [name for name in self._shown() if name != self.layout.memory]
        rows = {self.layout.memory: LANE} if self.layout.memory else {}
        gap = 94.0
        for k, name in enumerate(reversed(others)):
            rows[name] = self.bus - k * gap
        return rows

    def _shown(self) -> list[str]:
        """States, and quantities that nothing in the step reads: they leave the cell."""
        read = {n.name for q in self.spec.quantities.values() for n in q.expr.walk() if n.op == "quantity"}
        return [n for n in self.spec.quantities if n in self.spec.states or n not in read]

    def _states(self) -> None:
        for name, y in self._rows().items():
            role = self.spec.quantities[name].role
            if name in self.spec.states:
                readers = {
                    q.name: role
                    for q in self.spec.quantities.values()
                    if any(n.op == "previous" and n.name == name for n in q.expr.walk())
                }
                self.strip(name, 1, EDGE_LEFT, y, (EDGE_LEFT, y - STRIP_HEIGHT / 2 - 9), "middle", readers)
            self.strip(name, 0, EDGE_RIGHT, y, (EDGE_RIGHT, y - STRIP_HEIGHT / 2 - 9), "middle", {name: role})
        inputs = {owner: "x" for node, owner in self.layout.owner.items() if self._reads_input(node)}
        self.items.append({"kind": "input", "id": "input", "x": JOIN, "y": INPUT, "w": 92.0, "h": 26.0, "lit": inputs})

    def _reads_input(self, node: Node) -> bool:
        return any(arg.op == "input" for arg in node.args)

    def _layers(self) -> None:
        for node in self.layout.layers:
            x, y = self.layout.x(node), self.layout.y[node]
            owner = self.layout.owner[node]
            squashed = self.plan.affines[self.plan.column[node]].squashed
            self.items.append(
                {
                    "kind": "layer", "id": f"layer-{len(self.items)}", "x": x, "y": y,
                    "w": LAYER_WIDTH, "h": LAYER_HEIGHT, "role": self.role(node), "lit": {owner: self.role(node)},
                    "symbol": OPS[node.op].symbol if squashed else "W", "q": self.named.get(node),
                    "tree": tree(node), "text": expression(self.spec, node, "text"),
                }
            )  # fmt: skip
            self._strip_above(node)

    def _strip_above(self, node: Node) -> None:
        name = self.named.get(node)
        if name is None or self.layout.y[node] != LAYER or name in self._rows():
            return
        x, role = self.layout.x(node), self.spec.quantities[name].role
        self.wire([(x, LAYER), (x, STRIP)], self.net(node), {name: role})
        label = (x + STRIP_WIDTH / 2 + 7, STRIP - STRIP_HEIGHT / 2 + 11)
        self.strip(name, 0, x, STRIP, label, "start", {name: role})

    def _operations(self) -> None:
        for node, y in self.layout.y.items():
            if node in self.layout.layers:
                continue
            owner = self.layout.owner[node]
            name = self.named.get(node)
            role = self.spec.quantities[name or owner].role
            function = OPS[node.op].is_function
            symbol = {"mul": "×", "sub": "1−", "add": "+", "div": "÷"}.get(node.op, OPS[node.op].symbol)
            if node.op == "sub" and node.args[0].op != "constant":
                symbol = "−"
            if node.op in ("mul", "sub"):
                gates = [a for a in node.args if a.op == "quantity" and self.spec.quantities[a.name].kind == "gate"]
                role = self.role(gates[0]) if gates and not name else role
            x = self.layout.x(node)
            self.items.append(
                {
                    "kind": "pill" if function else "op", "id": f"op-{len(self.items)}", "x": x, "y": y,
                    "w": 44.0 if function else 2 * RADIUS, "h": 26.0 if function else 2 * RADIUS,
                    "role": role, "lit": {owner: role}, "symbol": symbol, "q": name,
                    "tree": tree(node), "text": expression(self.spec, node, "text"),
                }
            )  # fmt: skip
            self._strip_above(node)
            for argument in node.args:
                self._feed(argument, node, owner)

    def _feed(self, argument: Node, node: Node, owner: str) -> None:
        """The wire from one argument to an operation: upwards from where it stands, then across."""
        x, y = self.layout.x(node), self.layout.y[node]
        source = self.plan.resolve(argument)
        if source not in self.layout.at or self._on_lane(argument):
            return
        sx, sy = self.top(source)
        lit = self.lit(argument, owner)
        if y == LAYER:  # a coupled gate hangs below: up a little, across, and down again
            turn, side = STRIP - STRIP_HEIGHT / 2 - 12, x - 36
            self.wire([(sx, sy), (sx, turn), (side, turn), (side, y), (x, y)], self.net(argument), lit)
        elif sx == x or sy == y:
            self.wire([(sx, sy), (x, y)], self.net(argument), lit)
        elif self.layout.y[source] == LAYER or sy > y:
            self.wire([(sx, sy), (sx, y), (x, y)], self.net(argument), lit)
        else:
            self.wire([(sx, sy), (x, sy), (x, y)], self.net(argument), lit)

    def _on_lane(self, node: Node) -> bool:
        return bool(self.layout.memory) and node.op in ("quantity", "previous") and node.name == self.layout.memory

    def _trunks(self) -> None:
        """The lane and the bus: straight wires with taps, lit up to the last tap that is in use."""
        memory = self.layout.memory
        fed = self._fed_by_bus()
        first = min((x for x, _, _ in fed), default=RIGHT)
        # x joins below; its wire ends on the bus
        self.wire([(JOIN, INPUT), (JOIN, self.bus)], "bus", {q: "x" for _, lit, _ in fed for q in lit})
        if memory:
            self._lane(memory, fed)
        carriers = [s.node.name for s in self.plan.sources if s.node.op == "previous"]
        bus_lit: Lit = {}
        for _, lit, reads in fed:
            for q in lit:
                state = next((s for s in reads if s in carriers), None)
                bus_lit[q] = self.spec.quantities[state].role if state else bus_lit.get(q, "x")
        for name in carriers:
            if name != memory and name in self._rows():
                hot = {q: bus_lit[q] for _, lit, reads in fed for q in lit if name in reads}
                y = self._rows()[name]
                self.wire([(EDGE_LEFT, y), (DOWN, y), (DOWN, self.bus), (JOIN, self.bus)], "bus", hot)
        previous_x = JOIN
        for k, (x, _, _) in enumerate(fed):
            beyond = {q: bus_lit[q] for _, lit, _ in fed[k:] for q in lit}
            self.wire([(previous_x, self.bus), (x, self.bus)], "bus", beyond)
            previous_x = x
        for x, lit, _ in fed:
            if self.layout.memory:
                self.wire([(x, self.bus), (x, LAYER)], "bus", lit)
        del first

    def _fed_by_bus(self) -> list[tuple[float, Lit, set[str]]]:
        """(x, lit, states read) of every layer that reads x_t or a previous state by a matrix."""
        found = []
        for node in self.layout.layers:
            affine = self.plan.affines[self.plan.column[node]]
            reads = {s.name for s, _ in affine.products if s.op == "previous"}
            if affine.x or reads:
                owner = self.layout.owner[node]
                found.append((self.layout.x(node), {owner: self.role(node)}, reads))
        return sorted(found, key=lambda entry: entry[0])

    def _lane(self, memory: str, fed: list[tuple[float, Lit, set[str]]]) -> None:
        role = self.spec.quantities[memory].role
        total = self.plan.resolve(self.spec.quantities[memory].expr)
        join = self.layout.x(total)
        taps: list[tuple[float, Lit]] = [(join, {memory: role})]
        on_bus = {q: role for _, lit, reads in fed for q in lit if memory in reads}
        if on_bus:
            taps.append((DOWN, on_bus))
            self.wire([(DOWN, LANE), (DOWN, self.bus), (JOIN, self.bus)], f"previous {memory}", on_bus)
        after: list[tuple[float, Lit]] = []
        for node, y in self.layout.y.items():
            owner = self.layout.owner[node]
            for argument in node.args:
                if self._on_lane(argument) and y != LANE:
                    x = self.layout.x(node)
                    current = argument.op == "quantity"
                    (after if current else taps).append((x, {owner: role}))
                    net = "current" if current else "previous"
                    self.wire([(x, LANE), (x, y)], f"{net} {memory}", {owner: role})
        self._under(memory, taps, after, join)
        self._segments(EDGE_LEFT, sorted(taps, key=lambda tap: tap[0]), f"previous {memory}")
        self._segments(join, sorted([*after, (EDGE_RIGHT, {memory: role})], key=lambda t: t[0]), f"current {memory}")

    def _under(self, memory: str, taps: list[tuple[float, Lit]], after: list[tuple[float, Lit]], join: float) -> None:
        """Wires that reach a layer from below: peepholes, and gated products on their way to a matrix."""
        for node in self.layout.layers:
            affine = self.plan.affines[self.plan.column[node]]
            owner, x = self.layout.owner[node], self.layout.x(node)
            bottom = LAYER + LAYER_HEIGHT / 2
            for other in affine.others:
                watched = next((a for a in other.args if a.op in ("previous", "quantity")), None)
                if watched is not None and self._on_lane(watched):
                    role = self.spec.quantities[memory].role
                    side = x - 38
                    (after if watched.op == "quantity" else taps).append((side, {owner: role}))
                    net = "current" if watched.op == "quantity" else "previous"
                    self.wire([(side, LANE), (side, LAYER), (x, LAYER)], f"{net} {memory}", {owner: role})
                elif other in self.layout.at:
                    self._down_and_up(other, x - 12, bottom, owner)
            for source, _ in affine.products:
                if source in self.layout.at and source.op != "previous":
                    self._down_and_up(source, x - 12, bottom, owner)

    def _down_and_up(self, source: Node, x: float, bottom: float, owner: str) -> None:
        sx, sy = self.layout.x(source), self.layout.y[source]
        lit = self.lit(source, owner)
        if source not in self.named:
            states = [n for n in source.walk() if n.op == "previous"]
            lit = {owner: self.role(states[0])} if states else lit
        below = any(self.layout.at.get(a) is self.layout.at[source] for a in source.args)
        start = [(sx, sy), (sx + 30, sy), (sx + 30, UNDER)] if below else [(sx, sy), (sx, UNDER)]
        self.wire([*start, (x, UNDER), (x, bottom)], self.net(source), lit)

    def _segments(self, start: float, taps: list[tuple[float, Lit]], net: str) -> None:
        for k, (x, _) in enumerate(taps):
            beyond: Lit = {}
            for _, lit in taps[k:]:
                beyond |= lit
            self.wire([(start, LANE), (x, LANE)], net, beyond)
            start = x

    def _outputs(self) -> None:
        """What leaves the cell at the right, other than along the lane."""
        for name, y in self._rows().items():
            if name == self.layout.memory:
                continue
            node = self.plan.resolve(self.spec.quantities[name].expr)
            x, sy = self.layout.x(node), self.layout.y[node]
            role = self.spec.quantities[name].role
            self.wire([(x, sy), (x, y), (EDGE_RIGHT, y)], self.net(node), {name: role})
