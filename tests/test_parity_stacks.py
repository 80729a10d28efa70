"""Two layers and both directions, put together from runs of one layer, against PyTorch's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models import CELLS, Trace, backward, forward

FOLDER = Path(__file__).parent / "fixtures" / "recorded"
CARDS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
STACKS = [
    pytest.param(stem, case, id=f"{stem}-{case}")
    for stem, card in CARDS.items()
    if card["layers"] > 1 or card["directions"] > 1
    for case in card["cases"]
]

Arrays = dict[str, np.ndarray]


def under(arrays: Arrays, prefix: str) -> Arrays:
    return {name[len(prefix) :]: value for name, value in arrays.items() if name.startswith(prefix)}


def load(stem: str, case: str) -> tuple[Arrays, Arrays]:
    """Parameters and case, by names that begin with the part: "0", "1", "0-reverse"."""
    with np.load(FOLDER / f"{stem}.npz", allow_pickle=False) as file:
        arrays = {name: file[name].astype(np.float64) for name in file.files}
    return under(arrays, "params/"), under(arrays, f"{case}/")


def run(cell: str, part: str, params: Arrays, x: np.ndarray, case: Arrays) -> Trace:
    initial = under(case, f"initial/{part}/")
    return forward(CELLS[cell], under(params, f"{part}/"), x, initial=initial or None)


@pytest.mark.parametrize(("stem", "case_name"), STACKS)
def test_parts_put_together_are_pytorchs_stack(stem: str, case_name: str) -> None:
    card, (params, case) = CARDS[stem], load(stem, case_name)
    x = case["x"]
    lower = run(card["cell"], "0", params, x, case)
    if card["layers"] == 2:
        upper = run(card["cell"], "1", params, lower["h"], case)
        traces, output = {"0": lower, "1": upper}, upper["h"]
        above = backward(upper, {"h": case["loss/output"]})
        below = backward(lower, {"h": above.x})
        grads, dx = {"0": below, "1": above}, below.x
    else:
        back = run(card["cell"], "0-reverse", params, x[::-1], case)
        traces, output = {"0": lower, "0-reverse": back}, np.concatenate([lower["h"], back["h"][::-1]], -1)
        forth_loss, back_loss = np.split(case["loss/output"], 2, axis=-1)
        grads = {"0": backward(lower, {"h": forth_loss}), "0-reverse": backward(back, {"h": back_loss[::-1]})}
        dx = grads["0"].x + grads["0-reverse"].x[::-1]

    computed = {"trace/output": output, "grads/x": dx}
    for part, trace in traces.items():
        computed |= {f"last/{part}/{name}": trace[name][-1] for name in trace.spec.states}
        computed |= {f"grads/params/{part}/{name}": value for name, value in grads[part].params.items()}
        computed |= {f"grads/initial/{part}/{name}": value for name, value in grads[part].initial.items()}
    recorded = {name: value for name, value in case.items() if name.startswith(("trace", "last", "grads"))}
    assert {name for name in computed if "/initial/" not in name} <= recorded.keys() <= computed.keys()
    for name, value in recorded.items():
        np.testing.assert_allclose(computed[name], value, rtol=0, atol=card["tolerance"], err_msg=name)
