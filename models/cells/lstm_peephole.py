"""LSTM whose gates look through peepholes at the memory. The output gate looks at the new memory."""

from ..algebra import Node, tanh
from ..spec import Choice, Step, cell
from .lstm import (
    CELL,
    FORGET,
    INPUT,
    OUTPUT,
    affine,
    candidate,
    cell_state,
    forget_gate,
    hidden_state,
    input_gate,
    output_gate,
)

PEEPING_FORGET = (
    *FORGET[:2],
    "What should the memory drop? The gate looks at “{token}”, at the last hidden state and, through its "
    "peephole, at the memory itself. 0 throws a unit's memory away, 1 keeps it whole.",
)
PEEPING_INPUT = (
    *INPUT[:2],
    "What could be written? The candidate proposes a new content; the input gate, which also sees the old "
    "memory through its peephole, decides how much of it “{token}” may write.",
)
PEEPING_OUTPUT = (
    *OUTPUT[:2],
    "What is shown? The output gate waits for the memory to be updated and looks at the new one through its "
    "peephole. Then it decides how much of it leaves the cell.",
)


@cell("lstm_peephole", title="LSTM with peepholes", year=2000, source="Gers & Schmidhuber 2000")
def lstm_peephole(
    k: Step, p_f: Choice = ("on", "off"), p_i: Choice = ("on", "off"), p_o: Choice = ("on", "off")
) -> None:
    def peephole(gate: str, switch: str, memory: Node) -> list[Node]:
        return [k.peephole(gate, memory)] if switch == "on" else []

    h, c = k.previous("h"), k.previous("c")
    k.phase(*(PEEPING_FORGET if p_f == "on" else FORGET))
    f = forget_gate(k, affine(k, "f", h, *peephole("f", p_f, c), start=1))
    k.phase(*(PEEPING_INPUT if p_i == "on" else INPUT))
    i = input_gate(k, affine(k, "i", h, *peephole("i", p_i, c)))
    new = candidate(k, tanh(affine(k, "c", h)))
    k.phase(*CELL)
    c = cell_state(k, f * c + i * new)
    k.phase(*(PEEPING_OUTPUT if p_o == "on" else OUTPUT))
    o = output_gate(k, affine(k, "o", h, *peephole("o", p_o, c)))
    hidden_state(k, o * tanh(c))
