"""Forward and backward through time: binds the arrays of one run to the loops of `codegen`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from .codegen import CompiledLoop, Key, backward_loop, forward_loop
from .memory import Memory
from .plan import Plan, plan
from .spec import CellSpec
from .trace import Gradients, Trace, read_only

Array = np.ndarray
# A typed cell may leave the numbers that there are: ∞ and what follows from it are results, not accidents.
quietly = np.errstate(over="ignore", under="ignore", invalid="ignore")


@quietly
def forward(
    spec: CellSpec,
    params: Mapping[str, Array],
    X: Array,
    initial: Mapping[str, Array] | None = None,
    clamp: Mapping[str, float | Array] | None = None,
) -> Trace:
    """Run the cell over `X` and keep every quantity of every step.

    X: (T, D) or (T, B, D). initial: {state: (H,) or (B, H)}, zero where missing. clamp: {quantity: value},
    a number or an array that broadcasts to (T, H) or (T, B, H), NaN where the quantity stays free.
    Computes in float64, or in float32 if all parameters are. Raises ValueError for what does not fit.
    """
    scheme = plan(spec)
    X = np.asarray(X)
    if X.ndim not in (2, 3):
        raise ValueError(f"X has shape {X.shape}; (T, D) or (T, B, D) is needed")
    params, sizes, dtype = _checked(spec, params, X.shape[-1])
    X = np.ascontiguousarray(X, dtype)
    params = {name: read_only(value) for name, value in params.items()}
    steps, batch = len(X), X.shape[1:-1]
    memory = Memory(scheme, steps, batch, sizes, dtype)
    for name, quantity in spec.quantities.items():
        if quantity.clock:
            ticks = quantity.clock(steps, sizes["H"]).astype(dtype)
            shape = (steps, *batch, sizes["H"])
            memory.clocks[name] = np.broadcast_to(ticks.reshape(steps, *[1] * len(batch), sizes["H"]), shape)
    start = _started(spec, memory, initial or {})
    pins = {name: _pinned(spec, memory, name, value) for name, value in (clamp or {}).items()}

    columns = memory.columns[1:]
    weights, bias = _input_weights(scheme, params, sizes, dtype)
    np.matmul(X.reshape(-1, X.shape[-1]), weights, out=columns.reshape(-1, columns.shape[-1]))
    columns += bias

    products: dict[int, Array] = {}

    def bind(key: Key) -> object:
        match key:
            case ("weights", k):
                return _source_weights(scheme, params, k)
            case ("product", k):
                width = sum(memory.edges[last + 1] - memory.edges[first] for first, last in scheme.sources[k].runs)
                return products.setdefault(k, np.empty((*batch, width), dtype))
            case ("product part", k, j):
                return bind(("product", k))[..., _run_span(scheme, memory, k, j)]  # type: ignore[index]
            case ("before", name):
                return start[name]
            case ("pin", name):
                return pins[name]
            case ("pinned", name):
                return ~np.isnan(pins[name])
        return _bind_value(key, memory, params, X, dtype)

    loop = forward_loop(scheme, tuple(sorted(pins)))
    loop.run(*map(bind, loop.arguments))
    return Trace(
        spec,
        MappingProxyType(params),
        read_only(X),
        MappingProxyType({name: read_only(value) for name, value in start.items()}),
        MappingProxyType({name: read_only(value) for name, value in pins.items()}),
        memory,
    )


@quietly
def backward(trace: Trace, seeds: Mapping[str, Array]) -> Gradients:
    """Back-propagate through time.

    seeds: {quantity: dL/d(quantity) of the direct loss}, arrays that broadcast to the quantity's shape in the
    trace. The result holds dL/d(value) of every quantity, parameter, input and initial state; parameter
    gradients are summed over time and batch. Gradients stop at pinned values.
    """
    spec, memory = trace.spec, trace.memory
    scheme, params, dtype, batch = memory.plan, trace.params, memory.columns.dtype, memory.batch
    for name in seeds:
        if name not in spec.quantities:
            raise ValueError(f"{spec.key} has no quantity {name!r}; it has {list(spec.quantities)}")
    direct = {name: _fitted(f"gradient of {name}", seed, trace[name].shape, dtype) for name, seed in seeds.items()}
    d_columns, n_columns = np.zeros_like(memory.columns[1:]), np.zeros_like(memory.columns[1:])
    quantities = {}
    for name in spec.quantities:
        node = scheme.resolve(spec.quantities[name].expr)
        k = scheme.column.get(node)
        quantities[name] = np.zeros_like(trace[name]) if k is None else d_columns[..., memory.span(k, k)]
    dx = np.zeros_like(trace.x)
    sums = {name: np.zeros_like(value) for name, value in params.items() if value.ndim == 1}
    backs = {j: _source_weights(scheme, params, j).T for j in range(len(scheme.sources))}

    def bind(key: Key) -> object:
        match key:
            case ("d columns", first, last):
                return d_columns[..., memory.span(first, last)][::-1]
            case ("n columns", first, last):
                return n_columns[..., memory.span(first, last)][::-1]
            case ("gradient", name):
                return quantities[name][::-1]
            case ("seed", name):
                return direct[name][::-1]
            case ("free", name):
                return np.isnan(trace.clamp[name])[::-1]
            case ("before", name):
                return memory.before(scheme.resolve(spec.quantities[name].expr))[::-1]
            case ("carry", name):
                return np.zeros_like(trace.initial[name])
            case ("weights back", j, i):
                return np.ascontiguousarray(backs[j][_run_span(scheme, memory, j, i)])
            case ("sum", name):
                return sums[name]
            case ("over batch",):
                return _sum_over_batch if batch else _as_it_is
            case ("dx",):
                return dx[::-1]
        value = _bind_value(key, memory, params, trace.x, dtype)
        return value if key[0] in ("parameter", "constant") else value[::-1]

    loop: CompiledLoop = backward_loop(scheme, tuple(sorted(trace.clamp)), tuple(sorted(seeds)))
    carried = loop.run(*map(bind, loop.arguments))

    grads = {name: np.zeros_like(value) for name, value in params.items()}
    for name, total in sums.items():
        grads[name] += total
    _gather_products(trace, n_columns, grads, dx)
    for name in grads:
        mask = spec.weights[name].mask
        if mask:
            grads[name] *= mask(len(grads[name]))
    return Gradients(
        MappingProxyType({name: read_only(value) for name, value in quantities.items()}),
        MappingProxyType(grads),
        dx,
        MappingProxyType(dict(zip(spec.states, carried, strict=True))),
    )


def _gather_products(trace: Trace, n_columns: Array, grads: dict[str, Array], dx: Array) -> None:
    """Rule (A) of every affine map over all time at once: dW = sourceᵀ δ, db = Σ δ, dx = δ W_xᵀ."""
    memory, scheme = trace.memory, trace.memory.plan
    flat_x = trace.x.reshape(-1, trace.x.shape[-1])
    for k, affine in enumerate(scheme.affines):
        delta = n_columns[..., memory.span(k, k)]
        delta = delta.reshape(-1, delta.shape[-1])
        if affine.x in grads:
            grads[affine.x] += flat_x.T @ delta
        for name in affine.biases:
            grads[name] += delta.sum(axis=0)
        for source, name in affine.products:
            if source.op == "previous":
                values = memory.before(scheme.resolve(trace.spec.quantities[source.name].expr))
            elif source.op == "input":
                values = trace.x
            else:
                values = memory.value(source)
            if name in grads:
                grads[name] += values.reshape(-1, values.shape[-1]).T @ delta
    weights, _ = _input_weights(scheme, trace.params, memory.sizes, dx.dtype)
    dx += (n_columns.reshape(-1, n_columns.shape[-1]) @ weights.T).reshape(dx.shape)


def _bind_value(
    key: Key, memory: Memory, params: Mapping[str, Array], X: Array, dtype: np.dtype
) -> Array:
    match key:
        case ("a columns", first, last):
            return memory.columns[1:, ..., memory.span(first, last)]
        case ("slot", k):
            return memory.slots[k][1:]
        case ("parameter", name):
            return params[name]
        case ("constant", number):
            return np.array(number, dtype)
        case ("input",):
            return X
        case ("clock", name):
            return memory.clocks[name]
    raise KeyError(key)


def _input_weights(
    scheme: Plan, params: Mapping[str, Array], sizes: Mapping[str, int], dtype: np.dtype
) -> tuple[Array, Array]:
    """All W_x side by side (D, columns) and all biases (columns,), in the order of the plan."""
    blocks, biases = [], []
    for affine in scheme.affines:
        width = sizes[affine.width]
        if affine.x is None:
            blocks.append(np.zeros((sizes["D"], width), dtype))
        else:
            # a projection that exists only if D and H differ is the identity where they agree
            blocks.append(params[affine.x] if affine.x in params else np.eye(width, dtype=dtype))
        if len(affine.biases) == 1:
            biases.append(params[affine.biases[0]])
        else:
            biases.append(sum((params[name] for name in affine.biases), np.zeros(width, dtype)))
    return np.concatenate(blocks, axis=1), np.concatenate(biases)


def _source_weights(scheme: Plan, params: Mapping[str, Array], k: int) -> Array:
    """The matrices that multiply source `k`, side by side in the order of its runs."""
    source = scheme.sources[k]
    blocks = []
    for first, last in source.runs:
        for affine in scheme.affines[first : last + 1]:
            names = [name for node, name in affine.products if node is source.node]
            mask = scheme.spec.weights[names[0]].mask
            total = params[names[0]] * mask(len(params[names[0]])) if mask else params[names[0]]
            for name in names[1:]:
                total = total + params[name]
            blocks.append(total)
    return np.concatenate(blocks, axis=1)


def _run_span(scheme: Plan, memory: Memory, k: int, j: int) -> slice:
    """Where run `j` of source `k` lies within that source's own product."""
    widths = [memory.edges[last + 1] - memory.edges[first] for first, last in scheme.sources[k].runs]
    return slice(sum(widths[:j]), sum(widths[: j + 1]))


