"""The editor of "your own cell", in the sidebar below the choice of the cell.

The text is applied when the visitor leaves it. While it has a mistake the scene keeps the last cell that worked, so
that the stage goes on showing it; what was typed is kept beside, together with the text that the scene has.
"""

from __future__ import annotations

import re
import unicodedata

import streamlit as st

from models import CELLS, own
from models.experiment import definition
from models.typed import CellError

from .. import scene as scenes
from ..scene import Scene
from ..text import say, sentence
from . import state, widgets

KEY = own.KEY
BACK = "back"  # of the menu of texts to start from
WIDTH = 40  # characters of a line that are quoted
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
        st.error(explain(lang, draft or "", error))
    _buttons(scene)
    if error is not None:
        return
    if st.session_state.get(INSTEAD) and own.is_known(text):
        st.caption(say(lang, "own.instead", cell=sentence(lang, st.session_state[INSTEAD])))
    states = definition(scene.experiment).states
    named = ", ".join(f"`{name}`" for name in states)
    st.caption(say(lang, "own.facts", states=named) if states else say(lang, "own.facts_stateless"))


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
    """What is wrong, as Markdown: the place, the line with a mark under the word, what is allowed."""
    parts = []
    if error.word:
        line = re.split(r"\r\n|\r|\n", text)[error.line - 1]
        fence = "`" * (max(map(len, re.findall("`+", line)), default=2) + 1)
        parts.append(f"**{say(lang, 'own.place', line=error.line, column=error.column)}**")
        parts.append(f"{fence}text\n{marked(line, error.column, len(error.word))}\n{fence}")
    parts += [literal(say(lang, error.key, **error.values)), f":small[{say(lang, 'own.still')}]"]
    return "\n\n".join(parts)


def marked(line: str, column: int, length: int) -> str:
    """The part of a line around a word, and a second line with carets under the word."""
    start = max(0, min(column - 1 - WIDTH // 4, len(line) - WIDTH))
    shown = line[start : start + WIDTH]
    before, word = shown[: column - 1 - start], shown[column - 1 - start :][:length]
    lead, tail = "…" if start else "", "…" if start + WIDTH < len(line) else ""
    return f"{_visible(lead + shown + tail)}\n{_blank(lead + before)}{'^' * max(1, len(_blank(word)))}"


def literal(text: str) -> str:
    """Markdown that shows `text` as it is."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else "·" for c in text)


def _blank(text: str) -> str:
    """Space as wide as the text: two columns for a Chinese character, none for a mark on a letter."""
    widths = (0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return " " * sum(widths)


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
