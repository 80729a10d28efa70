"""The wires of a diagram: from where a value stands to every operation that reads it."""

from __future__ import annotations

from collections.abc import Iterable

from models.algebra import Node

from .layout import BUS, LANE, LAYER, LEFT, MIDDLE, STRIP, UNDER, UPPER, Layout
from .wires import Point, Wire

Lit = dict[str, str]

STRIP_HEIGHT, LAYER_HEIGHT, LAYER_WIDTH = 76.0, 30.0, 52.0
NAME = 29.0  # above a strip, for its name
EDGE_LEFT, EDGE_RIGHT = 56.0, 764.0  # centres of the strips outside the frame
DOWN, JOIN, INPUT = 128.0, 156.0, 410.0
BLOCK_TOP, BLOCK_HEIGHT, BLOCK_INPUT = 404.0, 76.0, 506.0
STRIP_TOP, LAYER_BOTTOM = STRIP - STRIP_HEIGHT / 2, LAYER + LAYER_HEIGHT / 2


class Router:
    """Collects `wires` for a layout. A wire lights up while its reader is computed, and while the named value
    that it carries appears."""

    def __init__(self, layout: Layout) -> None:
        self.layout, self.plan, self.spec = layout, layout.plan, layout.spec
        self.wires: list[Wire] = []
        self.bus = BUS if layout.memory else MIDDLE
        self.named = layout.named
        carriers = self._carriers()
        leaving = [name for name in layout.leaving() if name != layout.memory]
        # the state that runs along the bus, or what takes its place at the right
        if not layout.memory:
            carriers = []
        self.main = next((n for n in carriers if n in leaving), leaving[-1] if leaving else "")
        self.fed = self._fed_by_bus()
        self.lane_taps: list[tuple[float, Lit]] = []  # the memory of the step before, on its way to its sum
        self.current_taps: list[tuple[float, Lit]] = []  # the new memory, on its way out

    def route(self) -> list[Wire]:
        for node in self.layout.y:
            if node in self.layout.stations:
                self._to_station(node)
            elif node not in self.layout.layers:
                for argument in node.args:
                    self._to_operation(argument, node)
        for node in self.layout.layers:
            self._from_below(node)
        self._trunks()
        self._leaving()
        return self.wires

    # what a wire looks like ---------------------------------------------------------------------------
    def role(self, node: Node) -> str:
        """Colour role of the value a node carries."""
        if node.op == "input":
            return "x"
        if node.op in ("previous", "quantity"):
            return self.spec.quantities[node.name].role
        return self.spec.quantities[self.named.get(node) or self.layout.owner[node]].role

    def rows(self) -> dict[str, tuple[float, float]]:
        """(y, height) of the strips outside the frame: the memory on its lane, the bus state on the bus, the
        others between them."""
        layout = self.layout
        names = [n for n in layout.drawn if n in layout.leaving() or n in self.spec.states]
        ends = [n for n in names if n not in (layout.memory, self.main)]
        rows: dict[str, tuple[float, float]] = {}
        if layout.memory:
            rows[layout.memory] = (LANE, STRIP_HEIGHT)
        if self.main and self.main != layout.memory:
            rows[self.main] = (self.bus, STRIP_HEIGHT)
        top, bottom = LANE + STRIP_HEIGHT / 2, self.bus + STRIP_HEIGHT / 2
        if self.main in rows and self.main != layout.memory:
            bottom -= STRIP_HEIGHT + 20
        if not layout.memory:
            bottom -= NAME - 20
            top = bottom - max(1, len(ends)) * (STRIP_HEIGHT + NAME)
        room = (bottom - top) / max(1, len(ends))
        height = min(STRIP_HEIGHT, room - NAME)
        for k, name in enumerate(reversed(ends)):
            rows[name] = (bottom - k * room - height / 2, height)
        return rows

    def top(self, node: Node) -> Point:
        """Where a placed value leaves upwards: the top of its strip, or of its layer."""
        x, y = self.layout.x(node), self.layout.y[node]
        if y != LAYER:
            return (x, y)
        return (x, STRIP_TOP if node in self.named else LAYER - LAYER_HEIGHT / 2)

    def wire(self, points: Iterable[Point], net: str, lit: Lit) -> None:
        kept: list[Point] = []
        for point in points:
            if not kept or kept[-1] != point:
                kept.append(point)
        if len(kept) > 1:
            self.wires.append(Wire(tuple(kept), net, lit))

    def net(self, node: Node) -> str:
        return f"previous {node.name}" if node.op == "previous" else str(id(self.plan.resolve(node)))

    def lit(self, source: Node, owner: str) -> Lit:
        role = self.role(source)
        named = self.named.get(self.plan.resolve(source))
        return {owner: role} | ({named: role} if named and source.op == "quantity" else {})

    def on_lane(self, node: Node) -> bool:
        return bool(self.layout.memory) and node.op in ("quantity", "previous") and node.name == self.layout.memory

    def tap(self, node: Node, x: float, down_to: list[Point], owner: str) -> None:
        """A branch of the lane: of the old memory left of its sum, of the new one right of it."""
        lit = {owner: self.role(node)}
        current = node.op == "quantity"
        (self.current_taps if current else self.lane_taps).append((x, lit))
        self.wire([(x, LANE), *down_to], f"{'current' if current else 'previous'} {node.name}", lit)

    # to operations ------------------------------------------------------------------------------------
    def _to_operation(self, argument: Node, node: Node) -> None:
        """Upwards from where the argument stands, then across."""
        x, y = self.layout.x(node), self.layout.y[node]
        owner = self.layout.owner[node]
        if argument.name in self.layout.below and argument.op == "quantity":
            side = x + 32
            self.wire([(side, BLOCK_TOP), (side, y), (x, y)], f"below {argument.name}", self.lit(argument, owner))
            return
        source = self.plan.resolve(argument)
        if self.on_lane(argument):
            if y != LANE:
                self.tap(argument, x, [(x, y)], owner)
            return
        if argument.op == "previous":
            if argument.name in self.rows():
                self._from_left(argument, [(x, y)], owner)
            return
        if source not in self.layout.at:
            return
        sx, sy = self.top(source)
        if y == LANE and self.layout.y[source] == UPPER:
            points = [(sx, sy), (sx, y)]  # joins the lane where it stands
        elif sx == x or sy == y:
            points = [(sx, sy), (x, y)]
        elif self.layout.y[source] == LAYER or sy > y:
            points = [(sx, sy), (sx, y), (x, y)]
        else:
            points = [(sx, sy), (x, sy), (x, y)]
        self.wire(points, self.net(argument), self.lit(argument, owner))

    def _to_station(self, node: Node) -> None:
        """A station reads whole values: up from each, across, and down into its side."""
        x, y = self.layout.x(node), self.layout.y[node]
        owner = self.layout.owner[node]
        for k, leaf in enumerate(self.layout.leaves(owner)):
            side, port = x - 36 + 6 * k, y - 6 + 6 * k
            source = self.plan.resolve(leaf)
            if self.on_lane(leaf):
                self.tap(leaf, side, [(side, port), (x, port)], owner)
            elif leaf.op == "previous":
                self._from_left(leaf, [(x + 8, y)], owner)
            elif source in self.layout.at:
                turn = STRIP_TOP - 10 - 7 * self.layout.columns.index(self.layout.at[source])
                sx, sy = self.top(source)
                path = [(sx, sy), (sx, turn), (side, turn), (side, port), (x, port)]
                self.wire(path, self.net(leaf), self.lit(leaf, owner))

    def _from_left(self, state: Node, end: list[Point], owner: str) -> None:
        """A state that is neither on the lane nor on the bus: along the floor of the frame."""
        names = [name for name in self.rows() if name != self.layout.memory]
        k = names.index(state.name)
        side, floor = LEFT + 10 + 6 * k, UNDER - 5 * k
        (x, y), start = end[-1], (EDGE_LEFT, self.rows()[state.name][0])
        self.wire(
            [start, (side, start[1]), (side, floor), (x, floor), (x, y)], self.net(state), {owner: self.role(state)}
        )

    def _from_below(self, node: Node) -> None:
        """Wires into a layer other than the bus: peepholes, and gated products on their way to a matrix."""
        affine = self.plan.affines[self.plan.column[node]]
        owner, x = self.layout.owner[node], self.layout.x(node)
        for other in affine.others:
            watched = next((a for a in (other, *other.args) if a.op in ("previous", "quantity")), None)
            if other in self.layout.at:
                self._down_and_up(other, x - 12, owner)
            elif watched is not None and self.on_lane(watched):
                side = x - 38
                self.tap(watched, side, [(side, LAYER), (x, LAYER)], owner)
            elif watched is not None and watched.name in self.layout.below:
                side = x + 32
                self.wire(
                    [(side, BLOCK_TOP), (side, LAYER), (x, LAYER)], f"below {watched.name}", self.lit(watched, owner)
                )
            elif watched is not None and watched.op == "previous" and watched.name in self.rows():
                self._from_left(watched, [(x - 12, LAYER_BOTTOM)], owner)
        for source, _ in affine.products:
            if source.op != "previous" and source in self.layout.at:
                self._down_and_up(source, x - 12, owner)
            elif source.op == "previous" and source.name not in self._carriers():
                self._from_left(source, [(x + 12, LAYER_BOTTOM)], owner)

    def _down_and_up(self, source: Node, x: float, owner: str) -> None:
        sx, sy = self.layout.x(source), self.layout.y[source]
        if not self.layout.memory:
            return self.wire([(sx, sy), (x, sy)], self.net(source), self.lit(source, owner))
        states = [n for n in source.walk() if n.op == "previous"]
        lit = {owner: self.role(states[0] if states and source not in self.named else source)}
        beside = any(self.layout.at.get(a) is self.layout.at[source] for a in source.args) or sy == LAYER
        start = [(sx, sy), (sx + 32, sy), (sx + 32, UNDER)] if beside else [(sx, sy), (sx, UNDER)]
        return self.wire([*start, (x, UNDER), (x, LAYER_BOTTOM)], self.net(source), lit)

    # lane and bus -------------------------------------------------------------------------------------
    def _carriers(self) -> list[str]:
        """States of the step before that run on the bus: those that a matrix multiplies as they are."""
        read = [s.node.name for s in self.plan.sources if s.node.op == "previous"]
        return [name for name in read if name in self.layout.drawn]

    def _fed_by_bus(self) -> list[tuple[float, Lit, set[str]]]:
        """(x, lit, states read) of every layer that reads x_t or a state of the step before by a matrix."""
        found = []
        carriers = self._carriers()
        below = {self.plan.resolve(self.spec.quantities[name].expr) for name in self.layout.below}
        for node in self.layout.layers:
            affine = self.plan.affines[self.plan.column[node]]
            reads = {s.name for s, _ in affine.products if s.op == "previous" and s.name in carriers}
            if affine.x or reads or any(s in below for s, _ in affine.products):
                found.append((self.layout.x(node), {self.layout.owner[node]: self.role(node)}, reads))
        return sorted(found, key=lambda entry: entry[0])

    def _trunks(self) -> None:
        """The lane and the bus: straight wires with taps, lit up to the last tap that is in use."""
        memory = self.layout.memory
        entry = BLOCK_TOP if self.layout.below else INPUT
        self.wire([(JOIN, entry), (JOIN, self.bus)], "bus", {q: "x" for _, lit, _ in self.fed for q in lit})
        if self.layout.below:
            self.wire(
                [(JOIN, BLOCK_INPUT), (JOIN, BLOCK_TOP + BLOCK_HEIGHT)], "x", dict.fromkeys(self.layout.below, "x")
            )
        on_bus: Lit = {}
        for _, lit, reads in self.fed:
            for q in lit:
                on_bus[q] = self.spec.quantities[self.main if self.main in reads else min(reads)].role if reads else "x"
        if memory:
            self._lane(memory)
        for name in self._carriers():
            lit = {q: on_bus[q] for _, marks, reads in self.fed for q in marks if name in reads}
            if name == memory:
                self.lane_taps.append((DOWN, lit))
                self.wire([(DOWN, LANE), (DOWN, self.bus), (JOIN, self.bus)], f"previous {name}", lit)
            elif name in self.rows():
                y = self.rows()[name][0]
                self.wire([(EDGE_LEFT, y), (DOWN, y), (DOWN, self.bus), (JOIN, self.bus)], "bus", lit)
        if memory:
            self._segments(EDGE_LEFT, self.lane_taps, f"previous {memory}")
            join = self.layout.x(self.layout.definition(memory))
            out = (EDGE_RIGHT, {memory: self.spec.quantities[memory].role})
            self._segments(join, [*self.current_taps, out], f"current {memory}")
        start = JOIN
        for k, (x, _, _) in enumerate(self.fed):
            beyond = {q: on_bus[q] for _, lit, _ in self.fed[k:] for q in lit}
            self.wire([(start, self.bus), (x, self.bus)], "bus", beyond)
            start = x
        if memory:
            for x, lit, _ in self.fed:
                self.wire([(x, self.bus), (x, LAYER)], "bus", lit)

    def _lane(self, memory: str) -> None:
        total = self.layout.definition(memory)
        self.lane_taps.append((self.layout.x(total), {memory: self.spec.quantities[memory].role}))

    def _segments(self, start: float, taps: list[tuple[float, Lit]], net: str) -> None:
        ordered = sorted(taps, key=lambda tap: tap[0])
        for k, (x, _) in enumerate(ordered):
            beyond: Lit = {}
            for _, lit in ordered[k:]:
                beyond |= lit
            self.wire([(start, LANE), (x, LANE)], net, beyond)
            start = x

    def _leaving(self) -> None:
        """To the strips at the right, other than along the lane."""
        for name, (y, _) in self.rows().items():
            if name == self.layout.memory or name not in self.layout.leaving():
                continue
            node = self.layout.definition(name)
            (x, sy), lit = self.top(node), {name: self.spec.quantities[name].role}
            on_row = node in self.layout.layers or node in self.layout.stations
            if on_row and self.layout.memory:  # out of the top, past its own column, and down to its strip
                side, turn = x + 30, STRIP_TOP - 10
                self.wire([(x, turn), (side, turn), (side, y), (EDGE_RIGHT, y)], self.net(node), lit)
            else:
                self.wire([(x, sy), (x, y), (EDGE_RIGHT, y)], self.net(node), lit)
