"""Long short-term memory with a forget gate."""

from ..algebra import sigmoid, tanh
from ..spec import Step, cell


@cell("lstm", title="LSTM", year=1997, source="Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000")
def lstm(k: Step) -> None:
    h, c = k.previous("h"), k.previous("c")

    k.phase(
        "forget",
        "Forget gate",
        "What should the memory drop? The gate looks at “{token}” and at the last hidden state. "
        "Each unit answers with a number: 0 throws its memory away, 1 keeps it whole.",
    )
    f = k.gate(
        "f",
        sigmoid(k.x("f") + k.h("f", h) + k.b("f", start=1)),  # biased towards remembering
        "forget gate",
        "how much of the old memory is kept",
    )

    k.phase(
        "input",
        "Input gate and candidate",
        "What could be written? The candidate proposes a new content for every unit, between −1 and 1; "
        "the input gate decides how much of it “{token}” may write.",
    )
    i = k.gate(
        "i",
        sigmoid(k.x("i") + k.h("i", h) + k.b("i")),
        "input gate",
        "how much of the candidate is written",
    )
    candidate = k.candidate(
        "c~",
        tanh(k.x("c") + k.h("c", h) + k.b("c")),
        "candidate",
        "what could be written into the memory",
    )

    k.phase(
        "cell",
        "Cell update",
        "The memory is kept and written: the forget gate scales what was there, the input gate scales the "
        "candidate, and the two are added.",
    )
    c = k.state("c", f * c + i * candidate, "cell state", "the long-term memory: what was kept plus what is new")

    k.phase(
        "output",
        "Output gate and hidden state",
        "What is shown? The memory is squashed by tanh and the output gate decides how much of it leaves the "
        "cell as the new hidden state.",
    )
    o = k.gate(
        "o",
        sigmoid(k.x("o") + k.h("o", h) + k.b("o")),
        "output gate",
        "how much of the memory is shown",
    )
    k.state("h", o * tanh(c), "hidden state", "what the cell shows to the next step and to the layers above")
