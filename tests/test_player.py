"""The payload of the stage: everything that its other side reads, for every cell, and no more than it needs."""

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from models import CELLS
from models.experiment import Experiment, Run, run
from models.tweaks import Tweaks
from viz import payload, player, theme
from viz.scene import Scene, View, opening

TEXT = "I grew up in France and I speak fluent French"
TREE = {
    "q", "x", "p", "const", "clock", "@", "+", "-", "*", "/", "neg", "max",
    "sigmoid", "tanh", "relu", "exp", "log_sigmoid", "positive", "softmax",
}  # fmt: skip
STATIC = {
    "lang", "empty", "cell", "T", "H", "D", "trained", "tokens", "features", "quantities", "heatmaps", "phases",
    "expressions", "scale", "knobs", "parameters", "figure", "figure_dark", "colours", "diagram", "strings",
    "readout_labels", "plotly", "outputs", "place", "asleep",
}  # fmt: skip


def last(cell: str) -> str:
    """What the cell computes last: h, or the output of a layer."""
    return list(CELLS[cell].quantities)[-1]


def scene_of(cell: str = "lstm", tweaks: Tweaks | None = None, **fields: object) -> Scene:
    """Free play, seeded, at step 3 of the last phase."""
    given = {"lesson": "free", "cell": cell, "text": TEXT, "tweaks": tweaks or Tweaks(), **fields}
    view = View(step=3, phase=CELLS[cell].phases[-1].id, selection=(last(cell), 2, 3))
    return Scene(Experiment(**given), view)


def sent(scene: Scene, **settings: object) -> tuple[Run, dict, dict[str, np.ndarray]]:
    """What a scene's run becomes on the other side: (run, header, arrays)."""
    result = run(scene.experiment)
    return result, *player.unpack(player.pack(scene, result, scene.view.lang, **settings))


def ops(tree: list) -> set[str]:
    return {tree[0]}.union(*(ops(child) for child in tree[1:] if isinstance(child, list)))


@pytest.mark.parametrize("key", CELLS)
def test_a_run_arrives_whole(key: str) -> None:
    result, header, arrays = sent(scene_of(key), seq=4, epoch=2, push=True)
    spec = result.spec
    assert (header["v"], header["seq"], header["push"]) == (1, 4, True)
    assert header["view"] == {
        "epoch": 2,
        "step": 3,
        "phase": spec.phases[-1].id,
        "selection": {"q": last(key), "unit": 2, "step": 3},
    }
    assert header["link"].startswith("lesson=free&")
    assert header["tweaks"] == {"bias": {}, "gain_x": {}, "gain_h": {}, "clamp": {}, "weights": {}}
    for q in spec.quantities:
        np.testing.assert_array_equal(arrays[f"now/{q}"], result.trace[q].astype("f4"))
        np.testing.assert_array_equal(arrays[f"base/{q}"], result.base_trace[q].astype("f4"))
    for name, values in result.base_params.items():
        np.testing.assert_array_equal(arrays[f"w/{name}"], np.atleast_2d(values).astype("f4"))
    for state in spec.states:
        np.testing.assert_array_equal(arrays[f"initial/{state}"][0], result.trace.initial[state])
    np.testing.assert_array_equal(arrays["x"], result.X.astype("f4"))
    assert not [name for name in arrays if name.startswith("changed/")]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("key", CELLS)
def test_the_static_part_describes_the_cell(key: str, lang: str) -> None:
    scene = scene_of(key)
    result, header, arrays = sent(replace(scene, view=replace(scene.view, lang=lang)))
    spec, static = result.spec, header["static"]
    assert set(static) == STATIC
    assert static["lang"] == lang and static["empty"] is False and static["trained"] is False
    T, D = static["T"], static["D"]
    assert result.X.shape == (T, D) and arrays[f"now/{last(key)}"].shape[0] == T
    assert [quantity["name"] for quantity in static["quantities"]] == list(spec.quantities)
    assert [q for phase in static["phases"] for q in phase["quantities"]] == list(spec.quantities)
    assert static["heatmaps"] == list(spec.quantities)
    assert set(static["expressions"]) == set(static["scale"]) == set(spec.quantities)
    assert set().union(*map(ops, static["expressions"].values())) <= TREE
    for quantity in static["quantities"]:
        assert quantity["label"] and quantity["note"] and quantity["phase"] in [p["id"] for p in static["phases"]]
        assert f"role/{quantity['role']}" in static["colours"]["dark"]
        ElementTree.fromstring(quantity["mathml"])
    for phase in static["phases"]:
        assert phase["title"] and phase["note"]
        for equation in phase["equations"]:
            assert ElementTree.fromstring(equation["mathml"]).tag == "math"
    for parameter in static["parameters"]:
        rows, columns = arrays[f"w/{parameter['name']}"].shape
        assert parameter["shape"] == ([rows, columns] if parameter["rows"] else [columns])
        ElementTree.fromstring(parameter["mathml"])
    for knob in static["knobs"]:
        assert knob["gate"] in spec.quantities
        assert {*knob["x"], *knob["h"], *([knob["bias"]] if knob["bias"] else [])} <= set(result.params)
    for figure in (static["figure"], static["figure_dark"]):
        ends = [[trace["zmin"], trace["zmax"]] for trace in figure["data"]]
        assert ends == [static["scale"][q] for q in static["heatmaps"]]
    assert set(static["colours"]) == set(theme.THEMES)
    assert static["diagram"]["items"] and static["strings"]["play"]
    assert static["readout_labels"] is None and header["readout"] is None