def _checked(
    spec: CellSpec, params: Mapping[str, Array], D: int
) -> tuple[dict[str, Array], dict[str, int], np.dtype]:
    """The parameters as arrays of one dtype, and the sizes D, H, Q that they imply."""
    arrays = {name: np.asarray(value) for name, value in params.items()}
    dtype = np.result_type(*arrays.values()) if arrays else np.dtype(np.float64)
    if dtype != np.float32:
        dtype = np.dtype(np.float64)
    sizes = {"D": D, "H": 0, "Q": 0}
    for name, parameter in spec.weights.items():
        if name in arrays and arrays[name].ndim == len(parameter.shape):
            for letter, size in zip(parameter.shape, arrays[name].shape, strict=True):
                if letter != "D":
                    sizes[letter] = size
    wanted = spec.parameters(D, sizes["H"], sizes["Q"])
    if arrays.keys() != wanted.keys():
        missing, extra = sorted(wanted.keys() - arrays.keys()), sorted(arrays.keys() - wanted.keys())
        raise ValueError(f"parameters of {spec.key}: missing {missing}, not of this cell {extra}")
    for name, shape in wanted.items():
        if arrays[name].shape != shape:
            raise ValueError(f"{name} of {spec.key} has shape {arrays[name].shape}; {shape} is needed")
    return {name: arrays[name].astype(dtype, copy=False) for name in wanted}, sizes, dtype


