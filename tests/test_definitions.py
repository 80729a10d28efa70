"""What holds for the definition of every cell: its phases, sentences, equations, knobs and sizes."""

from __future__ import annotations

import dataclasses
import itertools
import json
from xml.etree import ElementTree

import pytest

from models import CELLS, CellSpec
from models.derive import knobs, memory_state, recursion, tree
from models.notation import equation, expression, symbol
from tests.cases import every_cell

# Learned numbers at D = 10, H = 20, from the papers and the libraries.
COUNTS = {
    "rnn": 620,
    "lstm": 2480,
    "lstm_peephole": 2540,
    "lstm_coupled": 1860,
    "lstm_no_input_gate": 1900,
    "lstm_no_forget_gate": 1900,
    "lstm_no_output_gate": 1900,
    "lstm_no_input_activation": 2540,
    "lstm_no_output_activation": 2540,
    "lstm_full_gate_recurrence": 6140,
    "gru": 1860,
    "gru_takes_new": 1860,
    "gru_takes_new_after": 1880,
    "gru_after": 1880,
    "mgu": 1240,
    "mut1": 1260 + 200,  # with the projection that is needed where D and H differ
    "mut2": 1660 + 200,
    "mut3": 1860,
    "minlstm": 660,
    "mingru": 440,
    "sru": 880,
    "slstm": 2480,
    "clockwork": 200 + 5 * (20 + 15 + 10 + 5) + 20,
    "depth_gated": 2540 + 4 * (400 + 400 + 20) + 3 * 20 + 400 + 3 * 20,
    "layer": 220,
}


@pytest.mark.parametrize("key", COUNTS)
def test_parameters_are_as_many_as_in_the_literature(key: str) -> None:
    assert CELLS[key].count(10, 20) == COUNTS[key]


def test_what_options_and_equal_sizes_change_in_the_count() -> None:
    assert CELLS["mut1"].count(20, 20) == 2 * 400 + 2 * 400 + 3 * 20
    assert CELLS["mut2"].count(20, 20) == 2 * 400 + 3 * 400 + 3 * 20
    assert CELLS["rnn_output"].count(10, 20, 7) == 620 + 20 * 7 + 7
    assert CELLS["lstm_peephole"].choose(p_o="off").count(10, 20) == 2520
    assert CELLS["lstm_coupled"].choose(peepholes="on").count(10, 20) == 1900
    assert CELLS["slstm"].choose(heads=4).count(10, 20) == 4 * (200 + 100 + 20)
    assert CELLS["clockwork"].choose(periods="1").count(10, 20) == 620


@every_cell
def test_phases_hold_every_quantity_once_in_an_order_that_can_be_computed(spec: CellSpec) -> None:
    computed = list(itertools.chain.from_iterable(phase.quantities for phase in spec.phases))
    assert computed == list(spec.quantities)
    for cut in (spec.phases, *spec.groupings.values()):
        ids = [phase.id for phase in cut]
        assert len(set(ids)) == len(ids)
        order = [name for phase in cut for name in phase.quantities]
        assert sorted(order) == sorted(spec.quantities)
        for k, name in enumerate(order):
            reads = {node.name for node in spec.quantities[name].expr.walk() if node.op == "quantity"}
            assert reads <= set(order[:k]), name


@every_cell
def test_everything_is_labelled_in_plain_sentences(spec: CellSpec) -> None:
    assert spec.title and spec.source and 1950 < spec.year < 2030
    for cut in (spec.phases, *spec.groupings.values()):
        for phase in cut:
            assert phase.title[0].isupper()
            assert phase.note.endswith((".", "?")), phase.note
    for quantity in spec.quantities.values():
        assert quantity.label and quantity.note and quantity.role
    labels = [quantity.label for quantity in spec.quantities.values()]
    assert len(set(labels)) == len(labels), "two quantities share a label"


@every_cell
def test_equations_can_be_written_and_name_every_parameter(spec: CellSpec) -> None:
    everything = ""
    for name in spec.quantities:
        text = equation(spec, name, "text")
        assert text.startswith(symbol(spec, name, "text") + " = ")
        latex = equation(spec, name, "latex")
        assert latex.count("{") == latex.count("}") and latex.count(r"\left(") == latex.count(r"\right)")
        ElementTree.fromstring(equation(spec, name, "mathml"))
        everything += text + " "
        json.dumps(tree(spec.quantities[name].expr))
    words = set(everything.replace("(", " ").replace(")", " ").replace(",", " ").split())
    assert set(spec.weights) <= words


@every_cell
def test_equal_names_mean_equal_equations(spec: CellSpec) -> None:
    """The symbols of a cell are told apart in every form."""
    for form in ("text", "latex", "mathml"):
        symbols = {symbol(spec, name, form) for name in spec.quantities}
        assert len(symbols) == len(spec.quantities)


@every_cell
def test_knobs_turn_what_exists(spec: CellSpec) -> None:
    for knob in knobs(spec):
        assert knob.gate in spec.quantities and not spec.quantities[knob.gate].clock
        assert knob.low < knob.high
        assert {*knob.x, *knob.h, *([knob.bias] if knob.bias else [])} <= set(spec.weights)
    turned = {name for knob in knobs(spec) for name in (*knob.x, *knob.h)}
    matrices = {name for name, weight in spec.weights.items() if len(weight.shape) == 2}
    assert turned == {name for name in matrices if not spec.weights[name].only_if_sizes_differ}


@every_cell
def test_the_memory_is_a_state_and_its_rule_can_be_written(spec: CellSpec) -> None:
    memory = memory_state(spec)
    assert (memory in spec.states) if spec.states else (memory is None)
    for name in spec.states:
        rule = recursion(spec, name)
        for node in (*itertools.chain(*rule.keep), *rule.writes) if rule else ():
            assert expression(spec, node, "text")


@every_cell
def test_a_spec_is_frozen(spec: CellSpec) -> None:
    quantity = next(iter(spec.quantities.values()))
    for frozen, field in ((spec, "key"), (spec.phases[0], "title"), (quantity, "label")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(frozen, field, "changed")
    for mapping in (spec.quantities, spec.weights, spec.groupings, spec.chosen, spec.hints):
        with pytest.raises(TypeError):
            mapping["f"] = None  # type: ignore[index]


def test_cells_are_sorted_by_year() -> None:
    years = [spec.year for spec in CELLS.values()]
    assert years == sorted(years)
    assert CELLS.keys() == {*COUNTS, "rnn_output"}


def test_the_same_choice_is_the_same_spec() -> None:
    coupled = CELLS["lstm_coupled"]
    assert coupled.choose(learn="i") is coupled.choose(learn="i")
    assert coupled.choose(learn="i").choose(learn="f") is coupled.choose() is coupled


def test_groupings_are_those_of_the_documents() -> None:
    lengths = {key: {name: len(cut) for name, cut in spec.groupings.items()} for key, spec in CELLS.items()}
    assert lengths["lstm"] == {"six": 6, "d2l": 4, "three": 3}
    assert all(lengths[key] == {"four": 4} for key in ("gru", "gru_after", "gru_takes_new", "gru_takes_new_after"))
