"""Why: every number of every cell is taken apart into rows that make it up again, and every row leads somewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from models import CELLS, CellSpec, Trace, forward, init
from models.algebra import OPS
from models.anatomy import factors, ingredients, response, variable
from models.derive import recursion
from models.explain import squashing
from tests.cases import Case, D, H, T, every_cell
from viz import curves, markup, terms, why
from viz.payload import decode
from viz.terms import MOST, rows
from viz.text import languages, say

PAGE = Path(__file__).resolve().parent.parent / "viz" / "ui" / "page.py"
TOKENS = ("one", "two", "three", "four", "five", "six", "seven")


def numbers(trace: Trace) -> Iterator[tuple[str, int, int]]:
    """Some (quantity, step, unit) of every quantity, counted from 1."""
    for name in trace:
        for step in (1, 2, T):
            yield name, step, trace[name].shape[1]


# What a number is made of -----------------------------------------------------------------------------------------


@every_cell
def test_the_rows_end_in_the_number(spec: CellSpec) -> None:
    trace = Case(spec).run()
    for name, step, unit in numbers(trace):
        listed = rows(trace, name, step, unit, TOKENS)
        found = np.array([listed[-1].value])
        function = squashing(trace, name)
        if function and function != "softmax":
            OPS[function].value(np.copy(found), found)
        if function != "softmax":
            assert found[0] == pytest.approx(trace[name][step - 1, unit - 1], rel=1e-12, abs=1e-12)


@every_cell
def test_each_term_starts_where_the_one_before_it_ended(spec: CellSpec) -> None:
    trace = Case(spec).run()
    for name, step, unit in numbers(trace):
        for everything in (False, True):
            listed = rows(trace, name, step, unit, TOKENS, everything=everything)
            end = 0.0
            for row in listed:
                if row.kind in ("term", "rest"):
                    assert row.start == end
                    end = row.end
                else:
                    assert row.start == 0
            assert len({row.label for row in listed}) == len(listed)


@every_cell
def test_every_row_leads_to_a_number_that_exists(spec: CellSpec) -> None:
    trace = Case(spec).run()
    for name, step, unit in numbers(trace):
        for row in rows(trace, name, step, unit, TOKENS, everything=True):
            if row.target is not None:
                source, at_unit, at_step = row.target
                assert 1 <= at_unit <= trace[source].shape[1] and at_step in (step, step - 1) and at_step >= 1


def test_a_term_is_the_number_it_leads_to_times_its_weight() -> None:
    case = Case(CELLS["lstm"])
    trace = case.run()
    for row in rows(trace, "o", 3, 2, TOKENS, everything=True):
        if row.target:
            name, unit, step = row.target
            assert row.value == pytest.approx(trace[name][step - 1, unit - 1] * case.params["W_ho"][unit - 1, 1])


def test_nothing_leads_before_the_first_step() -> None:
    trace = Case(CELLS["lstm_peephole"]).run()
    assert [row.target for row in rows(trace, "f", 1, 1, TOKENS, everything=True)] == [None] * (D + H + 3)


def test_small_terms_are_put_together_and_unfold() -> None:
    trace = Case(CELLS["lstm"], scale=1).run()
    few = rows(trace, "i", 4, 1, TOKENS)
    every = rows(trace, "i", 4, 1, TOKENS, everything=True)
    wide = forward(CELLS["lstm"], init(CELLS["lstm"], 20, 20), np.random.default_rng(0).standard_normal((3, 20)))
    folded, unfolded = rows(wide, "i", 3, 1, TOKENS), rows(wide, "i", 3, 1, TOKENS, everything=True)
    assert len(few) == len(every) == D + H + 2  # one row fewer would hide little
    assert [row.kind for row in folded[-2:]] == ["rest", "total"] and len(folded) == MOST + 2
    assert len(unfolded) == 42 == terms.count(wide, "i", 3, 1) + 1
    sizes = [abs(row.value) for row in unfolded[:-1]]
    assert sizes == sorted(sizes, reverse=True)
    assert folded[-1].value == pytest.approx(unfolded[-1].value, abs=1e-12)
    assert folded[-2].label == say("en", "why.rest", count=41 - MOST)


def test_kept_and_written_show_their_products() -> None:
    trace = Case(CELLS["lstm"]).run()
    kept, written, total = rows(trace, "c", 2, 3, TOKENS)
    f, before, i, new = trace["f"][1, 2], trace["c"][0, 2], trace["i"][1, 2], trace["c~"][1, 2]
    assert kept.detail == f"{markup.number(f)} × {markup.number(before)}" and kept.value == pytest.approx(f * before)
    assert written.detail == f"{markup.number(i)} × {markup.number(new)}"
    assert (kept.target, written.target) == (("c", 3, 1), ("c~", 3, 2))
    assert total.value == pytest.approx(trace["c"][1, 2])
    below = rows(Case(CELLS["depth_gated"]).run(), "c", 2, 1, TOKENS)[2]
    assert "from below" in below.label and below.target == ("c1", 1, 2)


def test_a_hidden_state_falls_apart_into_factors() -> None:
    trace = Case(CELLS["lstm"]).run()
    gate, memory, total = rows(trace, "h", 2, 1, TOKENS)
    assert (gate.kind, gate.target, memory.target) == ("factor", ("o", 1, 2), ("c", 1, 2))
    assert gate.value * memory.value == pytest.approx(total.value)


# How it answers -----------------------------------------------------------------------------------------------------


@every_cell
def test_every_curve_runs_through_the_number(spec: CellSpec) -> None:
    trace = Case(spec).run()
    for name, step, unit in numbers(trace):
        answer = response(trace, name, step, unit - 1, np.linspace(-2, 2, 9))
        assert (answer is None) == (variable(spec, name) is None)
        if answer is not None:
            assert answer.value == pytest.approx(trace[name][step - 1, unit - 1], rel=1e-12, abs=1e-12)


@every_cell
def test_the_slope_of_a_memory_is_what_it_keeps(spec: CellSpec) -> None:
    trace = Case(spec).run()
    for name in spec.states:
        if not recursion(spec, name):
            continue
        answer = response(trace, name, 3, 1, np.array([-1.0, 1.0]))
        assert answer is not None and (answer.along, answer.lag) == (name, 1)
        kept = rows(trace, name, 3, 2, TOKENS)[0].value
        assert (answer.y[1] - answer.y[0]) / 2 * trace[name][1, 1] == pytest.approx(kept, abs=1e-12)


def test_the_curve_of_a_gate_is_its_squashing_function() -> None:
    trace = Case(CELLS["lstm"]).run()
    x = np.linspace(-6, 6, 25)
    answer = response(trace, "f", 2, 0, x)
    assert answer is not None and answer.along == ""
    np.testing.assert_allclose(answer.y, 1 / (1 + np.exp(-x)), rtol=1e-14)
    assert answer.at == pytest.approx(rows(trace, "f", 2, 1, TOKENS)[-1].value, abs=1e-12)


def test_what_is_read_unit_by_unit_is_known() -> None:
    asked = (("lstm", "h"), ("lstm_peephole", "f"), ("gru_after", "h~"), ("rnn", "h"))
    read = {key: [leaf.name for leaf in ingredients(CELLS[key], name)] for key, name in asked}
    assert read == {"lstm": ["o", "c"], "lstm_peephole": ["c"], "gru_after": ["r"], "rnn": []}
    assert factors(CELLS["lstm"], "c") == () and len(factors(CELLS["slstm"], "h")) == 2


# The picture --------------------------------------------------------------------------------------------------------


@every_cell
def test_every_number_has_a_picture_in_both_themes(spec: CellSpec) -> None:
    trace = Case(spec).run()
    for name, step, unit in numbers(trace):
        if spec.quantities[name].clock:
            continue
        light, dark = (why.picture(trace, name, step, unit, TOKENS, theme=theme) for theme in ("light", "dark"))
        assert [trace_["type"] for trace_ in light.figure["data"]] == [each["type"] for each in dark.figure["data"]]
        assert light.figure["layout"]["template"] == {}
        assert light.figure["layout"]["yaxis"]["ticktext"] != dark.figure["layout"]["yaxis"]["ticktext"]
        top, bottom = light.figure["layout"]["margin"]["t"], light.figure["layout"]["margin"]["b"]
        inside = light.figure["layout"]["height"] - top - bottom
        share = light.figure["layout"]["yaxis"]["domain"]
        # the buttons of the page lie where the rows are
        assert (share[1] - share[0]) * inside == pytest.approx(len(light.rows) * why.ROW)


def test_a_figure_for_notebooks() -> None:
    trace = Case(CELLS["gru"]).run()
    figure = why.draw(trace, "h~", 3, 2, TOKENS, lang="zh", everything=True)
    assert {"bar", "scatter"} == {drawn.type for drawn in figure.data}
    assert any("“three”" in label for label in figure.layout.yaxis.ticktext)


def test_what_a_visitor_typed_is_never_markup() -> None:
    nasty = "<a href='x'>$y$ %{z}"
    trace = Case(CELLS["lstm"]).run()
    drawn = json.dumps(why.picture(trace, "f", 1, 1, [nasty] * T, everything=True).figure, default=np.ndarray.tolist)
    for forbidden in ("<a", "$y", "%{"):
        assert forbidden not in drawn
    spoken = [row.spoken for row in rows(trace, "f", 1, 1, ["<b> $"] * T, everything=True)]
    assert any("“<b> $”" in sentence for sentence in spoken)  # a screen reader is told what was typed


def test_a_held_number_shows_what_it_would_have_been() -> None:
    free, held = Case(CELLS["lstm"]).run(), Case(CELLS["lstm"]).run({"f": 0.25})
    assert curves.held(free, "f", 2, 1) is None and curves.held(held, "f", 2, 1) == 0.25
    rings = why.picture(held, "f", 1, 1, TOKENS, words=False).figure["data"][-1]
    assert rings["y"] == [0.25]
    answer = curves.of(held, "f", 1, 1, (-6.0, 6.0))
    assert answer is not None and answer.value == pytest.approx(free["f"][0, 0])


# The panel ----------------------------------------------------------------------------------------------------------


def opened(**link: str) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=30)
    for name, value in link.items():
        page.query_params[name] = value
    return healthy(page.run())


def healthy(page: AppTest) -> AppTest:
    assert not page.exception and not page.error
    return page


def sent(page: AppTest) -> dict | None:
    """What the picture of the panel was sent; None if there is none."""
    found = [part.proto for part in page.get("bidi_component")][1:]
    return json.loads(found[0].bytes) if found else None


def view(page: AppTest) -> dict:
    return decode(page.get("bidi_component")[0].proto.bytes)[0]["view"]


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("cell", CELLS)
def test_the_panel_opens_on_every_quantity_of_every_cell(cell: str, lang: str) -> None:
    page = opened(lesson="free", cell=cell, text="one two three", lang=lang, step="2", panel="why")
    for name, quantity in CELLS[cell].quantities.items():
        if len(CELLS[cell].quantities) > 1:
            healthy(page.selectbox(key="why-quantity").set_value(name).run())
        picture = sent(page)
        assert (picture is None) == (quantity.clock is not None)
        assert any(say(lang, quantity.label) in text.value for text in page.markdown)
        if picture:
            assert markup.at(CELLS[cell], name, 2) in picture["label"] and len(picture["lines"]) > 0
            assert picture["light"]["data"] and picture["dark"]["data"]


def test_nothing_selected_is_the_first_quantity_of_the_phase() -> None:
    page = opened(step="4", phase="output", panel="why")
    assert page.selectbox(key="why-quantity").value == "o" and page.selectbox(key="why-step").value == 4
    assert view(page)["selection"] is None  # looking selects nothing


def test_the_way_back() -> None:
    page = opened(step="6", phase="cell", sel="h.2.6", panel="why")
    place = {"step": 6, "phase": "cell"}
    healthy(page.button(key="why-from-1").click().run())  # h = o ⊙ tanh(c): to c
    assert view(page) == {**view(page), **place, "selection": {"q": "c", "unit": 2, "step": 6}}
    healthy(page.button(key="why-from-1").click().run())  # c = f ⊙ c + …: to c one step back
    assert view(page) == {**view(page), **place, "selection": {"q": "c", "unit": 2, "step": 5}}
    crumbs = [button.label for button in page.button if button.key and button.key.startswith("why-crumb")]
    assert crumbs == ["h₆ unit 2 ›", "c₆ unit 2 ›"]
    healthy(page.button(key="why-crumb-0").click().run())
    assert view(page) == {**view(page), **place, "selection": {"q": "h", "unit": 2, "step": 6}}
    assert not [button for button in page.button if button.key and button.key.startswith("why-crumb")]


def test_another_choice_ends_the_way() -> None:
    page = opened(sel="c.1.5", panel="why")
    healthy(page.button(key="why-from-1").click().run())
    assert page.button(key="why-crumb-0")
    healthy(page.number_input(key="why-unit").set_value(3).run())
    assert view(page)["selection"] == {"q": "c", "unit": 3, "step": 4}
    assert not [button for button in page.button if button.key and button.key.startswith("why-crumb")]


def test_a_tweak_keeps_the_panel_where_it_is() -> None:
    page = opened(sel="f.1.6", panel="why", tweaks="k.f:0.25")
    assert page.selectbox(key="why-quantity").value == "f"
    assert any("0.250" in text.value for text in page.markdown)
    assert sent(page)["light"]["data"][-1]["y"] == [0.25]  # type: ignore[index]
