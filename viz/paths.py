"""Back-propagation through time over three steps: the six equations of document 002, and every path with its number.

The network is the document's, with the identity as its activation and no biases; `assets/player/paths.js` draws it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from models import CELLS, init
from models.bptt import WEIGHTS, Network, Path, network, paths

from . import markup
from . import theme as themes
from .payload import write
from .text import say, section
from .theme import THEMES

T = 3
UNITS = 3
AIM = 1.0  # what the output should be after every step


def three_steps(X: np.ndarray, seed: int) -> Network:
    """A small network that reads the first three of X (T, D), beginning again where there are fewer."""
    x = np.resize(X, (T, X.shape[1]))
    spec = CELLS["rnn"]
    params = init(spec, X.shape[1], UNITS, seed)
    W_hq = init(CELLS["rnn_output"], X.shape[1], UNITS, seed, Q=1)["W_hq"]
    return network(spec, params, x, np.full((T, 1), AIM), W_hq)


def message(net: Network, tokens: Sequence[str], lang: str) -> bytes:
    """What the drawing is sent: numbers, formulas as MathML, and every sentence in the language."""
    shown = [markup.token(tokens[k % len(tokens)]) for k in range(T)]
    asked: list[tuple[str, int]] = [*(("h", t) for t in range(1, T + 1)), *((name, 1) for name in WEIGHTS)]
    fields: dict[str, Any] = {
        "strings": section(lang, "bptt."),
        "tokens": shown,
        "h": _rounded(net.h[1:]),
        "o": _rounded(net.o[1:, 0]),
        "do": _rounded(net.do[1:, 0]),
        "aim": AIM,
        "loss": round(net.loss, 6),
        "targets": [_target(net, of, t) for of, t in asked],
        "equations": [
            {"number": k, "math": _math(body), "note": say(lang, f"bptt.equation.{k}")}
            for k, body in enumerate(EQUATIONS, 1)
        ],
        "network": [_math(body) for body in NETWORK],
        "full": _math(FULL),
        "colours": {theme: themes.colours(theme) for theme in THEMES},
    }
    return write(fields).encode()


def _target(net: Network, of: str, t: int) -> dict[str, Any]:
    found = paths(net, of, t)
    total = np.sum([path.term for path in found], axis=0)
    letter = _h(str(t)) if of == "h" else _matrix(of)
    used = {"W_qh": [1], "W_hx": [5], "W_hh": [6]}.get(of, [2] if t == T else [3, 4])
    return {
        "key": f"h{t}" if of == "h" else of,
        "symbol": _math(_partial(letter)),
        "equations": used,
        "paths": [_path(path, of) for path in found],
        "total": _rounded(total),
    }


def _path(path: Path, of: str) -> dict[str, Any]:
    return {
        "enters": path.enters,
        "leaves": path.leaves,
        "formula": _math(_term(path, of)),
        "carried": [_rounded(vector) for vector in path.carried],
        "term": _rounded(path.term),
    }


def _rounded(values: np.ndarray) -> Any:
    return np.round(values, 6).tolist()


# Formulas ----------------------------------------------------------------------------------------------------


def _math(body: str) -> str:
    return f"<math>{body}</math>"


def _sub(letter: str, index: str) -> str:
    return f"<msub><mi>{letter}</mi>{index if index.startswith('<') else f'<mi>{index}</mi>'}</msub>"


def _h(index: str) -> str:
    return f'<msub class="role-h"><mi>h</mi>{index if index.startswith("<") else f"<mi>{index}</mi>"}</msub>'


def _x(index: str) -> str:
    return f'<msub class="role-x"><mi>x</mi><mi>{index}</mi></msub>'


def _o(index: str) -> str:
    return f'<msub class="role-o"><mi>o</mi>{index if index.startswith("<") else f"<mi>{index}</mi>"}</msub>'


def _matrix(name: str, transposed: bool = False, power: str = "") -> str:
    letter = f'<mi mathvariant="normal">W</mi><mi>{name[2:]}</mi>'
    if not transposed:
        return f"<msub>{letter}</msub>"
    turned = f"<msubsup>{letter}<mo>⊤</mo></msubsup>"
    if not power:
        return turned
    raised = power if power.startswith("<") else f"<mn>{power}</mn>"
    return f"<msup><mrow><mo>(</mo>{turned}<mo>)</mo></mrow>{raised}</msup>"


def _partial(letter: str) -> str:
    return f"<mfrac><mrow><mo>∂</mo><mi>L</mi></mrow><mrow><mo>∂</mo>{letter}</mrow></mfrac>"


def _turned(vector: str) -> str:
    """A vector, transposed: a msub becomes a msubsup."""
    return vector.replace("<msub", "<msubsup", 1).removesuffix("</msub>") + "<mo>⊤</mo></msubsup>"


def _sum(index: str, start: str) -> str:
    return f"<munderover><mo>∑</mo><mrow><mi>{index}</mi><mo>=</mo><mi>{start}</mi></mrow><mi>T</mi></munderover>"


def _term(path: Path, of: str) -> str:
    out = _partial(_o(str(path.leaves)))
    if of == "W_qh":
        return out + _turned(_h(str(path.leaves)))
    body = _matrix("W_qh", True) + out
    if path.power:
        body = _matrix("W_hh", True, str(path.power) if path.power > 1 else "") + body
    if of == "W_hx":
        return body + _turned(_x(str(path.enters)))
    return body + _turned(_h(str(path.enters - 1))) if of == "W_hh" else body


_T_i = "<mrow><mi>T</mi><mo>−</mo><mi>i</mi></mrow>"
_T_t_i = "<mrow><mi>T</mi><mo>+</mo><mi>t</mi><mo>−</mo><mi>i</mi></mrow>"
_NEXT = "<mrow><mi>t</mi><mo>+</mo><mn>1</mn></mrow>"
_LAST = "<mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow>"
_IS = "<mo>=</mo>"

EQUATIONS = (
    _partial(_matrix("W_qh")) + _IS + _sum("t", "1") + _partial(_o("t")) + _turned(_h("t")),
    _partial(_h("T")) + _IS + _matrix("W_qh", True) + _partial(_o("T")),
    _partial(_h("t")) + _IS + _matrix("W_hh", True) + _partial(_h(_NEXT)) + "<mo>+</mo>"
    + _matrix("W_qh", True) + _partial(_o("t")),
    _partial(_h("t")) + _IS + _sum("i", "t") + _matrix("W_hh", True, _T_i) + _matrix("W_qh", True)
    + _partial(_o(_T_t_i)),
    _partial(_matrix("W_hx")) + _IS + _sum("t", "1") + _partial(_h("t")) + _turned(_x("t")),
    _partial(_matrix("W_hh")) + _IS + _sum("t", "1") + _partial(_h("t")) + _turned(_h(_LAST)),
)  # fmt: skip

NETWORK = (
    _h("t") + _IS + _matrix("W_hx") + _x("t") + "<mo>+</mo>" + _matrix("W_hh") + _h(_LAST),
    _o("t") + _IS + _matrix("W_qh") + _h("t"),
    "<mi>L</mi>" + _IS + "<mfrac><mn>1</mn><mn>2</mn></mfrac>" + _sum("t", "1")
    + f"<msup><mrow><mo>(</mo>{_o('t')}<mo>−</mo><mn>{AIM:g}</mn><mo>)</mo></mrow><mn>2</mn></msup>",
)  # fmt: skip

# with an activation φ: the same, and at every step once more the slope of φ
FULL = (
    "<msub><mi>δ</mi><mi>t</mi></msub>" + _IS + "<mo>(</mo>" + _matrix("W_hh", True)
    + f"<msub><mi>δ</mi>{_NEXT}</msub><mo>+</mo>" + _matrix("W_qh", True) + _partial(_o("t"))
    + "<mo>)</mo><mo>⊙</mo><msup><mi>φ</mi><mo>′</mo></msup><mo>(</mo><msub><mi>a</mi><mi>t</mi></msub><mo>)</mo>"
)  # fmt: skip
