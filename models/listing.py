"""The Python for one phase of one step: a plain NumPy script with the actual numbers, made from the definition."""

from __future__ import annotations

import numpy as np

from .algebra import OPS, Node
from .spec import CellSpec, Phase
from .trace import Trace

FUNCTIONS = {
    "sigmoid": "def sigmoid(a):\n    return 1 / (1 + np.exp(-a))",
    "log_sigmoid": "def log_sigmoid(a):\n    return -np.logaddexp(0, -a)",
    "positive": "def positive(a):\n    return np.where(a >= 0, a + 0.5, 1 / (1 + np.exp(-np.minimum(a, 0))))",
    "softmax": "def softmax(a):\n    e = np.exp(a - a.max())\n    return e / e.sum()",
    "relu": "def relu(a):\n    return np.maximum(a, 0)",
}
NUMPY = {"tanh": "np.tanh", "exp": "np.exp", "max": "np.maximum"}
SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "neg": "-"}
DIGITS = 7  # significant digits of the numbers in a listing


def listing(trace: Trace, phase: str, step: int) -> str:
    """A script that computes the quantities of `phase` at `step` (1-based) of an unbatched trace and prints them.

    It needs NumPy alone and ends with a check against the numbers of the trace. Raises ValueError for a phase
    or step that the trace does not have.
    """
    spec = trace.spec
    found = next((p for p in spec.phases if p.id == phase), None)
    if found is None:
        raise ValueError(f"{spec.key} has no phase {phase!r}; it has {[p.id for p in spec.phases]}")
    if trace.x.ndim != 2 or not 1 <= step <= trace.steps:
        raise ValueError(f"step {step} is not one of the {trace.steps} steps of an unbatched trace")
    nodes = [n for name in found.quantities for n in spec.quantities[name].expr.walk()]
    parts = ["import numpy as np"]
    parts += [FUNCTIONS[op] for op in dict.fromkeys(n.op for n in nodes) if op in FUNCTIONS]
    parts.append("\n".join(_givens(trace, found, nodes, step)))
    lines = []
    for name in found.quantities:
        if spec.quantities[name].clock:
            lines.append(f"{variable(name)} = {_array(trace[name][step - 1])}")
        else:
            lines.append(f"{variable(name)} = {_write(spec, trace, spec.quantities[name].expr, 0)}")
        pinned = trace.clamp[name][step - 1] if name in trace.clamp else np.array(np.nan)
        if not np.isnan(pinned).all():
            lines.append(f"held = {_array(pinned)}  # pinned in this run, NaN where free")
            lines.append(f"{variable(name)} = np.where(np.isnan(held), {variable(name)}, held)")
    parts.append("\n".join(lines))
    checks = []
    for name in found.quantities:
        checks.append(f"print({variable(name)!r}, {variable(name)})")
        checks.append(f"assert np.allclose({variable(name)}, {_array(trace[name][step - 1])}, atol=1e-4)")
    parts.append("\n".join(checks))
    return "\n\n".join(parts) + "\n"


def variable(name: str, before: bool = False) -> str:
    """A quantity as a Python name: c~ is c_new, f' is f_share, one step back is c_before."""
    return name.replace("~", "_new").replace("'", "_share") + ("_before" if before else "")


def _givens(trace: Trace, phase: Phase, nodes: list[Node], step: int) -> list[str]:
    """What the phase starts from: the input, parameters, older values, and results of earlier phases."""
    given: dict[str, np.ndarray] = {}
    for node in nodes:
        if node.op == "input":
            given["x"] = trace.x[step - 1]
        elif node.op == "previous":
            given[variable(node.name, before=True)] = trace.previous(node.name)[step - 1]
        elif node.op == "quantity" and node.name not in phase.quantities:
            given[variable(node.name)] = trace[node.name][step - 1]
        elif node.op == "parameter" and node.name in trace.params:
            value = trace.params[node.name]
            mask = trace.spec.weights[node.name].mask
            given[node.name] = value * mask(len(value)) if mask else value
    return [f"{name} = {_array(value)}" for name, value in given.items()]


def _array(value: np.ndarray) -> str:
    return f"np.array({_rounded(value)})"


def _rounded(value: np.ndarray) -> str:
    """Nested lists of numbers with a fixed number of significant digits, one matrix row a line."""
    if value.ndim == 1:
        return "[" + ", ".join(_number(v) for v in value) + "]"
    return "[\n    " + ",\n    ".join(_rounded(row) for row in value) + ",\n]"


def _number(value: float) -> str:
    if np.isfinite(value):
        return f"{float(value):.{DIGITS}g}"
    return "np.nan" if np.isnan(value) else ("np.inf" if value > 0 else "-np.inf")


def _write(spec: CellSpec, trace: Trace, node: Node, outside: int) -> str:
    match node.op:
        case "input":
            return "x"
        case "previous":
            return variable(node.name, before=True)
        case "quantity":
            return variable(node.name)
        case "parameter":
            return node.name
        case "constant":
            return f"{node.number:g}"
        case "identity":
            return _write(spec, trace, node.args[0], outside)
        case "matmul":
            if node.args[1].name not in trace.params:  # a projection that equal sizes make unnecessary
                return _write(spec, trace, node.args[0], outside)
    op = OPS[node.op]
    if op.is_function:
        arguments = ", ".join(_write(spec, trace, a, 0) for a in node.args)
        return f"{NUMPY.get(node.op, node.op)}({arguments})"
    if node.op == "neg":
        text = f"-{_write(spec, trace, node.args[0], op.strength + 1)}"
    else:
        tighter = node.op in ("sub", "div")
        limits = [op.strength] + [op.strength + tighter] * (len(node.args) - 1)
        if node.op in ("mul", "div"):  # Python's @ binds no tighter than its *
            product = OPS["matmul"].strength + 1
            limits = [product if a.op == "matmul" else k for a, k in zip(node.args, limits, strict=True)]
        parts = [_write(spec, trace, a, limit) for a, limit in zip(node.args, limits, strict=True)]
        text = f" {SIGNS.get(node.op, '@')} ".join(parts)
    return f"({text})" if op.strength < outside else text
