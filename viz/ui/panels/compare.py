"""Compare: two to four cells on the same text, under the stage's playhead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from models import CELLS
from models.experiment import Run, run
from models.notation import WRITERS

from ... import compare, comparison, lineup
from ...lineup import Lineup
from ...scene import Scene, choose_cell, choose_lineup
from ...text import say
from .. import chart, state
from .panel import Panel

CELLS_KEY, QUANTITIES_KEY, SHOW_KEY = "compare-cells", "compare-quantities", "compare-show"
PICTURE_KEY, RUNS_KEY = "compare-picture", "compare-runs"
VALUES = "values"


def draw(scene: Scene, result: Run) -> None:
    lang = scene.view.lang
    runs = side_by_side(scene, result)
    names = lineup.quantities(scene.view.lineup, [one.spec for one in runs])
    _controls(scene, runs, names)
    step, difference = scene.view.step, scene.view.lineup.difference
    chart.draw(
        lambda theme: compare.picture(runs, names, result, step, lang, theme, difference=difference),
        PICTURE_KEY,
        roles=tuple(one.spec.quantities[name].role for one in runs for name in names if name in one.spec.quantities),
    )
    _remarks(runs, names, lang)
    st.html(comparison.costs(runs, result, step, lang))
    st.html(comparison.equations(tuple(one.spec for one in runs), lang))


def side_by_side(scene: Scene, result: Run) -> list[Run]:
    """Each cell's run as the stage would show it: same text, sizes and seed, and the tweaks of gates that it has."""
    shown = replace(scene, experiment=result.experiment)
    # What no tweak changes is kept from one rerun of this visitor to the next.
    near: dict[str, Run] = st.session_state.get(RUNS_KEY, {})
    runs = {}
    for key in lineup.cells(scene.view.lineup, result.experiment.cell):
        same = key == result.experiment.cell
        runs[key] = result if same else run(choose_cell(shown, key).experiment, near.get(key))
    st.session_state[RUNS_KEY] = runs
    return list(runs.values())


# The choice ----------------------------------------------------------------------------------------------


def _controls(scene: Scene, runs: Sequence[Run], names: Sequence[str]) -> None:
    lang = scene.view.lang
    chosen = [one.experiment.cell for one in runs]
    asked = st.session_state.get(CELLS_KEY)
    # While fewer than two are chosen, the widget is ahead of the scene: the visitor is still choosing.
    choosing = asked is not None and len(asked) < lineup.FEWEST
    if not choosing:
        _show(CELLS_KEY, chosen)
    _show(QUANTITIES_KEY, list(names))
    _show(SHOW_KEY, lineup.DIFFERENCE if scene.view.lineup.difference else VALUES)
    left, right = st.columns([5, 3], gap="small", vertical_alignment="bottom", width=1000)
    with left:
        st.multiselect(
            say(lang, "compare.cells"),
            tuple(dict.fromkeys((*CELLS, scene.experiment.cell))),
            key=CELLS_KEY,
            format_func=lambda key: say(lang, CELLS.get(key, scene.spec).title),
            max_selections=lineup.MOST,
            placeholder=say(lang, "compare.cells.few"),
            on_change=_chosen,
        )
    with right:
        st.segmented_control(
            say(lang, "compare.show"),
            (VALUES, lineup.DIFFERENCE),
            key=SHOW_KEY,
            required=True,
            format_func=lambda show: say(lang, f"compare.show.{show}", first=say(lang, runs[0].spec.title)),
            on_change=_chosen,
        )
    if choosing:
        st.caption(say(lang, "compare.cells.few"))
    offered = lineup.choices(one.spec for one in runs)
    st.pills(
        say(lang, "compare.choose"),
        offered,
        selection_mode="multi",
        key=QUANTITIES_KEY,
        format_func=lambda name: _label(name, runs, lang),
        on_change=_chosen,
        label_visibility="collapsed",
    )


def _label(name: str, runs: Sequence[Run], lang: str) -> str:
    quantity = next(one.spec.quantities[name] for one in runs if name in one.spec.quantities)
    symbol = WRITERS["text"].quantity(name, quantity.role, 0).removesuffix("_t")
    return f"**{symbol}** {say(lang, quantity.label)}"


def _show(key: str, value: object) -> None:
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _chosen() -> None:
    """Another choice; what was left to us stays so until it is changed."""
    scene = state.current()
    before = scene.view.lineup
    cells = tuple(st.session_state[CELLS_KEY])
    if len(cells) < lineup.FEWEST or cells == lineup.cells(before, scene.experiment.cell):
        cells = before.cells
    difference = st.session_state[SHOW_KEY] == lineup.DIFFERENCE
    after = Lineup(cells, tuple(st.session_state[QUANTITIES_KEY]), difference)
    state.change(choose_lineup(scene, after))


def _remarks(runs: Sequence[Run], names: Sequence[str], lang: str) -> None:
    """What the picture leaves out, and what one should know before comparing rows."""
    told = []
    for name in names:
        missing = compare.lacking(runs, name)
        if missing:
            cells = ", ".join(say(lang, one.spec.title) for one in missing)
            told.append(say(lang, "compare.lacks", symbol=_label(name, runs, lang), cells=cells))
    if any(one.readout is not None for one in runs):
        told.append(say(lang, "compare.rings", first=say(lang, runs[0].spec.title)))
    trained = any(one.model is not None for one in runs)
    told.append(say(lang, "compare.units.trained" if trained else "compare.units.seeded"))
    untrained = [say(lang, one.spec.title) for one in runs if one.model is None]
    if trained and untrained:
        told.append(say(lang, "compare.untrained", cells=", ".join(untrained)))
    if not all(one.experiment.tweaks.is_empty for one in runs):
        told.append(say(lang, "compare.tweaked"))
    st.caption(" ".join(told))


PANEL = Panel("compare", draw)
