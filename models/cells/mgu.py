"""The minimal gated unit: one gate resets and updates.

The paper's f takes the new where it is 1, as an update gate that takes; Flax's MGUCell keeps the old instead.
"""

from ..algebra import sigmoid, tanh
from ..spec import Step, cell


@cell("mgu", title="MGU", year=2016, source="Zhou et al. 2016, Minimal Gated Unit")
def mgu(k: Step) -> None:
    h = k.previous("h")
    k.phase(
        "gate",
        "Forget gate",
        "The only gate reads “{token}” and the last hidden state. It decides how much of the past the candidate "
        "may see, and also how much of the candidate is taken.",
    )
    f = k.gate(
        "f",
        sigmoid(k.x("f") + k.h("f", h) + k.b("f")),
        "forget gate",
        "how much of the past the candidate sees, and how much of the candidate is taken",
    )
    k.phase(
        "candidate",
        "Candidate",
        "What could the new state be? The candidate is made from “{token}” and from the part of the past that "
        "the gate lets through.",
    )
    new = k.candidate("h~", tanh(k.x("h") + k.h("h", f * h) + k.b("h")), "candidate", "what could replace the state")
    k.phase(
        "mix",
        "Mix old and new",
        "The new state lies between the old one and the candidate. The gate is called forget gate, yet where it is 1 "
        "the old value is replaced, and where it is 0 the old value stays.",
    )
    k.state("h", (1 - f) * h + f * new, "hidden state", "old and new, mixed by the only gate")
