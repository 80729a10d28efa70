"""Multiply-adds of one step, against the formulas of the papers."""

from __future__ import annotations

import numpy as np
import pytest

from models import CELLS
from models.cost import multiply_adds

D, H = 10, 20
FORMULAS = {
    "rnn": H * (D + H),
    "lstm": 4 * H * (D + H),
    "lstm_peephole": 4 * H * (D + H) + 3 * H,
    "lstm_coupled": 3 * H * (D + H),
    "lstm_full_gate_recurrence": 4 * H * (D + H) + 3 * H + 9 * H * H,
    "gru": 3 * H * (D + H),
    "gru_after": 3 * H * (D + H),
    "mgu": 2 * H * (D + H),
    "minlstm": 3 * D * H,
    "mingru": 2 * D * H,
    "sru": 4 * D * H + 2 * H,
    "clockwork": D * H + 5 * (20 + 15 + 10 + 5),  # a module reads itself and the slower ones
    "rnn_output": H * (D + H) + 3 * H,
}


@pytest.mark.parametrize("key", FORMULAS)
def test_multiply_adds_are_those_of_the_formula(key: str) -> None:
    assert multiply_adds(CELLS[key], D, H) == FORMULAS[key]


@pytest.mark.parametrize("key", CELLS)
@pytest.mark.parametrize("sizes", [(3, 5), (4, 4)])
def test_no_cell_multiplies_by_its_biases(key: str, sizes: tuple[int, int]) -> None:
    spec = CELLS[key]
    biases = sum(int(np.prod(s)) for name, s in spec.parameters(*sizes).items() if name.startswith("b_"))
    assert multiply_adds(spec, *sizes) == spec.count(*sizes) - biases
