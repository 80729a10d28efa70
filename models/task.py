"""What a network is trained on: sequences of words that a small grammar of our own writes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

UNKNOWN = "<unk>"


@dataclass(frozen=True)
class Sample:
    """One sequence and, for every step of it, the answer that the readout should give: 0 or 1."""

    tokens: tuple[str, ...]
    targets: tuple[float, ...]


@dataclass(frozen=True)
class Task:
    """A task: `draw` writes one sample, `vocabulary` lists every token it may use, UNKNOWN first.

    `low` and `high` name what the readout's probabilities 0 and 1 stand for; they, `title` and `note` are
    English source texts and catalogue keys. `examples` are texts to begin with, the first the default.
    """

    key: str
    title: str
    note: str
    vocabulary: tuple[str, ...]
    low: str
    high: str
    examples: tuple[str, ...]
    draw: Callable[[random.Random], Sample]

    def samples(self, seed: int) -> Iterator[Sample]:
        """Endless samples, the same for the same seed."""
        source = random.Random(seed)
        while True:
            yield self.draw(source)


def split(task: Task, training: int, held_out: int, seed: int) -> tuple[list[Sample], list[Sample]]:
    """Samples to train on and samples to judge by, all different. The latter do not depend on `training`."""
    distinct: dict[tuple[str, ...], Sample] = {}
    samples = task.samples(seed)
    while len(distinct) < training + held_out:
        sample = next(samples)
        distinct.setdefault(sample.tokens, sample)
    drawn = list(distinct.values())
    return drawn[held_out:], drawn[:held_out]
