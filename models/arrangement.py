"""How copies of a cell are put together, and which of them is looked at.

Layers stand on each other; in a layer of two directions a second cell reads the same from its end. `stack.py` runs
them all; every picture is of one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

# cells that may have more than one layer or direction
STACKABLE = ("rnn", "lstm", "gru", "gru_after", "gru_takes_new", "gru_takes_new_after")
LAYERS = (1, 2)
FORWARD, BACKWARD = DIRECTIONS = ("forward", "backward")


@dataclass(frozen=True, order=True)
class Place:
    """One cell of an arrangement: its layer, from 1, and the direction that it reads in."""

    layer: int = 1
    direction: str = FORWARD

    @property
    def at(self) -> tuple[int, int]:
        """Where `stack.py` keeps it: [layer][direction]."""
        return self.layer - 1, DIRECTIONS.index(self.direction)

    @property
    def reads_backward(self) -> bool:
        return self.direction == BACKWARD


FIRST = Place()


@dataclass(frozen=True)
class Arrangement:
    """`layers` layers of one direction or of `both`; `shown` is the one that is looked at."""

    layers: int = 1
    both: bool = False
    shown: Place = FIRST

    @property
    def is_single(self) -> bool:
        return self.layers == 1 and not self.both

    @property
    def directions(self) -> int:
        return 2 if self.both else 1

    def places(self) -> Iterator[Place]:
        for layer in range(1, self.layers + 1):
            for direction in DIRECTIONS[: self.directions]:
                yield Place(layer, direction)

    def inputs(self, place: Place, D: int, H: int) -> int:
        """How many numbers it reads at each step: a token's vector, or what the layer below shows."""
        return D if place.layer == 1 else self.directions * H


SINGLE = Arrangement()
