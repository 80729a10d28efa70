"""The six equations of document 002 and the paths behind them, against the engine and finite differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models import CELLS, Gradients, backward, forward
from models.bptt import WEIGHTS, Network, dh, dh_unrolled, dW_hh, dW_hx, dW_qh, network, paths

T, D, H, Q = 3, 4, 5, 2


def make(T: int = T, seed: int = 0) -> tuple[Network, dict[str, np.ndarray]]:
    rng = np.random.default_rng(seed)
    params = {"W_xh": rng.normal(size=(D, H)), "W_hh": rng.normal(size=(H, H)), "b_h": np.zeros(H)}
    x, y, W_hq = rng.normal(size=(T, D)), rng.normal(size=(T, Q)), rng.normal(size=(H, Q))
    return network(CELLS["rnn"], params, x, y, W_hq), params


@pytest.fixture(params=[3, 1, 6])
def net(request: pytest.FixtureRequest) -> Network:
    return make(request.param)[0]


def engine(net: Network) -> tuple[Gradients, np.ndarray]:
    """The same network in the engine: an RNN with the identity as its activation."""
    spec = CELLS["rnn"].choose(hidden="identity")
    params = {"W_xh": net.W_hx.T, "W_hh": net.W_hh.T, "b_h": np.zeros(H)}
    trace = forward(spec, params, net.x)
    np.testing.assert_allclose(trace["h"], net.h[1:], rtol=1e-12, atol=1e-13)
    return backward(trace, {"h": net.do[1:] @ net.W_qh}), trace["h"]


def test_the_equations_are_the_engine_s_gradients(net: Network) -> None:
    grads, h = engine(net)
    np.testing.assert_allclose(dW_qh(net), net.do[1:].T @ h, rtol=1e-10, atol=1e-11)
    np.testing.assert_allclose(dh(net)[1:], grads["h"], rtol=1e-10, atol=1e-11)
    np.testing.assert_allclose(dW_hx(net), grads.params["W_xh"].T, rtol=1e-10, atol=1e-11)
    np.testing.assert_allclose(dW_hh(net), grads.params["W_hh"].T, rtol=1e-10, atol=1e-11)


def test_the_equations_agree_with_finite_differences(net: Network) -> None:
    for name, told in (("W_qh", dW_qh(net)), ("W_hx", dW_hx(net)), ("W_hh", dW_hh(net))):
        weights = getattr(net, name)
        measured = np.zeros_like(weights)
        for place in np.ndindex(*weights.shape):
            ends = []
            for sign in (1, -1):
                moved = weights.copy()
                moved[place] += sign * 1e-6
                ends.append(replace(net, **{name: moved}).loss)
            measured[place] = (ends[0] - ends[1]) / 2e-6
        np.testing.assert_allclose(told, measured, rtol=1e-5, atol=1e-5, err_msg=name)


def test_equation_4_is_equation_3_unrolled(net: Network) -> None:
    for t in range(1, net.T + 1):
        np.testing.assert_allclose(dh_unrolled(net, t), dh(net)[t], rtol=1e-10, atol=1e-11)


def test_as_many_terms_as_paths() -> None:
    net, _ = make()
    assert [len(paths(net, "h", t)) for t in (1, 2, 3)] == [3, 2, 1]
    assert [(path.enters, path.leaves, path.power) for path in paths(net, "h", 1)] == [(1, 1, 0), (1, 2, 1), (1, 3, 2)]
    assert {name: len(paths(net, name)) for name in WEIGHTS} == {"W_hx": 6, "W_hh": 6, "W_qh": 3}


def test_the_terms_of_all_paths_add_up(net: Network) -> None:
    for t in range(1, net.T + 1):
        total = sum(path.term for path in paths(net, "h", t))
        np.testing.assert_allclose(total, dh(net)[t], rtol=1e-10, atol=1e-11)
    for name, whole in (("W_qh", dW_qh(net)), ("W_hx", dW_hx(net)), ("W_hh", dW_hh(net))):
        np.testing.assert_allclose(sum(path.term for path in paths(net, name)), whole, rtol=1e-10, atol=1e-11)


def test_a_path_tells_what_it_carries_at_every_state() -> None:
    net, _ = make()
    for path in paths(net, "h", 1):
        assert len(path.carried) == path.power + 1
        np.testing.assert_allclose(path.carried[0], net.W_qh.T @ net.do[path.leaves])
        for before, after in zip(path.carried, path.carried[1:], strict=False):
            np.testing.assert_allclose(after, net.W_hh.T @ before)
        np.testing.assert_array_equal(path.carried[-1], path.term)


def test_one_path_is_what_the_engine_finds_when_only_its_output_counts() -> None:
    """The loss of one output alone reaches h_1 along one path."""
    net, params = make()
    spec = CELLS["rnn"].choose(hidden="identity")
    trace = forward(spec, params, net.x)
    for path in paths(net, "h", 1):
        seed = np.zeros((T, H))
        seed[path.leaves - 1] = net.W_qh.T @ net.do[path.leaves]
        np.testing.assert_allclose(backward(trace, {"h": seed})["h"][0], path.term, rtol=1e-10)


def test_what_has_no_paths_is_named() -> None:
    net, params = make()
    with pytest.raises(ValueError, match="'W_xh'"):
        paths(net, "W_xh")
    with pytest.raises(ValueError, match="steps 1 to 3"):
        paths(net, "h", 4)
    with pytest.raises(ValueError, match="no plain RNN"):
        network(CELLS["lstm"], params, net.x, net.y, net.W_qh.T)
