"""Cells side by side: the picture holds the traces' numbers, the tables count and mark what they should."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from itertools import combinations

import numpy as np
import pytest

from models import CELLS
from models.arrangement import Arrangement, Place
from models.cost import multiply_adds
from models.experiment import Experiment, Run, run
from models.tweaks import Tweaks
from tests.test_theme import EYES, distance
from viz import compare, comparison, equation, theme
from viz.chart import Chart, pack
from viz.lineup import choices
from viz.text import languages, say

FREE = Experiment("free", "rnn", "one two three four", units=5)
USUAL = ("rnn", "lstm", "gru")
LANGS = list(languages())


def runs_of(experiment: Experiment, cells: Sequence[str] = USUAL) -> list[Run]:
    return [run(replace(experiment, cell=cell)) for cell in cells]


def equations(runs: Sequence[Run], lang: str) -> str:
    return comparison.equations(tuple(one.spec for one in runs), lang)


def picture(runs: Sequence[Run], names: Sequence[str], **settings: bool) -> Chart:
    return compare.picture(runs, names, runs[0], 2, "en", "light", **settings)


def numbers(packed: dict[str, str]) -> np.ndarray:
    shape = [int(size) for size in packed["shape"].split(",")] if "shape" in packed else [-1]
    return np.frombuffer(base64.b64decode(packed["bdata"]), "<f4").reshape(shape)


class Text(HTMLParser):
    """The words of a piece of HTML, and its tags, which have to close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words, self.open, self.tags = "", [], []
        self.feed(re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag != "col":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def row(html: str, head: str) -> list[str]:
    """The cells of the row that begins with these words, as HTML."""
    found = re.search(rf'<tr><th scope="row">(?:(?!</th>).)*{re.escape(head)}.*?</tr>', html, re.DOTALL)
    assert found, head
    return re.findall(r"<td.*?</td>", found[0], re.DOTALL)


# The picture ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("lang", LANGS)
def test_every_cell_can_be_compared_in_every_language_and_theme(cell: str, lang: str) -> None:
    runs = runs_of(FREE, ("rnn", cell) if cell != "rnn" else ("lstm", "rnn"))
    names = choices(one.spec for one in runs)
    rows = [name for name in names for one in runs if name in one.spec.quantities]
    for difference in (False, True):
        draw = partial(compare.picture, runs, names, runs[0], 3, lang, difference=difference)
        packed = json.loads(pack(draw, "plotly.js"))
        assert len(packed["rows"]) == len(packed["data"]) == len(rows)
        assert packed["columns"] == 4 and packed["marked"] == 3
    for html in (comparison.costs(runs, runs[0], 3, lang), equations(runs, lang)):
        assert say(lang, CELLS[cell].title) in Text(html).words and "math" not in Text(html).tags


def test_the_rows_hold_the_traces() -> None:
    runs = runs_of(FREE)
    found = {trace["hovertemplate"].split(",")[0]: numbers(trace["z"]) for trace in picture(runs, ["h"]).data}
    assert list(found) == ["RNN", "LSTM", "GRU"]
    for one in runs:
        assert one.trace is not None
        np.testing.assert_allclose(found[one.spec.title], one.trace["h"].T, atol=1e-6)


def test_only_cells_that_have_a_quantity_have_a_row() -> None:
    runs = runs_of(FREE)
    assert [row.title for row in picture(runs, ["h", "f", "z"]).rows] == ["RNN", "LSTM", "GRU", "LSTM", "GRU"]
    assert [one.spec.key for one in compare.lacking(runs, "f")] == ["rnn", "gru"]


def test_a_difference_is_that_of_the_traces() -> None:
    runs = runs_of(FREE)
    drawn = picture(runs, ["h", "f"], difference=True)
    assert [row.title for row in drawn.rows] == ["RNN", "LSTM − RNN", "GRU − RNN", "LSTM"]
    first, second = runs[0].trace, runs[1].trace
    assert first is not None and second is not None
    np.testing.assert_allclose(numbers(drawn.data[1]["z"]), (second["h"] - first["h"]).T, atol=1e-6)
    assert drawn.data[1]["zmin"] == -drawn.data[1]["zmax"] == drawn.data[2]["zmin"]


def test_cells_of_other_sizes_show_their_values_instead() -> None:
    runs = [run(FREE), run(replace(FREE, cell="lstm", units=7))]
    assert not compare.comparable(runs[1], runs[0], "h")
    drawn = picture(runs, ["h"], difference=True)
    assert [row.title for row in drawn.rows] == ["RNN", "LSTM"] and numbers(drawn.data[1]["z"]).shape == (7, 4)


def test_one_colour_is_one_number_in_all_cells() -> None:
    strong = replace(FREE, tweaks=Tweaks(clamp={"f": 1.0, "i": 1.0}), text=" ".join(["word"] * 30))
    runs = runs_of(strong, ("lstm", "lstm_peephole"))
    limits = {(trace["zmin"], trace["zmax"]) for trace in picture(runs, ["c"]).data}
    assert len(limits) == 1 and limits.pop()[1] > 1


def test_a_cell_that_reads_from_the_end_is_aligned_with_the_tokens_of_the_stage() -> None:
    backward = replace(FREE, cell="lstm", arrangement=Arrangement(both=True, shown=Place(1, "backward")))
    shown, other = run(backward), run(replace(FREE, cell="mgu"))
    assert shown.tokens.items == other.tokens.items[::-1]
    drawn = compare.picture([shown, other], ["h"], shown, 1, "en", "light")
    assert [token.text for token in drawn.tokens] == list(shown.tokens.items)
    assert shown.trace is not None and other.trace is not None
    np.testing.assert_allclose(numbers(drawn.data[0]["z"]), shown.trace["h"].T, atol=1e-6)
    np.testing.assert_allclose(numbers(drawn.data[1]["z"]), other.trace["h"][::-1].T, atol=1e-6)


def test_readouts_are_lines_with_a_ring_where_they_part() -> None:
    runs = runs_of(Experiment())
    drawn = picture(runs, ["h"])
    curves = [trace for trace in drawn.data if trace["type"] == "scatter" and "lines" in trace["mode"]]
    rings = [trace for trace in drawn.data if trace.get("mode") == "markers"]
    for one, curve in zip(runs, curves, strict=True):
        assert one.readout is not None
        np.testing.assert_allclose(numbers(curve["y"]), one.readout, atol=1e-6)
    at = [compare.first_apart(one, runs[0]) for one in runs]
    assert at[0] is None and [ring["x0"] for ring in rings] == [step for step in at if step]
    for one, step in zip(runs[1:], at[1:], strict=True):
        assert step is not None and one.readout is not None and runs[0].readout is not None
        apart = np.abs(one.readout - runs[0].readout)
        assert apart[step - 1] > 0.1 and not (apart[: step - 1] > 0.1).any()
    assert [entry.text.split()[0] for entry in drawn.rows[0].legend] == ["RNN", "LSTM", "GRU"]


def test_free_play_says_nothing() -> None:
    runs = runs_of(FREE)
    assert picture(runs, ["h"]).rows[0].title == "RNN" and compare.first_apart(runs[1], runs[0]) is None


def test_what_is_typed_stands_in_the_heads_alone() -> None:
    bad = "<b>x</b> %{y} $z$ <a href='javascript:1'>"
    runs = runs_of(replace(FREE, text=bad))
    drawn = picture(runs, ["h"])
    assert "".join(token.text for token in drawn.tokens)[:1] == "<"
    for part in (drawn.data, drawn.layout, drawn.rows, drawn.label):
        assert "javascript" not in repr(part) and "<b>x" not in repr(part)


# The tables ----------------------------------------------------------------------------------------------


def test_counts_and_ratios_are_those_of_the_sizes_on_the_screen() -> None:
    runs = runs_of(FREE, ("lstm", "rnn", "gru", "mgu"))
    html = comparison.costs(runs, runs[0], 1, "en")
    for head, count in ((say("en", "compare.parameters"), None), (say("en", "compare.multiply_adds"), multiply_adds)):
        cells = row(html, head)
        for one, cell in zip(runs, cells, strict=True):
            sizes = (8, 5)
            own = count(one.spec, *sizes) if count else one.spec.count(*sizes)
            lstm = count(CELLS["lstm"], *sizes) if count else CELLS["lstm"].count(*sizes)
            assert f"{own:,}" in cell and f"{own / lstm:.3g} ×" in cell
    assert "0.25 ×" in row(html, say("en", "compare.parameters"))[1]


def test_a_trained_run_counts_its_own_sizes_and_says_how_good_it_is() -> None:
    runs = runs_of(Experiment())
    html = comparison.costs(runs, runs[0], 4, "en")
    assert [re.search(r"\d+", cell)[0] for cell in row(html, "Parameters")] == ["120", "480", "360"]  # type: ignore[index]
    assert "99.4%" in row(html, "Weights")[0] and "100" not in row(html, "Weights")[2]
    assert runs[2].readout is not None
    assert f"{runs[2].readout[3]:.3f}" in row(html, "Probability after “slow”")[2]
    assert f"{runs[2].readout[-1]:.3f}" in row(html, "Probability at the end")[2]
    step = compare.first_apart(runs[2], runs[0])
    assert f"<mark>step {step}, " in row(html, "First apart from RNN")[2]


def test_phases_quantities_and_parameters_that_the_first_has_not_are_marked() -> None:
    runs = runs_of(FREE, ("lstm", "lstm_peephole", "gru"))
    html = comparison.costs(runs, runs[0], 1, "en")
    phases = row(html, "Phases")
    assert "mark" not in phases[1] and phases[2].count("<mark>") == 3
    quantities = row(html, "Quantities")
    assert "mark" not in quantities[1] and quantities[2].count("<mark>") == 3 and quantities[2].count("<s>") == 5
    names = row(html, "Names of the parameters")
    assert names[1].count("<mark>") == 3 and "<s>" not in names[1]


def test_equations_are_marked_where_they_differ() -> None:
    html = equations(runs_of(FREE, ("rnn", "gru")), "en")
    candidate = row(html, "candidate")[1]
    assert Text(candidate).words.startswith("tanh(") and candidate.count("<mark>") == 1
    assert re.search(r"<mark>.*?<i>r</i><sub>t</sub>.*?</mark>", candidate) and "of the RNN" in candidate
    assert "new" in row(html, "reset gate")[1] and Text(row(html, "reset gate")[0]).words == "–"
    html = equations(runs_of(FREE, ("lstm", "gru")), "en")
    assert "missing" in row(html, "forget gate")[1]
    html = equations(runs_of(FREE, ("gru", "gru_after", "gru_takes_new")), "en")
    assert "the same" in row(html, "reset gate")[2] and "wb-same" in row(html, "reset gate")[2]
    assert "without" in row(html, "candidate")[1] and "different" in row(html, "hidden state")[2]


@pytest.mark.parametrize("cell", CELLS)
def test_an_equation_reads_as_it_is_defined(cell: str) -> None:
    from models.notation import equation as written

    spec = CELLS[cell]
    for name, quantity in spec.quantities.items():
        words = Text(equation.definition(spec, name)).words.replace("\xa0", " ").replace("\u202f", " ")
        plain = written(spec, name, "text").split(" = ", 1)[1].replace("_{t−1}", "t−1").replace("_", "")
        if quantity.clock is None and not re.search("[⁰-⁹⁽′]", plain):
            assert words == plain


def test_tokens_are_text_in_the_tables() -> None:
    runs = runs_of(replace(Experiment(), text="<img src=x onerror=1> {first} {token} &amp;"))
    html = comparison.costs(runs, runs[0], 1, "en")
    assert "img" not in Text(html).tags and "<img" not in html
    for step, token in enumerate(runs[0].tokens.items, 1):
        assert f"Probability after “{token}”" in Text(comparison.costs(runs, runs[0], step, "en")).words


@pytest.mark.parametrize("name", theme.THEMES)
def test_lines_can_be_read_and_told_apart(name: str) -> None:
    colours = theme.THEMES[name].lines
    assert min(theme.contrast(colour, theme.THEMES[name].paper) for colour in colours) >= 4.5
    assert min(distance(a, b, eye) for a, b in combinations(colours, 2) for eye in EYES) > 20
    assert len(compare.DASHES) == len(set(compare.DASHES)) == len(colours), "and by their dashes"
