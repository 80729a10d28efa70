"""What sets two cells apart, told by their definitions."""

from __future__ import annotations

import pytest

from models import CELLS
from models.difference import changes, missing
from models.notation import expression


def told(first: str, other: str, name: str) -> tuple[str | None, list[str], list[str]]:
    """(what the quantity takes after, what is new in its equation, what is gone from it)."""
    change = changes(CELLS[other], CELLS[first])[name]
    fresh = [expression(CELLS[other], node, "text") for node in change.fresh]
    return change.like, fresh, [expression(CELLS[first], node, "text") for node in change.gone]


@pytest.mark.parametrize("key", CELLS)
def test_a_cell_does_not_differ_from_itself(key: str) -> None:
    assert all(change.is_same for change in changes(CELLS[key], CELLS[key]).values())
    assert missing(CELLS[key], CELLS[key]) == ()


@pytest.mark.parametrize("first", CELLS)
@pytest.mark.parametrize("other", CELLS)
def test_every_quantity_is_told_and_every_part_is_there(first: str, other: str) -> None:
    one, two = CELLS[first], CELLS[other]
    found = changes(two, one)
    assert list(found) == list(two.quantities)
    for name, change in found.items():
        assert set(change.fresh) <= set(two.quantities[name].expr.walk())
        if change.like is None:
            assert name not in one.quantities and change.fresh and not change.gone
        else:
            assert set(change.gone) <= set(one.quantities[change.like].expr.walk())
        assert (name in one.quantities) <= (change.like == name)


def test_the_candidate_of_a_gru_is_a_plain_rnn_but_for_its_reset() -> None:
    assert told("rnn", "gru", "h~") == ("h", ["r_t"], [])


def test_the_candidate_of_an_lstm_is_a_plain_rnn() -> None:
    assert told("rnn", "lstm", "c~") == ("h", [], [])


def test_a_gate_is_nothing_that_a_plain_rnn_has() -> None:
    assert told("rnn", "lstm", "f") == (None, ["σ(x_t W_xf + h_{t−1} W_hf + b_f)"], [])


def test_what_is_added_and_what_is_gone_are_the_reverse_of_each_other() -> None:
    assert told("lstm", "lstm_peephole", "o") == ("o", ["w_co ⊙ c_t"], [])
    assert told("lstm_peephole", "lstm", "o") == ("o", [], ["w_co ⊙ c_t"])


def test_only_the_place_of_the_reset_tells_two_grus_apart() -> None:
    found = changes(CELLS["gru_after"], CELLS["gru"])
    assert [name for name, change in found.items() if not change.is_same] == ["h~"]
    assert told("gru", "gru_after", "h~")[1:] == (["r_t ⊙ (h_{t−1} W_hh + b_hh)"], ["(r_t ⊙ h_{t−1}) W_hh"])


def test_the_order_of_a_sum_tells_nothing() -> None:
    """The SRU writes (1 − f) where the LSTM has i; both keep f ⊙ c."""
    assert told("lstm", "sru", "c") == ("c", ["1 − f_t"], ["i_t"])


def test_what_is_missing_is_named() -> None:
    assert missing(CELLS["gru"], CELLS["lstm"]) == ("f", "i", "c~", "c", "o")
    assert missing(CELLS["lstm"], CELLS["rnn"]) == ()
