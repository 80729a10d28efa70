"""What is known to be equal: cells that turn into one another when gates are tied, pinned or negated."""

from __future__ import annotations

import numpy as np
import pytest

from models import CELLS, CellSpec, Trace, explain, forward
from tests.cases import Case, D, H, T

Arrays = dict[str, np.ndarray]
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def same(one: Trace, two: Trace, *names: str) -> None:
    for name in names:
        np.testing.assert_allclose(one[name], two[name], **EXACT, err_msg=name)


def negated(params: Arrays, letter: str, becomes: str = "") -> Arrays:
    """σ(−a) = 1 − σ(a): the gate's weights with the other sign, under another letter if need be."""
    own = {f"W_x{letter}", f"W_h{letter}", f"b_{letter}", f"w_c{letter}"}
    return {
        (name[: -len(letter)] + becomes if becomes and name in own else name): -value if name in own else value
        for name, value in params.items()
    }


def fitted(spec: CellSpec, params: Arrays, **more: np.ndarray) -> Arrays:
    """Those of `params` that `spec` has too, and `more`."""
    given = {**params, **more}
    return {name: given[name] for name in spec.parameters(D, H)}


@pytest.mark.parametrize("peepholes", ["off", "on"])
def test_coupled_gates_may_learn_either(peepholes: str) -> None:
    learns_f = CELLS["lstm_coupled"].choose(peepholes=peepholes)
    learns_i = learns_f.choose(learn="i")
    case = Case(learns_f)
    other = forward(learns_i, negated(case.params, "f", becomes="i"), case.x, case.initial)
    same(case.run(), other, "f", "i", "c", "h")


def test_coupled_gates_add_up_to_one_and_free_gates_do_not() -> None:
    coupled, free = Case(CELLS["lstm_coupled"]).run(), Case(CELLS["lstm"]).run()
    np.testing.assert_allclose(coupled["f"] + coupled["i"], 1, rtol=1e-15)
    assert abs(free["f"] + free["i"] - 1).max() > 0.1
    for gate in "fio":  # nor is a gate a distribution over units
        assert abs(free[gate].sum(axis=1) - 1).min() > 0.1


@pytest.mark.parametrize(("keeping", "taking"), [("gru", "gru_takes_new"), ("gru_after", "gru_takes_new_after")])
def test_an_update_gate_that_keeps_is_one_that_takes_negated(keeping: str, taking: str) -> None:
    case = Case(CELLS[keeping])
    takes = forward(CELLS[taking], negated(case.params, "z"), case.x, case.initial)
    keeps = case.run()
    same(keeps, takes, "r", "h~", "h")
    np.testing.assert_allclose(keeps["z"], 1 - takes["z"], **EXACT)


def test_the_mgu_is_a_gru_that_takes_with_tied_gates() -> None:
    case = Case(CELLS["mgu"])
    p = case.params
    tied = {f"{name}{gate}": p[f"{name}f"] for name in ("W_x", "W_h", "b_") for gate in "rz"}
    takes = forward(CELLS["gru_takes_new"], fitted(CELLS["gru_takes_new"], p, **tied), case.x, case.initial)
    same(case.run(), takes, "h~", "h")


def test_a_clockwork_of_one_fast_group_is_the_rnn() -> None:
    case = Case(CELLS["rnn"])
    same(case.run(), forward(CELLS["clockwork"].choose(periods="1"), case.params, case.x, case.initial), "h")


def test_clockwork_units_tick_at_multiples_of_their_period_and_sleep_in_between() -> None:
    spec = CELLS["clockwork"]
    rng = np.random.default_rng(0)
    params = {name: rng.standard_normal(shape) for name, shape in spec.parameters(D, 8).items()}
    X, initial = rng.standard_normal((16, D)), {"h": rng.standard_normal(8)}
    trace = forward(spec, params, X, initial)
    periods = [1, 1, 2, 2, 4, 4, 8, 8]
    for unit, period in enumerate(periods):
        ticks = [t for t in range(1, 17) if trace["s"][t - 1, unit]]
        assert ticks == list(range(period, 17, period))
        changed = np.flatnonzero(trace["h"][:, unit] != trace.previous("h")[:, unit]) + 1
        assert changed.tolist() == ticks
    assert forward(spec.choose(first=0), params, X)["s"][0].all()
    faster = {**params, "W_hh": params["W_hh"] + np.triu(np.ones((8, 8)), 2)}  # from fast to slow: does not exist
    same(trace, forward(spec, faster, X, initial), "h")


