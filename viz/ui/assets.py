"""What the browser fetches from the app: everything under `assets/`, and the Plotly that pip installed.

The page names these files under `assets/<version>/`, where the version is a digest of their contents, so a
browser may keep them for a year. `app.py` serves them.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import plotly

FOLDER = Path(__file__).resolve().parents[2] / "assets"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
PREFIX = "v-"
SMALLEST = 1000  # bytes below which gzip gains nothing
COMPRESSED = ("text/", "application/json", "application/javascript", "image/svg+xml")


@dataclass(frozen=True)
class File:
    """One file as it is sent; `packed` is its gzip, None where that gains nothing."""

    body: bytes
    packed: bytes | None
    kind: str
    etag: str


@cache
def version() -> str:
    """Digest of all that the stage is made of, taken once: edited files show after a restart."""
    digest = hashlib.blake2b(plotly.__version__.encode(), digest_size=6)
    for path in sorted((FOLDER / "player").rglob("*")):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return PREFIX + digest.hexdigest()


def address(name: str) -> str:
    """Where the page finds `name`, relative to itself."""
    return f"assets/{version()}/{name}"


def load(name: str) -> File | None:
    """The file called `name`, None if there is none or if it lies outside of what is served."""
    try:
        path = PLOTLY if name == "plotly.min.js" else (FOLDER / name).resolve()
        if path != PLOTLY and not path.is_relative_to(FOLDER):
            return None
        stat = path.stat()
        return _read(path, stat.st_mtime_ns, stat.st_size)
    except (OSError, ValueError):  # no such file, a folder, a name with a NUL in it
        return None


@lru_cache(maxsize=128)
def _read(path: Path, changed: int, size: int) -> File:
    """Read and pack a file once; `changed` and `size` make an edited file a new entry."""
    body = path.read_bytes()
    guess = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind = "text/javascript" if path.suffix == ".js" else guess  # some systems know .js as text/plain
    packed = gzip.compress(body, 6, mtime=0) if size >= SMALLEST and kind.startswith(COMPRESSED) else None
    return File(body, packed, kind, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')
