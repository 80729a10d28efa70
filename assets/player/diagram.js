// The cell as a drawing: strips with the present numbers, layers, operations and wires. Positions and lighting come from
// viz/diagram.py; here they are drawn once per cell, and lit, coloured and filled as the clocks move.

import { calm, mark, say, stylesheet, svg } from "./dom.js";
import { evaluate, numbers } from "./evaluate.js";
import { fixed } from "./format.js";
import { colourIn, scaleOf } from "./palette.js";

const MOST_ROWS = 32; // a strip of more units shows the means of equal groups
const WIDEST_TOKEN = 150;

export function create(parent, store) {
  stylesheet("diagram.css", import.meta.url, parent);
  const drawing = svg("svg", { class: "sg-drawing", role: "img", preserveAspectRatio: "xMidYMid meet" });
  parent.append(drawing);
  let built = null;
  let parts = [];

  drawing.addEventListener("pointermove", (event) => store.set({ hover: cellUnder(event) }));
  drawing.addEventListener("pointerleave", () => store.set({ hover: null }));
  drawing.addEventListener("click", (event) => {
    const cell = cellUnder(event);
    if (cell) return store.select(cell);
    const part = event.target.closest("[data-q]");
    const q = part?.dataset.q;
    if (q && store.reached(q, store.step)) store.select({ q, unit: store.selection?.unit ?? 0, step: store.step });
    return undefined;
  });

  /** The (q, unit, step) whose cell of a strip lies under the pointer, or null. */
  function cellUnder(event) {
    const strip = parts.find((part) => part.item.kind === "strip" && part.node.contains(event.target));
    if (!strip || !strip.shown) return null;
    const { item, outline } = strip;
    const box = outline.getBoundingClientRect();
    const width = store.width(item.q);
    const unit = Math.floor(((event.clientY - box.top) / box.height) * width);
    return { q: item.q, unit: Math.max(0, Math.min(width - 1, unit)), step: store.step - item.lag };
  }

  function build() {
    const { width, height, items } = store.data.static.diagram;
    mark(drawing, "viewBox", `0 0 ${width} ${height}`);
    parts = items.map((item) => ({ item, ...MAKERS[item.kind](item, store) }));
    const order = (part) => ["frame", "wire", "block", "strip", "layer"].indexOf(part.item.kind) + (part.item.kind in LATER ? 9 : 0);
    parts.sort((one, other) => order(one) - order(other));
    drawing.replaceChildren(...parts.map(({ node }) => node));
    built = store.data.base;
  }

  function light() {
    const now = store.phases[store.phase]?.quantities ?? [];
    for (const part of parts) {
      const role = now.map((q) => part.item.lit?.[q]).find(Boolean);
      mark(part.node, "data-lit", Boolean(role));
      for (const name of ["hue", "fill", "onfill", "ink"]) {
        part.node.style.setProperty(`--${name}`, role ? `var(--${name}-${role})` : null);
      }
    }
    // lit wires lie above dim ones, below everything else
    const wires = parts.filter(({ item }) => item.kind === "wire");
    const first = parts.find(({ item }) => !["frame", "wire"].includes(item.kind))?.node ?? null;
    for (const { node } of wires) if (node.hasAttribute("data-lit")) drawing.insertBefore(node, first);
    mark(drawing, "aria-label", store.text("diagram", { cell: store.data.static.cell.title, phase: store.phases[store.phase]?.title ?? "" }));
  }

  function flow() {
    mark(drawing, "data-flow", calm() ? null : store.playing ? "on" : "fading");
    if (calm() || store.playing) return;
    for (const { node, item } of parts) {
      if (item.kind !== "wire" || !node.hasAttribute("data-lit")) continue;
      for (const animation of node.getAnimations({ subtree: true })) {
        animation.currentTime = 0;
        animation.play();
      }
    }
  }

  function fill() {
    const { selection } = store;
    const chosen = selection?.unit;
    const kind = store.quantity(selection?.q)?.width; // a unit is a unit of every strip, an output of its own alone
    const run = numbers(store.data, store.show === "before" ? "base" : "now");
    for (const part of parts) {
      if (part.item.kind === "strip") part.fill(store, store.quantity(part.item.q).width === kind ? chosen : null);
      if (part.item.kind === "input") part.write(store.token(store.step)?.text ?? "");
      if (part.item.tree) explain(part, run, chosen ?? 0);
    }
  }

  /** An operation tells, on hover, what it computes, with the number of the selected unit. */
  function explain(part, run, unit) {
    const { item, title } = part;
    const owner = Object.keys(item.lit)[0];
    let number = "";
    if (store.reached(owner, store.step)) {
      try {
        number = ` = ${fixed(evaluate(run, item.tree, store.step, unit), 4)}`;
      } catch {
        number = ""; // an operation over all units at once has no number of one unit
      }
    }
    say(title, `${item.text}${number ? `\n${store.text("unit", { unit: unit + 1 })}${number}` : ""}`);
  }

  return {
    update(changed) {
      if (!store.T) return null;
      const anew = built !== store.data.base;
      if (anew) build();
      if (anew || ["step", "phase", "data", "theme"].some((name) => changed.has(name))) light();
      if (anew || ["step", "phase", "playing"].some((name) => changed.has(name))) flow();
      if (anew || ["data", "step", "phase", "selection", "hover", "show", "theme"].some((name) => changed.has(name))) fill();
      return null;
    },
  };
}

