"""Every colour, font and size of the pictures. Nothing else in `viz` names one.

One hue per role: f, i, candidate, o, c, h, x, d, and others in the colour of one of these. The hues stay apart for
colour-blind eyes and stand out from the page by 3:1; `ink` makes them readable as text, 4.5:1. The stage does
the same in `assets/player/hues.js`, against the background that it really lies on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from models.spec import Quantity

Scale = tuple[tuple[float, str], ...]  # a Plotly colour scale: places 0…1 and their colours

FONT = 'system-ui, "Helvetica Neue", Arial, "Noto Sans CJK SC", sans-serif'
MATH_FONT = '"STIX Two Math", "STIX Two Text", "Latin Modern Math", Cambria, Georgia, serif'

CLEAR = "rgba(0,0,0,0)"  # nothing: what lies below shows through

MISTAKE = "#cf3a2e"  # in what was typed; the page mixes it with the colour of its text

READABLE = 4.6  # contrast of text: the 4.5 of WCAG AA, and a little for rounding


@dataclass(frozen=True)
class Size:
    """Pixels of a labelled figure; `row` is the least and the greatest height of one heatmap."""

    text: int = 13
    symbol: int = 19
    small: int = 11
    unit: int = 9
    row: tuple[int, int] = (44, 130)
    gap: int = 12
    column: int = 46
    width: tuple[int, int] = (520, 1400)
    left: int = 168
    right: int = 66
    top: int = 34
    bottom: int = 12
    bar: int = 9


SIZE = Size()


@dataclass(frozen=True)
class Theme:
    """`paper` and `text` are those of `.streamlit/config.toml`; the pairs are ends of diverging scales,
    `lines` the colours of cells that are compared."""

    paper: str
    text: str
    muted: str
    rule: str
    hues: Mapping[str, str]
    activations: tuple[str, str]
    weights: tuple[str, str]
    difference: tuple[str, str]
    lines: tuple[str, str, str, str]


def _hues(f: str, i: str, candidate: str, o: str, c: str, h: str, x: str, d: str) -> Mapping[str, str]:
    named = {"f": f, "i": i, "candidate": candidate, "o": o, "c": c, "h": h, "x": x, "d": d}
    # letters of other cells borrow the hue of a part that they never meet: r and z of the GRU, the clock s,
    # the normaliser n and the stabiliser m of the sLSTM
    return named | {"r": f, "z": o, "s": i, "n": d, "m": x}


THEMES: Mapping[str, Theme] = {
    "light": Theme(
        paper="#ffffff",
        text="#1f2937",
        muted="#5b6472",
        rule="#d9dfe5",
        hues=_hues("#c14a30", "#23997c", "#c0830f", "#2a6cc2", "#6c2c86", "#2c3a55", "#6a6675", "#b03a78"),
        activations=("#2166ac", "#b2182b"),
        weights=("#8a6d00", "#006d77"),
        difference=("#a9500c", "#5e3c99"),
        lines=("#1f2937", "#cc4a12", "#0d8068", "#a02fbc"),
    ),
    "dark": Theme(
        paper="#10151c",
        text="#e6eaf0",
        muted="#9fa9b7",
        rule="#36414f",
        hues=_hues("#e8755a", "#57d3a8", "#e8ac2c", "#4697ee", "#c791d8", "#d6deef", "#8a918f", "#f08fbd"),
        activations=("#5aa2f0", "#f0694f"),
        weights=("#d6b43a", "#2fc0cc"),
        difference=("#f2913a", "#b49cf0"),
        lines=("#e6eaf0", "#f0824f", "#2fc79a", "#d07af0"),
    ),
}

ROLES = tuple(THEMES["light"].hues)


def hue(role: str, theme: str = "light") -> str:
    """The colour of a role; a role without one of its own is drawn in the grey of x."""
    hues = THEMES[theme].hues
    return hues.get(role, hues["x"])


@cache
def ink(role: str, theme: str = "light") -> str:
    """The hue as text: as near to the hue as can be read on the page."""
    own, paper = hue(role, theme), THEMES[theme].paper
    away = "#000000" if luminance(paper) > 0.4 else "#ffffff"
    shades = (mix(own, away, step / 25) for step in range(26))
    return next(shade for shade in shades if contrast(shade, paper) >= READABLE)


@cache
def gate_scale(role: str, theme: str = "light") -> Scale:
    """0 is the page itself, 1 the hue."""
    return ((0.0, THEMES[theme].paper), (1.0, hue(role, theme)))


@cache
def diverging(kind: str, theme: str = "light") -> Scale:
    """Below 0, the page itself at 0, above 0. `kind`: "activations", "weights" or "difference"."""
    low, high = getattr(THEMES[theme], kind)
    return ((0.0, low), (0.5, THEMES[theme].paper), (1.0, high))


def scale_of(quantity: Quantity, theme: str = "light") -> Scale:
    """A gate's opening, or a share, in its own hue; everything that can be negative in the diverging scale."""
    if quantity.is_share:
        return gate_scale(quantity.role, theme)
    return diverging("activations", theme)


def colours(theme: str, roles: Iterable[str] = ()) -> dict[str, str]:
    """What the stage is told, by name: "role/f", and "weights/low", "weights/middle", "weights/high", …"""
    named = {f"role/{role}": hue(role, theme) for role in (*ROLES, *roles)}
    for kind in ("activations", "weights", "difference"):
        for end, (_, colour) in zip(("low", "middle", "high"), diverging(kind, theme), strict=True):
            named[f"{kind}/{end}"] = colour
    return named


def mix(colour: str, other: str, share: float) -> str:
    """`share` 0 is `colour`, 1 is `other`; mixed in sRGB, as Plotly and CSS do."""
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2, 0…1."""
    linear = []
    for part in _parts(colour):
        share = part / 255
        linear.append(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(colour: str, other: str) -> float:
    """Contrast ratio after WCAG 2.2, 1…21."""
    low, high = sorted((luminance(colour), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
