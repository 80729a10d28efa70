"""The four GRUs: which turns into which, exactly, and how far apart the others are."""

from dataclasses import replace

import numpy as np
import pytest

from models import convention
from models.convention import AFTER, BEFORE, CONVENTIONS, KEEPS, TAKES, furthest, opposite, with_reset, with_update
from models.experiment import Experiment, run
from models.tweaks import Tweaks

TWEAKS = Tweaks({"z": 1.5, "r": -1.0}, {"z": 2.0}, {"z": 0.5}, {"z": 0.25}, {("W_xz", 0, 1): 2.0, ("b_z", 0, 3): -1.0})
LESSONS = pytest.mark.parametrize("lesson", ["free", "review"])
RESETS = pytest.mark.parametrize("reset", [BEFORE, AFTER])


def gru(lesson: str, update: str, reset: str, **fields: object) -> Experiment:
    return Experiment(lesson=lesson, cell=convention.CELLS_BY_CONVENTION[update, reset], **fields)


@LESSONS
@RESETS
def test_the_same_behaviour_is_the_same_hidden_state(lesson: str, reset: str) -> None:
    keeps = gru(lesson, KEEPS, reset)
    takes = with_update(keeps, TAKES)
    assert takes.cell == convention.CELLS_BY_CONVENTION[TAKES, reset] and convention.behaves_alike(takes)
    one, other = run(keeps).trace, run(takes).trace
    np.testing.assert_allclose(one["h"], other["h"], atol=1e-14)
    np.testing.assert_allclose(one["z"], 1 - other["z"], atol=1e-14)
    assert furthest(takes, keeps)[0] < 1e-14
    assert with_update(takes, KEEPS) == keeps


@LESSONS
@RESETS
def test_the_same_weights_are_another_hidden_state(lesson: str, reset: str) -> None:
    keeps = gru(lesson, KEEPS, reset)
    takes = with_update(keeps, TAKES, alike=False)
    difference, same = furthest(takes, keeps)
    assert difference > 0.1 and same and not convention.behaves_alike(takes)
    one, other = run(keeps), run(takes)
    assert all(np.array_equal(one.base_params[name], other.base_params[name]) for name in one.base_params)
    assert difference == np.abs(one.trace["h"] - other.trace["h"]).max()


@LESSONS
@RESETS
def test_tweaks_change_sides_with_the_gate(lesson: str, reset: str) -> None:
    keeps = gru(lesson, KEEPS, reset, tweaks=TWEAKS)
    for tweaks in (TWEAKS, replace_clamp(TWEAKS)):
        given = replace(keeps, tweaks=tweaks)
        np.testing.assert_allclose(run(given).trace["h"], run(with_update(given, TAKES)).trace["h"], atol=1e-14)
        assert opposite(opposite(tweaks)) == tweaks


def replace_clamp(tweaks: Tweaks) -> Tweaks:
    return Tweaks(tweaks.bias, tweaks.gain_x, tweaks.gain_h, {}, tweaks.weights)


def test_the_place_of_the_reset_cannot_be_converted() -> None:
    before = gru("free", KEEPS, BEFORE)
    difference, same = furthest(with_reset(before, AFTER), before)
    assert difference > 0.01 and same
    trained = gru("review", KEEPS, BEFORE)
    difference, same = furthest(with_reset(trained, AFTER), trained)
    assert difference > 0.1 and not same


def test_there_are_four_and_nothing_to_say_of_no_text() -> None:
    assert set(CONVENTIONS) == {"gru", "gru_after", "gru_takes_new", "gru_takes_new_after"}
    empty = gru("free", KEEPS, BEFORE, text="")
    assert furthest(empty, with_update(empty, TAKES)) is None
