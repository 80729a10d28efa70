"""Bounds are read off a definition, proven where they hold for ever and absent where they do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models import CELLS
from models.algebra import exp, maximum, relu, sigmoid, tanh
from models.ranges import bounds
from models.spec import Step

Bounds = tuple[float | None, float | None]


@pytest.mark.parametrize(
    ("key", "options", "quantity", "expected"),
    [
        ("lstm", {}, "f", (0, 1)),
        ("lstm", {}, "c~", (-1, 1)),
        ("lstm", {}, "c", (None, None)),
        ("lstm", {}, "h", (-1, 1)),
        ("lstm_coupled", {}, "i", (0, 1)),
        ("lstm_coupled", {}, "c", (-1, 1)),
        ("lstm_no_input_activation", {}, "c~", (None, None)),
        ("lstm_no_output_activation", {}, "h", (None, None)),
        ("lstm_no_output_gate", {}, "h", (-1, 1)),
        ("gru", {}, "h", (-1, 1)),
        ("gru_takes_new", {}, "h", (-1, 1)),
        ("mgu", {}, "h", (-1, 1)),
        ("clockwork", {}, "s", (0, 1)),
        ("clockwork", {}, "h", (-1, 1)),
        ("sru", {}, "c", (None, None)),
        ("minlstm", {}, "f'", (0, 1)),
        ("minlstm", {"form": "positive"}, "h~", (0, None)),
        ("mingru", {"form": "positive"}, "h", (0, None)),
        ("slstm", {}, "f'", (0, 1)),
        ("slstm", {"forget": "exp"}, "i'", (0, 1)),
        ("slstm", {}, "n", (0, None)),
        ("slstm", {}, "c", (None, None)),
        ("slstm", {"forget": "exp"}, "h", (-1, 1)),
        ("rnn", {}, "h", (-1, 1)),
        ("rnn", {"hidden": "relu"}, "h", (0, None)),
        ("rnn", {"hidden": "identity"}, "h", (None, None)),
        ("rnn_output", {}, "y", (0, 1)),
    ],
)
def test_the_bounds_of_the_cells(key: str, options: dict, quantity: str, expected: Bounds) -> None:
    found = CELLS[key].choose(**options).quantities[quantity]
    assert (found.low, found.high) == expected


def bounded(define: object) -> dict[str, Bounds]:
    step = Step()
    define(step)  # type: ignore[operator]
    return {name: (q.low, q.high) for name, q in bounds(step._quantities).items()}


def declare(step: Step, **expressions: object) -> None:
    for name, expr in expressions.items():
        step.value(name, expr, name, name)  # type: ignore[arg-type]


def test_arithmetic_of_intervals() -> None:
    def define(k: Step) -> None:
        s, t = sigmoid(k.x("s")), tanh(k.x("t"))
        declare(k, a=s + t, b=s - t, c=-s, d=2 * t, e=s * t, f=maximum(t, 0.5), g=exp(t), h=relu(k.x("r")), i=tanh(s))

    found = bounded(define)
    assert found["a"] == (-1, 2) and found["b"] == (-1, 2) and found["c"] == (-1, 0)
    assert found["d"] == (-2, 2) and found["e"] == (-1, 1) and found["f"] == (0.5, 1)
    assert found["g"] == pytest.approx((np.exp(-1), np.exp(1)))
    assert found["h"] == (0, None) and found["i"] == pytest.approx((0, np.tanh(1)))


def test_a_mix_lies_between_what_it_mixes_and_other_sums_do_not() -> None:
    def define(k: Step) -> None:
        s, t, u = sigmoid(k.x("s")), tanh(k.x("t")), tanh(k.x("u"))
        declare(k, mix=s * t + (1 - s) * u, sum=s * t + (1 - t) * u)

    found = bounded(define)
    assert found["mix"] == (-1, 1)
    assert found["sum"] == (-3, 3)


def test_a_share_lies_between_0_and_1_only_if_both_are_positive() -> None:
    def define(k: Step) -> None:
        s, t, u = sigmoid(k.x("s")), sigmoid(k.x("t")), tanh(k.x("u"))
        declare(k, share=s / (s + t), other=s / (s + u), ratio=s / t)

    assert bounded(define) == {"share": (0, 1), "other": (None, None), "ratio": (None, None)}


def test_a_gate_and_its_measure_differ_by_at_most_nothing() -> None:
    def define(k: Step) -> None:
        a, b = k.x("a") + k.b("a"), k.x("b") + k.b("b")
        m = k.value("m", maximum(a, b), "m", "m")
        declare(k, p=a - m, q=m - a, r=exp(b - m))

    assert bounded(define) == {"m": (None, None), "p": (None, 0), "q": (None, None), "r": (0, 1)}


def test_a_state_grows_on_the_side_where_it_is_fed() -> None:
    def define(k: Step) -> None:
        n = k.previous("n")
        k.state("n", n + sigmoid(k.x("n")), "n", "n")

    assert bounded(define) == {"n": (0, None)}


def test_a_state_starts_where_it_is_told_to() -> None:
    def define(k: Step) -> None:
        k.state("n", 0.5 * k.previous("n"), "n", "n")

    assert bounded(define) == {"n": (0, 0)}
    step = Step()
    define(step)
    halved = replace(step._quantities["n"], start=4.0)
    assert bounds({"n": halved})["n"].high == 2