def test_a_language_changes_words_and_no_number() -> None:
    scene = scene_of()
    _, english, one = sent(scene)
    _, chinese, other = sent(replace(scene, view=replace(scene.view, lang="zh")))
    assert english["base"] != chinese["base"], "the words are part of what the stage keeps"
    assert english["run"] == chinese["run"]
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert re.search("[\u4e00-\u9fff]", chinese["static"]["phases"][0]["title"])


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_trained_run_has_a_readout(cell: str) -> None:
    scene = opening("review")
    scene = replace(scene, experiment=replace(scene.experiment, cell=cell, tweaks=Tweaks(bias={"h": 1.0})))
    if cell != "rnn":
        scene = replace(scene, experiment=replace(scene.experiment, tweaks=Tweaks(clamp={"h": 0.5})))
    result, header, _ = sent(scene)
    assert header["static"]["trained"] is True
    np.testing.assert_allclose(header["readout"]["now"], result.readout, atol=1e-6)
    np.testing.assert_allclose(header["readout"]["base"], result.base_readout, atol=1e-6)
    labels = header["static"]["readout_labels"]
    assert labels["low"] and labels["high"] and labels["low"] != labels["high"]


@pytest.mark.parametrize("key", CELLS)
def test_the_static_part_is_left_out_when_the_stage_holds_it(key: str) -> None:
    scene = scene_of(key, Tweaks(clamp={last(key): 0.25}))
    result, whole, arrays = sent(scene)
    _, short, moving = sent(scene, holds_base=whole["base"])
    assert short["static"] is None
    assert {**short, "arrays": 0} == {**whole, "static": None, "arrays": 0}
    assert set(moving) == {name for name in arrays if name.startswith(("now/", "changed/"))}
    assert all(np.array_equal(moving[name], arrays[name]) for name in moving)
    _, other, _ = sent(scene, holds_base="something else")
    assert other["static"] == whole["static"]
    assert whole["base"] == player.base(result, "en")


def test_only_parameters_that_a_tweak_changes_are_sent() -> None:
    tweaks = Tweaks(
        bias={"f": 1.5}, gain_x={"i": 0.5}, gain_h={"o": 1.0}, clamp={"c~": 0.0}, weights={("W_xo", 1, 2): 0.7}
    )
    result, header, arrays = sent(scene_of("lstm", tweaks))
    assert {name for name in arrays if name.startswith("changed/")} == {"changed/b_f", "changed/W_xi", "changed/W_xo"}
    np.testing.assert_allclose(arrays["changed/b_f"], arrays["w/b_f"] + 1.5, rtol=1e-6)
    assert arrays["changed/W_xo"][1, 2] == np.float32(0.7)
    assert header["tweaks"] == {
        "bias": {"f": 1.5},
        "gain_x": {"i": 0.5},
        "gain_h": {},
        "clamp": {"c~": 0.0},
        "weights": {"W_xo.2.3": 0.7},
    }
    np.testing.assert_array_equal(arrays["now/c~"], 0)
    value = float(result.base_params["W_xo"][1, 2])
    _, _, arrays = sent(scene_of("lstm", Tweaks(weights={("W_xo", 1, 2): value})))
    assert "changed/W_xo" not in arrays, "its own value is no change"


def test_the_digest_changes_when_and_only_when_numbers_do() -> None:
    scene = scene_of()
    _, plain, _ = sent(scene)
    _, again, _ = sent(replace(scene, view=View(step=7, phase="input")), seq=9, epoch=3, push=True)
    assert (again["run"], again["base"]) == (plain["run"], plain["base"])
    runs, bases = {plain["run"]}, {plain["base"]}
    for k, tweaks in enumerate(
        [Tweaks(bias={"f": 0.01}), Tweaks(bias={"f": 0.02}), Tweaks(gain_h={"i": 2}), Tweaks(clamp={"o": 1})], start=2
    ):
        _, header, _ = sent(scene_of(tweaks=tweaks))
        runs.add(header["run"])
        bases.add(header["base"])
        assert len(runs) == k
    assert len(bases) == 1, "tweaks leave the static part alone"
    value = float(run(scene.experiment).params["b_f"][3])
    _, same, _ = sent(scene_of(tweaks=Tweaks(weights={("b_f", 0, 3): value})))
    assert same["run"] == plain["run"]
    for other in (scene_of(text=TEXT + " too"), scene_of(seed=1), scene_of(units=9), scene_of("gru")):
        _, header, _ = sent(other)
        assert header["run"] not in runs and header["base"] not in bases


