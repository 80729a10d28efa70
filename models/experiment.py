"""What is computed: an `Experiment` names it completely, `run` computes it.

An experiment is a small frozen value. Equal experiments give equal numbers, so it can stand in a link, in a
test and in a bug report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from . import CELLS, own
from .arrangement import SINGLE, Arrangement, Place
from .engine import forward
from .lessons import FIRST, lessons
from .notice import Notice
from .params import init
from .plan import plan
from .spec import CellSpec
from .stack import forward_stack, init_stack
from .task import UNKNOWN
from .text import Tokens, tokenize, vectors
from .trace import Trace
from .tweaks import UNTOUCHED, Tweaks, apply
from .weights import Model, load, opposite_update

INPUTS = 8  # size of the vector that an untrained cell reads for each token
UNITS = (1, 128)  # more rows than that cannot be told apart on a screen
SEEDS = (0, 9999)
LONGEST = 5000  # characters: percent-encoded in a link they still fit the largest request a server takes
MOST_NUMBERS = 3_000_000  # that a run of a typed cell keeps; 512 tokens and 128 units leave room for 45 operations
LARGEST = float(np.finfo(np.float32).max)  # what the stage is sent
OVERFLOW = "notice.overflow"
MOST_OUTPUTS = 64  # units of an output layer; the tokens of a longer vocabulary share the last one

Params = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Experiment:
    """`mode`, `units` and `seed` count in free play only: trained weights bring their own.

    `options` are the choices of the cell that are not its defaults, sorted by name. `negated` gives the update gate
    the other sign, in cells where it takes the new. `tweaks` are those of the cell that is shown, `elsewhere` those
    of other cells of the arrangement, sorted and none of them empty. `own` is the text of the cell where `cell` is
    own.KEY, else "".
    """

    lesson: str = FIRST
    cell: str = "lstm"
    text: str = lessons()[FIRST].text
    mode: str = "auto"
    units: int = 8
    seed: int = 0
    tweaks: Tweaks = UNTOUCHED
    options: tuple[tuple[str, object], ...] = ()
    negated: bool = False
    arrangement: Arrangement = SINGLE
    elsewhere: tuple[tuple[Place, Tweaks], ...] = ()
    own: str = ""


@dataclass(frozen=True, eq=False)
class Run:
    """An experiment and all that came of it; T tokens, H units, D inputs.

    `tokens`, `known` (T,), which says what the trained vocabulary holds, and X (T, D) are as the shown cell reads
    them: from the last token to the first if it reads backward. `outputs` (Q,) names the units of an output layer.
    `params`, `trace`, `readout` have the tweaks in them, those called `base_` have not. The readout (T,) is the
    probability after each token. Traces are None when there is no token, `model` and readouts where there are no
    trained weights. `digest` stands for all numbers of the run, `base_digest` for those that no tweak can change.
    `weights` and `read` are what the whole arrangement was run with: params by [layer][direction] and the input
    of the lowest layer, in the order of the text.
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
    outputs: tuple[str, ...]
    weights: tuple[tuple[Params, ...], ...]
    read: np.ndarray

    def in_phases(self, grouping: str) -> Run:
        """The same numbers, the step cut into the phases of one of the cell's groupings."""
        if not grouping:
            return self
        spec = self.spec.regroup(grouping)
        traces = {name: getattr(self, name) for name in ("trace", "base_trace")}
        cut = {name: trace and replace(trace, spec=spec) for name, trace in traces.items()}
        return replace(self, spec=spec, **cut)


def definition(experiment: Experiment) -> CellSpec:
    """The experiment's cell, with its options. Raises ValueError for an option that it does not have, and for a text
    that is no cell."""
    if experiment.cell == own.KEY:
        return own.cell(experiment.own)
    return CELLS[experiment.cell].choose(**dict(experiment.options))


