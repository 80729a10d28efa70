"""What holds for every cell when it runs. A new cell, and every choice of its options, inherits all of this."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from models import CellSpec, backward, forward, init
from tests.cases import B, Case, D, H, Q, T, either_shape, every_cell

# Shapes -----------------------------------------------------------------------------------------------


@every_cell
def test_every_quantity_and_gradient_has_the_shape_of_the_run(spec: CellSpec) -> None:
    for batch in ((), (B,)):
        case = Case(spec, batch)
        trace = case.run()
        grads = backward(trace, {name: np.ones_like(trace[name]) for name in trace})
        assert list(trace) == list(grads) == list(spec.quantities)
        for name, quantity in spec.quantities.items():
            width = {"H": H, "Q": Q}[quantity.width]
            assert trace[name].shape == grads[name].shape == (T, *batch, width)
        assert {name: g.shape for name, g in grads.params.items()} == spec.parameters(D, H, Q)
        assert grads.x.shape == case.x.shape
        assert {name: g.shape for name, g in grads.initial.items()} == {s: (*batch, H) for s in spec.states}


@every_cell
def test_initial_parameters_fit_and_one_unit_is_enough(spec: CellSpec) -> None:
    for sizes in ((D, H), (1, 1), (H, H), (3, 2)):
        params = init(spec, *sizes)
        assert {name: value.shape for name, value in params.items()} == spec.parameters(*sizes)
        trace = forward(spec, params, np.ones((2, sizes[0])))
        assert all(np.isfinite(trace[name]).all() for name in trace)


@every_cell
def test_no_steps_make_an_empty_run(spec: CellSpec) -> None:
    trace = forward(spec, Case(spec).params, np.zeros((0, D)))
    grads = backward(trace, {})
    assert trace.steps == 0
    assert all(len(trace[name]) == 0 for name in trace)
    assert not any(g.any() for g in grads.params.values())


# Values -----------------------------------------------------------------------------------------------


@every_cell
def test_values_lie_within_their_bounds(spec: CellSpec) -> None:
    case = Case(spec, (B,), scale=2.0)
    trace = forward(spec, case.params, 3 * case.x)
    for name, quantity in spec.quantities.items():
        if quantity.low is not None:
            assert trace[name].min() >= quantity.low, name
        if quantity.high is not None:
            assert trace[name].max() <= quantity.high, name
        if quantity.kind == "gate":
            assert quantity.low is not None and quantity.low >= 0, name


@every_cell
def test_a_batch_is_separate_runs(spec: CellSpec) -> None:
    case = Case(spec, (B,))
    trace = case.run()
    seeds = {name: case.rng.standard_normal(trace[name].shape) for name in trace}
    grads = backward(trace, seeds)
    alone = []
    for b in range(B):
        initial = {name: value[b] for name, value in case.initial.items()}
        single = forward(spec, case.params, case.x[:, b], initial)
        alone.append(backward(single, {name: seed[:, b] for name, seed in seeds.items()}))
        for name in trace:
            np.testing.assert_allclose(trace[name][:, b], single[name], rtol=1e-12, atol=1e-12, err_msg=name)
        np.testing.assert_allclose(grads.x[:, b], alone[b].x, rtol=1e-10, atol=1e-11)
    for name, total in grads.params.items():
        summed = sum(g.params[name] for g in alone)
        np.testing.assert_allclose(total, summed, rtol=1e-10, atol=1e-11, err_msg=name)


@every_cell
def test_the_order_of_the_units_means_nothing(spec: CellSpec) -> None:
    """Renaming units renames them everywhere. Units that a clock or a mask tells apart keep among their own."""
    case = Case(spec, (B,))
    order = permutation(spec, case.rng)
    assert not np.array_equal(order, np.arange(H))
    shapes = {name: weight.shape for name, weight in spec.weights.items()}
    moved = {}
    for name, value in case.params.items():
        for axis, letter in enumerate(shapes[name]):
            value = value.take(order, axis) if letter == "H" else value
        moved[name] = value
    initial = {name: value[..., order] for name, value in case.initial.items()}
    before, after = case.run(), forward(spec, moved, case.x, initial)
    for name, quantity in spec.quantities.items():
        expected = before[name][..., order] if quantity.width == "H" else before[name]
        np.testing.assert_allclose(after[name], expected, rtol=1e-11, atol=1e-11, err_msg=name)


def permutation(spec: CellSpec, rng: np.random.Generator) -> np.ndarray:
    marks = [quantity.clock(T, H) for quantity in spec.quantities.values() if quantity.clock]
    for weight in spec.weights.values():
        if weight.mask:
            marks += [weight.mask(H), weight.mask(H).T]
    kinds = [tuple(np.concatenate(marks)[:, unit]) if marks else () for unit in range(H)]
    order = np.arange(H)
    for kind in set(kinds):
        members = [unit for unit in range(H) if kinds[unit] == kind]
        order[members] = np.roll(rng.permutation(members), 1) if len(members) > 2 else members[::-1]
    return order


@every_cell
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_extreme_pre_activations_stay_finite_and_silent(spec: CellSpec, dtype: type) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for sign in (1, -1, 0):
            case = Case(spec)
            for name, value in case.params.items():
                if name.startswith("b_"):
                    signs = np.sign(value) if sign == 0 else sign
                    case.params[name] = np.full_like(value, 1e4) * signs
            params = {name: value.astype(dtype) for name, value in case.params.items()}
            trace = forward(spec, params, case.x)
            grads = backward(trace, {name: np.ones_like(trace[name]) for name in trace})
            assert all(np.isfinite(trace[name]).all() for name in trace)
            assert all(np.isfinite(g).all() for g in grads.params.values())
            assert np.isfinite(grads.x).all()


@every_cell
def test_float32_parameters_give_a_float32_run(spec: CellSpec) -> None:
    case = Case(spec, (B,))
    exact = case.run()
    single = {name: value.astype(np.float32) for name, value in case.params.items()}
    trace = forward(spec, single, case.x, case.initial, {case.free()[0]: np.full(H, np.nan)})
    grads = backward(trace, {name: np.ones_like(trace[name]) for name in trace})
    for name in trace:
        assert trace[name].dtype == grads[name].dtype == np.float32
        np.testing.assert_allclose(trace[name], exact[name], rtol=2e-4, atol=2e-4, err_msg=name)
    assert all(g.dtype == np.float32 for g in (*grads.params.values(), *grads.initial.values(), grads.x))


# Gradients --------------------------------------------------------------------------------------------


def slope(case: Case, clamp: dict | None = None) -> tuple[float, float]:
    """dL/dε along one random direction through parameters, input and initial states: central difference and backward.

    The loss is a random weighted sum of every quantity of every step.
    """
    trace, rng, spec = case.run(clamp), case.rng, case.spec
    seeds = {name: rng.standard_normal(trace[name].shape) for name in trace}
    along = {name: rng.standard_normal(value.shape) for name, value in case.params.items()}
    along_x = rng.standard_normal(case.x.shape)
    along_start = {name: rng.standard_normal(value.shape) for name, value in case.initial.items()}

    def loss(step: float) -> float:
        params = {name: value + step * along[name] for name, value in case.params.items()}
        initial = {name: value + step * along_start[name] for name, value in case.initial.items()}
        moved = forward(spec, params, case.x + step * along_x, initial, clamp)
        return sum(np.vdot(seeds[name], moved[name]) for name in moved)

    grads = backward(trace, seeds)
    told = np.vdot(grads.x, along_x)
    told += sum(np.vdot(grads.params[name], direction) for name, direction in along.items())
    told += sum(np.vdot(grads.initial[name], direction) for name, direction in along_start.items())
    near, far = ((loss(size) - loss(-size)) / (2 * size) for size in (1e-5, 2e-5))
    return (4 * near - far) / 3, float(told)  # without the error of second order


@every_cell
@either_shape
def test_gradients_agree_with_finite_differences(spec: CellSpec, batch: tuple[int, ...]) -> None:
    for seed in range(3):
        case = Case(spec, batch, seed=seed)
        measured, told = slope(case)
        assert told == pytest.approx(measured, rel=2e-6, abs=1e-6)


@every_cell
@either_shape
@pytest.mark.parametrize("steps", ["all", "some"])
@pytest.mark.parametrize("units", ["all", "some"])
def test_gradients_of_clamped_runs(spec: CellSpec, batch: tuple[int, ...], steps: str, units: str) -> None:
    case = Case(spec, batch)
    for name in case.free():
        clamp = {name: pinned(case, name, steps, units)}
        measured, told = slope(case, clamp)
        assert told == pytest.approx(measured, rel=2e-6, abs=1e-6), name
    several = {name: pinned(case, name, "some", "some") for name in case.free()}
    measured, told = slope(case, several)
    assert told == pytest.approx(measured, rel=2e-6, abs=1e-6)


def pinned(case: Case, name: str, steps: str, units: str) -> float | np.ndarray:
    if (steps, units) == ("all", "all"):
        return 0.25
    width = Q if case.spec.quantities[name].width == "Q" else H
    values = np.full((T, *[1] * len(case.batch), width), np.nan)
    rows = slice(None) if steps == "all" else slice(1, T, 2)
    columns = slice(None) if units == "all" else slice(0, width, 3)
    values[rows, ..., columns] = 0.25
    return values


# Clamps -----------------------------------------------------------------------------------------------


@every_cell
@either_shape
def test_a_clamp_pins_exactly_what_it_names(spec: CellSpec, batch: tuple[int, ...]) -> None:
    case = Case(spec, batch)
    plain = case.run()
    for name in case.free():
        values = np.broadcast_to(pinned(case, name, "some", "some"), plain[name].shape)
        trace = case.run({name: values})
        held = ~np.isnan(values)
        assert (trace[name][held] == 0.25).all()
        np.testing.assert_array_equal(trace[name][:1], plain[name][:1])  # the first step is not pinned
        everything = case.run({name: 0.25})
        assert (everything[name] == 0.25).all()
        nothing = case.run({name: np.nan})
        for other in plain:
            np.testing.assert_array_equal(nothing[other], plain[other])


@every_cell
def test_no_gradient_passes_a_pinned_value(spec: CellSpec) -> None:
    case = Case(spec)
    for name in case.free():
        trace = case.run({name: 0.25})
        grads = backward(trace, {other: np.ones_like(trace[other]) for other in trace})
        own = parameters_of(spec, name)
        others = set().union(*(parameters_of(spec, other) for other in spec.quantities if other != name))
        for parameter in own - others:
            assert not grads.params[parameter].any(), (name, parameter)


def parameters_of(spec: CellSpec, name: str) -> set[str]:
    return {node.name for node in spec.quantities[name].expr.walk() if node.op == "parameter"}


# What must not be possible ----------------------------------------------------------------------------


@every_cell
def test_a_trace_is_read_only(spec: CellSpec) -> None:
    case = Case(spec)
    trace = case.run({case.free()[0]: 0.5})
    arrays = [trace[name] for name in trace]
    arrays += [trace.x, *trace.initial.values(), *trace.clamp.values(), *trace.params.values()]
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    for mapping in (trace.params, trace.initial, trace.clamp):
        with pytest.raises(TypeError):
            mapping["f"] = None  # type: ignore[index]
    assert all(value.flags.writeable for value in case.params.values())  # the caller's own stay the caller's


@every_cell
def test_what_does_not_fit_is_refused_by_name(spec: CellSpec) -> None:
    case = Case(spec)
    quantity = next(iter(case.free()))

    def refused(message: str, **changed: object) -> None:
        run = {"params": case.params, "X": case.x, "initial": case.initial, "clamp": None} | changed
        with pytest.raises(ValueError, match=message):
            forward(spec, **run)  # type: ignore[arg-type]

    refused(r"X has shape \(4,\)", X=np.zeros(D))
    refused("not of this cell.*W_xq", params=case.params | {"W_xq": np.zeros((D, H))})
    for name in case.params:
        refused(f"missing.*{name}", params={k: v for k, v in case.params.items() if k != name})
        refused(f"{name} of {spec.key} has shape", params=case.params | {name: np.zeros((1, 1, 1))})
    refused("no state 'nobody'", initial={"nobody": np.zeros(H)})
    for name in spec.states:
        refused(rf"initial {name} has shape \(7,\)", initial={name: np.zeros(H + 1)})
    refused("'nobody' cannot be pinned", clamp={"nobody": 0.5})
    refused(rf"clamp of {quantity} has shape \(99,\)", clamp={quantity: np.zeros(99)})
    trace = case.run()
    with pytest.raises(ValueError, match="no quantity 'nobody'"):
        backward(trace, {"nobody": np.zeros(H)})
    with pytest.raises(ValueError, match=rf"gradient of {quantity} has shape \(99,\)"):
        backward(trace, {quantity: np.zeros(99)})
    with pytest.raises(KeyError, match=r"no quantity .*nobody"):
        trace["nobody"]
    with pytest.raises(ValueError, match="no option 'nobody'"):
        spec.choose(nobody=1)
    for option in spec.options:
        with pytest.raises(ValueError, match=option.name):
            spec.choose(**{option.name: "nothing of the kind"})