def _started(spec: CellSpec, memory: Memory, initial: Mapping[str, Array]) -> dict[str, Array]:
    """Write the initial states into row 0 and return them as (…, H) arrays."""
    for name in initial:
        if name not in spec.states:
            raise ValueError(f"{spec.key} has no state {name!r}; its states are {list(spec.states)}")
    start = {}
    for name in spec.states:
        row = memory.start(memory.plan.resolve(spec.quantities[name].expr))
        if name in initial:
            np.copyto(row, _fitted(f"initial {name}", initial[name], row.shape, row.dtype))
        else:
            row.fill(spec.quantities[name].start)
        start[name] = row
    return start


def _pinned(spec: CellSpec, memory: Memory, name: str, value: float | Array) -> Array:
    """A clamp as an array of the quantity's shape, NaN where free."""
    if name not in spec.quantities or spec.quantities[name].clock:
        raise ValueError(f"{name!r} cannot be pinned; {spec.key} has {list(spec.quantities)}")
    shape = memory.value(memory.plan.resolve(spec.quantities[name].expr)).shape
    return _fitted(f"clamp of {name}", value, shape, memory.columns.dtype)


def _fitted(what: str, value: float | Array, shape: tuple[int, ...], dtype: np.dtype) -> Array:
    """`value` broadcast to `shape`; raises ValueError saying `what` does not fit."""
    try:
        return np.broadcast_to(np.asarray(value, dtype), shape)
    except ValueError:
        raise ValueError(f"{what} has shape {np.shape(value)}; {shape} or less is needed") from None


def _sum_over_batch(values: Array) -> Array:
    return values.sum(axis=0)


def _as_it_is(values: Array) -> Array:
    return values
