"""Typed weights: an edit becomes a tweak of one entry, the original stays, nothing but what exists can be typed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import CELLS
from models.experiment import Experiment, run
from models.tweaks import Tweaks
from viz import matrix
from viz.link import MOST, from_link, to_link
from viz.scene import Scene, View, settle, tweak

FREE = Experiment("free", "lstm", "one two three", units=4)
RUN = run(FREE)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_table_shows_the_parameter(cell: str, lang: str) -> None:
    ran = run(replace(FREE, cell=cell))
    for name, values in ran.base_params.items():
        shown = matrix.frame(ran, name, lang)
        np.testing.assert_array_equal(shown.to_numpy(), np.atleast_2d(values))
        assert list(shown.columns) == [str(k + 1) for k in range(values.shape[-1])]
        assert shown.index.is_unique


def test_an_edit_is_a_tweak_that_changes_the_run() -> None:
    tweaks, literal = matrix.edited(Tweaks(bias={"f": 1.0}), RUN, "W_xf", {2: {"3": 0.75}})
    assert literal and tweaks == Tweaks(bias={"f": 1.0}, weights={("W_xf", 2, 2): 0.75})
    ran = run(replace(FREE, tweaks=tweaks), RUN)
    assert ran.params["W_xf"][2, 2] == 0.75
    assert ran.digest != RUN.digest and ran.base_digest == RUN.base_digest
    assert ran.base_params["W_xf"][2, 2] == RUN.base_params["W_xf"][2, 2] != 0.75
    assert matrix.frame(ran, "W_xf", "en").iloc[2, 2] == 0.75


def test_sliders_do_not_show_in_the_table() -> None:
    ran = run(replace(FREE, tweaks=Tweaks(gain_x={"f": 2.0}, bias={"f": 1.0})))
    np.testing.assert_array_equal(matrix.frame(ran, "W_xf", "en"), ran.base_params["W_xf"])
    np.testing.assert_array_equal(matrix.frame(ran, "b_f", "en"), ran.base_params["b_f"][None])


def test_the_original_takes_the_tweak_away() -> None:
    original = float(RUN.base_params["W_xf"][1, 0])
    start = Tweaks(weights={("W_xf", 1, 0): 2.0, ("b_f", 0, 1): 3.0})
    for back in (original, None):
        tweaks, literal = matrix.edited(start, RUN, "W_xf", {1: {"1": back}})
        assert tweaks == Tweaks(weights={("b_f", 0, 1): 3.0}) and literal == (back == original)


def test_numbers_are_brought_within_what_a_weight_may_be() -> None:
    tweaks, literal = matrix.edited(Tweaks(), RUN, "b_f", {0: {"1": 10**400, "2": -50, "3": 0.12345678}})
    assert dict(tweaks.weights) == {("b_f", 0, 0): 10.0, ("b_f", 0, 1): -10.0, ("b_f", 0, 2): 0.123457}
    assert not literal
    scene, notices = settle(Scene(replace(FREE, tweaks=tweaks), View(phase="forget")))
    assert scene.experiment.tweaks == tweaks and not notices


def test_an_entry_that_a_mask_forbids_cannot_be_typed() -> None:
    ran = run(Experiment("free", "clockwork", "one two three", units=8))
    mask = ran.spec.weights["W_hh"].mask
    assert mask is not None
    row, column = (int(place) for place in np.argwhere(mask(8) == 0)[0])
    assert matrix.edited(Tweaks(), ran, "W_hh", {row: {str(column + 1): 1.0}}) == (Tweaks(), False)


def test_no_more_weights_are_typed_than_a_link_carries() -> None:
    ran = run(replace(FREE, units=32))
    block = {row: {str(column + 1): 1.0 for column in range(32)} for row in range(32)}
    tweaks, literal = matrix.edited(Tweaks(), ran, "W_hf", block)
    assert len(tweaks.weights) == MOST and not literal
    scene = Scene(replace(FREE, units=32, tweaks=tweaks), View(phase="forget"))
    assert from_link(to_link(settle(scene)[0]))[0].experiment.tweaks == tweaks


def test_reset_takes_back_one_parameter_or_all() -> None:
    tweaks = Tweaks(bias={"f": 1.0}, weights={("W_xf", 0, 0): 1.0, ("b_f", 0, 0): 2.0})
    assert matrix.reset(tweaks, "W_xf") == Tweaks(bias={"f": 1.0}, weights={("b_f", 0, 0): 2.0})
    assert matrix.reset(tweaks) == Tweaks(bias={"f": 1.0})


edits = st.dictionaries(
    st.integers(-3, 9),
    st.dictionaries(
        st.integers(-3, 9).map(str) | st.text(max_size=3),
        st.none() | st.floats() | st.integers() | st.text(max_size=3) | st.booleans(),
        max_size=3,
    ),
    max_size=3,
)


@settings(deadline=None)
@given(st.sampled_from(list(RUN.base_params)), edits)
def test_whatever_a_browser_sends_the_tweaks_are_legal(name: str, sent: matrix.Edits) -> None:
    tweaks, _ = matrix.edited(Tweaks(), RUN, name, sent)
    scene = Scene(FREE, settle(Scene(FREE, View()))[0].view)
    assert tweak(scene, tweaks).experiment.tweaks == tweaks
