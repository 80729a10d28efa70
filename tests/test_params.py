"""Initial parameters: every scheme, seeded, each parameter on its own."""

from __future__ import annotations

import numpy as np
import pytest

from models import CELLS, init
from models.params import SCHEMES

D, H = 5, 8


@pytest.mark.parametrize("key", CELLS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_seed_gives_the_same_numbers_always(key: str, scheme: str) -> None:
    one, two, other = (init(CELLS[key], D, H, seed=seed, scheme=scheme) for seed in (3, 3, 4))
    assert {name: value.shape for name, value in one.items()} == CELLS[key].parameters(D, H)
    for name, value in one.items():
        assert value.dtype == np.float64
        np.testing.assert_array_equal(value, two[name])
        if value.ndim == 2:
            assert not np.array_equal(value, other[name])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_parameter_depends_on_its_own_name_only(scheme: str) -> None:
    """A cell with more gates has the same numbers in those that it shares."""
    lstm, peephole = (init(CELLS[key], D, H, seed=1, scheme=scheme) for key in ("lstm", "lstm_peephole"))
    for name, value in lstm.items():
        np.testing.assert_array_equal(value, peephole[name])
    assert not np.array_equal(lstm["W_hf"], lstm["W_hi"])


def test_glorot_inputs_orthogonal_recurrence_and_an_open_forget_gate() -> None:
    params = init(CELLS["lstm"], D, H)
    limit = np.sqrt(6 / (D + H))
    for gate in "fico":
        assert limit / 2 < abs(params[f"W_x{gate}"]).max() <= limit
        np.testing.assert_allclose(params[f"W_h{gate}"] @ params[f"W_h{gate}"].T, np.eye(H), atol=1e-14)
        np.testing.assert_array_equal(params[f"b_{gate}"], np.full(H, float(gate == "f")))


@pytest.mark.parametrize(
    ("key", "options", "bias", "start"),
    [
        ("lstm_peephole", {}, "b_f", 1),
        ("lstm_coupled", {}, "b_f", 1),
        ("lstm_coupled", {"learn": "i"}, "b_i", -1),
        ("depth_gated", {}, "b_f1", 1),
        ("depth_gated", {}, "b_d", 0),
        ("gru", {}, "b_z", 0),
    ],
)
def test_biases_start_where_the_memory_is_long(key: str, options: dict, bias: str, start: float) -> None:
    np.testing.assert_array_equal(init(CELLS[key].choose(**options), D, H)[bias], np.full(H, float(start)))


def test_an_upper_layer_reads_its_input_through_a_glorot_matrix() -> None:
    params = init(CELLS["depth_gated"], D, H)
    assert abs(params["W_xf"] @ params["W_xf"].T - np.eye(H)).max() > 0.1
    np.testing.assert_allclose(params["W_hf"] @ params["W_hf"].T, np.eye(H), atol=1e-14)


def test_pytorch_is_uniform_within_one_over_root_h() -> None:
    for value in init(CELLS["gru_after"], D, 64, scheme="pytorch").values():
        assert 0.9 / 8 < abs(value).max() <= 1 / 8


def test_gaussian_is_small_with_biases_at_zero() -> None:
    params = init(CELLS["lstm"], 64, 64, scheme="gaussian")
    assert np.std(params["W_xf"]) == pytest.approx(0.01, rel=0.05)
    assert not params["b_f"].any()


def test_orthogonal_matrices_are_spread_over_all_rotations() -> None:
    """Both signs of the determinant, and a trace that is 0 on average: QR alone gives neither."""
    made = [init(CELLS["rnn"], 1, 3, seed=seed)["W_hh"] for seed in range(300)]
    signs = [np.sign(np.linalg.det(matrix)) for matrix in made]
    assert 0.35 < np.mean(np.array(signs) > 0) < 0.65
    assert abs(np.mean([np.trace(matrix) for matrix in made])) < 0.2


def test_entries_that_do_not_exist_start_at_zero() -> None:
    spec = CELLS["clockwork"]
    mask = spec.weights["W_hh"].mask
    assert mask
    for scheme in SCHEMES:
        W = init(spec, D, H, scheme=scheme)["W_hh"]
        assert not W[~mask(H)].any() and W[mask(H)].all()


def test_what_cannot_be_made_is_refused() -> None:
    with pytest.raises(ValueError, match="'he' is not one of"):
        init(CELLS["lstm"], D, H, scheme="he")
    with pytest.raises(ValueError, match="D=0"):
        init(CELLS["lstm"], 0, H)
