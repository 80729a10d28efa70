"""The one value behind the page: a `Scene` is what is computed and what is looked at.

Widgets are views of it, buttons are the pure functions below, `link.py` writes it into an address. Whatever
comes from outside (a link, a widget, the stage) passes through `settle`, which brings it within what exists.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from models import CELLS
from models.experiment import LONGEST, SEEDS, UNITS, Experiment, sizes
from models.lessons import FIRST, Lesson, lessons
from models.notice import Notice, Value
from models.spec import CellSpec
from models.text import MODES
from models.tweaks import Tweaks, legal

from . import lineup as lineups
from .lineup import UNCHOSEN, Lineup
from .text import DEFAULT, language, languages

Selection = tuple[str, int, int]  # quantity, unit and step, both counted from 1


@dataclass(frozen=True)
class View:
    """`step` counts from 1, `phase` is an id of the cell's phases, `panel` a panel of the workbench or "".
    `lineup` is what its panel Compare puts side by side."""

    step: int = 1
    phase: str = ""
    selection: Selection | None = None
    panel: str = ""
    lang: str = DEFAULT
    lineup: Lineup = UNCHOSEN


@dataclass(frozen=True)
class Scene:
    experiment: Experiment
    view: View

    @property
    def lesson(self) -> Lesson:
        return lessons()[self.experiment.lesson]


def opening(lesson: str = FIRST, lang: str = DEFAULT) -> Scene:
    """A lesson as it opens."""
    known = lessons()[lesson]
    view = View(known.step, CELLS[known.cell].phases[0].id, lang=language(lang))
    return settle(Scene(Experiment(lesson, known.cell, known.text), view))[0]


# What a visitor does: Scene -> Scene.


def choose_lesson(scene: Scene, lesson: str) -> Scene:
    """Another lesson opens with its own text, at its own place; the chosen cell and the sizes stay."""
    if lesson not in lessons():
        return scene
    known = lessons()[lesson]
    experiment = replace(scene.experiment, lesson=lesson, text=known.text, mode="auto", tweaks=Tweaks())
    phase = CELLS[experiment.cell].phases[0].id
    return tidy(scene, experiment, replace(scene.view, step=known.step, phase=phase, selection=None))


def choose_cell(scene: Scene, cell: str) -> Scene:
    """The clocks stay: a phase that the new cell does not have becomes the one at the same point of the step.

    Tweaks of gates that both cells have stay too; single weights are other weights now.
    """
    if cell not in CELLS:
        return scene
    ids, new = ([phase.id for phase in CELLS[key].phases] for key in (scene.experiment.cell, cell))
    phase = scene.view.phase
    if phase not in new:
        reached = ids.index(phase) / max(len(ids) - 1, 1) if phase in ids else 0.0
        phase = new[round(reached * (len(new) - 1))]
    experiment = replace(scene.experiment, cell=cell, tweaks=scene.experiment.tweaks.without_weights())
    return tidy(scene, experiment, replace(scene.view, phase=phase))


def type_text(scene: Scene, text: str) -> Scene:
    return tidy(scene, replace(scene.experiment, text=text))


def take_example(scene: Scene, text: str) -> Scene:
    """An example is read as it was meant, whatever mode was chosen, and from where its lesson begins."""
    view = replace(scene.view, step=scene.lesson.step, phase=CELLS[scene.experiment.cell].phases[0].id)
    return tidy(scene, replace(scene.experiment, text=text, mode="auto"), replace(view, selection=None))


def choose_mode(scene: Scene, mode: str) -> Scene:
    return tidy(scene, replace(scene.experiment, mode=mode))


def choose_units(scene: Scene, units: int) -> Scene:
    return tidy(scene, replace(scene.experiment, units=units))


def choose_seed(scene: Scene, seed: int) -> Scene:
    return tidy(scene, replace(scene.experiment, seed=seed, tweaks=scene.experiment.tweaks.without_weights()))


def choose_language(scene: Scene, lang: str) -> Scene:
    return replace(scene, view=replace(scene.view, lang=language(lang)))


def choose_panel(scene: Scene, panel: str) -> Scene:
    return replace(scene, view=replace(scene.view, panel=panel))


def choose_lineup(scene: Scene, lineup: Lineup) -> Scene:
    return tidy(scene, scene.experiment, replace(scene.view, lineup=lineup))


def rest(scene: Scene, step: int, phase: str, selection: Selection | None) -> Scene:
    """The stage's playhead has come to rest."""
    return tidy(scene, scene.experiment, replace(scene.view, step=step, phase=phase, selection=selection))


