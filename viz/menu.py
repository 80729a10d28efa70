"""The family of cells as a menu: in groups, and what each costs at the size that is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from models import CELLS
from models.arrangement import SINGLE
from models.cost import multiply_adds
from models.experiment import Experiment, definition, output_names, sizes_at
from models.spec import CellSpec

MEASURE = "lstm"  # costs are told against its
OTHERS = "others"
GROUPS: Mapping[str, tuple[str, ...]] = {
    "plain": ("layer", "rnn", "rnn_output"),
    "lstm": ("lstm", "lstm_peephole", "lstm_coupled", "depth_gated"),
    "gru": ("gru", "gru_after", "gru_takes_new", "gru_takes_new_after", "mgu"),
    OTHERS: ("clockwork", "sru"),
    "extensions": ("mut1", "mut2", "mut3", "slstm", "minlstm", "mingru"),
    "ablations": (
        "lstm_no_input_gate",
        "lstm_no_forget_gate",
        "lstm_no_output_gate",
        "lstm_no_input_activation",
        "lstm_no_output_activation",
        "lstm_full_gate_recurrence",
    ),
}


@cache
def groups() -> Mapping[str, tuple[str, ...]]:
    """Keys of all cells by group, those of no group among the others."""
    named = {key for keys in GROUPS.values() for key in keys}
    rest = tuple(key for key in CELLS if key not in named)
    return {group: keys + rest if group == OTHERS else keys for group, keys in GROUPS.items()}


def order() -> tuple[str, ...]:
    """All cells, group after group."""
    return tuple(key for keys in groups().values() for key in keys)


@dataclass(frozen=True)
class Cost:
    """Learned numbers, how many times the LSTM's that is, and multiply-adds in one time step."""

    parameters: int
    ratio: float
    multiply_adds: int


def cost(experiment: Experiment) -> Cost:
    """What the experiment's cell costs, with all its layers and directions, against as many of the LSTM."""
    return _cost(definition(experiment), experiment, max(1, len(output_names(experiment))))


def cost_of(cell: str, experiment: Experiment) -> Cost:
    """What one of another cell would cost at the experiment's size; an output layer has one unit for each token."""
    if cell == experiment.cell:
        return cost(experiment)
    alone = Experiment(lesson="free", cell=cell, text=experiment.text, mode=experiment.mode)
    return _cost(CELLS[cell], replace(experiment, arrangement=SINGLE), max(1, len(output_names(alone))))


def _cost(spec: CellSpec, experiment: Experiment, Q: int) -> Cost:
    parameters = adds = measure = 0
    for place in experiment.arrangement.places():
        _, D, H = sizes_at(experiment, place)
        parameters += spec.count(D, H, Q)
        adds += multiply_adds(spec, D, H, Q)
        measure += CELLS[MEASURE].count(D, H)
    return Cost(parameters, parameters / measure, adds)
