"""The ablations of “LSTM: A Search Space Odyssey”: the peephole LSTM with one part taken out.

The ninth variant there gives every gate the gates of the step before. Two more have files of their own: no
peepholes is the LSTM, coupled gates are `lstm_coupled` with peepholes.
"""

from ..algebra import Node, tanh
from ..spec import Step, cell
from .lstm import CELL, OUTPUT, affine, candidate, cell_state, forget_gate, hidden_state, input_gate, output_gate
from .lstm_peephole import PEEPING_FORGET, PEEPING_INPUT, PEEPING_OUTPUT

ODYSSEY = "Greff et al. 2015, LSTM: A Search Space Odyssey"


def forget(k: Step, h: Node, c: Node) -> Node:
    k.phase(*PEEPING_FORGET)
    return forget_gate(k, affine(k, "f", h, k.peephole("f", c), start=1))


def write(k: Step, h: Node, c: Node) -> Node:
    k.phase(*PEEPING_INPUT)
    return input_gate(k, affine(k, "i", h, k.peephole("i", c))) * candidate(k, tanh(affine(k, "c", h)))


def show(k: Step, h: Node, c: Node) -> Node:
    k.phase(*PEEPING_OUTPUT)
    return output_gate(k, affine(k, "o", h, k.peephole("o", c)))


@cell("lstm_no_input_gate", title="LSTM without input gate (NIG)", year=2015, source=ODYSSEY)
def no_input_gate(k: Step) -> None:
    h, c = k.previous("h"), k.previous("c")
    f = forget(k, h, c)
    k.phase(
        "input",
        "Candidate",
        "What is written? There is no input gate: the candidate that “{token}” proposes is written whole.",
    )
    new = candidate(k, tanh(affine(k, "c", h)))
    k.phase("cell", "Cell update", "The forget gate scales what was there, and the whole candidate is added.")
    c = cell_state(k, f * c + new)
    hidden_state(k, show(k, h, c) * tanh(c))


@cell("lstm_no_forget_gate", title="LSTM without forget gate (NFG)", year=2015, source=ODYSSEY)
def no_forget_gate(k: Step) -> None:
    h, c = k.previous("h"), k.previous("c")
    written = write(k, h, c)
    k.phase(
        "cell",
        "Cell update",
        "Nothing is dropped: what the input gate lets through is added to all that was there. So was the LSTM of 1997.",
    )
    c = cell_state(k, c + written)
    hidden_state(k, show(k, h, c) * tanh(c))


@cell("lstm_no_output_gate", title="LSTM without output gate (NOG)", year=2015, source=ODYSSEY)
def no_output_gate(k: Step) -> None:
    h, c = k.previous("h"), k.previous("c")
    f, written = forget(k, h, c), write(k, h, c)
    k.phase(*CELL)
    c = cell_state(k, f * c + written)
    k.phase("output", "Hidden state", "What is shown? There is no output gate: the whole memory, squashed by tanh.")
    hidden_state(k, tanh(c))


@cell("lstm_no_input_activation", title="LSTM without input activation (NIAF)", year=2015, source=ODYSSEY)
def no_input_activation(k: Step) -> None:
    h, c = k.previous("h"), k.previous("c")
    f = forget(k, h, c)
    k.phase(
        "input",
        "Input gate and candidate",
        "What could be written? The candidate is not squashed and may be of any size; the input gate decides how "
        "much of it “{token}” may write.",
    )
    i = input_gate(k, affine(k, "i", h, k.peephole("i", c)))
    new = candidate(k, affine(k, "c", h))
    k.phase(*CELL)
    c = cell_state(k, f * c + i * new)
    hidden_state(k, show(k, h, c) * tanh(c))


@cell("lstm_no_output_activation", title="LSTM without output activation (NOAF)", year=2015, source=ODYSSEY)
def no_output_activation(k: Step) -> None:
    h, c = k.previous("h"), k.previous("c")
    f, written = forget(k, h, c), write(k, h, c)
    k.phase(*CELL)
    c = cell_state(k, f * c + written)
    k.phase(
        "output",
        "Output gate and hidden state",
        "What is shown? The output gate decides how much of the memory leaves the cell; the memory is not squashed "
        "on its way out.",
    )
    o = output_gate(k, affine(k, "o", h, k.peephole("o", c)))
    hidden_state(k, o * c)


@cell("lstm_full_gate_recurrence", title="LSTM with full gate recurrence (FGR)", year=2015, source=ODYSSEY)
def full_gate_recurrence(k: Step) -> None:
    h, c = k.previous("h"), k.previous("c")
    before = {gate: k.previous(gate) for gate in "ifo"}

    def gates(gate: str) -> list[Node]:
        """i W_i<gate> + f W_f<gate> + o W_o<gate>, of the step before."""
        return [k.product(source, f"{letter}{gate}", ("H", "H")) for letter, source in before.items()]

    k.phase(
        "forget",
        "Forget gate",
        "What should the memory drop? The gate looks at “{token}”, at the last hidden state, at the memory, and "
        "at what all three gates were one step before.",
    )
    f = forget_gate(k, affine(k, "f", h, *gates("f"), k.peephole("f", c), start=1))
    k.phase(
        "input",
        "Input gate and candidate",
        "What could be written? The candidate proposes a new content; the input gate, which also sees the memory "
        "and the gates of the step before, decides how much of it “{token}” may write.",
    )
    i = input_gate(k, affine(k, "i", h, *gates("i"), k.peephole("i", c)))
    new = candidate(k, tanh(affine(k, "c", h)))
    k.phase(*CELL)
    c = cell_state(k, f * c + i * new)
    k.phase(*OUTPUT)
    o = output_gate(k, affine(k, "o", h, *gates("o"), k.peephole("o", c)))
    hidden_state(k, o * tanh(c))
