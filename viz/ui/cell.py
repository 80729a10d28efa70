"""The part of the sidebar about the cell: which one, what it costs, and in which of its forms."""

from __future__ import annotations

import streamlit as st

from models import CELLS, convention, own
from models.arrangement import BACKWARD, LAYERS, STACKABLE, Arrangement, Place
from models.experiment import Experiment, definition
from models.spec import Option
from models.typed import TITLE

from .. import menu, variant
from .. import scene as scenes
from ..limits import spelled
from ..menu import Cost
from ..scene import Scene
from ..text import catalogue, say
from . import editor, state, widgets

ON, OFF = "on", "off"
PICKED = "cells-picked"
FEW = 3  # choices that stand beside each other; more of them are a list
LEFT = (0, 1, 5)  # groups in the first column of the menu: both columns are then as long


def draw(scene: Scene) -> None:
    lang, experiment = scene.view.lang, scene.experiment
    cells = (own.KEY, *menu.order())
    widgets.menu("cell", say(lang, "sidebar.cell"), experiment.cell, cells, title, editor.choose)
    if experiment.cell == own.KEY:
        editor.draw(scene)
    source = definition(experiment).source
    cost = told(lang, experiment.cell, menu.cost(experiment))
    st.caption("  \n".join((source, *cost) if source else cost))
    if st.button(say(lang, "menu.open"), key="cells", icon=":material/family_history:", type="tertiary"):
        _browse(lang)
    if experiment.cell in convention.CONVENTIONS:
        _convention(scene)
    _options(scene)
    _forms(scene)


def title(lang: str, key: str) -> str:
    if key == own.KEY:
        return say(lang, TITLE)
    spec = CELLS[key]
    return f"{say(lang, spec.title)} · {spec.year}"


def told(lang: str, cell: str, cost: Cost) -> tuple[str, str]:
    """What a cell costs, in words: its memory and its work."""
    key = "menu.parameters" if cell == menu.MEASURE else "menu.parameters_against"
    parameters = say(lang, key, parameters=f"{cost.parameters:,}", ratio=f"{cost.ratio:.2f}")
    return parameters, say(lang, "menu.multiply_adds", adds=f"{cost.multiply_adds:,}")


# The family ----------------------------------------------------------------------------------------------


def _browse(lang: str) -> None:
    """All cells at once, in their groups, with what sets them apart."""

    @st.dialog(say(lang, "menu.title"), width="large")
    def browse() -> None:
        if st.session_state.pop(PICKED, False):
            st.rerun()  # which closes the menu
        experiment = state.current().experiment
        st.caption(say(lang, "menu.note"))
        columns = st.columns(2, gap="large")
        for k, (group, keys) in enumerate(menu.groups().items()):
            with columns[0 if k in LEFT else 1]:
                _group(lang, group, keys, experiment)

    browse()


def _group(lang: str, group: str, keys: tuple[str, ...], experiment: Experiment) -> None:
    key = f"cells-{group}"
    st.radio(
        f"**{say(lang, f'menu.group.{group}')}**",
        keys,
        index=keys.index(experiment.cell) if experiment.cell in keys else None,
        format_func=lambda key: title(lang, key),
        captions=[
            f"{CELLS[key].source}  \n{' · '.join(told(lang, key, menu.cost_of(key, experiment)))}" for key in keys
        ],
        key=key,
        on_change=_picked,
        args=(key,),
    )


def _picked(key: str) -> None:
    widgets.changed(key, scenes.choose_cell)
    st.session_state[PICKED] = True


# The conventions of the GRU ------------------------------------------------------------------------------


def _convention(scene: Scene) -> None:
    """Which of the four it is, who uses it, and how far it is from the one that the documents write."""
    lang, experiment = scene.view.lang, scene.experiment
    update, reset = convention.CONVENTIONS[experiment.cell]

    def word(lang: str, value: str) -> str:
        return say(lang, f"convention.{value}")

    widgets.switch("update", say(lang, "convention.update"), update, convention.UPDATES, word, variant.choose_update)
    widgets.switch("reset", say(lang, "convention.reset"), reset, convention.RESETS, word, variant.choose_reset)
    st.caption(say(lang, f"convention.used.{update}_{reset}"))
    if update == convention.TAKES:
        alike = convention.behaves_alike(experiment)
        widgets.switch(
            "weights",
            say(lang, "convention.weights"),
            alike,
            (True, False),
            lambda lang, alike: say(lang, "convention.alike" if alike else "convention.unlike"),
            variant.choose_weights,
        )
        _apart(lang, experiment, convention.with_update(experiment, convention.KEEPS, alike=False), "update")
    if reset == convention.AFTER:
        _apart(lang, experiment, convention.with_reset(experiment, convention.BEFORE), "reset")


