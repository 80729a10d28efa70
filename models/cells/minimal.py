"""minGRU and minLSTM: the gates see the input alone, so that a whole sequence can be computed at once.

Form "positive" sends candidates through g, which is positive everywhere, as the authors do to compute in
logarithms; "plain" is the equation of their paper.
"""

from ..algebra import Node, activation, sigmoid
from ..spec import Choice, Step, cell
from .gru import TAKES, mix_taking

SOURCE = "Feng et al. 2024, Were RNNs All We Needed?"


def candidate(k: Step, form: str) -> Node:
    k.phase(
        "candidate",
        "Candidate",
        "What could the new state be? The candidate is made from “{token}” alone; the past has no say.",
    )
    function = "identity" if form == "plain" else form
    return k.candidate("h~", activation(function, k.x("h") + k.b("h")), "candidate", "what could replace the state")


@cell("mingru", title="minGRU", year=2024, source=SOURCE)
def mingru(k: Step, form: Choice = ("plain", "positive")) -> None:
    h = k.previous("h")
    k.phase(
        "gates",
        "Update gate",
        "The gate reads “{token}” alone and decides how the old and the new are mixed.",
    )
    z = k.gate("z", sigmoid(k.x("z") + k.b("z")), "update gate", TAKES)
    mix_taking(k, h, z, candidate(k, form))


@cell("minlstm", title="minLSTM", year=2024, source=SOURCE)
def minlstm(k: Step, form: Choice = ("plain", "positive")) -> None:
    h = k.previous("h")
    k.phase(
        "gates",
        "Forget and input gates",
        "Both gates read “{token}” alone. Then each is divided by their sum, so that the shares of old and new add "
        "up to 1.",
    )
    f = k.gate("f", sigmoid(k.x("f") + k.b("f", start=1)), "forget gate", "the claim of the old state")
    i = k.gate("i", sigmoid(k.x("i") + k.b("i")), "input gate", "the claim of the candidate")
    claims = f + i
    kept = k.gate("f'", f / claims, "forget share", "how much of the old state is kept", role="f")
    written = k.gate("i'", i / claims, "input share", "how much of the candidate is written", role="i")
    new = candidate(k, form)
    k.phase(
        "mix",
        "Mix old and new",
        "The new state lies between the old one and the candidate: the two shares say how near to each.",
    )
    k.state("h", kept * h + written * new, "hidden state", "old and new, mixed by the two shares")
