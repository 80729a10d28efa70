"""Training learns, is seeded, and is not misled by padding."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models import CELLS, forward
from models.task import Sample, split
from models.tasks import TASKS
from models.training import Adam, Recipe, collate, judge, main, train, unrest
from models.weights import assemble, load

TINY = Recipe(units=3, inputs=2, epochs=2, samples=192, seed=5)
REVIEW = TASKS["review"]


def card(recipe: Recipe, cell: str = "lstm") -> dict[str, object]:
    sizes = {"inputs": recipe.inputs, "units": recipe.units, "outputs": 1}
    return {"task": "review", "cell": cell, "vocabulary": list(REVIEW.vocabulary), **sizes}


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru_after"])
def test_training_lowers_the_loss(cell: str) -> None:
    losses: list[float] = []
    recipe = Recipe(units=4, inputs=3, epochs=10, samples=640, rate=0.02)
    arrays = train(REVIEW, CELLS[cell], recipe, lambda done, total, loss: losses.append(loss))
    assert len(losses) == 10 * 20
    assert losses[-1] < 0.92 * losses[0]  # the loss cannot reach 0: early words tell little
    samples, _ = split(REVIEW, recipe.samples, 2000, recipe.seed)
    assert judge(assemble(arrays, card(recipe, cell)), samples) > 0.7


def test_the_same_recipe_gives_the_same_weights() -> None:
    first, again = (train(REVIEW, CELLS["gru"], TINY) for _ in range(2))
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])


def test_padding_stands_at_the_end_and_weighs_nothing() -> None:
    long = Sample(("the", "plot", "was", "dull"), (0.0,) * 4)
    short = Sample(("great", "film"), (1.0,) * 2)
    batch = collate([long, short], ("<unk>", "the", "plot", "was", "dull", "great", "film"))
    np.testing.assert_array_equal(batch.rows, [[1, 5], [2, 6], [3, 0], [4, 0]])
    np.testing.assert_array_equal(batch.weights[..., 0], [[1, 1], [1, 1], [1, 0], [1, 0]])
    np.testing.assert_array_equal(batch.targets[..., 0], [[0, 1], [0, 1], [0, 0], [0, 0]])
    np.testing.assert_array_equal(batch.last[0], [3, 1])


def test_a_sample_is_judged_alike_alone_and_padded() -> None:
    model = assemble(train(REVIEW, CELLS["lstm"], TINY), card(TINY))
    _, samples = split(REVIEW, 0, 40, seed=0)
    alone = [judge(model, [sample]) for sample in samples]
    assert judge(model, samples) == pytest.approx(np.mean(alone))


def test_the_gradient_of_the_price_of_change() -> None:
    rng = np.random.default_rng(0)
    states, start, along = (rng.standard_normal((6, 2, 3)) / 3 for _ in range(3))
    weights = np.ones((6, 2, 1))
    weights[4:, 1] = 0

    def price(moved: np.ndarray) -> tuple[float, np.ndarray]:
        return unrest(moved, np.concatenate([start[:1], moved[:-1]]), weights)

    slope = (price(states + 1e-6 * along)[0] - price(states - 1e-6 * along)[0]) / 2e-6
    assert slope == pytest.approx(np.vdot(price(states)[1], along), rel=1e-6)
    assert unrest(start, start, weights)[0] == pytest.approx(0)


def test_adam_walks_at_its_rate_whatever_the_size_of_the_gradient() -> None:
    arrays = {"w": np.array([3.0, -2.0])}
    Adam(arrays).step(arrays, {"w": np.array([1e-3, -1e3])}, rate=0.1)
    np.testing.assert_allclose(arrays["w"], [2.9, -1.9], atol=1e-4)


def test_the_command_writes_weights_that_load(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--units", "3", "--inputs", "2", "--epochs", "1", "--samples", "64", "--folder", str(tmp_path)]
    main(["review", "gru", *small])
    main(["review", "gru_takes_new", "--negate", "gru", "--folder", str(tmp_path)])
    printed = capsys.readouterr()
    assert "100%  loss" in printed.err
    assert "of 2000 unseen samples are judged right" in printed.out
    gru, opposite = load("review", "gru", tmp_path), load("review", "gru_takes_new", tmp_path)
    assert gru is not None
    assert opposite is not None
    assert gru.card["command"].startswith("python -m models.training review gru --units 3")  # type: ignore[attr-defined]
    assert "negated" in str(opposite.card["note"])
    x = gru.vectors(REVIEW.examples[0].split())
    np.testing.assert_allclose(
        forward(CELLS["gru"], gru.params, x)["h"],
        forward(CELLS["gru_takes_new"], opposite.params, x)["h"],
        atol=1e-14,
    )


def test_the_command_says_what_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["review", "gru_takes_new", "--negate", "gru", "--folder", str(tmp_path)])
    assert "holds no weights of gru for review" in capsys.readouterr().err
