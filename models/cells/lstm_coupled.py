"""LSTM with one decision for forgetting and writing: what is not kept is written (CIFG).

Olah and the teaching documents learn f and take i = 1 − f; Greff et al. and ONNX learn i and take f = 1 − i.
Negated weights turn one into the other.
"""

from ..algebra import sigmoid, tanh
from ..spec import Choice, Step, cell
from .lstm import OUTPUT, affine, candidate, cell_state, hidden_state, output_gate


@cell("lstm_coupled", title="LSTM with coupled gates", year=2015, source="Greff et al. 2015; Olah 2015")
def lstm_coupled(k: Step, learn: Choice = ("f", "i"), peepholes: Choice = ("off", "on")) -> None:
    h, c = k.previous("h"), k.previous("c")
    k.phase(
        "forget",
        "Forget gate and its rest",
        "What should the memory drop? One gate looks at “{token}” and at the last hidden state and decides both: "
        "where it keeps, nothing is written; where it drops, the place is filled.",
    )
    seen = [k.peephole(learn, c)] if peepholes == "on" else []
    # biased towards remembering: a forget gate upwards, an input gate downwards
    learned = sigmoid(affine(k, learn, h, *seen, start=1 if learn == "f" else -1))
    forget = "forget gate", "how much of the old memory is kept"
    write = "input gate", "how much of the candidate is written: what the forget gate leaves free"
    if learn == "f":
        f = k.gate("f", learned, *forget)
        i = k.gate("i", 1 - f, *write)
    else:
        i = k.gate("i", learned, *write)
        f = k.gate("f", 1 - i, *forget)
    k.phase(
        "candidate",
        "Candidate",
        "What could be written? The candidate proposes a new content for every unit, between −1 and 1.",
    )
    new = candidate(k, tanh(affine(k, "c", h)))
    k.phase(
        "cell",
        "Cell update",
        "The memory moves from what it was towards the candidate: the share that is forgotten is exactly the "
        "share that is written.",
    )
    c = cell_state(k, f * c + i * new)
    k.phase(*OUTPUT)
    o = output_gate(k, affine(k, "o", h, *([k.peephole("o", c)] if peepholes == "on" else [])))
    hidden_state(k, o * tanh(c))