def tweak(scene: Scene, tweaks: Tweaks) -> Scene:
    """Neither clock moves and the selection stays: a slider changes the picture in place."""
    return tidy(scene, replace(scene.experiment, tweaks=tweaks))


def tidy(scene: Scene, experiment: Experiment, view: View | None = None) -> Scene:
    """The scene with these parts, within what exists, and not a word about what had to be changed."""
    return settle(replace(scene, experiment=experiment, view=view or scene.view))[0]


# Within what exists.


def settle(scene: Scene) -> tuple[Scene, tuple[Notice, ...]]:
    """The nearest scene that exists, and a notice for everything that had to be changed. Never raises."""
    notices: list[Notice] = []
    experiment = _settle_experiment(scene.experiment, notices)
    steps, D, H = sizes(experiment)
    tweaks, more = legal(scene.experiment.tweaks, CELLS[experiment.cell], D, H)
    notices += more
    view = _settle_view(scene.view, CELLS[experiment.cell], steps, H, notices)
    return Scene(replace(experiment, tweaks=tweaks), view), tuple(notices)


def _settle_experiment(asked: Experiment, notices: list[Notice]) -> Experiment:
    """All but the tweaks, whose limits depend on the rest."""
    lesson = _known("lesson", asked.lesson, tuple(lessons()), FIRST, notices)
    cell = _known("cell", asked.cell, tuple(CELLS), lessons()[lesson].cell, notices)
    mode = _known("mode", asked.mode, MODES, "auto", notices)
    # Half of a surrogate pair is no character: no address can hold it.
    text = asked.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if len(text) > LONGEST:
        text = text[:LONGEST]
        notices.append(Notice("notice.text_cut", {"limit": LONGEST}))
    units = _within("units", asked.units, UNITS, notices)
    seed = _within("seed", asked.seed, SEEDS, notices)
    return Experiment(lesson, cell, text, mode, units, seed)


def _settle_view(asked: View, spec: CellSpec, steps: int, units: int, notices: list[Notice]) -> View:
    step = _within("step", asked.step, (1, max(steps, 1)), notices)
    ids = tuple(phase.id for phase in spec.phases)
    phase = _known("phase", asked.phase, ids, ids[0], notices)
    lang = _known("lang", asked.lang, tuple(languages()), DEFAULT, notices)
    selection = asked.selection
    if selection is not None:
        quantity, unit, at = selection
        if quantity not in spec.quantities or not 1 <= unit <= units or not 1 <= at <= steps:
            notices.append(Notice("notice.link.selection", {"value": f"{quantity}.{unit}.{at}"}))
            selection = None
    return View(step, phase, selection, asked.panel, lang, lineups.settle(asked.lineup, notices))


def _known(name: str, value: str, allowed: tuple[str, ...], otherwise: str, notices: list[Notice]) -> str:
    if value in allowed:
        return value
    notices.append(Notice("notice.link.unknown", {"name": name, "value": value[:40], "used": otherwise}))
    return otherwise


def _within(name: str, value: int, limits: tuple[int, int], notices: list[Notice]) -> int:
    low, high = limits
    used = max(low, min(high, value))
    if used != value:
        values: dict[str, Value] = {"name": name, "value": str(value)[:40], "low": low, "high": high, "used": used}
        notices.append(Notice("notice.link.range", values))
    return used
