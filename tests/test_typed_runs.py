"""Whatever the parser accepts runs, is differentiated, drawn, written down and sent to the stage."""

import gc
import re
import weakref
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest

from models import backward, explain, forward, init, own, unroll
from models.codegen import forward_loop
from models.derive import knobs, recursion
from models.experiment import Experiment, run
from models.listing import listing
from models.notation import equation
from models.plan import plan
from models.spec import CellSpec
from models.tweaks import Tweaks, apply
from models.typed import parse, source
from tests.cases import Case
from tests.test_conformance import pinned, slope
from tests.typed_cells import random_cell
from viz import crossbar, diagram, player
from viz.legible import BOXES, box, overlap
from viz.scene import Scene, View, settle

EDGES = {
    "names": "f1 = sigmoid(x W_xf1 + c12~ W_ab)\nc12~ = tanh(f1 * f1)\ni' = f1 / (f1 + c12~)\nH = i' * H[t-1] + f1",
    "numbers": "a = 1\nb = 1 - 0.5 * 2 / 4 + exp(1) - max(2, 3)\nh = tanh(x W_xh) * a + b * 0",
    "tiny": "h = x W_xh",
    "unused": "a = sigmoid(x W_xa)\nb = a * a\nu = b_u\nh = tanh(x W_xh + h W_hh)",
    "cycle": "a = tanh(b W_ba + x W_xa)\nb = tanh(c)\nc = a * b + c[t-1]",
    "alias": "a = h\nb = a\nh = tanh(x W_xh + b W_bh + a)",
    "twice": "a = h W_hh\nb = h W_hh\nh = tanh(x W_xh + a + b + h W_hh)",
    "two states": "c = c * 0.5 + tanh(x W_xc)\nh = tanh(c + h W_hh)",
    "no state": "z = sigmoid(x W_xz + b_z)\ny = z * tanh(x W_xy)",
    "past alone": "a = tanh(x W_xa)\ny = a[t-1] + a[t-1] W_ay",
    "nothing read": "h = tanh(h W_hh + b_h)",
    "row by matrix": "h = tanh(x W_xh + b_h W_bh + (b_h * w_h) W_ch)",
    "chain": "h = tanh(x W_a W_b W_c + h W_d W_e + (h W_f * h) W_g)",
    "one matrix": "h = tanh(x W_x W_h W_h + h W_h + (h * h) W_h)",
    "softmax": "a = softmax(x W_xa)\nb = softmax(a * h + b_b)\nh = a * b / softmax(h)",
    "max": "h = max(max(x W_xh, h), 0.25) - max(1, 2)",
    "division by zero": "z = relu(x W_xz)\nh = z / (z - z) + 1 / 0 + z / z",
    "powers": "h = log_sigmoid(positive(x W_xh)) - exp(-h * h)",
    "signs": "h = ---x W_xh - -h * -(h - -1)",
    "forty": "a = x W_xa" + "".join(f"\n{c}{k} = tanh(a * {c}{k})" for c in "cdfgijklmnopq" for k in (0, 1, 2)),
    "wide": "h = tanh(" + " + ".join(["x W_xh", *["h"] * 300]) + ")",
}
cells = pytest.mark.parametrize("text", [*EDGES.values(), *(random_cell(seed, 1 + seed % 14) for seed in range(160))])
edges = pytest.mark.parametrize("text", EDGES.values(), ids=EDGES)


def numbers_are_finite(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(numbers_are_finite, value.values()))
    if isinstance(value, list | tuple):
        return all(map(numbers_are_finite, value))
    return not isinstance(value, float) or np.isfinite(value)


def is_drawn(picture: dict, spec: CellSpec) -> None:
    """Finite places, no two boxes on each other, a strip for every quantity and every state of the step before."""
    assert numbers_are_finite(picture)
    items = [item for item in picture["items"] if item["kind"] in BOXES]
    touching = [(a["id"], b["id"]) for a, b in combinations(items, 2) if overlap(box(a), box(b))]
    assert touching == []
    for item in items:
        left, top, right, bottom = box(item)
        assert left >= 0 and top >= 0 and right <= picture["width"] and bottom <= picture["height"], item["id"]
    for item in picture["items"]:
        if item["kind"] == "wire":
            assert re.fullmatch(r"M(-?[\d.]+(e-\d+)?|[ LQAM])+", item["d"]), item["d"]
            assert min(map(float, re.findall(r"-?\d+(?:\.\d+)?", item["d"]))) >= 0
    strips = {(item["q"], item["lag"]) for item in items if item["kind"] == "strip"}
    assert strips >= {(name, 0) for name in spec.quantities} | {(name, 1) for name in spec.states}


