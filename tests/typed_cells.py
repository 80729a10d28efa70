"""Random cells as a visitor might type them: valid by construction, of every shape that the language allows."""

from __future__ import annotations

import random

LETTERS = "abcdefghijklmnopqrsuvwyz"
SMOOTH = ("sigmoid", "tanh", "exp", "softmax", "log_sigmoid")
ROUGH = ("relu", "positive")
MOST_NODES = 320  # stays below the limit of the parser


class Writer:
    """Writes one random cell. `smooth` leaves out what has no derivative everywhere, or grows without end."""

    def __init__(self, seed: int, lines: int, smooth: bool = False) -> None:
        self.rng = random.Random(seed)
        self.count, self.smooth = lines, smooth
        self.functions = SMOOTH if smooth else (*SMOOTH, *ROUGH)
        self.names: list[str] = []
        self.above: list[str] = []
        self.nodes = self.matrices = 0
        self.shapes: dict[str, str] = {}

    def text(self) -> str:
        while len(self.names) < self.count:
            name = self.rng.choice(LETTERS) + self.rng.choice(("", "", "", "1", "2", "12", "~", "'", "1~"))
            if name not in self.names:
                self.names.append(name)
        found = []
        for place, name in enumerate(self.names):
            if place == 0 or self.rng.random() < 0.3:
                found.append(self.rng.choice(("", "# Part", "# 门", "# r * z <b>{token}</b>")))
            found.append(f"{name} = {self.line(place)}")
            self.above.append(name)
        return "\n".join(found)

    def line(self, place: int) -> str:
        kind = self.rng.random()
        if place == 0 or kind < 0.55:
            total = " + ".join(self.product() for _ in range(self.rng.randint(1, 3)))
            if place == 0 and not self.matrices:
                total += " + " + self.matrix("x", "D")  # a cell without any matrix is none
            function = self.rng.choice(("sigmoid", "sigmoid", "tanh", "tanh", *self.functions[:3]))
            return f"{'tanh' if function == 'exp' and self.smooth else function}({total})"
        if kind < 0.75 and len(self.above) > 1:
            gate, old, new = (self.quantity() for _ in range(3))
            share = f"sigmoid({gate})" if self.smooth else gate
            return f"{share} * {old} + (1 - {share}) * {new}"
        # a state that multiplies itself step after step leaves all numbers: fine for the engine, not for a difference
        return f"tanh({self.expression(3)})" if self.smooth else self.expression(self.rng.randint(1, 4))

    def expression(self, depth: int) -> str:
        self.nodes += 1
        if depth == 0 or self.nodes > MOST_NODES:
            return self.leaf()
        kind = self.rng.random()
        if kind < 0.25:
            return " + ".join(self.expression(depth - 1) for _ in range(self.rng.randint(2, 3)))
        if kind < 0.35:
            return f"{self.expression(depth - 1)} - ({self.expression(depth - 1)})"
        if kind < 0.55:
            return f"({self.expression(depth - 1)}) * ({self.expression(depth - 1)})"
        if kind < 0.6:
            below = self.expression(depth - 1)
            return f"({self.expression(depth - 1)}) / ({f'1.5 + sigmoid({below})' if self.smooth else below})"
        if kind < 0.66:
            return f"-({self.expression(depth - 1)})"
        if kind < 0.7 and not self.smooth:
            return f"max({self.expression(depth - 1)}, {self.expression(depth - 1)})"
        if kind < 0.85:
            function = self.rng.choice(self.functions)
            inside = self.expression(depth - 1)
            if function == "exp" and self.smooth:
                inside = f"tanh({inside})"
            return f"{function}({inside}{' + ' + self.quantity() if function == 'softmax' else ''})"
        return self.product()

    def product(self) -> str:
        """What a matrix is applied to, or a learned row."""
        self.nodes += 2
        kind = self.rng.random()
        if kind < 0.15 or self.matrices > 30:
            return self.rng.choice(("b_", "b_", "w_")) + self.rng.choice(self.names)[0]
        self.matrices += 1
        if kind < 0.5:
            return self.matrix("x", "D")
        if kind < 0.85:
            return self.matrix(self.quantity(), "H")
        return self.matrix(f"({self.quantity()} * {self.quantity()})", "H")

    def matrix(self, row: str, shape: str) -> str:
        name = f"W_{'x' if shape == 'D' else 'h'}{self.rng.choice(self.names)[0]}"
        assert self.shapes.setdefault(name, shape) == shape
        return f"{row} {name}"

    def quantity(self) -> str:
        name = self.rng.choice(self.names)
        if name in self.above:
            return name + self.rng.choice(("", "", "", "[t-1]", "_{t-1}", "_t", "[t]"))
        return name + self.rng.choice(("", "[t-1]"))

    def leaf(self) -> str:
        kind = self.rng.random()
        if kind < 0.2:
            return self.rng.choice(("1", "0", "0.5", "2", ".25", "1e-3") if self.smooth else ("1", "0", "3.5", "1e6"))
        return self.product() if kind < 0.5 else self.quantity()


def random_cell(seed: int, lines: int, smooth: bool = False) -> str:
    """The text of a valid cell with so many quantities, the same for the same seed."""
    return Writer(seed, lines, smooth).text()
