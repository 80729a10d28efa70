"""What a visitor chooses about a cell beyond its name: options, conventions, phases, layers and directions.

Pure functions Scene -> Scene, as in `scene.py`.
"""

from __future__ import annotations

from dataclasses import replace

from models import convention
from models.arrangement import FIRST, Arrangement, Place
from models.tweaks import UNTOUCHED

from .scene import Scene, become, tidy, without_weights


def choose_option(scene: Scene, name: str, value: object) -> Scene:
    options = {**dict(scene.experiment.options), name: value}
    return become(scene, replace(scene.experiment, options=tuple(sorted(options.items()))))


def choose_update(scene: Scene, update: str) -> Scene:
    """z keeps or takes; the picture stays, since the weights change with the convention."""
    if scene.experiment.cell not in convention.CONVENTIONS or update not in convention.UPDATES:
        return scene
    if update == convention.CONVENTIONS[scene.experiment.cell][0]:
        return scene
    return become(scene, convention.with_update(scene.experiment, update))


def choose_weights(scene: Scene, alike: bool) -> Scene:
    """For z that takes: weights that give the same hidden states as z that keeps, or the very same weights."""
    if scene.experiment.cell not in convention.TAKING or convention.behaves_alike(scene.experiment) == alike:
        return scene
    return tidy(scene, replace(scene.experiment, negated=not scene.experiment.negated))


def choose_reset(scene: Scene, reset: str) -> Scene:
    if scene.experiment.cell not in convention.CONVENTIONS or reset not in convention.RESETS:
        return scene
    return become(scene, convention.with_reset(scene.experiment, reset))


def choose_grouping(scene: Scene, grouping: str) -> Scene:
    """Other phases: the first after which all is computed that is computed where the clock stands."""
    asked = replace(scene.view, grouping=grouping)
    before, after = scene.spec, tidy(scene, scene.experiment, asked).spec
    reached = [phase.id for phase in before.phases].index(scene.view.phase)
    known = [name for phase in before.phases[: reached + 1] for name in phase.quantities]
    phase = after.phases[max(map(after.phase_of, known))]
    return tidy(scene, scene.experiment, replace(asked, phase=phase.id))


def choose_layers(scene: Scene, layers: int) -> Scene:
    arrangement = scene.experiment.arrangement
    return _arrange(scene, replace(arrangement, layers=layers))


def choose_both(scene: Scene, both: bool) -> Scene:
    """With or without a second direction. What an upper layer reads changes with it: its weights are others."""
    changed = replace(scene, experiment=without_weights(scene.experiment))
    return _arrange(changed, replace(scene.experiment.arrangement, both=both))


def show(scene: Scene, place: Place) -> Scene:
    """Look at another cell. Every cell keeps its own tweaks."""
    arrangement = scene.experiment.arrangement
    return _arrange(scene, replace(arrangement, shown=place)) if place in arrangement.places() else scene


def _arrange(scene: Scene, arrangement: Arrangement) -> Scene:
    experiment = scene.experiment
    if arrangement.shown not in arrangement.places():
        arrangement = replace(arrangement, shown=FIRST)
    tweaks = {**dict(experiment.elsewhere), experiment.arrangement.shown: experiment.tweaks}
    shown = tweaks.pop(arrangement.shown, UNTOUCHED)
    others = tuple(sorted((place, each) for place, each in tweaks.items() if place in arrangement.places()))
    return tidy(scene, replace(experiment, arrangement=arrangement, tweaks=shown, elsewhere=others))
