"""Typed cells: what can be written is read back as it was, and every mistake is told at its word."""

import re

import numpy as np
import pytest

from models import CELLS, forward, init, own
from models.notation import equation
from models.typed import CellError, lines, parse, source
from models.typed.kin import nearest
from models.typed.reader import MOST_DEPTH, MOST_MATRICES, MOST_NODES
from models.typed.words import FUNCTIONS, MOST_CHARACTERS, MOST_LINES
from tests.cases import variants

D, H, T = 5, 6, 7  # D and H apart: some cells leave out a matrix where they agree
RNN = "h = tanh(x W_xh + h W_hh + b_h)"


def writable():
    for case in variants():
        spec = case.values[0]
        try:
            yield pytest.param(spec, source(spec), id=case.id)
        except ValueError:
            continue


every_writable_cell = pytest.mark.parametrize(("spec", "text"), list(writable()))


def numbers(spec, X):
    params = init(spec, X.shape[1], H, seed=3)
    return params, forward(spec, params, X)


# Round trip -------------------------------------------------------------------------------------------


def test_nearly_every_cell_can_be_written() -> None:
    assert set(CELLS) - set(own.sources()) == {"rnn_output", "clockwork"}


@every_writable_cell
def test_a_cell_is_read_as_it_was_written(spec, text) -> None:
    typed = parse(text, spec)
    assert source(typed) == text
    X = np.random.default_rng(0).normal(size=(T, D))
    (params, trace), (own_params, own_trace) = numbers(spec, X), numbers(typed, X)
    assert params.keys() == own_params.keys()
    for name, value in params.items():
        np.testing.assert_array_equal(value, own_params[name], err_msg=name)
    for name in trace:
        np.testing.assert_array_equal(trace[name], own_trace[name], err_msg=name)
        for form in ("text", "latex", "mathml"):
            assert equation(typed, name, form) == equation(spec, name, form)
    assert typed.phases == spec.phases and typed.states == spec.states


@every_writable_cell
def test_a_cell_read_as_itself_looks_like_itself(spec, text) -> None:
    typed = parse(text, spec)
    for name, quantity in spec.quantities.items():
        found = typed.quantities[name]
        for field in ("kind", "label", "note", "role", "phase", "start", "width"):
            assert getattr(found, field) == getattr(quantity, field), (name, field)


@pytest.mark.parametrize("key", own.sources())
def test_a_cell_is_nearest_to_itself(key: str) -> None:
    assert nearest(parse(own.sources()[key]), CELLS.values()) is CELLS[key]
    assert own.closest(own.sources()[key]) == key


def test_a_changed_cell_keeps_what_it_shares() -> None:
    typed = own.cell(own.EXAMPLES["no_reset"])
    gru = CELLS["gru"]
    assert typed.quantities["z"].label == gru.quantities["z"].label
    assert typed.quantities["z"].note == gru.quantities["z"].note
    assert typed.quantities["h~"].label == gru.quantities["h~"].label
    assert typed.phases[-1].note == gru.phases[-1].note
    assert typed.phases[-1].id == "mix"
    # f is still a forget gate, but what it is for has changed with the line that reads it
    odd = own.cell(own.sources()["lstm"].replace("c = f * c + i * c~", "c = c + f * i * c~"))
    assert odd.quantities["f"].label == "forget gate"
    assert odd.quantities["f"].note != CELLS["lstm"].quantities["f"].note


def test_letters_of_the_documents_keep_their_names() -> None:
    labels = {name: quantity.label for name, quantity in own.cell(own.EXAMPLES["mix"]).quantities.items()}
    assert labels == {
        "z": "update gate",
        "c~": "candidate",
        "c": "cell state",
        "o": "output gate",
        "h": "hidden state",
    }
    odd = own.cell("z = tanh(x W_xz)\nq = sigmoid(z)\nh = h * q").quantities
    assert [odd[name].label for name in "zqh"] == ["intermediate value", "gate", "hidden state"]


