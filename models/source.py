"""A cell as the text that `typed.parse` reads: where "type your own cell" starts from."""

from __future__ import annotations

from .algebra import OPS, Node
from .spec import CellSpec

WRITTEN = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


def source(spec: CellSpec) -> str:
    """The definition of `spec`, one line per quantity, a heading per phase.

    Raises ValueError for what the language has no words for: clocks, masks and rows that are not H wide.
    """
    if any(q.clock or q.width != "H" for q in spec.quantities.values()):
        raise ValueError(f"{spec.key} has quantities that cannot be typed")
    if any(weight.mask for weight in spec.weights.values()):
        raise ValueError(f"{spec.key} has masked matrices, which cannot be typed")
    blocks = []
    above: set[str] = set()
    for phase in spec.phases:
        lines = [f"# {phase.title}"]
        for name in phase.quantities:
            lines.append(f"{name} = {_write(spec.quantities[name].expr, above, 0)}")
            above.add(name)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _write(node: Node, above: set[str], outside: int) -> str:
    match node.op:
        case "input":
            return "x"
        case "quantity" | "parameter":
            return node.name
        case "previous":
            return f"{node.name}[t-1]" if node.name in above else node.name
        case "constant":
            return f"{node.number:g}"
        case "identity":
            return _write(node.args[0], above, outside)
        case "matmul":
            return f"{_write(node.args[0], above, OPS['matmul'].strength)} {node.args[1].name}"
    op = OPS[node.op]
    if op.is_function:
        return f"{node.op}({', '.join(_write(a, above, 0) for a in node.args)})"
    if node.op == "neg":
        text = f"-{_write(node.args[0], above, op.strength + 1)}"
    else:
        tighter = node.op in ("sub", "div")
        limits = [op.strength] + [op.strength + tighter] * (len(node.args) - 1)
        parts = [_write(a, above, limit) for a, limit in zip(node.args, limits, strict=True)]
        text = f" {WRITTEN[node.op]} ".join(parts)
    return f"({text})" if op.strength < outside else text
