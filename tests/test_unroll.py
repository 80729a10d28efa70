"""A memory is the sum of what was written into it and survived."""

from __future__ import annotations

import numpy as np
import pytest

from models import CELLS, CellSpec, explain, unroll
from models.derive import recursion
from models.unroll import history
from tests.cases import B, Case, H, T, every_cell

# The states that carry themselves unit by unit. The others are rewritten through a matrix or a function.
CARRIED = {
    "lstm": "c",
    "lstm_peephole": "c",
    "lstm_coupled": "c",
    "lstm_no_input_gate": "c",
    "lstm_no_forget_gate": "c",
    "lstm_no_output_gate": "c",
    "lstm_no_input_activation": "c",
    "lstm_no_output_activation": "c",
    "lstm_full_gate_recurrence": "c",
    "depth_gated": "c c1",
    "gru": "h",
    "gru_after": "h",
    "gru_takes_new": "h",
    "gru_takes_new_after": "h",
    "mgu": "h",
    "mut1": "h",
    "mut2": "h",
    "mut3": "h",
    "sru": "c",
    "clockwork": "h",
    "mingru": "h",
    "minlstm": "h",
    "slstm": "c n",
    "rnn": "",
    "rnn_output": "",
    "layer": "",
}


@every_cell
def test_the_rows_add_up_to_the_state(spec: CellSpec) -> None:
    case = Case(spec)
    trace = case.run()
    for state in spec.quantities:
        if state not in CARRIED[spec.key].split():
            with pytest.raises(ValueError, match=f"{state} of {spec.key} is not carried over"):
                unroll(trace, state, 1)
            continue
        for step in (1, 2, T):
            rows = unroll(trace, state, step)
            assert rows.shape == (step + 1, H)
            np.testing.assert_allclose(rows.sum(axis=0), trace[state][step - 1], rtol=1e-12, atol=1e-12)


@every_cell
def test_what_was_written_last_is_all_there(spec: CellSpec) -> None:
    trace = Case(spec).run()
    for state in CARRIED[spec.key].split():
        written = [sum(value for _, value in explain(trace, state, T, unit)[1:]) for unit in range(H)]
        np.testing.assert_allclose(unroll(trace, state, T)[T], written, rtol=1e-12, atol=1e-14)


@every_cell
def test_a_pinned_memory_is_all_written(spec: CellSpec) -> None:
    case = Case(spec)
    for state in CARRIED[spec.key].split():
        values = np.full((T, H), np.nan)
        values[2, :3] = 0.4
        trace = case.run({state: values})
        rows = unroll(trace, state, T)
        np.testing.assert_allclose(rows.sum(axis=0), trace[state][T - 1], rtol=1e-12, atol=1e-12)
        assert not rows[:3, :3].any()


@every_cell
def test_the_history_of_a_unit_is_its_column_of_every_unrolling(spec: CellSpec) -> None:
    trace = Case(spec).run()
    for state in CARRIED[spec.key].split():
        rows = history(trace, state, 2)
        for step in range(1, T + 1):
            np.testing.assert_allclose(rows[step - 1, : step + 1], unroll(trace, state, step)[:, 2], rtol=1e-12)
            assert not rows[step - 1, step + 1 :].any()


def test_the_formula_of_the_lstm() -> None:
    case = Case(CELLS["lstm"])
    trace = case.run()
    f, written = trace["f"], trace["i"] * trace["c~"]
    rows = unroll(trace, "c", 4)
    np.testing.assert_allclose(rows[0], f[:4].prod(axis=0) * case.initial["c"], rtol=1e-13)
    np.testing.assert_allclose(rows[2], f[2:4].prod(axis=0) * written[1], rtol=1e-13)
    np.testing.assert_allclose(rows[4], written[3], rtol=1e-13)


def test_an_open_forget_gate_loses_nothing_and_a_closed_one_everything() -> None:
    case = Case(CELLS["lstm"])
    kept = unroll(case.run({"f": 1.0}), "c", T)
    np.testing.assert_array_equal(kept[0], case.initial["c"])
    lost = unroll(case.run({"f": 0.0}), "c", T)
    assert not lost[:T].any() and lost[T].all()


def test_the_depth_gate_writes_too() -> None:
    trace = Case(CELLS["depth_gated"]).run()
    last = unroll(trace, "c", T)[T]
    np.testing.assert_allclose(last, (trace["i"] * trace["c~"] + trace["d"] * trace["c1"])[-1], rtol=1e-13)


def test_what_does_not_exist_is_refused() -> None:
    trace = Case(CELLS["lstm"]).run()
    with pytest.raises(ValueError, match="h of lstm is not carried over unit by unit and cannot be unrolled; c can"):
        unroll(trace, "h", 1)
    with pytest.raises(ValueError, match="no quantity 'g'"):
        unroll(trace, "g", 1)
    for step in (0, T + 1):
        with pytest.raises(ValueError, match=f"step {step} is not one of 1 to {T}"):
            unroll(trace, "c", step)
    with pytest.raises(ValueError, match="without batch"):
        unroll(Case(CELLS["lstm"], (B,)).run(), "c", 1)


def test_the_rule_of_every_cell_is_known() -> None:
    found = {key: {state for state in spec.states if recursion(spec, state)} for key, spec in CELLS.items()}
    assert found == {key: set(states.split()) for key, states in CARRIED.items()}
