"""How a definition is written down: LaTeX, MathML and plain text from the same nodes.

Brackets follow the strengths in `OPS`; only the spelling of symbols differs between the three writers.
"""

from __future__ import annotations

from html import escape

from .algebra import OPS, Node
from .derive import at_sizes
from .spec import CellSpec

RAISED = str.maketrans("()0123456789", "⁽⁾⁰¹²³⁴⁵⁶⁷⁸⁹")
GREEK = {"sigmoid": r"\sigma", "log_sigmoid": r"\log\sigma"}


def split_name(name: str) -> tuple[str, bool, str]:
    """A quantity's letter, whether it carries a tilde, and its mark: ′ of a normalised gate, (1) of layer 1."""
    tilde = "~" in name
    letter, mark = name[0], name[1:].replace("~", "").replace("'", "′")
    return letter, tilde, f"({mark})" if mark.isdigit() else mark


class Text:
    """Plain Unicode, for screen readers, code comments and tooltips."""

    has_fractions = False

    def quantity(self, name: str, role: str, lag: int) -> str:
        letter, tilde, mark = split_name(name)
        return f"{letter}{'̃' if tilde else ''}{mark.translate(RAISED)}_{'{t−1}' if lag else 't'}"

    def parameter(self, name: str) -> str:
        return name

    def number(self, number: float) -> str:
        return f"{number:g}".replace("-", "−")

    def infix(self, symbol: str, parts: list[str]) -> str:
        return f" {symbol} ".join(parts) if symbol else " ".join(parts)

    def prefix(self, symbol: str, part: str) -> str:
        return symbol + part

    def function(self, op: str, parts: list[str]) -> str:
        return f"{OPS[op].symbol}({', '.join(parts)})"

    def fraction(self, top: str, bottom: str) -> str:
        raise NotImplementedError

    def brackets(self, inner: str) -> str:
        return f"({inner})"

    def ticks(self) -> str:
        """1 where the period p of the unit divides the step, else 0."""
        return "[t mod p = 0]"

    def equation(self, left: str, right: str) -> str:
        return f"{left} = {right}"

    def part(self, node: Node, written: str) -> str:
        """Asked for every part of an expression: the place to mark some of them."""
        return written


class Latex(Text):
    has_fractions = True

    def quantity(self, name: str, role: str, lag: int) -> str:
        letter, tilde, mark = split_name(name)
        base = rf"\tilde{{{letter}}}" if tilde else letter
        base += "'" if mark == "′" else f"^{{{mark}}}" if mark else ""
        return rf"{base}_{{t-1}}" if lag else f"{base}_t"

    def parameter(self, name: str) -> str:
        base, _, index = name.partition("_")
        return f"{base}_{{{index}}}"

    def number(self, number: float) -> str:
        return f"{number:g}"

    def infix(self, symbol: str, parts: list[str]) -> str:
        spelled = {"⊙": r"\odot", "−": "-"}.get(symbol, symbol)
        return f" {spelled} ".join(parts) if symbol else r" \, ".join(parts)

    def prefix(self, symbol: str, part: str) -> str:
        return "-" + part

    def function(self, op: str, parts: list[str]) -> str:
        symbol = OPS[op].symbol
        known = {"tanh": r"\tanh", "exp": r"\exp", "max": r"\max"}
        name = GREEK.get(op) or known.get(op) or rf"\mathrm{{{symbol}}}"
        return rf"{name}\left({', '.join(parts)}\right)"

    def fraction(self, top: str, bottom: str) -> str:
        return rf"\frac{{{top}}}{{{bottom}}}"

    def brackets(self, inner: str) -> str:
        return rf"\left({inner}\right)"

    def ticks(self) -> str:
        return r"[\, t \bmod p = 0 \,]"


