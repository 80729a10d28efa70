"""The engine against PyTorch, Keras, ONNX Runtime, ...: `tests/fixtures` holds what they computed."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from models import CELLS, backward, forward

FOLDER = Path(__file__).parent / "fixtures"
CARDS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("recorded/*.json"))}
# One layer that reads forward; stacks and both directions are put together from these.
SINGLE = {stem: card for stem, card in CARDS.items() if card["layers"] == card["directions"] == 1}

Arrays = dict[str, np.ndarray]


def load(stem: str) -> Arrays:
    with np.load(FOLDER / "recorded" / f"{stem}.npz", allow_pickle=False) as file:
        return {name: file[name].astype(np.float64) for name in file.files}


def under(arrays: Arrays, prefix: str) -> Arrays:
    """The arrays below a path, by the rest of their names."""
    return {name[len(prefix) :]: value for name, value in arrays.items() if name.startswith(prefix)}


def each_case(of: str) -> list:
    return [pytest.param(stem, case, id=f"{stem}-{case}") for stem, card in SINGLE.items() for case in card[of]]


@pytest.mark.parametrize(("stem", "case"), each_case("cases"))
def test_every_recorded_value_is_computed(stem: str, case: str) -> None:
    card, arrays = SINGLE[stem], load(stem)
    recorded = under(arrays, f"{case}/")
    spec = CELLS[card["cell"]].choose(**card["options"])
    trace = forward(spec, under(arrays, "params/"), recorded["x"], initial=under(recorded, "initial/") or None)
    outside = under(recorded, "trace/")
    assert outside
    for name, value in outside.items():
        np.testing.assert_allclose(trace[name], value, rtol=0, atol=card["tolerance"], err_msg=name)


@pytest.mark.parametrize(("stem", "case"), each_case("gradients"))
def test_every_recorded_gradient_is_computed(stem: str, case: str) -> None:
    card, arrays = SINGLE[stem], load(stem)
    recorded = under(arrays, f"{case}/")
    spec = CELLS[card["cell"]].choose(**card["options"])
    params, initial = under(arrays, "params/"), under(recorded, "initial/")
    trace = forward(spec, params, recorded["x"], initial=initial or None)
    grads = backward(trace, under(recorded, "loss/"))
    outside = under(recorded, "grads/")
    assert under(outside, "params/").keys() == params.keys()
    assert under(outside, "initial/").keys() == initial.keys()
    ours = {"x": grads.x}
    ours |= {f"params/{name}": value for name, value in grads.params.items()}
    ours |= {f"initial/{name}": value for name, value in grads.initial.items()}
    for name, value in outside.items():
        np.testing.assert_allclose(ours[name], value, rtol=0, atol=card["gradient_tolerance"], err_msg=name)


@pytest.mark.parametrize("stem", SINGLE)
def test_the_framework_weights_convert_to_the_recorded_parameters(stem: str, layouts: ModuleType) -> None:
    card, arrays = SINGLE[stem], load(stem)
    params = getattr(layouts, card["conversion"])(under(arrays, "raw/"))
    if card["negated"]:
        params = layouts.negate_gate(params, card["negated"])
    recorded = under(arrays, "params/")
    assert params.keys() == recorded.keys()
    for name, value in recorded.items():
        np.testing.assert_array_equal(params[name], value, err_msg=name)


def test_every_cell_has_a_fixture_and_every_fixture_a_cell() -> None:
    assert {card["cell"] for card in CARDS.values()} == set(CELLS)


def test_a_fixture_is_a_card_and_a_small_file_of_arrays() -> None:
    files = {path.stem: path for path in FOLDER.glob("recorded/*.npz")}
    assert files.keys() == CARDS.keys()
    for stem, path in files.items():
        assert path.stat().st_size < 100_000, stem
        assert all(np.isfinite(value).all() for value in load(stem).values()), stem


@pytest.fixture(scope="module")
def layouts() -> ModuleType:
    """`fixtures/layouts.py`, which is no module of a package."""
    spec = importlib.util.spec_from_file_location("layouts", FOLDER / "layouts.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
