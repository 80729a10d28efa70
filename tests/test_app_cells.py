"""The page for every cell, without a browser: its menu, its options, conventions, phases, layers and directions."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from models import CELLS
from models.arrangement import BACKWARD, Place
from viz import menu
from viz.payload import decode
from viz.scene import opening, type_text
from viz.text import catalogue, languages, say

ROOT = Path(__file__).resolve().parent.parent
TEXT = "one two three two"


def opened(cell: str, lang: str = "en", **link: str) -> AppTest:
    page = AppTest.from_file(ROOT / "viz" / "ui" / "page.py", default_timeout=30)
    for name, value in {"lesson": "free", "cell": cell, "text": TEXT, "lang": lang, **link}.items():
        page.query_params[name] = value
    return healthy(page.run())


def healthy(page: AppTest) -> AppTest:
    assert not page.exception and not page.error
    return page


def header(page: AppTest) -> dict:
    """What the stage was sent."""
    return decode(page.get("bidi_component")[0].proto.bytes)[0]


def link(page: AppTest) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(header(page)["link"], keep_blank_values=True).items()}


def captions(page: AppTest) -> str:
    return "\n".join(caption.value for caption in page.sidebar.caption)


def choose(page: AppTest, key: str, value: object) -> AppTest:
    return healthy(page.get_by_key(key).set_value(value).run())


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_has_its_page(cell: str, lang: str) -> None:
    page = opened(cell, lang)
    assert not page.warning
    static = header(page)["static"]
    assert static["cell"]["key"] == cell and static["diagram"]["items"] and static["lang"] == lang
    spec, told = CELLS[cell], captions(page)
    assert spec.source in told
    cost = menu.cost_of(cell, type_text(opening("free"), TEXT).experiment)
    assert f"{cost.parameters:,}" in told and f"{cost.multiply_adds:,}" in told
    assert cell == menu.MEASURE or f"{cost.ratio:.2f}" in told
    for option in spec.options:
        assert page.get_by_key(f"option-{option.name}").label == say(lang, f"option.{option.name}")


@pytest.mark.parametrize(
    ("cell", "option", "choice"),
    [
        pytest.param(key, option, choice, id=f"{key}-{option.name}-{choice}")
        for key, spec in CELLS.items()
        for option in spec.options
        for choice in option.choices
        if choice != option.default
    ],
)
def test_every_choice_can_be_made_and_unmade(cell: str, option, choice: object) -> None:
    page = opened(cell)
    before = header(page)
    values = {"on": True, "off": False} if set(option.choices) == {"on", "off"} else {}
    choose(page, f"option-{option.name}", values.get(choice, choice))
    after = header(page)
    assert link(page)["options"] == f"{option.name}:{choice}".replace(" ", ".")
    assert after["base"] != before["base"] and after["push"]
    choose(page, f"option-{option.name}", values.get(option.default, option.default))
    assert "options" not in link(page) and header(page)["base"] == before["base"]


def test_every_choice_has_words_in_every_language() -> None:
    known = [set(catalogue(lang)) for lang in languages()]
    for spec in CELLS.values():
        for option in spec.options:
            assert all(f"option.{option.name}" in keys for keys in known)
        for grouping in ("usual", *spec.groupings) if spec.groupings else ():
            family = "lstm" if "c" in spec.states else "gru"
            assert all(f"grouping.{family}.{grouping}_note" in keys for keys in known)


def test_softmax_in_the_hidden_layer_is_explained() -> None:
    page = opened("rnn_output")
    assert say("en", "option.hidden.softmax") not in captions(page)
    choose(page, "option-hidden", "softmax")
    assert say("en", "option.hidden.softmax") in captions(page)
    assert header(page)["static"]["outputs"] == ["one", "two", "three"]


def test_trained_weights_go_with_an_option_and_come_back() -> None:
    page = opened("rnn", lesson="review")
    assert header(page)["static"]["trained"]
    choose(page, "option-hidden", "relu")
    assert not header(page)["static"]["trained"] and len(page.warning) == 1
    choose(page, "option-hidden", "tanh")
    assert header(page)["base"] and link(page).get("options") is None and not page.warning


@pytest.mark.parametrize("lang", languages())
def test_the_convention_switch(lang: str) -> None:
    page = opened("gru", lang)
    assert page.get_by_key("update").value == "keeps" and page.get_by_key("reset").value == "before"
    used = {say(lang, "convention.used.keeps_before")}
    choose(page, "update", "takes")
    assert link(page)["cell"] == "gru_takes_new" and page.get_by_key("weights").value is True
    assert any(say(lang, "convention.used.takes_before") == one.value for one in page.sidebar.caption)
    same = header(page)
    choose(page, "weights", False)
    assert "update" not in link(page) and header(page)["run"] != same["run"]
    assert "0." in captions(page).rsplit(say(lang, "convention.used.takes_before"))[1]
    choose(page, "reset", "after")
    assert link(page)["cell"] == "gru_takes_new_after"
    choose(page, "update", "keeps")
    assert link(page)["cell"] == "gru_after" and used.isdisjoint({one.value for one in page.sidebar.caption})


def test_other_cells_have_no_convention_to_switch() -> None:
    keys = {widget.key for widget in opened("lstm").sidebar}
    assert {"grouping", "layers", "direction"} <= keys and not {"update", "reset", "weights", "shown"} & keys


def test_the_grouping_switch() -> None:
    page = opened("lstm", step="2", phase="output")
    before = header(page)
    choose(page, "grouping", "d2l")
    after = header(page)
    assert [phase["id"] for phase in after["static"]["phases"]] == ["gates", "candidate", "cell", "hidden"]
    assert after["view"]["phase"] == "hidden" and after["view"]["step"] == 2
    assert after["run"] == before["run"] and not after["push"]
    choose(page, "cell", "gru")
    assert header(page)["view"]["phase"] == "mix" and "grouping" not in link(page)


def test_layers_and_directions() -> None:
    page = opened("lstm")
    choose(page, "layers", 2)
    choose(page, "direction", True)
    choose(page, "shown", Place(2, BACKWARD))
    assert link(page).items() >= {"layers": "2", "direction": "both", "shown": "2.backward"}.items()
    assert say("en", "stack.reads_backward") in captions(page)
    assert header(page)["static"]["place"] == {"layer": 2, "layers": 2, "backward": True}
    choose(page, "layers", 1)
    assert "shown" not in link(page) and page.get_by_key("shown").value == Place()


def test_a_cell_is_picked_from_the_family() -> None:
    page = opened("lstm")
    healthy(page.get_by_key("cells").click().run())
    groups = {radio.key.removeprefix("cells-"): radio for radio in page.radio}
    assert {name: len(radio.options) for name, radio in groups.items()} == {
        name: len(keys) for name, keys in menu.groups().items()
    }
    assert groups["lstm"].value == "lstm" and groups["gru"].value is None
    healthy(groups["gru"].set_value("mgu").run())
    assert link(page)["cell"] == "mgu"
