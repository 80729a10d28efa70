"""What Compare puts side by side: a choice goes round through its link, a bad one is repaired."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import CELLS, own
from models.notice import Notice
from viz import lineup
from viz.lineup import UNCHOSEN, Lineup
from viz.link import from_link, to_link
from viz.scene import choose_cell, choose_lineup, opening, rest, type_cell

SHOWN = CELLS["lstm"]
keys = st.lists(st.sampled_from(list(CELLS)) | st.text(max_size=4), max_size=6).map(tuple)
names = st.lists(st.sampled_from(["h", "c~", "f'", "c1~", "nothing"]) | st.text(max_size=3), max_size=5).map(tuple)
lineups = st.builds(Lineup, keys, names, st.booleans())


@settings(deadline=None)
@given(lineups)
def test_a_choice_goes_round_through_its_link(asked: Lineup) -> None:
    scene = choose_lineup(opening("free"), asked)
    again, notices = from_link(to_link(scene))
    assert (again, notices) == (scene, ())


@settings(deadline=None)
@given(lineups)
def test_what_is_settled_exists_and_stays(asked: Lineup) -> None:
    notices: list[Notice] = []
    settled = lineup.settle(asked, SHOWN, notices)
    assert bool(notices) == (settled != asked)
    assert lineup.settle(settled, SHOWN, told := []) == settled and not told
    shown = lineup.cells(settled, "mgu")
    assert 2 <= len(shown) <= 4 and set(shown) <= set(CELLS) and len(set(shown)) == len(shown)
    specs = [CELLS[key] for key in shown]
    drawn = lineup.quantities(settled, specs)
    assert drawn and all(any(name in spec.quantities for spec in specs) for name in drawn)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    scene, _ = from_link({"compare": text})
    assert lineup.settle(scene.view.lineup, SHOWN, told := []) == scene.view.lineup and not told


@pytest.mark.parametrize("text", ["rnn", "rnn.rnn", "transformer.gru", "rnn.gru:q", "a.b.c:d:difference"])
def test_what_cannot_be_compared_is_told(text: str) -> None:
    _, notices = from_link({"compare": text})
    assert [notice.values["name"] for notice in notices] == ["compare"]


@pytest.mark.parametrize("text", ["", ":", ".:.:.", "rnn.gru:h:wrong"])
def test_what_asks_for_nothing_is_no_mistake(text: str) -> None:
    assert from_link({"compare": text})[1] == ()


def test_the_usual_choice_is_not_written() -> None:
    assert "compare" not in parse_qs(to_link(opening()))
    scene = choose_lineup(opening(), Lineup(("gru", "mgu"), ("h", "h~"), True))
    assert parse_qs(to_link(scene))["compare"] == ["gru.mgu:h.h~:difference"]
    assert parse_qs(to_link(choose_lineup(scene, Lineup(difference=True))))["compare"] == ["::difference"]


def test_the_cell_on_the_stage_is_among_the_usual_ones() -> None:
    assert lineup.cells(UNCHOSEN, "lstm") == ("rnn", "lstm", "gru")
    assert lineup.cells(UNCHOSEN, "mgu") == ("rnn", "lstm", "gru", "mgu")


def test_your_own_cell_can_be_the_measure() -> None:
    scene = type_cell(opening("free"), own.EXAMPLES["no_reset"])
    assert lineup.cells(scene.view.lineup, own.KEY) == ("rnn", "lstm", "gru", own.KEY)
    chosen = choose_lineup(scene, Lineup((own.KEY, "gru"), ("z",)))
    assert chosen.view.lineup == Lineup((own.KEY, "gru"), ("z",))
    assert from_link(to_link(chosen)) == (chosen, ())
    assert choose_cell(chosen, "lstm").view.lineup == Lineup((), ("z",)), "it is gone with the cell"


def test_the_choice_outlives_a_rest_and_another_cell_and_moves_no_clock() -> None:
    scene = opening()
    chosen = choose_lineup(scene, Lineup(("lstm", "gru")))
    assert replace(chosen.view, lineup=UNCHOSEN) == scene.view and chosen.experiment == scene.experiment
    assert rest(chosen, 3, "cell", None).view.lineup == chosen.view.lineup
    assert choose_cell(chosen, "mgu").view.lineup == chosen.view.lineup
