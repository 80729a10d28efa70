"""The menu of cells: each in one group, with its costs at the size that is shown."""

from dataclasses import replace

import pytest

from models import CELLS
from models.arrangement import Arrangement
from models.experiment import Experiment, run
from viz import menu

FREE = Experiment(lesson="free", text="one two three two", units=6)


def test_every_cell_stands_in_one_group() -> None:
    assert sorted(menu.order()) == sorted(CELLS)
    assert all(menu.groups().values())


@pytest.mark.parametrize("cell", CELLS)
def test_costs_are_those_of_the_shown_cell(cell: str) -> None:
    shown = replace(FREE, cell=cell)
    cost = menu.cost(shown)
    params = run(shown).params
    masked = cell == "clockwork"  # entries that do not exist are no parameters
    total = sum(array.size for array in params.values())
    assert (cost.parameters < total) if masked else (cost.parameters == total)
    assert cost == menu.cost_of(cell, FREE)
    assert cost.ratio == cost.parameters / menu.cost(FREE).parameters
    assert 0 < cost.multiply_adds < cost.parameters


def test_a_stack_costs_what_its_cells_cost() -> None:
    stacked = replace(FREE, arrangement=Arrangement(2, True))
    cost = menu.cost(stacked)
    assert cost.parameters == sum(array.size for layer in run(stacked).weights for p in layer for array in p.values())
    assert cost.ratio == 1
    assert menu.cost_of("gru", stacked) == menu.cost_of("gru", FREE)


def test_costs_follow_the_trained_size() -> None:
    trained = Experiment(lesson="review", cell="gru")
    assert menu.cost(trained).parameters == 3 * 8 * (6 + 8 + 1)
    assert menu.cost(trained).ratio == 0.75
