"""The stage on the page: the component, what it is sent and what it says.

The stage is a program in the browser (`assets/player/`). It gets one value of bytes for every change of
numbers and sends three messages: where its playhead rests, the tweaks of a moving slider, and the scene that
the browser's Back or Forward asked for.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import streamlit as st

from models.experiment import Run, run
from models.tweaks import Tweaks

from .. import player
from ..scene import Scene, rest, tweak
from ..text import languages, say
from . import assets, empty, notice, state, workbench

KEY = "stage"
PLOTLY = assets.address("plotly.min.js")

# Nothing but a loader: Streamlit sends it again with every payload. The modules come over HTTP, once.
LOADER = """
const here = (address) => new URL(address, document.baseURI).href
let stage = null

// The largest file is under way while the modules, which ask for it, are still coming.
const link = document.createElement("link")
document.head.append(Object.assign(link, { rel: "preload", as: "script", href: here(PLOTLY) }))

export default function (component) {
  const place = component.parentElement.querySelector(".stage-failed")
  let close = null
  stage ??= import(here(STAGE))
  // In order, even while the modules load: a payload may lean on the one before it.
  stage.then(({ show }) => {
    close = show(component)
    place.hidden = true
  }).catch((error) => {
    stage = null // the next payload tries again
    console.error(error)
    place.textContent = `${APOLOGY} (${error.message})`
    place.hidden = false
  })
  return () => close?.()
}
"""


def loader() -> str:
    """The loader with its constants. It is the same for every visitor, so it speaks all languages at once."""
    apology = " ".join(say(lang, "error.stage") for lang in languages())
    constants = {"STAGE": assets.address("player/stage.js"), "PLOTLY": PLOTLY, "APOLOGY": apology}
    return "".join(f"const {name} = {json.dumps(value)}\n" for name, value in constants.items()) + LOADER


component = st.components.v2.component(
    "sluicegate_stage",
    html='<p class="stage-failed" role="alert" hidden></p>',
    js=loader(),
    # Plotly puts its styles into the document, where a shadow root would not see them.
    isolate_styles=False,
)


@st.fragment
def draw() -> None:
    """Everything that follows the stage: its messages rerun this and no more."""
    scene = state.current()
    # Kept from one rerun of this visitor to the next: while a slider moves, the untouched run stays what it was.
    computed = st.session_state["run"] = run(state.shown(), st.session_state.get("run"))
    result = computed.in_phases(scene.view.grouping)
    notice.show(scene.view.lang, (*state.notices(), *result.notices))
    if not result.tokens.items:
        empty.draw(scene)
    mount(scene, result)
    workbench.draw(scene, result)


def mount(scene: Scene, result: Run) -> None:
    """Send the run. The part that tweaks leave alone goes out once; the stage asks when it has lost it."""
    payload = player.pack(
        scene,
        result,
        scene.view.lang,
        seq=st.session_state.get("seq", 0),
        epoch=state.epoch(),
        holds_base=st.session_state.get("base"),
        push=state.take_push(),
        plotly=PLOTLY,
    )
    component(
        key=KEY,
        data=payload,
        on_rest_change=rested,
        on_tweak_change=tweaked,
        on_navigate_change=navigated,
    )
    st.session_state["base"] = player.base(result, scene.view.lang, PLOTLY)


# Messages of the stage. Anybody can send them, so every part is checked.


def rested() -> None:
    """The playhead rests, or something was selected. A report from before the page moved it is too late."""
    message = _message("rest")
    if message.get("epoch") != state.epoch():
        return
    chosen = message.get("selection")
    selection = None
    if isinstance(chosen, Mapping):
        selection = (str(chosen.get("q")), _whole(chosen.get("unit")), _whole(chosen.get("step")))
    step, phase = _whole(message.get("step")), str(message.get("phase"))
    state.report(rest(state.current(), step, phase, selection))


def tweaked() -> None:
    """A slider moves, or was let go (`commit`). Tweaks of a run that is no longer shown are not applied."""
    message = _message("tweak")
    st.session_state["seq"] = _whole(message.get("seq"))
    base = message.get("base")
    if base is None or base != st.session_state.get("base"):
        st.session_state["base"] = base
        return
    scene = tweak(state.current(), read_tweaks(message.get("tweaks")))
    if message.get("commit") is True:
        state.change(scene)
    else:
        state.draft(scene.experiment.tweaks)


def navigated() -> None:
    """Back or Forward: the whole page follows."""
    link = st.session_state[KEY].get("navigate")
    if isinstance(link, str):
        state.adopt(link)
        st.rerun()


def read_tweaks(message: object) -> Tweaks:
    """Tweaks as the stage names them: {"bias": {gate: shift}, …, "weights": {"W_xf.3.2": value}}, from 1."""
    if not isinstance(message, Mapping):
        return Tweaks()
    kinds = {kind: _numbers(message.get(kind)) for kind in ("bias", "gain_x", "gain_h", "clamp")}
    weights = {}
    for name, value in _numbers(message.get("weights")).items():
        parameter, row, column = ("", "", *name.rsplit(".", 2))[-3:]
        if row.isdecimal() and column.isdecimal():
            weights[parameter, int(row[:9]) - 1, int(column[:9]) - 1] = value
    return Tweaks(**kinds, weights=weights)


def _message(name: str) -> Mapping[str, object]:
    message = st.session_state[KEY].get(name)
    return message if isinstance(message, Mapping) else {}


def _numbers(given: object) -> dict[str, float]:
    """The entries that are numbers."""
    entries = given.items() if isinstance(given, Mapping) else ()
    return {str(k): float(v) for k, v in entries if isinstance(v, int | float) and math.isfinite(v)}


def _whole(value: object) -> int:
    """A whole number, 0 for anything else: below everything that is counted from 1."""
    if isinstance(value, int | float) and math.isfinite(value):
        return int(max(-1e9, min(1e9, value)))
    return 0
