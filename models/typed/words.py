"""From the text of a cell to the words of its lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from .. import algebra
from ..algebra import Node
from ..notice import Value

FUNCTIONS: Mapping[str, tuple[int, Callable[..., Node]]] = {  # how many arguments each takes
    "sigmoid": (1, algebra.sigmoid),
    "tanh": (1, algebra.tanh),
    "relu": (1, algebra.relu),
    "exp": (1, algebra.exp),
    "softmax": (1, algebra.softmax),
    "log_sigmoid": (1, algebra.log_sigmoid),
    "positive": (1, algebra.positive),
    "max": (2, algebra.maximum),
}
RESERVED = ("x", "t", *FUNCTIONS)

MOST_CHARACTERS = 2000  # with every one percent-encoded a link still fits the largest request a server takes
MOST_LINES = 40  # definitions

# The places of a run that a name can stand for: h[t], h_t, h_{t} and h[t-1], h_{t-1}.
_INDEX = r"\[[ \t]*t[ \t]*(?:[-−][ \t]*1[ \t]*)?\]|_\{t(?:[-−]1)?\}|_t(?!\w)"
_TOKEN = re.compile(
    rf"(?P<space>[ \t\u3000\xa0]+)"
    rf"|(?P<number>[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]{{1,2}})?|\.[0-9]+)"
    rf"|(?P<index>{_INDEX})"
    rf"|(?P<weight>[Wbw]_(?!t(?!\w))[A-Za-z0-9]{{1,8}}(?!\w))"
    rf"|(?P<name>log_sigmoid(?!\w)|σ(?!\w)|[A-Za-z][A-Za-z0-9]*(?:[~'′]|\u0303)?(?=_t(?!\w)|_\{{t|[^\w]|$))"
    rf"|(?P<mark>[-−+*⊙·@/(),=])"
    rf"|(?P<strange>\w+|.)"
)
_SPELLED = str.maketrans({"−": "-", "⊙": "*", "·": "*", "′": "'", "\u0303": "~", "σ": "sigmoid"})
_LONGEST_WORD = 24
_LONGEST_TITLE = 60


class CellError(ValueError):
    """What is wrong in a typed cell.

    `key` names a sentence of the catalogues, `values` fill its places; `line` and `column` count from 1, `word`
    is the text at that place.
    """

    def __init__(self, key: str, line: int = 1, column: int = 1, word: str = "", **values: Value) -> None:
        self.key, self.line, self.column, self.word = key, line, column, word
        self.values: dict[str, Value] = {"word": word, **values}
        super().__init__(f"line {line}, column {column}: {key} {word!r}")


@dataclass(frozen=True)
class Word:
    """`text` in the one spelling that the reader knows, `written` as it stands at `line` and `column`."""

    kind: str
    text: str
    written: str
    line: int
    column: int

    def error(self, key: str, **values: Value) -> CellError:
        return CellError(key, self.line, self.column, self.written, **values)

    @property
    def is_past(self) -> bool:
        return self.kind == "index" and "1" in self.text

    @property
    def is_matrix(self) -> bool:
        return self.kind == "weight" and self.text.startswith("W_")

    @property
    def begins_value(self) -> bool:
        return self.kind in ("number", "weight", "name") or self.text == "("


@dataclass(frozen=True)
class Line:
    """One definition: `name`, and the `words` behind its "=". `title`: the heading of the phase that it begins,
    "" for a phase without one, None within a phase."""

    name: Word
    words: tuple[Word, ...]
    title: str | None


def split(text: str) -> list[Line]:
    """The definitions of a text, in order. Raises CellError for what is no list of definitions."""
    if len(text) > MOST_CHARACTERS:
        raise CellError("typed.long", limit=MOST_CHARACTERS, count=len(text))
    found: list[Line] = []
    title: str | None = ""
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        written, _, comment = raw.partition("#")
        if not written.strip(" \t\u3000\xa0"):
            title = _heading(comment) or title or ""
            continue
        found.append(_definition(tuple(_words(written, number)), title, {line.name.text for line in found}))
        title = None
        if len(found) > MOST_LINES:
            raise found[-1].name.error("typed.lines", limit=MOST_LINES)
    if not found:
        raise CellError("typed.empty")
    return found


def _heading(comment: str) -> str:
    """What can be shown of a comment. Lone halves of surrogate pairs and controls cannot."""
    return " ".join("".join(c if c.isprintable() else " " for c in comment).split())[:_LONGEST_TITLE].strip()


def _definition(words: tuple[Word, ...], title: str | None, known: set[str]) -> Line:
    first = words[0]
    if first.kind == "strange":
        raise first.error("typed.name")
    at = 2 if len(words) > 1 and words[1].kind == "index" and not words[1].is_past else 1  # h_t = … is h = …
    if first.kind != "name" or len(words) <= at or words[at].text != "=":
        raise first.error("typed.line")
    if first.text in RESERVED:
        raise first.error("typed.reserved")
    check_name(first)
    if first.text in known:
        raise first.error("typed.twice")
    if len(words) == at + 1:
        raise words[at].error("typed.end")
    return Line(first, words[at + 1 :], title)


def check_name(word: Word) -> None:
    """One letter that carries a mark at most, as the documents name quantities: f, f1, c~, c1~, f'."""
    if not re.fullmatch(r"[A-Za-z][0-9]{0,2}[~']?", word.text):
        raise word.error("typed.name")


def _words(line: str, number: int) -> Iterator[Word]:
    for match in _TOKEN.finditer(line):
        kind, written = str(match.lastgroup), match.group()
        text = written.translate(_SPELLED)
        word = Word(kind, text, written[:_LONGEST_WORD], number, match.start() + 1)
        if kind == "strange" and not written[0].isalnum():
            raise word.error("typed.character")
        if kind != "space":
            yield word