def test_a_tweak_is_small() -> None:
    text = " ".join(f"word{k}" for k in range(24))
    for tweaks in (
        Tweaks(bias={"f": 1.5}),
        Tweaks(weights={("W_hf", 3, 4): 0.5}),
        Tweaks(bias={"f": 1.5}, gain_x={"f": 0.5}, gain_h={"f": 2.0}, clamp={"i": 0.5, "o": 1.0}),
    ):
        scene = scene_of("lstm", tweaks, text=text, units=16)
        result = run(scene.experiment)
        bytes_sent = player.pack(scene, result, "en", holds_base=player.base(result, "en"))
        assert result.trace["h"].shape == (24, 16)
        assert len(bytes_sent) <= 16 * 1024


@pytest.mark.parametrize(
    "token",
    [
        "<script>alert(1)</script>",
        "<b>x</b>",
        "%{x}",
        "$x$",
        "[a](b)",
        ":material/home:",
        "👩‍👩‍👧",
        "e\u0301",
        "שלום",
        '\\u0022"',
    ],
)
def test_tokens_arrive_as_they_were_typed(token: str) -> None:
    scene = scene_of(text=f"{token} then more")
    _, header, _ = sent(scene)
    assert "".join(one["text"] for one in header["static"]["tokens"]).startswith(token)
    assert all(token not in json.dumps(header["static"][part]) for part in ("figure", "figure_dark", "diagram"))


def test_what_has_no_picture_is_shown_by_one() -> None:
    _, header, _ = sent(scene_of(text="a\x00b", mode="characters"))
    texts = [one["text"] for one in header["static"]["tokens"]]
    assert texts[0] == "a" and texts[-1] == "b" and "\x00" not in "".join(texts) and all(texts)


@pytest.mark.parametrize("text", ["", "  \n "])
@pytest.mark.parametrize("key", CELLS)
def test_no_tokens(key: str, text: str) -> None:
    result, header, arrays = sent(scene_of(key, text=text))
    assert header["static"]["empty"] is True
    assert (header["static"]["T"], header["static"]["H"], header["readout"]) == (0, 8, None)
    assert not [name for name in arrays if name.startswith(("now/", "base/"))]
    assert header["base"] == player.base(result, "en")


def test_numbers_that_are_none_never_reach_json() -> None:
    scene = scene_of()
    result = run(scene.experiment)
    broken = np.array([0.5, np.nan, np.inf, -np.inf, 0.25])
    bytes_sent = player.pack(scene, replace(result, readout=broken, base_readout=broken), "en")
    text = bytes_sent[4 : 4 + int.from_bytes(bytes_sent[:4], "little")].decode()
    assert not re.search(r"\b(NaN|Infinity)\b", text)
    header, _ = player.unpack(bytes_sent)
    assert header["readout"]["now"] == [0.5, None, None, None, 0.25]
    with pytest.raises(ValueError):
        payload.write({"a": float("nan")})


def test_numbers_beyond_float32_are_infinite_and_raise_no_warning() -> None:
    blocks = payload.Blocks()
    blocks.add("big", np.array([[1e300, -1e300], [np.nan, 2.0]]))
    _, arrays = player.unpack(payload.encode({}, blocks))
    np.testing.assert_array_equal(arrays["big"], np.array([[np.inf, -np.inf], [np.nan, 2]], "f4"))


@pytest.mark.parametrize("filler", range(9))
def test_blocks_begin_at_a_multiple_of_eight(filler: int) -> None:
    blocks = payload.Blocks()
    blocks.add("one", np.arange(6.0).reshape(2, 3))
    blocks.add("two", np.arange(4.0))
    data = payload.encode({"filler": "字" * filler}, blocks, {"ready": '{"a":1}'})
    length = int.from_bytes(data[:4], "little")
    header, arrays = player.unpack(data)
    assert (len(data) - 10 * 4) % 8 == 0 and set(data[4 + length : len(data) - 40]) <= {0}
    assert header["ready"] == {"a": 1} and header["arrays"] == {"one": [0, 2, 3], "two": [6, 1, 4]}
    np.testing.assert_array_equal(arrays["one"], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(arrays["two"], [[0, 1, 2, 3]])
