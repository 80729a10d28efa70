"""The one value behind the page: a `Scene` is what is computed and what is looked at.

Widgets are views of it, buttons are the pure functions below, `link.py` writes it into an address. Whatever
comes from outside (a link, a widget, the stage) passes through `settle`, which brings it within what exists.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from models import CELLS, own
from models.arrangement import SINGLE
from models.experiment import LONGEST, SEEDS, UNITS, Experiment, definition, most_units, output_names, sizes
from models.lessons import FIRST, Lesson, lessons
from models.notice import Notice
from models.spec import CellSpec, Phase
from models.text import MODES
from models.tweaks import Tweaks

from . import limits
from . import lineup as lineups
from .limits import known as _known
from .limits import within as _within
from .lineup import UNCHOSEN, Lineup
from .text import DEFAULT, language, languages, sentence

Selection = tuple[str, int, int]  # quantity, unit and step, both counted from 1


@dataclass(frozen=True)
class View:
    """`step` counts from 1, `phase` is an id of the cell's phases, `panel` a panel of the workbench or "".
    `lineup` is what its panel Compare puts side by side, `grouping` how a document cuts the step into phases."""

    step: int = 1
    phase: str = ""
    selection: Selection | None = None
    panel: str = ""
    lang: str = DEFAULT
    lineup: Lineup = UNCHOSEN
    grouping: str = ""


@dataclass(frozen=True)
class Scene:
    experiment: Experiment
    view: View

    @property
    def lesson(self) -> Lesson:
        return lessons()[self.experiment.lesson]

    @property
    def spec(self) -> CellSpec:
        """The cell, in the phases that are looked at."""
        return definition(self.experiment).regroup(self.view.grouping)


def opening(lesson: str = FIRST, lang: str = DEFAULT) -> Scene:
    """A lesson as it opens."""
    known = lessons()[lesson]
    view = View(known.step, CELLS[known.cell].phases[0].id, lang=language(lang))
    return settle(Scene(Experiment(lesson, known.cell, known.text), view))[0]


# What a visitor does: Scene -> Scene.


def choose_lesson(scene: Scene, lesson: str) -> Scene:
    """Another lesson opens with its own text, at its own place; the chosen cell and the sizes stay.

    What a lesson was trained for is the plain cell: there its options and further layers are put away.
    """
    if lesson not in lessons():
        return scene
    known = lessons()[lesson]
    experiment = replace(scene.experiment, lesson=lesson, text=known.text, mode="auto", tweaks=Tweaks(), elsewhere=())
    if known.task is not None:
        experiment = replace(experiment, options=(), negated=False, arrangement=SINGLE)
    return tidy(scene, experiment, replace(scene.view, step=known.step, phase=scene.spec.phases[0].id, selection=None))


def choose_cell(scene: Scene, cell: str) -> Scene:
    """The clocks stay: a phase that the new cell does not have becomes the one at the same point of the step.

    Tweaks of gates that both cells have stay too, and options that both have; single weights are other weights now.
    Your own cell starts from the text of the present one.
    """
    if cell == own.KEY != scene.experiment.cell:
        text = own.text_of(definition(scene.experiment))
        return type_cell(scene, own.headed(text, lambda title: sentence(scene.view.lang, title)))
    if cell not in CELLS:
        return scene
    return become(scene, without_weights(replace(scene.experiment, cell=cell, negated=False)))


def type_cell(scene: Scene, text: str) -> Scene:
    """Your own cell, from a text without mistakes. A weight of the same name is the same weight, so its tweak stays."""
    return become(scene, replace(scene.experiment, cell=own.KEY, own=text, negated=False))


def become(scene: Scene, experiment: Experiment) -> Scene:
    """Another cell, or the same one with other choices, at the same point of the step."""
    after = tidy(scene, experiment)
    phase = same_point(scene.spec.phases, after.spec.phases, scene.view.phase)
    return tidy(scene, experiment, replace(scene.view, phase=phase))


def same_point(phases: tuple[Phase, ...], others: tuple[Phase, ...], id: str) -> str:
    """The phase of other phases that stands where `id` stands in these."""
    ids, new = ([phase.id for phase in each] for each in (phases, others))
    if id in new:
        return id
    reached = ids.index(id) / max(len(ids) - 1, 1) if id in ids else 0.0
    return new[round(reached * (len(new) - 1))]


def without_weights(experiment: Experiment) -> Experiment:
    """With tweaks of gates alone: single weights are other weights now."""
    others = tuple((place, each.without_weights()) for place, each in experiment.elsewhere)
    return replace(experiment, tweaks=experiment.tweaks.without_weights(), elsewhere=others)


def type_text(scene: Scene, text: str) -> Scene:
    return tidy(scene, replace(scene.experiment, text=text))


def take_example(scene: Scene, text: str) -> Scene:
    """An example is read as it was meant, whatever mode was chosen, and from where its lesson begins."""
    view = replace(scene.view, step=scene.lesson.step, phase=scene.spec.phases[0].id)
    return tidy(scene, replace(scene.experiment, text=text, mode="auto"), replace(view, selection=None))


def choose_mode(scene: Scene, mode: str) -> Scene:
    return tidy(scene, replace(scene.experiment, mode=mode))


def choose_units(scene: Scene, units: int) -> Scene:
    return tidy(scene, replace(scene.experiment, units=units))


def choose_seed(scene: Scene, seed: int) -> Scene:
    return tidy(scene, without_weights(replace(scene.experiment, seed=seed)))


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
    asked = scene.experiment
    experiment = _settle_experiment(asked, notices)
    shown = limits.tweaks(asked.tweaks, experiment, experiment.arrangement.shown, notices)
    others = limits.elsewhere(asked.elsewhere, experiment, notices)
    view = _settle_view(scene.view, experiment, notices)
    return Scene(replace(experiment, tweaks=shown, elsewhere=others), view), tuple(notices)


def _settle_experiment(asked: Experiment, notices: list[Notice]) -> Experiment:
    """All but the tweaks, whose limits depend on the rest."""
    lesson = _known("lesson", asked.lesson, tuple(lessons()), FIRST, notices)
    cell = _known("cell", asked.cell, (*CELLS, own.KEY), lessons()[lesson].cell, notices)
    mode = _known("mode", asked.mode, MODES, "auto", notices)
    # Half of a surrogate pair is no character: no address can hold it.
    text = asked.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if len(text) > LONGEST:
        text = text[:LONGEST]
        notices.append(Notice("notice.text_cut", {"limit": LONGEST}))
    seed = _within("seed", asked.seed, SEEDS, notices)
    typed = limits.own(asked.own, cell, lessons()[lesson].cell, notices)
    experiment = Experiment(lesson, cell, text, mode, seed=seed, own=typed)
    return replace(
        experiment,
        units=_within("units", asked.units, (UNITS[0], most_units(experiment)), notices),
        options=limits.options(asked.options, definition(experiment), notices),
        negated=limits.negated(asked.negated, cell, notices),
        arrangement=limits.arrangement(asked.arrangement, cell, notices),
    )


def _settle_view(asked: View, experiment: Experiment, notices: list[Notice]) -> View:
    spec = definition(experiment)
    steps, _, H = sizes(experiment)
    step = _within("step", asked.step, (1, max(steps, 1)), notices)
    grouping = _known("grouping", asked.grouping, ("", *spec.groupings), "", notices)
    ids = tuple(phase.id for phase in spec.regroup(grouping).phases)
    phase = _known("phase", asked.phase or ids[0], ids, ids[0], notices)
    lang = _known("lang", asked.lang, tuple(languages()), DEFAULT, notices)
    selection = asked.selection
    if selection is not None:
        quantity, unit, at = selection
        known = spec.quantities.get(quantity)
        units = 0 if known is None else H if known.width == "H" else len(output_names(experiment))
        if not 1 <= unit <= units or not 1 <= at <= steps:
            notices.append(Notice("notice.link.selection", {"value": f"{quantity}.{unit}.{at}"}))
            selection = None
    return View(step, phase, selection, asked.panel, lang, lineups.settle(asked.lineup, spec, notices), grouping)
