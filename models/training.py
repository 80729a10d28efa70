"""Train a cell on a task, in NumPy: `python -m models.training review lstm`.

The network is an embedding, one cell and a logistic readout after every step. Adam, gradients clipped by
their common norm, batches of sequences of similar length. Everything is seeded: the same command gives the
same weights on the same machine. Elsewhere matrix products may round otherwise, and training magnifies that.

Three small prices keep the pictures legible and cost next to no accuracy. Decay on the embedding leaves filler
words near zero, so that gates move for the words that matter. A price on every change of memory keeps a unit
still until it has something to say. Decay on the readout makes what a unit says large enough to be seen.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from . import CELLS, backward, forward, init
from .readout import Readout
from .spec import CellSpec
from .task import UNKNOWN, Sample, Task, split
from .tasks import TASKS
from .weights import FOLDER, Model, assemble, load, opposite_update, save

Array = np.ndarray
Report = Callable[[int, int, float], None]  # report(batches done, batches in all, mean loss of late)

HELD_OUT = 2000  # samples that judge a network; those of a seed are the same for every cell and recipe


@dataclass(frozen=True)
class Recipe:
    """How a network is trained. The defaults are those of the weights in assets/weights."""

    units: int = 8
    inputs: int = 6
    epochs: int = 40
    samples: int = 12000
    batch: int = 32
    rate: float = 0.01
    clip: float = 1.0
    dropout: float = 0.03  # share of words replaced by <unk>, which teaches its row
    embedding_decay: float = 3e-4
    readout_decay: float = 1e-3
    steadiness: float = 1e-2
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Batch:
    """Samples side by side, padded at the end: rows (T, B) of the embedding, targets and weights (T, B, 1).

    Weights are 0 on the padding. A cell reads from left to right: what it does there changes nothing before.
    """

    rows: Array
    targets: Array
    weights: Array

    @property
    def last(self) -> tuple[Array, Array]:
        """Index (step, sample) of the last step of each sample."""
        return self.weights[..., 0].sum(axis=0).astype(int) - 1, np.arange(self.rows.shape[1])


def collate(samples: Sequence[Sample], vocabulary: Sequence[str]) -> Batch:
    row = {word: number for number, word in enumerate(vocabulary)}
    shape = max(len(sample.tokens) for sample in samples), len(samples)
    rows, targets, weights = np.full(shape, row[UNKNOWN]), np.zeros((*shape, 1)), np.zeros((*shape, 1))
    for k, sample in enumerate(samples):
        steps = slice(len(sample.tokens))
        rows[steps, k] = [row[token] for token in sample.tokens]
        targets[steps, k, 0] = sample.targets
        weights[steps, k, 0] = 1
    return Batch(rows, targets, weights)


def train(task: Task, spec: CellSpec, recipe: Recipe, report: Report | None = None) -> dict[str, Array]:
    """Arrays by name: the cell's parameters, E (V, D), W_hq (H, 1), b_q (1,)."""
    samples, _ = split(task, recipe.samples, HELD_OUT, recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    arrays = _start(task, spec, recipe, rng)
    adam = Adam(arrays)
    total, done, recent = recipe.epochs * -(-len(samples) // recipe.batch), 0, 0.0
    for _ in range(recipe.epochs):
        for batch in _batches(samples, task.vocabulary, recipe.batch, rng):
            loss, gradients = _gradients(spec, arrays, batch, recipe, rng)
            _clip(gradients, recipe.clip)
            fading = (1 + np.cos(np.pi * done / total)) / 2  # from 1 to 0: the last steps settle
            adam.step(arrays, gradients, recipe.rate * fading)
            done += 1
            recent += (loss - recent) / min(done, 100)
            if report:
                report(done, total, recent)
    return arrays


def judge(model: Model, samples: Sequence[Sample]) -> float:
    """Share of samples whose answer after the last step is on the right side of one half."""
    right = 0
    for first in range(0, len(samples), 500):
        batch = collate(samples[first : first + 500], model.vocabulary)
        h = forward(CELLS[str(model.card["cell"])], model.params, model.embedding[batch.rows])["h"]
        says = model.readout.probability(h)[batch.last] > 0.5
        right += int(np.sum(says == (batch.targets[batch.last] > 0.5)))
    return right / len(samples)


class Adam:
    """Kingma & Ba 2014, with the usual decay rates."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.steps = 0
        self.mean = {name: np.zeros_like(array) for name, array in arrays.items()}
        self.square = {name: np.zeros_like(array) for name, array in arrays.items()}

    def step(self, arrays: dict[str, Array], gradients: Mapping[str, Array], rate: float) -> None:
        self.steps += 1
        rate *= np.sqrt(1 - 0.999**self.steps) / (1 - 0.9**self.steps)
        for name, gradient in gradients.items():
            self.mean[name] += 0.1 * (gradient - self.mean[name])
            self.square[name] += 0.001 * (gradient**2 - self.square[name])
            arrays[name] = arrays[name] - rate * self.mean[name] / (np.sqrt(self.square[name]) + 1e-8)


def _start(task: Task, spec: CellSpec, recipe: Recipe, rng: np.random.Generator) -> dict[str, Array]:
    D, H = recipe.inputs, recipe.units
    arrays = {name: array.astype(float) for name, array in init(spec, D, H, seed=recipe.seed).items()}
    arrays["E"] = 0.5 * rng.standard_normal((len(task.vocabulary), D))
    arrays["W_hq"] = rng.uniform(-1, 1, (H, 1)) * np.sqrt(6 / (H + 1))
    arrays["b_q"] = np.zeros(1)
    return arrays


def _batches(
    samples: Sequence[Sample], vocabulary: Sequence[str], size: int, rng: np.random.Generator
) -> Iterator[Batch]:
    """All samples once, in random batches of similar length, so that little is padded."""
    order = sorted(rng.permutation(len(samples)), key=lambda k: len(samples[k].tokens))
    starts = np.arange(0, len(order), size)
    for start in rng.permutation(starts):
        yield collate([samples[k] for k in order[start : start + size]], vocabulary)


def _gradients(
    spec: CellSpec, arrays: Mapping[str, Array], batch: Batch, recipe: Recipe, rng: np.random.Generator
) -> tuple[float, dict[str, Array]]:
    """The loss of a batch without its prices, and the gradient with them."""
    unknown = 0  # the row of <unk>, which comes first in every vocabulary
    rows = np.where(rng.random(batch.rows.shape) < recipe.dropout, unknown, batch.rows)
    params = {name: arrays[name] for name in spec.weights if name in arrays}
    trace = forward(spec, params, arrays["E"][rows])
    readout = Readout(arrays["W_hq"], arrays["b_q"])
    loss, dh, dW, db = readout.loss(trace["h"], batch.targets, batch.weights)
    memory = "c" if "c" in spec.states else "h"
    seeds = {"h": dh}
    _, slope = unrest(trace[memory], trace.previous(memory), batch.weights)
    seeds[memory] = seeds.get(memory, 0) + recipe.steadiness * slope
    back = backward(trace, seeds)
    gradients = dict(back.params)
    gradients["E"] = recipe.embedding_decay * arrays["E"]
    np.add.at(gradients["E"], rows, back.x)
    gradients["W_hq"] = dW + recipe.readout_decay * arrays["W_hq"]
    gradients["b_q"] = db
    return loss, gradients


def unrest(states: Array, before: Array, weights: Array) -> tuple[float, Array]:
    """The price of change, the weighted mean over steps of Σ 1 − exp(−(Δ/0.3)²/2), and its gradient in `states`.

    states: (T, …, H); before: the same one step back, the initial state first; weights: (T, …, 1).
    The price levels off: keeping still is rewarded, while a change that is worth its price may be large.
    """
    change = (states - before) / 0.3
    still = np.exp(-(change**2) / 2) * (weights / weights.sum())
    slope = change / 0.3 * still
    later = np.concatenate([slope[1:], np.zeros_like(slope[:1])])  # each state is also what the next changes from
    return states.shape[-1] - float(still.sum()), slope - later


def _clip(gradients: dict[str, Array], limit: float) -> None:
    norm = np.sqrt(sum(np.vdot(gradient, gradient) for gradient in gradients.values()))
    if norm > limit:
        for name in gradients:
            gradients[name] = gradients[name] * (limit / norm)


def describe(
    task: Task, spec: CellSpec, arrays: Mapping[str, Array], recipe: Recipe, command: str
) -> dict[str, object]:
    """The card of trained arrays, with their accuracy on the samples that training has not seen."""
    card: dict[str, object] = {
        "task": task.key,
        "cell": spec.key,
        "command": command,
        **asdict(recipe),
        "outputs": 1,
        "parameters": spec.count(recipe.inputs, recipe.units),
        "vocabulary": list(task.vocabulary),
    }
    _, unseen = split(task, 0, HELD_OUT, recipe.seed)
    accuracy = judge(assemble(arrays, card), unseen)
    return {"held_out_accuracy": accuracy, "held_out_samples": HELD_OUT, **card}


def main(arguments: Sequence[str]) -> None:
    parser = _parser()
    options = parser.parse_args(arguments)
    task, spec = TASKS[options.task], CELLS[options.cell]
    command = shlex.join(["python", "-m", "models.training", *arguments])
    if options.negate is None:
        recipe = Recipe(**{field.name: getattr(options, field.name) for field in fields(Recipe)})
        arrays = train(task, spec, recipe, _progress)
    else:
        source = load(task.key, options.negate, options.folder)
        if source is None:
            parser.error(f"{options.folder} holds no weights of {options.negate} for {task.key}")
        recipe = Recipe(**{field.name: source.card[field.name] for field in fields(Recipe)})  # type: ignore[arg-type]
        arrays = opposite_update(source.arrays)
    card = describe(task, spec, arrays, recipe, command)
    if options.negate is not None:
        card = {"note": f"The weights of {options.negate}, W_xz, W_hz and b_z negated: the same function.", **card}
    path = save(arrays, card, options.folder)
    print(f"{path}: {card['held_out_accuracy']:.2%} of {HELD_OUT} unseen samples are judged right")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m models.training", description="Train a cell on a task.")
    parser.add_argument("task", choices=list(TASKS))
    # The readout reads h, which a single layer does not have.
    parser.add_argument("cell", choices=[key for key, spec in CELLS.items() if "h" in spec.quantities])
    for field in fields(Recipe):
        flag = "--" + field.name.replace("_", "-")
        parser.add_argument(flag, type=type(field.default), default=field.default, help=f"{field.default}")
    parser.add_argument("--negate", metavar="CELL", help="take CELL's weights, with the update gate negated")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the weights go")
    return parser


def _progress(done: int, total: int, loss: float) -> None:
    if 100 * done // total > 100 * (done - 1) // total:
        bar = ("█" * round(30 * done / total)).ljust(30, "░")
        print(f"\r{bar} {done / total:4.0%}  loss {loss:.4f}", end="", file=sys.stderr, flush=True)
    if done == total:
        print(file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
