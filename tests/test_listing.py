"""The script of every phase of every cell runs on its own and gives the numbers of the trace."""

import subprocess
import sys

import numpy as np
import pytest

from models import CELLS, forward, init
from models.listing import listing, variable


def run_of(key, D=3, H=4):
    spec = CELLS[key]
    rng = np.random.default_rng(5)
    return spec, forward(spec, init(spec, D, H, seed=2), rng.normal(size=(5, D)))


@pytest.mark.parametrize("key", CELLS)
@pytest.mark.parametrize("step", [1, 4])
def test_every_phase_computes_what_the_trace_holds(key, step):
    spec, trace = run_of(key)
    for phase in spec.phases:
        scope = {}
        exec(compile(listing(trace, phase.id, step), "<listing>", "exec"), scope)
        for name in phase.quantities:
            np.testing.assert_allclose(scope[variable(name)], trace[name][step - 1], atol=1e-5)


@pytest.mark.parametrize(
    ("key", "gate", "phase"), [("lstm", "f", "forget"), ("lstm", "c~", "input"), ("gru", "z", "gates")]
)
def test_a_pinned_gate_is_pinned_in_the_script(key, gate, phase):
    spec, free = run_of(key)
    pin = np.full((5, 4), np.nan)
    pin[2, 1] = 0.25
    pin[3] = 0.5
    trace = forward(spec, free.params, free.x, clamp={gate: pin})
    for step in (1, 3, 4):
        scope = {}
        exec(compile(listing(trace, phase, step), "<listing>", "exec"), scope)
        np.testing.assert_allclose(scope[variable(gate)], trace[gate][step - 1], atol=1e-5)


def test_a_listing_is_a_script_of_its_own():
    _, trace = run_of("lstm")
    done = subprocess.run(
        [sys.executable, "-c", listing(trace, "forget", 2)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("f [")


def test_what_is_not_there_is_named():
    _, trace = run_of("gru")
    with pytest.raises(ValueError, match=r"no phase 'forget'; it has \['gates'"):
        listing(trace, "forget", 1)
    with pytest.raises(ValueError, match="step 9 is not one of the 5 steps"):
        listing(trace, "mix", 9)
