"""Colours: readable, told apart by colour-blind eyes, in step with the page."""

import re
import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from models import CELLS
from viz import theme

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("activations", "weights", "difference")

# How a colour looks without one kind of cone, in linear RGB: Machado, Oliveira & Fernandes 2009, severity 1.
EYES = {
    "usual": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def lab(colour: str, eye: str) -> np.ndarray:
    """CIE L*a*b* of a colour as an eye sees it."""
    share = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    seen = np.clip(EYES[eye] @ linear, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(to_xyz @ seen / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one: str, other: str, eye: str) -> float:
    return float(np.linalg.norm(lab(one, eye) - lab(other, eye)))


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("role", theme.ROLES)
def test_a_role_can_be_read_as_text_and_seen_as_a_surface(role: str, name: str) -> None:
    paper = theme.THEMES[name].paper
    assert theme.contrast(theme.ink(role, name), paper) >= 4.5
    assert theme.contrast(theme.hue(role, name), paper) >= 3


@pytest.mark.parametrize("name", theme.THEMES)
def test_text_can_be_read(name: str) -> None:
    colours = theme.THEMES[name]
    assert theme.contrast(colours.text, colours.paper) >= 7
    assert theme.contrast(colours.muted, colours.paper) >= 4.5


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("eye", EYES)
def test_the_roles_of_a_cell_are_told_apart_by_every_eye(eye: str, name: str) -> None:
    for key in ("rnn", "lstm", "gru"):
        roles = sorted({"x", *(quantity.role for quantity in CELLS[key].quantities.values())})
        hues = {role: theme.hue(role, name) for role in roles}
        for one, other in combinations(roles, 2):
            assert distance(hues[one], hues[other], eye) > 12, (one, other)


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("kind", KINDS)
def test_below_and_above_zero_are_told_apart_by_every_eye(kind: str, eye: str, name: str) -> None:
    (_, low), (_, middle), (_, high) = theme.diverging(kind, name)
    assert distance(low, high, eye) > 40
    assert middle == theme.THEMES[name].paper, "nothing is drawn where nothing is"
    ends = [abs(lab(colour, eye)[0] - lab(middle, eye)[0]) for colour in (low, high)]
    assert min(ends) > 30 and max(ends) / min(ends) < 1.4, "both directions weigh the same"


@pytest.mark.parametrize("name", theme.THEMES)
def test_weights_activations_and_differences_have_their_own_colours(name: str) -> None:
    for one, other in combinations(KINDS, 2):
        (_, low), _, (_, high) = theme.diverging(one, name)
        (_, other_low), _, (_, other_high) = theme.diverging(other, name)
        assert min(distance(low, other_low, "usual"), distance(high, other_high, "usual")) > 20, (one, other)
        assert max(distance(low, other_low, "usual"), distance(high, other_high, "usual")) > 40, (one, other)


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("role", theme.ROLES)
@pytest.mark.parametrize("eye", EYES)
def test_a_gate_opens_evenly(eye: str, role: str, name: str) -> None:
    (start, paper), (end, hue) = theme.gate_scale(role, name)
    assert (start, end, paper) == (0, 1, theme.THEMES[name].paper)
    lightness = np.array([lab(theme.mix(paper, hue, share), eye)[0] for share in np.linspace(0, 1, 21)])
    steps = np.diff(lightness) * (-1 if name == "light" else 1)
    assert (steps > 0).all(), "more open is always further from the page"


def test_gates_and_states_have_the_scale_of_their_kind() -> None:
    quantities = CELLS["lstm"].quantities
    assert theme.scale_of(quantities["f"], "dark") == theme.gate_scale("f", "dark")
    assert theme.scale_of(quantities["c~"]) == theme.scale_of(quantities["c"]) == theme.diverging("activations")


def test_a_role_of_its_own_is_not_needed() -> None:
    assert theme.hue("unheard of") == theme.hue("x")
    assert theme.colours("dark", ["unheard of"])["role/unheard of"] == theme.hue("x", "dark")


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_stage_is_told_every_colour(name: str) -> None:
    colours = theme.colours(name)
    assert {f"role/{role}" for role in theme.ROLES} < set(colours)
    assert {f"{kind}/{end}" for kind in KINDS for end in ("low", "middle", "high")} < set(colours)
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in colours.values())


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_page_has_the_same_paper_and_text(name: str) -> None:
    page = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"][name]
    assert (page["backgroundColor"], page["textColor"]) == (theme.THEMES[name].paper, theme.THEMES[name].text)


def test_no_other_file_names_a_colour() -> None:
    for path in (ROOT / "viz").rglob("*.py"):
        if path.name != "theme.py":
            assert not re.search(r"#[0-9a-fA-F]{6}\b|rgba?\(", path.read_text(encoding="utf-8")), path


def test_contrast_and_mixing_by_known_values() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert theme.mix("#000000", "#ffffff", 0.5) == "#808080"
