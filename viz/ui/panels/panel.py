"""What a panel of the workbench is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.experiment import Run

from ...scene import Scene


@dataclass(frozen=True)
class Panel:
    """`draw(scene, run)` puts the panel on the page. The catalogues hold its name as "panel.<key>"."""

    key: str
    draw: Callable[[Scene, Run], None]
