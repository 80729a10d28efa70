"""Gradient: back through time from one number or from the readout's loss; cells together; vanishing on purpose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial, reduce

import numpy as np
import streamlit as st

from models.experiment import Run
from models.experiment import run as compute
from models.gradient import Loss, Target, Unit
from models.lessons import lessons
from models.tasks import TASKS
from models.tweaks import UNTOUCHED
from models.vanishing import output

from ... import decay, gradient, markup
from ...gradient import number
from ...scene import Scene, Selection
from ...text import say
from .. import chart, notice, state
from . import focus, purpose
from .panel import Panel
from .remembered import KEPT, remember, shown

KEY = "gradient"
VIEWS = ("flow", "together", "vanishing", "paths")
TARGETS = ("number", "loss")
SCALES = ("log", "linear")
SHOWN = ("gradients", "values")
WINDOWS = (0, 1, 2, 4, 8, 16, 32)  # of truncated back-propagation; 0 does not cut
FAMILY = ("rnn", "lstm", "gru")


def draw(scene: Scene, run: Run) -> None:
    _follow(scene)
    view = _switch(scene.view.lang, "view", VIEWS, label=False)
    views: dict[str, Callable[[Scene, Run], None]] = {
        "flow": _flow,
        "together": _together,
        "vanishing": purpose.vanishing,
        "paths": purpose.paths_of_three,
    }
    views[view](scene, run)


PANEL = Panel(KEY, draw)


def _follow(scene: Scene) -> None:
    """What has just been selected in the stage is what the panel is about, whatever was chosen here before."""
    selection = scene.view.selection
    if selection is not None and selection != st.session_state.get(f"{KEY}-selection"):
        _keep("target", "number")
        _keep("at", selection[2])
    st.session_state[f"{KEY}-selection"] = selection


# One target --------------------------------------------------------------------------------------------------


def _flow(scene: Scene, run: Run) -> None:
    assert run.trace is not None
    lang = scene.view.lang
    with st.container(horizontal=True, gap="small"):
        lossy = run.model is not None and _switch(lang, "target", TARGETS, _usual(scene)) == "loss"
        target, moved = _loss(scene, run) if lossy else _number(scene, run)
        logarithmic = _switch(lang, "scale", SCALES) == "log"
        values = _switch(lang, "show", SHOWN) == "values"
        window = _window(lang)
    found = gradient.compute(run.trace, target, window or None)

    def make(theme: str) -> gradient.Chart:
        return gradient.picture(found, run.tokens.items, lang, theme, logarithmic=logarithmic, values=values)

    roles = {quantity.role for quantity in run.spec.quantities.values()}
    chart.draw(make, f"{KEY}-flow", roles=tuple(sorted(roles)), on_step=moved)
    cut = [say(lang, "gradient.told.cut", window=window)] if window else []
    st.markdown(joined(lang, [*_summary(lang, run, found), *cut]))
    notes = [say(lang, "gradient.told.gain")] * bool(found.counted)
    notes += [say(lang, "gradient.told.gates")] * bool(found.retained)
    if logarithmic and not values:
        notes.append(say(lang, "gradient.told.colours", white=number(gradient.white(found))))
    st.caption(joined(lang, notes or [say(lang, "gradient.told.plain_colours")]))


def _usual(scene: Scene) -> str:
    """A trained cell opens with its loss, as long as nothing is selected."""
    return "loss" if scene.view.selection is None else "number"


def _number(scene: Scene, run: Run) -> tuple[Target, Callable[[], None]]:
    """The selected number, or one unit of what the cell shows at the end. Choosing another selects it in the stage."""
    assert run.trace is not None
    spec, trace = run.spec, run.trace
    names = [name for name, quantity in spec.quantities.items() if quantity.clock is None]
    chosen: Selection = output(spec), 1, trace.steps
    if scene.view.selection is not None and scene.view.selection[0] in names:
        chosen = focus.of(scene, run)
    focus.choose(scene, run, chosen, KEY, names)
    name, unit, step = chosen

    def moved() -> None:
        clicked = _clicked("flow", trace.steps)
        if clicked:
            state.change(focus.select(state.current(), (name, unit, clicked)))

    return Unit(name, step, unit), moved


def _loss(scene: Scene, run: Run) -> tuple[Target, Callable[[], None]]:
    """The readout's loss at a step, as if one of the two answers were right: at first, the one that it gives."""
    assert run.trace is not None and run.model is not None and run.readout is not None
    lang, steps = scene.view.lang, run.trace.steps
    task = TASKS[str(lessons()[scene.experiment.lesson].task)]
    words = {1: say(lang, task.high), 0: say(lang, task.low)}
    shown(f"{KEY}-answer", int(run.readout[-1] >= 0.5))
    answer = st.segmented_control(
        say(lang, "gradient.answer"),
        (1, 0),
        required=True,
        format_func=words.__getitem__,
        key=f"{KEY}-answer",
        on_change=remember,
        args=(f"{KEY}-answer",),
    )
    return Loss(run.model.readout, _step(lang, run), float(answer or 0)), partial(_moved, "flow", steps)


