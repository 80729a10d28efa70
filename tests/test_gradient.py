"""Gradients of one target and the direct path, for every cell: against finite differences and the engine."""

from __future__ import annotations

import numpy as np
import pytest

from models import CELLS, CellSpec, backward, forward
from models.derive import recursion
from models.excerpt import excerpt
from models.gradient import (
    Loss,
    Unit,
    clip,
    flow,
    keeping_biases,
    keeps,
    opened,
    recurrent,
    scaled,
    singular,
    truncated,
)
from models.jacobian import linearise
from models.readout import Readout
from models.unroll import survival
from models.vanishing import output
from tests.cases import Case, H, T, every_cell, some_pinned

SMALL = 1e-6


def readout(case: Case) -> Readout:
    return Readout(case.rng.standard_normal((H, 1)), case.rng.standard_normal(1))


# One target --------------------------------------------------------------------------------------------------


@every_cell
@pytest.mark.parametrize("step", [1, 4, T])
def test_the_flow_of_a_unit_agrees_with_finite_differences(spec: CellSpec, step: int) -> None:
    case = Case(spec)
    trace = case.run()
    for name in trace:
        found = flow(trace, Unit(name, step, 2))
        assert found.value == trace[name][step - 1, 1]
        measured = np.zeros_like(case.x)
        for place in np.ndindex(*case.x.shape):
            ends = []
            for sign in (1, -1):
                x = case.x.copy()
                x[place] += sign * SMALL
                ends.append(forward(spec, case.params, x, case.initial)[name][step - 1, 1])
            measured[place] = (ends[0] - ends[1]) / (2 * SMALL)
        np.testing.assert_allclose(found.gradients.x, measured, rtol=1e-5, atol=1e-7, err_msg=name)
        np.testing.assert_allclose(found.x, np.linalg.norm(measured, axis=1), rtol=1e-5, atol=1e-7, err_msg=name)
        assert not found.x[step:].any(), "what comes later changes nothing"


@every_cell
def test_the_flow_to_states_agrees_with_finite_differences(spec: CellSpec) -> None:
    """Holding a state a little higher at one step, with all of that step that follows from it."""
    case = Case(spec)
    trace = case.run()
    target = Unit(output(spec), T, 1)
    found = flow(trace, target)
    assert list(found.states) == list(spec.states)
    for name in spec.states:
        for step in (2, T - 1):
            measured = np.zeros(H)
            for unit in range(H):
                ends = []
                for sign in (1, -1):
                    held = np.full((T, H), np.nan)
                    held[step - 1, unit] = trace[name][step - 1, unit] + sign * SMALL
                    ends.append(case.run({name: held})[target.quantity][-1, 0])
                measured[unit] = (ends[0] - ends[1]) / (2 * SMALL)
            np.testing.assert_allclose(found.gradients[name][step - 1], measured, rtol=1e-5, atol=1e-7, err_msg=name)
            assert found.states[name][step - 1] == pytest.approx(np.linalg.norm(measured), rel=1e-5, abs=1e-7)
        assert found.initial[name] == pytest.approx(np.linalg.norm(found.gradients.initial[name]))


@pytest.mark.parametrize("key", ["rnn", "lstm", "gru", "sru"])
@pytest.mark.parametrize("answer", [0.0, 1.0])
def test_the_flow_of_a_loss_agrees_with_finite_differences(key: str, answer: float) -> None:
    case = Case(CELLS[key])
    target = Loss(readout(case), 5, answer)

    def loss(x: np.ndarray) -> float:
        p = target.readout.probability(forward(case.spec, case.params, x, case.initial)["h"])[4, 0]
        return float(-np.log(p if answer else 1 - p))

    found = flow(case.run(), target)
    assert found.value == pytest.approx(loss(case.x))
    direction = case.rng.standard_normal(case.x.shape)
    measured = (loss(case.x + SMALL * direction) - loss(case.x - SMALL * direction)) / (2 * SMALL)
    assert np.vdot(found.gradients.x, direction) == pytest.approx(measured, rel=1e-6, abs=1e-9)


