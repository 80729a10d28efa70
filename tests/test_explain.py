"""Every number of every cell falls apart into terms that make it up again."""

from __future__ import annotations

import numpy as np
import pytest

from models import CELLS, CellSpec, Trace, explain, forward, init
from models.algebra import OPS
from models.derive import recursion
from models.explain import squashing, terms
from tests.cases import B, Case, D, H, T, every_cell


def every_number(trace: Trace) -> list[tuple[str, int, int]]:
    return [(q, t, u) for q in trace for t in (1, 2, T) for u in range(trace[q].shape[1])]


@every_cell
def test_the_terms_add_up_to_what_the_engine_squashed(spec: CellSpec) -> None:
    trace = Case(spec).run()
    softmaxed = [q for q in trace if squashing(trace, q) == "softmax"]
    for quantity, step, unit in every_number(trace):
        total = sum(value for _, value in explain(trace, quantity, step, unit))
        if quantity in softmaxed:
            continue
        function = squashing(trace, quantity)
        value = np.array([total])
        if function:
            OPS[function].value(np.array([total]), value)
        assert value[0] == pytest.approx(trace[quantity][step - 1, unit], rel=1e-12, abs=1e-12)
    for quantity in softmaxed:
        units = range(trace[quantity].shape[1])
        sums = np.exp([sum(value for _, value in explain(trace, quantity, T, unit)) for unit in units])
        np.testing.assert_allclose(sums / sums.sum(), trace[quantity][T - 1], rtol=1e-12)


@every_cell
def test_terms_are_told_apart_and_know_where_they_come_from(spec: CellSpec) -> None:
    trace = Case(spec).run()
    for quantity, step, unit in every_number(trace):
        found = terms(trace, quantity, step, unit)
        assert found
        assert len({term.name for term in found}) == len(found), [term.name for term in found]
        for term in found:
            assert term.source in ("", "x") or term.source in spec.quantities
            if term.kind in ("input", "recurrent"):
                assert term.unit is not None and term.source


@pytest.mark.parametrize("key", ["lstm", "lstm_peephole", "gru", "rnn"])
def test_a_gate_has_one_term_per_input_per_unit_per_peephole_and_a_bias(key: str) -> None:
    trace = Case(CELLS[key]).run()
    gate = next(iter(trace))
    kinds = [term.kind for term in terms(trace, gate, 2, 0)]
    expected = ["input"] * D + ["recurrent"] * H + ["peephole"] * (key == "lstm_peephole") + ["bias"]
    assert kinds == expected


def test_the_terms_of_a_forget_gate_are_products_of_weights_and_values() -> None:
    case = Case(CELLS["lstm_peephole"])
    trace, p = case.run(), case.params
    step, unit = 3, 4
    found = dict(explain(trace, "f", step, unit))
    for k in range(D):
        assert found[f"x_t[{k}]"] == pytest.approx(case.x[2, k] * p["W_xf"][k, unit], rel=1e-13)
    for k in range(H):
        assert found[f"h_{{t−1}}[{k}]"] == pytest.approx(trace["h"][1, k] * p["W_hf"][k, unit], rel=1e-13)
    assert found["w_cf ⊙ c_{t−1}"] == pytest.approx(p["w_cf"][unit] * trace["c"][1, unit], rel=1e-13)
    assert found["b_f"] == p["b_f"][unit]
    exact = case.x[2] @ p["W_xf"] + trace["h"][1] @ p["W_hf"] + p["w_cf"] * trace["c"][1] + p["b_f"]
    assert sum(found.values()) == pytest.approx(exact[unit], abs=1e-12)


def test_the_first_step_reads_the_initial_state() -> None:
    case = Case(CELLS["lstm"])
    found = dict(explain(case.run(), "o", 1, 2))
    assert found["h_{t−1}[5]"] == pytest.approx(case.initial["h"][5] * case.params["W_ho"][5, 2])


def test_a_reset_after_the_product_scales_every_term_of_it() -> None:
    case = Case(CELLS["gru_after"])
    trace = case.run()
    found = dict(explain(trace, "h~", 2, 1))
    r = trace["r"][1, 1]
    assert found["r_t ⊙ h_{t−1}[3]"] == pytest.approx(r * trace["h"][0, 3] * case.params["W_hh"][3, 1])
    assert found["r_t ⊙ b_hh"] == pytest.approx(r * case.params["b_hh"][1])


@every_cell
def test_states_fall_apart_into_kept_and_written(spec: CellSpec) -> None:
    trace = Case(spec).run()
    for state in spec.states:
        if recursion(spec, state):
            names = [name for name, _ in explain(trace, state, 2, 0)]
            below = ["from below"] if (spec.key, state) == ("depth_gated", "c") else []
            assert names == ["kept", "written", *below]


def test_what_is_left_out_counts_as_the_identity() -> None:
    spec = CELLS["mut2"]
    params = init(spec, H, H)
    assert "W_xr" not in params
    X = np.random.default_rng(0).standard_normal((2, H))
    trace = forward(spec, params, X)
    found = dict(explain(trace, "r", 1, 2))
    assert [found[f"x_t[{k}]"] for k in range(H)] == [0, 0, X[0, 2], 0, 0, 0]


def test_what_does_not_exist_is_refused() -> None:
    trace = Case(CELLS["lstm"]).run()
    for wrong, message in (
        (("g", 1, 0), "no quantity 'g'"),
        (("f", 0, 0), "step 0 is not one of 1 to 7"),
        (("f", 8, 0), "step 8"),
        (("f", 1, H), "unit 6 is not one of 0 to 5"),
        (("f", 1, -1), "unit -1"),
    ):
        with pytest.raises(ValueError, match=message):
            explain(trace, *wrong)
    with pytest.raises(ValueError, match="without batch"):
        explain(Case(CELLS["lstm"], (B,)).run(), "f", 1, 0)
