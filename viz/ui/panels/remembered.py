"""Widgets that keep what was chosen while another panel is open: Streamlit forgets those that it does not draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

KEPT = "panels-kept"


def shown(key: str, default: Any, within: Callable[[Any], Any] | None = None) -> None:
    """Before the widget `key` is made: let it show what was chosen last, brought `within` what there is now."""
    kept = st.session_state.get(KEPT, {})
    value = kept.get(key, default)
    if within is not None and key in kept:
        value = within(value)
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def remember(key: str) -> None:
    """The widget's `on_change`."""
    st.session_state[KEPT] = {**st.session_state.get(KEPT, {}), key: st.session_state[key]}