def test_a_forget_gate_starts_open_in_a_typed_cell_too() -> None:
    assert (init(own.cell(own.EXAMPLES["peephole"]), D, H)["b_f"] == 1).all()
    assert not init(own.cell(RNN), D, H)["b_h"].any()


@pytest.mark.parametrize("key", own.EXAMPLES)
def test_examples_run(key: str) -> None:
    text = own.EXAMPLES[key]
    spec = own.cell(text)
    assert source(spec) == text
    _, trace = numbers(spec, np.ones((T, D)))
    assert all(np.isfinite(trace[name]).all() for name in trace)


# What a text means ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "h=tanh(x W_xh+h W_hh+b_h)",
        "h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)",
        "h[t] = tanh(x[t] W_xh + h[t-1] W_hh + b_h)  # as a comment",
        "  h = tanh(x @ W_xh + (h) @ W_hh + (b_h))",
        "h = tanh((x W_xh) + ((h W_hh) + b_h))",
        "h\t=\u00a0tanh(x W_xh + h[ t − 1 ] W_hh + b_h)",
        "\n\n# A phase\n\n# Hidden state\r\nh = tanh(x W_xh + h W_hh + b_h)\r\n\r\n",
    ],
)
def test_one_cell_in_many_spellings(text: str) -> None:
    assert lines(parse(text)) == lines(parse(RNN))


def test_signs_of_the_documents_are_signs() -> None:
    plain = parse("z = sigmoid(x W_xz)\nc~ = x W_xc\nh = z * h - z * c~")
    documents = parse("z = σ(x W_xz)\nc\u0303 = x W_xc\nh = z ⊙ h − z · c\u0303")
    assert lines(documents) == lines(plain)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("-h * h", "-h * h"),
        ("(-h) * h", "(-h) * h"),
        ("h - (h - h)", "h - (h - h)"),
        ("h - h - h", "h - h - h"),
        ("h / (h * h)", "h / (h * h)"),
        ("h / h * h", "h / h * h"),
        ("((h)) + (h + h)", "h + h + h"),
        ("h * -h", "h * (-h)"),
        ("(h * h) W_a W_b", "(h * h) W_a W_b"),
    ],
)
def test_brackets_and_signs_bind_as_usual(written: str, meant: str) -> None:
    typed = parse(f"h = x W_xh + {RNN[4:]} * ({written})")
    again = parse(source(typed))
    assert lines(again) == lines(typed)
    assert lines(parse(f"h = x W_xh + {RNN[4:]} * ({meant})")) == lines(typed)
    X = np.random.default_rng(0).normal(size=(T, D))
    np.testing.assert_array_equal(numbers(again, X)[1]["h"], numbers(typed, X)[1]["h"])


def test_a_name_is_of_this_step_below_its_line_and_of_the_step_before_elsewhere() -> None:
    spec = parse("a = sigmoid(x W_xa + b W_ba + a W_aa)\nb = tanh(a W_ab + b W_bb)\nc = a[t-1] * b + a")
    read = {
        name: {(node.op, node.name) for node in quantity.expr.walk() if node.op in ("previous", "quantity")}
        for name, quantity in spec.quantities.items()
    }
    assert read["a"] == {("previous", "a"), ("previous", "b")}
    assert read["b"] == {("quantity", "a"), ("previous", "b")}
    assert read["c"] == {("previous", "a"), ("quantity", "a"), ("quantity", "b")}
    assert spec.states == ("a", "b")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("g = sigmoid(x W_xg)", "gate"),
        ("g = sigmoid(x W_xg + g W_gg)", "gate"),  # full gate recurrence
        ("h = sigmoid(x W_xh + h W_hh)", "state"),
        ("g~ = tanh(x W_xg)", "candidate"),
        ("g = tanh(x W_xg)", "value"),
        ("g = 1 - sigmoid(x W_xg)", "gate"),
        ("g = 2 - sigmoid(x W_xg)", "value"),
        ("g = softmax(x W_xg)", "gate"),
    ],
)
def test_kinds_are_seen(line: str, kind: str) -> None:
    spec = parse(line)
    assert next(iter(spec.quantities.values())).kind == kind


