"""Forward and backward of our LSTM, every gate kept, against a hand-fused NumPy LSTM and against PyTorch.

All compute the same numbers, which is checked before anything is timed; float64, one thread each, D = H.
"""

from __future__ import annotations

from statistics import median

import numpy as np

from benches import fused
from benches.rounds import ROUNDS, Prepare, measure, ratio, ready
from benches.table import Row, show
from models import CELLS, backward, forward, init

try:
    from benches import torch_peer
except ModuleNotFoundError as missing:
    if missing.name != "torch":
        raise
    torch_peer = None

SIZES = ((32, 16), (128, 32), (256, 64))
BATCH = (32, 32, 32)  # T, B, H
GATES = ("f", "i", "o", "c")
FORWARD_LIMIT = 1.3
HAND, EAGER, MODULE = "hand-fused NumPy", "eager PyTorch, gates kept", "torch.nn.LSTM, no gates"
OURS = "ours"


class Case:
    """One input and one set of weights, in our names and in the fused block of the peers."""

    def __init__(self, steps: int, size: int, batch: int | None = None) -> None:
        rng = np.random.default_rng(0)
        shape = (steps, size) if batch is None else (steps, batch, size)
        self.x, self.dh = rng.normal(size=shape), rng.normal(size=shape)
        self.spec = CELLS["lstm"]
        self.params = init(self.spec, size, size, seed=0)
        self.wx, self.wh = (np.hstack([self.params[f"W_{s}{g}"] for g in GATES]) for s in "xh")
        self.b = np.concatenate([self.params[f"b_{g}"] for g in GATES])
        self.trace = forward(self.spec, self.params, self.x)
        self.kept = fused.forward(self.x, self.wx, self.wh, self.b)
        self.peers = {}
        if torch_peer is not None:
            given = (self.x, self.wx, self.wh, self.b, self.dh)
            self.peers = {EAGER: torch_peer.Eager(*given), MODULE: torch_peer.Module(*given)}
        self.check()

    def check(self) -> None:
        """All contenders agree, in both directions."""
        close = dict(rtol=0, atol=1e-10)
        np.testing.assert_allclose(self.trace["h"], self.kept.h, **close)
        grads = backward(self.trace, {"h": self.dh})
        theirs = fused.backward(self.x, self.wx, self.wh, self.kept, self.dh)
        np.testing.assert_allclose(grads.x, theirs["x"], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(
            np.hstack([grads.params[f"W_h{g}"] for g in GATES]), theirs["wh"], rtol=1e-9, atol=1e-9
        )
        if self.peers:
            np.testing.assert_allclose(self.peers[EAGER].forward()["h"].numpy(), self.kept.h, **close)
            np.testing.assert_allclose(self.peers[MODULE].forward().numpy(), self.kept.h, **close)

    def forwards(self) -> dict[str, Prepare]:
        calls: dict[str, Prepare] = {
            OURS: ready(lambda: forward(self.spec, self.params, self.x)),
            HAND: ready(lambda: fused.forward(self.x, self.wx, self.wh, self.b)),
        }
        return calls | {name: ready(peer.forward) for name, peer in self.peers.items()}

    def backwards(self) -> dict[str, Prepare]:
        calls: dict[str, Prepare] = {
            OURS: ready(lambda: backward(self.trace, {"h": self.dh})),
            HAND: ready(lambda: fused.backward(self.x, self.wx, self.wh, self.kept, self.dh)),
        }
        return calls | {name: peer.prepare_backward for name, peer in self.peers.items()}

    def trainings(self) -> dict[str, Prepare]:
        """A forward and a backward pass."""

        def hand() -> None:
            kept = fused.forward(self.x, self.wx, self.wh, self.b)
            fused.backward(self.x, self.wx, self.wh, kept, self.dh)

        calls: dict[str, Prepare] = {
            OURS: ready(lambda: backward(forward(self.spec, self.params, self.x), {"h": self.dh})),
            HAND: ready(hand),
        }
        return calls | {name: ready(peer.train) for name, peer in self.peers.items()}


def rows(what: str, contenders: dict[str, Prepare], limits: dict[str, float]) -> list[Row]:
    """One row per peer; milliseconds."""
    times = measure(contenders)
    mine = times.pop(OURS)
    return [
        Row(
            what,
            1e3 * median(mine),
            "ms",
            peer,
            1e3 * median(theirs),
            ratio(mine, theirs),
            limits.get(peer),
        )
        for peer, theirs in times.items()
    ]


def main() -> None:
    found: list[Row] = []
    for steps, size in SIZES:
        case = Case(steps, size)
        limits = {HAND: FORWARD_LIMIT} | ({EAGER: 1.0} if (steps, size) == SIZES[0] else {})
        found += rows(f"forward T={steps} H={size}", case.forwards(), limits)
        found += rows(f"backward T={steps} H={size}", case.backwards(), {})
    steps, batch, size = BATCH
    found += rows(f"training batch T={steps} B={batch} H={size}", Case(steps, size, batch).trainings(), {})
    version = "PyTorch not available" if torch_peer is None else f"PyTorch {torch_peer.VERSION}"
    notes = [f"NumPy {np.__version__}, {version}; float64, one thread; medians of {ROUNDS} interleaved rounds."]
    show("engine", "Engine", found, notes)


if __name__ == "__main__":
    main()
