"""One row per figure: ours, the peer's, their ratio, the budget. Printed, and kept under bench-results/."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).resolve().parent.parent / "bench-results"
HEADINGS = ("what", "ours", "peer", "its figure", "ours / peer", "budget", "")


@dataclass(frozen=True)
class Row:
    """A figure with its unit; `limit` bounds the ratio or, without a peer, the figure itself."""

    what: str
    ours: float
    unit: str
    peer: str = ""
    theirs: float | None = None
    ratio: float | None = None  # the median of the rounds' ratios, when it was measured in rounds
    limit: float | None = None
    floor: bool = False  # the limit is the least allowed, not the most

    @property
    def judged(self) -> float:
        """The number that the limit speaks of."""
        if self.theirs is None:
            return self.ours
        return self.ratio if self.ratio is not None else self.ours / self.theirs

    @property
    def met(self) -> bool | None:
        """Whether the budget is kept; None where there is none."""
        if self.limit is None:
            return None
        return self.judged >= self.limit if self.floor else self.judged <= self.limit

    def cells(self) -> tuple[str, ...]:
        bound = "" if self.limit is None else f"{'≥' if self.floor else '≤'} {self.limit:g}"
        if bound:
            bound += f" {self.unit}" if self.theirs is None else " ×"
        theirs = "" if self.theirs is None else f"{digits(self.theirs)} {self.unit}"
        ratio = "" if self.theirs is None else f"{self.judged:.2f} ×"
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        return (self.what, f"{digits(self.ours)} {self.unit}", self.peer, theirs, ratio, bound, verdict)


def digits(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def show(name: str, title: str, rows: Sequence[Row], notes: Sequence[str] = ()) -> None:
    """Print the table and write it to bench-results/<name>.md."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(HEADINGS))]
    body = ["| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |" for line in lines]
    body.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    text = "\n".join([f"## {title}", "", *body, "", *notes, ""])
    print(text, flush=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
