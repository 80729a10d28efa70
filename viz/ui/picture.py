"""A picture whose rows lead on, drawn by the browser with the Plotly that the stage has loaded already."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import streamlit as st

from .. import theme as themes
from ..payload import write
from . import assets
from .module import component

mounted = component("picture", "picture.js")


@dataclass(frozen=True)
class Line:
    """The words of one row, `top` pixels below the top of the picture: markup to its left, a number to its right.

    One that `leads` somewhere is a button, which says `spoken` to a screen reader.
    """

    top: int
    height: int
    label: str
    value: str
    role: str = ""
    strong: bool = False
    leads: bool = False
    spoken: str = ""


@dataclass(frozen=True)
class Note:
    """Markup inside the picture: at its left edge, or in its middle."""

    top: int
    text: str
    role: str = ""
    middle: bool = False


def draw(
    figures: Mapping[str, Mapping[str, Any]],
    key: str,
    label: str,
    lines: Sequence[Line],
    notes: Sequence[Note] = (),
    narrow: Mapping[str, Any] | None = None,
    on_go: Callable[[], None] | None = None,
) -> None:
    """Show the figure of the page's theme, "light" or "dark", with words around it. `narrow` is laid over its layout
    on a phone. `on_go` is called when a line was pressed, which one says `pressed(key)`."""
    roles = sorted(({line.role for line in lines} | {note.role for note in notes}) - {""})
    body = {
        **{theme: _plain(figure) for theme, figure in figures.items()},
        "label": label,
        "lines": [asdict(line) for line in lines],
        "notes": [asdict(note) for note in notes],
        "narrow": _plain(narrow or {}),
        "colours": {theme: themes.colours(theme, roles) for theme in figures},
        "plotly": assets.address("plotly.min.js"),
    }
    text = write(body)
    run = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    events = {"on_go_change": on_go} if on_go else {}
    mounted(key=key, data=f'{{"run":"{run}",{text[1:]}'.encode(), **events)


def pressed(key: str, count: int) -> int | None:
    """Which of `count` lines was pressed; None for anything else that a browser may say."""
    message = st.session_state.get(key)
    place = message.get("go") if isinstance(message, Mapping) else None
    return int(place) if isinstance(place, int | float) and 0 <= place < count else None


def _plain(value: Any) -> Any:
    """As JSON can hold it: arrays as lists, a NaN or an infinity as nothing."""
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, np.ndarray):
        return [_plain(part) for part in value.tolist()]
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return round(float(value), 7) if np.isfinite(value) else None
    return value
