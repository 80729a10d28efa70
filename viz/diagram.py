"""The step-by-step drawing of a cell, as data: strips, layers, operations and wires with their positions.

Every item says by the computation of which quantities it is lit (`lit`: quantity -> colour role). The player
draws it; what is lit at a phase follows from the quantities of that phase.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from models.algebra import OPS, Node
from models.derive import tree
from models.notation import RAISED, expression, split_name
from models.spec import CellSpec

from . import crossbar
from .layout import LANE, LAYER, LEFT, RIGHT, STRIP, Layout, place
from .legible import is_legible
from .routes import (
    BLOCK_HEIGHT,
    BLOCK_INPUT,
    BLOCK_TOP,
    EDGE_LEFT,
    EDGE_RIGHT,
    INPUT,
    JOIN,
    LAYER_HEIGHT,
    LAYER_WIDTH,
    STRIP_HEIGHT,
    Lit,
    Router,
)  # fmt: skip
from .wires import paths

Item = dict[str, Any]

WIDTH, HEIGHT, TALLER = 820.0, 432.0, 96.0
STRIP_WIDTH, RADIUS = 18.0, 14.0
SYMBOLS = {"mul": "×", "add": "+", "div": "÷"}


@lru_cache(maxsize=256)  # cells that visitors type come and go
def draw(spec: CellSpec) -> dict[str, Any]:
    """{"width", "height", "items"}: the drawing of `spec` in SVG units."""
    drawing = Drawing(place(spec))
    picture = drawing.finish()
    return picture if is_legible(drawing.layout, picture, drawing.router.wires) else crossbar.draw(spec)


class Drawing:
    def __init__(self, layout: Layout) -> None:
        self.layout, self.spec, self.plan = layout, layout.spec, layout.plan
        self.router = Router(layout)
        self.items: list[Item] = []

    def finish(self) -> dict[str, Any]:
        wires = self.router.route()
        self._edges()
        for node in self.layout.layers:
            self._layer(node)
        for node in self.layout.y:
            if node not in self.layout.layers:
                self._operation(node)
        self._joins()
        drawn = [
            {"kind": "wire", "id": f"wire{k}", "d": d, "lit": wire.lit}
            for k, (wire, d) in enumerate(zip(wires, paths(wires), strict=True))
        ]
        frame = {"kind": "frame", "id": "frame", "x": LEFT, "y": 8.0, "w": RIGHT - LEFT, "h": 380.0}
        if not self.layout.memory:
            frame |= {"y": 90.0, "h": 246.0}
        height = HEIGHT + (TALLER if self.layout.below else 0.0)
        return {"width": WIDTH, "height": height, "items": [frame, *drawn, *self.items]}

    def _strip(
        self,
        name: str,
        lag: int,
        x: float,
        y: float,
        label: tuple[float, float, str],
        lit: Lit,
        height: float = STRIP_HEIGHT,
    ) -> None:
        letter, tilde, mark = split_name(name)
        self.items.append(
            {
                "kind": "strip", "id": f"strip-{name}-{lag}", "q": name, "lag": lag,
                "x": x - STRIP_WIDTH / 2, "y": y - height / 2, "w": STRIP_WIDTH, "h": height,
                "role": self.spec.quantities[name].role, "lit": lit,
                "label": {"letter": letter, "tilde": tilde, "mark": mark.translate(RAISED), "lag": lag},
                "lx": label[0], "ly": label[1], "anchor": label[2],
            }
        )  # fmt: skip

    def _edges(self) -> None:
        """Outside the frame: the states before and after the step, the token, the layer below."""
        for name, (y, height) in self.router.rows().items():
            role = self.spec.quantities[name].role
            above = y - height / 2 - 9
            if name in self.spec.states:
                self._strip(name, 1, EDGE_LEFT, y, (EDGE_LEFT, above, "middle"), self._readers(name), height)
            if name in self.layout.leaving():
                self._strip(name, 0, EDGE_RIGHT, y, (EDGE_RIGHT, above, "middle"), {name: role}, height)
        reading = {owner: "x" for node, owner in self.layout.owner.items() if any(a.op == "input" for a in node.args)}
        y = BLOCK_INPUT if self.layout.below else INPUT
        self.items.append({"kind": "input", "id": "input", "x": JOIN, "y": y, "w": 92.0, "h": 26.0, "lit": reading})
        if self.layout.below:
            self._block()

    def _readers(self, name: str) -> Lit:
        """The quantities that read a state of the step before."""
        role = self.spec.quantities[name].role
        return {
            q.name: role
            for q in self.spec.quantities.values()
            if any(n.op == "previous" and n.name == name for n in q.expr.walk())
        }

    def _block(self) -> None:
        """A whole lower layer as one box with its states beside it."""
        middle = BLOCK_TOP + BLOCK_HEIGHT / 2
        below = self.layout.below
        self.items.append(
            {
                "kind": "block", "id": "below", "x": LEFT, "y": BLOCK_TOP, "w": RIGHT - LEFT, "h": BLOCK_HEIGHT,
                "phase": self.spec.quantities[below[0]].phase, "lit": dict.fromkeys(below, "h"), "role": "h",
            }
        )  # fmt: skip
        states = [name for name in below if name in self.spec.states]
        for k, name in enumerate(states):
            shift = 44.0 * (k - (len(states) - 1) / 2)
            role = self.spec.quantities[name].role
            for lag, edge in ((1, EDGE_LEFT), (0, EDGE_RIGHT)):
                label = (edge + shift, BLOCK_TOP + BLOCK_HEIGHT + 16, "middle")
                self._strip(name, lag, edge + shift, middle, label, self._readers(name) if lag else {name: role})

    def _layer(self, node: Node) -> None:
        """An affine map with its squashing function, and the strip of its values."""
        x, y = self.layout.x(node), self.layout.y[node]
        role = self.router.role(node)
        squashed = self.plan.affines[self.plan.column[node]].squashed
        self.items.append(
            {
                "kind": "layer", "id": f"layer{len(self.items)}", "x": x, "y": y, "w": LAYER_WIDTH, "h": LAYER_HEIGHT,
                "role": role, "lit": {self.layout.owner[node]: role}, "q": self.layout.named.get(node),
                "symbol": OPS[node.op].symbol if squashed else "W", **self._explained(node),
            }
        )  # fmt: skip
        self._strip_above(node)

    def _explained(self, node: Node) -> Item:
        return {"tree": tree(node), "text": expression(self.spec, node, "text")}

    def _strip_above(self, node: Node) -> None:
        name = self.layout.named.get(node)
        if name is None or self.layout.y[node] != LAYER or name in self.layout.leaving():
            return
        x, role = self.layout.x(node), self.spec.quantities[name].role
        self._strip(name, 0, x, STRIP, (x + STRIP_WIDTH / 2 + 7, STRIP - STRIP_HEIGHT / 2 + 11, "start"), {name: role})

    def _operation(self, node: Node) -> None:
        """A pointwise operation: a circle with its sign, or a pill with the name of its function."""
        owner = self.layout.owner[node]
        name = self.layout.named.get(node)
        role = self.spec.quantities[name or owner].role
        if node.op in ("mul", "sub") and not name:
            gates = [a for a in node.args if a.op == "quantity" and self.spec.quantities[a.name].kind == "gate"]
            role = self.router.role(gates[0]) if gates else role
        symbol = SYMBOLS.get(node.op) or (OPS[node.op].symbol if node.op in OPS else node.op)
        if node.op == "sub" and node.args[0].op == "constant":
            symbol = f"{node.args[0].number:g}−"
        if node in self.layout.stations and node.op == "add":
            symbol = "×+" if any(term.op == "mul" for term in node.terms) else "+"
        wide = OPS[node.op].is_function if node.op in OPS else True
        self.items.append(
            {
                "kind": "pill" if wide else "op", "id": f"op{len(self.items)}",
                "x": self.layout.x(node), "y": self.layout.y[node],
                "w": max(46.0, 14.0 + 7.6 * len(symbol)) if wide else 2 * RADIUS, "h": 26.0 if wide else 2 * RADIUS,
                "role": role, "lit": {owner: role}, "symbol": symbol, "q": name, **self._explained(node),
            }
        )  # fmt: skip
        self._strip_above(node)

    def _joins(self) -> None:
        """A sum of several written terms meets the lane once for each of them."""
        memory = self.layout.memory
        if not memory:
            return
        total = self.layout.definition(memory)
        role = self.spec.quantities[memory].role
        written = (
            [t for t in total.terms if t in self.layout.at and self.layout.y[t] != LANE] if total.op == "add" else []
        )
        for x in {self.layout.x(term) for term in written} - {self.layout.x(total)}:
            self.items.append(
                {
                    "kind": "op", "id": f"op{len(self.items)}", "x": x, "y": LANE, "w": 2 * RADIUS, "h": 2 * RADIUS,
                    "role": role, "lit": {memory: role}, "symbol": "+", "q": memory, **self._explained(total),
                }
            )  # fmt: skip
