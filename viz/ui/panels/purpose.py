"""The two demonstrations of the gradient panel: cells made to vanish or explode on purpose, and every path of T = 3."""

from __future__ import annotations

import streamlit as st

from models import CELLS, init
from models.experiment import Run
from models.vanishing import Decay, Setting, decay, output

from ... import decay as pictures
from ... import paths
from ...gradient import number
from ...scene import Scene
from ...text import say
from .. import chart
from ..module import component
from .remembered import KEPT, remember, shown

KEY = "gradient"
FAMILY = ("rnn", "lstm", "gru")
UNITS = 32  # more would take longer and show the same
SLIDERS = {  # lowest, highest, step, and where it stands at first
    "sigma": (0.2, 3.0, 0.05, 0.8),
    "length": (10, 120, 5, 60),
    "strength": (0.0, 1.0, 0.01, 0.3),
    "opening": (0.0, 6.0, 0.25, 0.0),
}
PRESETS = {
    "vanish": {"sigma": 0.8, "strength": 0.3, "opening": 0.0, "activation": "tanh"},
    "gates": {"sigma": 0.8, "strength": 0.3, "opening": 4.0, "activation": "tanh"},
    "explode": {"sigma": 2.5, "strength": 0.02, "opening": 0.0, "activation": "tanh"},
    "linear": {"sigma": 1.5, "strength": 0.3, "opening": 0.0, "activation": "identity"},
}
CLAIMS = ("solves", "number", "complex", "bounded", "relu", "default")  # often read, and not quite so
THRESHOLDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)
ACTIVATIONS = ("tanh", "relu", "identity")

drawing = component("paths", "paths.js")


def vanishing(scene: Scene, run: Run) -> None:
    lang = scene.view.lang
    with st.container(horizontal=True, gap="small"):
        for name in PRESETS:
            st.button(say(lang, f"gradient.preset.{name}"), key=f"{KEY}-preset-{name}", on_click=_preset, args=(name,))
    setting = _setting(lang)
    shown(f"{KEY}-threshold", 1.0)
    threshold = float(st.session_state[f"{KEY}-threshold"])
    found = _demonstrated(scene, run, setting, threshold)
    titles = {key: say(lang, CELLS[key].title) for key in FAMILY}
    left, right = st.columns([3, 2], gap="medium")
    with left:
        chart.draw(lambda theme: pictures.falling(found, titles, setting, lang, theme), f"{KEY}-falling")
    with right:
        st.select_slider(
            say(lang, "gradient.threshold"),
            THRESHOLDS,
            format_func=number,
            key=f"{KEY}-threshold",
            on_change=remember,
            args=(f"{KEY}-threshold",),
        )
        chart.draw(lambda theme: pictures.clipping(found, titles, threshold, lang, theme), f"{KEY}-clipping")
        st.caption(say(lang, "gradient.told.clipping"))
    far = {key: number(one.carried[-1]) for key, one in found.items()}
    st.markdown(say(lang, "gradient.told.far", length=setting.length, **far))
    st.markdown(say(lang, "gradient.told.repeated"))
    st.caption(say(lang, "gradient.told.thin"))
    st.caption(say(lang, "gradient.told.gates"))
    with st.expander(say(lang, "gradient.claims")):
        for claim in CLAIMS:
            st.markdown(f"**{say(lang, f'gradient.claim.{claim}')}**  \n{say(lang, f'gradient.fact.{claim}')}")


def _preset(name: str) -> None:
    """Move the sliders; the length stays."""
    chosen = {f"{KEY}-{slider}": value for slider, value in PRESETS[name].items()}
    st.session_state[KEPT] = {**st.session_state.get(KEPT, {}), **chosen}


def _setting(lang: str) -> Setting:
    *places, last = st.columns([4, 4, 4, 4, 5], gap="medium")
    for place, (name, (low, high, step, usual)) in zip(places, SLIDERS.items(), strict=True):
        key = f"{KEY}-{name}"
        shown(key, usual)
        with place:
            st.slider(
                say(lang, f"gradient.{name}"),
                low,
                high,
                step=step,
                key=key,
                help=say(lang, f"gradient.{name}.help"),
                on_change=remember,
                args=(key,),
            )
    key = f"{KEY}-activation"
    shown(key, ACTIVATIONS[0])
    with last:
        st.segmented_control(
            say(lang, "gradient.activation"), ACTIVATIONS, required=True, key=key, on_change=remember, args=(key,)
        )
    chosen = {name: st.session_state[f"{KEY}-{name}"] for name in (*SLIDERS, "activation")}
    return Setting(**chosen)


def _demonstrated(scene: Scene, run: Run, setting: Setting, threshold: float) -> dict[str, Decay]:
    """The three cells with seeded weights of the run's sizes, over the run's own inputs again and again."""
    assert run.trace is not None
    D, H = run.X.shape[1], min(run.trace[output(run.spec)].shape[-1], UNITS)
    found = {}
    for key in FAMILY:
        params = init(CELLS[key], D, H, scene.experiment.seed)
        found[key] = decay(CELLS[key], params, run.X, setting, threshold)
    return found


def paths_of_three(scene: Scene, run: Run) -> None:
    lang = scene.view.lang
    net = paths.three_steps(run.X, scene.experiment.seed)
    st.markdown(say(lang, "gradient.told.paths"))
    drawing(key=f"{KEY}-paths", data=paths.message(net, run.tokens.items, lang))
    st.caption(say(lang, "gradient.told.identity"))