def run(experiment: Experiment, near: Run | None = None) -> Run:
    """Compute an experiment, with its tweaks and without them. Any text will do, the empty one too.

    `near` is a run from before: if only tweaks tell the two apart, its untouched part is taken over.
    """
    untouched = replace(experiment, tweaks=UNTOUCHED, elsewhere=())
    if near is None or replace(near.experiment, tweaks=UNTOUCHED, elsewhere=()) != untouched:
        near = _untouched(untouched)
    params, trace, readout, digest = near.base_params, near.base_trace, near.base_readout, near.base_digest
    shown = experiment.arrangement.shown
    tweaks = {**dict(experiment.elsewhere), shown: experiment.tweaks}
    if not all(each.is_empty for each in tweaks.values()):
        weights = [list(layer) for layer in near.weights]
        for place, each in tweaks.items():
            layer, direction = place.at
            weights[layer][direction] = apply(each, near.spec, weights[layer][direction])
        params = weights[shown.at[0]][shown.at[1]]
        clamps = {place.at: dict(each.clamp) for place, each in tweaks.items()}
        trace = _trace(near.spec, weights, near.read, shown, clamps)
        readout = _readout(near.model, trace)
        digest = _digest(digest, experiment.tweaks, experiment.elsewhere)
    notices = (*(notice for notice in near.notices if notice.key != OVERFLOW), *_overflow(trace))
    ran = replace(near, experiment=experiment, params=params, trace=trace, readout=readout, digest=digest)
    return replace(ran, notices=notices)


def _untouched(experiment: Experiment) -> Run:
    """The run of an experiment that has no tweaks."""
    spec = definition(experiment)
    model = trained(experiment)
    tokens = _read(experiment, model)
    outputs = output_names(experiment)
    arrangement = experiment.arrangement
    notices = tokens.notices
    if model is not None:
        read, known = model.vectors(tokens.items), tuple(map(model.knows, tokens.items))
        weights: tuple[tuple[Params, ...], ...] = ((model.params,),)
    else:
        read, known = vectors(tokens, INPUTS, experiment.seed), (True,) * len(tokens.items)
        weights = _untrained(spec, arrangement, read.shape[1], experiment, len(outputs))
        notices = (*notices, *_no_weights(experiment, spec))
    if experiment.negated:
        weights = tuple(tuple(map(opposite_update, layer)) for layer in weights)
    trace = _trace(spec, weights, read, arrangement.shown)
    layer, direction = arrangement.shown.at
    X = np.zeros((0, sizes(experiment)[1])) if trace is None else trace.x
    readout = _readout(model, trace)
    made = dict(model.card) if model else (experiment.units, experiment.seed)
    if arrangement.shown.reads_backward:
        tokens, known = _reversed(tokens), known[::-1]
    digest = _digest(
        *(spec.key, experiment.own, experiment.options, experiment.negated, arrangement, tokens.mode, tokens.items),
        *(experiment.lesson, made),
    )
    return Run(
        experiment=experiment,
        spec=spec,
        model=model,
        tokens=tokens,
        known=known,
        X=X,
        params=weights[layer][direction],
        base_params=weights[layer][direction],
        trace=trace,
        base_trace=trace,
        readout=readout,
        base_readout=readout,
        notices=notices,
        digest=digest,
        base_digest=digest,
        outputs=outputs,
        weights=weights,
        read=read,
    )


def _untrained(
    spec: CellSpec, arrangement: Arrangement, D: int, experiment: Experiment, Q: int
) -> tuple[tuple[Params, ...], ...]:
    """Seeded parameters by [layer][direction]."""
    if arrangement.is_single:
        return ((init(spec, D, experiment.units, experiment.seed, Q=max(Q, 1)),),)
    return init_stack(spec, D, experiment.units, arrangement.layers, arrangement.directions, experiment.seed)


def _trace(
    spec: CellSpec,
    weights: Sequence[Sequence[Params]],
    read: np.ndarray,
    shown: Place,
    clamps: Mapping[tuple[int, int], Mapping[str, float]] | None = None,
) -> Trace | None:
    """The shown cell's trace in a run of them all; None where there is nothing to read."""
    if not len(read):
        return None
    layer, direction = shown.at
    if len(weights) == len(weights[0]) == 1:  # some cells have no hidden state that a stack could hand on
        return forward(spec, weights[0][0], read, clamp=(clamps or {}).get((0, 0)))
    return forward_stack(spec, weights, read, clamps or {}).traces[layer][direction]


