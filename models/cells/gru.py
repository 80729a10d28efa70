"""The gated recurrent unit in its conventions.

z keeps the old state (Cho 2014) or takes the new one (Chung 2014); the reset gate acts on h before the
matrix product (both papers) or on the product (cuDNN, PyTorch, Keras). Negating the update gate's weights
turns "keeps" into "takes"; the two places of the reset are different functions. No framework takes the new and
resets after the product; that cell completes the four.
"""

from ..algebra import Node, sigmoid, tanh
from ..spec import Phase, Step, cell

KEEPS = "how much of the past stays"
TAKES = "how much of the candidate is taken"
RESETS = "how much of the past the candidate sees"


def reset_and_update(k: Step, h: Node, update_note: str) -> tuple[Node, Node]:
    k.phase(
        "gates",
        "Reset and update gates",
        "Both gates read “{token}” and the last hidden state. The reset gate decides how much of the past the "
        "candidate may see, the update gate how the old and the new are mixed.",
    )
    r = k.gate(
        "r",
        sigmoid(k.x("r") + k.h("r", h) + k.b("r")),
        "reset gate",
        RESETS,
    )
    z = k.gate("z", sigmoid(k.x("z") + k.h("z", h) + k.b("z")), "update gate", update_note)
    return r, z


def candidate_phase(k: Step) -> None:
    k.phase(
        "candidate",
        "Candidate",
        "What could the new state be? The candidate is made from “{token}” and from the part of the past that "
        "the reset gate lets through.",
    )


def candidate_reset_before(k: Step, h: Node, r: Node) -> Node:
    candidate_phase(k)
    return k.candidate(
        "h~",
        tanh(k.x("h") + k.h("h", r * h) + k.b("h")),
        "candidate",
        "what could replace the state",
    )


def candidate_reset_after(k: Step, h: Node, r: Node) -> Node:
    candidate_phase(k)
    # The recurrent bias b_hh stands inside the reset product, so it cannot be merged with b_h.
    return k.candidate(
        "h~",
        tanh(k.x("h") + k.b("h") + r * (k.h("h", h) + k.b("hh"))),
        "candidate",
        "what could replace the state",
    )


def mix_keeping(k: Step, h: Node, z: Node, candidate: Node) -> None:
    k.phase(
        "mix",
        "Mix old and new",
        "The new state lies between the old one and the candidate: where z is 1 the old value stays, where z "
        "is 0 the candidate takes its place.",
    )
    k.state("h", z * h + (1 - z) * candidate, "hidden state", "old and new, mixed by the update gate")


def mix_taking(k: Step, h: Node, z: Node, candidate: Node) -> None:
    k.phase(
        "mix",
        "Mix old and new",
        "The new state lies between the old one and the candidate: where z is 1 the candidate takes the place "
        "of the old value, where z is 0 the old value stays.",
    )
    k.state("h", (1 - z) * h + z * candidate, "hidden state", "old and new, mixed by the update gate")


def group(k: Step) -> None:
    """The interview notes compute the update gate only when it is needed."""
    k.grouping(
        "four",
        Phase(
            "reset",
            "Reset gate",
            "How much of the past may the candidate see? The reset gate reads “{token}” and the last hidden state.",
            ("r",),
        ),
        Phase(
            "candidate",
            "Candidate",
            "What could the new state be? The candidate is made from “{token}” and from the part of the past that "
            "the reset gate lets through.",
            ("h~",),
        ),
        Phase(
            "update",
            "Update gate",
            "How are the old and the new mixed? The update gate reads “{token}” and the last hidden state.",
            ("z",),
        ),
        Phase(
            "mix",
            "New state",
            "The new state lies between the old one and the candidate, where the update gate says.",
            ("h",),
        ),
    )


@cell("gru", title="GRU", year=2014, source="Cho et al. 2014; Zhang et al., Dive into Deep Learning")
def gru(k: Step) -> None:
    h = k.previous("h")
    r, z = reset_and_update(k, h, KEEPS)
    mix_keeping(k, h, z, candidate_reset_before(k, h, r))
    group(k)


@cell("gru_after", title="GRU, reset after the product", year=2014, source="cuDNN; PyTorch; Keras")
def gru_after(k: Step) -> None:
    h = k.previous("h")
    r, z = reset_and_update(k, h, KEEPS)
    mix_keeping(k, h, z, candidate_reset_after(k, h, r))
    group(k)


@cell("gru_takes_new", title="GRU, z takes the new", year=2014, source="Chung et al. 2014; Olah 2015")
def gru_takes_new(k: Step) -> None:
    h = k.previous("h")
    r, z = reset_and_update(k, h, TAKES)
    mix_taking(k, h, z, candidate_reset_before(k, h, r))
    group(k)


@cell(
    "gru_takes_new_after",
    title="GRU, z takes the new, reset after the product",
    year=2014,
    source="Chung et al. 2014; reset as in cuDNN",
)
def gru_takes_new_after(k: Step) -> None:
    h = k.previous("h")
    r, z = reset_and_update(k, h, TAKES)
    mix_taking(k, h, z, candidate_reset_after(k, h, r))
    group(k)
