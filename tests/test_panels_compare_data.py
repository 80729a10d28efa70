"""The panels Compare and Data on the page: every cell in both languages, no clock moves, edits become tweaks."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from models import CELLS, own
from models.experiment import Experiment, run
from models.listing import variable
from models.tweaks import Tweaks
from viz import matrix, table
from viz.link import to_link, write_own
from viz.payload import decode
from viz.scene import Scene, tweak
from viz.text import languages, say
from viz.ui.panels import compare, data, matrices

ROOT = Path(__file__).resolve().parent.parent
LANGS = list(languages())
FREE = {"lesson": "free", "cell": "lstm", "text": "one two three four", "units": "5", "lang": "en"}
BAD = "<img src=x onerror=1> **b** `c` $x$ [a](b) :material/home: =1+1 {first} \u202eabc"


def opened(panel: str, **link: str) -> AppTest:
    page = AppTest.from_file(ROOT / "viz" / "ui" / "page.py", default_timeout=30)
    for name, value in (FREE | link | {"panel": panel}).items():
        page.query_params[name] = value
    return healthy(page.run())


def healthy(page: AppTest) -> AppTest:
    assert not page.exception and not page.error
    return page


def scene(page: AppTest) -> Scene:
    held: Scene = page.session_state["scene"]
    return held


def place(page: AppTest) -> tuple[object, ...]:
    """Where the clocks stand, on the page and in the stage."""
    view = scene(page).view
    return view.step, view.phase, view.selection, sent(page)["view"]


def sent(page: AppTest) -> dict:
    """What the stage was sent."""
    return decode(page.get("bidi_component")[0].proto.bytes)[0]


def said(page: AppTest) -> str:
    return "\n".join(caption.value for caption in page.caption)


def chart(page: AppTest) -> dict:
    return json.loads(page.get("bidi_component")[1].proto.bytes)


def part(page: AppTest, name: str) -> AppTest:
    return healthy(page.get_by_key(data.PART).set_value(name).run())


# Compare -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("lang", LANGS)
def test_compare_shows_every_cell(cell: str, lang: str) -> None:
    page = opened("compare", cell=cell, lang=lang, step="2")
    shown = list(dict.fromkeys(("rnn", "lstm", "gru", cell)))
    titles = [say(lang, CELLS[key].title) for key in shown]
    with_h = [title for title, key in zip(titles, shown, strict=True) if "h" in CELLS[key].quantities]
    assert [row["title"] for row in chart(page)["rows"]] == with_h
    assert chart(page)["marked"] == 2
    assert page.multiselect(key=compare.CELLS_KEY).label == say(lang, "compare.cells")
    tables = [block.proto.body for block in page.get("html") if "wb-cells" in block.proto.body]
    assert len(tables) == 2 and all(title in table for table in tables for title in titles)


def test_the_trained_cells_say_what_they_think() -> None:
    page = opened("compare", lesson="review", text=Experiment().text)
    assert chart(page)["rows"][0]["title"] == say("en", "compare.readouts", label="positive")
    assert say("en", "compare.rings", first="RNN") in said(page)


def test_a_choice_is_kept_in_the_link_and_moves_no_clock() -> None:
    page = opened("compare", step="3", phase="cell", sel="f.2.2")
    before, drawn = place(page), sent(page)["run"]
    healthy(page.multiselect(key=compare.CELLS_KEY).set_value(["gru", "mgu"]).run())
    healthy(page.get_by_key(compare.QUANTITIES_KEY).set_value(["h", "h~"]).run())
    healthy(page.get_by_key(compare.SHOW_KEY).set_value("difference").run())
    assert "compare=gru.mgu:h.h~:difference" in sent(page)["link"]
    assert place(page) == before and sent(page)["run"] == drawn
    assert [row["title"] for row in chart(page)["rows"]] == ["GRU", "MGU − GRU", "GRU", "MGU − GRU"]
    again = opened("compare", compare="gru.mgu:h.h~:difference", step="3", phase="cell")
    assert chart(again)["rows"] == chart(page)["rows"]
    assert again.multiselect(key=compare.CELLS_KEY).value == ["gru", "mgu"]


def test_one_cell_is_not_a_comparison_yet() -> None:
    page = opened("compare", compare="gru.mgu")
    healthy(page.multiselect(key=compare.CELLS_KEY).set_value(["gru"]).run())
    assert page.multiselect(key=compare.CELLS_KEY).value == ["gru"], "the visitor is still choosing"
    assert say("en", "compare.cells.few") in [caption.value for caption in page.caption]
    assert [row["title"] for row in chart(page)["rows"]] == ["GRU", "MGU"]
    healthy(page.multiselect(key=compare.CELLS_KEY).set_value(["gru", "sru"]).run())
    assert [row["title"] for row in chart(page)["rows"]] == ["GRU", "SRU"]


def test_the_runs_are_those_that_the_stage_would_show() -> None:
    page = opened("compare", tweaks="b.f:2,w.W_xf.1.1:3", compare="lstm.lstm_coupled.gru")
    runs = page.session_state["compare-runs"]
    assert runs["lstm"].digest == run(scene(page).experiment).digest
    assert runs["lstm_coupled"].experiment.tweaks == Tweaks(bias={"f": 2.0})
    assert runs["gru"].experiment.tweaks.is_empty
    assert say("en", "compare.tweaked") in said(page)


def test_markup_in_tokens_is_text_when_cells_are_compared() -> None:
    page = opened("compare", text=BAD)
    assert [token["text"] for token in chart(page)["tokens"]][:1] == ["<"]
    tables = "".join(block.proto.body for block in page.get("html"))
    assert "<img" not in tables
    assert not any("img" in caption.value or "material" in caption.value for caption in page.caption)


# Data ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("lang", LANGS)
def test_data_shows_every_cell(cell: str, lang: str) -> None:
    page = opened("data", cell=cell, lang=lang, step="2")
    ran = run(scene(page).experiment)
    assert ran.trace is not None
    rows = page.dataframe[0].value
    np.testing.assert_array_equal(rows["value"], np.concatenate([ran.X, *ran.trace.values()], axis=1).ravel())
    part(page, "weights")
    name = page.selectbox(key=matrices.CHOICE).value
    shown = page.data_editor[0].value
    np.testing.assert_array_equal(shown, np.atleast_2d(ran.base_params[name]))
    part(page, "python")
    script = page.code[0].value
    exec(compile(script, "<listing>", "exec"), {"print": lambda *_: None})
    phase = next(phase for phase in ran.spec.phases if phase.id == scene(page).view.phase)
    assert script.startswith("# ") and say(lang, phase.title) in script.splitlines()[0]


def test_the_python_follows_the_stage() -> None:
    page = part(opened("data", step="3", phase="output"), "python")
    assert "o = sigmoid(" in page.code[0].value and "step 3" in page.code[0].value
    page = part(opened("data", step="1", phase="forget", tweaks="k.f:0.5"), "python")
    exec(compile(page.code[0].value, "<listing>", "exec"), {"print": lambda *_: None})


def test_the_python_is_of_the_phases_that_are_looked_at() -> None:
    page = part(opened("data", step="2", grouping="three", phase=CELLS["lstm"].groupings["three"][1].id), "python")
    script = page.code[0].value
    exec(compile(script, "<listing>", "exec"), {"print": lambda *_: None})
    for name in CELLS["lstm"].groupings["three"][1].quantities:
        assert f"\n{variable(name)} = " in script


def test_your_own_cell_has_its_numbers_and_can_be_compared() -> None:
    text = own.EXAMPLES["no_reset"]
    link = {"cell": own.KEY, "own": write_own(text), "compare": f"gru.{own.KEY}:h~"}
    page = opened("compare", **link)
    assert not page.warning
    assert [row["title"] for row in chart(page)["rows"]] == ["GRU", own.cell(text).title]
    assert page.multiselect(key=compare.CELLS_KEY).value == ["gru", own.KEY]
    tables = [block.proto.body for block in page.get("html") if "wb-cells" in block.proto.body]
    assert "missing" in tables[1]
    page = opened("data", **link)
    assert set(page.dataframe[0].value["quantity"].str[0]) >= {"z", "h"}
    part(page, "python")
    exec(compile(page.code[0].value, "<listing>", "exec"), {"print": lambda *_: None})
    part(page, "weights")
    assert page.data_editor[0].value.shape == (8, 5)


def test_the_table_can_be_filtered_and_moves_no_clock() -> None:
    page = opened("data", step="2", phase="cell", sel="f.2.2")
    before = place(page)
    healthy(page.get_by_key(data.QUANTITIES).set_value(["h", "x"]).run())
    healthy(page.slider(key=data.UNITS).set_value((2, 3)).run())
    healthy(page.slider(key=data.STEPS).set_value((1, 3)).run())
    rows = page.dataframe[0].value
    assert set(rows["step"]) == {1, 2, 3} and set(rows["unit"]) == {2, 3} and len(rows) == 12
    healthy(page.toggle(key=data.FOLLOW).set_value(True).run())
    assert set(page.dataframe[0].value["step"]) == {2}
    assert place(page) == before
    healthy(page.get_by_key("panel").set_value("compare").run())
    healthy(page.get_by_key("panel").set_value("data").run())
    assert set(page.dataframe[0].value["step"]) == {2}, "what was chosen is kept while another panel is open"


def test_a_shorter_text_cuts_the_chosen_range() -> None:
    page = opened("data")
    healthy(page.slider(key=data.STEPS).set_value((3, 4)).run())
    healthy(page.text_area(key="text").set_value("one two").run())
    assert page.slider(key=data.STEPS).value == (2, 2)
    healthy(page.text_area(key="text").set_value("one").run())
    assert set(page.dataframe[0].value["step"]) == {1}


def test_a_large_run_begins_with_one_step() -> None:
    page = opened("data", text=" ".join(f"w{k}" for k in range(100)), units="64", step="7")
    assert set(page.dataframe[0].value["step"]) == {7}


def test_tweaks_are_beside_what_was_before() -> None:
    rows = opened("data", tweaks="b.f:2").dataframe[0].value
    forget = rows[rows["quantity"].str.startswith("f ")]
    assert (forget["value"] > forget["before"]).all()


def test_files_are_made_when_they_are_asked_for() -> None:
    page = opened("data", tweaks="b.f:2")
    names = [button.proto.label for button in page.get("download_button")]
    assert names == [say("en", "data.csv", count="152"), say("en", "data.npz")]


def test_markup_in_tokens_is_text_in_the_table() -> None:
    page = opened("data", text=BAD, step="2")
    assert page.dataframe[0].value["token"].iloc[0] == "<"
    assert page.toggle(key=data.FOLLOW).label.endswith("`")
    part(page, "python")
    assert "img" not in page.code[0].value.splitlines()[0]


# Typed weights -------------------------------------------------------------------------------------------


def edit(page: AppTest, name: str, row: int, column: int, value: float | None) -> AppTest:
    """A number was typed. AppTest cannot type into a table; test_browser_workbench does."""
    tweaks, _ = matrix.edited(
        scene(page).experiment.tweaks, run(scene(page).experiment), name, {row: {str(column): value}}
    )
    page.session_state["scene"] = tweak(scene(page), tweaks)
    return healthy(page.run())


def test_edits_are_tweaks_that_the_stage_shows_and_the_link_carries() -> None:
    page = part(opened("data", step="2", phase="cell"), "weights")
    before, drawn = place(page), sent(page)["run"]
    edit(page, "W_xf", 2, 3, 0.75)
    assert sent(page)["tweaks"]["weights"] == {"W_xf.3.3": 0.75} and sent(page)["run"] != drawn
    assert "w.W_xf.3.3:0.75" in to_link(scene(page)) and place(page) == before
    assert page.data_editor[0].value.iloc[2, 2] == 0.75
    changed = page.dataframe[-1].value
    assert changed.iloc[0].tolist()[:2] == ["W_xf", "3, 3"] and changed.iloc[0].tolist()[3] == "0.75"
    healthy(page.button(key="data-reset").click().run())
    assert scene(page).experiment.tweaks.is_empty and sent(page)["run"] == drawn


def test_all_weights_can_be_reset_and_sliders_stay() -> None:
    page = part(opened("data", tweaks="b.f:1,w.W_xf.1.1:2,w.b_o.1.2:1"), "weights")
    healthy(page.button(key="data-reset-all").click().run())
    assert scene(page).experiment.tweaks == Tweaks(bias={"f": 1.0})
    assert "data-reset" not in {button.key for button in page.button}


def test_the_whole_run_comes_back_from_its_files() -> None:
    ran = run(Experiment())
    assert ran.trace is not None
    back = pd.read_csv(io.BytesIO(table.csv(table.frame(ran))), encoding="utf-8-sig", keep_default_na=False)
    kept = back[back["quantity"] == "c~"]["value"].to_numpy().reshape(ran.trace["c~"].shape)
    np.testing.assert_array_equal(kept, ran.trace["c~"])
