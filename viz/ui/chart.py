"""A chart on the page: drawn by the browser with the Plotly that the stage has loaded already."""

from __future__ import annotations

from collections.abc import Callable

from ..chart import Chart, pack
from . import assets
from .module import component

mounted = component("chart", "chart.js")


def draw(
    make: Callable[[str], Chart], key: str, *, roles: tuple[str, ...] = (), on_step: Callable[[], None] | None = None
) -> None:
    """Show `make(theme)`. `on_step` is called when a token was clicked: `st.session_state[key]["step"]`."""
    events = {"on_step_change": on_step} if on_step else {}
    mounted(key=key, data=pack(make, assets.address("plotly.min.js"), roles), **events)
