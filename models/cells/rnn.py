"""The plain recurrent network."""

from ..algebra import activation
from ..spec import Step, cell


@cell("rnn", title="RNN", year=1990, source="Elman 1990, Finding Structure in Time")
def rnn(k: Step, hidden=("tanh", "relu", "identity", "softmax")):  # type: ignore[no-untyped-def]
    h = k.previous("h")
    k.phase(
        "hidden",
        "Hidden state",
        "The cell adds what “{token}” says to what it remembers and squashes the sum: that is all it has.",
    )
    k.state(
        "h",
        activation(hidden, k.x("h") + k.h("h", h) + k.b("h")),
        "hidden state",
        "everything the cell remembers, rewritten at every step",
    )
