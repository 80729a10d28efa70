"""Your own cell on the page: where it starts, how it is kept while it has a mistake, and how a link carries it."""

from html import escape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from models import CELLS, own
from models.experiment import UNITS, Experiment, definition, most_units, run
from models.tweaks import Tweaks
from models.typed import CellError, parse, source
from tests.test_typed import RNN, WRONG
from tests.test_typed_fuzz import ALPHABET
from tests.typed_cells import random_cell
from viz import scene as scenes
from viz.link import from_link, read_own, to_link, write_own
from viz.payload import decode
from viz.scene import Scene, View, opening, settle
from viz.text import say, sentence
from viz.ui import editor
from viz.ui.panels import PANELS

ROOT = Path(__file__).resolve().parent.parent
FREE = {"lesson": "free", "text": "one two three four", "units": "6", "lang": "en"}
GRU = own.sources()["gru"]
NO_RESET = GRU.replace("(r * h)", "h")


def free(cell: str = "gru", **fields: object) -> Scene:
    return settle(Scene(Experiment("free", cell, "one two three", **fields), View(lang="en")))[0]


def opened(**link: str) -> AppTest:
    page = AppTest.from_file(ROOT / "viz" / "ui" / "page.py", default_timeout=30)
    for name, value in (FREE | link).items():
        page.query_params[name] = value
    return healthy(page.run())


def healthy(page: AppTest) -> AppTest:
    assert not page.exception
    return page


def header(page: AppTest) -> dict:
    return decode(page.get("bidi_component")[0].proto.bytes)[0]


def mistake(page: AppTest) -> str:
    """What the editor says is wrong, as HTML."""
    bodies = [element.proto.body for element in page.get("html")]
    return next((body for body in bodies if 'class="own-mistake"' in body), "")


def typed(page: AppTest, text: str) -> AppTest:
    return healthy(page.text_area(key="own").set_value(text).run())


# Scenes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", CELLS)
def test_it_starts_from_the_chosen_cell(key: str) -> None:
    before = free(key)
    after = scenes.choose_cell(before, own.KEY)
    assert after.experiment.cell == own.KEY
    assert after.experiment.own == own.sources().get(key, own.sources()["rnn"])
    if key in own.sources():
        assert run(after.experiment).trace is not None
        assert list(definition(after.experiment).quantities) == list(CELLS[key].quantities)


def test_it_starts_from_the_chosen_form_of_a_cell() -> None:
    before = free("lstm_peephole", options=(("p_f", "off"),))
    assert "f = sigmoid(x W_xf + h W_hf + b_f)" in scenes.choose_cell(before, own.KEY).experiment.own
    heads = free("slstm", options=(("heads", 2),))
    assert scenes.choose_cell(heads, own.KEY).experiment.own == own.sources()["slstm"]


def test_the_same_cell_gives_the_same_numbers() -> None:
    before = free("gru", tweaks=Tweaks(bias={"z": 1.0}, weights={("W_xz", 0, 0): 2.0}))
    one, two = run(before.experiment), run(scenes.type_cell(before, GRU).experiment)
    for name in one.trace:
        assert (one.trace[name] == two.trace[name]).all()
    assert one.digest != two.digest  # another title, other words


def test_the_clocks_stay() -> None:
    before = settle(Scene(free("gru").experiment, View(2, "mix", ("h~", 2, 2), lang="en")))[0]
    after = scenes.type_cell(before, NO_RESET)
    assert after.view == before.view
    gone = scenes.type_cell(before, "z = sigmoid(x W_xz)\n\nh = z * h")
    assert gone.view.selection is None and gone.view.step == 2 and gone.view.phase == gone.spec.phases[-1].id


def test_headings_are_in_the_language_of_the_page() -> None:
    chinese = scenes.choose_cell(scenes.choose_language(free("gru"), "zh"), own.KEY)
    assert f"# {sentence('zh', 'Candidate')}" in chinese.experiment.own
    assert source(parse(chinese.experiment.own)) == chinese.experiment.own


def test_in_a_lesson_it_says_that_its_weights_are_random() -> None:
    scene = scenes.choose_cell(opening("review"), own.KEY)
    assert "notice.untrained" in {notice.key for notice in run(scene.experiment).notices}


