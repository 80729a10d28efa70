"""What is computed: an `Experiment` names it completely, `run` computes it.

An experiment is a small frozen value. Equal experiments give equal numbers, so it can stand in a link, in a
test and in a bug report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from . import CELLS
from .engine import forward
from .lessons import FIRST, lessons
from .notice import Notice
from .params import init
from .spec import CellSpec
from .text import Tokens, tokenize, vectors
from .trace import Trace
from .tweaks import UNTOUCHED, Tweaks, apply
from .weights import Model, load

INPUTS = 8  # size of the vector that an untrained cell reads for each token
UNITS = (1, 128)  # more rows than that cannot be told apart on a screen
SEEDS = (0, 9999)
LONGEST = 5000  # characters: percent-encoded in a link they still fit the largest request a server takes


@dataclass(frozen=True)
class Experiment:
    """`mode`, `units` and `seed` count in free play only: trained weights bring their own."""

    lesson: str = FIRST
    cell: str = "lstm"
    text: str = lessons()[FIRST].text
    mode: str = "auto"
    units: int = 8
    seed: int = 0
    tweaks: Tweaks = UNTOUCHED


@dataclass(frozen=True, eq=False)
class Run:
    """An experiment and all that came of it; T tokens, H units, D inputs.

    `known` (T,) says which tokens the trained vocabulary holds; X is (T, D). `params`, `trace`, `readout` have
    the tweaks in them, those called `base_` have not. The readout (T,) is the probability after each token.
    Traces are None when there is no token, `model` and readouts where there are no trained weights. `digest`
    stands for all numbers of the run, `base_digest` for those that no tweak can change.
    """

    experiment: Experiment
    spec: CellSpec
    model: Model | None
    tokens: Tokens
    known: tuple[bool, ...]
    X: np.ndarray
    params: Mapping[str, np.ndarray]
    base_params: Mapping[str, np.ndarray]
    trace: Trace | None
    base_trace: Trace | None
    readout: np.ndarray | None
    base_readout: np.ndarray | None
    notices: tuple[Notice, ...]
    digest: str
    base_digest: str


def run(experiment: Experiment) -> Run:
    """Compute an experiment, with its tweaks and without them. Any text will do, the empty one too."""
    spec = CELLS[experiment.cell]
    tweaks = experiment.tweaks
    model = trained(experiment)
    tokens = _read(experiment, model)
    X, known, notices = _inputs(experiment, model, tokens)
    _, D, H = sizes(experiment)
    base_params = model.params if model else init(spec, D, H, experiment.seed)
    params = base_params if tweaks.is_empty else apply(tweaks, spec, base_params)
    base_trace = forward(spec, base_params, X) if len(X) else None
    trace = base_trace
    if base_trace is not None and not tweaks.is_empty:
        trace = forward(spec, params, X, clamp=dict(tweaks.clamp))
    base_readout = _readout(model, base_trace)
    named = (experiment.lesson, spec.key, tokens.mode, tokens.items, D, H, experiment.seed)
    base_digest = _digest(named, model.card if model else None)
    return Run(
        experiment,
        spec,
        model,
        tokens,
        known,
        X,
        params,
        base_params,
        trace,
        base_trace,
        base_readout if trace is base_trace else _readout(model, trace),
        base_readout,
        (*tokens.notices, *notices),
        _digest(base_digest, tweaks) if not tweaks.is_empty else base_digest,
        base_digest,
    )


def trained(experiment: Experiment) -> Model | None:
    """The lesson's weights; None in free play, and for a cell that was not trained on the lesson's task."""
    task = lessons()[experiment.lesson].task
    return None if task is None else load(task, experiment.cell)


def sizes(experiment: Experiment) -> tuple[int, int, int]:
    """(T, D, H) of an experiment, without computing it."""
    model = trained(experiment)
    tokens = _read(experiment, model)
    if model is not None:
        return len(tokens.items), model.embedding.shape[1], model.units
    return len(tokens.items), INPUTS if tokens.values is None else 1, experiment.units


def _read(experiment: Experiment, model: Model | None) -> Tokens:
    """The text as tokens. Weights trained on words can read nothing but words."""
    return tokenize(experiment.text, experiment.mode if model is None else "words")


def _inputs(
    experiment: Experiment, model: Model | None, tokens: Tokens
) -> tuple[np.ndarray, tuple[bool, ...], tuple[Notice, ...]]:
    """What the cell reads (T, D), which tokens it knows, and what the visitor should be told about that."""
    if model is None:
        X = vectors(tokens, INPUTS, experiment.seed)
        learned = lessons()[experiment.lesson].task is None
        values = {"cell": CELLS[experiment.cell].title}
        return X, (True,) * len(X), () if learned else (Notice("notice.untrained", values),)
    known = tuple(map(model.knows, tokens.items))
    strange = list(dict.fromkeys(item for item, knows in zip(tokens.items, known, strict=True) if not knows))
    if not strange:
        return model.vectors(tokens.items), known, ()
    named = " ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
    return model.vectors(tokens.items), known, (Notice("notice.unknown_words", {"tokens": named}),)


def _readout(model: Model | None, trace: Trace | None) -> np.ndarray | None:
    """The probability after each token, (T,)."""
    if model is None or trace is None:
        return None
    return model.readout.probability(trace["h"])[:, 0]


def _digest(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()
