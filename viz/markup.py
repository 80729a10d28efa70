"""Symbols, numbers and visitors' texts as they are written into Plotly's figures and into labels of the page.

Plotly reads a little HTML in every text: our symbols are written in it, what a visitor typed is escaped.
"""

from __future__ import annotations

import math
import re
from html import escape

from models.graphemes import visible
from models.notation import symbol
from models.spec import CellSpec

from . import theme as themes

LONGEST = 14  # characters of a token in a label
LONGEST_FORMULA = 26
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SYMBOL = re.compile(r"([A-Za-z]\u0303?)([⁽⁾⁰¹²³⁴⁵⁶⁷⁸⁹′]*)_(\{t−1\}|\w+)")
INSIDE = re.compile(r"\((?:[^()]|\([^()]*\))*\)")


def plain(text: str) -> str:
    """Text that Plotly shows as it is: <b>, <a href>, %{x} and $x$ are characters here."""
    return escape(text).replace("$", "&#36;").replace("%{", "&#37;{")


def token(text: str, longest: int = LONGEST) -> str:
    """A visitor's token, cut and made visible; not yet escaped."""
    shown = visible(text)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def at(spec: CellSpec, name: str, step: int | None = None) -> str:
    """A quantity at a step as plain Unicode, "f₆", "c̃₂", for buttons, menus and screen readers."""
    return symbol(spec, name, "text").removesuffix("_t") + str(step or "").translate(SUBSCRIPTS)


def formula(text: str, step: int) -> str:
    """A plain-text expression of `models.notation` with the steps put in: <i>f</i><sub>6</sub> ⊙ <i>c</i><sub>5</sub>.

    A long one shows "…" inside its brackets, or is cut.
    """
    if _width(text) > LONGEST_FORMULA:
        text = INSIDE.sub("(…)", text)
    if _width(text) > LONGEST_FORMULA:
        while _width(text) > LONGEST_FORMULA - 2 and " " in text:
            text = text.rpartition(" ")[0]
        text += " …"

    def put(found: re.Match[str]) -> str:
        letter, mark, index = found.groups()
        index = {"t": str(step), "{t−1}": str(step - 1)}.get(index, index)
        base = letter if letter == "W" else f"<i>{letter}</i>"
        return f"{base}{mark}<sub>{index}</sub>"

    return SYMBOL.sub(put, plain(text))


def _width(text: str) -> int:
    """Characters as drawn: an index takes the room of one."""
    return len(SYMBOL.sub(r"\1\2.", text))


def coloured(text: str, role: str, theme: str, bold: bool = False) -> str:
    """Markup in the ink of a role, in that of the page if there is none."""
    ink = themes.ink(role, theme) if role else themes.THEMES[theme].text
    inked = f"<span style='color:{ink}'>{text}</span>"
    return f"<b>{inked}</b>" if bold else inked


def number(value: float, sign: bool = False) -> str:
    """Three digits after the point, fewer for large numbers; a real minus sign, no "−0.000"."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else "−∞"
    size = abs(value)
    text = f"{size:.3f}" if size < 100 else f"{size:.1f}" if size < 1e5 else f"{size:.2e}"
    if not float(text):
        return text
    return f"−{text}" if value < 0 else f"+{text}" if sign else text
