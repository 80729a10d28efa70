"""Equations as plain HTML, for tables on the page: symbols in the colour of their role, some parts marked."""

from __future__ import annotations

from collections.abc import Collection
from html import escape

from models.algebra import Node
from models.notation import Text, expression, split_name
from models.spec import CellSpec

from . import theme as themes


class Html(Text):
    """Writes HTML; the parts in `marked` stand in <mark>. Styles: `css`."""

    def __init__(self, marked: Collection[Node] = ()) -> None:
        self.marked = marked

    def quantity(self, name: str, role: str, lag: int) -> str:
        letter, tilde, mark = split_name(name)
        base = f"<i>{escape(letter)}{'̃' if tilde else ''}</i>"
        index = f"<sub>{'t−1' if lag else 't'}</sub>"
        return f'<span class="{_class(role)}">{base}{f"<sup>{escape(mark)}</sup>" if mark else ""}{index}</span>'

    def parameter(self, name: str) -> str:
        base, _, index = name.partition("_")
        letter = escape(base) if base.isupper() else f"<i>{escape(base)}</i>"
        return f"{letter}<sub>{escape(index)}</sub>" if index else letter

    def infix(self, symbol: str, parts: list[str]) -> str:
        # Lines break beside a sum's signs, never inside a product.
        if symbol in ("+", "−"):
            return f" {symbol} ".join(parts)
        return f"&nbsp;{symbol}&nbsp;".join(parts) if symbol else "&#8239;".join(parts)

    def part(self, node: Node, written: str) -> str:
        return f"<mark>{written}</mark>" if node in self.marked else written


def symbol(spec: CellSpec, name: str) -> str:
    """The symbol of a quantity."""
    return Html().quantity(name, spec.quantities[name].role, 0)


def definition(spec: CellSpec, name: str, marked: Collection[Node] = ()) -> str:
    """The right side of a quantity's equation."""
    return expression(spec, spec.quantities[name].expr, Html(marked))


def css(roles: Collection[str]) -> str:
    """Colours of the symbols in both themes; the page says which one it has."""
    rules = [
        f".{_class(role)} {{ color: light-dark({themes.ink(role, 'light')}, {themes.ink(role, 'dark')}) }}"
        for role in sorted({*themes.ROLES, *roles})
    ]
    return "\n".join(rules)


def _class(role: str) -> str:
    """Letters and digits only: a role may be named after a quantity such as c~."""
    return "wb-role-" + "".join(c if c.isalnum() else f"-{ord(c)}-" for c in role)
