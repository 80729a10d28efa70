"""Your own cell: the cell of an experiment that a visitor types instead of choosing one.

The text alone decides. It is read as far as possible as the known cell that it shares most with: a GRU without its
reset gate keeps the names of the GRU's other parts, and a forget gate starts biased towards remembering.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from . import CELLS, typed
from .spec import CellSpec
from .typed import KEY as KEY
from .typed.kin import named, nearest

USUAL = ("gru", "lstm")  # the cells whose letters mean the same to everybody
PLAINEST = "rnn"  # where to start from a cell that the language has no words for

EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "no_reset": """\
# Update gate
z = sigmoid(x W_xz + h W_hz + b_z)

# Candidate
h~ = tanh(x W_xh + h W_hh + b_h)

# Mix old and new
h = z * h + (1 - z) * h~""",
        "no_forget": """\
# Input gate and candidate
i = sigmoid(x W_xi + h W_hi + b_i)
c~ = tanh(x W_xc + h W_hc + b_c)

# Cell update
c = c + i * c~

# Output gate and hidden state
o = sigmoid(x W_xo + h W_ho + b_o)
h = o * tanh(c)""",
        "peephole": """\
# Forget gate
f = sigmoid(x W_xf + h W_hf + w_cf * c + b_f)

# Input gate and candidate
i = sigmoid(x W_xi + h W_hi + b_i)
c~ = tanh(x W_xc + h W_hc + b_c)

# Cell update
c = f * c + i * c~

# Output gate and hidden state
o = sigmoid(x W_xo + h W_ho + b_o)
h = o * tanh(c)""",
        "mix": """\
# Update gate
z = sigmoid(x W_xz + h W_hz + b_z)

# Candidate
c~ = tanh(x W_xc + h W_hc + b_c)

# Mix old and new
c = z * c + (1 - z) * c~

# Output gate and hidden state
o = sigmoid(x W_xo + h W_ho + b_o)
h = o * tanh(c)""",
    }
)


@lru_cache(maxsize=256)  # cells that visitors type come and go
def cell(text: str) -> CellSpec:
    """The cell of a text. The same text is the same spec, so that its plan and its drawing are made once.

    Raises typed.CellError.
    """
    spec = typed.parse(text)
    like = nearest(spec, CELLS.values())
    usual = {name: quantity for key in USUAL for name, quantity in CELLS[key].quantities.items()}
    return named(typed.parse(text, like) if like else spec, usual, typed.LABELS)


@cache
def sources() -> Mapping[str, str]:
    """The text of every cell that the language has words for."""
    return MappingProxyType({key: typed.source(spec) for key, spec in CELLS.items() if can_be_typed(spec)})


def can_be_typed(spec: CellSpec) -> bool:
    """Whether "your own cell" can start from this one itself."""
    try:
        typed.source(spec)
    except ValueError:
        return False
    return True


def text_of(spec: CellSpec) -> str:
    """What "your own cell" starts from: the text of a cell, or else of its usual form, or of the plainest cell."""
    if can_be_typed(spec):
        return typed.source(spec)
    return sources()[spec.key if spec.key in sources() else PLAINEST]


def closest(text: str) -> str | None:
    """The cell that a text, which may be none, comes from: the one that shares most of its lines."""
    given = set(_definitions(text))
    shared = {key: len(given & set(_definitions(known))) for key, known in sources().items()}
    key = max(shared, key=shared.__getitem__)
    return key if shared[key] else None


def headed(text: str, heading: Callable[[str], str]) -> str:
    """The text with its headings in another language."""
    return re.sub(r"^# (.+)$", lambda match: f"# {heading(match[1])}", text, flags=re.MULTILINE)


def is_known(text: str) -> bool:
    """Whether a text says the same as that of a known cell, its headings left aside."""
    return any(_definitions(text) == _definitions(known) for known in sources().values())


def tidied(text: str) -> str:
    """The text as an experiment holds it: plain line ends, no space at the ends of lines, no empty lines around it.

    Half of a surrogate pair is no character: no address can hold it.
    """
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    lines = [line.rstrip() for line in re.split(r"\r\n|\r|\n", text)]
    return "\n".join(lines).strip("\n")


def _definitions(text: str) -> list[str]:
    return [line.strip() for line in text[:10_000].splitlines() if "=" in line]
