"""One value of bytes for the stage: uint32 length | JSON header | zeros to a multiple of 8 | float32; little-endian.

The other side is `assets/player/payload.js`. Numbers for drawing go as float32, which also holds what JSON cannot
(an infinity of a cell that overflows); JSON with a NaN in it would take the whole component down.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np


class Blocks:
    """Named float32 matrices, one behind the other. `places` maps a name to [offset in floats, rows, columns]."""

    def __init__(self) -> None:
        self.places: dict[str, list[int]] = {}
        self.parts: list[bytes] = []
        self._end = 0

    def add(self, name: str, array: np.ndarray) -> None:
        """Append a matrix (rows, columns); a vector (n,) counts as one row."""
        rows, columns = array.shape if array.ndim == 2 else (1, array.size)
        self.places[name] = [self._end, rows, columns]
        self._end += rows * columns
        with np.errstate(over="ignore"):  # beyond float32 is infinity, and drawn as such
            self.parts.append(array.astype("<f4").tobytes())


def encode(header: Mapping[str, Any], blocks: Blocks, ready: Mapping[str, str] | None = None) -> bytes:
    """The bytes of `header` and `blocks`, whose places become its "arrays".

    `ready` holds further fields of the header that are JSON already. Raises ValueError for a NaN in the header.
    """
    fields = [write({**header, "arrays": blocks.places})[:-1]]
    fields += [f'"{name}":{text}' for name, text in (ready or {}).items()]
    text = (",".join(fields) + "}").encode()
    padding = b"\0" * (-(4 + len(text)) % 8)
    return b"".join((struct.pack("<I", len(text)), text, padding, *blocks.parts))


def decode(payload: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Header and arrays of a payload, as the stage reads them: float32 matrices (rows, columns) by name."""
    (length,) = struct.unpack_from("<I", payload)
    header = json.loads(payload[4 : 4 + length])
    start = -(-(4 + length) // 8) * 8
    arrays = {
        name: np.frombuffer(payload, "<f4", rows * columns, start + 4 * offset).reshape(rows, columns)
        for name, (offset, rows, columns) in header["arrays"].items()
    }
    return header, arrays


def write(value: object) -> str:
    """Compact JSON; text stays readable, and a NaN raises ValueError here rather than in the browser."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
