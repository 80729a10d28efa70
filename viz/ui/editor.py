"""The editor of "your own cell", in the sidebar below the choice of the cell.

The text is applied when the visitor leaves it. While it has a mistake the scene keeps the last cell that worked, so
that the stage goes on showing it; what was typed is kept beside, together with the text that the scene has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

import streamlit as st

from models import CELLS, own
from models.derive import readers
from models.experiment import definition
from models.spec import CellSpec
from models.typed import CellError

from .. import scene as scenes
from ..scene import Scene
from ..text import say, sentence
from . import state, widgets

KEY = own.KEY
BACK = "back"  # of the menu of texts to start from
AROUND = 60  # characters of a line that are quoted on each side of a word
KEPT = "own-kept"  # the visitor's own text, while another cell is looked at
INSTEAD = "own-instead"  # the title of a cell that could not be typed


def choose(scene: Scene, cell: str) -> Scene:
    """Another cell; a text that the visitor has changed is there again when they come back to it."""
    if cell != KEY or scene.experiment.cell == KEY:
        return scenes.choose_cell(scene, cell)
    spec = definition(scene.experiment)
    kept = st.session_state.get(KEPT)
    st.session_state[INSTEAD] = None if kept or own.can_be_typed(spec) else spec.title
    return scenes.type_cell(scene, kept) if kept else scenes.choose_cell(scene, cell)


def draw(scene: Scene) -> None:
    """The text, what to do with it, and what is wrong with it."""
    lang, text = scene.view.lang, scene.experiment.own
    st.session_state[KEPT] = None if own.is_known(text) else text
    draft = state.typed()
    error = _mistake(draft) if draft is not None else None
    widgets.show(KEY, text if error is None else draft)
    st.text_area(
        say(lang, "own.label"),
        height="content",
        key=KEY,
        help=say(lang, "own.help"),
        on_change=_typed,
    )
    if error is not None:
        st.html(explain(lang, draft or "", error))
    _buttons(scene)
    if error is not None:
        return
    if st.session_state.get(INSTEAD) and own.is_known(text):
        st.caption(say(lang, "own.instead", cell=sentence(lang, st.session_state[INSTEAD])))
    st.caption(_facts(lang, definition(scene.experiment)))


def _facts(lang: str, spec: CellSpec) -> str:
    """What the text leaves unsaid: which quantities are states, and which are computed for nobody."""
    told = [say(lang, "own.facts", states=_named(spec.states)) if spec.states else say(lang, "own.facts_stateless")]
    *others, _ = spec.quantities  # the last one is what the cell is for
    unread = [name for name in others if name not in spec.states and not readers(spec.quantities, name)]
    if unread:
        told.append(say(lang, "own.unread", names=_named(unread)))
    return "  \n".join(told)


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _buttons(scene: Scene) -> None:
    lang = scene.view.lang
    with st.container(horizontal=True, gap="small"):
        st.button(say(lang, "own.apply"), key="own-apply", type="primary")
        options = (*own.EXAMPLES, *([BACK] if _origin(scene) else []))
        st.menu_button(
            say(lang, "own.start"),
            options,
            format_func=lambda key: _start_title(scene, key),
            key="own-start",
            on_click=_start,
        )
        with st.popover(say(lang, "own.guide.title"), icon=":material/help:"):
            st.markdown(say(lang, "own.guide"))


def explain(lang: str, text: str, error: CellError) -> str:
    """What is wrong, as HTML: the place, the line with its word marked, what is allowed."""
    parts = []
    if error.word:
        before, word, after = quoted(text, error)
        parts.append(f"<b>{escape(say(lang, 'own.place', line=error.line, column=error.column))}</b>")
        parts.append(f"<pre>{escape(before)}<mark>{escape(word)}</mark>{escape(after)}</pre>")
    parts.append(f"<p>{escape(say(lang, error.key, **error.values))}</p>")
    parts.append(f"<small>{escape(say(lang, 'own.still'))}</small>")
    return f'<div class="own-mistake" role="alert">{"".join(parts)}</div>'


def quoted(text: str, error: CellError) -> tuple[str, str, str]:
    """The line of a mistake: what stands before the word, the word, and what stands behind it."""
    line = "".join(c if c.isprintable() else "·" for c in re.split(r"\r\n|\r|\n", text)[error.line - 1])
    start, end = error.column - 1, error.column - 1 + len(error.word)
    before, after = line[:start], line[end:]
    if len(before) > AROUND:
        before = f"…{before[-AROUND:]}"
    if len(after) > AROUND:
        after = f"{after[:AROUND]}…"
    return before, line[start:end], after


def _mistake(text: str) -> CellError | None:
    try:
        own.cell(text)
    except CellError as error:
        return error
    return None


def _typed() -> None:
    """The visitor has left the text: the scene takes it over if it is a cell."""
    text = str(st.session_state[KEY] or "")
    if _mistake(own.tidied(text)) is not None:
        state.keep_typed(text)
        return
    state.keep_typed(None)
    _apply(own.tidied(text))


def _apply(text: str) -> None:
    before = state.current()
    if (after := scenes.type_cell(before, text)) != before:
        state.change(after)


def _origin(scene: Scene) -> str | None:
    """The known cell that the text comes from, if it has been changed since."""
    key = own.closest(state.typed() or scene.experiment.own)
    changed = state.typed() is not None or not own.is_known(scene.experiment.own)
    return key if changed else None


def _start_title(scene: Scene, key: str) -> str:
    lang, origin = scene.view.lang, _origin(scene)
    if key != BACK or origin is None:
        return say(lang, f"own.example.{key}")
    return say(lang, "own.back", cell=say(lang, CELLS[origin].title))


def _start() -> None:
    """One of the texts to start from was chosen."""
    scene, key = state.current(), st.session_state["own-start"]
    origin = _origin(scene)
    text = own.EXAMPLES.get(key) or own.sources()[origin or own.PLAINEST]
    state.keep_typed(None)
    _apply(own.headed(text, lambda title: sentence(scene.view.lang, title)))