def test_the_text_is_part_of_the_experiment() -> None:
    one, two = (run(free(own.KEY, own=text).experiment) for text in (GRU, GRU.replace("z * h +", "z * z * h +")))
    assert one.base_digest != two.base_digest
    assert free("gru", own="nonsense").experiment.own == ""


def test_a_run_of_very_many_operations_stays_small() -> None:
    many = "\n".join(f"{letter} = x W_x{letter}{' - h' * 38}" for letter in "abcdh")
    words = Experiment("free", own.KEY, "word " * 600, units=128, own=many)
    assert UNITS[0] < most_units(words) < UNITS[1]
    assert settle(Scene(words, View()))[0].experiment.units == most_units(words)
    assert most_units(Experiment("free", own.KEY, "word " * 600, units=128, own=own.sources()["lstm"])) == UNITS[1]


# Links ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [GRU, RNN, "h = x W_xh # a; b", "# a;b\nh = x W_xh", *own.EXAMPLES.values()])
def test_a_link_goes_round(text: str) -> None:
    scene = free(own.KEY, own=text)
    again, notices = from_link(to_link(scene))
    assert (again, notices) == (scene, ())
    assert again.experiment.own == text


def test_a_link_can_be_read() -> None:
    link = to_link(free(own.KEY, own=NO_RESET))
    assert "&own=%23+Reset+and+update+gates;r+=+sigmoid(x+W_xr+%2B+h+W_hr+%2B+b_r);z+=+" in link
    assert len(link) < 330
    assert parse_qs(urlsplit(f"?{link}").query)["own"] == [NO_RESET.replace("\n", ";")]


@settings(max_examples=300, deadline=None)
@given(st.text(ALPHABET + ";&%?=+", max_size=80))
@example("; \n;")
def test_any_text_goes_round_in_a_link(text: str) -> None:
    assert own.tidied(read_own(write_own(own.tidied(text)))) == own.tidied(text)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12))
def test_any_cell_goes_round_in_a_link(seed: int, lines: int) -> None:
    scene = free(own.KEY, own=random_cell(seed, lines))
    assert from_link(to_link(scene)) == (scene, ())


@pytest.mark.parametrize("text", [w[0] for w in WRONG if w[0].strip()] + ["x" * 9000, "\ud800", "\x00", "<b>{x}</b>"])
def test_a_broken_cell_in_a_link_is_repaired_with_a_notice(text: str) -> None:
    scene, notices = from_link({"lesson": "free", "cell": "own", "own": write_own(text), "lang": "en"})
    assert [notice.key for notice in notices] == ["notice.link.own"]
    assert scene.experiment.own in own.sources().values()
    assert settle(scene) == (scene, ())


def test_a_broken_cell_becomes_the_one_that_it_comes_from() -> None:
    broken = GRU.replace("(r * h)", "(r * q)")
    assert from_link({"cell": "own", "own": broken})[0].experiment.own == GRU
    scene, notices = from_link({"cell": "own", "lesson": "free"})
    assert notices == () and scene.experiment.own in own.sources().values()


# The page ---------------------------------------------------------------------------------------------


