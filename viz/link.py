"""A scene as the query string of an address, and back.

A link may be cut off, edited by hand or made by somebody unkind: whatever it says, `from_link` gives a scene
that exists, and notices about what it could not take as it stood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote_plus

from models import own
from models.arrangement import FIRST as BOTTOM
from models.arrangement import SINGLE, Arrangement, Place
from models.experiment import Experiment, trained
from models.lessons import FIRST, lessons
from models.notice import Notice
from models.tweaks import Tweaks

from . import lineup
from .limits import Options, spelled
from .scene import Scene, Selection, View, opening, settle
from .text import DEFAULT

PLACE = ("step", "phase", "sel")
CHOICES = ("options", "update", "layers", "direction", "shown")  # of the cell: what kind, how many, which
LOOKS = ("grouping", "panel", "compare", "lang")
NAMES = ("lesson", "cell", "own", *CHOICES, "text", "mode", "units", "seed", *PLACE, *LOOKS, "tweaks", "elsewhere")
KINDS = {"b": "bias", "x": "gain_x", "h": "gain_h", "k": "clamp"}  # one letter each in a link; w is a weight
WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
MOST = 200  # single weights that a link carries
FIELDS = 100  # parameters that are looked at
PLAIN = {"own": ":,~*()/=;!@[]"}  # what stays as it is in an address: a typed cell can be read in its link


def to_link(scene: Scene) -> str:
    """The query string, without "?". What trained weights decide is left out."""
    experiment, view = scene.experiment, scene.view
    fields: dict[str, object] = {"lesson": experiment.lesson, "cell": experiment.cell}
    if experiment.own:
        fields["own"] = write_own(experiment.own)
    fields |= _write_choices(experiment)
    fields["text"] = experiment.text
    if trained(experiment) is None:
        if experiment.mode != "auto":
            fields["mode"] = experiment.mode
        fields |= {"units": experiment.units, "seed": experiment.seed}
    fields |= {"step": view.step, "phase": view.phase}
    if view.grouping:
        fields["grouping"] = view.grouping
    if view.selection is not None:
        fields["sel"] = ".".join(map(str, view.selection))
    if view.panel:
        fields["panel"] = view.panel
    if view.lineup != lineup.UNCHOSEN:
        fields["compare"] = lineup.write(view.lineup)
    fields["lang"] = view.lang
    if not experiment.tweaks.is_empty:
        fields["tweaks"] = write_tweaks(experiment.tweaks)
    if experiment.elsewhere:
        parts = (f"{place.layer}.{place.direction}@{write_tweaks(each)}" for place, each in experiment.elsewhere)
        fields["elsewhere"] = ";".join(parts)
    return "&".join(f"{name}={quote_plus(str(value), PLAIN.get(name, ':,~'))}" for name, value in fields.items())


def from_link(
    link: str | Mapping[str, str], lang: str = DEFAULT, panels: tuple[str, ...] = ()
) -> tuple[Scene, tuple[Notice, ...]]:
    """The scene of a link, and what had to be repaired. Never raises.

    `lang` is the language when the link names none, `panels` are the panels that exist.
    """
    given = _parameters(link)
    notices: list[Notice] = []
    start = opening(given["lesson"] if given.get("lesson") in lessons() else FIRST, given.get("lang", lang))
    cell = given.get("cell", start.experiment.cell)
    text = given.get("text", start.experiment.text)
    experiment = Experiment(
        given.get("lesson", start.experiment.lesson),
        cell,
        text,
        given.get("mode", "auto"),
        _whole(given, "units", start.experiment.units, notices),
        _whole(given, "seed", start.experiment.seed, notices),
        _tweaks(given.get("tweaks", ""), notices),
        _options(given.get("options", ""), notices),
        _is(given, "update", "negated", ("", "own"), notices),
        _arrangement(given, notices),
        _elsewhere(given.get("elsewhere", ""), notices),
        typed_in(link),
    )
    view = View(
        # A text of its own is read from its beginning, the lesson's from where the lesson opens.
        _whole(given, "step", start.view.step if text == start.experiment.text else 1, notices),
        given.get("phase", ""),
        _selection(given.get("sel"), notices),
        _panel(given.get("panel", ""), panels, notices),
        given.get("lang", start.view.lang),
        lineup.read(given.get("compare", "")),
        given.get("grouping", ""),
    )
    scene, repairs = settle(Scene(experiment, view))
    return scene, (*notices, *repairs)


def typed_in(link: str | Mapping[str, str]) -> str:
    """The text of the visitor's own cell as it stands in a link, mistakes and all; "" where it is of another cell."""
    given = _parameters(link)
    return read_own(given.get("own", "")) if given.get("cell") == own.KEY else ""


def write_own(text: str) -> str:
    """A typed cell on one line: `;` ends a line where no line holds one."""
    if ";" not in text:
        return text.replace("\n", ";")
    return text if "\n" in text else text + "\n"


def read_own(text: str) -> str:
    return text if "\n" in text else text.replace(";", "\n")


def write_tweaks(tweaks: Tweaks) -> str:
    """`b.f:1.5,x.i:0.5,h.o:2,k.f:0,w.W_xf.3.2:0.7`; rows and columns count from 1."""
    parts = []
    for letter, kind in KINDS.items():
        parts += [f"{letter}.{gate}:{_short(value)}" for gate, value in getattr(tweaks, kind)]
    for (name, row, column), value in tweaks.weights:
        parts.append(f"w.{name}.{row + 1}.{column + 1}:{_short(value)}")
    return ",".join(parts)


