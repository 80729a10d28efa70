"""Long short-term memory with a forget gate, and the parts that its relatives share.

`mark` names a lower layer of a stack: with "1" the forget gate is called f1 and reads W_xf1.
"""

from ..algebra import Node, sigmoid, tanh
from ..spec import Phase, Step, cell

FORGET = (
    "forget",
    "Forget gate",
    "What should the memory drop? The gate looks at “{token}” and at the last hidden state. "
    "Each unit answers with a number: 0 throws its memory away, 1 keeps it whole.",
)
INPUT = (
    "input",
    "Input gate and candidate",
    "What could be written? The candidate proposes a new content for every unit, between −1 and 1; "
    "the input gate decides how much of it “{token}” may write.",
)
CELL = (
    "cell",
    "Cell update",
    "The memory is kept and written: the forget gate scales what was there, the input gate scales the "
    "candidate, and the two are added.",
)
OUTPUT = (
    "output",
    "Output gate and hidden state",
    "What is shown? The memory is squashed by tanh and the output gate decides how much of it leaves the "
    "cell as the new hidden state.",
)


def affine(k: Step, gate: str, h: Node, *more: Node, start: float = 0.0) -> Node:
    """x_t W_x + h W_h + … + b of one gate."""
    total = k.x(gate) + k.h(gate, h)
    for term in more:
        total = total + term
    return total + k.b(gate, start)


def layer(mark: str) -> str:
    return ", lower layer" if mark else ""


def forget_gate(k: Step, a: Node, mark: str = "") -> Node:
    label = "forget gate" + layer(mark)
    return k.gate(f"f{mark}", sigmoid(a), label, "how much of the old memory is kept", role="f")


def input_gate(k: Step, a: Node, mark: str = "") -> Node:
    label = "input gate" + layer(mark)
    return k.gate(f"i{mark}", sigmoid(a), label, "how much of the candidate is written", role="i")


def candidate(k: Step, value: Node, mark: str = "") -> Node:
    label = "candidate" + layer(mark)
    return k.candidate(f"c{mark}~", value, label, "what could be written into the memory")


def cell_state(k: Step, value: Node, mark: str = "") -> Node:
    label = "cell state" + layer(mark)
    return k.state(f"c{mark}", value, label, "the long-term memory: what was kept plus what is new", role="c")


def output_gate(k: Step, a: Node, mark: str = "") -> Node:
    label = "output gate" + layer(mark)
    return k.gate(f"o{mark}", sigmoid(a), label, "how much of the memory is shown", role="o")


def hidden_state(k: Step, value: Node, mark: str = "") -> Node:
    label = "hidden state" + layer(mark)
    note = "what the cell shows to the next step and to the layers above"
    return k.state(f"h{mark}", value, label, note, role="h")


def group(k: Step) -> None:
    """How other texts cut the step: six beats (interview notes), matrices first (d2l), three stages."""
    only_input = (
        "How much may be written? The input gate looks at “{token}” and at the last hidden state, and answers "
        "with a number between 0 and 1 for every unit."
    )
    proposal = "What could be written? The candidate proposes a new content for every unit, between −1 and 1."
    only_output = (
        "How much is shown? The output gate looks at “{token}” and at the last hidden state, and answers with a "
        "number between 0 and 1 for every unit."
    )
    shown = "The memory is squashed by tanh, and the output gate lets its share through as the new hidden state."
    k.grouping(
        "six",
        Phase(*FORGET, ("f",)),
        Phase("input", "Input gate", only_input, ("i",)),
        Phase("candidate", "Candidate", proposal, ("c~",)),
        Phase(*CELL, ("c",)),
        Phase("output", "Output gate", only_output, ("o",)),
        Phase("hidden", "Hidden state", shown, ("h",)),
    )
    k.grouping(
        "d2l",
        Phase(
            "gates",
            "Forget, input and output gate",
            "All three gates look at “{token}” and at the last hidden state, each with weights of its own, and "
            "answer with numbers between 0 and 1.",
            ("f", "i", "o"),
        ),
        Phase("candidate", "Candidate", proposal, ("c~",)),
        Phase(*CELL, ("c",)),
        Phase("hidden", "Hidden state", shown, ("h",)),
    )
    k.grouping(
        "three",
        Phase(*FORGET, ("f",)),
        Phase(
            "select",
            "Select what to remember",
            "What of “{token}” is worth keeping? The input gate selects from the candidate, and what it lets through "
            "is added to what was kept.",
            ("i", "c~", "c"),
        ),
        Phase(*OUTPUT, ("o", "h")),
    )


@cell("lstm", title="LSTM", year=1997, source="Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000")
def lstm(k: Step) -> None:
    h, c = k.previous("h"), k.previous("c")
    k.phase(*FORGET)
    f = forget_gate(k, affine(k, "f", h, start=1))  # biased towards remembering
    k.phase(*INPUT)
    i = input_gate(k, affine(k, "i", h))
    new = candidate(k, tanh(affine(k, "c", h)))
    k.phase(*CELL)
    c = cell_state(k, f * c + i * new)
    k.phase(*OUTPUT)
    o = output_gate(k, affine(k, "o", h))
    hidden_state(k, o * tanh(c))
    group(k)
