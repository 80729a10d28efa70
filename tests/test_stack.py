"""Stacks and both directions: against single runs, and gradients against finite differences."""

import numpy as np
import pytest

from models import CELLS, forward, init
from models.stack import backward_stack, forward_stack, init_stack


@pytest.mark.parametrize("key", ["rnn", "lstm", "gru", "gru_after"])
@pytest.mark.parametrize(("layers", "directions", "batch"), [(1, 2, ()), (2, 1, (2,)), (2, 2, ())])
def test_gradients_of_a_stack(key, layers, directions, batch):
    spec, rng = CELLS[key], np.random.default_rng(1)
    params = init_stack(spec, 3, 4, layers, directions, seed=3)
    X = rng.normal(size=(5, *batch, 3))
    stack = forward_stack(spec, params, X)
    seeds = rng.normal(size=stack.output.shape)
    grads = backward_stack(stack, seeds)
    shift = rng.normal(size=X.shape)
    turn = [[{n: rng.normal(size=v.shape) for n, v in p.items()} for p in layer] for layer in params]

    def loss(e):
        moved = [
            [{n: v + e * t[n] for n, v in p.items()} for p, t in zip(ps, ts, strict=True)]
            for ps, ts in zip(params, turn, strict=True)
        ]
        return float((forward_stack(spec, moved, X + e * shift).output * seeds).sum())

    predicted = float((grads.x * shift).sum())
    for layer, directions_of in zip(grads.layers, turn, strict=True):
        for gradient, t in zip(layer, directions_of, strict=True):
            predicted += sum(float((gradient.params[n] * t[n]).sum()) for n in t)
    assert predicted == pytest.approx((loss(1e-5) - loss(-1e-5)) / 2e-5, rel=1e-6)


def test_one_layer_forward_is_the_plain_run():
    spec, X = CELLS["lstm"], np.random.default_rng(0).normal(size=(6, 3))
    stack = forward_stack(spec, init_stack(spec, 3, 4, seed=7), X)
    np.testing.assert_array_equal(stack.output, forward(spec, init(spec, 3, 4, seed=7), X)["h"])


def test_the_backward_direction_reads_from_the_end():
    spec, X = CELLS["gru"], np.random.default_rng(0).normal(size=(6, 3))
    params = init_stack(spec, 3, 4, directions=2)
    stack = forward_stack(spec, params, X)
    alone = forward(spec, params[0][1], X[::-1])["h"]
    np.testing.assert_array_equal(stack.output[:, 4:], alone[::-1])
    assert stack.traces[0][1]["h"].shape == (6, 4)


def test_what_cannot_be_stacked_is_said():
    with pytest.raises(ValueError, match="no hidden state h"):
        init_stack(CELLS["layer"], 3, 4, layers=2)
    with pytest.raises(ValueError, match="1 or 2 directions"):
        init_stack(CELLS["lstm"], 3, 4, directions=3)
