"""Every sentence that a visitor reads, in every language: one catalogue per language under `assets/text/`.

Sentences of the interface have short keys ("sidebar.text"). What a cell definition or a lesson says about
itself is written once, in English, and that sentence is its own key: English needs no entry, every other
language has one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "text"
DEFAULT = "en"
PLACE = re.compile(r"\{(\w+)\}")


@cache
def languages() -> Mapping[str, str]:
    """Code -> name of the language in that language, English first. A language is one file."""
    codes = sorted((path.stem for path in FOLDER.glob("*.json")), key=lambda code: (code != DEFAULT, code))
    return MappingProxyType({code: catalogue(code)["language.name"] for code in codes})


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Key -> sentence of one language; read once, the files do not change while the app runs."""
    return MappingProxyType(json.loads((FOLDER / f"{lang}.json").read_text(encoding="utf-8")))


def sentence(lang: str, key: str) -> str:
    """The sentence as written, its {places} unfilled. A key that English does not list is itself English."""
    known = catalogue(lang if lang in languages() else DEFAULT)
    return known.get(key) or catalogue(DEFAULT).get(key, key)


def say(lang: str, key: str, **values: object) -> str:
    """The sentence with its places filled. Values are put in as they are, never read as places again; a place
    without a value stays as it is written."""
    return PLACE.sub(lambda place: str(values.get(place[1], place[0])), sentence(lang, key))


def section(lang: str, prefix: str) -> dict[str, str]:
    """All sentences whose key starts with `prefix`, the prefix left out of the keys."""
    keys = (key for key in catalogue(DEFAULT) if key.startswith(prefix))
    return {key.removeprefix(prefix): sentence(lang, key) for key in keys}


def language(code: str | None) -> str:
    """The catalogue for a code such as "zh-CN"; English for anything that has none."""
    short = (code or "").lower().split("-")[0].split("_")[0]
    return short if short in languages() else DEFAULT
