"""The scene of one visitor: kept in the session, read from the address when the session begins.

One process serves many visitors, so nothing of a visit lives anywhere but in `st.session_state`.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from models.experiment import Experiment
from models.notice import Notice
from models.own import tidied
from models.tweaks import Tweaks

from ..link import from_link, typed_in
from ..scene import Scene
from ..text import language
from . import panels  # the module: panels ask for the scene too, and either may be imported first


def current() -> Scene:
    """The scene as it stands; the first call of a session reads the address and the browser's language."""
    if "scene" not in st.session_state:
        adopt(st.query_params.to_dict())
    scene: Scene = st.session_state["scene"]
    return scene


def adopt(link: str | dict[str, str]) -> None:
    """Take the scene of a link, its place included."""
    before = st.session_state.get("scene")
    lang = before.view.lang if before else language(st.context.locale)
    scene, notices = from_link(link, lang, panel_keys())
    st.session_state["scene"] = scene
    st.session_state["draft"] = None
    st.session_state["notices"] = notices
    st.session_state["epoch"] = epoch() + 1
    asked = typed_in(link)
    keep_typed(asked if asked.strip() and tidied(asked) != scene.experiment.own else None)


def panel_keys() -> tuple[str, ...]:
    """The panels of the workbench, in the order of its switch."""
    return tuple(panel.key for panel in panels.PANELS)


def change(scene: Scene, *, moved: bool = False) -> None:
    """Go on with another scene. Another experiment is a step of the browser's history, another view is not.

    The stage keeps its own clocks; it takes over those of the scene when `moved`, or when they had to change.
    """
    before = current()
    place, other = ((view.step, view.phase, view.selection) for view in (before.view, scene.view))
    if moved or place != other:
        st.session_state["epoch"] = epoch() + 1
    if scene.experiment != before.experiment:
        st.session_state["notices"] = ()
        st.session_state["push"] = True
    st.session_state["scene"] = scene
    st.session_state["draft"] = None


def report(scene: Scene) -> None:
    """Note where the stage stands: it is there already, so nothing has to move."""
    st.session_state["scene"] = scene


def draft(tweaks: Tweaks) -> None:
    """Show these tweaks while the slider still moves: no part of the scene yet, so the address stays."""
    st.session_state["draft"] = tweaks


def shown() -> Experiment:
    """What the stage shows: the scene's experiment, or that of the slider in hand."""
    experiment, tweaks = current().experiment, st.session_state.get("draft")
    return experiment if tweaks is None else replace(experiment, tweaks=tweaks)


def keep_typed(text: str | None) -> None:
    """Keep what stands in the editor and is no cell, for as long as the scene's own cell stays the one that it is."""
    st.session_state["typed"] = None if text is None else (text, current().experiment.own)


def typed() -> str | None:
    """What stands in the editor, where that is no cell."""
    text, beside = st.session_state.get("typed") or (None, None)
    return text if beside == current().experiment.own else None


def epoch() -> int:
    """How often the page has moved the clocks; the stage follows when this changes."""
    return int(st.session_state.get("epoch", 0))


def take_push() -> bool:
    """Whether the scene is to become a step of the history. True once for each change that asked for it."""
    return bool(st.session_state.pop("push", False))


def notices() -> tuple[Notice, ...]:
    """What the visitor should be told about the link that they came with."""
    return tuple(st.session_state.get("notices", ()))
