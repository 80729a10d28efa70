"""What sets one definition apart from another: quantities, and the parts of their equations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .algebra import Node
from .spec import CellSpec

Form = tuple[object, ...]

UNORDERED = ("add", "mul")  # a + b is b + a


@dataclass(frozen=True, eq=False)
class Change:
    """How the equation of a quantity differs from one of another cell.

    `like` names the quantity it is compared with, None if the other cell has nothing of the kind. `fresh` are the
    parts that the other equation has not, `gone` the parts of the other that are missing here. Both are empty
    when the two say the same.
    """

    like: str | None
    fresh: tuple[Node, ...] = ()
    gone: tuple[Node, ...] = ()

    @property
    def is_same(self) -> bool:
        return self.like is not None and not self.fresh and not self.gone


def changes(spec: CellSpec, first: CellSpec) -> Mapping[str, Change]:
    """Each quantity of `spec` against the quantity of `first` that it takes after.

    That is the one of the same name; without one, that with the most similar equation when the letters of the
    gates are left out: a GRU's candidate is a plain RNN's hidden state, but for the reset gate.
    """
    return {name: _change(name, spec, first) for name in spec.quantities}


def missing(spec: CellSpec, first: CellSpec) -> tuple[str, ...]:
    """Quantities of `first` that `spec` has not."""
    return tuple(name for name in first.quantities if name not in spec.quantities)


def _change(name: str, spec: CellSpec, first: CellSpec) -> Change:
    own = _definition(spec, name)
    if name in first.quantities:
        fresh, gone = _compare(own, _definition(first, name), loosely=False)
        return Change(name, fresh, gone)
    best = Change(None, (own,))
    for other in first.quantities:
        theirs = _definition(first, other)
        if own.op != theirs.op or own.is_leaf:
            continue
        fresh, gone = _compare(own, theirs, loosely=True)
        worst = len(fresh) + len(gone)
        # One of its own terms at most: with more, the likeness explains nothing.
        if own not in fresh and worst <= 2 and (best.like is None or worst < len(best.fresh) + len(best.gone)):
            best = Change(other, fresh, gone)
    return best


def _definition(spec: CellSpec, name: str) -> Node:
    node = spec.quantities[name].expr
    return node.args[0] if node.op == "identity" else node


def _compare(own: Node, other: Node, loosely: bool) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """The parts of `own` that `other` has not, and the reverse; as large as they can be, not larger."""
    if _form(own, loosely) == _form(other, loosely):
        return (), ()
    whole = (own,), (other,)
    if own.op in UNORDERED or other.op in UNORDERED:
        return _compare_unordered(own, other, loosely) or whole
    if own.op != other.op or len(own.args) != len(other.args) or own.is_leaf:
        return whole
    pairs = [_compare(a, b, loosely) for a, b in zip(own.args, other.args, strict=True)]
    return tuple(n for fresh, _ in pairs for n in fresh), tuple(n for _, gone in pairs for n in gone)


def _compare_unordered(own: Node, other: Node, loosely: bool) -> tuple[tuple[Node, ...], tuple[Node, ...]] | None:
    """The same for sums and products: r ⊙ h against h is a new r. None if they have no part in common."""
    op = own.op if own.op in UNORDERED else other.op
    mine, theirs = list(_parts(own, op)), list(_parts(other, op))
    before = len(mine)
    for part in list(mine):
        twin = next((p for p in theirs if _form(p, loosely) == _form(part, loosely)), None)
        if twin is not None:
            mine.remove(part)
            theirs.remove(twin)
    if len(mine) == before:
        return None
    if len(mine) == len(theirs) == 1:
        return _compare(mine[0], theirs[0], loosely)
    return tuple(mine), tuple(theirs)


def _parts(node: Node, op: str) -> tuple[Node, ...]:
    """Summands or factors; any other node is its own only part."""
    if node.op != op:
        return (node,)
    return tuple(part for argument in node.args for part in _parts(argument, op))


def _form(node: Node, loosely: bool) -> Form:
    """The same for two nodes that say the same. `loosely`: whatever gate their parameters belong to."""
    if node.is_leaf:
        name = node.name
        if loosely and node.op == "parameter":
            base, _, index = name.partition("_")
            name = f"{base}_{index[:1] if len(index) > 1 else ''}"
        return (node.op, name, node.number)
    parts = [_form(part, loosely) for part in (_parts(node, node.op) if node.op in UNORDERED else node.args)]
    return (node.op, *(sorted(parts, key=repr) if node.op in UNORDERED else parts))
