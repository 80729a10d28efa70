"""Scenes and links: what a visitor does, and what a link may say. A link goes round; a bad one is repaired."""

from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models import CELLS
from models.arrangement import DIRECTIONS, STACKABLE, Arrangement, Place
from models.experiment import LONGEST, SEEDS, UNITS, Experiment, output_names, run, sizes, trained
from models.lessons import FIRST, lessons
from models.text import MODES
from models.tweaks import GAIN, Tweaks
from viz import scene as scenes
from viz.link import NAMES, from_link, to_link
from viz.scene import Scene, View, opening, settle
from viz.text import languages

FREE = opening("free")
often = settings(deadline=None, max_examples=200)
seldom = settings(deadline=None, max_examples=60)  # computes the run as well

# Whole scenes, legal or not: `settle` makes them so.
whole = st.integers(-3, 20)
number = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-8, 8)
quantity = st.sampled_from(sorted({name for spec in CELLS.values() for name in spec.quantities}))
pairs = st.dictionaries(quantity | st.text(max_size=3), number, max_size=3)
parameter = st.sampled_from(["W_xf", "W_hf", "b_f", "W_xh", "W_hh", "w_cf", "b_hh", "nothing", "W_xf.1"])
entries = st.dictionaries(st.tuples(parameter, st.integers(-2, 20), st.integers(-2, 20)), number, max_size=3)
tweaks = st.builds(Tweaks, pairs, pairs, pairs, pairs, entries)
anything = st.text(max_size=30)
offered = sorted(
    {(option.name, choice) for s in CELLS.values() for option in s.options for choice in option.choices}, key=repr
)
options = st.lists(st.sampled_from(offered) | st.tuples(anything, anything), max_size=3).map(tuple)
places = st.builds(Place, st.integers(-1, 3), st.sampled_from(DIRECTIONS) | anything)
arrangements = st.builds(Arrangement, st.integers(-1, 3), st.booleans(), places)
experiments = st.builds(
    Experiment,
    st.sampled_from(list(lessons())) | anything,
    st.sampled_from(list(CELLS)) | st.sampled_from(STACKABLE) | anything,
    st.text(max_size=60),
    st.sampled_from(MODES) | anything,
    whole,
    whole,
    tweaks,
    options,
    st.booleans(),
    st.just(Arrangement()) | arrangements,
    st.lists(st.tuples(places, tweaks), max_size=3).map(tuple),
)
views = st.builds(
    View,
    whole,
    st.sampled_from(["forget", "output", "mix"]) | anything,
    st.none() | st.tuples(quantity | anything, whole, whole),
    st.just(""),
    st.sampled_from(list(languages())) | anything,
    grouping=st.sampled_from(["", "six", "d2l", "three", "four"]) | anything,
)
asked = st.builds(Scene, experiments, views)
values = st.text(max_size=40) | st.sampled_from(
    ["1", "-1", "1e9", "nan", "b.f:1", "w.W_xf.1.1:2", "f.1.1", "zh", "2.backward", "hidden:relu"]
)


def exists(scene: Scene) -> None:
    """Every part of the scene is within what exists, and it can be computed."""
    experiment, view = scene.experiment, scene.view
    assert settle(scene) == (scene, ())
    steps, _, units = sizes(experiment)
    assert 1 <= view.step <= max(steps, 1) and view.phase in {p.id for p in scene.spec.phases}
    if view.selection is not None:
        name, unit, step = view.selection
        widths = {"H": units, "Q": len(output_names(experiment))}
        assert 1 <= unit <= widths[scene.spec.quantities[name].width] and 1 <= step <= steps


@seldom
@given(asked)
def test_a_scene_goes_round_through_its_link(given_scene: Scene) -> None:
    scene, _ = settle(given_scene)
    exists(scene)
    again, notices = from_link(to_link(scene))
    assert notices == ()
    assert to_link(again) == to_link(scene)
    assert run(again.experiment).digest == run(scene.experiment).digest
    assert (again.experiment.tweaks, again.view) == (scene.experiment.tweaks, scene.view)
    assert again.experiment == replace(scene.experiment, **unwritten(scene.experiment, again.experiment))


def unwritten(scene: Experiment, again: Experiment) -> dict[str, object]:
    """What trained weights decide, which no link holds."""
    names = ("mode", "units", "seed") if trained(scene) is not None else ()
    return {name: getattr(again, name) for name in names}


