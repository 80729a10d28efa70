"""Three cells that a search over ten thousand architectures found, all relatives of the GRU.

Where the papers have a bare x_t among sums of units, ours is x_t itself if it is as wide as the state, else a
learned projection of it (W_xh of MUT1, W_xr of MUT2).
"""

from ..algebra import Node, sigmoid, tanh
from ..spec import Step, cell
from .gru import RESETS, TAKES, candidate_phase, mix_taking

SEARCH = "Jozefowicz et al. 2015, An Empirical Exploration of Recurrent Network Architectures"


def gates_phase(k: Step, note: str) -> None:
    k.phase("gates", "Reset and update gates", note)


def reset_gate(k: Step, a: Node) -> Node:
    return k.gate("r", sigmoid(a), "reset gate", RESETS)


def update_gate(k: Step, a: Node) -> Node:
    return k.gate("z", sigmoid(a), "update gate", TAKES)


def finish(k: Step, h: Node, r: Node, z: Node, reading: Node) -> None:
    candidate_phase(k)
    new = k.candidate("h~", tanh(k.h("h", r * h) + reading + k.b("h")), "candidate", "what could replace the state")
    mix_taking(k, h, z, new)


@cell("mut1", title="MUT1", year=2015, source=SEARCH)
def mut1(k: Step) -> None:
    h = k.previous("h")
    gates_phase(k, "The update gate reads “{token}” alone; the reset gate reads the last hidden state as well.")
    r = reset_gate(k, k.x("r") + k.h("r", h) + k.b("r"))
    z = update_gate(k, k.x("z") + k.b("z"))
    finish(k, h, r, z, tanh(k.x("h", only_if_sizes_differ=True)))


@cell("mut2", title="MUT2", year=2015, source=SEARCH)
def mut2(k: Step) -> None:
    h = k.previous("h")
    gates_phase(
        k,
        "Both gates read “{token}” and the last hidden state; the reset gate takes “{token}” as it is, where it is as "
        "wide as the state.",
    )
    r = reset_gate(k, k.x("r", only_if_sizes_differ=True) + k.h("r", h) + k.b("r"))
    z = update_gate(k, k.x("z") + k.h("z", h) + k.b("z"))
    finish(k, h, r, z, k.x("h"))


@cell("mut3", title="MUT3", year=2015, source=SEARCH)
def mut3(k: Step) -> None:
    h = k.previous("h")
    gates_phase(k, "Both gates read “{token}” and the last hidden state, which the update gate squashes once more.")
    r = reset_gate(k, k.x("r") + k.h("r", h) + k.b("r"))
    z = update_gate(k, k.x("z") + k.h("z", tanh(h)) + k.b("z"))
    finish(k, h, r, z, k.x("h"))
