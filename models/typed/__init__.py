"""Cells that a visitor types: one line per quantity, read by a small parser and never executed.

    # Gates
    r = sigmoid(x W_xr + h W_hr + b_r)
    z = sigmoid(x W_xz + h W_hz + b_z)

    # Candidate
    h~ = tanh(x W_xh + (r * h) W_hh + b_h)

    # Mix
    h = z * h + (1 - z) * h~

A name means its value of this step below its own line, and that of the step before on its own line and above;
`c[t-1]` asks for the step before anywhere. A row before a `W_…` is multiplied by that matrix, `*` works unit by
unit; `b_…` and `w_…` are rows of learned numbers. A line `# …` begins a phase and names it; so does an empty line.

`parse` reads such a text, `source` writes it from any cell that the language has words for.
"""

from __future__ import annotations

from .definition import KEY, LABELS, NOTES, PHASE_NOTE, TITLE, parse
from .source import lines, source
from .words import CellError

__all__ = ["KEY", "LABELS", "NOTES", "PHASE_NOTE", "TITLE", "CellError", "lines", "parse", "source"]
