"""What a visitor chooses about a cell: options, phases, layers. Clocks stay; tweaks stay with their cell."""

from dataclasses import replace

import pytest

from models import CELLS
from models.arrangement import BACKWARD, FIRST, FORWARD, Place
from models.experiment import MOST_OUTPUTS, output_names, run, trained
from models.task import UNKNOWN
from models.tweaks import UNTOUCHED, Tweaks
from viz import scene as scenes
from viz import variant
from viz.link import from_link, to_link
from viz.scene import Scene, opening

FREE = opening("free")


def with_cell(cell: str, step: int = 3, phase: str = "") -> Scene:
    scene = scenes.choose_cell(FREE, cell)
    return scenes.rest(scene, step, phase or scene.view.phase, None)


def test_an_option_is_chosen_and_its_default_is_not_kept() -> None:
    scene = variant.choose_option(with_cell("lstm_peephole", phase="output"), "p_o", "off")
    assert scene.experiment.options == (("p_o", "off"),) and scene.spec.chosen["p_o"] == "off"
    assert (scene.view.step, scene.view.phase) == (3, "output")
    assert "w_co" not in run(scene.experiment).params
    assert variant.choose_option(scene, "p_o", "on").experiment.options == ()
    assert variant.choose_option(scene, "p_o", "maybe").experiment.options == ()
    assert variant.choose_option(scene, "nothing", 3).experiment.options == (("p_o", "off"),)


def test_options_that_both_cells_have_stay() -> None:
    scene = variant.choose_option(with_cell("rnn"), "hidden", "relu")
    assert scenes.choose_cell(scene, "rnn_output").experiment.options == (("hidden", "relu"),)
    assert scenes.choose_cell(scene, "lstm").experiment.options == ()


@pytest.mark.parametrize(
    ("before", "phase", "grouping", "after"),
    [
        ("", "forget", "six", "forget"),
        ("", "input", "six", "candidate"),
        ("", "output", "six", "hidden"),
        ("", "forget", "d2l", "gates"),
        ("", "input", "d2l", "candidate"),
        ("", "output", "d2l", "hidden"),
        ("", "cell", "three", "select"),
        ("six", "hidden", "", "output"),
        ("six", "candidate", "", "input"),
        ("six", "output", "d2l", "cell"),
        ("d2l", "gates", "", "output"),  # there the output gate is computed last
        ("three", "select", "six", "cell"),
    ],
)
def test_other_phases_stand_where_the_old_ones_stood(before: str, phase: str, grouping: str, after: str) -> None:
    scene = variant.choose_grouping(with_cell("lstm"), before)
    scene = variant.choose_grouping(scenes.rest(scene, 3, phase, ("c", 2, 2)), grouping)
    assert (scene.view.grouping, scene.view.step, scene.view.phase) == (grouping, 3, after)
    assert scene.view.selection == ("c", 2, 2)
    assert from_link(to_link(scene)) == (scene, ())


@pytest.mark.parametrize("cell", [key for key, spec in CELLS.items() if spec.groupings])
def test_phases_cut_the_same_numbers(cell: str) -> None:
    scene = with_cell(cell)
    plain = run(scene.experiment)
    for grouping in CELLS[cell].groupings:
        cut = plain.in_phases(grouping)
        assert cut.spec.phases == cut.trace.spec.phases == CELLS[cell].groupings[grouping]
        assert sorted(name for phase in cut.spec.phases for name in phase.quantities) == sorted(cut.spec.quantities)
        assert all(cut.spec.phases[cut.spec.phase_of(name)].id == q.phase for name, q in cut.spec.quantities.items())
        assert cut.digest == plain.digest and cut.trace["h"] is not None
    assert plain.in_phases("") is plain
    with pytest.raises(ValueError, match="no grouping 'seven'"):
        CELLS[cell].regroup("seven")


def test_another_cell_keeps_phases_that_it_has() -> None:
    scene = variant.choose_grouping(with_cell("gru", phase="candidate"), "four")
    assert scenes.choose_cell(scene, "gru_after").view.grouping == "four"
    plain = scenes.choose_cell(scene, "mgu")
    assert plain.view.grouping == "" and plain.view.phase in {phase.id for phase in plain.spec.phases}


