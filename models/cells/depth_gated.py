"""Two layers of LSTM whose memories are linked: a depth gate lets the lower cell into the upper one.

Quantities of the lower layer carry the layer's number (f1, c1, h1); those of the upper layer, which is what the
stack shows, have the plain letters of an LSTM.
"""

from ..algebra import Node, sigmoid, tanh
from ..spec import Step, cell
from .lstm import affine, candidate, cell_state, forget_gate, hidden_state, input_gate, output_gate
from .lstm_peephole import PEEPING_OUTPUT


def lower_layer(k: Step) -> tuple[Node, Node]:
    """c and h of a peephole LSTM that reads x."""
    h, c = k.previous("h1"), k.previous("c1")
    f = forget_gate(k, affine(k, "f1", h, k.peephole("f1", c), start=1), "1")
    i = input_gate(k, affine(k, "i1", h, k.peephole("i1", c)), "1")
    new = candidate(k, tanh(affine(k, "c1", h)), "1")
    c = cell_state(k, f * c + i * new, "1")
    o = output_gate(k, affine(k, "o1", h, k.peephole("o1", c)), "1")
    return c, hidden_state(k, o * tanh(c), "1")


@cell("depth_gated", title="Depth-gated LSTM, two layers", year=2015, source="Yao et al. 2015, Depth-Gated LSTM")
def depth_gated(k: Step) -> None:
    k.stack("1", "")
    k.phase(
        "lower",
        "Lower layer",
        "The lower layer is an LSTM of its own: it reads “{token}”, updates its memory and hands its hidden state up.",
    )
    below, x = lower_layer(k)
    h, c = k.previous("h"), k.previous("c")

    def reading(gate: str, *more: Node, start: float = 0.0) -> Node:
        """The input of the upper layer is the hidden state of the lower one, at the same step."""
        total = k.product(x, f"x{gate}", ("H", "H"))
        for term in more:
            total = total + term
        return total + k.b(gate, start)

    k.phase(
        "forget",
        "Forget gate",
        "What should the upper memory drop? Its forget gate reads what the lower layer shows, the last hidden state "
        "of its own layer, and its memory.",
    )
    f = forget_gate(k, reading("f", k.h("f", h), k.peephole("f", c), start=1))
    k.phase(
        "input",
        "Input gate and candidate",
        "What could be written into the upper memory? The candidate proposes, and the input gate decides how much "
        "of it is written.",
    )
    i = input_gate(k, reading("i", k.h("i", h), k.peephole("i", c)))
    new = candidate(k, tanh(reading("c", k.h("c", h))))
    k.phase(
        "depth",
        "Depth gate",
        "How much of the lower memory may flow straight into the upper one? The depth gate looks at what the lower "
        "layer shows, at the old upper memory and at the new lower memory.",
    )
    d = k.gate(
        "d",
        sigmoid(reading("d", k.peephole("d", c), k.peephole("d", below, letter="l"))),
        "depth gate",
        "how much of the lower memory flows into the upper one",
    )
    k.phase(
        "cell",
        "Cell update",
        "Three streams meet in the upper memory: what was kept, what is written, and what comes up from the memory "
        "below.",
    )
    c = cell_state(k, f * c + i * new + d * below)
    k.phase(*PEEPING_OUTPUT)
    o = output_gate(k, reading("o", k.h("o", h), k.peephole("o", c)))
    hidden_state(k, o * tanh(c))
