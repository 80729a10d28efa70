"""What the stage is told about a cell once, in one language: everything that follows from its definition."""

from __future__ import annotations

from typing import Any

from models.derive import asleep, at_sizes, knobs, tree
from models.notation import WRITERS, equation, split_name, symbol
from models.spec import OUTPUTS, CellSpec, Phase, Quantity

from . import diagram, theme
from .text import section, sentence

COUNTED_BY = {"D": "input", "H": "unit", "Q": "output"}  # what the rows or columns of a parameter stand for


def describe(spec: CellSpec, lang: str, D: int, H: int, Q: int = OUTPUTS) -> dict[str, Any]:
    """The cell's share of the payload's `static` (assets/player/store.js reads it), for D inputs, H units and, where
    there is an output layer, Q outputs.

    Labels, titles and notes are in the language; notes keep their places such as {token} for the stage to fill.
    """
    quantities = spec.quantities
    roles = {quantity.role for quantity in quantities.values()}
    return {
        "lang": lang,
        "cell": {"key": spec.key, "title": sentence(lang, spec.title)},
        "H": H,
        "D": D,
        "quantities": [_quantity(spec, quantity, lang) for quantity in quantities.values()],
        "heatmaps": tuple(quantities),
        "phases": [_phase(spec, phase, lang, (D, H)) for phase in spec.phases],
        "expressions": {name: tree(at_sizes(spec, quantity.expr, D, H)) for name, quantity in quantities.items()},
        "knobs": [
            {
                "gate": knob.gate,
                "label": sentence(lang, quantities[knob.gate].label),
                "role": quantities[knob.gate].role,
                "bias": knob.bias,
                "x": knob.x,
                "h": knob.h,
                "low": knob.low,
                "high": knob.high,
            }
            for knob in knobs(spec)
        ],
        "parameters": [_parameter(spec, name, shape) for name, shape in spec.parameters(D, H, Q).items()],
        "asleep": asleep(spec),
        "colours": {name: theme.colours(name, sorted(roles)) for name in theme.THEMES},
        "diagram": diagram.draw(spec),
        "strings": section(lang, "stage."),
    }


def _quantity(spec: CellSpec, quantity: Quantity, lang: str) -> dict[str, Any]:
    letter, tilde, mark = split_name(quantity.name)
    return {
        "name": quantity.name,
        "letter": letter + mark,
        "tilde": tilde,
        "label": sentence(lang, quantity.label),
        "note": sentence(lang, quantity.note),
        "kind": quantity.kind,
        "width": quantity.width,
        "role": quantity.role,
        "low": quantity.low,
        "high": quantity.high,
        "phase": quantity.phase,
        "mathml": symbol(spec, quantity.name, "mathml"),
    }


def _phase(spec: CellSpec, phase: Phase, lang: str, sizes: tuple[int, int]) -> dict[str, Any]:
    # Time alone decides a clock: there is no equation to show.
    defined = [name for name in phase.quantities if spec.quantities[name].clock is None]
    return {
        "id": phase.id,
        "title": sentence(lang, phase.title),
        "note": sentence(lang, phase.note),
        "quantities": phase.quantities,
        "equations": [{"q": name, "mathml": equation(spec, name, "mathml", sizes)} for name in defined],
    }


def _parameter(spec: CellSpec, name: str, shape: tuple[int, ...]) -> dict[str, Any]:
    letters = spec.weights[name].shape
    return {
        "name": name,
        "mathml": WRITERS["mathml"].parameter(name),
        "shape": shape,
        "rows": COUNTED_BY[letters[0]] if len(letters) == 2 else None,
        "cols": COUNTED_BY[letters[-1]],
    }
