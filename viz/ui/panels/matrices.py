"""The matrices of a run to type into: every number typed is a tweak, and the stage follows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from models.experiment import Run
from models.tweaks import WEIGHT

from ... import matrix
from ...link import MOST
from ...scene import Scene, tweak
from ...text import say
from .. import state
from .remembered import remember, shown

CHOICE = "data-matrix"
VERSION = "data-matrix-version"  # a new editor, when the old one shows what was not taken
MOST_LISTED = 12


def draw(scene: Scene, run: Run) -> None:
    lang = scene.view.lang
    offered = tuple(run.base_params)
    shown(CHOICE, offered[0], lambda name: name if name in offered else offered[0])
    name = st.selectbox(
        say(lang, "data.matrix"),
        offered,
        key=CHOICE,
        format_func=lambda name: _title(run, name, lang),
        on_change=remember,
        args=(CHOICE,),
        width=420,
    )
    numbers = matrix.frame(run, name, lang)
    key = f"data-editor-{name}-{st.session_state.get(VERSION, 0)}"
    low, high = WEIGHT
    column = st.column_config.NumberColumn(format="%.4f", min_value=low, max_value=high, width=78)
    columns: dict[str, Any] = {"_index": st.column_config.TextColumn(_corner(run, name, lang), disabled=True)}
    columns |= {str(number): column for number in numbers.columns}
    st.data_editor(
        numbers,
        key=key,
        num_rows="fixed",
        height=min(38 + 35 * len(numbers), 430),
        column_config=columns,
        on_change=_typed,
        args=(run, name, key),
        alt=_title(run, name, lang),
    )
    st.caption(say(lang, "data.matrix.note", low=f"{low:g}", high=f"{high:g}"))
    _changes(scene, run, name)


def _typed(run: Run, name: str, key: str) -> None:
    """Numbers were typed, pasted or deleted. Anybody can send this, so every part is checked."""
    edits = st.session_state[key].get("edited_rows", {})
    scene = state.current()
    tweaks, literal = matrix.edited(scene.experiment.tweaks, run, name, edits)
    if not literal:
        st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1
    state.change(tweak(scene, tweaks))


def _changes(scene: Scene, run: Run, name: str) -> None:
    """What was typed, beside the original, and the way back."""
    lang, tweaks = scene.view.lang, run.experiment.tweaks
    if not tweaks.weights:
        return
    rows = []
    for (own, row, column), value in tweaks.weights[:MOST_LISTED]:
        was = run.base_params[own].reshape(-1, run.base_params[own].shape[-1])[row, column]
        place = f"{column + 1}" if run.base_params[own].ndim == 1 else f"{row + 1}, {column + 1}"
        rows.append((own, place, f"{was:.6g}", f"{value:.6g}"))
    heads = ("name", "place", "was", "now")
    st.dataframe(
        pd.DataFrame(rows, columns=heads),
        hide_index=True,
        width="content",
        column_config={
            head: st.column_config.TextColumn(say(lang, f"data.changed.{head}"), width=120) for head in heads
        },
        alt=say(lang, "data.changed"),
        key="data-changed",
    )
    count = len(tweaks.weights)
    if count > MOST_LISTED:
        st.caption(say(lang, "data.changed.more", count=count - MOST_LISTED))
    if count >= MOST:
        st.caption(say(lang, "data.changed.most", most=MOST))
    with st.container(horizontal=True):
        st.button(
            say(lang, "data.reset.one", name=name),
            key="data-reset",
            disabled=not matrix.typed(tweaks, name),
            on_click=_reset,
            args=(name,),
        )
        st.button(say(lang, "data.reset.all"), key="data-reset-all", on_click=_reset, args=(None,))


def _reset(name: str | None) -> None:
    scene = state.current()
    state.change(tweak(scene, matrix.reset(scene.experiment.tweaks, name)))


def _title(run: Run, name: str, lang: str) -> str:
    """The parameter, what it helps to make, and its size."""
    nodes = ((q, node) for q in run.spec.quantities.values() for node in q.expr.walk())
    user = next((q for q, node in nodes if node.op == "parameter" and node.name == name), None)
    size = " × ".join(map(str, run.base_params[name].shape))
    return f"{name} · {say(lang, user.label)} · {size}" if user else f"{name} · {size}"


def _corner(run: Run, name: str, lang: str) -> str:
    """Over the rows' names: what rows and columns stand for."""
    letters = run.spec.weights[name].shape
    source = f"{say(lang, f'data.from.{letters[0].lower()}')} ↓ " if len(letters) == 2 else ""
    return f"{source}{say(lang, f'data.to.{letters[-1].lower()}')} →"