def test_phases_begin_at_headings_and_empty_lines() -> None:
    spec = parse("# One\na = x W_xa\nb = x W_xb\n\nc = a + b\n# Three \u202e\x00 here\nd = c # no heading\n")
    assert [(phase.title, phase.quantities) for phase in spec.phases] == [
        ("One", ("a", "b")),
        ("c", ("c",)),
        ("Three here", ("d",)),
    ]
    assert len({phase.id for phase in spec.phases}) == 3


def test_every_letter_has_a_colour_that_exists() -> None:
    from viz.theme import ROLES

    letters = "abcdefghijklmnopqrsuvwyz"
    spec = parse("\n".join(f"{letter} = sigmoid(x W_x{letter})" for letter in letters))
    assert {quantity.role for quantity in spec.quantities.values()} <= set(ROLES)


# Mistakes ---------------------------------------------------------------------------------------------

WRONG = [
    ("", "typed.empty", 1, 1, ""),
    ("\n# only words\n", "typed.empty", 1, 1, ""),
    ("h", "typed.line", 1, 1, "h"),
    ("# A\ntanh(x W_xh)", "typed.line", 2, 1, "tanh"),
    (RNN + "\n  W_a = x W_xa", "typed.line", 2, 3, "W_a"),
    ("h[t-1] = x W_xh", "typed.line", 1, 1, "h"),
    ("forget = x W_xf", "typed.name", 1, 1, "forget"),
    ("h_new = x W_xh", "typed.name", 1, 1, "h_new"),
    ("h123 = x W_xh", "typed.name", 1, 1, "h123"),
    ("门 = x W_xh", "typed.name", 1, 1, "门"),
    ("x = x W_xh", "typed.reserved", 1, 1, "x"),
    ("max = x W_xh", "typed.reserved", 1, 1, "max"),
    ("σ = x W_xh", "typed.reserved", 1, 1, "σ"),
    (RNN + "\n" + RNN, "typed.twice", 2, 1, "h"),
    ("h =", "typed.end", 1, 3, "="),
    ("h = x W_xh +", "typed.end", 1, 12, "+"),
    ("h = tanh(", "typed.end", 1, 9, "("),
    ("h = x W_xh ^ 2", "typed.character", 1, 12, "^"),
    ("h = x W_xh; c = 1", "typed.character", 1, 11, ";"),
    ("h = __import__", "typed.character", 1, 5, "__import__"),
    ("h = x W_xh + * 2", "typed.unexpected", 1, 14, "*"),
    ("h = ()", "typed.unexpected", 1, 6, ")"),
    ("h = x W_xh = 2", "typed.unexpected", 1, 12, "="),
    ("h = x W_xh h W_hh", "typed.operator", 1, 12, "h"),
    ("h = 2 (x W_xh)", "typed.operator", 1, 7, "("),
    ("h = x W_xh 2", "typed.operator", 1, 12, "2"),
    ("h = x W_xh b_h", "typed.operator", 1, 12, "b_h"),
    ("h = (x W_xh)[t-1]", "typed.index", 1, 13, "[t-1]"),
    ("h = x W_xh)", "typed.unopened", 1, 11, ")"),
    ("h = tanh(x W_xh", "typed.unclosed", 1, 9, "("),
    ("h = (x W_xh, h)", "typed.comma", 1, 12, ","),
    ("h = (x W_xh h)", "typed.operator", 1, 13, "h"),
    ("h = x", "typed.x", 1, 5, "x"),
    ("h = x W_xh + x", "typed.x", 1, 14, "x"),
    ("h = h * (x)", "typed.x", 1, 9, "("),
    ("h = tanh(-x)", "typed.x", 1, 11, "x"),
    ("h = x[t-1] W_xh", "typed.x_past", 1, 6, "[t-1]"),
    ("h = 2 W_hh", "typed.single", 1, 7, "W_hh"),
    ("h = x W_xh + (1 + 1) W_hh", "typed.single", 1, 22, "W_hh"),
    ("h = x W_xh + softmax(exp(1))", "typed.single", 1, 14, "softmax"),
    ("h = x W_a + h W_a", "typed.two_shapes", 1, 15, "W_a"),
    ("h = W_xh x", "typed.matrix_alone", 1, 5, "W_xh"),
    ("h = x * W_xh", "typed.matrix_alone", 1, 9, "W_xh"),
    ("h = x @ b_h", "typed.at", 1, 7, "@"),
    ("h = x @", "typed.at", 1, 7, "@"),
    ("h = tanh x W_xh", "typed.bracket", 1, 5, "tanh"),
    ("h = sin(x W_xh)", "typed.function", 1, 5, "sin"),
    ("h = max(x W_xh)", "typed.arguments", 1, 5, "max"),
    ("h = max(x W_xh, h, h)", "typed.arguments", 1, 5, "max"),
    ("h = tanh(x W_xh, h)", "typed.arguments", 1, 5, "tanh"),
    ("h = x W_xh + q", "typed.unknown", 1, 14, "q"),
    ("h = x W_xh + Forget_gate", "typed.unknown", 1, 14, "Forget_gate"),
    ("h = x W_xh + c[t]\nc = h", "typed.early", 1, 14, "c"),
    ("h = x W_xh + h_t", "typed.early", 1, 14, "h"),
    ("h = 1", "typed.no_matrix", 1, 1, "h"),
    ("# A\nh = b_h\nc = h", "typed.no_matrix", 2, 1, "h"),
    ("h = x W_xh + 1e7", "typed.number", 1, 14, "1e7"),
    ("h = x W_xh + " + "9" * 400, "typed.number", 1, 14, "9" * 24),
    ("#" * (MOST_CHARACTERS + 1), "typed.long", 1, 1, ""),
    ("h = " + "(" * 60 + "x W_xh" + ")" * 60, "typed.deep", 1, 5 + MOST_DEPTH, "("),
    (
        "h = x W_xh" + "".join(f"\n{a}{b} = h" for a in "abcde" for b in range(9)),
        "typed.lines",
        MOST_LINES + 1,
        1,
        "e3",
    ),
    ("h = x W_xh" + " - h" * MOST_DEPTH, "typed.deep", 1, 12 + 4 * (MOST_DEPTH - 1), "-"),
    ("h = x W_xh" + " + x W_xh" * MOST_MATRICES, "typed.matrices", 1, 7 + 9 * MOST_MATRICES, "W_xh"),
    ("h = x W_xh" + " + h" * MOST_NODES, "typed.big", 1, 12 + 4 * (MOST_NODES - 1), "+"),
]