@pytest.mark.parametrize("units", [1, 2, 6, 7])
def test_a_clockwork_shares_any_number_of_units_among_its_groups(units: int) -> None:
    ticks = CELLS["clockwork"].quantities["s"].clock
    assert ticks
    periods = 16 / ticks(16, units).sum(axis=0)
    assert (np.diff(periods) >= 0).all() and set(periods) <= {1, 2, 4, 8}
    assert periods[0] == 1
    assert np.bincount(periods.astype(int))[1] == -(-units // 4)


@pytest.mark.parametrize("forget", ["sigmoid", "exp"])
def test_the_stabiliser_of_the_slstm_changes_no_hidden_state(forget: str) -> None:
    spec = CELLS["slstm"].choose(forget=forget)
    case = Case(spec)
    trace, p = forward(spec, case.params, case.x), case.params
    h, c, n = np.zeros(H), np.zeros(H), np.zeros(H)
    for t, x in enumerate(case.x):
        a = {g: x @ p[f"W_x{g}"] + h @ p[f"W_h{g}"] + p[f"b_{g}"] for g in "zifo"}
        f = np.exp(a["f"]) if forget == "exp" else 1 / (1 + np.exp(-a["f"]))
        c, n = f * c + np.exp(a["i"]) * np.tanh(a["z"]), f * n + np.exp(a["i"])
        h = 1 / (1 + np.exp(-a["o"])) * c / n
        np.testing.assert_allclose(trace["h"][t], h, rtol=1e-10)


def test_the_start_of_the_stabiliser_means_nothing_while_the_memory_is_empty() -> None:
    case = Case(CELLS["slstm"])
    usual = forward(case.spec, case.params, case.x)
    for start in (0.0, -3.0, 2.0):
        same(usual, forward(case.spec, case.params, case.x, {"m": np.full(H, start)}), "h")


def test_heads_of_the_slstm_do_not_hear_one_another() -> None:
    case = Case(CELLS["slstm"].choose(heads=2))
    apart = {name: value.copy() for name, value in case.params.items()}
    for gate in "zifo":
        apart[f"W_h{gate}"][:3, 3:] = apart[f"W_h{gate}"][3:, :3] = 0
    same(case.run(), forward(CELLS["slstm"], apart, case.x, case.initial), "h", "c", "n")


def test_a_closed_depth_gate_leaves_a_plain_stack() -> None:
    stack, single = CELLS["depth_gated"], CELLS["lstm_peephole"]
    case = Case(stack)
    params = {**case.params, "b_d": np.full(H, -1e4)}
    trace = forward(stack, params, case.x, case.initial)
    lower_params = {name[:-1]: value for name, value in params.items() if name.endswith("1")}
    upper_params = {name: params[name] for name in single.parameters(H, H)}
    lower = forward(single, lower_params, case.x, {"h": case.initial["h1"], "c": case.initial["c1"]})
    upper = forward(single, upper_params, lower["h"], {"h": case.initial["h"], "c": case.initial["c"]})
    same(trace, upper, "f", "i", "c~", "c", "o", "h")
    np.testing.assert_allclose(trace["c1"], lower["c"], **EXACT)
    assert abs(trace["h"] - case.run()["h"]).max() > 1e-3


def test_peepholes_of_zero_or_switched_off_are_no_peepholes() -> None:
    plain = Case(CELLS["lstm"])
    for spec in (CELLS["lstm_peephole"], CELLS["lstm_peephole"].choose(p_f="off", p_i="off", p_o="off")):
        zero = {f"w_c{gate}": np.zeros(H) for gate in "fio"}
        same(
            plain.run(),
            forward(spec, fitted(spec, plain.params, **zero), plain.x, plain.initial),
            *plain.spec.quantities,
        )


@pytest.mark.parametrize(
    ("key", "gate"), [("lstm_no_input_gate", "i"), ("lstm_no_forget_gate", "f"), ("lstm_no_output_gate", "o")]
)
def test_a_gate_taken_out_is_a_gate_pinned_open(key: str, gate: str) -> None:
    whole = Case(CELLS["lstm_peephole"])
    without = forward(CELLS[key], fitted(CELLS[key], whole.params), whole.x, whole.initial)
    same(whole.run({gate: 1.0}), without, "c", "h")


def test_full_gate_recurrence_without_its_matrices_is_the_peephole_lstm() -> None:
    whole, spec = Case(CELLS["lstm_peephole"]), CELLS["lstm_full_gate_recurrence"]
    nothing = {f"W_{source}{gate}": np.zeros((H, H)) for source in "ifo" for gate in "ifo"}
    same(whole.run(), forward(spec, fitted(spec, whole.params, **nothing), whole.x, whole.initial), "c", "h")


def test_a_gru_with_its_gates_pinned_is_an_rnn_or_a_copier() -> None:
    gru, rnn = Case(CELLS["gru"]), CELLS["rnn"]
    plain = forward(rnn, fitted(rnn, gru.params), gru.x, gru.initial)
    same(gru.run({"r": 1.0, "z": 0.0}), plain, "h")
    copied = gru.run({"z": 1.0})
    np.testing.assert_array_equal(copied["h"], np.tile(gru.initial["h"], (T, 1)))


def test_the_place_of_an_open_reset_gate_means_nothing() -> None:
    before, spec = Case(CELLS["gru"]), CELLS["gru_after"]
    after = forward(spec, {**before.params, "b_hh": np.zeros(H)}, before.x, before.initial, {"r": 1.0})
    same(before.run({"r": 1.0}), after, "z", "h~", "h")
    after = forward(spec, {**before.params, "b_hh": np.zeros(H)}, before.x, before.initial)
    assert abs(before.run()["h"] - after["h"]).max() > 1e-3


def test_an_lstm_that_forgets_and_writes_nothing_copies_its_memory() -> None:
    case = Case(CELLS["lstm"])
    trace = case.run({"f": 1.0, "i": 0.0})
    np.testing.assert_array_equal(trace["c"], np.tile(case.initial["c"], (T, 1)))


def test_a_one_hot_input_picks_a_row() -> None:
    case = Case(CELLS["lstm"])
    trace = forward(case.spec, case.params, np.eye(D))
    for step in range(1, D + 1):
        found = dict(explain(trace, "f", step, 2))
        assert sum(found[f"x_t[{k}]"] for k in range(D)) == case.params["W_xf"][step - 1, 2]


@pytest.mark.parametrize("key", ["mingru", "minlstm"])
def test_the_minimal_cells_equal_their_parallel_scan(key: str) -> None:
    """log h_t = A_t + log(h_0 + Σ exp(log w_k − A_k)) with A_t = Σ log keep, all steps at once."""
    spec = CELLS[key].choose(form="positive")
    case = Case(spec)
    start = np.abs(case.initial["h"])
    trace = forward(spec, case.params, case.x, {"h": start})
    keep, write = (1 - trace["z"], trace["z"]) if key == "mingru" else (trace["f'"], trace["i'"])
    fallen = np.cumsum(np.log(keep), axis=0)
    written = np.log(write) + np.log(trace["h~"]) - fallen
    total = np.logaddexp.accumulate(np.concatenate([np.log(start)[None], written]), axis=0)[1:]
    np.testing.assert_allclose(trace["h"], np.exp(fallen + total), rtol=1e-12)


def test_an_output_layer_changes_nothing_inside_and_a_layer_is_an_rnn_without_a_past() -> None:
    case = Case(CELLS["rnn_output"])
    trace = case.run()
    p = case.params
    inner = {name: p[name] for name in CELLS["rnn"].parameters(D, H)}
    same(trace, forward(CELLS["rnn"], inner, case.x, case.initial), "h")
    a = trace["h"] @ p["W_hq"] + p["b_q"]
    np.testing.assert_allclose(trace["y"], np.exp(a) / np.exp(a).sum(axis=1, keepdims=True), **EXACT)
    layer = CELLS["layer"].choose(function="tanh")
    alone = forward(layer, {"W_xy": p["W_xh"], "b_y": p["b_h"]}, case.x)
    forgetful = forward(CELLS["rnn"], {**inner, "W_hh": np.zeros((H, H))}, case.x)
    np.testing.assert_allclose(alone["y"], forgetful["h"], **EXACT)


def test_the_cell_state_of_an_lstm_grows_by_at_most_one_a_step() -> None:
    case = Case(CELLS["lstm"], scale=3.0)
    c = forward(case.spec, case.params, case.x)["c"]
    assert (abs(c) <= np.arange(1, T + 1)[:, None]).all()
