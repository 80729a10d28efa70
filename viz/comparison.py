"""Cells side by side as HTML tables: what they cost and say, and how their equations differ from the first cell's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from html import escape

from models import CELLS
from models.cost import multiply_adds
from models.difference import Change, changes
from models.experiment import Run
from models.graphemes import visible
from models.notation import expression
from models.spec import CellSpec

from . import equation
from .compare import first_apart
from .text import say
from .theme import MATH_FONT, THEMES

MEASURE = "lstm"  # costs are told against its
BAR = 8  # rem: the longest bar

CSS = """
.wb-cells { --wb-head: 10.5rem; --wb-column: 12.5rem; overflow-x: auto; }
.wb-cells table { border-collapse: collapse; table-layout: fixed; width: 100%; font-size: 0.9rem;
  min-width: calc(var(--wb-head) + var(--wb-count) * var(--wb-column));
  max-width: calc(var(--wb-head) + var(--wb-count) * 25rem); }
.wb-cells col:first-child { width: var(--wb-head); }
@media (max-width: 640px) { .wb-cells { --wb-head: 6rem; --wb-column: 9.5rem; } }
.wb-cells caption { text-align: left; font-weight: 600; font-size: 1rem; padding: 0 0 0.5rem; }
.wb-cells th, .wb-cells td { text-align: left; vertical-align: top; padding: 0.45rem 1rem 0.45rem 0;
  border-bottom: 1px solid var(--wb-rule); font-weight: 400; overflow-wrap: break-word; }
