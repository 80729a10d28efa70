"""Vanishing and exploding on purpose: what theory says must come out, for every cell."""

from __future__ import annotations

import numpy as np
import pytest

from models import CELLS, CellSpec, init
from models.vanishing import Setting, decay
from tests.cases import Case, H, every_cell


@every_cell
def test_every_cell_can_be_made_to_vanish_or_explode_on_purpose(spec: CellSpec) -> None:
    case = Case(spec)
    found = decay(spec, case.params, case.x, Setting(1.3, 12, strength=0.5, opening=1.0), threshold=1e-3)
    assert found.carried.shape == (13,) and found.gain.shape == (12,)
    assert np.isfinite(found.carried).all() and np.isfinite(found.length)
    assert found.factor * found.length == pytest.approx(min(found.length, 1e-3))
    if found.kept is not None:
        assert found.kept.shape == (13,) and found.kept[0] == 1


@pytest.mark.parametrize("sigma", [0.5, 1.0, 2.0])
def test_the_linear_rnn_s_gradient_is_a_power_of_the_singular_value(sigma: float) -> None:
    spec = CELLS["rnn"]
    x = np.random.default_rng(0).standard_normal((5, 4))
    params = init(spec, 4, H)  # an orthogonal matrix: all singular values are the same
    linear = decay(spec, params, x, Setting(sigma, 40, activation="identity"))
    np.testing.assert_allclose(linear.carried, sigma ** np.arange(41.0), rtol=1e-9)
    bent = decay(spec, params, x, Setting(sigma, 40))
    assert (bent.carried <= sigma ** np.arange(41.0) * (1 + 1e-9)).all(), "tanh can only shrink it"


def test_gates_slow_vanishing_and_do_not_stop_exploding() -> None:
    x = np.random.default_rng(0).standard_normal((9, 8))
    shrunk, open_, large = Setting(0.8, 60, 0.3), Setting(0.8, 60, 0.3, opening=4.0), Setting(3.0, 60, 0.1)
    kept = {key: [decay(CELLS[key], init(CELLS[key], 8, 16), x, s).carried[-1] for s in (shrunk, open_, large)]
            for key in ("rnn", "lstm", "gru")}  # fmt: skip
    assert kept["rnn"][0] < 1e-5 and kept["rnn"][1] == kept["rnn"][0], "the RNN has no gate to open"
    assert kept["lstm"][1] > 0.1 and kept["gru"][1] > 0.1
    assert all(values[2] > 10 for values in kept.values())
