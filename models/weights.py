"""Trained networks on disk: arrays in an `.npz` without pickle, and a JSON card that says what they are."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np

from . import CELLS
from .readout import Readout
from .task import UNKNOWN
from .text import spelling
from .trace import read_only

Array = np.ndarray

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "weights"
_CARD = {"task": str, "cell": str, "inputs": int, "units": int, "outputs": int, "vocabulary": list}
UPDATE_GATE = ("W_xz", "W_hz", "b_z")


class WeightsError(ValueError):
    """A file of weights that is not what its card says; the message names file, array and expectation."""


@dataclass(frozen=True, eq=False)
class Model:
    """A trained network: embedding (V, D), the cell's params by name, and the readout of h. All read-only.

    `vocabulary` names the rows of the embedding. `card` is the JSON beside the arrays: sizes, seed, epochs,
    held-out accuracy, the command that made them.
    """

    params: Mapping[str, Array]
    embedding: Array
    vocabulary: tuple[str, ...]
    readout: Readout
    card: Mapping[str, object]

    @property
    def units(self) -> int:
        return len(self.readout.W_hq)

    @property
    def arrays(self) -> Mapping[str, Array]:
        """All arrays by name, as the file holds them."""
        outer = {"E": self.embedding, "W_hq": self.readout.W_hq, "b_q": self.readout.b_q}
        return {**self.params, **outer}

    def knows(self, token: str) -> bool:
        return spelling(token) in self._rows

    def rows(self, tokens: Sequence[str]) -> list[int]:
        """The embedding's row of each token; that of `<unk>` for a token which the vocabulary lacks."""
        unknown = self._rows[UNKNOWN]
        return [self._rows.get(spelling(token), unknown) for token in tokens]

    def vectors(self, tokens: Sequence[str]) -> Array:
        """What the cell reads, (T, D)."""
        return self.embedding[self.rows(tokens)]

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        return {word: row for row, word in enumerate(self.vocabulary)}


@cache
def load(task: str, cell: str, folder: Path = FOLDER) -> Model | None:
    """The network trained on `task` with `cell`; None if there is none. Raises WeightsError on a bad file."""
    name = f"{task}-{cell}"
    if name not in {path.stem for path in folder.glob("*.json")}:
        return None
    card = _read_card(folder / f"{name}.json")
    return assemble(_read_arrays(folder / f"{name}.npz"), card, f"{name}.npz")


def assemble(arrays: Mapping[str, Array], card: Mapping[str, object], origin: str = "weights") -> Model:
    """A `Model` from arrays by name: the cell's parameters, E (V, D), W_hq (H, Q) and b_q (Q,).

    Raises WeightsError, naming `origin`, if an array is missing, superfluous, not finite or of another shape
    than the card's sizes ask for.
    """
    for field, kind in _CARD.items():
        if not isinstance(card.get(field), kind):
            raise WeightsError(f"{origin}: the card's {field!r} is {card.get(field)!r}, not a {kind.__name__}")
    if card["cell"] not in CELLS:
        raise WeightsError(f"{origin}: no cell is called {card['cell']!r}; there are {', '.join(CELLS)}")
    vocabulary = tuple(map(str, card["vocabulary"]))  # type: ignore[call-overload]
    if UNKNOWN not in vocabulary:
        raise WeightsError(f"{origin}: the vocabulary lacks {UNKNOWN}")
    D, H, Q = (int(card[size]) for size in ("inputs", "units", "outputs"))  # type: ignore[call-overload]
    cell_shapes = CELLS[str(card["cell"])].parameters(D, H, Q)
    shapes = cell_shapes | {"E": (len(vocabulary), D), "W_hq": (H, Q), "b_q": (Q,)}
    if arrays.keys() != shapes.keys():
        raise WeightsError(f"{origin} holds {', '.join(sorted(arrays))}; expected {', '.join(sorted(shapes))}")
    for name, shape in shapes.items():
        array = arrays[name]
        if array.shape != shape:
            raise WeightsError(f"{origin}: {name} has shape {array.shape}, expected {shape}")
        if array.dtype != np.float64 or not np.isfinite(array).all():
            raise WeightsError(f"{origin}: {name} ({array.dtype}) must hold finite float64 numbers")
    frozen = {name: read_only(array) for name, array in arrays.items()}
    return Model(
        MappingProxyType({name: frozen[name] for name in cell_shapes}),
        frozen["E"],
        vocabulary,
        Readout(frozen["W_hq"], frozen["b_q"]),
        MappingProxyType(dict(card)),
    )


def save(arrays: Mapping[str, Array], card: Mapping[str, object], folder: Path = FOLDER) -> Path:
    """Write arrays and card, after the checks that `load` will make; gives the path of the arrays."""
    assemble(arrays, card)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{card['task']}-{card['cell']}.npz"
    np.savez_compressed(path, allow_pickle=False, **arrays)
    path.with_suffix(".json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return path


def opposite_update(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays for the other convention of the update gate z, "keeps the old" or "takes the new".

    σ(−a) = 1 − σ(a), so negating all that makes z gives exactly the same hidden states (CELLS 4.1).
    """
    return {name: -array if name in UPDATE_GATE else array for name, array in arrays.items()}


def _read_card(path: Path) -> Mapping[str, object]:
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise WeightsError(f"{path.name} is not JSON: {error}") from error
    if not isinstance(card, dict):
        raise WeightsError(f"{path.name} must hold a JSON object, not a {type(card).__name__}")
    return card


def _read_arrays(path: Path) -> dict[str, Array]:
    """Every array of the file. Pickled objects, which can run code when read, are refused."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise WeightsError(f"{path.name} cannot be read as plain arrays: {error}") from error