def _apart(lang: str, experiment: Experiment, other: Experiment, what: str) -> None:
    """How far h is from that of the other convention."""
    found = convention.furthest(experiment, other)
    if found is None:
        return
    difference, same = found
    if difference < 1e-9:
        key = f"convention.{what}_same"
    else:
        key = f"convention.{what}_{'weights' if same else 'trained'}"
    number = f"{difference:.2f}" if difference >= 0.01 else f"{difference:.0e}" if difference else "0"
    st.caption(say(lang, key, difference=number))


# Options -------------------------------------------------------------------------------------------------


def _options(scene: Scene) -> None:
    spec = definition(scene.experiment)
    for option in spec.options:
        _option(scene, option, spec.chosen[option.name])


def _option(scene: Scene, option: Option, value: object) -> None:
    lang = scene.view.lang
    key = f"option-{option.name}"
    label = say(lang, f"option.{option.name}")

    def choose(scene: Scene, choice: object) -> Scene:
        if isinstance(choice, bool):
            choice = ON if choice else OFF
        return variant.choose_option(scene, option.name, choice)

    if set(option.choices) == {ON, OFF}:
        widgets.show(key, value == ON)
        st.toggle(label, key=key, on_change=widgets.changed, args=(key, choose))
    else:
        draw = widgets.switch if len(option.choices) <= FEW else widgets.menu
        draw(key, label, value, option.choices, lambda lang, choice: _choice(lang, option, choice), choose)
    remark = f"option.{option.name}.{spelled(value)}"
    if remark in catalogue(lang):
        st.caption(say(lang, remark))


def _choice(lang: str, option: Option, choice: object) -> str:
    """The words for a choice; the name of a function is the same in every language."""
    for key in (f"choice.{option.name}.{choice}", f"choice.{choice}"):
        if key in catalogue(lang):
            return say(lang, key)
    return str(choice).replace(" ", ", ")


# Phases, layers, directions ------------------------------------------------------------------------------


def _forms(scene: Scene) -> None:
    experiment, spec = scene.experiment, definition(scene.experiment)
    if not spec.groupings and experiment.cell not in STACKABLE:
        return
    unusual = bool(scene.view.grouping) or not experiment.arrangement.is_single
    with st.expander(say(scene.view.lang, "forms.title"), expanded=unusual):
        if spec.groupings:
            _grouping(scene)
        if experiment.cell in STACKABLE:
            _arrangement(scene)


def _grouping(scene: Scene) -> None:
    lang, spec = scene.view.lang, definition(scene.experiment)
    family = "lstm" if "c" in spec.states else "gru"
    widgets.switch(
        "grouping",
        say(lang, "grouping.label"),
        scene.view.grouping,
        ("", *spec.groupings),
        lambda lang, key: say(lang, f"grouping.{family}.{key or 'usual'}"),
        variant.choose_grouping,
    )
    st.caption(say(lang, f"grouping.{family}.{scene.view.grouping or 'usual'}_note"))


def _arrangement(scene: Scene) -> None:
    lang, arrangement = scene.view.lang, scene.experiment.arrangement
    widgets.switch(
        "layers", say(lang, "stack.layers"), arrangement.layers, LAYERS, lambda _, n: str(n), variant.choose_layers
    )
    widgets.switch(
        "direction",
        say(lang, "stack.direction"),
        arrangement.both,
        (False, True),
        lambda lang, both: say(lang, "stack.both" if both else "stack.forward"),
        variant.choose_both,
    )
    if arrangement.is_single:
        return
    widgets.switch(
        "shown",
        say(lang, "stack.shown"),
        arrangement.shown,
        tuple(arrangement.places()),
        lambda lang, place: _place(lang, arrangement, place),
        variant.show,
    )
    st.caption(" ".join(say(lang, key) for key in _remarks(arrangement)))


def _place(lang: str, arrangement: Arrangement, place: Place) -> str:
    layer = say(lang, "stack.layer", layer=place.layer) if arrangement.layers > 1 else ""
    if not arrangement.both:
        return layer
    arrow = "←" if place.direction == BACKWARD else "→"
    return f"{layer} {arrow}" if layer else f"{arrow} {say(lang, f'stack.{place.direction}')}"


def _remarks(arrangement: Arrangement) -> list[str]:
    """What is shown, said plainly."""
    keys = []
    if arrangement.shown.layer > 1:
        keys.append("stack.reads_both" if arrangement.both else "stack.reads_below")
    if arrangement.shown.reads_backward:
        keys.append("stack.reads_backward")
    return [*keys, "stack.tweaks"]
