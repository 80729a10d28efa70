"""Why: the selected number taken apart into its terms, and the way back through what it came from."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from models.algebra import OPS
from models.anatomy import factors, ingredients
from models.derive import recursion
from models.experiment import Run
from models.explain import squashing
from models.spec import CellSpec

from ... import curves, markup, player, terms, why
from ...scene import Scene, Selection
from ...text import say
from .. import picture, state
from . import focus
from .panel import Panel

KEY = "why"
NARROW = {"margin": {"l": 148, "r": 58}}
DEEPEST = 12  # crumbs
COMBINED = {"div": "why.divided", "max": "why.larger"}


def draw(scene: Scene, run: Run) -> None:
    chosen = focus.of(scene, run)
    lang = scene.view.lang
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        focus.choose(scene, run, chosen, KEY)
        _crumbs(run, chosen, lang)
    left, right = st.columns([7, 3], gap="large")
    with right:
        _words(run, chosen, lang)
    if not run.spec.quantities[chosen[0]].clock:
        with left:
            _picture(run, chosen, lang)


PANEL = Panel(KEY, draw)


# The picture ---------------------------------------------------------------------------------------------------


def _picture(run: Run, chosen: Selection, lang: str) -> None:
    trace, (name, unit, step) = run.trace, chosen
    assert trace is not None
    everything, features = bool(st.session_state.get(f"{KEY}-all")), player.features(run, lang)
    words = run.tokens.items
    light, dark = (
        why.picture(
            trace,
            name,
            step,
            unit,
            words,
            lang=lang,
            theme=theme,
            features=features,
            everything=everything,
            words=False,
        )
        for theme in ("light", "dark")
    )
    lines = [_line(row, k, lang) for k, row in enumerate(light.rows)]
    notes = [
        picture.Note(light.curve + 4, light.caption, run.spec.quantities[name].role),
        picture.Note(light.curve + why.CURVE + 20, light.axis, middle=True),
    ]
    symbol, value = markup.at(run.spec, name, step), float(trace[name][step - 1, unit - 1])
    picture.draw(
        {"light": light.figure, "dark": dark.figure},
        f"{KEY}-picture",
        say(lang, "why.label", symbol=symbol, unit=unit, value=markup.number(value)),
        lines,
        notes if light.curve else (),
        NARROW,
        on_go=lambda: _gone(chosen, light.rows),
    )


def _line(row: terms.Row, place: int, lang: str) -> picture.Line:
    folded = row.kind == "rest"
    return picture.Line(
        why.TOP + place * why.ROW,
        why.ROW,
        row.label,
        row.number,
        row.role,
        strong=row.kind == "total",
        leads=folded or row.target is not None,
        spoken=f"{row.spoken}. {say(lang, 'why.all' if folded else 'why.go')}",
    )


def _gone(chosen: Selection, rows: Sequence[terms.Row]) -> None:
    """A row was pressed: it leads to where its term came from, or unfolds the small ones."""
    place = picture.pressed(f"{KEY}-picture", len(rows))
    if place is None:
        return
    target = rows[place].target
    if target is not None:
        _go(chosen, target)
    elif rows[place].kind == "rest":
        st.session_state[f"{KEY}-all"] = True


# The way back --------------------------------------------------------------------------------------------------


def _go(chosen: Selection, target: Selection) -> None:
    trail = [*_trail(chosen), chosen][-DEEPEST:]
    st.session_state[f"{KEY}-trail"] = (*trail, target)
    state.change(focus.select(state.current(), target))


def _back(target: Selection) -> None:
    state.change(focus.select(state.current(), target))


def _trail(chosen: Selection) -> tuple[Selection, ...]:
    """The numbers that led to the chosen one; none if it was chosen in another way."""
    known: tuple[Selection, ...] = st.session_state.get(f"{KEY}-trail", ())
    return known[: known.index(chosen)] if chosen in known else ()


def _crumbs(run: Run, chosen: Selection, lang: str) -> None:
    trace = run.trace
    assert trace is not None
    trail = [
        (name, unit, step)
        for name, unit, step in _trail(chosen)
        if name in run.spec.quantities and step <= trace.steps and unit <= trace[name].shape[-1]
    ]
    if not trail:
        st.session_state[f"{KEY}-trail"] = ()
        return
    for place, crumb in enumerate(trail):
        st.button(
            f"{_crumb(run.spec, crumb, lang)} ›",
            key=f"{KEY}-crumb-{place}",
            type="tertiary",
            help=say(lang, "why.back") if place == len(trail) - 1 else None,
            on_click=_back,
            args=(crumb,),
        )


def _crumb(spec: CellSpec, crumb: Selection, lang: str) -> str:
    name, unit, step = crumb
    return say(lang, "why.unit", symbol=markup.at(spec, name, step), unit=unit)


# The words -----------------------------------------------------------------------------------------------------


def _words(run: Run, chosen: Selection, lang: str) -> None:
    trace, (name, unit, step) = run.trace, chosen
    assert trace is not None
    quantity = run.spec.quantities[name]
    with st.container(gap="small"):
        title = f"**{say(lang, quantity.label)} {_crumb(run.spec, chosen, lang)}**"
        st.markdown(f"{title}  \n:small[{say(lang, quantity.note)}]\n\n{_sentence(run, chosen, lang)}")
        if terms.count(trace, name, step, unit) > terms.MOST + 1:
            st.toggle(say(lang, "why.all"), key=f"{KEY}-all")
        _buttons(run, chosen, say(lang, "why.made_of"), _ingredients(run, chosen), "from", lang)
        _buttons(run, chosen, say(lang, "why.goes_into"), _readers(run, chosen), "into", lang)
        st.caption(f"{_curve(run, chosen, lang)} {say(lang, 'why.hint')}".strip())


def _curve(run: Run, chosen: Selection, lang: str) -> str:
    """How to read a curve that is no squashing function."""
    trace, spec, (name, unit, step) = run.trace, run.spec, chosen
    assert trace is not None
    if squashing(trace, name) or spec.quantities[name].clock:
        return ""
    answer = curves.of(trace, name, step, unit, None)
    if answer is None:
        return ""
    found = {"symbol": markup.at(spec, name, step), "along": markup.at(spec, answer.along, step - answer.lag)}
    if answer.along != name:
        return say(lang, "why.curve", **found)
    slope = float((answer.y[-1] - answer.y[0]) / (answer.x[-1] - answer.x[0]))
    return say(lang, "why.slope", slope=markup.number(slope), **found)


def _sentence(run: Run, chosen: Selection, lang: str) -> str:
    """What happens to the terms."""
    trace, spec, (name, unit, step) = run.trace, run.spec, chosen
    assert trace is not None
    value = markup.number(float(trace[name][step - 1, unit - 1]))
    if spec.quantities[name].clock:
        return say(lang, "why.clock", value=value)
    listed = terms.rows(trace, name, step, unit, run.tokens.items, lang)
    found = {"value": value, "sum": markup.number(listed[-1].value), "symbol": markup.at(spec, name, step)}
    pin = curves.held(trace, name, step, unit)
    if pin is not None:
        answer = curves.of(trace, name, step, unit, (-1.0, 1.0))
        computed = answer.value if answer else listed[-1].value
        return say(lang, "why.held", held=markup.number(pin), computed=markup.number(computed))
    if squashing(trace, name):
        op = OPS[spec.quantities[name].expr.op].symbol
        return say(lang, "why.squashed", op=op, **found)
    if factors(spec, name):
        return say(lang, COMBINED.get(spec.quantities[name].expr.op, "why.multiplied"), **found)
    return say(lang, "why.added" if recursion(spec, name) else "why.plain", **found)


def _ingredients(run: Run, chosen: Selection) -> list[Selection]:
    """What the definition reads unit by unit."""
    name, unit, step = chosen
    found = [(leaf.name, unit, step - (leaf.op == "previous")) for leaf in ingredients(run.spec, name)]
    return [target for target in found if target[2] >= 1]


def _readers(run: Run, chosen: Selection) -> list[Selection]:
    """What reads this number unit by unit, at this step or the next."""
    name, unit, step = chosen
    assert run.trace is not None
    found = []
    for reader in run.spec.quantities:
        for leaf in ingredients(run.spec, reader):
            at = step + (leaf.op == "previous")
            if leaf.name == name and at <= run.trace.steps and unit <= run.trace[reader].shape[-1]:
                found.append((reader, unit, at))
    return found


def _buttons(run: Run, chosen: Selection, title: str, targets: Sequence[Selection], kind: str, lang: str) -> None:
    if not targets:
        return
    assert run.trace is not None
    st.caption(title)
    with st.container(horizontal=True, gap="xsmall"):
        for place, target in enumerate(targets):
            name, unit, step = target
            value = markup.number(float(run.trace[name][step - 1, unit - 1]))
            st.button(
                f"{markup.at(run.spec, name, step)} = {value}",
                key=f"{KEY}-{kind}-{place}",
                on_click=_go,
                args=(chosen, target),
            )
