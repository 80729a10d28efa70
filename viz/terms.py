"""The terms of one number as rows of a picture: named, coloured, and with where each came from.

A term leads to a quantity, a unit and a step: what was multiplied by a weight to give it, most often one step back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape
from re import sub

from models.algebra import Node
from models.anatomy import READ, entry, factors, product
from models.derive import recursion
from models.explain import Term, squashing, terms
from models.notation import expression
from models.trace import Trace

from . import markup
from .scene import Selection
from .text import say

MOST = 10  # rows; smaller terms share one more


@dataclass(frozen=True)
class Row:
    """One bar, from `start` to `start + value`. `label` and `detail` are Plotly markup; `spoken` says it in words.

    `kind`: term, factor, rest (the small ones together) or total. `role` chooses the colour, "" the neutral one.
    """

    kind: str
    label: str
    value: float
    role: str = ""
    detail: str = ""
    start: float = 0.0
    target: Selection | None = None

    @property
    def end(self) -> float:
        return self.start + self.value

    @property
    def number(self) -> str:
        return markup.number(self.value, sign=self.kind != "factor")

    @property
    def spoken(self) -> str:
        return f"{unescape(sub('<[^>]+>', '', self.label))}: {self.number}"


def rows(
    trace: Trace,
    name: str,
    step: int,
    unit: int,
    tokens: Sequence[str],
    lang: str = "en",
    *,
    features: Sequence[str] = (),
    everything: bool = False,
) -> tuple[Row, ...]:
    """What the number (`step` and `unit` from 1) is made of, and last what comes of it.

    The terms of a sum follow each other, the largest first; small ones are put together unless `everything` is asked
    for. The factors of a product stand side by side. `tokens` (T) are what is read; `features` (D) name the inputs
    where they are something else.
    """
    spec = trace.spec
    symbol = markup.formula(expression(spec, Node("quantity", name=name), "text"), step)
    role = spec.quantities[name].role
    if factors(spec, name):
        parts = [_factor(trace, node, step, unit) for node in factors(spec, name)]
        value = entry(trace, spec.quantities[name].expr, step, unit - 1)
        return (*parts, Row("total", symbol, value, role))
    found = terms(trace, name, step, unit - 1)
    if found[0].kind == "kept":
        listed = list(_memory(trace, name, step, unit, found, lang))
    else:
        listed = [_term(trace, term, step, tokens, features, lang) for term in found]
        listed.sort(key=lambda row: -abs(row.value))
        if len(listed) > MOST + 1 and not everything:
            small = listed[MOST:]
            label = say(lang, "why.rest", count=len(small))
            listed[MOST:] = [Row("rest", label, sum(row.value for row in small))]
    placed, end = [], 0.0
    for row in listed:
        placed.append(replace(row, start=end))
        end += row.value
    if len(placed) == 1 and not squashing(trace, name):
        return tuple(placed)  # a sum of one is that one
    label = say(lang, "why.sum") if squashing(trace, name) else symbol
    return (*placed, Row("total", label, end, role))


def count(trace: Trace, name: str, step: int, unit: int) -> int:
    """How many terms there are, however many rows show them."""
    return len(factors(trace.spec, name)) or len(terms(trace, name, step, unit - 1))


def _term(trace: Trace, term: Term, step: int, tokens: Sequence[str], features: Sequence[str], lang: str) -> Row:
    spec, unit = trace.spec, term.unit
    written = markup.formula(term.name.rpartition("[")[0] if _is_indexed(term) else term.name, step)
    role = spec.quantities[term.source].role if term.source in spec.quantities else ""
    if term.kind == "input" and unit is not None:
        read = markup.plain(markup.token(tokens[step - 1]))
        only = trace.x.shape[-1] == 1
        label = say(lang, "why.token" if only else "why.input", token=read, input=unit + 1)
        label = markup.plain(features[unit]) if features else label
        return Row("term", label, term.value, "x")
    if term.kind == "bias":
        return Row("term", say(lang, "why.bias", symbol=written), term.value)
    if _is_indexed(term) and unit is not None:
        written = say(lang, "why.unit", symbol=written, unit=unit + 1)
    return Row("term", written, term.value, role, target=_target(trace, term.source, step - term.lag, unit))


def _is_indexed(term: Term) -> bool:
    """Whether the name ends in the unit that the term comes from."""
    return term.name.endswith(f"[{term.unit}]")


def _target(trace: Trace, source: str, step: int, unit: int | None) -> Selection | None:
    """Nothing can be looked at before the first step, and an input is where it all begins."""
    if source not in trace.spec.quantities or step < 1 or unit is None:
        return None
    return source, unit + 1, step


def _memory(trace: Trace, name: str, step: int, unit: int, found: Sequence[Term], lang: str) -> Iterator[Row]:
    """Kept and written, each with the product that it is."""
    spec = trace.spec
    rule = recursion(spec, name)
    assert rule is not None
    before = Node("previous", name=name)
    lower = [node for node in rule.writes if any(_reads(node, term.source) for term in found if term.kind == "below")]
    written = [node for node in rule.writes if node not in lower]
    kept = [Node("mul", (factor, before)) for parts in rule.keep for factor in [_times(parts)] if factor] or [before]
    for term, nodes in zip(found, (kept, *(part for part in (written, lower) if part)), strict=True):
        shown = " + ".join(expression(spec, node, "text") for node in nodes)
        label = say(lang, f"why.{term.kind}", formula=markup.formula(shown, step))
        read = [leaf for node in nodes for leaf in node.walk() if leaf.op in READ]
        source = read[-1]
        yield Row(
            "term",
            label,
            term.value,
            spec.quantities[source.name].role,
            " + ".join(_numbers(trace, node, step, unit) for node in nodes),
            target=_target(trace, source.name, step - (source.op == "previous"), unit - 1),
        )


def _times(parts: Sequence[Node]) -> Node | None:
    node = None
    for part in parts:
        node = part if node is None else Node("mul", (node, part))
    return node


def _reads(node: Node, name: str) -> bool:
    return any(leaf.op == "quantity" and leaf.name == name for leaf in node.walk())


def _numbers(trace: Trace, node: Node, step: int, unit: int) -> str:
    """A product in numbers, "0.919 × −0.130"; "" for what is none."""
    parts = product(node)
    if len(parts) == 1:
        return ""
    values = (markup.number(entry(trace, part, step, unit - 1)) for part in parts)
    return " × ".join(values)


def _factor(trace: Trace, node: Node, step: int, unit: int) -> Row:
    spec = trace.spec
    read = [leaf for leaf in node.walk() if leaf.op in READ]
    source = read[0] if read else None
    role = spec.quantities[source.name].role if source else "x"
    target = _target(trace, source.name, step - (source.op == "previous"), unit - 1) if source else None
    label = markup.formula(expression(spec, node, "text"), step)
    return Row("factor", label, entry(trace, node, step, unit - 1), role, target=target)
