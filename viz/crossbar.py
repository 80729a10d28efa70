"""A cell of any build, drawn as a crossbar: one column per quantity, below them one lane per value.

Values of the step before enter at the left, a computed value runs along its lane from its own column, and whatever
reads a value branches off its lane. Nothing overlaps, however the cell is made; a large one makes a larger picture.
"""

from __future__ import annotations

from typing import Any

from models.algebra import OPS, Node
from models.derive import tree
from models.notation import RAISED, expression, split_name
from models.spec import CellSpec, Quantity

from .wires import Point, Wire, paths

Item = dict[str, Any]

WIDTH, HEIGHT = 820.0, 432.0
TOP, STRIP_WIDTH, STRIP_HEIGHT = 22.0, 18.0, 76.0
STRIP_TOP, BOX, BOX_HEIGHT, FIRST_LANE = 48.0, 156.0, 30.0, 196.0
EDGE, ROWS = 62.0, 4  # a column of strips outside the frame, and how many stand on each other
NARROWEST, WIDEST = 58.0, 104.0  # columns
LANES = (9.0, 22.0)  # least and greatest distance of two lanes
SIGNS = {"add": "+", "sub": "−", "mul": "×", "div": "÷", "neg": "−", "identity": "=", "matmul": "W"}


def draw(spec: CellSpec) -> dict[str, Any]:
    """{"width", "height", "items"}, as `diagram.draw`."""
    return Crossbar(spec).finish()


