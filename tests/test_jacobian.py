"""Jacobians of every cell against finite differences, and their products against the engine."""

from __future__ import annotations

import numpy as np
import pytest

from models import CELLS, CellSpec, Trace, forward
from models.gradient import Unit, flow
from models.jacobian import chain, linearise, reach, spectral
from models.vanishing import output
from tests.cases import Case, H, T, every_cell, some_pinned

SMALL = 1e-6



@every_cell
def test_one_step_jacobians_agree_with_finite_differences(spec: CellSpec) -> None:
    case = Case(spec)
    for clamp in (None, some_pinned(case)):
        trace = case.run(clamp)
        steps = linearise(trace)
        for name in trace:
            for t in (1, 4):
                state, x = steps.of(name, t + 1)
                for source, place in steps.places.items():
                    measured = differences(trace, name, t, source)
                    np.testing.assert_allclose(state[place], measured, rtol=1e-5, atol=1e-7, err_msg=name)
                measured = differences(trace, name, t, "x")
                np.testing.assert_allclose(x, measured, rtol=1e-5, atol=1e-7, err_msg=name)
                if name in steps.places:
                    np.testing.assert_array_equal(steps.state[t][:, steps.places[name]], state)
                    np.testing.assert_array_equal(steps.input[t][:, steps.places[name]], x)


def differences(trace: Trace, name: str, t: int, source: str) -> np.ndarray:
    """∂name/∂source of step `t` (from 0) by central differences: the step alone, run from its own past.

    A clock needs to know what time it is, so the step is the last of a run whose earlier steps are pinned.
    """
    spec, steps = trace.spec, t + 1
    held = {q: np.array(trace[q][:steps]) for q in trace if not spec.quantities[q].clock}
    for q, values in held.items():
        values[t] = trace.clamp[q][t] if q in trace.clamp else np.nan
    width = trace.x.shape[-1] if source == "x" else H
    found = np.zeros((width, trace[name].shape[-1]))
    for unit in range(width):
        ends = []
        for sign in (1, -1):
            x, clamp = np.array(trace.x[:steps]), {q: np.array(values) for q, values in held.items()}
            (x[t] if source == "x" else clamp[source][t - 1])[unit] += sign * SMALL
            ends.append(forward(spec, trace.params, x, trace.initial, clamp)[name][t])
        found[unit] = (ends[0] - ends[1]) / (2 * SMALL)
    return found


@every_cell
def test_products_of_jacobians_are_the_gradients_of_backward(spec: CellSpec) -> None:
    case = Case(spec)
    for clamp in (None, some_pinned(case)):
        trace = case.run(clamp)
        steps, name = linearise(trace), output(spec)
        seeds = np.eye(trace[name].shape[-1])
        x = np.zeros((T, trace.x.shape[-1], len(seeds)))
        initial = np.zeros((H * len(spec.states), len(seeds)))
        for unit in range(len(seeds)):
            found = flow(trace, Unit(name, T, unit + 1)).gradients
            x[:, :, unit] = found.x
            for state, place in steps.places.items():
                initial[place, unit] = found.initial[state]
        told = reach(steps, name, T)
        np.testing.assert_allclose(told.x, spectral(x), rtol=1e-9, atol=1e-12)
        assert told.carried.shape == (T,)
        assert told.carried[0] == pytest.approx(float(spectral(initial)), rel=1e-9, abs=1e-12)


def test_the_jacobian_of_the_rnn_is_the_textbook_s() -> None:
    case = Case(CELLS["rnn"])
    trace = case.run()
    expected = case.params["W_hh"] * (1 - trace["h"] ** 2)[:, None, :]
    np.testing.assert_allclose(linearise(trace).state, expected, atol=1e-14)


@every_cell
def test_chains_are_the_norms_of_products(spec: CellSpec) -> None:
    J = linearise(Case(spec).run()).state
    product = np.eye(J.shape[-1])
    expected = [1.0 if J.shape[-1] else 0.0]
    for t in range(4, 0, -1):
        product = J[t - 1] @ product
        expected.append(float(np.linalg.norm(product, 2)) if product.size else 0.0)
    np.testing.assert_allclose(chain(J, 4), expected[::-1], rtol=1e-9, atol=1e-15)
    singular_values = np.linalg.svd(J, compute_uv=False)
    np.testing.assert_allclose(spectral(J), singular_values.max(axis=-1, initial=0), rtol=1e-10, atol=1e-12)


def test_chains_outlive_the_range_of_floats() -> None:
    for gain in (1e-3, 1e3):
        found = chain(np.broadcast_to(gain * np.eye(2), (400, 2, 2)))
        assert np.isfinite(found).all() and (found > 0).all()
        assert found[-1] == 1 and found[398] == pytest.approx(gain**2)
    assert not chain(np.zeros((3, 2, 2)))[:3].any()


def test_a_batch_has_no_jacobian_here() -> None:
    with pytest.raises(ValueError, match="batch of 3"):
        linearise(Case(CELLS["rnn"], (3,)).run())
