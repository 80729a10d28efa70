"""The drawing of every cell: nothing overlaps, nothing is missing, every phase lights something."""

import re
from itertools import combinations

import pytest

from models import CELLS
from viz import diagram
from viz.layout import place
from viz.wires import Wire, paths

BOXES = ("strip", "layer", "op", "pill", "input", "block")


def box(item):
    """(left, top, right, bottom) of an item; strips, frames and blocks are placed by their corner."""
    corner = item["kind"] in ("strip", "block")
    left = item["x"] if corner else item["x"] - item["w"] / 2
    top = item["y"] if corner else item["y"] - item["h"] / 2
    return left, top, left + item["w"], top + item["h"]


def overlap(one, other):
    return min(one[2], other[2]) - max(one[0], other[0]) > 0.5 and min(one[3], other[3]) - max(one[1], other[1]) > 0.5


@pytest.fixture(params=CELLS, scope="module")
def drawn(request):
    spec = CELLS[request.param]
    return spec, diagram.draw(spec)


def test_boxes_do_not_overlap(drawn):
    _, picture = drawn
    boxes = [(item["id"], box(item)) for item in picture["items"] if item["kind"] in BOXES]
    assert [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if overlap(one, other)] == []


def test_everything_lies_within_the_picture(drawn):
    _, picture = drawn
    for item in picture["items"]:
        if item["kind"] in BOXES:
            left, top, right, bottom = box(item)
            assert left >= 0 and top >= 0 and right <= picture["width"] and bottom <= picture["height"], item["id"]
        if item["kind"] == "wire":
            numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", item["d"])]
            assert min(numbers) >= 0 and max(numbers) <= picture["width"], item["id"]


def test_every_quantity_and_state_has_its_strip(drawn):
    spec, picture = drawn
    strips = {(item["q"], item["lag"]) for item in picture["items"] if item["kind"] == "strip"}
    hidden = [name for name in place(spec).below if name not in spec.states]
    assert {name for name, lag in strips if lag == 0} == set(spec.quantities) - set(hidden)
    assert {name for name, lag in strips if lag == 1} >= set(spec.states)


def test_every_phase_lights_wires_and_stations(drawn):
    spec, picture = drawn
    for phase in spec.phases:
        lit = [item["kind"] for item in picture["items"] if set(item.get("lit", {})) & set(phase.quantities)]
        assert "wire" in lit or "block" in lit, phase.id
        assert set(lit) & {"layer", "op", "pill", "block"}, phase.id


def test_every_lit_quantity_exists_and_has_a_role(drawn):
    spec, picture = drawn
    roles = {quantity.role for quantity in spec.quantities.values()} | {"x"}
    for item in picture["items"]:
        for name, role in item.get("lit", {}).items():
            assert name in spec.quantities and role in roles


@pytest.mark.parametrize("key", ["lstm", "gru"])
def test_the_memory_runs_straight_from_edge_to_edge(key):
    spec = CELLS[key]
    state = {"lstm": "c", "gru": "h"}[key]
    edges = [item for item in diagram.draw(spec)["items"] if item["kind"] == "strip" and item["q"] == state]
    before, after = sorted(edges, key=lambda item: -item["lag"])
    assert before["x"] < 104 < 716 < after["x"]
    assert before["y"] == after["y"]


def test_a_wire_hops_over_another_value_but_not_over_its_own():
    level = Wire(((0.0, 50.0), (100.0, 50.0)), "a", {})
    upright = Wire(((50.0, 0.0), (50.0, 100.0)), "b", {})
    assert "A" in paths([level, upright])[0]
    assert "A" not in paths([level, Wire(upright.points, "a", {})])[0]
    assert "A" not in paths([level, Wire(((50.0, 50.0), (50.0, 100.0)), "b", {})])[0]
