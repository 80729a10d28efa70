"""The workbench below the stage: one panel at a time, about what is selected in the stage."""

from __future__ import annotations

import streamlit as st

from models.engine import quietly
from models.experiment import Run

from ..scene import Scene, choose_panel
from ..text import say
from . import state
from .panels import PANELS

KEY = "panel"


@quietly
def draw(scene: Scene, result: Run) -> None:
    """The switch and the open panel; nothing when there is no panel, or nothing to explain."""
    if not PANELS or not result.tokens.items:
        return
    lang = scene.view.lang
    if st.session_state.get(KEY) != (scene.view.panel or None):
        st.session_state[KEY] = scene.view.panel or None
    st.segmented_control(
        say(lang, "panel.label"),
        state.panel_keys(),
        format_func=lambda key: say(lang, f"panel.{key}"),
        key=KEY,
        on_change=_opened,
        label_visibility="collapsed",
    )
    for panel in PANELS:
        if panel.key == scene.view.panel:
            panel.draw(scene, result)


def _opened() -> None:
    """A panel was opened, or the open one closed."""
    state.change(choose_panel(state.current(), st.session_state[KEY] or ""))