class MathML(Text):
    """Presentation MathML; each symbol carries the class of its role, `role-f`."""

    has_fractions = True

    def quantity(self, name: str, role: str, lag: int) -> str:
        letter, tilde, mark = split_name(name)
        base = f"<mi>{letter}</mi>"
        if tilde:
            base = f'<mover accent="true">{base}<mo stretchy="false">~</mo></mover>'
        index = "<mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow>" if lag else "<mi>t</mi>"
        if mark:
            return f'<msubsup class="role-{role}">{base}{index}<mtext>{escape(mark)}</mtext></msubsup>'
        return f'<msub class="role-{role}">{base}{index}</msub>'

    def parameter(self, name: str) -> str:
        base, _, index = name.partition("_")
        variant = ' mathvariant="normal"' if base in ("W", "E") else ""
        return f"<msub><mi{variant}>{base}</mi><mi>{escape(index)}</mi></msub>"

    def number(self, number: float) -> str:
        return f"<mn>{number:g}</mn>".replace("-", "−")

    def infix(self, symbol: str, parts: list[str]) -> str:
        return (f"<mo>{symbol}</mo>" if symbol else '<mspace width="0.17em"/>').join(parts)

    def prefix(self, symbol: str, part: str) -> str:
        return f"<mo>{symbol}</mo>{part}"

    def function(self, op: str, parts: list[str]) -> str:
        name = f'<mi mathvariant="normal">{OPS[op].symbol}</mi><mo>&#x2061;</mo>'
        return name + self.brackets("<mo>,</mo>".join(parts))

    def fraction(self, top: str, bottom: str) -> str:
        return f"<mfrac><mrow>{top}</mrow><mrow>{bottom}</mrow></mfrac>"

    def brackets(self, inner: str) -> str:
        return f'<mrow><mo stretchy="false">(</mo>{inner}<mo stretchy="false">)</mo></mrow>'

    def ticks(self) -> str:
        test = "<mi>t</mi><mo>mod</mo><mi>p</mi><mo>=</mo><mn>0</mn>"
        return f'<mrow><mo stretchy="false">[</mo>{test}<mo stretchy="false">]</mo></mrow>'

    def equation(self, left: str, right: str) -> str:
        return f'<math display="block">{left}<mo>=</mo>{right}</math>'


WRITERS: dict[str, Text] = {"text": Text(), "latex": Latex(), "mathml": MathML()}


def expression(spec: CellSpec, node: Node, form: str | Text = "latex") -> str:
    """A node of the cell, written as "latex", "mathml" or "text", or by a writer of your own."""
    return _write(spec, node, WRITERS[form] if isinstance(form, str) else form, 0)


def symbol(spec: CellSpec, name: str, form: str = "latex", lag: int = 0) -> str:
    """The symbol of a quantity at this step (`lag` 0) or the step before (1)."""
    role = "x" if name == "x" else spec.quantities[name].role
    return WRITERS[form].quantity(name, role, lag)


def equation(spec: CellSpec, name: str, form: str = "latex", sizes: tuple[int, int] | None = None) -> str:
    """The definition of quantity `name`, such as f_t = σ(x_t W_xf + h_{t−1} W_hf + b_f).

    With `sizes` (D, H) given, a matrix that is the identity at these sizes is left out.
    """
    definition = spec.quantities[name].expr
    right = expression(spec, at_sizes(spec, definition, *sizes) if sizes else definition, form)
    return WRITERS[form].equation(symbol(spec, name, form), right)


def _write(spec: CellSpec, node: Node, writer: Text, outside: int) -> str:
    return writer.part(node, _spell(spec, node, writer, outside))


def _spell(spec: CellSpec, node: Node, writer: Text, outside: int) -> str:
    match node.op:
        case "input":
            return writer.quantity("x", "x", 0)
        case "previous":
            return writer.quantity(node.name, spec.quantities[node.name].role, 1)
        case "quantity":
            return writer.quantity(node.name, spec.quantities[node.name].role, 0)
        case "parameter":
            return writer.parameter(node.name)
        case "constant":
            return writer.number(node.number)
        case "clock":
            return writer.ticks()
        case "identity":
            return _write(spec, node.args[0], writer, outside)
    op = OPS[node.op]
    if node.op == "div" and writer.has_fractions:
        top, bottom = (_write(spec, argument, writer, 0) for argument in node.args)
        return writer.fraction(top, bottom)
    if op.is_function:
        return writer.function(node.op, [_write(spec, argument, writer, 0) for argument in node.args])
    # a − (b + c): the right side of a difference must bind tighter than the difference itself; so in a / (b ⊙ c)
    limits = [op.strength] + [op.strength + (node.op in ("sub", "div"))] * (len(node.args) - 1)
    parts = [_write(spec, a, writer, limit) for a, limit in zip(node.args, limits, strict=True)]
    written = writer.prefix(op.symbol, parts[0]) if len(parts) == 1 else writer.infix(op.symbol, parts)
    return writer.brackets(written) if op.strength < outside else written
