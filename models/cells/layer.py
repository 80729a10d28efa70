"""A single layer, f(xW + b): no memory, every token on its own."""

from ..algebra import activation
from ..spec import Choice, Step, cell


@cell("layer", title="Single layer", year=1958, source="Rosenblatt 1958, The Perceptron")
def layer(k: Step, function: Choice = ("sigmoid", "tanh", "relu", "softmax", "identity")) -> None:
    k.phase(
        "output",
        "Output",
        "The layer weighs what it reads of “{token}”, adds a bias and sends the sum through its function. It "
        "remembers nothing: the same token always gives the same answer.",
    )
    k.value(
        "y",
        activation(function, k.x("y") + k.b("y")),
        "output",
        "what the layer says about this token alone",
        role="o",
    )
