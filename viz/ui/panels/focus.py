"""Which number a panel is about: what is selected in the stage, or else where its clocks stand.

The fields at the top of a panel are another way to select: whatever is chosen there is selected in the stage too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from models.experiment import Run
from models.graphemes import visible

from ... import markup
from ...scene import Scene, Selection, tidy
from ...text import say
from .. import state


def of(scene: Scene, run: Run) -> Selection:
    """(quantity, unit, step), the last two from 1; all three exist in the run."""
    view, spec, trace = scene.view, run.spec, run.trace
    assert trace is not None, "panels are drawn for a text that has tokens"
    phase = next((phase for phase in spec.phases if phase.id == view.phase), spec.phases[0])
    name, unit, step = view.selection or (phase.quantities[0], 1, view.step)
    if name not in spec.quantities:
        name, unit = phase.quantities[0], 1
    return name, min(unit, trace[name].shape[-1]), min(step, trace.steps)


def select(scene: Scene, selection: Selection) -> Scene:
    """Neither clock moves."""
    return tidy(scene, scene.experiment, replace(scene.view, selection=selection))


def choose(
    scene: Scene, run: Run, chosen: Selection, key: str, quantities: Sequence[str] = (), *, unit: bool = True
) -> None:
    """Fields for quantity, unit and step, side by side in the container that is open.

    `quantities` are those on offer, usually all; a single one needs no field. Without `unit`, all units are meant.
    """
    lang, spec, trace = scene.view.lang, run.spec, run.trace
    assert trace is not None
    offered = tuple(quantities or spec.quantities)
    name, chosen_unit, step = chosen
    if len(offered) > 1:
        _show(f"{key}-quantity", name)
        st.selectbox(
            say(lang, "focus.quantity"),
            offered,
            format_func=lambda q: f"{markup.at(spec, q)}  {say(lang, spec.quantities[q].label)}",
            key=f"{key}-quantity",
            on_change=_chosen,
            args=(key, 0, chosen),
            width=230,
        )
    if unit:
        _show(f"{key}-unit", chosen_unit)
        st.number_input(
            say(lang, "focus.unit"),
            1,
            int(trace[name].shape[-1]),
            step=1,
            key=f"{key}-unit",
            on_change=_chosen,
            args=(key, 1, chosen),
            width=135,
        )
    _show(f"{key}-step", step)
    st.selectbox(
        say(lang, "focus.step"),
        tuple(range(1, trace.steps + 1)),
        format_func=lambda t: f"{t}  {visible(run.tokens.items[t - 1])}",
        key=f"{key}-step",
        on_change=_chosen,
        args=(key, 2, chosen),
        width=190,
    )


def _show(key: str, value: object) -> None:
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _chosen(key: str, place: int, chosen: Selection) -> None:
    value = st.session_state.get(f"{key}-{('quantity', 'unit', 'step')[place]}")
    name, unit, step = chosen
    match place, value:
        case 0, str():
            name = value
        case 1, int():
            unit = value
        case 2, int():
            step = value
    state.change(select(state.current(), (name, unit, step)))
