"""The weights in the repository are what their cards say; files that are not are refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models import CELLS, forward
from models.task import split
from models.tasks import TASKS
from models.text import tokenize
from models.training import judge
from models.weights import FOLDER, Model, WeightsError, load, save

CELLS_TRAINED = ("rnn", "lstm", "gru", "gru_after", "gru_takes_new", "gru_takes_new_after")


def review(cell: str) -> Model:
    model = load("review", cell)
    assert model is not None
    return model


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_the_card_tells_the_truth(path: Path) -> None:
    card = json.loads(path.read_text("utf-8"))
    assert path.stem == f"{card['task']}-{card['cell']}"
    model = load(card["task"], card["cell"])
    assert model is not None
    task = TASKS[card["task"]]
    _, unseen = split(task, 0, card["held_out_samples"], card["seed"])
    assert judge(model, unseen) == card["held_out_accuracy"]
    assert model.vocabulary == task.vocabulary
    assert card["units"] == model.units <= 16
    assert card["parameters"] == sum(array.size for array in model.params.values())
    assert card["command"].startswith(f"python -m models.training {card['task']} {card['cell']}")
    assert path.with_suffix(".npz").stat().st_size < 50_000


def test_the_cells_of_the_first_lesson_have_learned_it() -> None:
    for cell in CELLS_TRAINED:
        accuracy = review(cell).card["held_out_accuracy"]
        assert isinstance(accuracy, float)
        assert accuracy >= 0.97


def test_the_first_sentence_turns() -> None:
    model = review("lstm")
    items = tokenize(TASKS["review"].examples[0]).items
    assert " ".join(items) == "The plot was slow , but the ending was not boring"
    h = forward(CELLS["lstm"], model.params, model.vectors(items))["h"]
    p = dict(zip(items, model.readout.probability(h)[:, 0], strict=True))
    assert 0.4 < p["The"] < 0.6
    assert p["slow"] < 0.25
    assert 0.5 < p["but"] < 0.8
    assert p["boring"] > 0.85


@pytest.mark.parametrize(("keeping", "taking"), [("gru", "gru_takes_new"), ("gru_after", "gru_takes_new_after")])
def test_the_two_update_conventions_are_one_function(keeping: str, taking: str) -> None:
    keeps, takes = review(keeping), review(taking)
    x = keeps.vectors(tokenize(TASKS["review"].examples[1]).items)
    old = forward(CELLS[keeping], keeps.params, x)
    new = forward(CELLS[taking], takes.params, x)
    np.testing.assert_allclose(old["h"], new["h"], atol=1e-14)
    np.testing.assert_allclose(old["z"], 1 - new["z"], atol=1e-14)


def test_unknown_words_share_one_row_and_spelling_is_forgiving() -> None:
    model = review("lstm")
    assert model.knows("WASN’T")
    assert not model.knows("helicopter")
    x = model.vectors(["Dull", "dull", "helicopter", "直"])
    np.testing.assert_array_equal(x[0], x[1])
    np.testing.assert_array_equal(x[2], x[3])
    np.testing.assert_array_equal(x[2], model.embedding[0])
    assert model.vectors([]).shape == (0, model.embedding.shape[1])


def test_weights_cannot_be_written_to_and_are_loaded_once() -> None:
    model = review("lstm")
    assert review("lstm") is model
    with pytest.raises(ValueError, match="read-only"):
        model.params["W_xf"][0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        model.embedding[0] = 1
    with pytest.raises(TypeError):
        model.card["units"] = 3  # type: ignore[index]


@pytest.mark.parametrize("name", ["mgu", "../weights/review-lstm", "", "lstm.npz"])
def test_a_cell_without_weights_has_none(name: str) -> None:
    assert load("review", name) is None


@pytest.fixture
def parts() -> tuple[dict[str, np.ndarray], dict[str, object]]:
    model = review("gru")
    return dict(model.arrays), dict(model.card)


Parts = tuple[dict[str, np.ndarray], dict[str, object]]


def test_what_is_saved_is_loaded(parts: Parts, tmp_path: Path) -> None:
    arrays, card = parts
    save(arrays, card, tmp_path)
    model = load("review", "gru", tmp_path)
    assert model is not None
    assert model.card == card
    for name, array in model.arrays.items():
        np.testing.assert_array_equal(array, arrays[name])


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("W_xz", np.zeros((3, 8)), r"W_xz has shape \(3, 8\), expected \(6, 8\)"),
        ("E", np.zeros((3, 6)), r"E has shape \(3, 6\), expected \("),
        ("b_q", np.zeros(2), r"b_q has shape \(2,\), expected \(1,\)"),
        ("b_z", np.full(8, np.nan), "b_z .float64. must hold finite float64 numbers"),
        ("b_z", np.zeros(8, int), "b_z .int64. must hold finite float64 numbers"),
        ("W_xq", np.zeros((6, 8)), "holds E, .*W_xq.*; expected E, "),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    parts: Parts, tmp_path: Path, name: str, array: np.ndarray, message: str
) -> None:
    arrays, card = parts
    with pytest.raises(WeightsError, match=message):
        save(arrays | {name: array}, card, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("cell", "gruu", "no cell is called 'gruu'; there are .*lstm"),
        ("units", "8", "the card's 'units' is '8', not a int"),
        ("vocabulary", ["film"], "the vocabulary lacks <unk>"),
    ],
)
def test_cards_that_do_not_fit_are_refused(
    parts: Parts, tmp_path: Path, field: str, value: object, message: str
) -> None:
    arrays, card = parts
    with pytest.raises(WeightsError, match=message):
        save(arrays, card | {field: value}, tmp_path)


def test_pickles_are_refused(parts: Parts, tmp_path: Path) -> None:
    arrays, card = parts
    path = save(arrays, card, tmp_path)
    np.savez(path, **{**arrays, "b_q": np.array([{"anything": 1}], dtype=object)})
    with pytest.raises(WeightsError, match=r"review-gru\.npz cannot be read as plain arrays: .*allow_pickle=False"):
        load("review", "gru", tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x80\x04K\x01.", b"PK\x03\x04 not a zip", b"\x93NUMPY"])
def test_damaged_files_are_refused(parts: Parts, tmp_path: Path, content: bytes) -> None:
    save(*parts, tmp_path).write_bytes(content)
    with pytest.raises(WeightsError, match=r"review-gru\.npz cannot be read as plain arrays"):
        load("review", "gru", tmp_path)


@pytest.mark.parametrize(("text", "message"), [("{", "is not JSON"), ("[]", "must hold a JSON object")])
def test_damaged_cards_are_refused(parts: Parts, tmp_path: Path, text: str, message: str) -> None:
    save(*parts, tmp_path).with_suffix(".json").write_text(text)
    with pytest.raises(WeightsError, match=message):
        load("review", "gru", tmp_path)
