"""What a typed cell has in common with one that is known, so that a changed GRU still speaks as a GRU."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ..derive import readers
from ..ranges import bounds
from ..spec import CellSpec, Phase, Quantity
from .source import lines

Words = Mapping[str, str]


def nearest(spec: CellSpec, cells: Iterable[CellSpec]) -> CellSpec | None:
    """The cell that shares most definitions with `spec`, the first of several; None if none shares any."""
    own = lines(spec)

    def shared(other: CellSpec) -> tuple[int, int]:
        written = lines(other)
        same = sum(written.get(name) == text for name, text in own.items())
        return same, -len(written.keys() ^ own.keys())

    ranked = max(cells, key=shared, default=None)
    return ranked if ranked is not None and shared(ranked)[0] else None


def resemble(spec: CellSpec, like: CellSpec, kept: tuple[Words, Words]) -> CellSpec:
    """`spec` with the words, colours and starting values of `like` wherever the two agree.

    A quantity with the same definition is the same in every respect; one that is only of the same kind keeps its
    name. Its note says what it is for, so it stays only if those that read it agree too. `kept` are the labels and
    notes by kind of what is the visitor's own.
    """
    own, other = lines(spec), lines(like)
    same = {name for name, text in own.items() if other.get(name) == text}
    ids = _phase_ids(spec, like)
    quantities: dict[str, Quantity] = {}
    for name, quantity in spec.quantities.items():
        model = like.quantities.get(name)
        found = replace(quantity, phase=ids[quantity.phase])
        if model is not None and name in same:
            found = replace(found, kind=model.kind, start=model.start if name in spec.states else 0.0)
        if model is not None and found.kind == model.kind:
            found = replace(found, label=model.label, role=model.role)
        else:
            found = replace(found, label=kept[0][found.kind])
        if model is not None and name in same and _read_alike(spec, like, name, same):
            found = replace(found, note=model.note)
        else:
            found = replace(found, note=kept[1][found.kind])
        quantities[name] = found
    phases = tuple(_phase(phase, like, ids, same) for phase in spec.phases)
    weights = {
        name: replace(weight, start=like.weights[name].start) if name in like.weights else weight
        for name, weight in spec.weights.items()
    }
    return replace(
        spec,
        quantities=MappingProxyType(bounds(quantities)),
        phases=phases,
        weights=MappingProxyType(weights),
        layers=like.layers if like.layers and set(like.quantities) <= set(own) else (),
    )


def named(spec: CellSpec, usual: Mapping[str, Quantity], kept: Words) -> CellSpec:
    """`spec`, where what has no name of its own (those of `kept`, by kind) gets that of the usual quantity of the
    same letter and kind: z is an update gate also where nothing else is as in the GRU."""
    found = dict(spec.quantities)
    for name, quantity in spec.quantities.items():
        model = usual.get(name)
        if model is not None and model.kind == quantity.kind and quantity.label == kept[quantity.kind]:
            found[name] = replace(quantity, label=model.label, role=model.role)
    return replace(spec, quantities=MappingProxyType(found))


def _read_alike(spec: CellSpec, like: CellSpec, name: str, same: set[str]) -> bool:
    one, other = (set(readers(cell.quantities, name)) for cell in (spec, like))
    return one == other and one <= same


def _phase_ids(spec: CellSpec, like: CellSpec) -> dict[str, str]:
    """Old id -> new: a phase that has kept its title is the phase of that title."""
    known = {phase.title: phase.id for phase in like.phases}
    ids: dict[str, str] = {}
    for phase in spec.phases:
        asked = known.get(phase.title, phase.id)
        ids[phase.id] = asked if asked not in ids.values() else phase.id
    return ids


def _phase(phase: Phase, like: CellSpec, ids: Mapping[str, str], same: set[str]) -> Phase:
    agreed = [
        other.note
        for other in like.phases
        if set(other.quantities) == set(phase.quantities) and set(phase.quantities) <= same
    ]
    return replace(phase, id=ids[phase.id], note=agreed[0] if agreed else phase.note)
