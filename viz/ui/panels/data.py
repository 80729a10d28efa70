"""Data: the whole run as a table, its matrices to type into, and the Python of the phase on the stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from models.experiment import Run
from models.graphemes import visible
from models.listing import listing
from models.notation import symbol

from ... import markup, table
from ...scene import Scene
from ...text import say
from .. import notice
from . import matrices
from .panel import Panel
from .remembered import remember, shown

PART, TABLE = "data-part", "data-table"
QUANTITIES, STEPS, UNITS, FOLLOW = "data-quantities", "data-steps", "data-units", "data-follow"
MANY = 20_000  # rows; beyond that the table begins with the stage's step alone
HEIGHT = 430  # px


def draw(scene: Scene, run: Run) -> None:
    lang = scene.view.lang
    parts: dict[str, Callable[[Scene, Run], None]] = {"values": _values, "weights": matrices.draw, "python": _python}
    shown(PART, "values")
    st.segmented_control(
        say(lang, "data.part"),
        tuple(parts),
        key=PART,
        required=True,
        format_func=lambda part: say(lang, f"data.part.{part}"),
        on_change=remember,
        args=(PART,),
        label_visibility="collapsed",
    )
    parts[st.session_state[PART]](scene, run)


PANEL = Panel("data", draw)


# The table -----------------------------------------------------------------------------------------------


def _values(scene: Scene, run: Run) -> None:
    lang = scene.view.lang
    names, steps, units = _filters(scene, run)
    rows = table.frame(run, names, steps, units)
    told = rows.assign(
        token=rows["token"].map(visible),
        quantity=rows["quantity"].map({name: _plain_title(run, name, lang) for name in names}),
    )
    with st.container(key=TABLE):
        # Streamlit's own export writes a token such as =1+1 as it stands; the button below does not.
        st.html(f'<style>.st-key-{TABLE} button[aria-label^="Download as CSV"] {{ display: none; }}</style>')
        st.dataframe(
            told,
            hide_index=True,
            width="content",  # a number far from its name is hard to find
            height=HEIGHT,
            alt=say(lang, "data.table"),
            column_config={
                "step": st.column_config.NumberColumn(say(lang, "data.column.step"), width=60),
                "token": st.column_config.TextColumn(say(lang, "data.column.token"), width=110),
                "quantity": st.column_config.TextColumn(say(lang, "data.column.quantity"), width=140),
                "unit": st.column_config.NumberColumn(say(lang, "data.column.unit"), width=60),
                "value": st.column_config.NumberColumn(say(lang, "data.column.value"), format="%.6f", width=110),
                "before": st.column_config.NumberColumn(say(lang, "data.column.before"), format="%.6f", width=140),
            },
        )
    stem = table.stem(run)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            say(lang, "data.csv", count=f"{len(rows):,}"),
            lambda: table.csv(table.frame(run, names, steps, units)),
            f"{stem}_{_part_of(run, names, steps, units)}.csv",
            "text/csv",
            key="data-csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            say(lang, "data.npz"),
            lambda: table.npz(run),
            f"{stem}_run.npz",
            "application/octet-stream",
            key="data-npz",
            icon=":material/download:",
            help=say(lang, "data.npz.help"),
            on_click="ignore",
        )


_ADDED = (table.X, table.READOUT)


def _filters(scene: Scene, run: Run) -> tuple[tuple[str, ...], tuple[int, int], tuple[int, int]]:
    """Names of quantities, first and last step, first and last unit."""
    lang, step = scene.view.lang, scene.view.step
    offered = table.names(run)
    T, widest = len(run.tokens.items), max(run.X.shape[1], *(_width(run, name) for name in run.spec.quantities))
    shown(QUANTITIES, [], lambda chosen: [name for name in chosen if name in offered])
    chosen = st.pills(
        say(lang, "data.column.quantity"),
        offered,
        selection_mode="multi",
        key=QUANTITIES,
        format_func=lambda name: _title(run, name, lang),
        on_change=remember,
        args=(QUANTITIES,),
        label_visibility="collapsed",
    )
    steps, units = (1, T), (1, widest)
    left, middle, right = st.columns([2, 3, 3], gap="medium", vertical_alignment="bottom", width=940)
    with left:
        shown(FOLLOW, T * sum(_width(run, name) for name in run.spec.quantities) > MANY)
        follow = st.toggle(
            say(lang, "data.follow", step=step, token=notice.code(markup.token(run.tokens.items[step - 1]))),
            key=FOLLOW,
            on_change=remember,
            args=(FOLLOW,),
        )
    with middle:
        if follow:
            steps = (step, step)
        elif T > 1:
            steps = _range(STEPS, say(lang, "data.steps"), T)
    with right:
        if widest > 1:
            units = _range(UNITS, say(lang, "data.units"), widest)
    return tuple(name for name in offered if name in chosen) or offered, steps, units


def _range(key: str, label: str, last: int) -> tuple[int, int]:
    """A range of 1 … `last`; one that was chosen for a longer run is cut."""

    def within(chosen: tuple[int, int]) -> tuple[int, int]:
        low, high = (max(1, min(last, end)) for end in chosen)
        return low, high

    shown(key, (1, last), within)
    st.slider(label, 1, last, key=key, on_change=remember, args=(key,))
    low, high = st.session_state[key]
    return int(low), int(high)


def _width(run: Run, name: str) -> int:
    return 0 if run.trace is None else int(run.trace[name].shape[1])


def _title(run: Run, name: str, lang: str) -> str:
    if name in _ADDED:
        return say(lang, f"data.{name}")
    letter, _, label = _plain_title(run, name, lang).partition(" ")
    return f"**{letter}** {label}"


def _plain_title(run: Run, name: str, lang: str) -> str:
    if name in _ADDED:
        return say(lang, f"data.{name}")
    letter = symbol(run.spec, name, "text").removesuffix("_t")
    return f"{letter} {say(lang, run.spec.quantities[name].label)}"


def _part_of(run: Run, names: tuple[str, ...], steps: tuple[int, int], units: tuple[int, int]) -> str:
    """What of the run a file holds, for its name."""
    parts = []
    if len(names) < len(table.names(run)):
        parts.append("-".join(name.replace("~", "_new").replace("'", "_share") for name in names) or "nothing")
    if steps != (1, len(run.tokens.items)):
        parts.append(f"step-{steps[0]}" if steps[0] == steps[1] else f"steps-{steps[0]}-{steps[1]}")
    if units[0] > 1 or any(_width(run, name) > units[1] for name in names if name not in _ADDED):
        parts.append(f"units-{units[0]}-{units[1]}")
    return "_".join(parts) or "all"


# The Python ----------------------------------------------------------------------------------------------


def _python(scene: Scene, run: Run) -> None:
    assert run.trace is not None, "panels are drawn for a text that has tokens"
    lang, step, spec = scene.view.lang, scene.view.step, scene.spec
    trace = replace(run.trace, spec=spec)  # in the phases that are looked at
    phase = next((phase for phase in spec.phases if phase.id == scene.view.phase), spec.phases[0])
    place = {"cell": say(lang, spec.title), "phase": say(lang, phase.title), "step": step}
    # A comment is one line, whatever anybody calls their cell.
    head = " ".join(visible(say(lang, "data.python.place", **place)).split())
    code = f"# {head}\n{listing(trace, phase.id, step)}"
    st.caption(say(lang, "data.python.note"))
    st.code(code, language="python", height=HEIGHT)
    st.download_button(
        say(lang, "data.python.file"),
        code.encode(),
        f"{table.stem(run)}_step-{step}_{phase.id}.py",
        "text/x-python",
        key="data-python",
        icon=":material/download:",
        on_click="ignore",
    )