@pytest.mark.parametrize(("text", "key", "line", "column", "word"), WRONG, ids=[w[0][:24] or "empty" for w in WRONG])
def test_a_mistake_is_told_at_its_word(text: str, key: str, line: int, column: int, word: str) -> None:
    with pytest.raises(CellError) as caught:
        parse(text)
    error = caught.value
    assert (error.key, error.line, error.column, error.word) == (key, line, column, word)
    if word:
        assert re.split(r"\r\n|\r|\n", text)[line - 1][column - 1 :].startswith(word)


def test_every_mistake_is_tried_and_has_its_sentence() -> None:
    from viz.text import languages, say, section

    tried = {key for _, key, *_ in WRONG}
    assert tried == {f"typed.{name}" for name in section("en", "typed.")}
    for text, *_ in WRONG:
        with pytest.raises(CellError) as caught:
            parse(text)
        for lang in languages():
            assert "{" not in say(lang, caught.value.key, **caught.value.values)


def test_what_is_allowed_is_told() -> None:
    with pytest.raises(CellError) as unknown:
        parse("z = sigmoid(x W_xz)\nh = z * q")
    assert unknown.value.values["known"] == "x z h"
    with pytest.raises(CellError) as function:
        parse("h = sin(x W_xh)")
    assert function.value.values["known"] == " ".join(FUNCTIONS)
