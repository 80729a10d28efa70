"""What the panel Compare puts side by side: cells on the same text, the first of them the measure of the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from models import CELLS
from models.notice import Notice, Value
from models.spec import CellSpec

from . import heatmap

FEWEST, MOST = 2, 4
USUAL = ("rnn", "lstm", "gru")  # the cells of the documents
USUAL_QUANTITY = "h"  # what nearly every cell hands on
DIFFERENCE = "difference"


@dataclass(frozen=True)
class Lineup:
    """What was chosen; what is empty was left to us. `difference` shows how the others differ from the first."""

    cells: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    difference: bool = False


UNCHOSEN = Lineup()


def cells(lineup: Lineup, shown: str) -> tuple[str, ...]:
    """Keys of two to four cells. By default the usual three, and the one that the stage shows."""
    return lineup.cells or tuple(dict.fromkeys((*USUAL, shown)))


def quantities(lineup: Lineup, specs: Iterable[CellSpec]) -> tuple[str, ...]:
    """The chosen quantities that some of the cells have; by default the hidden state, or else the first there is."""
    offered = choices(specs)
    default = USUAL_QUANTITY if USUAL_QUANTITY in offered else offered[0]
    return tuple(name for name in lineup.quantities if name in offered) or (default,)


def choices(specs: Iterable[CellSpec]) -> tuple[str, ...]:
    """What can be drawn of these cells: all quantities that have one value per unit, each once."""
    return tuple(dict.fromkeys(name for spec in specs for name in heatmap.names(spec)))


def settle(asked: Lineup, shown: CellSpec, notices: list[Notice]) -> Lineup:
    """The nearest choice that exists; what had to be changed is told. `shown` is the stage's cell, which may be one of
    the visitor's own."""
    known = {**CELLS, shown.key: shown}
    keys = tuple(dict.fromkeys(key for key in asked.cells if key in known))[:MOST]
    keys = keys if len(keys) >= FEWEST else ()
    offered = choices(known[key] for key in keys or known)
    names = tuple(dict.fromkeys(name for name in asked.quantities if name in offered))
    settled = replace(asked, cells=keys, quantities=names)
    if settled != asked:
        used = write(settled) or ".".join(cells(settled, shown.key))
        values: dict[str, Value] = {"name": "compare", "value": write(asked)[:40], "used": used}
        notices.append(Notice("notice.link.unknown", values))
    return settled


def write(lineup: Lineup) -> str:
    """`rnn.lstm.gru:h.c~:difference`, for a link; what was left to us is left out."""
    show = DIFFERENCE if lineup.difference else ""
    return f"{'.'.join(lineup.cells)}:{'.'.join(lineup.quantities)}:{show}".rstrip(":")


def read(text: str) -> Lineup:
    """The reverse of `write`, of any text; whether such cells exist is `settle`'s concern."""
    keys, names, show = (*text.split(":", 2), "", "")[:3]
    return Lineup(tuple(filter(None, keys.split("."))), tuple(filter(None, names.split("."))), show == DIFFERENCE)
