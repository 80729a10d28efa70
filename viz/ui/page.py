"""The page, as Streamlit runs it: top to bottom at every change in the sidebar.

The stage and the workbench are one fragment, so that their messages rerun them and nothing else.
"""

from __future__ import annotations

import streamlit as st

from viz.text import say
from viz.ui import sidebar, stage, state, style

st.set_page_config(
    page_title=say(state.current().view.lang, "app.title"),
    page_icon=str(style.ICON),
    layout="wide",
    initial_sidebar_state="auto",
)
style.draw()
sidebar.draw()
stage.draw()
