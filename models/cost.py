"""What one time step costs, counted from the definition."""

from __future__ import annotations

from math import prod

from .algebra import Node
from .spec import OUTPUTS, CellSpec


def multiply_adds(spec: CellSpec, D: int, H: int, Q: int = OUTPUTS) -> int:
    """Multiplications by a learned number in one time step of one sequence; each comes with one addition.

    A matrix counts for every product that it is part of, without what its mask forbids; a peephole vector
    counts its length. Products of gates and states, O(H) for each gate, are left out (CELLS 7): for most cells
    this is the number of parameters without the biases.
    """
    shapes = spec.parameters(D, H, Q)
    seen: set[Node] = set()
    total = 0
    for quantity in spec.quantities.values():
        for node in quantity.expr.walk():
            if node in seen:
                continue
            seen.add(node)
            if node.op == "matmul" and node.args[1].name in shapes:
                weight = spec.weights[node.args[1].name]
                total += int(weight.mask(H).sum()) if weight.mask else prod(shapes[weight.name])
            elif node.op == "mul":
                total += sum(shapes[factor.name][-1] for factor in node.args if factor.op == "parameter")
    return total