const LATER = { op: 1, pill: 1, input: 1 };

const MAKERS = {
  frame: (item) => ({ node: svg("rect", { class: "sg-frame", x: item.x, y: item.y, width: item.w, height: item.h, rx: 22 }) }),

  /** A whole lower layer as one box. */
  block: (item, store) => ({
    node: svg(
      "g",
      { class: "sg-block" },
      svg("rect", { x: item.x, y: item.y, width: item.w, height: item.h, rx: 14 }),
      svg("text", { x: item.x + item.w / 2, y: item.y + item.h / 2 }, store.phases.find(({ id }) => id === item.phase)?.title ?? ""),
    ),
  }),

  wire: (item) => ({
    node: svg("g", { class: "sg-wire" }, svg("path", { class: "sg-line-of", d: item.d }), svg("path", { class: "sg-drops", d: item.d })),
  }),

  layer: (item) => station(item, 9),
  op: (item) => station(item, item.h / 2),
  pill: (item) => station(item, item.h / 2),

  input(item, store) {
    const pill = svg("rect", { class: "sg-input-pill", y: item.y - item.h / 2, height: item.h, rx: item.h / 2 });
    const text = svg("text", { class: "sg-input-token", x: item.x, y: item.y });
    const letter = label({ letter: "x", mark: "", tilde: false, lag: 0 });
    const below = (store.data.static.place?.layer ?? 1) - 1; // what an upper layer reads at a token is what the one below shows
    if (below) {
      letter.append(svg("tspan", { dy: -4 }, " = h"), svg("tspan", { class: "sg-index", dy: 4 }, "t"));
      letter.append(svg("tspan", { class: "sg-index sg-upright", dy: -14, dx: -4 }, `(${below})`));
    }
    const node = svg("g", { class: "sg-input", "data-role": "x" }, pill, text, letter);
    const write = (token) => {
      if (node.dataset.token === token && pill.hasAttribute("width")) return;
      node.dataset.token = token;
      fit(text, token);
      const width = Math.max(44, Math.min(WIDEST_TOKEN, text.getComputedTextLength()) + 26);
      // the pill keeps its wire: it grows to the right once its left edge would leave the picture
      const left = Math.max(2, item.x - width / 2);
      for (const [name, value] of Object.entries({ x: left, width })) mark(pill, name, value);
      mark(text, "x", left + width / 2);
      mark(letter, "x", left + width + 9);
      mark(letter, "y", item.y + 5);
    };
    return { node, write };
  },

  strip(item, store) {
    const width = store.width(item.q);
    const rows = Math.min(width, Math.ceil(width / Math.ceil(width / MOST_ROWS)));
    const group = Math.ceil(width / rows);
    const height = item.h / rows;
    const cells = Array.from({ length: rows }, (_, k) =>
      svg("rect", { class: "sg-cell", x: item.x, y: item.y + k * height, width: item.w, height: height + 0.4 }),
    );
    const box = { x: item.x, y: item.y, width: item.w, height: item.h, rx: 2.5 };
    const outline = svg("rect", { class: "sg-outline", ...box });
    const ruled = height > 4 ? cells.slice(1).map((_, k) => svg("path", { class: "sg-thin", d: `M${item.x} ${item.y + (k + 1) * height}h${item.w}` })) : [];
    const unit = svg("rect", { class: "sg-unit", x: item.x - 2.5, width: item.w + 5, rx: 2.5, height: Math.max(4, item.h / width) });
    const name = label(item.label, item.lx, item.ly, item.anchor);
    const sleepers = store.data.static.asleep[item.q] && !item.lag ? cells.map((cell) => hatched(cell)) : [];
    const node = svg("g", { class: "sg-strip", "data-role": item.role }, ...cells, ...ruled, ...sleepers, outline, unit, name);
    node.style.setProperty("--own", `var(--hue-${item.role})`);
    node.style.setProperty("--own-ink", `var(--ink-${item.role})`);
    const part = { node, outline, shown: false };
    part.fill = (now, chosen) => {
      const step = now.step - item.lag;
      part.shown = item.lag > 0 || now.reached(item.q, now.step);
      mark(node, "data-known", part.shown);
      const scale = scaleOf(now, item.q);
      cells.forEach((cell, k) => {
        if (!part.shown) return void (cell.style.fill = "");
        const last = Math.min(width, (k + 1) * group);
        let sum = 0;
        for (let u = k * group; u < last; u++) sum += now.value(item.q, step, u, now.which);
        return void (cell.style.fill = colourIn(scale, sum / Math.max(1, last - k * group)));
      });
      sleepers.forEach((sleeper, k) => mark(sleeper, "visibility", part.shown && everyAsleep(now, item.q, step, k * group, group) ? null : "hidden"));
      const here = now.hover && now.hover.q === item.q && now.hover.step === step ? now.hover.unit : chosen;
      const visible = part.shown && here !== undefined && here !== null && here < width;
      mark(unit, "visibility", visible ? null : "hidden");
      if (visible) mark(unit, "y", item.y + (here / width) * item.h);
    };
    return part;
  },
};

