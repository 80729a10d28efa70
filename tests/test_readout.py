"""The readout's gradients are those of its loss, padding has no part in either, and nothing overflows."""

from __future__ import annotations

import numpy as np
import pytest

from models.readout import Readout

STEPS, BATCH, UNITS, OUTPUTS = 5, 3, 4, 2


@pytest.fixture
def case() -> tuple[Readout, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    readout = Readout(rng.standard_normal((UNITS, OUTPUTS)), rng.standard_normal(OUTPUTS))
    h = rng.standard_normal((STEPS, BATCH, UNITS))
    targets = rng.integers(0, 2, (STEPS, BATCH, OUTPUTS)).astype(float)
    weights = rng.uniform(0.5, 2, (STEPS, BATCH, OUTPUTS))
    weights[3:, 1] = 0
    return readout, h, targets, weights


def test_gradients_agree_with_finite_differences(
    case: tuple[Readout, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    readout, h, targets, weights = case
    _, dh, dW, db = readout.loss(h, targets, weights)
    rng = np.random.default_rng(1)
    for _ in range(5):
        along_h, along_W, along_b = (rng.standard_normal(array.shape) for array in (dh, dW, db))

        def loss(step: float, a: np.ndarray = along_h, b: np.ndarray = along_W, c: np.ndarray = along_b) -> float:
            moved = Readout(readout.W_hq + step * b, readout.b_q + step * c)
            return moved.loss(h + step * a, targets, weights)[0]

        slope = (loss(1e-6) - loss(-1e-6)) / 2e-6
        assert slope == pytest.approx(np.vdot(dh, along_h) + np.vdot(dW, along_W) + np.vdot(db, along_b), rel=1e-7)


def test_padding_has_no_part(case: tuple[Readout, np.ndarray, np.ndarray, np.ndarray]) -> None:
    readout, h, targets, weights = case
    other = h.copy()
    other[3:, 1] = 1e3
    loss, dh, dW, db = readout.loss(h, targets, weights)
    assert not dh[3:, 1].any()
    for before, after in zip((loss, dh, dW, db), readout.loss(other, targets, weights), strict=True):
        np.testing.assert_array_equal(before, after)


def test_the_loss_is_the_mean_surprise() -> None:
    readout = Readout(np.array([[1.0]]), np.zeros(1))
    h = np.array([[0.3], [-2.0]])
    p = readout.probability(h)
    np.testing.assert_allclose(p, 1 / (1 + np.exp(-h)))
    loss = readout.loss(h, np.array([[1.0], [0.0]]), np.ones((2, 1)))[0]
    assert loss == pytest.approx(-(np.log(p[0, 0]) + np.log(1 - p[1, 0])) / 2)


def test_extreme_states_stay_finite() -> None:
    readout = Readout(np.array([[1.0]]), np.zeros(1))
    h = np.array([[1e4], [-1e4]])
    np.testing.assert_array_equal(readout.probability(h), [[1], [0]])
    loss, *gradients = readout.loss(h, np.array([[0.0], [1.0]]), np.ones((2, 1)))
    assert loss == pytest.approx(1e4)
    assert all(np.isfinite(gradient).all() for gradient in gradients)
