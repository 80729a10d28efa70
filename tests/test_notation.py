"""Definitions written as text, LaTeX and MathML."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from models import CELLS, CellSpec
from models.algebra import Node, exp, maximum, relu, sigmoid, softmax
from models.notation import equation, expression, split_name, symbol
from models.spec import Step, trace_cell


@pytest.mark.parametrize(
    ("key", "quantity", "written"),
    [
        ("lstm", "f", "f_t = σ(x_t W_xf + h_{t−1} W_hf + b_f)"),
        ("lstm", "c~", "c̃_t = tanh(x_t W_xc + h_{t−1} W_hc + b_c)"),
        ("lstm", "c", "c_t = f_t ⊙ c_{t−1} + i_t ⊙ c̃_t"),
        ("lstm", "h", "h_t = o_t ⊙ tanh(c_t)"),
        ("lstm_peephole", "o", "o_t = σ(x_t W_xo + h_{t−1} W_ho + w_co ⊙ c_t + b_o)"),
        ("lstm_coupled", "i", "i_t = 1 − f_t"),
        ("gru", "h~", "h̃_t = tanh(x_t W_xh + (r_t ⊙ h_{t−1}) W_hh + b_h)"),
        ("gru", "h", "h_t = z_t ⊙ h_{t−1} + (1 − z_t) ⊙ h̃_t"),
        ("gru_after", "h~", "h̃_t = tanh(x_t W_xh + b_h + r_t ⊙ (h_{t−1} W_hh + b_hh))"),
        ("gru_takes_new", "h", "h_t = (1 − z_t) ⊙ h_{t−1} + z_t ⊙ h̃_t"),
        ("sru", "h", "h_t = r_t ⊙ c_t + (1 − r_t) ⊙ x_t W_xs"),
        ("minlstm", "f'", "f′_t = f_t / (f_t + i_t)"),
        ("slstm", "i'", "i′_t = exp(x_t W_xi + h_{t−1} W_hi + b_i − m_t)"),
        ("slstm", "h", "h_t = o_t ⊙ c_t / n_t"),
        ("clockwork", "s", "s_t = [t mod p = 0]"),
        ("depth_gated", "f1", "f⁽¹⁾_t = σ(x_t W_xf1 + h⁽¹⁾_{t−1} W_hf1 + w_cf1 ⊙ c⁽¹⁾_{t−1} + b_f1)"),
        ("depth_gated", "c1~", "c̃⁽¹⁾_t = tanh(x_t W_xc1 + h⁽¹⁾_{t−1} W_hc1 + b_c1)"),
        ("depth_gated", "d", "d_t = σ(h⁽¹⁾_t W_xd + w_cd ⊙ c_{t−1} + w_ld ⊙ c⁽¹⁾_t + b_d)"),
        ("rnn_output", "y", "y_t = softmax(h_t W_hq + b_q)"),
        ("layer", "y", "y_t = σ(x_t W_xy + b_y)"),
        ("mut3", "z", "z_t = σ(x_t W_xz + tanh(h_{t−1}) W_hz + b_z)"),
    ],
)
def test_equations_as_text(key: str, quantity: str, written: str) -> None:
    assert equation(CELLS[key], quantity, "text") == written


@pytest.mark.parametrize(
    ("key", "quantity", "written"),
    [
        ("lstm", "f", r"f_t = \sigma\left(x_t \, W_{xf} + h_{t-1} \, W_{hf} + b_{f}\right)"),
        ("lstm", "c", r"c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t"),
        ("gru", "h", r"h_t = z_t \odot h_{t-1} + \left(1 - z_t\right) \odot \tilde{h}_t"),
        ("minlstm", "f'", r"f'_t = \frac{f_t}{f_t + i_t}"),
        ("slstm", "h", r"h_t = o_t \odot \frac{c_t}{n_t}"),
        ("depth_gated", "c1", r"c^{(1)}_t = f^{(1)}_t \odot c^{(1)}_{t-1} + i^{(1)}_t \odot \tilde{c}^{(1)}_t"),
        ("clockwork", "s", r"s_t = [\, t \bmod p = 0 \,]"),
    ],
)
def test_equations_as_latex(key: str, quantity: str, written: str) -> None:
    assert equation(CELLS[key], quantity, "latex") == written
    assert equation(CELLS[key], quantity) == written


def test_an_equation_as_mathml() -> None:
    written = equation(CELLS["lstm"], "c", "mathml")
    math = ElementTree.fromstring(written)
    assert math.tag == "math" and math.attrib == {"display": "block"}
    symbols = [node.attrib["class"] for node in math.iter("msub")]
    assert symbols == ["role-c", "role-f", "role-c", "role-i", "role-candidate"]
    assert "".join(math.itertext()) == "ct=ft⊙ct−1+it⊙c~t"


def test_marks_stand_above_in_mathml() -> None:
    share = ElementTree.fromstring(symbol(CELLS["minlstm"], "f'", "mathml"))
    assert share.tag == "msubsup" and [node.text for node in share.iter("mtext")] == ["′"]
    lower = ElementTree.fromstring(symbol(CELLS["depth_gated"], "c1~", "mathml", lag=1))
    assert [node.text for node in lower.iter("mtext")] == ["(1)"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("f", ("f", False, "")),
        ("c~", ("c", True, "")),
        ("f'", ("f", False, "′")),
        ("c1", ("c", False, "(1)")),
        ("c1~", ("c", True, "(1)")),
    ],
)
def test_names_fall_apart_into_letter_tilde_and_mark(name: str, parts: tuple[str, bool, str]) -> None:
    assert split_name(name) == parts


def test_symbols_of_this_step_and_of_the_step_before() -> None:
    lstm = CELLS["lstm"]
    assert [symbol(lstm, "c~", "text", lag) for lag in (0, 1)] == ["c̃_t", "c̃_{t−1}"]
    assert symbol(lstm, "x", "text") == "x_t"
    assert symbol(lstm, "x", "mathml").startswith('<msub class="role-x">')


def test_the_identity_is_left_out_where_input_and_state_are_equally_wide() -> None:
    mut1, mut2 = CELLS["mut1"], CELLS["mut2"]
    assert equation(mut2, "r", "text", (8, 8)) == "r_t = σ(x_t + h_{t−1} W_hr + b_r)"
    assert equation(mut2, "r", "text", (5, 8)) == "r_t = σ(x_t W_xr + h_{t−1} W_hr + b_r)"
    assert equation(mut1, "h~", "text", (8, 8)) == "h̃_t = tanh((r_t ⊙ h_{t−1}) W_hh + tanh(x_t) + b_h)"
    lstm = CELLS["lstm"]
    assert equation(lstm, "f", "text", (8, 8)) == equation(lstm, "f", "text")


@pytest.fixture(scope="module")
def cell() -> CellSpec:
    """Two quantities to write expressions of."""

    def define(k: Step) -> None:
        k.value("a", sigmoid(k.x("a")), "a", "a")
        k.value("b", sigmoid(k.x("b")), "b", "b")

    return trace_cell("two", "Two", 2000, "", define, {})


A, B = Node("quantity", name="a"), Node("quantity", name="b")


@pytest.mark.parametrize(
    ("node", "text", "latex"),
    [
        (A - (B + 1), "a_t − (b_t + 1)", r"a_t - \left(b_t + 1\right)"),
        (A - B + 1, "a_t − b_t + 1", r"a_t - b_t + 1"),
        ((A + B) * B, "(a_t + b_t) ⊙ b_t", r"\left(a_t + b_t\right) \odot b_t"),
        (A * B * A, "a_t ⊙ b_t ⊙ a_t", r"a_t \odot b_t \odot a_t"),
        (-(A + B), "−(a_t + b_t)", r"-\left(a_t + b_t\right)"),
        ((A + B) / (A * B), "(a_t + b_t) / (a_t ⊙ b_t)", r"\frac{a_t + b_t}{a_t \odot b_t}"),
        (A / B / A, "a_t / b_t / a_t", r"\frac{\frac{a_t}{b_t}}{a_t}"),
        (A / (B / A), "a_t / (b_t / a_t)", r"\frac{a_t}{\frac{b_t}{a_t}}"),
        (-0.5 * A, "−0.5 ⊙ a_t", r"-0.5 \odot a_t"),
        (exp(maximum(A, B)), "exp(max(a_t, b_t))", r"\exp\left(\max\left(a_t, b_t\right)\right)"),
        (relu(A), "relu(a_t)", r"\mathrm{relu}\left(a_t\right)"),
        (softmax(A), "softmax(a_t)", r"\mathrm{softmax}\left(a_t\right)"),
    ],
)
def test_brackets_stand_where_they_are_needed(cell: CellSpec, node: Node, text: str, latex: str) -> None:
    assert expression(cell, node, "text") == text
    assert expression(cell, node, "latex") == latex
    ElementTree.fromstring(f"<math>{expression(cell, node, 'mathml')}</math>")