/** The lines over a cell whose unit sleeps. */
function hatched(cell) {
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(cell.getAttribute(name)));
  const lines = [];
  for (let from = 4 - height; from < width; from += 5) {
    const [left, right] = [Math.max(0, from), Math.min(width, from + height)];
    lines.push(`M${x + left} ${y + height - (left - from)}L${x + right} ${y + height - (right - from)}`);
  }
  return svg("path", { class: "sg-asleep-lines", d: lines.join("") });
}

const everyAsleep = (store, q, step, from, count) =>
  Array.from({ length: Math.min(count, store.width(q) - from) }, (_, k) => from + k).every((unit) => store.asleep(q, step, unit));

/** A layer or an operation: a rounded box with its symbol. */
function station(item, rx) {
  const title = svg("title");
  const node = svg(
    "g",
    { class: `sg-station sg-${item.kind}`, "data-q": item.q ?? Object.keys(item.lit)[0], "data-role": item.role },
    svg("rect", { x: item.x - item.w / 2, y: item.y - item.h / 2, width: item.w, height: item.h, rx }),
    svg("text", { x: item.x, y: item.y }, item.symbol),
    title,
  );
  return { node, title };
}

/** A quantity's letter in italics with its time index, as in the equations. */
function label({ letter, tilde, mark: sign, lag }, x = 0, y = 0, anchor = "start") {
  return svg(
    "text",
    { class: "sg-name-of", x, y, "text-anchor": anchor },
    `${letter}${tilde ? "\u0303" : ""}${sign ?? ""}`,
    svg("tspan", { class: "sg-index", dy: 4 }, lag ? "t−1" : "t"),
  );
}

/** Write a token, cut with an ellipsis where it is too long for its pill. */
function fit(text, token) {
  const signs = Array.from(new Intl.Segmenter().segment(token), ({ segment }) => segment);
  say(text, token);
  for (let kept = signs.length - 1; kept > 0 && text.getComputedTextLength() > WIDEST_TOKEN; kept--) {
    say(text, `${signs.slice(0, kept).join("")}…`);
  }
}