@cells
def test_a_typed_cell_runs_and_is_drawn(text: str) -> None:
    spec = own.cell(text)
    params = init(spec, 3, 4, seed=0)
    X = np.random.default_rng(0).normal(size=(5, 3))
    trace = forward(spec, params, X)
    grads = backward(trace, {name: np.ones_like(trace[name]) for name in trace})
    assert grads.params.keys() == params.keys()
    again = forward(parse(source(spec)), params, X)
    for name in trace:
        assert trace[name].shape == (5, 4)
        np.testing.assert_allclose(again[name], trace[name], rtol=1e-12, err_msg=name)
    is_drawn(diagram.draw(spec), spec)
    is_drawn(crossbar.draw(spec), spec)
    for name in spec.quantities:
        ElementTree.fromstring(equation(spec, name, "mathml"))
        assert equation(spec, name, "latex") and equation(spec, name, "text")


@cells
def test_a_typed_cell_reaches_the_stage(text: str) -> None:
    scene, notices = settle(Scene(Experiment("free", own.KEY, "one two three two", own=text), View(lang="en")))
    assert notices == () and scene.experiment.own == own.tidied(text)
    result = run(scene.experiment)
    header, arrays = player.unpack(player.pack(scene, result, "en"))
    for name in result.spec.quantities:
        assert arrays[f"now/{name}"].shape == (4, 8)
    blank = [name for name in result.spec.quantities if not np.isfinite(arrays[f"now/{name}"]).all()]
    told = [notice.values["quantity"] for notice in result.notices if notice.key == "notice.overflow"]
    assert bool(blank) == bool(told) and set(told) <= set(blank)
    for knob in knobs(result.spec):
        assert header["static"]["knobs"][0].keys() >= {"gate", "bias", "x", "h"}
        assert knob.low < knob.high and np.isfinite([knob.low, knob.high]).all()
        turned = Tweaks(bias={knob.gate: 0.5} if knob.bias else {}, clamp={knob.gate: knob.low})
        forward(result.spec, apply(turned, result.spec, result.params), result.X, clamp=dict(turned.clamp))


def smooth() -> list[str]:
    rough = ("max", "division by zero")
    return [text for name, text in EDGES.items() if name not in rough] + [
        random_cell(seed, 1 + seed % 9, smooth=True) for seed in range(80)
    ]


@pytest.mark.parametrize("text", smooth())
@pytest.mark.parametrize("batch", [(), (3,)], ids=["single", "batch"])
def test_gradients_of_typed_cells_agree_with_finite_differences(text: str, batch: tuple[int, ...]) -> None:
    case = Case(own.cell(text), batch, scale=0.3)
    measured, told = slope(case)
    assert told == pytest.approx(measured, rel=2e-5, abs=2e-5)
    for name in case.free()[:3]:
        measured, told = slope(case, {name: pinned(case, name, "some", "some")})
        assert told == pytest.approx(measured, rel=2e-5, abs=2e-5), name


@edges
def test_a_typed_cell_is_explained(text: str) -> None:
    trace = Case(own.cell(text), scale=0.3).run()
    for name, quantity in trace.spec.quantities.items():
        computed = np.broadcast_to(trace.of(quantity.expr), trace[name].shape)
        np.testing.assert_allclose(computed, trace[name], atol=1e-9, err_msg=name)
        if explain(trace, name, 3, 1) and name in trace.spec.states and recursion(trace.spec, name):
            np.testing.assert_allclose(unroll(trace, name, 5).sum(axis=0), trace[name][4], atol=1e-9)
    for phase in trace.spec.phases if "/" not in text else ():  # NumPy has another answer to 1 / 0
        exec(compile(listing(trace, phase.id, 3), "listing", "exec"), {"print": lambda *_: None})


def test_where_numbers_end_is_told() -> None:
    result = run(Experiment("free", own.KEY, "a b c d e f g h", own="c = c * c * 9 + x W_xc + 9\nh = tanh(c)"))
    found = [notice for notice in result.notices if notice.key == "notice.overflow"]
    values = np.abs(result.trace["c"])
    step = int(np.argmax((values > np.finfo(np.float32).max).any(axis=1))) + 1
    assert [notice.values for notice in found] == [{"quantity": "c", "step": step}]
    held = run(Experiment("free", own.KEY, "a b", own="c = c * c * 9 + x W_xc + 9\nh = tanh(c)"), near=result)
    assert not [notice for notice in held.notices if notice.key == "notice.overflow"]


def test_a_tweak_can_take_an_overflow_away_and_back() -> None:
    wild = Experiment("free", own.KEY, "a b c d e f g h", own="h = exp(x W_xh + h W_hh + b_h)")
    calm = run(Experiment(**{**vars(wild), "tweaks": Tweaks(clamp={"h": 0.5})}), near=run(wild))
    assert any(notice.key == "notice.overflow" for notice in run(wild).notices)
    assert not any(notice.key == "notice.overflow" for notice in calm.notices)


def test_cells_that_come_and_go_leave_no_trace() -> None:
    """A text for every keystroke of every visitor: what is kept of them has an end."""
    made = []
    for number in range(800):
        spec = own.cell(f"h = tanh(x W_xh + {number} * h W_hh + b_h)")
        forward_loop(plan(spec))
        diagram.draw(spec)
        made.append(weakref.ref(spec))
    del spec
    gc.collect()
    assert sum(each() is not None for each in made) <= 520
