"""Whether a drawing shows a cell as it is: nothing overlaps, nothing is missing, every value reaches its readers.

The rules of `layout.py` follow the cells of the documents. They draw most cells that a visitor types as well; where
this says no, `crossbar.py` draws what fits any cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

from models.algebra import Node
from models.spec import CellSpec

from .layout import Layout
from .wires import Wire

Item = Mapping[str, Any]
Box = tuple[float, float, float, float]
BOXES = ("strip", "layer", "op", "pill", "input", "block")
TOUCH = 0.5  # px that two boxes may share


def is_legible(layout: Layout, picture: Mapping[str, Any], wires: Sequence[Wire]) -> bool:
    items = [item for item in picture["items"] if item["kind"] in BOXES]
    boxes = [box(item) for item in items]
    return (
        not any(overlap(one, other) for one, other in combinations(boxes, 2))
        and all(is_within(one, picture["width"], picture["height"]) for one in boxes)
        and not (strips_of(layout.spec, layout.below) - {(i["q"], i["lag"]) for i in items if i["kind"] == "strip"})
        and all(is_within(extent(wire), picture["width"], picture["height"]) for wire in wires)
        and not any(crosses(wire, box(item)) for wire in wires for item in items if item["kind"] == "strip")
        and not unwired(layout, wires)
        and not any(is_loose(wire, wires, boxes) for wire in wires)
    )


def box(item: Item) -> Box:
    """(left, top, right, bottom); strips and blocks are placed by their corner, all else by its middle."""
    corner = item["kind"] in ("strip", "block")
    left = item["x"] if corner else item["x"] - item["w"] / 2
    top = item["y"] if corner else item["y"] - item["h"] / 2
    return left, top, left + item["w"], top + item["h"]


def overlap(one: Box, other: Box) -> bool:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide > TOUCH and high > TOUCH


def is_within(one: Box, width: float, height: float) -> bool:
    return one[0] >= 0 and one[1] >= 0 and one[2] <= width and one[3] <= height


def extent(wire: Wire) -> Box:
    xs, ys = zip(*wire.points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def crosses(wire: Wire, strip: Box) -> bool:
    """Whether a wire runs through a strip that it neither starts from nor leads to."""
    left, top, right, bottom = strip
    inside = (left + TOUCH, top + TOUCH, right - TOUCH, bottom - TOUCH)
    if any(left <= x <= right and top <= y <= bottom for x, y in (wire.points[0], wire.points[-1])):
        return False
    segments = pairwise(wire.points)
    return any(overlap((min(a, c), min(b, d), max(a, c) + 1, max(b, d) + 1), inside) for (a, b), (c, d) in segments)


def strips_of(spec: CellSpec, below: Sequence[str]) -> set[tuple[str, int]]:
    """(quantity, lag) of every strip that must be there."""
    now = {(name, 0) for name in spec.quantities if name not in below or name in spec.states}
    return now | {(name, 1) for name in spec.states}


def unwired(layout: Layout, wires: Sequence[Wire]) -> set[tuple[str, str]]:
    """(value, reader) of what a definition reads and no wire brings. A lower layer, one block, is not looked into."""
    lit: dict[str, set[str]] = {}
    for wire in wires:
        lit.setdefault(wire.net, set()).update(wire.lit)
    on_bus = {source.node.name for source in layout.plan.sources if source.node.op == "previous"}
    missing = set()
    for name in layout.drawn:
        for node in _own(layout, layout.spec.quantities[name].expr, name):
            if node.op == "input":
                nets = ["bus", "x"]
            elif node.op == "previous":
                nets = [f"previous {node.name}"] + ["bus"] * (node.name in on_bus)
            elif node.op == "quantity":
                nets = [str(id(layout.plan.resolve(node))), f"current {node.name}", f"below {node.name}"]
                nets += ["bus"] * (node.name in layout.below)
            else:
                continue
            if not any(name in lit.get(net, ()) for net in nets):
                missing.add((f"{node.name}{'[t-1]' * (node.op == 'previous')}", name))
    for node in layout.y:  # a part of a definition that stands by itself hands its value on
        if node not in layout.named and str(id(node)) not in lit:
            missing.add((node.op, layout.owner[node]))
    return missing


def is_loose(wire: Wire, wires: Sequence[Wire], boxes: Sequence[Box]) -> bool:
    """Whether a wire begins in the air: neither at a box nor on another wire that carries the same value."""
    x, y = wire.points[0]
    if any(left - 1 <= x <= right + 1 and top - 1 <= y <= bottom + 1 for left, top, right, bottom in boxes):
        return False
    for other in wires:
        if other is wire or other.net.split()[-1] != wire.net.split()[-1]:
            continue
        for (a, b), (c, d) in pairwise(other.points):
            if min(a, c) - 1 <= x <= max(a, c) + 1 and min(b, d) - 1 <= y <= max(b, d) + 1:
                return False
    return True


def _own(layout: Layout, node: Node, name: str) -> Iterator[Node]:
    """The parts of a definition that are not drawn within another one."""
    if layout.owner.get(node, name) == name:
        yield node
        for argument in node.args:
            yield from _own(layout, argument, name)
