"""Widgets as views of the scene.

A widget's value is set from the scene before the widget is made; when the visitor changes it, a pure function
makes the next scene. Limits of widgets hold in the browser only, so those functions check again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from ..scene import Scene
from . import state

Transition = Callable[[Scene, Any], Scene]
Title = Callable[[str, Any], str]  # title(lang, option)


def show(key: str, value: object, *, worded: bool = False) -> None:
    """Make the widget show the scene's value.

    What it shows already is not set again, which would take away what the visitor is typing; except for a menu
    when the language has changed (`worded`): Streamlit knows its choice by the words of the old language.
    """
    reworded = worded and st.session_state.get("spoken") != state.current().view.lang
    if reworded or st.session_state.get(key) != value:
        st.session_state[key] = value


def changed(key: str, transition: Transition) -> None:
    """Another lesson opens at its own place; everything else leaves the clocks where they are."""
    value = st.session_state[key]
    before = state.current()
    if value is not None and (after := transition(before, value)) != before:
        state.change(after, moved=key == "lesson")


def menu(
    key: str, label: str, value: object, options: Sequence[Any], title: Title, transition: Transition, help: str = ""
) -> None:
    """A box that opens a list."""
    lang = state.current().view.lang
    show(key, value, worded=True)
    st.selectbox(
        label,
        options,
        format_func=lambda option: title(lang, option),
        key=key,
        on_change=changed,
        args=(key, transition),
        help=help or None,
    )


def switch(
    key: str, label: str, value: object, options: Sequence[Any], title: Title, transition: Transition, help: str = ""
) -> None:
    """Few choices beside each other."""
    lang = state.current().view.lang
    show(key, value, worded=True)
    st.segmented_control(
        label,
        options,
        required=True,
        format_func=lambda option: title(lang, option),
        key=key,
        on_change=changed,
        args=(key, transition),
        width="stretch",
        help=help or None,
    )