def _summary(lang: str, run: Run, found: gradient.Numbers) -> list[str]:
    """What the numbers say, in sentences."""
    x, step = found.flow.x, found.target.step
    told = []
    if run.experiment.arrangement.shown.at[0]:
        told.append(say(lang, "gradient.told.layer"))
    if isinstance(found.target, Loss):
        told.append(say(lang, "gradient.told.loss", loss=number(found.flow.value)))
    if not x.any():
        return [*told, say(lang, "gradient.told.nothing")]
    token = partial(_token, run)
    most = int(x.argmax()) + 1
    if step > 1:
        ends = {"last": token(step), "at": number(x[step - 1]), "first": token(1), "far": number(x[0])}
        told.append(say(lang, "gradient.told.ends", **ends))
    else:
        told.append(say(lang, "gradient.told.one", token=token(1), at=number(x[0])))
    if most not in (1, step):
        told.append(say(lang, "gradient.told.most", token=token(most), step=most, value=number(x[most - 1])))
    for name, left in found.retained.items():
        product = f"∏ {gradient.kept(run.spec, name, 'text')}"
        words = {"state": markup.at(run.spec, name), "product": product, "share": number(float(np.mean(left[0])))}
        if step > 1:
            told.append(say(lang, "gradient.told.direct", **words))
    if run.spec.states and not found.retained:
        told.append(say(lang, "gradient.told.no_direct", cell=say(lang, run.spec.title)))
    if not run.spec.states:
        told.append(say(lang, "gradient.told.no_memory"))
    if 0 < found.counted < step:
        told.append(say(lang, "gradient.told.counted", count=found.counted))
    return told


def _token(run: Run, step: int) -> str:
    return notice.code(markup.token(run.tokens.items[step - 1]))


# Cells together ----------------------------------------------------------------------------------------------


def _together(scene: Scene, run: Run) -> None:
    assert run.trace is not None
    lang, steps = scene.view.lang, run.trace.steps
    with st.container(horizontal=True, gap="small"):
        step = _step(lang, run)
        logarithmic = _switch(lang, "scale", SCALES) == "log"
    runs = _family(run)
    peers = [decay.peer(one.trace, step) for one in runs if one.trace is not None]

    def make(theme: str) -> gradient.Chart:
        return decay.together(peers, run.tokens.items, step, lang, theme, logarithmic=logarithmic)

    chart.draw(make, f"{KEY}-together", on_step=partial(_moved, "together", steps))
    told = [say(lang, "gradient.told.together")]
    untrained = [say(lang, one.spec.title) for one in runs if one.model is None]
    if len(untrained) == len(runs):
        told.append(say(lang, "gradient.told.seeded", units=run.trace[output(run.spec)].shape[-1]))
    elif untrained:
        told.append(say(lang, "gradient.told.untrained", cells=joined(lang, untrained, "and")))
    else:
        told.append(say(lang, "gradient.told.trained"))
    st.markdown(joined(lang, told))
    st.caption(say(lang, "gradient.told.gates"))


def _family(run: Run) -> list[Run]:
    """RNN, LSTM and GRU on the same text, and the shown cell as it is, tweaks and all."""
    plain = replace(run.experiment, tweaks=UNTOUCHED, elsewhere=(), options=(), negated=False, own="")
    others = {key: plain for key in FAMILY if key != run.spec.key}
    found = [run if key == run.spec.key else compute(replace(others[key], cell=key)) for key in FAMILY]
    return found if run.spec.key in FAMILY else [*found, run]


# Widgets -----------------------------------------------------------------------------------------------------


def _switch(lang: str, name: str, choices: Sequence[str], usual: str = "", *, label: bool = True) -> str:
    """One of a few words, which stays chosen while another panel is open."""
    key = f"{KEY}-{name}"
    shown(key, usual or choices[0], lambda kept: kept if kept in choices else choices[0])
    chosen = st.segmented_control(
        say(lang, f"gradient.{name}"),
        choices,
        required=True,
        format_func=lambda choice: say(lang, f"gradient.{name}.{choice}"),
        key=key,
        on_change=remember,
        args=(key,),
        label_visibility="visible" if label else "collapsed",
    )
    return str(chosen or choices[0])


def _step(lang: str, run: Run) -> int:
    """The step that a loss or a comparison is about; the last one at first."""
    assert run.trace is not None
    steps, key = run.trace.steps, f"{KEY}-at"
    shown(key, steps, lambda kept: min(max(kept, 1), steps))
    st.selectbox(
        say(lang, "focus.step"),
        range(1, steps + 1),
        format_func=lambda step: f"{step}  {markup.token(run.tokens.items[step - 1])}",
        key=key,
        on_change=remember,
        args=(key,),
        width=160,
    )
    return int(st.session_state[key])


def _window(lang: str) -> int:
    """Every how many steps the gradient is cut; 0 for never."""
    key = f"{KEY}-window"
    shown(key, 0)
    st.selectbox(
        say(lang, "gradient.window"),
        WINDOWS,
        format_func=lambda count: say(lang, f"gradient.window.{'steps' if count else 'none'}", count=count),
        key=key,
        on_change=remember,
        args=(key,),
        width=125,
        help=say(lang, "gradient.window.help"),
    )
    return int(st.session_state[key])


def _moved(view: str, steps: int) -> None:
    clicked = _clicked(view, steps)
    if clicked:
        _keep("at", clicked)


def _clicked(view: str, steps: int) -> int | None:
    """The step whose token was clicked. Anybody can send this message, so it is checked."""
    message = st.session_state.get(f"{KEY}-{view}")
    step = message.get("step") if message else None
    if not isinstance(step, int | float) or isinstance(step, bool):
        return None
    return int(step) if 1 <= step <= steps else None


def _keep(name: str, value: object) -> None:
    st.session_state[KEPT] = {**st.session_state.get(KEPT, {}), f"{KEY}-{name}": value}


def joined(lang: str, parts: Sequence[str], by: str = "join") -> str:
    """Sentences, or parts of a list, as the language sets them: Chinese has no spaces between them."""
    return reduce(lambda one, two: say(lang, f"gradient.{by}", one=one, two=two), parts)