@often
@given(st.dictionaries(st.sampled_from(NAMES), values))
@example({"tweaks": "b.f:1e999,b.f:--1,:,.,w..1.1:1,w.W_xf.99999999.1:1,w.W_xf.0.0:1"})
@example({"text": "\ud800 \x00 " + "a" * 9000, "step": "9" * 400, "seed": "٣"})
@example({"sel": "f.1.1.1", "units": "1_0", "seed": "99999", "lang": "zh\x00"})
def test_any_parameters_give_a_scene(link: dict[str, str]) -> None:
    scene, _ = from_link(link)
    exists(scene)


@often
@given(st.text(max_size=200))
@example("?")
@example("&&=&lesson&text=%&tweaks=%zz%00&lang[]=zh")
def test_any_query_string_gives_a_scene(link: str) -> None:
    scene, _ = from_link(link)
    exists(scene)


@often
@given(asked, st.integers(0, 400), st.sampled_from(["", "%", "&", "=", "9", "~", "\x00", "é"]))
def test_a_link_that_was_damaged_is_repaired(given_scene: Scene, at: int, with_: str) -> None:
    link = to_link(settle(given_scene)[0])
    scene, _ = from_link(link[:at] + with_ + link[at + 1 :])
    exists(scene)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lesson", "nope"),
        ("cell", "transformer"),
        ("mode", "%{x}"),
        ("units", "0"),
        ("units", "many"),
        ("seed", "-1"),
        ("step", "99"),
        ("phase", "attention"),
        ("sel", "q.1.1"),
        ("sel", "f.9.1"),
        ("sel", "f"),
        ("panel", "../../etc"),
        ("lang", "tlh"),
        ("tweaks", "b.f:7"),
        ("tweaks", "k.zz:1"),
        ("tweaks", "x.c:2"),  # the cell state has no weights
        ("tweaks", "b.f:nan"),
        ("tweaks", "w.W_xf.1.9:1"),
        ("tweaks", "nonsense"),
        ("options", "p_o:off"),
        ("options", "nonsense"),
        ("update", "negated"),
        ("update", "maybe"),
        ("layers", "3"),
        ("layers", "many"),
        ("direction", "sideways"),
        ("shown", "1.backward"),  # there is one direction only
        ("shown", "first"),
        ("grouping", "seven"),
        ("elsewhere", "2.forward@b.f:1"),
        ("elsewhere", "nonsense"),
    ],
)
def test_every_repair_is_told(name: str, value: str) -> None:
    link = {"lesson": "free", "cell": "lstm", "text": "one two three", "units": "8"} | {name: value}
    scene, notices = from_link(link)
    exists(scene)
    assert len(notices) == 1
    assert parse_qs(to_link(scene)).get(name) != [value]


def test_nothing_is_told_about_a_link_that_is_fine() -> None:
    link = {
        "lesson": "free",
        "cell": "gru",
        "text": "one two three",
        "units": "12",
        "step": "2",
        "phase": "candidate",
        "sel": "z.2.3",
        "tweaks": "b.z:1.5,x.r:0.5,k.r:0.25,w.W_xh.3.2:0.7",
        "utm_source": "someone",
    }
    scene, notices = from_link(link)
    assert notices == ()
    assert parse_qs(to_link(scene)).items() >= {k: [v] for k, v in link.items() if k in NAMES}.items()


def test_choices_of_the_cell_are_in_the_link() -> None:
    for link in (
        {"cell": "rnn_output", "options": "hidden:relu,output:identity"},
        {"cell": "clockwork", "options": "first:0,periods:1.3.9"},
        {"cell": "gru_takes_new", "update": "negated"},
        {"cell": "lstm", "grouping": "six", "phase": "hidden"},
        {"cell": "lstm", "layers": "2", "direction": "both", "shown": "2.backward", "tweaks": "b.f:1"},
        {"cell": "gru", "direction": "both", "elsewhere": "1.backward@b.z:1.5,w.W_xz.1.1:2"},
    ):
        scene, notices = from_link({"lesson": "free", "text": "one two three"} | link)
        assert notices == ()
        assert parse_qs(to_link(scene)).items() >= {name: [value] for name, value in link.items()}.items()


def test_a_bare_address_opens_the_first_lesson() -> None:
    for lang in languages():
        assert from_link("", lang) == (opening(FIRST, lang), ())
    assert opening().experiment.lesson == FIRST


def test_what_trained_weights_decide_is_not_in_the_link() -> None:
    assert not {"units", "seed", "mode"} & parse_qs(to_link(opening("review"))).keys()
    assert {"units", "seed"} <= parse_qs(to_link(opening("free"))).keys()


