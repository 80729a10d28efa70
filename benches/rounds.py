"""Time contenders fairly: in interleaved rounds, so that a slow spell of the machine hits all of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from statistics import median

Prepare = Callable[[], Callable[[], object]]  # makes, untimed, the call that is timed


def ready(call: Callable[[], object]) -> Prepare:
    """A contender that needs no preparation."""
    return lambda: call


ROUNDS = 41
SECONDS = 0.01  # for each contender in each round


def measure(contenders: dict[str, Prepare]) -> dict[str, list[float]]:
    """Seconds a call, per contender and round."""
    counts = {}
    for name, prepare in contenders.items():
        prepare()()
        call = prepare()
        begin = time.perf_counter()
        call()
        counts[name] = max(1, int(SECONDS / (time.perf_counter() - begin)))
    times: dict[str, list[float]] = {name: [] for name in contenders}
    gc.collect()
    gc.disable()
    try:
        for _ in range(ROUNDS):
            for name, prepare in contenders.items():
                calls = [prepare() for _ in range(counts[name])]
                begin = time.perf_counter()
                for call in calls:
                    call()
                times[name].append((time.perf_counter() - begin) / counts[name])
    finally:
        gc.enable()
    return times


def ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of the rounds' ratios."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))
