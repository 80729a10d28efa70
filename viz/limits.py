"""What may be asked for, brought within what exists; whatever has to be changed is told in a notice."""

from __future__ import annotations

from collections.abc import Iterable

from models import CELLS
from models import own as typing
from models.arrangement import FORWARD, LAYERS, SINGLE, STACKABLE, Arrangement, Place
from models.convention import TAKING
from models.experiment import Experiment, definition, output_names, sizes_at
from models.notice import Notice, Value
from models.spec import CellSpec
from models.tweaks import Tweaks, legal
from models.typed import CellError

Options = tuple[tuple[str, object], ...]


def known(name: str, value: str, allowed: Iterable[str], otherwise: str, notices: list[Notice]) -> str:
    if value in allowed:
        return value
    notices.append(Notice("notice.link.unknown", {"name": name, "value": value[:40], "used": otherwise}))
    return otherwise


def within(name: str, value: int, limits: tuple[int, int], notices: list[Notice]) -> int:
    low, high = limits
    used = max(low, min(high, value))
    if used != value:
        values: dict[str, Value] = {"name": name, "value": str(value)[:40], "low": low, "high": high, "used": used}
        notices.append(Notice("notice.link.range", values))
    return used


def spelled(choice: object) -> str:
    """A choice of an option as a link writes it."""
    return str(choice).replace(" ", ".")


def options(asked: Options, spec: CellSpec, notices: list[Notice]) -> Options:
    """The choices that the cell offers and that are not its defaults, sorted; they may be asked for as a link
    spells them."""
    offered = {option.name: option for option in spec.options}
    chosen = {}
    for name, value in asked:
        option = offered.get(name)
        if option is None:
            notices.append(Notice("notice.option.gone", {"name": name[:40], "cell": spec.title}))
            continue
        choices = {spelled(choice): choice for choice in option.choices}
        chosen[name] = choices[known(name, spelled(value), choices, spelled(option.default), notices)]
    return tuple(sorted((name, value) for name, value in chosen.items() if value != offered[name].default))


def own(asked: str, cell: str, otherwise: str, notices: list[Notice]) -> str:
    """The text of the visitor's own cell, "" if another is chosen. One with a mistake in it becomes that of the known
    cell that it comes from, or of `otherwise`."""
    if cell != typing.KEY:
        return ""
    try:
        typing.cell(typing.tidied(asked))
    except CellError as error:
        used = CELLS[typing.closest(asked) or otherwise]
        if asked.strip():
            notices.append(Notice("notice.link.own", {"line": error.line, "used": used.title}))
        return typing.text_of(used)
    return typing.tidied(asked)


def negated(asked: bool, cell: str, notices: list[Notice]) -> bool:
    """Only a GRU whose z takes the new can be given the weights of one whose z keeps the old."""
    if asked and cell not in TAKING:
        notices.append(Notice("notice.link.unknown", {"name": "update", "value": "negated", "used": "own"}))
        return False
    return asked


def arrangement(asked: Arrangement, cell: str, notices: list[Notice]) -> Arrangement:
    if asked == SINGLE:
        return asked
    if cell not in STACKABLE:
        notices.append(Notice("notice.single", {"cell": cell}))
        return SINGLE
    layers = within("layers", asked.layers, LAYERS, notices)
    layer = within("shown", asked.shown.layer, (1, layers), notices)
    arranged = Arrangement(layers, asked.both)
    directions = [place.direction for place in arranged.places() if place.layer == layer]
    direction = known("shown", asked.shown.direction, directions, FORWARD, notices)
    return Arrangement(layers, asked.both, Place(layer, direction))


def tweaks(asked: Tweaks, experiment: Experiment, place: Place, notices: list[Notice]) -> Tweaks:
    """Those that the cell at this place of the experiment, which is settled but for its tweaks, has knobs for."""
    _, D, H = sizes_at(experiment, place)
    kept, more = legal(asked, definition(experiment), D, H, max(1, len(output_names(experiment))))
    notices += more
    return kept


def elsewhere(
    asked: Iterable[tuple[Place, Tweaks]], experiment: Experiment, notices: list[Notice]
) -> tuple[tuple[Place, Tweaks], ...]:
    """The tweaks of cells that exist and are not the shown one."""
    arranged = experiment.arrangement
    others = [place for place in arranged.places() if place != arranged.shown]
    kept = {}
    for place, each in asked:
        if place in others:
            kept[place] = tweaks(each, experiment, place, notices)
        elif not each.is_empty:
            notices.append(Notice("notice.tweak.gone", {"name": f"{place.layer}.{place.direction}"[:40]}))
    return tuple(sorted((place, each) for place, each in kept.items() if not each.is_empty))
