"""Memory: what is in it, taken apart into what was written when. A cell without such a memory is told why."""

from __future__ import annotations

import numpy as np
import streamlit as st

from models.derive import memory_state, recursion
from models.experiment import Run
from models.unroll import kept_and_written, survival, unroll

from ... import markup, memory
from ...scene import Scene, Selection
from ...text import say
from .. import chart, state
from . import focus
from .panel import Panel

KEY = "memory"


def draw(scene: Scene, run: Run) -> None:
    able = tuple(name for name in run.spec.states if recursion(run.spec, name))
    if able:
        _unrolled(scene, run, able)
    else:
        _none(scene, run)


PANEL = Panel(KEY, draw)


def _unrolled(scene: Scene, run: Run, able: tuple[str, ...]) -> None:
    lang, trace = scene.view.lang, run.trace
    assert trace is not None
    name, unit, step = focus.of(scene, run)
    if name not in able:
        usual = memory_state(run.spec)
        name = "c" if "c" in able else usual if usual in able else able[-1]
        unit = min(unit, trace[name].shape[-1])
    chosen = (name, unit, step)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        focus.choose(scene, run, chosen, KEY, able)
    st.text(_story(run, chosen, lang))
    st.caption(f"**{say(lang, 'memory.as_they_were')}** {say(lang, 'memory.as_they_were_note')}")
    chart.draw(
        lambda theme: memory.picture(trace, name, step, unit, run.tokens.items, lang=lang, theme=theme),
        f"{KEY}-chart",
        roles=(run.spec.quantities[name].role,),
        on_step=lambda: _moved(chosen, trace.steps),
    )


def _story(run: Run, chosen: Selection, lang: str) -> str:
    """What weighs most, and what is left of the beginning."""
    trace, (name, unit, step) = run.trace, chosen
    assert trace is not None
    parts = unroll(trace, name, step)[:, unit - 1]
    keep, _ = kept_and_written(trace, name)
    written = parts[1:]
    largest = int(np.argmax(np.abs(np.nan_to_num(written)))) + 1
    found = {
        "symbol": markup.at(run.spec, name, step),
        "unit": unit,
        "value": markup.number(float(trace[name][step - 1, unit - 1])),
        "part": markup.number(float(parts[largest])),
        "token": markup.token(run.tokens.items[largest - 1]),
        "source": largest,
        "left": _percent(float(survival(keep[:step])[0, unit - 1])),
        "start": f"{float(trace.initial[name][unit - 1]):g}",
    }
    return say(lang, "memory.story", **found)


def _percent(share: float) -> str:
    size = abs(100 * share)
    if 0 < size < 0.1:
        return "< 0.1%"
    return f"{100 * share:.0f}%" if size >= 10 or not size else f"{100 * share:.1f}%"


def _moved(chosen: Selection, steps: int) -> None:
    """A token was clicked: the first column is the initial state, the last one the whole."""
    message = st.session_state.get(f"{KEY}-chart")
    column = message.get("step") if message else None
    if isinstance(column, int | float) and 2 <= column <= steps + 1:
        state.change(focus.select(state.current(), (chosen[0], chosen[1], int(column) - 1)))


def _none(scene: Scene, run: Run) -> None:
    """The RNN's h is rewritten through a matrix: no unit carries its own past. What can be had is the Jacobian."""
    lang, trace = scene.view.lang, run.trace
    assert trace is not None
    if not run.spec.states:
        st.text(say(lang, "memory.no_state"))
        return
    chosen = focus.of(scene, run)
    with st.container(horizontal=True):
        focus.choose(scene, run, chosen, KEY, chosen[:1], unit=False)
    st.markdown(f"**{say(lang, 'memory.none')}**")
    st.text(say(lang, "memory.none_note"))
    st.caption(say(lang, "memory.felt_note"))
    chart.draw(
        lambda theme: memory.strengths(trace, chosen[2], run.tokens.items, lang=lang, theme=theme),
        f"{KEY}-chart",
        on_step=lambda: _moved(chosen, trace.steps),
    )
