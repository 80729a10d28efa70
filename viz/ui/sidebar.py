"""The sidebar: what is read, by which cell. Every widget is a view of the scene (`widgets.py`)."""

from __future__ import annotations

import streamlit as st

from models.experiment import SEEDS, UNITS, trained, unknown
from models.lessons import lessons
from models.text import MODES
from models.weights import Model

from .. import scene as scenes
from ..scene import Scene
from ..text import languages, say
from . import cell, notice, state, widgets


def draw() -> None:
    scene = state.current()
    with st.sidebar:
        _head(scene)
        _lesson(scene)
        _text(scene)
        cell.draw(scene)
        model = trained(scene.experiment)
        if model is None:
            _sizes(scene)
        _about(scene, model)
    st.session_state["spoken"] = scene.view.lang


def _head(scene: Scene) -> None:
    lang = scene.view.lang
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(say(lang, "app.title"), anchor=False, width="content")
        widgets.show("lang", lang)
        st.segmented_control(
            say(lang, "sidebar.language"),
            tuple(languages()),
            required=True,
            format_func=languages().__getitem__,
            key="lang",
            on_change=widgets.changed,
            args=("lang", scenes.choose_language),
            label_visibility="collapsed",
        )


def _lesson(scene: Scene) -> None:
    lang, lesson = scene.view.lang, scene.experiment.lesson
    label = say(lang, "sidebar.lesson")
    widgets.menu("lesson", label, lesson, tuple(lessons()), _lesson_title, scenes.choose_lesson)
    st.caption(say(lang, scene.lesson.sentence))


def _lesson_title(lang: str, key: str) -> str:
    return say(lang, lessons()[key].title)


def _mode_title(lang: str, mode: str) -> str:
    return say(lang, f"sidebar.mode.{mode}")


def _text(scene: Scene) -> None:
    lang = scene.view.lang
    widgets.show("text", scene.experiment.text)
    st.text_area(
        say(lang, "sidebar.text"),
        height=110,
        key="text",
        help=say(lang, "sidebar.text.help"),
        on_change=widgets.changed,
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
        widgets.menu("mode", say(lang, "sidebar.mode"), experiment.mode, MODES, _mode_title, scenes.choose_mode)
    widgets.show("units", experiment.units)
    st.slider(
        say(lang, "sidebar.units"),
        *UNITS,
        key="units",
        on_change=widgets.changed,
        args=("units", scenes.choose_units),
    )
    widgets.show("seed", experiment.seed)
    st.number_input(
        say(lang, "sidebar.seed"),
        *SEEDS,
        step=1,
        key="seed",
        help=say(lang, "sidebar.seed.help"),
        on_change=widgets.changed,
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


def _take_chosen() -> None:
    take(st.session_state["example"])
