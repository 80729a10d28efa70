"""A parameter as a table to type into: what is typed becomes a tweak of single weights, the original stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import TypeGuard

import numpy as np
import pandas as pd

from models.experiment import Run
from models.tweaks import DIGITS, WEIGHT, Entry, Tweaks

from .link import MOST
from .text import say

Edits = Mapping[int, Mapping[str, object]]  # row, from 0 -> column, from "1" -> what was typed


def frame(run: Run, name: str, lang: str) -> pd.DataFrame:
    """The parameter with its typed weights, a vector as one row. Sliders act on top of it and do not show here."""
    values = np.array(np.atleast_2d(run.base_params[name]), float)
    for row, column, value in typed(run.experiment.tweaks, name):
        values[row, column] = value
    letters = run.spec.weights[name].shape
    counted = {"D": "data.input", "H": "data.unit", "Q": "data.output"}
    if len(letters) == 1:
        rows = [name]
    else:
        rows = [say(lang, counted[letters[0]], number=k) for k in range(1, len(values) + 1)]
    return pd.DataFrame(values, index=rows, columns=[str(k) for k in range(1, values.shape[1] + 1)])


def typed(tweaks: Tweaks, name: str) -> list[tuple[int, int, float]]:
    """(row, column, value) of this parameter's typed weights, from 0."""
    return [(row, column, value) for (own, row, column), value in tweaks.weights if own == name]


def edited(tweaks: Tweaks, run: Run, name: str, edits: Edits) -> tuple[Tweaks, bool]:
    """The tweaks with these edits of a parameter of the run, and whether all of them were taken as they were typed.

    An emptied field, and the original number, take the tweak away. Numbers outside of what a weight may be are
    moved to its limits; more single weights than a link can carry are left out.
    """
    values = np.atleast_2d(run.base_params[name])
    original = values.tolist()  # Python's numbers compare with any that a browser may send
    mask = run.spec.weights[name].mask
    learned = np.atleast_2d(mask(len(values))) if mask else np.ones_like(values)
    weights: dict[Entry, float] = dict(tweaks.weights)
    literal = True
    for row, column, value in _each(edits):
        if not (0 <= row < values.shape[0] and 0 <= column < values.shape[1]) or not learned[row, column]:
            literal = False
        elif not _is_number(value) or value == original[row][column]:
            weights.pop((name, row, column), None)
            literal = literal and value == original[row][column]
        elif len(weights) < MOST or (name, row, column) in weights:
            taken = round(float(max(WEIGHT[0], min(WEIGHT[1], value))), DIGITS)
            weights[name, row, column] = taken
            literal = literal and taken == value
        else:
            literal = False
    return _with(tweaks, weights), literal


def reset(tweaks: Tweaks, name: str | None = None) -> Tweaks:
    """Without the typed weights of one parameter, or of all."""
    kept = {entry: value for entry, value in tweaks.weights if name is not None and entry[0] != name}
    return _with(tweaks, kept)


def _each(edits: Edits) -> Iterator[tuple[int, int, object]]:
    """(row, column, what was typed), from 0. Columns are named by numbers; no other name is one of ours."""
    for row, columns in edits.items():
        for column, value in columns.items():
            yield int(row), int(column[:9]) - 1 if column.isdecimal() else -1, value


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int) or (isinstance(value, float) and isfinite(value))


def _with(tweaks: Tweaks, weights: Mapping[Entry, float]) -> Tweaks:
    return Tweaks(tweaks.bias, tweaks.gain_x, tweaks.gain_h, tweaks.clamp, weights)
