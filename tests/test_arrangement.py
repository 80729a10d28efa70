"""Experiments of several cells: layers, both directions, and tweaks of one that another one hears of."""

from dataclasses import replace

import numpy as np
import pytest

from models import CELLS
from models.arrangement import BACKWARD, FORWARD, STACKABLE, Arrangement, Place
from models.experiment import INPUTS, Experiment, run, sizes
from models.stack import forward_stack, init_stack
from models.text import tokenize, vectors
from models.tweaks import Tweaks
from viz import player
from viz.scene import Scene, View

TEXT = "one two three two"
BOTH = Arrangement(2, True)


def experiment(arrangement: Arrangement, **fields: object) -> Experiment:
    return Experiment(lesson="free", units=5, arrangement=arrangement, **{"cell": "lstm", "text": TEXT, **fields})


@pytest.mark.parametrize("cell", STACKABLE)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("both", [False, True])
def test_every_place_shows_its_part_of_the_stack(cell: str, layers: int, both: bool) -> None:
    arrangement = Arrangement(layers, both)
    X = vectors(tokenize(TEXT), INPUTS)
    stack = forward_stack(CELLS[cell], init_stack(CELLS[cell], INPUTS, 5, layers, 1 + both), X)
    digests = set()
    for place in arrangement.places():
        shown = run(experiment(replace(arrangement, shown=place), cell=cell))
        layer, direction = place.at
        np.testing.assert_array_equal(shown.trace["h"], stack.traces[layer][direction]["h"])
        assert shown.X.shape == (4, sizes(shown.experiment)[1]) == shown.trace.x.shape
        assert shown.model is None and shown.readout is None
        digests.add(shown.digest)
    assert len(digests) == len(list(arrangement.places()))


def test_backward_means_from_the_last_token_to_the_first() -> None:
    shown = run(experiment(Arrangement(1, True, Place(1, BACKWARD)), text="1 2 3 4"))
    assert shown.tokens.items == ("4", "3", "2", "1") and shown.tokens.values == (4, 3, 2, 1)
    np.testing.assert_array_equal(shown.X[:, 0], [4, 3, 2, 1])


def test_the_lowest_forward_cell_is_the_plain_one() -> None:
    plain, bottom = run(experiment(Arrangement())), run(experiment(BOTH))
    np.testing.assert_array_equal(plain.trace["h"], bottom.trace["h"])


def test_a_tweak_below_is_felt_above_and_not_the_other_way() -> None:
    tweak = Tweaks(bias={"f": 2.0}, clamp={"o": 1.0})
    bottom, top = Place(1, FORWARD), Place(2, BACKWARD)
    shown = run(experiment(replace(BOTH, shown=top), elsewhere=((bottom, tweak),)))
    assert not np.allclose(shown.trace["h"], shown.base_trace["h"]) and not np.allclose(
        shown.trace.x, shown.base_trace.x
    )
    assert shown.params is not shown.base_params and shown.trace["o"].max() < 1
    np.testing.assert_array_equal(shown.params["b_f"], shown.base_params["b_f"])
    below = run(experiment(BOTH, elsewhere=((top, tweak),)))
    np.testing.assert_array_equal(below.trace["h"], below.base_trace["h"])
    # looked at from below, the same tweak is the shown cell's own
    own = run(experiment(BOTH, tweaks=tweak))
    assert own.trace["o"].min() == 1 and own.digest != shown.digest
    again = run(shown.experiment, own)
    np.testing.assert_array_equal(again.trace["h"], shown.trace["h"])


def test_two_ways_to_look_at_one_network_agree() -> None:
    """Swapping which cell is shown, each with its own tweaks, computes the same network."""
    one, other = Place(1, FORWARD), Place(2, FORWARD)
    low, high = Tweaks(bias={"i": 1.0}), Tweaks(gain_x={"f": 2.0}, weights={("W_xf", 0, 0): 3.0})
    top = run(experiment(Arrangement(2, False, other), tweaks=high, elsewhere=((one, low),)))
    bottom = run(experiment(Arrangement(2, False, one), tweaks=low, elsewhere=((other, high),)))
    np.testing.assert_array_equal(top.trace.x, bottom.trace["h"])


def test_trained_weights_are_of_a_single_cell() -> None:
    alone = Experiment(lesson="review")
    assert run(alone).model is not None
    for other in (replace(alone, arrangement=BOTH), replace(alone, cell="rnn", options=(("hidden", "relu"),))):
        result = run(other)
        assert result.model is None and result.readout is None
        assert [notice.key for notice in result.notices] == ["notice.untrained_choice"]


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_to_read(text: str) -> None:
    shown = run(experiment(replace(BOTH, shown=Place(2, BACKWARD)), text=text, tweaks=Tweaks(bias={"f": 1.0})))
    assert shown.trace is None and shown.X.shape == (0, 10)


def sent(asked: Experiment) -> tuple[dict, dict[str, np.ndarray]]:
    result = run(asked)
    return player.unpack(player.pack(Scene(asked, View(phase="cell")), result, "en"))


def test_the_stage_is_told_which_cell_it_shows() -> None:
    header, arrays = sent(experiment(replace(BOTH, shown=Place(2, BACKWARD))))
    static = header["static"]
    assert static["place"] == {"layer": 2, "layers": 2, "backward": True}
    assert [token["text"] for token in static["tokens"]] == ["two", "three", "two", "one"]
    assert len(static["features"]) == 10 and len(set(static["features"])) == 10
    assert "changed/x" not in arrays and header["elsewhere"] is False
    assert sent(experiment(Arrangement()))[0]["static"]["place"] is None


def test_the_stage_is_told_what_a_lower_tweak_makes_it_read() -> None:
    asked = experiment(replace(BOTH, shown=Place(2, FORWARD)), elsewhere=((Place(), Tweaks(bias={"o": 3.0})),))
    header, arrays = sent(asked)
    result = run(asked)
    assert header["elsewhere"] is True and header["tweaks"]["bias"] == {}
    np.testing.assert_array_equal(arrays["x"], result.base_trace.x.astype("f4"))
    np.testing.assert_array_equal(arrays["changed/x"], result.trace.x.astype("f4"))
    plain, _ = sent(replace(asked, elsewhere=()))
    assert plain["base"] == header["base"] and plain["run"] != header["run"]