def test_every_cell_of_a_stack_keeps_its_own_tweaks() -> None:
    low, high = Tweaks(bias={"f": 1.0}), Tweaks(bias={"f": -1.0})
    scene = scenes.tweak(variant.choose_layers(with_cell("lstm", phase="cell"), 2), low)
    top = scenes.tweak(variant.show(scene, Place(2, FORWARD)), high)
    assert top.experiment.tweaks == high and top.experiment.elsewhere == ((FIRST, low),)
    back = variant.show(top, FIRST)
    assert back.experiment.tweaks == low and back.experiment.elsewhere == ((Place(2, FORWARD), high),)
    assert (back.view.step, back.view.phase) == (3, "cell")
    alone = variant.choose_layers(top, 1)
    assert alone.experiment.tweaks == low and alone.experiment.elsewhere == ()
    assert alone.experiment.arrangement.is_single


def test_what_is_no_longer_there_is_not_shown() -> None:
    scene = variant.show(variant.choose_both(variant.choose_layers(with_cell("gru"), 2), True), Place(2, BACKWARD))
    assert scene.experiment.arrangement.shown == Place(2, BACKWARD)
    assert variant.choose_both(scene, False).experiment.arrangement.shown == FIRST
    assert variant.show(scene, Place(3, FORWARD)) == scene
    assert scenes.choose_cell(scene, "mgu").experiment.arrangement.is_single


def test_weights_change_with_the_direction_and_their_tweaks_go() -> None:
    tweaks = Tweaks(bias={"z": 1.0}, weights={("W_xz", 0, 0): 1.0})
    scene = scenes.tweak(with_cell("gru"), tweaks)
    assert variant.choose_both(scene, True).experiment.tweaks == Tweaks(bias={"z": 1.0})


def test_a_lesson_opens_what_it_was_trained_for() -> None:
    scene = variant.choose_layers(with_cell("lstm"), 2)
    assert trained(scenes.choose_lesson(scene, "review").experiment) is not None
    scene = variant.choose_option(with_cell("rnn"), "hidden", "relu")
    assert scenes.choose_lesson(scene, "review").experiment.options == ()


def test_conventions_are_switched_in_the_scene() -> None:
    scene = scenes.tweak(with_cell("gru", phase="mix"), Tweaks(bias={"z": 1.0}))
    taking = variant.choose_update(scene, "takes")
    assert (taking.experiment.cell, taking.view.phase) == ("gru_takes_new", "mix")
    assert taking.experiment.negated and taking.experiment.tweaks == Tweaks(bias={"z": -1.0})
    assert variant.choose_weights(taking, False).experiment.negated is False
    assert variant.choose_weights(taking, True) == taking
    after = variant.choose_reset(taking, "after")
    assert after.experiment.cell == "gru_takes_new_after" and after.experiment.negated
    assert variant.choose_update(after, "keeps").experiment.cell == "gru_after"
    for nothing in (variant.choose_update(FREE, "takes"), variant.choose_reset(FREE, "after")):
        assert nothing == FREE
    assert variant.choose_weights(scene, False) == scene


def test_outputs_are_the_different_tokens_of_the_text() -> None:
    scene = scenes.type_text(with_cell("rnn_output"), "the cat saw the cat")
    result = run(scene.experiment)
    assert result.outputs == ("the", "cat", "saw") and result.trace["y"].shape == (5, 3)
    assert abs(result.trace["y"].sum(axis=1) - 1).max() < 1e-12
    assert output_names(scenes.choose_cell(scene, "rnn").experiment) == ()
    many = scenes.type_text(scene, " ".join(f"w{k}" for k in range(90)))
    assert len(output_names(many.experiment)) == MOST_OUTPUTS and output_names(many.experiment)[-1] == UNKNOWN
    picked = scenes.rest(many, 1, "output", ("y", MOST_OUTPUTS, 1))
    assert picked.view.selection == ("y", MOST_OUTPUTS, 1)
    assert scenes.rest(many, 1, "output", ("y", MOST_OUTPUTS + 1, 1)).view.selection is None
    tweaked = scenes.tweak(many, Tweaks(weights={("W_hq", 2, MOST_OUTPUTS - 1): 1.0}))
    assert tweaked.experiment.tweaks != UNTOUCHED
    assert replace(tweaked.experiment, tweaks=UNTOUCHED) == many.experiment
