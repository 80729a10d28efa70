"""The shipped Streamlit configuration: settings whose loss nobody would see, only feel."""

import tomllib
from pathlib import Path

import pytest
from streamlit import config

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def flat(table: dict, prefix: str = "") -> dict[str, object]:
    """{"section.name": value} for a nested table."""
    rows: dict[str, object] = {}
    for key, value in table.items():
        rows |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return rows


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("runner.postScriptGC", False),  # the hidden default collects garbage while the visitor waits
        ("browser.gatherUsageStats", False),
        ("server.showEmailPrompt", False),  # a first run must not wait for somebody's address
        ("client.showErrorDetails", "type"),  # no traceback on the page
    ],
)
def test_setting(name: str, value: object) -> None:
    assert flat(SHIPPED)[name] == value


@pytest.mark.parametrize("name", sorted(flat(SHIPPED)))
def test_streamlit_knows_every_setting(name: str) -> None:
    assert name in config.get_config_options(), f"{name} is not an option of the installed Streamlit"


def test_text_is_readable_in_both_themes() -> None:
    for theme in (SHIPPED["theme"]["light"], SHIPPED["theme"]["dark"]):
        for ground in ("backgroundColor", "secondaryBackgroundColor"):
            assert contrast(theme["textColor"], theme[ground]) >= 7  # WCAG AAA
            assert contrast(theme["primaryColor"], theme[ground]) >= 4.5  # WCAG AA


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two #rrggbb colours (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
