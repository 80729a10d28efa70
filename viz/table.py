"""A run as a table, and as files that other programs read: CSV for spreadsheets, `.npz` for NumPy."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from models.experiment import Run

X, READOUT = "x", "readout"  # what a run has beside its quantities
COLUMNS = ("step", "token", "quantity", "unit", "value")
BEFORE = "before"  # one more column where tweaks change numbers

# What a spreadsheet would compute instead of showing it: at the start of a text, or after what may separate two
# fields. A plain number is one, and stays one.
FORMULA = re.compile(r"(^|[;,|\t\r\n\"])(\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def names(run: Run) -> tuple[str, ...]:
    """What the table can hold, in the order of computation: the input, every quantity, the readout."""
    return (X, *run.spec.quantities, *([READOUT] if run.readout is not None else []))


def frame(
    run: Run,
    quantities: Sequence[str] | None = None,
    steps: tuple[int, int] | None = None,
    units: tuple[int, int] | None = None,
) -> pd.DataFrame:
    """One row for each number: step, token, quantity, unit, value; in the order of time, then of computation.

    `quantities` are names of `names(run)`; `steps` and `units` are first and last, from 1. With tweaks there is
    one more column, `before`: the number without them.
    """
    shown = [name for name in names(run) if quantities is None or name in quantities]
    first, last = steps or (1, len(run.tokens.items))
    at = slice(first - 1, last)
    low, high = units or (1, max((_array(run, name).shape[1] for name in shown), default=1))
    part = slice(low - 1, high)
    blocks = [_array(run, name)[at, part] for name in shown]
    widths = [block.shape[1] for block in blocks]
    counted = np.concatenate([np.arange(low, low + width) for width in widths]) if blocks else np.zeros(0, int)
    count = max(last - first + 1, 0)
    per_step = int(sum(widths))
    columns = {
        "step": np.repeat(np.arange(first, first + count), per_step),
        "token": _tokens(run.tokens.items[at], per_step),
        "quantity": _texts(np.tile(np.repeat(np.arange(len(shown)), widths), count), shown),
        "unit": np.tile(counted, count),
        "value": np.concatenate(blocks, axis=1).ravel() if blocks else np.zeros(0),
    }
    if not run.experiment.tweaks.is_empty and blocks:
        columns[BEFORE] = np.concatenate([_array(run, name, before=True)[at, part] for name in shown], axis=1).ravel()
    return pd.DataFrame(columns)


def csv(table: pd.DataFrame) -> bytes:
    """The table as CSV: every digit, and no text that a spreadsheet would take for a formula.

    UTF-8 with a byte order mark, by which spreadsheets know it.
    """
    return table.assign(token=table["token"].map(harmless)).to_csv(index=False).encode("utf-8-sig")


def npz(run: Run) -> bytes:
    """Everything in one file of plain arrays, `np.load(file)["f"]`: parameters and quantities by name, x (T, D),
    tokens (T,), `initial_h` …, `readout` (T,) if there is one, and `clamp_f` … where a tweak pins a gate."""
    arrays: dict[str, np.ndarray] = {"tokens": np.array(run.tokens.items, dtype=np.str_)}
    arrays |= {X: run.X, **run.params}
    if run.trace is not None:
        arrays |= {f"initial_{name}": values for name, values in run.trace.initial.items()}
        arrays |= {f"clamp_{name}": values for name, values in run.trace.clamp.items()}
        arrays |= dict(run.trace)
    if run.readout is not None:
        arrays[READOUT] = run.readout
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def stem(run: Run) -> str:
    """The beginning of a file's name: what ran, on what, how large; lower case, no spaces."""
    experiment = run.experiment
    tweaked = "" if experiment.tweaks.is_empty else "_tweaked"
    units = _array(run, next(iter(run.spec.quantities))).shape[1]
    place = experiment.arrangement
    layer = "" if place.is_single else f"_layer-{place.shown.layer}-{place.shown.direction}"
    size = f"{len(run.tokens.items)}-steps_{units}-units"
    name = f"sluicegate_{experiment.cell}_{experiment.lesson}_{size}{layer}{tweaked}"
    return re.sub(r"[^A-Za-z0-9_-]", "-", name)


def harmless(text: str) -> str:
    """The text with an apostrophe before each place where a spreadsheet would begin to compute."""
    return text if NUMBER.fullmatch(text) else FORMULA.sub(r"\1'\2", text)


def _array(run: Run, name: str, before: bool = False) -> np.ndarray:
    """(T, width) of anything in `names(run)`."""
    if name == X:
        return run.X
    if name == READOUT:
        readout = run.base_readout if before else run.readout
        return np.zeros((0, 1)) if readout is None else readout[:, None]
    trace = run.base_trace if before else run.trace
    return np.zeros((0, 1)) if trace is None else trace[name]


def _tokens(items: Sequence[str], repeated: int) -> pd.Categorical:
    """Each token's text `repeated` times; the same text twice is one category."""
    known = list(dict.fromkeys(items))
    places = {token: place for place, token in enumerate(known)}
    return _texts(np.repeat(np.array([places[token] for token in items], int), repeated), known)


def _texts(codes: np.ndarray, texts: Sequence[str]) -> pd.Categorical[Any]:
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(list(texts)))
