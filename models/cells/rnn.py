"""The plain recurrent network, alone and with an output layer."""

from ..algebra import Node, activation
from ..spec import Choice, Step, cell


def hidden_state(k: Step, function: str) -> Node:
    h = k.previous("h")
    k.phase(
        "hidden",
        "Hidden state",
        "The cell adds what “{token}” says to what it remembers and squashes the sum: that is all it has.",
    )
    return k.state(
        "h",
        activation(function, k.x("h") + k.h("h", h) + k.b("h")),
        "hidden state",
        "everything the cell remembers, rewritten at every step",
    )


@cell("rnn", title="RNN", year=1990, source="Elman 1990, Finding Structure in Time")
def rnn(k: Step, hidden: Choice = ("tanh", "relu", "identity", "softmax")) -> None:
    hidden_state(k, hidden)


@cell("rnn_output", title="RNN with output layer", year=1990, source="Elman 1990, Finding Structure in Time")
def rnn_output(
    k: Step,
    hidden: Choice = ("tanh", "relu", "identity", "softmax"),
    output: Choice = ("softmax", "identity", "sigmoid", "tanh", "relu"),
) -> None:
    h = hidden_state(k, hidden)
    k.phase(
        "output",
        "Output",
        "What does the network answer after “{token}”? The output layer reads the hidden state through weights of its "
        "own; the next step does not see the answer.",
    )
    a = k.product(h, "hq", ("H", "Q")) + k.parameter("b_q", ("Q",))
    k.value("y", activation(output, a), "output", "what the network answers at this step", role="o")
