"""The run as a table and as files: every number is the trace's, files come back as they went, text stays text."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import CELLS, forward
from models.arrangement import Arrangement, Place
from models.experiment import Experiment, Run, run
from models.tweaks import Tweaks
from viz import table

FREE = Experiment("free", "lstm", "one two three one", units=5)
TWEAKED = replace(FREE, tweaks=Tweaks(bias={"f": 1.5}, clamp={"i": 0.25}))


def read(data: bytes) -> pd.DataFrame:
    """As a program reads it: nothing is taken for a missing value."""
    return pd.read_csv(io.BytesIO(data), encoding="utf-8-sig", keep_default_na=False)


def value(rows: pd.DataFrame, column: str = "value", **where: object) -> float:
    for name, wanted in where.items():
        rows = rows[rows[name] == wanted]
    assert len(rows) == 1
    return float(rows[column].iloc[0])


@pytest.mark.parametrize("cell", CELLS)
def test_every_number_of_a_run_is_in_its_table(cell: str) -> None:
    ran = run(replace(FREE, cell=cell))
    assert ran.trace is not None
    rows = table.frame(ran)
    assert tuple(rows.columns) == table.COLUMNS
    for name, numbers in {"x": ran.X, **ran.trace}.items():
        found = rows[rows["quantity"] == name]
        np.testing.assert_array_equal(found["value"].to_numpy().reshape(numbers.shape), numbers)
        assert found["step"].tolist() == np.repeat(np.arange(1, 5), numbers.shape[1]).tolist()
        assert found["unit"].tolist() == np.tile(np.arange(1, numbers.shape[1] + 1), 4).tolist()
        assert found["token"].tolist() == np.repeat(ran.tokens.items, numbers.shape[1]).tolist()
    assert len(rows) == ran.X.size + sum(array.size for array in ran.trace.values())
    assert rows["step"].is_monotonic_increasing


def test_a_trained_run_has_its_readout() -> None:
    ran = run(Experiment())
    assert ran.readout is not None and table.names(ran)[-1] == table.READOUT
    rows = table.frame(ran, [table.READOUT])
    np.testing.assert_array_equal(rows["value"], ran.readout)
    assert set(rows["unit"]) == {1}
    assert table.READOUT not in table.names(run(FREE))


def test_rows_can_be_chosen() -> None:
    ran = run(FREE)
    assert ran.trace is not None
    rows = table.frame(ran, ["h", "f"], (2, 3), (4, 5))
    assert rows["quantity"].unique().tolist() == ["f", "h"], "in the order of computation"
    assert len(rows) == 2 * 2 * 2
    assert value(rows, step=3, quantity="h", unit=4) == ran.trace["h"][2, 3]
    assert len(table.frame(ran, [])) == 0
    assert set(table.frame(ran, ["x"], (1, 1), (7, 8))["unit"]) == {7, 8}


def test_tweaks_add_what_was_before_them() -> None:
    ran = run(TWEAKED)
    assert ran.trace is not None and ran.base_trace is not None
    rows = table.frame(ran)
    assert tuple(rows.columns) == (*table.COLUMNS, table.BEFORE)
    where = {"step": 2, "quantity": "f", "unit": 3}
    assert value(rows, **where) == ran.trace["f"][1, 2]
    assert value(rows, "before", **where) == ran.base_trace["f"][1, 2] != ran.trace["f"][1, 2]


@pytest.mark.parametrize("experiment", [FREE, TWEAKED, Experiment()], ids=["free", "tweaked", "trained"])
def test_csv_comes_back_as_it_went(experiment: Experiment) -> None:
    rows = table.frame(run(experiment))
    data = table.csv(rows)
    assert data.startswith(b"\xef\xbb\xbfstep,token,quantity,unit,value")
    pd.testing.assert_frame_equal(read(data), rows, check_dtype=False, check_categorical=False)


def test_csv_holds_any_alphabet() -> None:
    rows = table.frame(run(replace(FREE, text="我在,“France” \N{GRINNING FACE} a\u0301 b;c")), ["h"])
    back = read(table.csv(rows))
    assert back["token"].tolist() == rows["token"].tolist()


FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    '=HYPERLINK("http://x","y")',
    "＝1",
    "a;=1+1",
    "x\n=2",
    "-",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_begins_to_compute_in_a_spreadsheet(text: str) -> None:
    shown = table.harmless(text)
    assert shown != text and shown.replace("'", "") == text.replace("'", "")
    for separator in ",;\t|\n":
        assert all(part[:1] not in "=+-@＝＋－＠" for part in shown.split(separator) if part)


@pytest.mark.parametrize("text", ["-0.5", "+3", "1e5", "-1.5e-3", "word", "don't", "x=1", "a-b", "", "我"])
def test_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert table.harmless(text) == text


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=30))
def test_no_cell_of_a_file_is_a_formula(text: str) -> None:
    ran = run(replace(FREE, text=text))
    if ran.trace is None:
        return
    written = table.csv(table.frame(ran, ["h"], None, (1, 1))).decode("utf-8-sig")
    for row in list(csv.reader(io.StringIO(written.replace("\x00", " "), newline="")))[1:]:
        token = row[1]
        assert table.NUMBER.fullmatch(token) or token.lstrip()[:1] not in set("=+-@＝＋－＠") or not token.strip()


@pytest.mark.parametrize("experiment", [TWEAKED, Experiment()], ids=["free", "trained"])
def test_npz_holds_what_it_takes_to_run_again(experiment: Experiment) -> None:
    ran = run(experiment)
    assert ran.trace is not None
    with np.load(io.BytesIO(table.npz(ran)), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    for name, numbers in {**ran.params, **ran.trace, "x": ran.X}.items():
        np.testing.assert_array_equal(arrays[name], numbers)
    assert arrays["tokens"].tolist() == list(ran.tokens.items)
    assert ("readout" in arrays) == (ran.readout is not None)
    initial = {name: arrays[f"initial_{name}"] for name in ran.spec.states}
    clamp = {name: arrays[f"clamp_{name}"] for name in ran.trace.clamp}
    again = forward(ran.spec, {name: arrays[name] for name in ran.params}, arrays["x"], initial, clamp)
    np.testing.assert_array_equal(again["h"], arrays["h"])


@pytest.mark.parametrize("cell", CELLS)
def test_no_name_in_a_file_stands_for_two_arrays(cell: str) -> None:
    ran = run(replace(TWEAKED, cell=cell, tweaks=Tweaks()))
    assert ran.trace is not None
    names = ["tokens", "x", "readout", *ran.params, *ran.trace]
    assert len(names) == len(set(names))


def described(experiment: Experiment) -> str:
    return table.stem(run(experiment))


def test_a_files_name_says_what_it_is() -> None:
    assert described(FREE) == "sluicegate_lstm_free_4-steps_5-units"
    assert described(TWEAKED) == "sluicegate_lstm_free_4-steps_5-units_tweaked"
    stacked = replace(FREE, arrangement=Arrangement(2, True, Place(2, "backward")))
    assert described(stacked) == "sluicegate_lstm_free_4-steps_5-units_layer-2-backward"
    assert described(Experiment()) == "sluicegate_lstm_review_11-steps_8-units"


def test_nothing_to_read_is_an_empty_table() -> None:
    empty: Run = run(replace(FREE, text=""))
    assert len(table.frame(empty)) == 0 and "x" in np.load(io.BytesIO(table.npz(empty))).files
