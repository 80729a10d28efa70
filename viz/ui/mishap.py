"""When something breaks that should not: the log gets the traceback, the visitor a sentence and a way on."""

from __future__ import annotations

import logging

import streamlit as st

from ..text import language, say


def show(error: Exception) -> bool:
    """Streamlit calls this for an exception that nobody caught; True says that it has been shown."""
    logging.getLogger("sluicegate").error("The page could not be drawn", exc_info=error)
    scene = st.session_state.get("scene")
    lang = scene.view.lang if scene is not None else language(st.context.locale)
    st.error(say(lang, "error.page"))
    st.link_button(say(lang, "error.again"), "?")
    return True
