/**
 * The weights of one gate as a heatmap of their own: rows are what is read, columns the units that read it.
 * A click or the arrow keys choose an entry, one slider moves it. The colours are not those of activations.
 */
import { el, mark, math, say } from "./dom.js";
import { clip, compose } from "./formula.js";
import { fixed, rounder, short, signed } from "./format.js";
import { between, gradientOf } from "./palette.js";
import { createSlider } from "./slider.js";
import { clamp } from "./store.js";

const LIMIT = 10; // the largest weight that Python accepts
const TALLEST = 120; // px
const LARGEST_CELL = { width: 46, height: 24 };

/** `tweaks`: {value(key) -> number | undefined, change(key, value | undefined, commit)}; key is "W_xf.3.2", counted from 1. */
export function create(parent, store, tweaks) {
  const chips = el("div", { class: "sg-wt-chips", role: "radiogroup" });
  const canvas = el("canvas", { class: "sg-wt-canvas", "aria-hidden": "true" });
  const frame = el("div", { class: "sg-wt-frame" });
  const field = el("div", { class: "sg-wt-field", tabindex: 0, role: "application", "data-testid": "weights" }, canvas, frame);
  const from = el("span", { class: "sg-wt-from" });
  const to = el("span", { class: "sg-wt-to" });
  const scale = el("div", { class: "sg-wt-scale", "aria-hidden": "true" }, el("span", {}), el("i", {}), el("span", {}));
  const entry = el("div", { class: "sg-wt-entry", "aria-live": "polite" });
  const sliderRow = el("div", { class: "sg-tw-row" });
  parent.append(
    el("div", { class: "sg-wt-head" }, chips, scale),
    el("div", { class: "sg-wt-body" }, from, el("div", {}, to, field)),
    sliderRow,
    entry,
  );

  let names = []; // parameters of the open gate
  let name = null;
  let place = { row: 0, column: 0 };
  let size = { rows: 1, columns: 1, width: 1, height: 1 };
  let slider = null;
  let built = null;

  const base = () => store.data.array(`w/${name}`);
  const now = () => store.data.array(`changed/${name}`) ?? base();
  const shown = () => (store.show === "before" ? base() : now());
  const keyOf = ({ row, column }) => `${name}.${row + 1}.${column + 1}`;
  const at = (values, { row, column }) => values[row * size.columns + column];

  field.addEventListener("pointerdown", (event) => select(under(event)));
  field.addEventListener("pointermove", (event) => describe(under(event)));
  field.addEventListener("pointerleave", () => describe(place));
  field.addEventListener("keydown", (event) => {
    const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [];
    if (event.key === "Enter") slider.range.focus();
    else if (event.key === "Home") select({ ...place, column: 0 });
    else if (event.key === "End") select({ ...place, column: size.columns - 1 });
    else if (down !== undefined) select({ row: place.row + down, column: place.column + right });
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function under(event) {
    const box = canvas.getBoundingClientRect();
    const share = (position, start, length, count) => clamp(Math.floor(((position - start) / length) * count), 0, count - 1);
    return {
      row: share(event.clientY, box.top, box.height, size.rows),
      column: share(event.clientX, box.left, box.width, size.columns),
    };
  }

  function make() {
    built = store.data.static;
    slider = createSlider({
      testid: "tweak-weight",
      name: store.text("weights.slider"),
      low: -1,
      high: 1,
      step: 0.01,
      resetName: store.text("weights.reset"),
      onvalue: (value, commit) => tweaks.change(keyOf(place), value, commit),
      onreset: () => tweaks.change(keyOf(place), undefined, true),
    });
    sliderRow.replaceChildren(el("span", { class: "sg-tw-label" }, store.text("weights.value")), ...slider.nodes);
    mark(chips, "aria-label", store.text("weights.chooser"));
  }

  /** The parameters of a gate; the kind of matrix that was open stays open. */
  function choose(list) {
    if (built !== store.data.static) make();
    const kind = (parameter) => parameter?.slice(0, 3);
    names = list.filter((parameter) => store.data.has(`w/${parameter}`)); // some exist at some sizes only
    const again = names.find((parameter) => kind(parameter) === kind(name));
    parent.hidden = !names.length;
    chips.replaceChildren(
      ...names.map((parameter) => {
        const { mathml } = store.data.static.parameters.find((one) => one.name === parameter);
        return el(
          "button",
          { type: "button", class: "sg-wt-chip", role: "radio", "data-parameter": parameter, "aria-label": parameter, onclick: () => pick(parameter) },
          math(mathml),
        );
      }),
    );
    if (names.length) pick(again ?? names[0]);
  }

  function pick(parameter) {
    name = parameter;
    const { rows, cols } = base();
    const isVector = rows === 1 || cols === 1;
    size = isVector ? { rows: 1, columns: rows * cols } : { rows, columns: cols };
    for (const chip of chips.children) mark(chip, "aria-checked", String(chip.dataset.parameter === name));
    say(from, isVector ? "" : store.text(readsInput() ? "weights.from_input" : "weights.from_units"));
    say(to, store.text(parameterOf(name).cols === "output" ? "weights.to_outputs" : "weights.to_units"));
    place = { row: clamp(place.row, 0, size.rows - 1), column: clamp(store.selection?.unit ?? place.column, 0, size.columns - 1) };
    resize();
    show();
  }

  const parameterOf = (wanted) => built.parameters.find((parameter) => parameter.name === wanted);
  const readsInput = () => parameterOf(name).rows === "input";

  function select(next) {
    place = { row: clamp(next.row, 0, size.rows - 1), column: clamp(next.column, 0, size.columns - 1) };
    show();
  }

  function resize() {
    const room = parent.clientWidth - 22;
    if (room <= 0 || !name) return;
    size.width = Math.floor(Math.min(room, LARGEST_CELL.width * size.columns));
    size.height = Math.floor(Math.min(TALLEST, LARGEST_CELL.height * size.rows));
    canvas.style.width = `${size.width}px`;
    canvas.style.height = `${size.height}px`;
  }

  /** The end of the colour scale: from the untouched weights, so that a tweak never recolours its neighbours. */
  function reach() {
    let largest = 0;
    for (const value of base()) largest = Math.max(largest, Math.abs(value));
    return rounder(largest);
  }

  function paint() {
    const ratio = Math.min(2, devicePixelRatio || 1);
    canvas.width = size.width * ratio;
    canvas.height = size.height * ratio;
    const pencil = canvas.getContext("2d");
    const [width, height] = [canvas.width / size.columns, canvas.height / size.rows];
    const line = Math.min(width, height) > 6 * ratio ? ratio : 0;
    const values = shown();
    const untouched = base();
    const end = reach();
    const stops = palette(store);
    for (let row = 0; row < size.rows; row++) {
      for (let column = 0; column < size.columns; column++) {
        const k = row * size.columns + column;
        const value = store.show === "difference" ? values[k] - untouched[k] : values[k];
        pencil.fillStyle = between(stops, (value / end + 1) / 2);
        const [x, y] = [Math.floor(column * width), Math.floor(row * height)];
        pencil.fillRect(x, y, Math.floor((column + 1) * width) - x - line, Math.floor((row + 1) * height) - y - line);
        if (tweaks.value(keyOf({ row, column })) === undefined) continue;
        pencil.fillStyle = getComputedStyle(parent).color; // a dot marks what was changed by hand
        pencil.beginPath();
        pencil.arc(x + width / 2, y + height / 2, Math.max(1.5, Math.min(width, height) / 7), 0, 7);
        pencil.fill();
      }
    }
    const [low, bar, high] = scale.children;
    say(low, short(-end));
    say(high, `+${short(end)}`);
    bar.style.background = gradientOf({ stops });
  }

  function describe(where) {
    const key = tweaks.value(keyOf(where));
    const value = key ?? at(base(), where);
    const works = at(now(), where);
    const values = {
      name,
      source: readsInput() ? sourceName(where.row) : store.text("weights.unit", { unit: where.row + 1 }),
      unit: String(where.column + 1),
      output: clip(built.outputs?.[where.column] ?? "", 16),
      value: [{ text: signed(value), strong: true }],
      works: fixed(works, 2),
    };
    const vector = size.rows === 1 && parameterOf(name).rows === null;
    const sentence = `weights.entry${vector ? "_vector" : ""}${parameterOf(name).cols === "output" ? "_output" : ""}`;
    compose(entry, store.text(sentence), values);
    if (Math.abs(works - value) > 0.005) {
      const more = el("span", { class: "sg-wt-works" });
      compose(more, store.text("weights.works"), values);
      entry.append(" ", more);
    }
  }

  const sourceName = (row) => built.features?.[row] ?? store.text("weights.input", { input: row + 1 });

  function show() {
    if (!name || !store.data.array(`w/${name}`)) return;
    const original = at(base(), place);
    const own = tweaks.value(keyOf(place));
    const usual = Math.max(2, Math.ceil(2 * Math.abs(original))); // never by what is dragged: the thumb would run away
    const high = Math.min(LIMIT, Math.abs(own ?? 0) > usual ? Math.ceil(Math.abs(own)) : usual);
    slider.set({ value: Number((own ?? original).toFixed(4)), original, low: -high, high, changed: own !== undefined });
    frame.style.setProperty("--x", `${(place.column * size.width) / size.columns}px`);
    frame.style.setProperty("--y", `${(place.row * size.height) / size.rows}px`);
    frame.style.setProperty("--w", `${size.width / size.columns}px`);
    frame.style.setProperty("--h", `${size.height / size.rows}px`);
    mark(field, "aria-label", store.text("weights.label", { name, rows: size.rows, columns: size.columns }));
    describe(place);
    if (size.width > 1) paint();
  }

  new ResizeObserver(() => {
    resize();
    if (built === store.data?.static) show();
  }).observe(parent);

  return {
    choose,
    show,
    update(changed) {
      if (changed.has("selection") && store.selection && name) select({ ...place, column: store.selection.unit });
      else if (changed.has("theme") || changed.has("show")) show();
    },
  };
}

/** The diverging scale of weights in the present theme, as stops. */
function palette(store) {
  const colours = store.data.static.colours[store.theme];
  return ["low", "middle", "high"].map((end, k) => [k / 2, colours[`weights/${end}`]]);
}
