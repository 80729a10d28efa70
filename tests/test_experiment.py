"""Experiments: the same value gives the same numbers, tweaks do what they say, and nothing typed breaks a run."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import CELLS, forward
from models.derive import knobs
from models.experiment import INPUTS, Experiment, run, sizes, trained, unknown
from models.lessons import lessons
from models.text import MODES
from models.tweaks import BIAS, DIGITS, GAIN, UNTOUCHED, WEIGHT, Tweaks, apply, legal
from models.weights import load

FREE = Experiment("free", "lstm", "one two three two", units=5)
WORDS = Experiment()
TRAINED = [cell for cell in CELLS if load("review", cell)]


def test_an_experiment_is_a_value() -> None:
    again = Experiment("free", "lstm", "one two three two", units=5)
    assert again == FREE and hash(again) == hash(FREE)
    with pytest.raises(FrozenInstanceError):
        FREE.units = 3  # type: ignore[misc]


def test_equal_tweaks_are_equal_values() -> None:
    one = Tweaks(bias={"i": 1, "f": 2}, gain_x={"o": 1.0}, weights={("W_xf", 1, 0): 0, ("W_xf", 0, 1): 2})
    other = Tweaks(bias=(("f", 2.0), ("i", 1.0), ("o", 0)), weights={("W_xf", 0, 1): 2, ("W_xf", 1, 0): 0})
    assert one == other and hash(one) == hash(other)
    assert one.weights[0] == (("W_xf", 0, 1), 2.0)
    assert Tweaks(bias={"f": 0}, gain_h={"f": 1}).is_empty
    assert not Tweaks(clamp={"f": 0}).is_empty
    assert one.without_weights() == Tweaks(bias={"i": 1, "f": 2})


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_runs_in_free_play(cell: str) -> None:
    result = run(replace(FREE, cell=cell))
    assert sizes(result.experiment) == (4, INPUTS, 5)
    assert result.trace is not None and result.X.shape == (4, INPUTS)
    assert all(np.isfinite(values).all() for values in result.trace.values())
    assert result.readout is None and result.notices == () and result.known == (True,) * 4
    assert result.params is result.base_params and result.digest == result.base_digest
    empty = run(replace(FREE, cell=cell, text="  "))
    assert empty.trace is None and empty.base_trace is None and empty.tokens.items == ()


@pytest.mark.parametrize("cell", TRAINED)
def test_a_trained_cell_says_what_it_thinks(cell: str) -> None:
    for text, positive in [("it was wonderful", True), ("it was not wonderful", False), ("it was awful", False)]:
        result = run(Experiment("review", cell, text))
        assert result.readout is not None and result.readout.shape == (len(text.split()),)
        assert (result.readout[-1] > 0.5) == positive or cell == "rnn"
        assert result.notices == ()


def test_the_three_main_cells_are_trained() -> None:
    assert {"rnn", "lstm", "gru"} <= set(TRAINED)


def test_a_cell_without_trained_weights_falls_back_with_a_notice() -> None:
    untrained = next(cell for cell in CELLS if cell not in TRAINED)
    experiment = Experiment("review", untrained, "it was wonderful", units=6)
    assert trained(experiment) is None and sizes(experiment) == (3, INPUTS, 6)
    result = run(experiment)
    assert [notice.key for notice in result.notices] == ["notice.untrained"]
    assert result.trace is not None and result.readout is None


def test_unknown_words_are_known_to_be_unknown() -> None:
    experiment = replace(WORDS, text="the zorgon was a zorgon of a film")
    assert unknown(experiment) == ("zorgon", "of")[: len(unknown(experiment))]
    result = run(experiment)
    assert result.known[1] is False and result.known[0] is True
    model = trained(experiment)
    assert model is not None
    np.testing.assert_array_equal(result.X[1], model.embedding[model.vocabulary.index("<unk>")])
    assert unknown(replace(FREE, text="zorgon")) == ()


def test_trained_weights_read_words_and_have_a_size_of_their_own() -> None:
    plain = replace(WORDS, text="1 2 3")
    other = replace(plain, mode="characters", units=77, seed=5)
    assert sizes(plain) == sizes(other) and run(plain).digest == run(other).digest
    assert run(other).tokens.mode == "words"


def test_digests_tell_runs_apart() -> None:
    runs = [
        run(FREE),
        run(replace(FREE, text="one two three")),
        run(replace(FREE, cell="gru")),
        run(replace(FREE, units=6)),
        run(replace(FREE, seed=1)),
        run(replace(FREE, tweaks=Tweaks(bias={"f": 1}))),
        run(replace(FREE, tweaks=Tweaks(bias={"f": 2}))),
    ]
    assert len({result.digest for result in runs}) == len(runs)
    assert len({result.base_digest for result in runs}) == len(runs) - 2
    assert run(FREE).digest == run(FREE).digest


@pytest.mark.parametrize("tweaks", [UNTOUCHED, Tweaks(bias={"f": 1}), Tweaks(clamp={"o": 0.5})])
def test_a_run_near_by_gives_the_same_numbers(tweaks: Tweaks) -> None:
    experiment = replace(FREE, tweaks=tweaks)
    alone = run(experiment)
    for near in (run(FREE), run(replace(FREE, tweaks=Tweaks(bias={"i": 3}))), run(WORDS)):
        helped = run(experiment, near)
        assert (helped.digest, helped.base_digest) == (alone.digest, alone.base_digest)
        assert helped.experiment == experiment
        for name in CELLS["lstm"].quantities:
            np.testing.assert_array_equal(helped.trace[name], alone.trace[name])
            np.testing.assert_array_equal(helped.base_trace[name], alone.base_trace[name])


def test_editing_one_word_never_changes_another() -> None:
    before, after = run(FREE).X, run(replace(FREE, text="one two seven two")).X
    np.testing.assert_array_equal(before[[0, 1, 3]], after[[0, 1, 3]])
    assert not np.array_equal(before[2], after[2])


# Tweaks.


@pytest.mark.parametrize("cell", CELLS)
def test_a_tweak_turns_its_own_parameters_and_no_other(cell: str) -> None:
    spec = CELLS[cell]
    base = run(replace(FREE, cell=cell)).base_params
    before = {name: array.copy() for name, array in base.items()}
    for knob in knobs(spec):
        for kind, names in (("bias", (knob.bias,)), ("gain_x", knob.x), ("gain_h", knob.h)):
            allowed, notices = legal(Tweaks(**{kind: {knob.gate: 2.0}}), spec, INPUTS, 5)
            assert bool(notices) == (not any(names))
            changed = apply(allowed, spec, base)
            for name, array in base.items():
                wanted = array if name not in names else array + 2 if kind == "bias" else array * 2
                np.testing.assert_array_equal(changed[name], wanted)
                assert (changed[name] is array) == (name not in names)
    for name, array in base.items():
        np.testing.assert_array_equal(array, before[name])


def test_a_single_weight_comes_before_the_gain_of_its_matrix() -> None:
    spec, base = CELLS["lstm"], run(FREE).base_params
    changed = apply(Tweaks(gain_x={"f": 3}, weights={("W_xf", 2, 1): 0.5, ("b_f", 0, 4): -1}), spec, base)
    assert changed["W_xf"][2, 1] == 1.5
    assert changed["b_f"][4] == -1 and changed["b_f"][0] == base["b_f"][0]


def test_a_clamp_holds_at_every_step() -> None:
    result = run(replace(FREE, tweaks=Tweaks(clamp={"f": 0.0, "i": 1.0})))
    assert result.trace is not None and result.base_trace is not None
    assert (result.trace["f"] == 0).all() and (result.trace["i"] == 1).all()
    np.testing.assert_array_equal(result.trace["c"], result.trace["c~"])
    assert (result.base_trace["f"] > 0).all()


def test_a_tweaked_run_is_the_engine_with_the_tweaked_parameters() -> None:
    tweaks = Tweaks(bias={"f": 1.5}, gain_h={"o": 0.5}, weights={("W_hc", 0, 0): 2})
    result = run(replace(FREE, tweaks=tweaks))
    again = forward(CELLS["lstm"], apply(tweaks, result.spec, result.base_params), result.X)
    assert result.trace is not None
    np.testing.assert_array_equal(result.trace["h"], again["h"])


def test_the_readout_follows_a_tweak() -> None:
    result = run(replace(WORDS, tweaks=Tweaks(clamp={"i": 0.0})))
    assert result.readout is not None and result.base_readout is not None
    assert abs(result.readout[-1] - result.base_readout[-1]) > 0.01


def test_limits_are_kept_and_told() -> None:
    asked = Tweaks({"f": 1e9, "i": -1e9}, {"f": -1}, {"f": 9}, {"f": 2, "c~": -2}, {("W_xf", 0, 0): 99.0})
    allowed, notices = legal(asked, CELLS["lstm"], INPUTS, 5)
    assert allowed == Tweaks(
        {"f": BIAS[1], "i": BIAS[0]},
        {"f": GAIN[0]},
        {"f": GAIN[1]},
        {"f": 1, "c~": -1},
        {("W_xf", 0, 0): WEIGHT[1]},
    )
    assert {notice.key for notice in notices} == {"notice.tweak.range"} and len(notices) == 7
    assert legal(allowed, CELLS["lstm"], INPUTS, 5) == (allowed, ())


@pytest.mark.parametrize(
    "asked",
    [
        Tweaks(bias={"q": 1}),
        Tweaks(bias={"f": float("nan")}),
        Tweaks(gain_x={"c": 2}),
        Tweaks(weights={("W_xf", 0, 5): 1}),
        Tweaks(weights={("W_xf", -1, 0): 1}),
        Tweaks(weights={("b_f", 1, 0): 1}),
        Tweaks(weights={("E", 0, 0): 1}),
    ],
)
def test_what_no_knob_turns_is_left_out_and_told(asked: Tweaks) -> None:
    allowed, notices = legal(asked, CELLS["lstm"], INPUTS, 5)
    assert allowed.is_empty and [notice.key for notice in notices] == ["notice.tweak.gone"]


def test_a_weight_that_a_mask_forbids_stays_zero() -> None:
    masked = [(spec, w) for spec in CELLS.values() for w in spec.weights.values() if w.mask]
    for spec, weight in masked:
        row, column = map(int, np.argwhere(~weight.mask(8).astype(bool))[0])
        allowed, notices = legal(Tweaks(weights={(weight.name, row, column): 1}), spec, INPUTS, 8)
        assert allowed.is_empty and len(notices) == 1


@settings(deadline=None, max_examples=100)
@given(st.dictionaries(st.sampled_from(["f", "i", "c~", "o"]), st.floats(-9, 9), max_size=4))
def test_what_is_legal_is_spelled_with_few_digits(bias: dict[str, float]) -> None:
    allowed, _ = legal(Tweaks(bias=bias), CELLS["lstm"], INPUTS, 5)
    assert all(round(value, DIGITS) == value for _, value in allowed.bias)


@settings(deadline=None, max_examples=150)
@given(
    st.text(max_size=200),
    st.sampled_from(MODES),
    st.sampled_from(list(CELLS)),
    st.sampled_from(list(lessons())),
)
def test_any_text_runs(text: str, mode: str, cell: str, lesson: str) -> None:
    result = run(Experiment(lesson, cell, text, mode, units=3))
    assert len(result.tokens.items) == len(result.known) == len(result.X) == sizes(result.experiment)[0]
    assert (result.trace is None) == (not result.tokens.items)
