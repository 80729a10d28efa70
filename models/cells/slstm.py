"""The sLSTM of the xLSTM: exponential gates, a normaliser, and a stabiliser that keeps them in range.

m is the larger of the two gates' logarithms; it cancels in c / n, so h does not depend on it. It starts at −∞,
where the past has no weight yet: the first step then takes its own input gate as the measure, as NX-AI's code does.
"""

import numpy as np

from ..algebra import exp, log_sigmoid, maximum, sigmoid, tanh
from ..spec import Choice, Step, cell
from .lstm import affine


@cell("slstm", title="sLSTM", year=2024, source="Beck et al. 2024, xLSTM")
def slstm(k: Step, forget: Choice = ("sigmoid", "exp"), heads: Choice = (1, 2, 4)) -> None:
    h, c, n, m = k.previous("h"), k.previous("c"), k.previous("n"), k.previous("m", start=-np.inf)

    def same_head(H: int) -> np.ndarray:
        head = np.repeat(np.arange(heads), [len(part) for part in np.array_split(np.arange(H), heads)])
        return head[:, None] == head

    for gate in "zifo":
        if heads > 1:
            k.parameter(f"W_h{gate}", ("H", "H"), mask=same_head)

    k.phase(
        "candidate",
        "Cell input",
        "What could be written? “{token}” and the last hidden state propose a content for every unit, between −1 "
        "and 1.",
    )
    z = k.candidate(
        "z", tanh(affine(k, "z", h)), "candidate", "what could be written into the memory", role="candidate"
    )
    k.phase(
        "gates",
        "Exponential gates",
        "How strongly does “{token}” count against all that came before? The input gate is an exponential and has no "
        "upper end, so both gates are measured against the larger of the two.",
    )
    a = affine(k, "f", h, start=1)
    kept = (log_sigmoid(a) if forget == "sigmoid" else a) + m
    written = affine(k, "i", h)
    m = k.state("m", maximum(kept, written), "stabiliser", "the logarithm that both gates are measured against")
    f = k.gate("f'", exp(kept - m), "forget gate", "how much of the old memory is kept", role="f")
    i = k.gate("i'", exp(written - m), "input gate", "how much of the candidate is written", role="i")
    k.phase(
        "cell",
        "Cell and normaliser",
        "The memory sums the contents, the normaliser sums the weights that they were written with.",
    )
    n = k.state("n", f * n + i, "normaliser", "the sum of all weights in the memory")
    c = k.state("c", f * c + i * z, "cell state", "the weighted sum of all that was written")
    k.phase(
        "output",
        "Output gate and hidden state",
        "What is shown? Memory divided by normaliser is a weighted mean of all contents; the output gate decides how "
        "much of it leaves the cell.",
    )
    o = k.gate("o", sigmoid(affine(k, "o", h)), "output gate", "how much of the memory is shown")
    k.state("h", o * (c / n), "hidden state", "what the cell shows to the next step and to the layers above")