def test_the_longest_link_still_fits_a_request() -> None:
    scene, notices = settle(replace(FREE, experiment=replace(FREE.experiment, text="👩" * 9000)))
    assert [notice.key for notice in notices] == ["notice.text_cut"]
    assert len(scene.experiment.text) == LONGEST
    assert len(to_link(scene)) < 65_000 - 4_000  # the server's limit, less the other headers of a request


# What a visitor does.


def at(scene: Scene, step: int, phase: str, selection: tuple[str, int, int] | None = None) -> Scene:
    return scenes.rest(scene, step, phase, selection)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("start", ["lstm", "gru", "rnn"])
def test_another_cell_keeps_the_clocks(start: str, cell: str) -> None:
    for reached in (0, -1):
        scene = scenes.choose_cell(FREE, start)
        scene = at(scene, 3, CELLS[start].phases[reached].id)
        changed = scenes.choose_cell(scene, cell)
        exists(changed)
        assert changed.experiment.cell == cell and changed.view.step == 3
        if len(CELLS[start].phases) > 1 and scene.view.phase not in {p.id for p in CELLS[cell].phases}:
            assert changed.view.phase == CELLS[cell].phases[reached].id


def test_tweaks_of_gates_that_both_cells_have_stay() -> None:
    tweaks = Tweaks(bias={"z": 1, "r": 2}, weights={("W_xz", 0, 0): 3})
    scene = scenes.tweak(scenes.choose_cell(FREE, "gru"), tweaks)
    assert scenes.choose_cell(scene, "gru_after").experiment.tweaks == Tweaks(bias={"z": 1, "r": 2})
    assert scenes.choose_cell(scene, "lstm").experiment.tweaks.is_empty


def test_a_tweak_moves_nothing() -> None:
    scene = at(FREE, 4, "cell", ("f", 2, 3))
    tweaked = scenes.tweak(scene, Tweaks(bias={"f": 2.0}, gain_x={"i": 9}, clamp={"o": -1}))
    assert tweaked.view == scene.view
    assert tweaked.experiment.tweaks == Tweaks(bias={"f": 2.0}, gain_x={"i": GAIN[1]}, clamp={"o": 0})


def test_a_text_keeps_the_clocks_where_it_can() -> None:
    scene = at(FREE, 6, "input", ("f", 2, 6))
    assert scenes.type_text(scene, "a b c d e f g").view == scene.view
    shorter = scenes.type_text(scene, "a b c").view
    assert (shorter.step, shorter.phase, shorter.selection) == (3, "input", None)
    assert scenes.type_text(scene, "").view.step == 1


def test_a_lesson_opens_at_its_own_place() -> None:
    scene = scenes.choose_lesson(at(scenes.tweak(FREE, Tweaks(bias={"f": 1})), 2, "output"), "review")
    assert scene == replace(opening("review"), experiment=scene.experiment)
    assert scene.experiment.text == lessons()["review"].text and scene.experiment.tweaks.is_empty


def test_an_example_is_read_as_it_was_meant() -> None:
    scene = scenes.choose_mode(FREE, "numbers")
    assert scenes.take_example(scene, "我会说法语").experiment.mode == "auto"


def test_fewer_units_drop_what_is_gone() -> None:
    scene = at(scenes.tweak(FREE, Tweaks(weights={("W_hf", 6, 6): 1.0, ("W_hf", 1, 1): 1.0})), 2, "forget", ("f", 8, 1))
    fewer = scenes.choose_units(scene, 4)
    assert fewer.view.selection is None
    assert fewer.experiment.tweaks == Tweaks(weights={("W_hf", 1, 1): 1.0})
    assert scenes.choose_units(scene, 10**9).experiment.units == UNITS[1]
    assert scenes.choose_seed(scene, -5).experiment.seed == SEEDS[0]


@pytest.mark.parametrize("value", [None, "nope", "", "\x00"])
def test_a_widget_may_say_anything(value: str) -> None:
    for transition in (scenes.choose_lesson, scenes.choose_cell, scenes.choose_language, scenes.choose_mode):
        exists(transition(FREE, str(value)))


def test_a_query_string_and_its_parameters_are_the_same_link() -> None:
    link = {"lesson": "free", "text": "a+b c&d=é 你好 %41", "tweaks": "b.f:1"}
    assert from_link(urlencode(link)) == from_link("?" + urlencode(link)) == from_link(link)
