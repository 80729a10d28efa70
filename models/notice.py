"""Something that the visitor should be told: a catalogue key and what fills its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int | float


@dataclass(frozen=True)
class Notice:
    """`key` names a sentence of the catalogues, `values` fill its placeholders.

    Models never hold sentences of the screen: a notice is the same in every language.
    """

    key: str
    values: Mapping[str, Value] = field(default_factory=dict, hash=False)
