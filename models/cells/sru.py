"""The simple recurrent unit, version 2: no matrix ever meets the past, so that all products wait for no one.

The skip always has its own projection W_xs; the authors leave it out where the input is as wide as the state.
"""

from ..algebra import activation, sigmoid
from ..spec import Choice, Step, cell


@cell("sru", title="SRU", year=2018, source="Lei et al. 2018, Simple Recurrent Units")
def sru(k: Step, output: Choice = ("identity", "tanh")) -> None:
    before = k.previous("c")
    k.phase(
        "project",
        "Candidate",
        "What could be written? The candidate is “{token}” alone, sent through a matrix: the past has no say, so "
        "that the candidates of all tokens can be computed at once.",
    )
    new = k.candidate("c~", k.x("c"), "candidate", "what could be written into the memory")
    k.phase(
        "cell",
        "Forget gate and cell",
        "The forget gate looks at “{token}” and, unit by unit, at the old memory. What it does not keep, the "
        "candidate fills.",
    )
    f = k.gate(
        "f",
        sigmoid(k.x("f") + k.peephole("f", before) + k.b("f")),
        "forget gate",
        "how much of the old memory is kept",
    )
    c = k.state("c", f * before + (1 - f) * new, "cell state", "the memory, the only thing that is carried on")
    k.phase(
        "output",
        "Reset gate and output",
        "What is shown? The reset gate mixes the memory with “{token}” itself, which takes a short way around the "
        "cell.",
    )
    # the reset gate looks at the memory before this step, as the forget gate does
    r = k.gate(
        "r",
        sigmoid(k.x("r") + k.peephole("r", before) + k.b("r")),
        "reset gate",
        "how much of the output is memory; the rest is the input itself",
    )
    k.value(
        "h",
        r * activation(output, c) + (1 - r) * k.x("s"),
        "hidden state",
        "what the cell shows to the layers above; the next step does not read it",
    )
