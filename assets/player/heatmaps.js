// One heatmap per quantity, units down and time across, in one Plotly figure that Python described. Plotly draws only when
// numbers change; the frame around the present column, the outlines and the veil over what is not yet computed are
// elements that CSS moves.

import { el, mark, math, say } from "./dom.js";
import { short } from "./format.js";
import { gradientOf, scaleOf } from "./palette.js";
import { same } from "./store.js";

const NAMED = 11; // px that an output needs to be named beside its row
const SPACING = 6; // px between the lines over sleeping units

export function create(parent, store) {
  const labels = el("div", { class: "sg-labels" });
  const plot = el("div", { class: "sg-plot", "aria-hidden": "true" });
  const veils = el("div", { class: "sg-veils" });
  const frame = el("div", { class: "sg-now" });
  const grid = el("div", { class: "sg-grid" }, plot, veils, frame);
  parent.append(el("div", { class: "sg-line sg-heatmaps", role: "group", "aria-label": store.text("heatmaps") }, labels, grid));

  let rows = [];
  let drawn = "";
  let built = null;
  let column = 0;

  grid.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") hover(cellAt(event));
  });
  grid.addEventListener("pointerleave", () => hover(null));
  grid.addEventListener("click", (event) => {
    const cell = cellAt(event);
    if (!cell) return;
    if (store.reached(cell.q, cell.step)) store.select(cell);
    else store.seek(cell.step, store.phaseOf(cell.q)); // there is no number to select yet: go to where it is made
  });

  function hover(cell) {
    const next = cell && store.reached(cell.q, cell.step) ? cell : null;
    if (!same(next, store.hover)) store.set({ hover: next });
  }

  /** {q, unit, step} under a pointer, or null between two heatmaps. */
  function cellAt(event) {
    const { column: width, row, gap } = store.geometry;
    const box = grid.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const place = Math.floor(y / (row + gap));
    const inside = y - place * (row + gap);
    const step = Math.floor(x / width) + 1;
    const q = store.data.static.heatmaps[place];
    if (!q || inside < 0 || inside >= row || step < 1 || step > store.T) return null;
    return { q, unit: Math.min(store.width(q) - 1, Math.floor((inside / row) * store.width(q))), step };
  }

  function build() {
    const { data } = store;
    rows = data.static.heatmaps.map((q) => {
      const quantity = store.quantity(q);
      const scale = el("span", { class: "sg-scale" }, el("span", {}), el("i", {}), el("span", {}));
      const words = el("span", { class: "sg-words" }, quantity.label);
      const label = el(
        "button",
        { class: "sg-label", type: "button", style: `--hue:${store.hue(q)};--ink:var(--ink-${quantity.role})`, title: quantity.note,
          onclick: () => pick(q) },
        el("span", { class: "sg-name" }, words, math(quantity.mathml, { class: "sg-letter" })),
        scale,
      );
      const outputs = quantity.width === "Q" ? el("span", { class: "sg-outputs", "aria-hidden": "true" }) : null;
      if (outputs) {
        outputs.append(...data.static.outputs.map((name) => el("bdi", {}, name)));
        label.prepend(outputs);
      }
      const sleep = data.static.asleep[q] ? el("canvas", { class: "sg-asleep", "aria-hidden": "true" }) : null;
      if (sleep) label.append(el("span", { class: "sg-legend" }, el("i", {}), store.text("asleep")));
      const veil = el("div", { class: "sg-veil" });
      const spot = el("div", { class: "sg-spot" });
      const pin = el("div", { class: "sg-pin" });
      const row = el("div", { class: "sg-row", style: `--hue:${store.hue(q)}` }, sleep, veil, spot, pin);
      return { q, label, scale, outputs, sleep, veil, spot, pin, row };
    });
    labels.replaceChildren(...rows.map(({ label }) => label));
    veils.replaceChildren(...rows.map(({ row }) => row));
    built = data.base;
    drawn = "";
  }

  /** A row's name selects its quantity at the present step: the way in for the keyboard. */
  function pick(q) {
    const step = store.reached(q, store.step) ? store.step : store.step - 1;
    if (step < 1) return store.seek(1, store.phaseOf(q));
    return store.select({ q, unit: store.selection?.unit ?? 0, step });
  }

  function legends() {
    for (const { q, scale, label } of rows) {
      const range = scaleOf(store, q);
      const [low, bar, high] = scale.children;
      say(low, short(range.low));
      say(high, short(range.high));
      bar.style.background = gradientOf(range);
      const { label: name } = store.quantity(q);
      mark(label, "aria-label", store.text("heatmap", { label: name, low: short(range.low), high: short(range.high) }));
    }
  }

  function draw() {
    const { data, theme, show, geometry, T } = store;
    const key = [data.base, data.run, theme, show, geometry.column, geometry.row, geometry.gap].join("|");
    if (key === drawn || !window.Plotly) return null;
    drawn = key;
    const { figure, figure_dark, heatmaps } = data.static;
    const source = (theme === "dark" && figure_dark) || figure;
    const height = heatmaps.length * (geometry.row + geometry.gap) - geometry.gap;
    const clear = "rgba(0,0,0,0)"; // the page shows through, whatever its background
    const layout = { ...source.layout, width: geometry.content, height, autosize: false, paper_bgcolor: clear, plot_bgcolor: clear };
    const traces = heatmaps.map((q, k) => {
      const trace = { ...source.data[k], z: rowsOf(numbers(q), T, store.width(q)), transpose: true };
      const axis = `yaxis${(trace.yaxis ?? "y").slice(1)}`;
      const top = k * (geometry.row + geometry.gap);
      layout[axis] = { ...layout[axis], domain: [1 - (top + geometry.row) / height, 1 - top / height] };
      const { stops, low, high } = scaleOf(store, q);
      return { ...trace, coloraxis: undefined, colorscale: stops, zmin: low, zmax: high };
    });
    rows.forEach(hatch);
    return window.Plotly.react(plot, traces, layout, { staticPlot: true, displayModeBar: false, showSendToCloud: false });
  }

  function numbers(q) {
    if (store.show === "after") return store.array(q);
    const base = store.array(q, "base");
    return store.show === "before" ? base : store.array(q).map((value, k) => value - base[k]);
  }

  /** Rows of another number of cells than there are units, and the names of outputs where there is room for them. */
  function divide() {
    const { row: height } = store.geometry;
    for (const { q, row, outputs } of rows) {
      const size = height / store.width(q);
      row.style.setProperty("--sg-cell", `${size}px`);
      mark(row, "data-fine", size < 6);
      if (outputs) mark(outputs, "hidden", size < NAMED);
    }
  }

  /** Lines over the cells of units that sleep: what is below them is the old value. */
  function hatch({ q, sleep }) {
    if (!sleep) return;
    const { column, row: height, content } = store.geometry;
    const ratio = Math.min(2, devicePixelRatio || 1);
    const key = [store.data.base, store.theme, content, height, ratio].join("|");
    if (sleep.dataset.key === key) return; // no tweak moves a clock
    sleep.dataset.key = key;
    [sleep.width, sleep.height] = [content * ratio, height * ratio];
    const pencil = sleep.getContext("2d");
    pencil.fillStyle = lines(pencil, ratio, getComputedStyle(parent).color);
    const size = height / store.H;
    store.array(store.data.static.asleep[q]).forEach((ticks, k) => {
      const [step, unit] = [Math.floor(k / store.H), k % store.H];
      if (!ticks) pencil.fillRect(step * column * ratio, unit * size * ratio, (column - 1) * ratio, size * ratio);
    });
  }

  /** Where the clocks stand. */
  function advance() {
    const { column: width } = store.geometry;
    const far = Math.abs(store.step - column) > 1; // a leap is not animated: the eye could not follow it
    mark(grid, "data-leap", far);
    column = store.step;
    frame.style.transform = `translateX(${(store.step - 1) * width}px)`;
    for (const { q, veil, row } of rows) {
      const open = store.reached(q, store.step) ? store.step : store.step - 1;
      veil.style.transform = `translateX(${open * width}px)`;
      mark(row, "data-lit", store.phaseOf(q) === store.phase);
    }
  }

  function outline(cell, part) {
    const { column: width, row: height } = store.geometry;
    const kind = cell && store.quantity(cell.q)?.width; // a unit is also a unit of the others, an output is not
    for (const row of rows) {
      const node = row[part];
      const size = height / store.width(row.q);
      const alike = cell && store.quantity(row.q).width === kind && cell.unit < store.width(row.q);
      const visible = alike && store.reached(row.q, cell.step) && cell.step <= store.T;
      mark(node, "data-here", visible ? (row.q === cell.q ? "main" : "also") : null);
      if (visible) node.style.transform = `translate(${(cell.step - 1) * width}px, ${cell.unit * size}px)`;
    }
  }

  return {
    update(changed) {
      if (!store.T || !store.geometry) return null;
      if (built !== store.data.base) build();
      if (["data", "show", "theme", "geometry"].some((name) => changed.has(name))) legends();
      if (["data", "geometry"].some((name) => changed.has(name))) divide();
      if (["data", "step", "phase", "geometry"].some((name) => changed.has(name))) advance();
      outline(store.hover, "spot");
      outline(store.selection, "pin");
      return draw();
    },
  };
}

/** A (T, W) array as T views of W numbers; the trace is marked `transpose`, so nothing is copied. */
function rowsOf(values, T, width) {
  return Array.from({ length: T }, (_, t) => values.subarray(t * width, (t + 1) * width));
}

/** A pattern of thin diagonal lines. */
function lines(pencil, ratio, colour) {
  const tile = el("canvas", { width: SPACING * ratio, height: SPACING * ratio });
  const side = SPACING * ratio;
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour;
  pen.globalAlpha = 0.5;
  pen.lineWidth = 1.1 * ratio;
  for (const shift of [-side, 0, side]) {
    pen.moveTo(shift - 1, side + 1);
    pen.lineTo(shift + side + 1, -1);
  }
  pen.stroke();
  return pencil.createPattern(tile, "repeat");
}
