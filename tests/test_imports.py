"""Who may import whom: assets <- models <- viz <- viz/ui <- app.py, read off every import statement."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ["models", "viz", "viz.ui", "app"]  # each may import itself and what stands before it
OUTSIDE = {
    "models": {"numpy"},
    "viz": {"numpy", "pandas", "plotly"},
    "viz.ui": {"numpy", "pandas", "plotly", "streamlit"},
    # starlette comes with Streamlit, whose App takes starlette routes
    "app": {"numpy", "pandas", "plotly", "streamlit", "starlette"},
}
FOLDERS = ("assets", "models", "viz")
FILES = sorted([*ROOT.glob("*.py"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))])


def layer_of(path: Path) -> str:
    """The layer a file belongs to."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return "viz.ui" if parts[:2] == ("viz", "ui") else parts[0]


def imported(path: Path) -> set[str]:
    """Absolute dotted names of all that a file imports, wherever in the file."""
    package = path.relative_to(ROOT).parts[:-1]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join([*base, *([node.module] if node.module else [])])
            names |= {f"{stem}.{alias.name}" for alias in node.names}
    return names


def offences(layer: str, names: set[str]) -> list[str]:
    """The imports of a file in `layer` that its layer does not allow."""
    below = LAYERS[: LAYERS.index(layer) + 1]
    bad = []
    for name in sorted(names):
        top = name.split(".")[0]
        ours = "viz.ui" if name.startswith("viz.ui") else top
        if ours in LAYERS:
            allowed = ours in below
        else:
            allowed = top in sys.stdlib_module_names or top in OUTSIDE[layer]
        if not allowed:
            bad.append(name)
    return bad


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_imports_only_what_its_layer_allows(path: Path) -> None:
    layer = layer_of(path)
    assert layer in LAYERS, f"{path.name}: assets hold no Python, and the root holds app.py alone"
    assert offences(layer, imported(path)) == []


def test_every_layer_was_read() -> None:
    assert {layer_of(path) for path in FILES} == set(LAYERS)


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        ("models", "plotly.graph_objects"),
        ("models", "viz.theme"),
        ("models", "requests"),
        ("viz", "streamlit"),
        ("viz", "viz.ui.state"),
        ("viz.ui", "app"),
        ("viz.ui", "torch"),
    ],
)
def test_an_import_against_the_current_is_seen(layer: str, name: str) -> None:
    assert offences(layer, {name, "math"}) == [name]
