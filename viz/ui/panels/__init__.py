"""The workbench: panels about the selected (quantity, unit, step), one open at a time.

A panel is one file here that defines a `PANEL`, and one line in the list below: the order of the switch.
"""

from __future__ import annotations

from . import compare, data, gradient, memory, why
from .panel import Panel

PANELS: tuple[Panel, ...] = (why.PANEL, memory.PANEL, gradient.PANEL, compare.PANEL, data.PANEL)

__all__ = ["PANELS", "Panel"]