def test_without_a_unit_the_target_is_the_sum_of_all() -> None:
    trace = Case(CELLS["lstm"]).run()
    units = [flow(trace, Unit("h", T, unit)) for unit in range(1, H + 1)]
    together = flow(trace, Unit("h", T))
    assert together.value == pytest.approx(sum(one.value for one in units))
    np.testing.assert_allclose(together.gradients.x, sum(one.gradients.x for one in units), atol=1e-12)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (Unit("q", 1, 1), "no quantity 'q'"),
        (Unit("h", 0, 1), "steps 1 to 7"),
        (Unit("h", T + 1, 1), "steps 1 to 7"),
        (Unit("h", 1, H + 1), "units 1 to 6"),
        (Loss(Readout(np.ones((H, 1)), np.ones(1)), T + 1, 1.0), "steps 1 to 7"),
    ],
)
def test_a_target_that_does_not_exist_is_named(target: Unit | Loss, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        flow(Case(CELLS["lstm"]).run(), target)


# Truncation and clipping -------------------------------------------------------------------------------------


@every_cell
def test_truncated_gradients_stop_at_their_window_and_nowhere_else(spec: CellSpec) -> None:
    case = Case(spec)
    for clamp in (None, some_pinned(case)):
        trace = case.run(clamp)
        seeds = {name: case.rng.standard_normal(trace[name].shape) for name in trace}
        whole, cut = backward(trace, seeds), truncated(trace, seeds, 3)
        same = truncated(trace, seeds, T)
        for name in trace:
            np.testing.assert_allclose(same[name], whole[name], atol=1e-12, err_msg=name)
        for name in whole.params:
            np.testing.assert_allclose(same.params[name], whole.params[name], atol=1e-10, err_msg=name)
        for first, last in ((1, 3), (4, 6), (7, 7)):
            part = {name: np.where(between(first, last), seed, 0) for name, seed in seeds.items()}
            alone = backward(trace, part)
            steps = slice(first - 1, last)
            np.testing.assert_allclose(cut.x[steps], alone.x[steps], rtol=1e-9, atol=1e-11)
            for name in trace:
                np.testing.assert_allclose(cut[name][steps], alone[name][steps], rtol=1e-9, atol=1e-11, err_msg=name)


def between(first: int, last: int) -> np.ndarray:
    steps = np.arange(1, T + 1)[:, None]
    return (steps >= first) & (steps <= last)


def test_windows_and_excerpts_that_do_not_exist_are_named() -> None:
    trace = Case(CELLS["rnn"]).run()
    with pytest.raises(ValueError, match="at least 1"):
        truncated(trace, {}, 0)
    for first, last in ((0, 3), (3, 2), (1, T + 1)):
        with pytest.raises(ValueError, match=f"steps {first} to {last}"):
            excerpt(trace, first, last)


def test_clipping_shortens_and_keeps_the_direction() -> None:
    gradients = {"a": np.array([3.0, 0.0]), "b": np.array([[0.0], [4.0]])}
    short = clip(gradients, 2.5)
    assert (short.length, short.factor) == (5.0, 0.5)
    np.testing.assert_array_equal(short.gradients["b"], [[0], [2]])
    untouched = clip(gradients, 6.0)
    assert untouched.factor == 1 and untouched.gradients["a"][0] == 3
    assert clip({"a": np.zeros(3)}, 1.0).factor == 1


def test_clipping_holds_where_squares_do_not_fit_a_float() -> None:
    clipped = clip({"a": np.array([3e200, -4e200])}, 1.0)
    assert clipped.length == pytest.approx(5e200)
    np.testing.assert_allclose(clipped.gradients["a"], [0.6, -0.8])


# The direct path ---------------------------------------------------------------------------------------------


@every_cell
def test_the_direct_path_is_what_the_jacobian_is_with_every_other_way_closed(spec: CellSpec) -> None:
    """Pin all but the state itself where it was: its answer to its own past is then what it keeps."""
    case = Case(spec)
    trace = case.run()
    found = keeps(trace)
    assert set(found) == {name for name in spec.states if recursion(spec, name)}
    for name, keep in found.items():
        others = {q: trace[q] for q in case.free() if q != name}
        still = linearise(case.run(others))
        place = still.places[name]
        diagonal = np.diagonal(still.state[:, place, place], axis1=1, axis2=2)
        np.testing.assert_allclose(keep, diagonal, rtol=1e-12, atol=1e-14, err_msg=name)


def test_lstm_and_gru_keep_by_their_gates() -> None:
    for key, state, kept in (
        ("lstm", "c", lambda t: t["f"]),
        ("gru", "h", lambda t: t["z"]),
        ("gru_takes_new", "h", lambda t: 1 - t["z"]),
        ("minlstm", "h", lambda t: t["f'"]),
    ):
        trace = Case(CELLS[key]).run()
        np.testing.assert_array_equal(keeps(trace)[state], kept(trace))
    assert keeps(Case(CELLS["rnn"]).run()) == {}


def test_a_pinned_state_keeps_nothing() -> None:
    case = Case(CELLS["lstm"])
    trace = case.run({"c": np.where(np.arange(T)[:, None] == 2, 0.5, np.nan)})
    keep = keeps(trace)["c"]
    assert not keep[2].any() and keep[3].all()
    assert not survival(keep)[:3].any()


# What recurrence is made of ----------------------------------------------------------------------------------


@every_cell
@pytest.mark.parametrize("sigma", [0.0, 0.5, 2.0])
def test_recurrent_matrices_get_the_size_that_was_asked_for(spec: CellSpec, sigma: float) -> None:
    params = Case(spec).params
    changed = scaled(params, spec, sigma)
    names = recurrent(spec)
    assert all(changed[name] is params[name] for name in params if name not in names)
    for name, largest in singular(changed, spec).items():
        assert largest == pytest.approx(sigma, abs=1e-12)
        mask = spec.weights[name].mask
        entries = params[name] * mask(H) if mask else params[name]
        original = np.linalg.norm(entries, 2)
        np.testing.assert_allclose(changed[name] * original, entries * sigma, atol=1e-12)


def test_recurrent_matrices_are_those_that_meet_the_past() -> None:
    assert recurrent(CELLS["lstm"]) == ("W_hf", "W_hi", "W_hc", "W_ho")
    assert recurrent(CELLS["gru"]) == ("W_hr", "W_hz", "W_hh")
    assert recurrent(CELLS["rnn_output"]) == ("W_hh",), "W_hq reads this step's h"
    assert "W_xf" not in recurrent(CELLS["depth_gated"]), "the upper layer reads the lower one at the same step"
    assert recurrent(CELLS["sru"]) == recurrent(CELLS["mingru"]) == ()


def test_a_matrix_of_zeros_stays() -> None:
    params = {name: 0 * value for name, value in Case(CELLS["rnn"]).params.items()}
    assert not scaled(params, CELLS["rnn"], 1.0)["W_hh"].any()


@every_cell
def test_opening_the_gates_keeps_more(spec: CellSpec) -> None:
    case = Case(spec)
    biases = keeping_biases(spec)
    wide = forward(spec, opened(case.params, spec, 4.0), case.x, case.initial)
    before, after = keeps(case.run()), keeps(wide)
    for name in before:
        if biases and before[name].min() < 1:
            assert after[name][0].mean() > before[name][0].mean(), name
    if not biases:
        assert opened(case.params, spec, 4.0) == case.params


def test_the_biases_that_open_a_memory() -> None:
    expected = {"lstm": {"b_f": 1}, "lstm_coupled": {"b_f": 1}, "gru": {"b_z": 1}, "gru_takes_new": {"b_z": -1},
                "mgu": {"b_f": -1}, "rnn": {}, "depth_gated": {"b_f1": 1, "b_f": 1}}  # fmt: skip
    for key, biases in expected.items():
        assert keeping_biases(CELLS[key]) == biases
