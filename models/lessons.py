"""Lessons: what a visitor starts from. One JSON file each under `assets/lessons/`, found by looking.

Titles and sentences are English source texts and keys of the catalogues, as in a cell definition.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from .tasks import TASKS

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "lessons"


@dataclass(frozen=True)
class Lesson:
    """`task` names the trained weights that the lesson reads with; None is free play, with untrained ones.

    `examples` are texts to begin with, the first the default; a file that names a task may leave them to it.
    `step` is where the clock stands when the lesson opens: past the start, so that the first picture has
    gates to look at. `place` orders the menu; the first lesson is what a bare address opens.
    """

    key: str
    title: str
    sentence: str
    examples: tuple[str, ...]
    cell: str
    place: int
    step: int = 1
    task: str | None = None

    @property
    def text(self) -> str:
        return self.examples[0]


@cache
def lessons() -> Mapping[str, Lesson]:
    """Key -> lesson, in the order of the menu. The key is the file's name."""
    found = []
    for path in FOLDER.glob("*.json"):
        fields = json.loads(path.read_text(encoding="utf-8"))
        examples = fields.pop("examples", None) or TASKS[fields["task"]].examples
        found.append(Lesson(key=path.stem, examples=tuple(examples), **fields))
    found.sort(key=lambda lesson: (lesson.place, lesson.key))
    return MappingProxyType({lesson.key: lesson for lesson in found})


FIRST = next(iter(lessons()))
