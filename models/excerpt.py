"""Part of a finished run as a run of its own, made of the numbers that are there: nothing is computed again."""

from __future__ import annotations

from copy import copy
from types import MappingProxyType

from .trace import Trace, read_only


def excerpt(trace: Trace, first: int, last: int) -> Trace:
    """Steps `first` … `last`, from 1 and both included; the state before them is its initial state.

    `backward` takes it like any trace, and stops at its first step.
    """
    if not 1 <= first <= last <= trace.steps:
        raise ValueError(f"steps {first} to {last} of a run that has steps 1 to {trace.steps}")
    steps, with_start = slice(first - 1, last), slice(first - 1, last + 1)
    spec, memory = trace.spec, copy(trace.memory)
    memory.columns = trace.memory.columns[with_start]
    memory.slots = [slot[with_start] for slot in trace.memory.slots]
    memory.clocks = {name: clock[steps] for name, clock in trace.memory.clocks.items()}
    starts = {name: memory.start(memory.plan.resolve(spec.quantities[name].expr)) for name in spec.states}
    return Trace(
        spec,
        trace.params,
        trace.x[steps],
        MappingProxyType({name: read_only(start) for name, start in starts.items()}),
        MappingProxyType({name: pin[steps] for name, pin in trace.clamp.items()}),
        memory,
    )
