"""The clockwork RNN: groups of units that tick at different speeds.

Row vectors: the mask on W_hh lets units read from their own group and from slower ones. The first token is
step 1, so that a unit with period 8 first ticks at the eighth token; with 0 every unit ticks at the first.
"""

import numpy as np

from ..algebra import tanh
from ..spec import Choice, Step, cell


@cell("clockwork", title="Clockwork RNN", year=2014, source="Koutník et al. 2014, A Clockwork RNN")
def clockwork(k: Step, periods: Choice = ("1 2 4 8", "1 2", "1 3 9", "1"), first: Choice = (1, 0)) -> None:
    speeds = np.array([int(period) for period in periods.split()])

    def of_units(H: int) -> np.ndarray:
        """(H,): the period of each unit. Groups are equal; units that are left over go to the fastest."""
        return np.repeat(speeds, [len(group) for group in np.array_split(np.arange(H), len(speeds))])

    def ticks(T: int, H: int) -> np.ndarray:
        steps = np.arange(first, first + T)
        return (steps[:, None] % of_units(H) == 0).astype(float)

    def from_slower(H: int) -> np.ndarray:
        return of_units(H)[:, None] >= of_units(H)

    h = k.previous("h")
    k.phase(
        "clock",
        "Who ticks?",
        "Time alone decides which units work at this step: a unit with period 4 wakes at every fourth token and "
        "sleeps in between.",
    )
    s = k.clock("s", ticks, "clock", "1 where the unit ticks at this step, 0 where it sleeps")
    k.phase(
        "candidate",
        "Proposal",
        "What could the new state be? “{token}” and the last state are added and squashed. Units hear from their own "
        "group and from slower ones only.",
    )
    new = k.candidate(
        "h~",
        tanh(k.x("h") + k.h("h", h, mask=from_slower) + k.b("h")),
        "candidate",
        "what a ticking unit takes over",
    )
    k.phase(
        "mix",
        "Overwrite or sleep",
        "Ticking units take the proposal; sleeping units keep their old value untouched.",
    )
    k.state("h", s * new + (1 - s) * h, "hidden state", "new where the unit ticks, old where it sleeps")
