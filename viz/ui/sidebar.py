"""The sidebar: what is read, by which cell. Every widget is a view of the scene.

A widget's value is set from the scene before the widget is made; when the visitor changes it, a pure function
makes the next scene. Limits of widgets hold in the browser only, so those functions check again.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from models import CELLS
from models.experiment import SEEDS, UNITS, trained, unknown
from models.lessons import lessons
from models.text import MODES
from models.weights import Model

from .. import scene as scenes
from ..scene import Scene
from ..text import languages, say
from . import notice, state


def draw() -> None:
    scene = state.current()
    with st.sidebar:
        _head(scene)
        _choose("lesson", scene.experiment.lesson, tuple(lessons()), _lesson_title, scenes.choose_lesson)
        st.caption(say(scene.view.lang, scene.lesson.sentence))
        _choose("cell", scene.experiment.cell, tuple(CELLS), _cell_title, scenes.choose_cell)
        _text(scene)
        model = trained(scene.experiment)
        if model is None:
            _sizes(scene)
        _about(scene, model)
    st.session_state["spoken"] = scene.view.lang


def _head(scene: Scene) -> None:
    lang = scene.view.lang
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(say(lang, "app.title"), anchor=False, width="content")
        _show("lang", lang)
        st.segmented_control(
            say(lang, "sidebar.language"),
            tuple(languages()),
            required=True,
            format_func=languages().__getitem__,
            key="lang",
            on_change=_changed,
            args=("lang", scenes.choose_language),
            label_visibility="collapsed",
        )


def _choose(
    key: str,
    value: str,
    options: tuple[str, ...],
    title: Callable[[str, str], str],
    transition: Callable[[Scene, str], Scene],
) -> None:
    lang = state.current().view.lang
    _show(key, value, worded=True)
    st.selectbox(
        say(lang, f"sidebar.{key}"),
        options,
        format_func=lambda option: title(lang, option),
        key=key,
        on_change=_changed,
        args=(key, transition),
    )


def _lesson_title(lang: str, key: str) -> str:
    return say(lang, lessons()[key].title)


def _cell_title(lang: str, key: str) -> str:
    spec = CELLS[key]
    return f"{say(lang, spec.title)} · {spec.year}"


def _mode_title(lang: str, mode: str) -> str:
    return say(lang, f"sidebar.mode.{mode}")


def _text(scene: Scene) -> None:
    lang = scene.view.lang
    _show("text", scene.experiment.text)
    st.text_area(
        say(lang, "sidebar.text"),
        height=110,
        key="text",
        help=say(lang, "sidebar.text.help"),
        on_change=_changed,
        args=("text", scenes.type_text),
    )
    strange = unknown(scene.experiment)
    if strange:
        named = " ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
        st.caption(say(lang, "sidebar.unknown", tokens=notice.code(named)))
    st.menu_button(
        say(lang, "sidebar.examples"),
        scene.lesson.examples,
        key="example",
        width="stretch",
        on_click=_take_chosen,
    )


def _sizes(scene: Scene) -> None:
    lang = scene.view.lang
    experiment = scene.experiment
    if scene.lesson.task is None:
        _choose("mode", experiment.mode, MODES, _mode_title, scenes.choose_mode)
    _show("units", experiment.units)
    st.slider(
        say(lang, "sidebar.units"),
        *UNITS,
        key="units",
        on_change=_changed,
        args=("units", scenes.choose_units),
    )
    _show("seed", experiment.seed)
    st.number_input(
        say(lang, "sidebar.seed"),
        *SEEDS,
        step=1,
        key="seed",
        help=say(lang, "sidebar.seed.help"),
        on_change=_changed,
        args=("seed", scenes.choose_seed),
    )


def _about(scene: Scene, model: Model | None) -> None:
    lang = scene.view.lang
    if model is None:
        st.caption(say(lang, "sidebar.untrained", units=scene.experiment.units))
    else:
        # cut, not rounded: 99.95 is not all of them
        accuracy = f"{int(1000 * float(str(model.card['held_out_accuracy']))) / 10:.1f}%"
        st.caption(say(lang, "sidebar.trained", units=model.units, accuracy=accuracy))
    st.caption(say(lang, "sidebar.share"))


def take(example: str) -> None:
    """An example was clicked, here or in the empty stage."""
    state.change(scenes.take_example(state.current(), example), moved=True)


def _show(key: str, value: object, *, worded: bool = False) -> None:
    """Make the widget show the scene's value.

    What it shows already is not set again, which would take away what the visitor is typing; except for a menu
    when the language has changed (`worded`): Streamlit knows its choice by the words of the old language.
    """
    reworded = worded and st.session_state.get("spoken") != state.current().view.lang
    if reworded or st.session_state.get(key) != value:
        st.session_state[key] = value


def _take_chosen() -> None:
    take(st.session_state["example"])


def _changed(key: str, transition: Callable[[Scene, object], Scene]) -> None:
    """Another lesson opens at its own place; everything else leaves the clocks where they are."""
    value = st.session_state[key]
    before = state.current()
    if value is not None and (after := transition(before, value)) != before:
        state.change(after, moved=key == "lesson")
