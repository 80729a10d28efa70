"""The catalogues are complete: whatever a visitor can read exists in every language, with the same places to fill."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import CELLS, own, typed
from models.lessons import lessons
from models.spec import CellSpec
from models.tasks import TASKS
from viz.text import DEFAULT, FOLDER, catalogue, languages, say, section, sentence
from viz.ui.panels import PANELS

ROOT = Path(__file__).resolve().parent.parent
KEY = re.compile(r"[a-z]+(\.[a-z0-9_]+)+")
PLACES = re.compile(r"\{\w+\}")
OTHERS = [lang for lang in languages() if lang != DEFAULT]
PYTHON = [*ROOT.glob("models/**/*.py"), *ROOT.glob("viz/**/*.py")]
PLAYER = [*ROOT.glob("assets/player/*.js")]


def interface(lang: str) -> set[str]:
    """Keys of the interface; all other keys are English source texts."""
    return {key for key in catalogue(lang) if KEY.fullmatch(key)}


def texts_of(spec: CellSpec) -> Iterator[str]:
    yield spec.title
    for quantity in spec.quantities.values():
        yield from (quantity.label, quantity.note)
    for phase in (*spec.phases, *(phase for phases in spec.groupings.values() for phase in phases)):
        yield from (phase.title, phase.note)


def texts_of_typed_cells() -> set[str]:
    headings = {line[2:] for text in own.EXAMPLES.values() for line in text.splitlines() if line.startswith("# ")}
    return {typed.TITLE, typed.PHASE_NOTE, *typed.LABELS.values(), *typed.NOTES.values(), *headings}


def used_in_python() -> set[str]:
    """String constants that look like a key of a section that the catalogue has."""
    sections = {key.split(".")[0] for key in interface(DEFAULT)}
    constants = {
        node.value
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in constants if KEY.fullmatch(text) and text.split(".")[0] in sections}


def used_in_the_stage() -> set[str]:
    """What the stage's modules ask for by name."""
    asked = re.compile(r"""\btext\(\s*["']([\w.]+)["']|\bkey: ["']((?:term|so)\.\w+)["']""")
    found = {a or b for path in PLAYER for a, b in asked.findall(path.read_text(encoding="utf-8"))}
    return {f"stage.{key}" for key in found}


def test_there_are_two_languages() -> None:
    assert dict(languages()) == {"en": "English", "zh": "中文"}


@pytest.mark.parametrize("lang", languages())
def test_no_key_stands_twice(lang: str) -> None:
    pairs = json.loads((FOLDER / f"{lang}.json").read_text(encoding="utf-8"), object_pairs_hook=list)
    assert [key for key, count in Counter(key for key, _ in pairs).items() if count > 1] == []


@pytest.mark.parametrize("lang", OTHERS)
def test_the_interface_is_the_same_in_every_language(lang: str) -> None:
    assert interface(lang) == interface(DEFAULT)


@pytest.mark.parametrize("lang", languages())
def test_every_sentence_says_something(lang: str) -> None:
    assert [key for key, text in catalogue(lang).items() if not text.strip()] == []


@pytest.mark.parametrize("lang", OTHERS)
def test_a_translation_has_the_places_of_its_source(lang: str) -> None:
    wrong = [
        key
        for key, text in catalogue(lang).items()
        if sorted(PLACES.findall(text)) != sorted(PLACES.findall(sentence(DEFAULT, key)))
    ]
    assert wrong == []


def test_every_key_that_code_names_exists() -> None:
    known = interface(DEFAULT)
    assert used_in_python() - known == set()
    assert used_in_the_stage() - known == set()
    assert {f"panel.{panel.key}" for panel in PANELS} - known == set()


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize("cell", CELLS)
def test_every_text_of_a_cell_is_translated(cell: str, lang: str) -> None:
    assert sorted(set(texts_of(CELLS[cell])) - set(catalogue(lang))) == []


@pytest.mark.parametrize("lang", OTHERS)
def test_every_text_of_a_typed_cell_is_translated(lang: str) -> None:
    assert sorted(texts_of_typed_cells() - set(catalogue(lang))) == []


@pytest.mark.parametrize("lang", OTHERS)
def test_every_text_of_a_lesson_and_a_task_is_translated(lang: str) -> None:
    texts = {text for lesson in lessons().values() for text in (lesson.title, lesson.sentence)}
    texts |= {text for task in TASKS.values() for text in (task.title, task.note, task.low, task.high)}
    assert sorted(texts - set(catalogue(lang))) == []


@pytest.mark.parametrize("lang", OTHERS)
def test_every_translation_is_of_a_text_that_exists(lang: str) -> None:
    texts = {text for spec in CELLS.values() for text in texts_of(spec)} | texts_of_typed_cells()
    texts |= {text for lesson in lessons().values() for text in (lesson.title, lesson.sentence)}
    texts |= {text for task in TASKS.values() for text in (task.title, task.note, task.low, task.high)}
    assert sorted(set(catalogue(lang)) - interface(lang) - texts) == []


@pytest.mark.parametrize("lang", languages())
def test_notices_hold_no_markdown_of_their_own(lang: str) -> None:
    """Streamlit reads alerts as Markdown: a sentence with none in it, and values in code spans, are literal."""
    notices = section(lang, "notice.").values()
    assert [text for text in notices if re.search(r"[*`\[\]$<>#~\\]|(?<!\w)_|:\w+:", text)] == []


def test_values_are_never_read_as_places() -> None:
    said = say("en", "notice.bad_number", token="{place} {token} {0} {x.__class__}", place=3)
    assert said.startswith("{place} {token} {0} {x.__class__} at place 3")


def test_what_has_no_value_stays_as_it_is() -> None:
    assert "{limit}" in say("en", "notice.too_long")
    assert say("zh", "no such key") == "no such key"
    assert say("tlh", "app.title") == "Sluicegate"