.wb-cells thead th { font-weight: 600; border-bottom-width: 2px; padding-top: 0; }
.wb-cells thead td, .wb-cells tbody th { position: sticky; left: 0; background: var(--wb-paper); }
.wb-cells tbody th, .wb-cells .wb-none { color: var(--wb-muted); }
.wb-cells .wb-math { font-family: MATH; font-size: 1.06rem; line-height: 1.55; }
.wb-cells sub, .wb-cells sup { font-size: 0.72em; line-height: 0; }
.wb-cells mark { background: var(--wb-mark); color: inherit; border-radius: 3px; padding: 0.05em 0.15em;
  box-shadow: 0 1.5px 0 var(--wb-edge); box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.wb-cells .wb-same .wb-math * { color: var(--wb-muted); }
.wb-cells .wb-note { color: var(--wb-muted); font-size: 0.82rem; font-weight: 400; display: block; }
.wb-cells .wb-note .wb-math { font-size: 0.95rem; }
.wb-cells .wb-bar { display: block; height: 5px; max-width: 100%; margin-top: 0.3rem; border-radius: 3px; }
.wb-cells s { text-decoration-thickness: 1.5px; opacity: 0.75; }
.wb-cells .wb-list > * { white-space: nowrap; }
""".replace("MATH", MATH_FONT)


def costs(runs: Sequence[Run], shown: Run, step: int, lang: str) -> str:
    """What each cell has, costs and says; `step` (from 1) is where the playhead stands in the `shown` run."""
    first = runs[0]
    parameters = [_counted(run, CellSpec.count) for run in runs]
    adds = [_counted(run, multiply_adds) for run in runs]
    rows = [
        (_say(lang, "compare.weights"), [_weights(run, lang) for run in runs]),
        (_say(lang, "compare.sizes"), [_size(run, first, lang) for run in runs]),
        (_say(lang, "compare.parameters"), _bars(parameters, lang)),
        (_say(lang, "compare.multiply_adds"), _bars(adds, lang)),
    ]
    if any(run.readout is not None for run in runs):
        token = escape(visible(shown.tokens.items[step - 1]))
        rows += [
            (_say(lang, "compare.after").replace("{token}", token), [_said(run, step - 1) for run in runs]),
            (_say(lang, "compare.at_end"), [_said(run, -1) for run in runs]),
            (
                _say(lang, "compare.apart").replace("{first}", _say(lang, first.spec.title)),
                [_apart(run, first, lang) for run in runs],
            ),
        ]
    rows += [
        (_say(lang, "compare.phases"), [_phases(run.spec, first.spec, lang) for run in runs]),
        (_say(lang, "compare.quantities"), [_quantities(run.spec, first.spec, lang) for run in runs]),
        (_say(lang, "compare.names"), [_parameters(run, first, lang) for run in runs]),
    ]
    body = "".join(f'<tr><th scope="row">{head}</th>{"".join(cells)}</tr>' for head, cells in rows)
    return _table([run.spec for run in runs], _say(lang, "compare.costs"), body, lang)


@lru_cache(maxsize=64)
def equations(specs: tuple[CellSpec, ...], lang: str) -> str:
    """Every equation of every cell; what the first cell's equation has not is marked."""
    first = specs[0]
    told = [changes(spec, first) for spec in specs]
    rows = []
    for name in dict.fromkeys(name for spec in specs for name in spec.quantities):
        owner = next(spec for spec in specs if name in spec.quantities)
        label = _say(lang, owner.quantities[name].label)
        head = f'<span class="wb-math">{equation.symbol(owner, name)}</span> <span class="wb-note">{label}</span>'
        cells = [_equation(spec, name, found.get(name), first, lang) for spec, found in zip(specs, told, strict=True)]
        rows.append(f'<tr><th scope="row">{head}</th>{"".join(cells)}</tr>')
    return _table(specs, _say(lang, "compare.equations"), "".join(rows), lang)


def _table(specs: Sequence[CellSpec], caption: str, body: str, lang: str) -> str:
    heads = []
    for place, spec in enumerate(specs):
        colour = f"light-dark({THEMES['light'].lines[place]}, {THEMES['dark'].lines[place]})"
        first = f' <span class="wb-note">{_say(lang, "compare.first")}</span>' if place == 0 else ""
        style = f"color: {colour}; border-bottom-color: {colour}"
        heads.append(f'<th scope="col" style="{style}">{_say(lang, spec.title)}{first}</th>')
    roles = {quantity.role for spec in specs for quantity in spec.quantities.values()}
    # All tables share their columns; on a phone they are wider than the screen and scroll sideways.
    head = f"<colgroup><col>{'<col>' * len(specs)}</colgroup><thead><tr><td></td>{''.join(heads)}</tr></thead>"
    table = f"<table><caption>{caption}</caption>{head}<tbody>{body}</tbody></table>"
    style = f"<style>{_colours()}{CSS}{equation.css(roles)}</style>"
    return f'{style}<div class="wb-cells" style="--wb-count: {len(specs)}">{table}</div>'


def _colours() -> str:
    """The page's colours by name, in whichever theme it has."""
    light, dark = THEMES["light"], THEMES["dark"]
    pairs = {
        "paper": (light.paper, dark.paper),
        "muted": (light.muted, dark.muted),
        "rule": (light.rule, dark.rule),
        "edge": (light.difference[0], dark.difference[0]),
    }
    named = "".join(f"--wb-{name}: light-dark({one}, {two}); " for name, (one, two) in pairs.items())
    return f".wb-cells {{ {named}--wb-mark: color-mix(in srgb, var(--wb-edge) 16%, transparent) }}"


# Cells of the first table --------------------------------------------------------------------------------


def _size(run: Run, first: Run, lang: str) -> str:
    told = []
    for one in (run, first):
        place = one.experiment.arrangement
        key = "compare.size" if place.is_single else f"compare.size.{place.shown.direction}"
        values = {"inputs": one.X.shape[1], "units": _units(one), "layer": place.shown.layer, "layers": place.layers}
        told.append(escape(say(lang, key, **values)))
    return f"<td>{told[0] if told[0] == told[1] else f'<mark>{told[0]}</mark>'}</td>"


def _counted(run: Run, count: Callable[[CellSpec, int, int, int], int]) -> tuple[int, int]:
    """(what the cell has, what an LSTM of the same sizes has)."""
    sizes = run.X.shape[1], _units(run), max(len(run.outputs), 1)
    return count(run.spec, *sizes), count(CELLS[MEASURE], *sizes)


def _units(run: Run) -> int:
    """H, read off a parameter."""
    shapes = ((run.base_params[name], weight.shape) for name, weight in run.spec.weights.items() if name in run.params)
    array, letters = next((array, letters) for array, letters in shapes if "H" in letters)
    return int(array.shape[letters.index("H")])


def _bars(counts: Sequence[tuple[int, int]], lang: str) -> list[str]:
    most = max(count for count, _ in counts)
    cells = []
    for place, (count, measure) in enumerate(counts):
        colour = f"light-dark({THEMES['light'].lines[place]}, {THEMES['dark'].lines[place]})"
        bar = f'<span class="wb-bar" style="width: {BAR * count / most:.2f}rem; background: {colour}"></span>'
        ratio = escape(say(lang, "compare.ratio", ratio=f"{count / measure:.3g}"))
        cells.append(f'<td>{count:,} &nbsp;<span class="wb-none">{ratio}</span>{bar}</td>')
    return cells


def _weights(run: Run, lang: str) -> str:
    if run.model is None:
        return f"<td>{_say(lang, 'compare.random')}</td>"
    accuracy = f"{int(1000 * float(str(run.model.card['held_out_accuracy']))) / 10:.1f}%"  # never rounded up to all
    return f"<td>{escape(say(lang, 'compare.trained', accuracy=accuracy))}</td>"


def _said(run: Run, step: int) -> str:
    return '<td class="wb-none">–</td>' if run.readout is None else f"<td>{run.readout[step]:.3f}</td>"


def _apart(run: Run, first: Run, lang: str) -> str:
    if run is first or run.readout is None or first.readout is None:
        return '<td class="wb-none">–</td>'
    step = first_apart(run, first)
    if step is None:
        return f"<td>{_say(lang, 'compare.never')}</td>"
    told = escape(say(lang, "compare.at_step", step=step, token=visible(run.tokens.items[step - 1])))
    return f"<td><mark>{told}</mark></td>"


def _phases(spec: CellSpec, first: CellSpec, lang: str) -> str:
    """The phases in order; those that the first cell does not go through are marked."""
    known = {phase.id for phase in first.phases}
    names = ((phase.id in known, _say(lang, phase.title)) for phase in spec.phases)
    return f"<td>{' → '.join(name if same else f'<mark>{name}</mark>' for same, name in names)}</td>"


def _quantities(spec: CellSpec, first: CellSpec, lang: str) -> str:
    own = {name: equation.symbol(spec, name) for name in spec.quantities}
    return _listed(own, {name: equation.symbol(first, name) for name in first.quantities}, lang)


def _parameters(run: Run, first: Run, lang: str) -> str:
    own = {name: equation.Html().parameter(name) for name in run.params}
    return _listed(own, {name: equation.Html().parameter(name) for name in first.params}, lang)


def _listed(own: Mapping[str, str], known: Mapping[str, str], lang: str) -> str:
    """All that a cell has; marked what the first cell has not, and below, what only that has."""
    items = [item if name in known else f"<mark>{item}</mark>" for name, item in own.items()]
    gone = [f"<s>{item}</s>" for name, item in known.items() if name not in own]
    note = f'<span class="wb-note">{_without(gone, lang)}</span>' if gone else ""
    return f'<td><span class="wb-math wb-list">{" ".join(items)}</span>{note}</td>'


def _without(gone: Sequence[str], lang: str) -> str:
    return _say(lang, "compare.without").replace("{parts}", f'<span class="wb-math wb-list">{" ".join(gone)}</span>')


# Cells of the second table -------------------------------------------------------------------------------


def _equation(spec: CellSpec, name: str, change: Change | None, first: CellSpec, lang: str) -> str:
    if change is None:
        told = f"<mark>{_say(lang, 'compare.missing')}</mark>" if name in first.quantities else "–"
        return f'<td class="wb-none">{told}</td>'
    root = spec.quantities[name].expr
    whole = (root.args[0] if root.op == "identity" else root) in change.fresh
    written = equation.definition(spec, name, () if whole else change.fresh)
    notes = []
    if spec is first:
        kind = ""
    elif change.is_same and change.like == name:
        kind, notes = "wb-same", [_say(lang, "compare.same")]
    elif change.like is None:
        kind, notes = "", [f"<mark>{_say(lang, 'compare.new')}</mark>"]
    elif whole:
        kind, notes = "", [f"<mark>{_say(lang, 'compare.otherwise')}</mark>"]
    else:
        kind = ""
        if change.like != name:
            like = say(lang, "compare.like", first=say(lang, first.title))
            symbol = f'<span class="wb-math">{equation.symbol(first, change.like)}</span>'
            notes.append(escape(like).replace("{symbol}", symbol))
        if change.gone:
            gone = [f"<s>{expression(first, node, equation.Html())}</s>" for node in change.gone]
            notes.append(_without(gone, lang))
    note = f'<span class="wb-note">{" · ".join(notes)}</span>' if notes else ""
    return f'<td class="{kind}"><span class="wb-math">{written}</span>{note}</td>'


def _say(lang: str, key: str) -> str:
    return escape(say(lang, key))
