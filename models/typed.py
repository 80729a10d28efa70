"""Cells that a visitor types: one line per quantity, read by a small parser and never executed.

    r = sigmoid(x W_xr + h W_hr + b_r)
    z = sigmoid(x W_xz + h W_hz + b_z)

    # Candidate
    h~ = tanh(x W_xh + (r * h) W_hh + b_h)

    # Mix
    h = z * h + (1 - z) * h~

A name means its value of this step below its own line, and of the step before on its own line and above;
`c[t-1]` asks for the step before anywhere. A vector before a `W_…` is multiplied by that matrix, `*` works
unit by unit. A line `# …` begins a phase and names it; so does an empty line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from . import algebra
from .algebra import Node
from .spec import CellSpec, Step, trace_cell

MOST_CHARACTERS, MOST_LINES, MOST_NODES, MOST_DEPTH, MOST_MATRICES = 4000, 40, 400, 40, 40
KEY = "own"

FUNCTIONS: Mapping[str, tuple[int, Callable[..., Node]]] = {
    "sigmoid": (1, algebra.sigmoid),
    "σ": (1, algebra.sigmoid),
    "tanh": (1, algebra.tanh),
    "relu": (1, algebra.relu),
    "exp": (1, algebra.exp),
    "softmax": (1, algebra.softmax),
    "log_sigmoid": (1, algebra.log_sigmoid),
    "positive": (1, algebra.positive),
    "max": (2, algebra.maximum),
}

TOKEN = re.compile(
    r"(?P<space>[ \t]+)"
    r"|(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d{1,2})?|\.\d+)"
    r"|(?P<weight>[WbwP]_[A-Za-z0-9]{1,8})"
    r"|(?P<name>log_sigmoid|[A-Za-z][A-Za-z0-9]{0,9}[~']?|σ)"
    r"|(?P<mark>\[\s*t\s*[-−]\s*1\s*\]|[-−+*⊙·/(),=])"
)


class CellError(ValueError):
    """What is wrong in a typed cell. `key` and `values` name a sentence of the catalogue; `line` and `column`
    count from 1, `word` is the text at that place."""

    def __init__(self, key: str, line: int, column: int, word: str = "", **values: object) -> None:
        self.key, self.line, self.column, self.word, self.values = key, line, column, word, values
        super().__init__(f"line {line}, column {column}: {key} {word!r}")


@dataclass(frozen=True)
class Word:
    kind: str
    text: str
    line: int
    column: int


def parse(text: str, like: CellSpec | None = None) -> CellSpec:
    """The cell that `text` defines; raises CellError and nothing else.

    Biases that the cell `like` has too start where they start there (a forget gate's at 1).
    """
    lines = _lines(text)
    names = [words[0].text for words, _ in lines]

    def define(k: Step) -> None:
        reader = _Reader(k, names, like)
        past = {n for words, _ in lines for n in _used_before_definition(words, names)}
        for (words, heading), number in zip(lines, range(1, len(lines) + 1), strict=True):
            if heading is not None or number == 1:
                k.phase(f"phase{number}", heading or names[number - 1], "")
            name, expr = reader.read(words)
            reader.known[name] = _kind(k, name, expr, name in past)

    try:
        return trace_cell(KEY, "Your own cell", 0, "", define, {})
    except CellError:
        raise
    except (ValueError, RecursionError) as error:  # a shape used in two ways, found by the tracer
        raise CellError("typed.shape", 1, 1, "", message=str(error)) from error


def _lines(text: str) -> list[tuple[list[Word], str | None]]:
    """The words of every definition, and the heading of the phase that it begins (None: same phase)."""
    if len(text) > MOST_CHARACTERS:
        raise CellError("typed.long", 1, 1, limit=MOST_CHARACTERS)
    found: list[tuple[list[Word], str | None]] = []
    heading: str | None = ""
    seen: set[str] = set()
    for number, raw in enumerate(text.splitlines(), 1):
        line, _, comment = raw.partition("#")
        if not line.strip():
            heading = comment.strip()[:60] or heading or ""
            continue
        words = list(_words(line, number))
        if len(words) < 3 or words[0].kind != "name" or words[1].text != "=":
            first = words[0] if words else Word("", "", number, 1)
            raise CellError("typed.line", number, first.column, first.text)
        name = words[0].text
        if name in FUNCTIONS or name in ("x", "t"):
            raise CellError("typed.reserved", number, words[0].column, name)
        if name in seen:
            raise CellError("typed.twice", number, words[0].column, name)
        seen.add(name)
        found.append((words, heading))
        heading = None
        if len(found) > MOST_LINES:
            raise CellError("typed.lines", number, 1, limit=MOST_LINES)
    if not found:
        raise CellError("typed.empty", 1, 1)
    return found


def _words(line: str, number: int) -> Iterator[Word]:
    at = 0
    while at < len(line):
        match = TOKEN.match(line, at)
        if match is None:
            raise CellError("typed.character", number, at + 1, line[at])
        kind = str(match.lastgroup)
        if kind != "space":
            yield Word(kind, match.group(), number, at + 1)
        at = match.end()


def _used_before_definition(words: list[Word], names: list[str]) -> set[str]:
    own = words[0].text
    later = set(names[names.index(own) :])
    marked = {a.text for a, b in pairwise(words) if b.text.startswith("[")}
    return {w.text for w in words[2:] if w.kind == "name" and (w.text in later or w.text in marked)}


def _kind(k: Step, name: str, expr: Node, is_state: bool) -> Node:
    """Declare a quantity as what it looks like: candidates carry ~, gates are squashed to 0…1."""
    if name.endswith("~"):
        return k.candidate(name, expr, "candidate", "")
    if is_state:
        return k.state(name, expr, "state", "")
    if expr.op == "sigmoid" or (expr.op == "sub" and expr.args[0].op == "constant"):
        return k.gate(name, expr, "gate", "")
    return k.value(name, expr, "value", "")


class _Reader:
    """Recursive descent over the words of one line. Every node is a row of H numbers, x of D, a constant of 1."""

    def __init__(self, k: Step, names: list[str], like: CellSpec | None) -> None:
        self.k, self.names = k, names
        self.starts = {w.name: w.start for w in like.weights.values()} if like else {}
        self.known: dict[str, Node] = {}
        self.nodes = self.matrices = 0

    def read(self, words: list[Word]) -> tuple[str, Node]:
        self.words, self.at, self.depth = words, 2, 0
        node = self._sum()
        if self.at < len(words):
            raise self._error("typed.unexpected", words[self.at])
        self._row(node, words[2])
        return words[0].text, node

    def _error(self, key: str, word: Word, **values: object) -> CellError:
        return CellError(key, word.line, word.column, word.text, **values)

    def _peek(self) -> str:
        return self.words[self.at].text if self.at < len(self.words) else ""

    def _next(self) -> Word:
        if self.at >= len(self.words):
            last = self.words[-1]
            raise CellError("typed.end", last.line, last.column + len(last.text), last.text)
        self.at += 1
        return self.words[self.at - 1]

    def _make(self, node: Node) -> Node:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise self._error("typed.big", self.words[min(self.at, len(self.words) - 1)], limit=MOST_NODES)
        return node

    def _row(self, node: Node, word: Word) -> Node:
        """x has as many numbers as the input: only a matrix turns it into a row of units."""
        if node.op == "input":
            raise self._error("typed.x", word)
        return node

    def _sum(self) -> Node:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise self._error("typed.deep", self.words[self.at - 1], limit=MOST_DEPTH)
        first = self.words[min(self.at, len(self.words) - 1)]
        node = self._product()
        while self._peek() in ("+", "-", "−"):
            sign = self._next()
            right = self._row(self._product(), sign)
            node = self._row(node, first)
            node = self._make(node + right if sign.text == "+" else node - right)
        self.depth -= 1
        return node

    def _product(self) -> Node:
        first = self.words[min(self.at, len(self.words) - 1)]
        node = self._factor()
        while self._peek() in ("*", "⊙", "·", "/"):
            sign = self._next()
            right = self._row(self._factor(), sign)
            node = self._row(node, first)
            node = self._make(node / right if sign.text == "/" else node * right)
        return node

    def _factor(self) -> Node:
        """A signed value, followed by the matrices that multiply it."""
        if self._peek() in ("-", "−"):
            sign = self._next()
            self.depth += 1
            if self.depth > MOST_DEPTH:
                raise self._error("typed.deep", sign, limit=MOST_DEPTH)
            node = self._make(-self._row(self._factor(), sign))
            self.depth -= 1
            return node
        node = self._atom()
        while self.at < len(self.words) and self.words[self.at].text.startswith("W_"):
            word = self._next()
            if node.op == "constant":
                raise self._error("typed.number_matrix", word)
            shape = ("D" if node.op == "input" else "H", "H")
            known = self.k._weights.get(word.text)
            if known is not None and known.shape != shape:
                raise self._error("typed.two_shapes", word)
            self.matrices += 1
            if self.matrices > MOST_MATRICES:
                raise self._error("typed.big", word, limit=MOST_MATRICES)
            node = self._make(self.k.product(node, word.text[2:], shape))
        return node

    def _atom(self) -> Node:
        word = self._next()
        if word.kind == "number":
            return Node("constant", number=float(word.text))
        if word.text == "(":
            node = self._sum()
            self._close()
            return node
        if word.kind == "weight":
            if word.text.startswith("W_"):
                raise self._error("typed.matrix_alone", word)
            return self.k.parameter(word.text, ("H",), start=self.starts.get(word.text, 0.0))
        if word.text in FUNCTIONS:
            return self._call(word)
        if word.text == "x":
            return self.k.input
        if word.kind == "name":
            return self._quantity(word)
        raise self._error("typed.unexpected", word)

    def _quantity(self, word: Word) -> Node:
        if word.text not in self.names:
            raise self._error("typed.unknown", word, known=", ".join(["x", *self.names]))
        if self._peek().startswith("["):
            self._next()
            return self.k.previous(word.text)
        return self.known.get(word.text) or self.k.previous(word.text)

    def _call(self, word: Word) -> Node:
        count, build = FUNCTIONS[word.text]
        if self._peek() != "(":
            raise self._error("typed.bracket", word)
        self._next()
        arguments = [self._sum()]
        while self._peek() == ",":
            self._next()
            arguments.append(self._sum())
        self._close()
        for argument in arguments:
            self._row(argument, word)
        if len(arguments) != count:
            raise self._error("typed.arguments", word, count=count, found=len(arguments))
        return self._make(build(*arguments))

    def _close(self) -> None:
        word = self._next()
        if word.text != ")":
            raise self._error("typed.close", word)