def _write_choices(experiment: Experiment) -> dict[str, object]:
    """`options=hidden:relu,p_o:off`, `layers=2`, `direction=both`, `shown=2.backward`; only what is not as usual."""
    fields: dict[str, object] = {}
    arrangement = experiment.arrangement
    if experiment.options:
        fields["options"] = ",".join(f"{name}:{spelled(value)}" for name, value in experiment.options)
    if experiment.negated:
        fields["update"] = "negated"
    if arrangement.layers != SINGLE.layers:
        fields["layers"] = arrangement.layers
    if arrangement.both:
        fields["direction"] = "both"
    if arrangement.shown != BOTTOM:
        fields["shown"] = f"{arrangement.shown.layer}.{arrangement.shown.direction}"
    return fields


def _short(value: float) -> str:
    """The fewest digits that give the same number back."""
    return repr(int(value)) if value == int(value) else repr(value)


def _parameters(link: str | Mapping[str, str]) -> dict[str, str]:
    """Our parameters of a link; of a name that stands twice, the last."""
    if isinstance(link, str):
        pairs = parse_qsl(link.removeprefix("?")[:100_000], keep_blank_values=True, errors="replace")[:FIELDS]
        link = dict(pairs)
    return {name: str(link[name]) for name in NAMES if name in link}


def _whole(given: Mapping[str, str], name: str, default: int, notices: list[Notice]) -> int:
    text = given.get(name)
    if text is None:
        return default
    text = text.strip()
    if WHOLE.fullmatch(text):
        return int(text)
    notices.append(_unreadable(name, text))
    return default


def _selection(text: str | None, notices: list[Notice]) -> Selection | None:
    if not text:
        return None
    parts = text.split(".")
    if len(parts) == 3 and all(WHOLE.fullmatch(part) for part in parts[1:]):
        return parts[0], int(parts[1]), int(parts[2])
    notices.append(_unreadable("sel", text))
    return None


def _options(text: str, notices: list[Notice]) -> Options:
    """`hidden:relu,p_o:off`; whether the cell has such choices is `settle`'s concern."""
    found = []
    for part in filter(None, text.split(",")[:FIELDS]):
        name, colon, value = part.partition(":")
        if name and colon and value:
            found.append((name, value))
        else:
            notices.append(_unreadable("options", part))
    return tuple(found)


def _is(given: Mapping[str, str], name: str, value: str, others: tuple[str, ...], notices: list[Notice]) -> bool:
    """Whether a parameter that knows two values has this one."""
    text = given.get(name, "")
    if text not in (value, *others):
        notices.append(_unreadable(name, text))
    return text == value


def _arrangement(given: Mapping[str, str], notices: list[Notice]) -> Arrangement:
    layers = _whole(given, "layers", SINGLE.layers, notices)
    both = _is(given, "direction", "both", ("", "forward"), notices)
    text = given.get("shown", "")
    shown = _place(text)
    if shown is None and text:
        notices.append(_unreadable("shown", text))
    return Arrangement(layers, both, shown or BOTTOM)


def _place(text: str) -> Place | None:
    """`2.backward`."""
    layer, dot, direction = text.partition(".")
    return Place(int(layer), direction) if dot and WHOLE.fullmatch(layer) else None


def _elsewhere(text: str, notices: list[Notice]) -> tuple[tuple[Place, Tweaks], ...]:
    """`1.forward@b.f:1.5;2.backward@k.o:0`."""
    found = []
    for part in filter(None, text.split(";")[:FIELDS]):
        name, _, tweaks = part.partition("@")
        place = _place(name)
        if place is None:
            notices.append(_unreadable("elsewhere", part))
        else:
            found.append((place, _tweaks(tweaks, notices)))
    return tuple(found)


def _panel(name: str, panels: tuple[str, ...], notices: list[Notice]) -> str:
    if not name or name in panels:
        return name
    notices.append(_unreadable("panel", name))
    return ""


def _tweaks(text: str, notices: list[Notice]) -> Tweaks:
    """What can be read; whether such gates and weights exist is `settle`'s concern."""
    kinds: dict[str, dict[str, float]] = {kind: {} for kind in KINDS.values()}
    weights: dict[tuple[str, int, int], float] = {}
    for part in filter(None, text.split(",")):
        name, _, number = part.rpartition(":")
        letter, _, target = name.partition(".")
        place = target.rsplit(".", 2)
        if not NUMBER.fullmatch(number):
            notices.append(_unreadable("tweaks", part))
        elif letter in KINDS and target:
            kinds[KINDS[letter]][target] = float(number)
        elif letter == "w" and len(place) == 3 and WHOLE.fullmatch(place[1]) and WHOLE.fullmatch(place[2]):
            weights[place[0], int(place[1]) - 1, int(place[2]) - 1] = float(number)
        else:
            notices.append(_unreadable("tweaks", part))
    return Tweaks(**kinds, weights=dict(list(weights.items())[:MOST]))


def _unreadable(name: str, value: str) -> Notice:
    return Notice("notice.link.unreadable", {"name": name, "value": value[:40]})
