"""What stands in place of the stage when there is nothing to read: an invitation, not an error."""

from __future__ import annotations

import streamlit as st

from ..scene import Scene
from ..text import say
from .sidebar import take

SHOWN = 3  # examples


def draw(scene: Scene) -> None:
    lang = scene.view.lang
    with st.container(key="empty", horizontal_alignment="center", gap="medium"):
        st.space("xlarge")
        st.header(say(lang, "empty.title"), anchor=False, text_alignment="center")
        st.text(say(lang, "empty.sentence"), text_alignment="center")
        for place, example in enumerate(scene.lesson.examples[:SHOWN]):
            st.button(example, key=f"start-{place}", on_click=_start, args=(example,))


def _start(example: str) -> None:
    """The text in the sidebar changes too, so the whole page follows."""
    take(example)
    st.rerun()