def test_one_deletion_answers_a_question() -> None:
    page = opened(cell="gru", step="2", phase="candidate")
    healthy(page.selectbox(key="cell").select("own").run())
    assert page.text_area(key="own").value == GRU
    first = header(page)
    typed(page, NO_RESET)
    second = header(page)
    assert not mistake(page) and second["push"] and second["run"] != first["run"]
    assert (second["view"]["step"], second["view"]["phase"]) == (2, "candidate")
    assert parse_qs(second["link"])["own"] == [NO_RESET.replace("\n", ";")]
    shown = {quantity["name"]: quantity["label"] for quantity in second["static"]["quantities"]}
    assert shown == {"r": "reset gate", "z": "update gate", "h~": "candidate", "h": "hidden state"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_while_it_has_a_mistake_the_last_cell_stays(lang: str) -> None:
    page = opened(cell="own", own=write_own(GRU), lang=lang)
    before = header(page)
    broken = GRU.replace("z * h +", "z * q +")
    typed(page, broken)
    assert page.text_area(key="own").value == broken
    told = mistake(page)
    assert say(lang, "own.place", line=9, column=9) in told
    assert "<pre>h = z * <mark>q</mark> + (1 - z) * h~</pre>" in told
    assert "x r z h~ h" in told and say(lang, "own.still") in told
    after = header(page)
    assert after["run"] == before["run"] and after["static"] is None
    assert parse_qs(after["link"])["own"] == [GRU.replace("\n", ";")]
    healthy(page.number_input(key="seed").set_value(5).run())  # other changes leave what was typed alone
    assert page.text_area(key="own").value == broken and mistake(page)
    typed(page, GRU)
    assert not mistake(page)


def test_every_mistake_is_told_literally() -> None:
    for text, key, *_ in WRONG:
        with pytest.raises(CellError) as caught:
            parse(text)
        for lang in ("en", "zh"):
            told = editor.explain(lang, text, caught.value)
            assert f"<p>{escape(say(lang, key, **caught.value.values))}</p>" in told
            assert ("<mark>" in told) == bool(caught.value.word)


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        ("h = q", ("h = ", "q", "")),
        ("h = x W_xh + <b>", ("h = x W_xh + ", "<", "b>")),
        ("h = 门\x00", ("h = 门", "·", "")),
        ("h = " + "h * " * 30 + "q" + " + b" * 30, ("…" + "h * " * 15, "q", " + b" * 15 + "…")),
    ],
)
def test_a_line_is_quoted_around_its_word(line: str, quoted: tuple[str, str, str]) -> None:
    text = f"# A\n\n{line}\n"
    with pytest.raises(CellError) as caught:
        parse(text)
    assert editor.quoted(text, caught.value) == quoted


def test_a_broken_link_shows_its_text_and_what_is_wrong() -> None:
    broken = GRU.replace("(r * h)", "(r * q)")
    page = opened(cell="own", own=write_own(broken))
    assert len(page.warning) == 1 and "6" in page.warning[0].value
    assert page.text_area(key="own").value == broken
    assert "<mark>q</mark>" in mistake(page)
    assert parse_qs(header(page)["link"])["own"] == [GRU.replace("\n", ";")]


def test_what_was_typed_is_there_again_after_a_look_at_another_cell() -> None:
    page = opened(cell="own", own=write_own(NO_RESET.replace("b_z", "b_q")))
    healthy(page.selectbox(key="cell").select("lstm").run())
    healthy(page.selectbox(key="cell").select("own").run())
    assert page.text_area(key="own").value == NO_RESET.replace("b_z", "b_q")
    typed(page, GRU)  # nothing of the visitor's own any more
    healthy(page.selectbox(key="cell").select("lstm").run())
    healthy(page.selectbox(key="cell").select("own").run())
    assert page.text_area(key="own").value == own.sources()["lstm"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("key", own.EXAMPLES)
def test_examples_to_start_from(key: str, lang: str) -> None:
    page = opened(cell="own", own=write_own(RNN), lang=lang)
    healthy(page.menu_button(key="own-start").click(key).run())
    assert own.headed(own.EXAMPLES[key], lambda title: sentence(lang, title)) == page.text_area(key="own").value
    assert not mistake(page)


def test_a_way_back_to_the_start() -> None:
    page = opened(cell="own", own=write_own(NO_RESET))
    typed(page, NO_RESET.replace("z * h", "z * q"))
    healthy(page.menu_button(key="own-start").click(editor.BACK).run())
    assert page.text_area(key="own").value == GRU and not mistake(page)


def test_a_cell_that_cannot_be_typed_is_told() -> None:
    page = opened(cell="clockwork")
    healthy(page.selectbox(key="cell").select("own").run())
    assert page.text_area(key="own").value == own.sources()["rnn"]
    assert any("Clockwork" in caption.value for caption in page.caption)


@pytest.mark.parametrize("panel", [panel.key for panel in PANELS])
@pytest.mark.parametrize(
    "text",
    [*own.EXAMPLES.values(), RNN, "y = sigmoid(x W_xy)", "c = c * c * 9 + x W_xc + 9\nd = c - c * c\nh = d / (d - d)"],
    ids=[*own.EXAMPLES, "rnn", "no state", "overflow"],
)
def test_every_panel_opens_for_your_own_cell(panel: str, text: str) -> None:
    page = opened(cell="own", own=write_own(text), panel=panel, step="3")
    assert not mistake(page)
