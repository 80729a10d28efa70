"""The words of one line as an expression: recursive descent, every node checked as it is made.

    sum     = product { (+ | -) product }
    product = [-] factor { (* | /) factor }
    factor  = [-] value { [@] W_… }
    value   = number | b_… | w_… | name [index] | function ( sum { , sum } ) | ( sum )

Every value is a row of H numbers; but x has D, and a number is one, until an operation spreads it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from ..algebra import Node
from ..spec import Step
from .words import FUNCTIONS, CellError, Line, Word

MOST_NODES, MOST_DEPTH, MOST_MATRICES = 400, 40, 40
LARGEST = 1e6  # a larger number does no more than make the picture overflow


class Reader:
    """Reads line after line; `known` holds the quantities that are defined so far."""

    def __init__(self, k: Step, names: Collection[str]) -> None:
        self.k, self.names = k, names
        self.known: dict[str, Node] = {}
        self.starts: dict[str, float] = {}  # of learned rows, and of states before the first step
        self._nodes = self._matrices = 0
        self._heights: dict[Node, int] = {}
        self._shapes: dict[str, tuple[str, str]] = {}
        self._single: set[Node] = set()  # made of numbers alone

    def read(self, line: Line) -> Node:
        self._words, self._at, self._depth = line.words, 0, 0
        node = self._row(self._sum(), line.words[0])
        if self._at < len(self._words):
            raise self._left_over(self._words[self._at])
        return node

    # words --------------------------------------------------------------------------------------------
    def _peek(self) -> str:
        return self._words[self._at].text if self._at < len(self._words) else ""

    def _next(self) -> Word:
        if self._at >= len(self._words):
            raise self._words[-1].error("typed.end")
        self._at += 1
        return self._words[self._at - 1]

    def _here(self) -> Word:
        """The word to come; at the end of the line, the last."""
        return self._words[min(self._at, len(self._words) - 1)]

    def _left_over(self, word: Word) -> CellError:
        if word.text == ")":
            return word.error("typed.unopened")
        if word.kind == "index":
            return word.error("typed.index")
        return word.error("typed.operator" if word.begins_value or word.kind == "strange" else "typed.unexpected")

    def _close(self, opening: Word) -> None:
        if self._at >= len(self._words):
            raise opening.error("typed.unclosed")
        word = self._next()
        if word.text != ")":
            raise word.error("typed.comma") if word.text == "," else self._left_over(word)

    # nodes --------------------------------------------------------------------------------------------
    def _make(self, node: Node, word: Word) -> Node:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise word.error("typed.big", limit=MOST_NODES)
        height = 1 + max(self._heights.get(argument, 0) for argument in node.args)
        if height > MOST_DEPTH:
            raise word.error("typed.deep", limit=MOST_DEPTH)
        self._heights[node] = height
        if all(argument.op == "constant" or argument in self._single for argument in node.args):
            self._single.add(node)
        return node

    def _row(self, node: Node, word: Word) -> Node:
        """x has as many numbers as the input: only a matrix turns it into a row of units."""
        if node.op == "input":
            raise word.error("typed.x")
        return node

    def _spread(self, node: Node, word: Word) -> Node:
        """What looks at all units at once needs a row of them."""
        if node.op == "constant" or node in self._single:
            raise word.error("typed.single")
        return node

    # grammar ------------------------------------------------------------------------------------------
    def _sum(self) -> Node:
        self._deeper(1)
        first = self._here()
        node = self._product()
        while self._peek() in ("+", "-"):
            sign, second = self._next(), self._here()
            right = self._row(self._product(), second)
            node = self._row(node, first)
            node = self._make(node + right if sign.text == "+" else node - right, sign)
        self._deeper(-1)
        return node

    def _product(self) -> Node:
        first = self._here()
        if self._peek() == "-":
            return self._negative(self._product)
        node = self._factor()
        while self._peek() in ("*", "/"):
            sign, second = self._next(), self._here()
            right = self._row(self._factor(), second)
            node = self._row(node, first)
            node = self._make(node * right if sign.text == "*" else node / right, sign)
        return node

    def _negative(self, read: Callable[[], Node]) -> Node:
        self._deeper(1)
        sign, first = self._next(), self._here()
        node = self._make(-self._row(read(), first), sign)
        self._deeper(-1)
        return node

    def _deeper(self, by: int) -> None:
        self._depth += by
        if self._depth > MOST_DEPTH:
            raise self._here().error("typed.deep", limit=MOST_DEPTH)

    def _factor(self) -> Node:
        if self._peek() == "-":
            return self._negative(self._factor)
        first = self._here()
        node = self._value()
        while self._at < len(self._words):
            if self._peek() == "@":
                sign = self._next()
                if not self._here().is_matrix:
                    raise sign.error("typed.at")
            if not self._here().is_matrix:
                break
            node = self._product_with(node, first, self._next())
        return node

    def _product_with(self, node: Node, first: Word, word: Word) -> Node:
        """`node` W: the matrix gets its shape from what stands before it."""
        shape = ("D" if node.op == "input" else "H", "H")
        if self._shapes.setdefault(word.text, shape) != shape:
            raise word.error("typed.two_shapes")
        self._matrices += 1
        if self._matrices > MOST_MATRICES:
            raise word.error("typed.matrices", limit=MOST_MATRICES)
        row = self._spread(node, word)
        if row.op == "parameter":  # the engine multiplies what has a value at every step
            row = self._make(Node("identity", (row,)), first)
        return self._make(self.k.product(row, word.text[2:], shape), word)

    def _value(self) -> Node:
        word = self._next()
        if word.kind == "number":
            number = float(word.text) if len(word.text) <= 20 else LARGEST + 1
            if number > LARGEST:
                raise word.error("typed.number", limit=int(LARGEST))
            return Node("constant", number=number)
        if word.text == "(":
            node = self._sum()
            self._close(word)
            return node
        if word.is_matrix:
            raise word.error("typed.matrix_alone")
        if word.kind == "weight":
            return self.k.parameter(word.text, ("H",), start=self.starts.get(word.text, 0.0))
        if word.kind in ("name", "strange"):
            return self._named(word)
        raise word.error("typed.unexpected")

    def _named(self, word: Word) -> Node:
        if word.text in FUNCTIONS:
            return self._call(word)
        if self._peek() == "(" and word.text not in (*self.names, "x"):
            raise word.error("typed.function", known=" ".join(FUNCTIONS))
        index = self._next() if self._at < len(self._words) and self._here().kind == "index" else None
        if word.text == "x":
            if index is not None and index.is_past:
                raise index.error("typed.x_past")
            return self.k.input
        if word.text not in self.names:
            raise word.error("typed.unknown", known=" ".join(["x", *self.names]))
        if index is not None and not index.is_past and word.text not in self.known:
            raise word.error("typed.early")
        if word.text in self.known and not (index and index.is_past):
            return self.known[word.text]
        return self.k.previous(word.text, self.starts.get(word.text, 0.0))

    def _call(self, word: Word) -> Node:
        count, build = FUNCTIONS[word.text]
        if self._peek() != "(":
            raise word.error("typed.bracket")
        opening = self._next()
        arguments = []
        while True:
            first = self._here()
            arguments.append(self._row(self._sum(), first))
            if self._peek() != ",":
                break
            self._next()
            if len(arguments) >= count:
                break
        if len(arguments) < count or self._words[self._at - 1].text == ",":
            raise word.error("typed.arguments", count=count)
        self._close(opening)
        if word.text == "softmax":
            self._spread(arguments[0], word)
        return self._make(build(*arguments), word)
