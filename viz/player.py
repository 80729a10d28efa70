"""What the stage is sent: a run as one value of bytes, in two parts.

The static part (words, equations, drawing, the untouched run) goes out once for each `base`; what a slider moves
goes out every time and is small. `assets/player/payload.js` reads both.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from math import isfinite
from typing import Any

import numpy as np

from models.experiment import Run
from models.graphemes import visible
from models.lessons import lessons
from models.spec import CellSpec
from models.tasks import TASKS
from models.tweaks import Tweaks

from . import heatmap, payload, scale
from .description import describe
from .link import to_link
from .payload import Blocks
from .scene import Scene, View
from .text import say, sentence

VERSION = 1
PLOTLY = "assets/plotly.min.js"  # where app.py serves Plotly's own file, relative to the page


def pack(
    scene: Scene,
    run: Run,
    language: str,
    *,
    seq: int = 0,
    epoch: int = 0,
    holds_base: str | None = None,
    push: bool = False,
    plotly: str = PLOTLY,
) -> bytes:
    """The payload of a run.

    `seq` is the newest message of the stage that this answers; `epoch` changes when the stage is to take over the
    place of the scene; `holds_base` is the static part that the stage still has, as `base` names it; `push` makes
    the scene a new entry of the browser's history.
    """
    fixed = base(run, language, plotly)
    blocks = _moving(run)
    header = {
        "v": VERSION,
        "run": _digest(run.base_digest.encode(), *blocks.parts, repr(blocks.places).encode()),
        "base": fixed,
        "seq": seq,
        "link": to_link(scene),
        "push": push,
        "view": _view(scene.view, epoch),
        "tweaks": _tweaks(run.experiment.tweaks),
        "elsewhere": bool(run.experiment.elsewhere),
        "readout": _readout(run),
        "scale": scale.wider(run.spec, run.trace, run.base_trace) if run.trace and run.base_trace else {},
    }
    if holds_base == fixed:
        return payload.encode({**header, "static": None}, blocks)
    _lasting(run, blocks)
    return payload.encode(header, blocks, {"static": _static(run, language, plotly)})


unpack = payload.decode


def base(run: Run, language: str, plotly: str = PLOTLY) -> str:
    """The name of the static part: the same for two runs exactly when tweaks are all that tells them apart."""
    _, known = _described(run.spec, language, *_sizes(run))
    return _digest(run.base_digest.encode(), known, repr(run.known).encode(), plotly.encode())


# What every payload has ----------------------------------------------------------------------------------


def _moving(run: Run) -> Blocks:
    """now/<quantity> (T, H), and changed/<parameter> for those that differ from the untouched ones.

    changed/x too where a layer below was tweaked, so that this one reads something else.
    """
    blocks = Blocks()
    for name, values in (run.trace or {}).items():
        blocks.add(f"now/{name}", values)
    if run.trace and run.base_trace and not np.array_equal(run.trace.x, run.base_trace.x):
        blocks.add("changed/x", run.trace.x)
    for name, values in run.params.items():
        untouched = run.base_params[name]
        if values is not untouched and not np.array_equal(values, untouched):
            blocks.add(f"changed/{name}", values)
    return blocks


def _view(view: View, epoch: int) -> dict[str, Any]:
    chosen = None
    if view.selection is not None:
        chosen = dict(zip(("q", "unit", "step"), view.selection, strict=True))
    return {"epoch": epoch, "step": view.step, "phase": view.phase, "selection": chosen}


def _tweaks(tweaks: Tweaks) -> dict[str, dict[str, float]]:
    named = {kind: dict(getattr(tweaks, kind)) for kind in ("bias", "gain_x", "gain_h", "clamp")}
    named["weights"] = {f"{name}.{row + 1}.{column + 1}": v for (name, row, column), v in tweaks.weights}
    return named


def _readout(run: Run) -> dict[str, list[float | None]] | None:
    if run.readout is None or run.base_readout is None:
        return None
    return {"now": _plain(run.readout), "base": _plain(run.base_readout)}


def _plain(values: np.ndarray) -> list[float | None]:
    """(T,) numbers for JSON, which knows neither NaN nor infinity."""
    return [round(value, 6) if isfinite(value) else None for value in values.tolist()]


# What goes out once for each base ------------------------------------------------------------------------


def _lasting(run: Run, blocks: Blocks) -> None:
    """base/<quantity> (T, H), x (T, D), w/<parameter> and initial/<state> (H,)."""
    if run.base_trace is not None:
        for name, values in run.base_trace.items():
            blocks.add(f"base/{name}", values)
        for name, values in run.base_trace.initial.items():
            blocks.add(f"initial/{name}", values)
    blocks.add("x", run.X)
    for name, values in run.base_params.items():
        blocks.add(f"w/{name}", values)


def _static(run: Run, language: str, plotly: str) -> str:
    D, H, Q = _sizes(run)
    described, _ = _described(run.spec, language, D, H, Q)
    T = len(run.tokens.items)
    ranges = scale.of(run.spec, run.base_trace)
    ends = _ends(run, language)
    rest = {
        "T": T,
        "empty": T == 0,
        "trained": run.model is not None,
        "tokens": [
            {"text": visible(text), "known": known} for text, known in zip(run.tokens.items, run.known, strict=True)
        ],
        "features": features(run, language) or None,
        "outputs": [visible(name) for name in run.outputs] or None,
        "place": _place(run),
        "scale": ranges,
        "figure": heatmap.figure(run.spec, T, H, ranges, Q=Q),
        "figure_dark": heatmap.figure(run.spec, T, H, ranges, "dark", Q),
        "readout_labels": ends,
        "plotly": plotly,
    }
    return f"{described[:-1]},{payload.write(rest)[1:]}"


def features(run: Run, language: str) -> tuple[str, ...]:
    """Names of the (D) units below that an upper layer reads. The components of a token's vector have none: ()."""
    arrangement = run.experiment.arrangement
    below = arrangement.shown.layer - 1
    if not below:
        return ()
    _, H, _ = _sizes(run)
    keys = ("place.below", "place.below_backward")[: arrangement.directions]
    return tuple(say(language, key, unit=unit, layer=below) for key in keys for unit in range(1, H + 1))


def _place(run: Run) -> dict[str, Any] | None:
    """Which cell of several is shown; None where there is only one."""
    arrangement = run.experiment.arrangement
    if arrangement.is_single:
        return None
    shown = arrangement.shown
    return {"layer": shown.layer, "layers": arrangement.layers, "backward": shown.reads_backward}


@lru_cache(maxsize=64)
def _described(spec: CellSpec, language: str, D: int, H: int, Q: int) -> tuple[str, bytes]:
    """The description as JSON, and its digest."""
    text = payload.write(describe(spec, language, D, H, Q))
    return text, _digest(text.encode()).encode()


def _ends(run: Run, language: str) -> dict[str, str] | None:
    """What the readout's probabilities 0 and 1 stand for."""
    task = lessons()[run.experiment.lesson].task
    if run.readout is None or task is None:
        return None
    return {"low": sentence(language, TASKS[task].low), "high": sentence(language, TASKS[task].high)}


def _sizes(run: Run) -> tuple[int, int, int]:
    """D, H and Q. H is read off a parameter: a run of no tokens has no trace."""
    shapes = {name: run.spec.weights[name].shape for name in run.base_params}
    name = next(name for name, shape in shapes.items() if "H" in shape)
    return run.X.shape[1], int(run.base_params[name].shape[shapes[name].index("H")]), max(1, len(run.outputs))


def _digest(*parts: bytes) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()