class Crossbar:
    def __init__(self, spec: CellSpec) -> None:
        self.spec = spec
        names = list(spec.quantities)
        count = len(names)
        beyond = max(0, -(-len(spec.states) // ROWS) - 1)  # columns of strips behind the first
        self.left = 104.0 + EDGE * beyond
        inner = WIDTH - 2 * self.left
        self.spacing = min(WIDEST, max(NARROWEST, (inner - 30) / count))
        inner = max(inner, self.spacing * count + 30)
        self.width = inner + 2 * self.left
        self.right = self.left + inner
        first = (self.width - self.spacing * (count - 1)) / 2
        self.x = {name: round(first + k * self.spacing, 1) for k, name in enumerate(names)}
        self.reads = {name: _read(quantity) for name, quantity in spec.quantities.items()}
        used = {key for keys in self.reads.values() for key in keys}
        # values of this step nearest to their columns, then those of the step before, the token lowest
        keys = [(name, 0) for name in names if (name, 0) in used or name in spec.states]
        keys += [(name, 1) for name in spec.states]
        keys += [("x", 0)] if ("x", 0) in used else []
        gap = min(LANES[1], max(LANES[0], 196.0 / len(keys)))
        self.lanes = {key: FIRST_LANE + gap * k for k, key in enumerate(keys)}
        self.bottom = max(FIRST_LANE + gap * len(keys), 330.0)
        self.items: list[Item] = []
        self.wires: list[Wire] = []

    def finish(self) -> dict[str, Any]:
        for place, name in enumerate(self.spec.states):
            for lag in (1, 0):
                self._edge(name, lag, place)
        for name, quantity in self.spec.quantities.items():
            self._column(name, quantity)
        height = self.bottom + 8.0
        if ("x", 0) in self.lanes:
            y = self.bottom + 32
            height = y + 24
            lit = {name: "x" for name, keys in self.reads.items() if ("x", 0) in keys}
            self.items.append(
                {"kind": "input", "id": "input", "x": self.left + 52, "y": y, "w": 92.0, "h": 26.0, "lit": lit}
            )
        frame = {
            "kind": "frame", "id": "frame", "x": self.left, "y": TOP - 14, "w": self.right - self.left,
            "h": self.bottom - TOP + 20,
        }  # fmt: skip
        drawn = [
            {"kind": "wire", "id": f"wire{k}", "d": paths([wire])[0], "lit": wire.lit}
            for k, wire in enumerate(self.wires)
        ]
        return {"width": self.width, "height": max(height, HEIGHT), "items": [frame, *drawn, *self.items]}

    # columns ------------------------------------------------------------------------------------------
    def _column(self, name: str, quantity: Quantity) -> None:
        """The box that computes a quantity, the strip of its values above, the branches that it reads below."""
        x, role = self.x[name], quantity.role
        symbol, squashed = _symbol(quantity.expr)
        self.items.append(
            {
                "kind": "layer" if squashed else "pill", "id": f"box-{name}", "x": x, "y": BOX,
                "w": min(52.0, self.spacing - 14), "h": BOX_HEIGHT, "role": role, "lit": {name: role}, "q": name,
                "symbol": symbol, "tree": tree(quantity.expr), "text": expression(self.spec, quantity.expr, "text"),
            }
        )  # fmt: skip
        if name not in self.spec.states:
            self._strip(name, 0, x, STRIP_TOP, (x, STRIP_TOP - 9), {name: role})
        room = min(7.0, (self.spacing - 22) / max(1, len(self.reads[name]) - 1))
        for k, key in enumerate(self.reads[name]):
            side = x + room * (k - (len(self.reads[name]) - 1) / 2)
            self._wire([*self._source(key), (side, self.lanes[key]), (side, BOX + BOX_HEIGHT / 2)], key, name)

    def _source(self, key: tuple[str, int]) -> list[Point]:
        """From where a value stands to the start of its lane."""
        name, lag = key
        y = self.lanes[key]
        if name == "x":
            return [(self.left + 52, self.bottom + 32), (self.left + 52, y)]
        if lag:
            turn = self.left + 6 + 4 * (self.spec.states.index(name) % 5)
            *way, (_, level) = self._out(name, lag)
            return [*way, (turn, level), (turn, y)]
        side = self.x[name] + self.spacing / 2 - 4
        return [(self.x[name], BOX), (side, BOX), (side, y)]

    def _wire(self, points: list[Point], key: tuple[str, int], reader: str) -> None:
        kept = [point for k, point in enumerate(points) if k == 0 or points[k - 1] != point]
        role = "x" if key[0] == "x" else self.spec.quantities[key[0]].role
        lit = {reader: role} | ({key[0]: role} if key in self.lanes and not key[1] and key[0] != "x" else {})
        self.wires.append(Wire(tuple(kept), f"{key}", lit))

    # edges --------------------------------------------------------------------------------------------
    def _edge(self, name: str, lag: int, place: int) -> None:
        """A state outside of the frame: before the step at the left, after it at the right."""
        x, middle = self._place(name, lag)
        height = self._strip_height()
        role = self.spec.quantities[name].role
        readers = {reader: role for reader, keys in self.reads.items() if (name, 1) in keys}
        top = middle - height / 2
        self._strip(name, lag, x, top, (x, top - 9), readers if lag else {name: role}, height)
        if lag == 0:
            turn = self.right - 6 - 4 * (place % 5)
            y = self.lanes[name, 0]
            *way, (_, level) = self._out(name, lag)
            self._wire([*self._source((name, 0)), (turn, y), (turn, level), *way[::-1]], (name, 0), name)

    def _rows(self) -> int:
        return min(ROWS, len(self.spec.states))

    def _strip_height(self) -> float:
        return min(STRIP_HEIGHT, (self.bottom - TOP) / self._rows() - 26)

    def _place(self, name: str, lag: int) -> Point:
        """(x, middle) of the strip of a state."""
        column, row = divmod(self.spec.states.index(name), ROWS)
        room = (self.bottom - TOP) / self._rows()
        x = self.left - 48 - EDGE * column
        return (x if lag else self.width - x, round(TOP + room * (row + 0.5) + 12, 1))

    def _out(self, name: str, lag: int) -> list[Point]:
        """From the strip of a state towards the frame. From behind the first column it passes below the strips."""
        x, middle = self._place(name, lag)
        column = self.spec.states.index(name) // ROWS
        if not column:
            return [(x, middle), (x, middle)]
        low = middle + self._strip_height() / 2
        return [(x, low), (x, low + 3 + column % 3), (x, low + 3 + column % 3)]

    def _strip(
        self,
        name: str,
        lag: int,
        x: float,
        top: float,
        label: Point,
        lit: dict[str, str],
        height: float = STRIP_HEIGHT,
    ) -> None:
        letter, tilde, mark = split_name(name)
        self.items.append(
            {
                "kind": "strip", "id": f"strip-{name}-{lag}", "q": name, "lag": lag, "x": x - STRIP_WIDTH / 2, "y": top,
                "w": STRIP_WIDTH, "h": height, "role": self.spec.quantities[name].role, "lit": lit,
                "label": {"letter": letter, "tilde": tilde, "mark": mark.translate(RAISED), "lag": lag},
                "lx": label[0], "ly": label[1], "anchor": "middle",
            }
        )  # fmt: skip


def _read(quantity: Quantity) -> list[tuple[str, int]]:
    """What a definition reads, each once: ("x", 0), (name, 1) of the step before, (name, 0) of this step."""
    found: dict[tuple[str, int], None] = {}
    for node in quantity.expr.walk():
        if node.op in ("input", "previous", "quantity"):
            found[node.name, int(node.op == "previous")] = None
    return list(found)


def _symbol(node: Node) -> tuple[str, bool]:
    """What stands in a box, and whether it is the name of a squashing function."""
    if node.op == "identity":
        return _symbol(node.args[0]) if not node.args[0].is_leaf else ("=", False)
    if node.op in SIGNS:
        mixed = node.op == "add" and any(term.op == "mul" for term in node.args)
        weighted = node.op == "add" and any(term.op == "matmul" for term in node.args)
        return ("W" if weighted else "×+" if mixed else SIGNS[node.op]), False
    return (OPS[node.op].symbol if node.op in OPS else node.op), True