def _overflow(trace: Trace | None) -> tuple[Notice, ...]:
    """Where a run first leaves the numbers that can be drawn: the earliest step, and there what is computed first."""
    found = []
    for name, values in (trace or {}).items():
        if not np.abs(values).max() <= LARGEST:  # so that NaN counts too
            step = int(np.argmin((np.abs(values) <= LARGEST).all(axis=1)))
            found.append((step, name))
    if not found:
        return ()
    step, name = min(found, key=lambda place: place[0])
    return (Notice(OVERFLOW, {"quantity": name, "step": step + 1}),)


def _no_weights(experiment: Experiment, spec: CellSpec) -> tuple[Notice, ...]:
    """Why a lesson's cell runs on random weights."""
    task = lessons()[experiment.lesson].task
    if task is None:
        return ()
    known = load(task, experiment.cell) is not None
    return (Notice("notice.untrained_choice" if known else "notice.untrained", {"cell": spec.title}),)


def trained(experiment: Experiment) -> Model | None:
    """The lesson's weights; None in free play, and for a cell that was not trained like this on the lesson's task."""
    task = lessons()[experiment.lesson].task
    usual = not experiment.options and experiment.arrangement.is_single
    return load(task, experiment.cell) if task and usual else None


def unknown(experiment: Experiment) -> tuple[str, ...]:
    """The distinct tokens that the trained vocabulary lacks, in the order of the text."""
    model = trained(experiment)
    items = dict.fromkeys(_read(experiment, model).items)
    return () if model is None else tuple(item for item in items if not model.knows(item))


def sizes(experiment: Experiment) -> tuple[int, int, int]:
    """(T, D, H) of an experiment's shown cell, without computing it."""
    return sizes_at(experiment, experiment.arrangement.shown)


def sizes_at(experiment: Experiment, place: Place) -> tuple[int, int, int]:
    """(T, D, H) of any cell of its arrangement."""
    model = trained(experiment)
    tokens = _read(experiment, model)
    if model is not None:
        return len(tokens.items), model.embedding.shape[1], model.units
    D, H = INPUTS if tokens.values is None else 1, experiment.units
    return len(tokens.items), experiment.arrangement.inputs(place, D, H), H


def most_units(experiment: Experiment) -> int:
    """UNITS[1], or less where a long text meets a typed cell of very many operations: a run stays small."""
    if experiment.cell != own.KEY:
        return UNITS[1]
    scheme = plan(definition(experiment))
    rows = max(1, len(_read(experiment, None).items)) * (len(scheme.slots) + len(scheme.affines))
    return max(UNITS[0] + 1, min(UNITS[1], MOST_NUMBERS // rows))


def output_names(experiment: Experiment) -> tuple[str, ...]:
    """What the units of an output layer stand for: the different tokens of the text, in the order in which they
    come. Of a long vocabulary the last unit is for all the rest. () for a cell without such a layer."""
    if not any("Q" in weight.shape for weight in definition(experiment).weights.values()):
        return ()
    names = tuple(dict.fromkeys(_read(experiment, trained(experiment)).items))
    return names if 0 < len(names) <= MOST_OUTPUTS else (*names[: MOST_OUTPUTS - 1], UNKNOWN)


def _read(experiment: Experiment, model: Model | None) -> Tokens:
    """The text as tokens. Weights trained on words can read nothing but words."""
    return tokenize(experiment.text, experiment.mode if model is None else "words")


def _reversed(tokens: Tokens) -> Tokens:
    return replace(tokens, items=tokens.items[::-1], values=tokens.values and tokens.values[::-1])


def _readout(model: Model | None, trace: Trace | None) -> np.ndarray | None:
    """The probability after each token, (T,)."""
    if model is None or trace is None:
        return None
    return model.readout.probability(trace["h"])[:, 0]


def _digest(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()
