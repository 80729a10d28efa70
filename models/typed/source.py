"""A cell as the text that `parse` reads: where "your own cell" starts from."""

from __future__ import annotations

from ..algebra import OPS, Node
from ..spec import CellSpec

WRITTEN = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


def source(spec: CellSpec) -> str:
    """The definition of `spec`, one line per quantity, a heading per phase.

    A matrix that some sizes make needless is written as if it never were. Raises ValueError for what the language
    has no words for: clocks, masks and rows that are not H wide.
    """
    if any(q.clock or q.width != "H" for q in spec.quantities.values()):
        raise ValueError(f"{spec.key} has quantities that cannot be typed")
    if any(weight.mask for weight in spec.weights.values()):
        raise ValueError(f"{spec.key} has masked matrices, which cannot be typed")
    written = lines(spec)
    blocks = [
        "\n".join([f"# {phase.title}", *(f"{name} = {written[name]}" for name in phase.quantities)])
        for phase in spec.phases
    ]
    return "\n\n".join(blocks)


def lines(spec: CellSpec) -> dict[str, str]:
    """What stands behind the "=" of each quantity. Equal lines of two cells mean the same."""
    above: set[str] = set()
    found = {}
    for name, quantity in spec.quantities.items():
        found[name] = _write(quantity.expr, above, 0)
        above.add(name)
    return found


def _write(node: Node, above: set[str], outside: int) -> str:
    match node.op:
        case "input":
            return "x"
        case "quantity" | "parameter":
            return node.name
        case "previous":
            return f"{node.name}[t-1]" if node.name in above else node.name
        case "constant":
            return _number(node.number)
        case "clock":
            return f"clock {node.name}"
        case "identity":
            return _write(node.args[0], above, outside)
        case "matmul":
            return f"{_write(node.args[0], above, OPS['matmul'].strength)} {node.args[1].name}"
    op = OPS[node.op]
    if op.is_function:
        return f"{node.op}({', '.join(_write(a, above, 0) for a in node.args)})"
    if node.op == "neg":
        text = f"-{_write(node.args[0], above, op.strength)}"
    else:
        text = "".join(_operand(node, k, above) for k in range(len(node.args)))
    return f"({text})" if op.strength < outside else text


def _operand(node: Node, k: int, above: set[str]) -> str:
    """Sums are read as one, all else from the left: brackets wherever the graph was built another way."""
    argument, strength = node.args[k], OPS[node.op].strength
    if k == 0:
        return _write(argument, above, strength)
    stays = node.op == "add" and argument.op not in ("add", "sub")
    return f" {WRITTEN[node.op]} {_write(argument, above, strength if stays else strength + 1)}"


def _number(number: float) -> str:
    """The fewest digits that give the same number back."""
    short = f"{number:g}"
    return short if float(short) == number else repr(number)
