"""Wires of the diagram: orthogonal polylines with rounded corners that hop over what they must cross."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]
CORNER = 9.0
HOP = 8.0


@dataclass(frozen=True)
class Wire:
    """`points` from source to reader. `net` names the value it carries: wires of one net may touch.

    `lit` maps a quantity to the colour role that the wire takes while that quantity is computed.
    """

    points: tuple[Point, ...]
    net: str
    lit: dict[str, str]


def paths(wires: Sequence[Wire]) -> list[str]:
    """An SVG path per wire. Where two nets cross, the horizontal one makes a little bridge."""
    uprights = [
        (x1, min(y1, y2), max(y1, y2), wire.net)
        for wire in wires
        for (x1, y1), (x2, y2) in zip(wire.points, wire.points[1:], strict=False)
        if x1 == x2
    ]
    return [_path(wire, uprights) for wire in wires]


def _path(wire: Wire, uprights: Sequence[tuple[float, float, float, str]]) -> str:
    points = wire.points
    parts = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for k in range(1, len(points)):
        (x0, y0), (x1, y1) = points[k - 1], points[k]
        if y0 == y1:
            parts += _bridges(wire.net, x0, x1, y0, uprights)
        if k + 1 == len(points):
            parts.append(f"L{x1:g} {y1:g}")
            continue
        x2, y2 = points[k + 1]
        radius = min(CORNER, (abs(x1 - x0) + abs(y1 - y0)) / 2, (abs(x2 - x1) + abs(y2 - y1)) / 2)
        before = (x1 - _sign(x1 - x0) * radius, y1 - _sign(y1 - y0) * radius)
        after = (x1 + _sign(x2 - x1) * radius, y1 + _sign(y2 - y1) * radius)
        parts.append(f"L{before[0]:g} {before[1]:g}Q{x1:g} {y1:g} {after[0]:g} {after[1]:g}")
    return "".join(parts)


def _bridges(
    net: str, x0: float, x1: float, y: float, uprights: Sequence[tuple[float, float, float, str]]
) -> list[str]:
    left, right = min(x0, x1), max(x0, x1)
    crossed = {
        x for x, top, bottom, other in uprights
        if other != net and left + HOP < x < right - HOP and top + 1 < y < bottom - 1
    }  # fmt: skip
    ahead = _sign(x1 - x0)
    sweep = 1 if ahead > 0 else 0
    return [
        f"L{x - ahead * HOP:g} {y:g}A{HOP:g} {HOP:g} 0 0 {sweep} {x + ahead * HOP:g} {y:g}"
        for x in sorted(crossed, reverse=ahead < 0)
    ]


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
