"""A typed text as a `CellSpec`: what is a gate, a candidate, a state, and which phase computes it."""

from __future__ import annotations

from itertools import pairwise

from ..algebra import Node
from ..spec import CellSpec, Step, trace_cell
from .kin import resemble
from .reader import Reader
from .words import Line, check_name, split

KEY = "own"
# English source texts and keys of the catalogues, as in the definition of any cell.
TITLE = "Your own cell"
LABELS = {"gate": "gate", "candidate": "candidate", "state": "state", "value": "intermediate value"}
NOTES = {
    "gate": "a number between 0 and 1 for every unit",
    "candidate": "what could be written",
    "state": "handed on to the next step",
    "value": "computed on the way",
}
PHASE_NOTE = "Computed as you wrote it, while the cell reads “{token}”."

MEMORIES = "hcnmy"  # letters of what a cell hands on, which is no gate even where it is squashed to 0…1
HUES = "ficohrzsnmdx"  # letters that have a colour of their own
SPARE = {"gate": "fiodzr", "state": "chdn", "value": "dsxn", "candidate": ("candidate",)}


def parse(text: str, like: CellSpec | None = None) -> CellSpec:
    """The cell that `text` defines; raises CellError and nothing else.

    What it shares with the cell `like` keeps its names, colours and explanations, and starts as it does there (a
    forget gate's bias at 1).
    """
    found = split(text)
    spec = trace_cell(KEY, TITLE, 0, "", lambda k: _define(k, found), {})
    if not any(name.startswith("W_") for name in spec.weights):
        raise found[0].name.error("typed.no_matrix")
    return resemble(spec, like, kept=(LABELS, NOTES)) if like else spec


def _define(k: Step, found: list[Line]) -> None:
    names = [line.name.text for line in found]
    for line in found:
        check_name(line.name)
    reader = Reader(k, names)
    past = {name for line in found for name in _read_before(line, names)}
    gates: set[str] = set()
    hues = {name: name[0] for name in names if name[0] in HUES}
    taken: set[Node] = set()
    for number, line in enumerate(found):
        name = line.name.text
        if line.title is not None:
            k.phase(f"phase{number + 1}", line.title or ", ".join(_together(found, number)), PHASE_NOTE)
        expr = reader.read(line)
        if expr in taken:  # two names for one product: each needs a value of its own
            expr = Node("identity", (expr,))
        taken.add(expr)
        kind = _kind(name, expr, name in past, gates)
        if kind == "gate":
            gates.add(name)
        declare = {"gate": k.gate, "candidate": k.candidate, "state": k.state, "value": k.value}[kind]
        reader.known[name] = declare(name, expr, LABELS[kind], NOTES[kind], _role(name, kind, hues))


def _together(found: list[Line], start: int) -> list[str]:
    """The names of the phase that begins with definition `start`."""
    end = next((k for k in range(start + 1, len(found)) if found[k].title is not None), len(found))
    return [line.name.text for line in found[start:end]]


def _read_before(line: Line, names: list[str]) -> set[str]:
    """The names whose value of the step before a definition reads."""
    later = set(names[names.index(line.name.text) :])
    marked = {word.text for word, index in pairwise(line.words) if index.is_past}
    return {word.text for word in line.words if word.kind == "name" and word.text in later} | marked


def _kind(name: str, expr: Node, is_state: bool, gates: set[str]) -> str:
    if name.endswith("~"):
        return "candidate"
    if _is_share(expr, gates) and not (is_state and name[0] in MEMORIES):
        return "gate"
    return "state" if is_state else "value"


def _is_share(expr: Node, gates: set[str]) -> bool:
    """Whether a value is squashed to 0…1, or is what another one leaves of 1."""
    if expr.op in ("sigmoid", "softmax"):
        return True
    if expr.op != "sub" or expr.args[0].op != "constant" or expr.args[0].number != 1.0:
        return False
    rest = expr.args[1]
    return (rest.op == "quantity" and rest.name in gates) or _is_share(rest, gates)


def _role(name: str, kind: str, hues: dict[str, str]) -> str:
    """A letter has its colour; one that has none gets one that this cell does not use yet."""
    if name.endswith("~"):
        return "candidate"
    if name not in hues:
        free = [role for role in SPARE[kind] if role not in hues.values()]
        hues[name] = (free or SPARE[kind])[0]
    return hues[name]
