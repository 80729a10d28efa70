"""What is computed: an `Experiment` names it completely, `run` computes it.

An experiment is a small frozen value. Equal experiments give equal numbers, so it can stand in a link, in a
test and in a bug report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

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


def run(experiment: Experiment, near: Run | None = None) -> Run:
    """Compute an experiment, with its tweaks and without them. Any text will do, the empty one too.

    `near` is a run from before: if only tweaks tell the two apart, its untouched part is taken over.
    """
    tweaks = experiment.tweaks
    untouched = replace(experiment, tweaks=UNTOUCHED)
    if near is None or replace(near.experiment, tweaks=UNTOUCHED) != untouched:
        near = _untouched(untouched)
    params, trace, readout, digest = near.base_params, near.base_trace, near.base_readout, near.base_digest
    if not tweaks.is_empty:
        params = apply(tweaks, near.spec, params)
        if trace is not None:
            trace = forward(near.spec, params, near.X, clamp=dict(tweaks.clamp))
        readout = _readout(near.model, trace)
        digest = _digest(digest, tweaks)
    return replace(near, experiment=experiment, params=params, trace=trace, readout=readout, digest=digest)


def _untouched(experiment: Experiment) -> Run:
    """The run of an experiment that has no tweaks."""
    spec = CELLS[experiment.cell]
    model = trained(experiment)
    tokens = _read(experiment, model)
    notices = tokens.notices
    if model is not None:
        X, known, params = model.vectors(tokens.items), tuple(map(model.knows, tokens.items)), model.params
    else:
        X, known = vectors(tokens, INPUTS, experiment.seed), (True,) * len(tokens.items)
        params = init(spec, X.shape[1], experiment.units, experiment.seed)
        if lessons()[experiment.lesson].task is not None:
            notices = (*notices, Notice("notice.untrained", {"cell": spec.title}))
    trace = forward(spec, params, X) if len(X) else None
    readout = _readout(model, trace)
    weights = dict(model.card) if model else (experiment.units, experiment.seed)
    digest = _digest(spec.key, tokens.mode, tokens.items, experiment.lesson, weights)
    return Run(
        experiment=experiment,
        spec=spec,
        model=model,
        tokens=tokens,
        known=known,
        X=X,
        params=params,
        base_params=params,
        trace=trace,
        base_trace=trace,
        readout=readout,
        base_readout=readout,
        notices=notices,
        digest=digest,
        base_digest=digest,
    )


def trained(experiment: Experiment) -> Model | None:
    """The lesson's weights; None in free play, and for a cell that was not trained on the lesson's task."""
    task = lessons()[experiment.lesson].task
    return None if task is None else load(task, experiment.cell)


def unknown(experiment: Experiment) -> tuple[str, ...]:
    """The distinct tokens that the trained vocabulary lacks, in the order of the text."""
    model = trained(experiment)
    items = dict.fromkeys(_read(experiment, model).items)
    return () if model is None else tuple(item for item in items if not model.knows(item))


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


def _readout(model: Model | None, trace: Trace | None) -> np.ndarray | None:
    """The probability after each token, (T,)."""
    if model is None or trace is None:
        return None
    return model.readout.probability(trace["h"])[:, 0]


def _digest(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()
