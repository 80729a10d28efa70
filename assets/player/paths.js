// Back-propagation through time over three steps: the unrolled network, and one term of the gradient for every path.
// Choose what to differentiate by, then a path: it lights up, with the gradient written at every state on its way.
//
// The message is JSON from viz/paths.py. Which path is chosen stays here: no message goes back.

import { el, mark, math, say, stylesheet, svg } from "./dom.js";
import { fixed, place, signed } from "./format.js";
import { paintHues, paperOf, themeOf } from "./hues.js";

const drawings = new WeakMap(); // parentElement -> drawing

// the drawing, in its own units
const WIDTH = 560;
const HEIGHT = 318;
const COLUMN = [120, 280, 440];
const ROW = { loss: 26, output: 92, hidden: 188, input: 286 };
const CELL = 19;

export function show(component) {
  const { parentElement: host } = component;
  let drawing = drawings.get(host);
  if (!drawing) drawings.set(host, (drawing = createDrawing(host)));
  drawing.receive(component);
  return () =>
    setTimeout(() => {
      if (host.isConnected) return;
      drawing.close();
      drawings.delete(host);
    });
}

function createDrawing(host) {
  const root = el("div", { class: "sg-paths", "data-testid": "paths" });
  host.append(root);
  stylesheet("chart.css", import.meta.url, root);
  stylesheet("paths.css", import.meta.url, root);
  const watcher = new ResizeObserver(() => {
    mark(root, "data-narrow", root.clientWidth < 900);
    mark(root, "data-phone", root.clientWidth < 520);
  });
  watcher.observe(root);

  let bytes = null;
  let message = null;
  let target = 0;
  let path = Infinity; // the last: the longest
  let entry = [0, 0];
  let pointed = null; // a path under the pointer, looked at before it is chosen

  const phrase = (key, values) => place(message.strings[key] ?? key, values);

  function receive(component) {
    const paper = paperOf(host);
    const theme = themeOf(paper);
    mark(root, "data-theme", theme);
    if (component.data instanceof Uint8Array && component.data !== bytes) {
      bytes = component.data;
      message = JSON.parse(new TextDecoder().decode(bytes));
      build();
    }
    if (message) paintHues(root, message.colours, theme, paper);
  }

  function build() {
    root.replaceChildren(
      el("div", { class: "sg-paths-top" }, el("div", { class: "sg-paths-net" }), el("div", { class: "sg-paths-sum" })),
      el("div", { class: "sg-paths-equations", role: "group", "aria-label": phrase("equations") }),
    );
    const [net, sum] = root.firstChild.children;
    net.append(chooser(), picture());
    sum.append(el("div", { class: "sg-paths-terms", role: "group", "aria-label": phrase("terms") }), el("p", { class: "sg-paths-line", "aria-live": "polite" }));
    root.lastChild.append(
      tile(null, message.network, phrase("network")),
      ...message.equations.map(({ number, math: formula, note }) => tile(number, [formula], note)),
      tile(null, [message.full], phrase("full")),
    );
    update();
  }

  function tile(number, formulas, note) {
    const head = number === null ? null : el("b", {}, `(${number})`);
    return el("div", { class: "sg-paths-equation", "data-number": number }, head, el("div", {}, ...formulas.map((formula) => math(formula))), el("span", {}, note));
  }

  function chooser() {
    const buttons = message.targets.map(({ symbol, key }, k) =>
      el("button", { type: "button", "data-target": key, onclick: () => choose({ target: k, path: Infinity }) }, math(symbol)),
    );
    return el(
      "div",
      { class: "sg-paths-targets", role: "group", "aria-label": phrase("of") },
      el("span", {}, phrase("of")),
      ...buttons,
    );
  }

  /** The unrolled network: x below, h in the middle, o above, the loss on top. */
  function picture() {
    const parts = [];
    const edge = (name, x1, y1, x2, y2, label, dx, dy) => {
      parts.push(svg("path", { class: "sg-edge", "data-edge": name, d: `M${x1} ${y1}L${x2} ${y2}` }));
      if (label) parts.push(svg("text", { class: "sg-edge-name", "data-edge": name, x: (x1 + x2) / 2 + dx, y: (y1 + y2) / 2 + dy }, ...label));
    };
    const weight = (index) => [svg("tspan", {}, "W"), svg("tspan", { class: "sg-index", dy: 4 }, index)];
    const half = (CELL * message.h[0].length) / 2;
    COLUMN.forEach((x, k) => {
      const t = k + 1;
      edge(`in${t}`, x, ROW.input - 15, x, ROW.hidden + half + 2, weight("hx"), 20, 4);
      edge(`out${t}`, x, ROW.hidden - half - 2, x, ROW.output + 17, weight("qh"), 20, 4);
      edge(`loss${t}`, x, ROW.output - 17, 280 + (k - 1) * 22, ROW.loss + 15, null, 0, 0);
      if (k < 2) edge(`next${t + 1}`, x + CELL / 2 + 3, ROW.hidden, COLUMN[k + 1] - CELL / 2 - 4, ROW.hidden, weight("hh"), 0, -9);
    });
    edge("next1", 34, ROW.hidden, COLUMN[0] - CELL / 2 - 4, ROW.hidden, weight("hh"), 0, -9);
    parts.push(svg("text", { class: "sg-node-name", x: 14, y: ROW.hidden + 5 }, "0"));
    COLUMN.forEach((x, k) => {
      const t = k + 1;
      const cells = message.h[k].map((value, unit) =>
        svg("rect", { class: "sg-unit", x: x - CELL / 2, y: ROW.hidden - half + unit * CELL, width: CELL, height: CELL, style: `fill:${shade(value, 1, "activations")}` }),
      );
      const values = message.h[k].map((_, unit) =>
        svg("text", { class: "sg-carried", "data-at": t, "data-unit": unit, x: x + CELL / 2 + 7, y: ROW.hidden - half + unit * CELL + 14 }, ""),
      );
      parts.push(
        svg("g", { class: "sg-node", "data-node": `h${t}` }, ...cells, svg("rect", { class: "sg-box", x: x - CELL / 2, y: ROW.hidden - half, width: CELL, height: 2 * half, rx: 3 })),
        svg("text", { class: "sg-node-name", x: x - CELL / 2 - 9, y: ROW.hidden + half + 2, "text-anchor": "end" }, ...named("h", t)),
        ...values,
        svg("g", { class: "sg-node sg-out", "data-node": `o${t}`, onclick: () => leaveBy(t) }, svg("circle", { cx: x, cy: ROW.output, r: 16 }), svg("text", { class: "sg-node-in", x, y: ROW.output + 5 }, ...named("o", t))),
        svg("text", { class: "sg-small", x: x + 22, y: ROW.output + 4 }, fixed(message.o[k], 2)),
        svg("text", { class: "sg-do", "data-do": t, x: x + (k - 1) * 12 + (k === 1 ? 10 : 0), y: ROW.output - 26, "text-anchor": k === 0 ? "end" : "start" }, `∂L/∂o = ${signed(message.do[k])}`),
        svg("text", { class: "sg-token-name", x, y: ROW.input + 5 }, short(message.tokens[k])),
      );
    });
    parts.push(
      svg("g", { class: "sg-node", "data-node": "loss" }, svg("rect", { x: 236, y: ROW.loss - 15, width: 88, height: 30, rx: 15 }), svg("text", { class: "sg-node-in", x: 280, y: ROW.loss + 5 }, `L = ${fixed(message.loss, 2)}`)),
    );
    return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": phrase("picture") }, ...parts);
  }

  /** Take the path that leaves by o of step `t`, if what is asked about has one. */
  function leaveBy(t) {
    const { paths } = asked();
    const enters = paths[path].enters;
    const found = paths.findIndex((one) => one.leaves === t && one.enters === enters);
    const other = found < 0 ? paths.findIndex((one) => one.leaves === t) : found;
    if (other >= 0) choose({ path: other });
  }

  function choose(next) {
    ({ target = target, path = path, entry = entry } = next);
    pointed = null;
    const { total } = asked();
    const [rows, columns] = [total.length, Array.isArray(total[0]) ? total[0].length : 1];
    entry = [Math.min(entry[0], rows - 1), Math.min(entry[1], columns - 1)];
    update();
  }

  function update() {
    const { equations, paths, total } = asked();
    path = Math.min(path, paths.length - 1);
    root.querySelectorAll("[data-target]").forEach((button, k) => mark(button, "aria-pressed", String(k === target)));
    root.querySelectorAll("[data-number]").forEach((box) => mark(box, "data-lit", equations.includes(Number(box.dataset.number))));
    const terms = root.querySelector(".sg-paths-terms");
    const reach = Math.max(...paths.flatMap(({ term }) => term.flat()).map(Math.abs), ...total.flat().map(Math.abs), 1e-9);
    terms.replaceChildren(...paths.map((one, k) => row(one, k, reach)), totalRow(total, reach));
    const spelled = paths.map(({ term }, k) => `${k ? (at(term) < 0 ? " − " : " + ") : at(term) < 0 ? "−" : ""}${fixed(Math.abs(at(term)), 3)}`);
    say(root.querySelector(".sg-paths-line"), phrase("line", { terms: spelled.join(""), total: fixed(at(total), 3) }));
    light(pointed ?? path);
  }

  function row(one, k, reach) {
    const names = asked().key.startsWith("h") ? phrase("path", { steps: route(one) }) : phrase("path_from", { steps: route(one), step: one.enters });
    return el(
      "button",
      {
        class: "sg-term",
        type: "button",
        "data-testid": "path",
        "aria-pressed": String(k === path),
        onclick: () => choose({ path: k }),
        onpointerenter: () => light((pointed = k)),
        onpointerleave: () => light((pointed = null) ?? path),
      },
      el("span", { class: "sg-term-name" }, names),
      math(one.formula),
      grid(one.term, reach),
      el("b", {}, signed(at(one.term), 3)),
    );
  }

  function totalRow(total, reach) {
    return el(
      "div",
      { class: "sg-term sg-term-total" },
      el("span", { class: "sg-term-name" }, phrase("total", { count: asked().paths.length })),
      math(asked().symbol),
      grid(total, reach, true),
      el("b", {}, signed(at(total), 3)),
    );
  }

  /** A vector as a strip, a matrix as a small heatmap; the entry whose number is told is framed. */
  function grid(values, reach, clickable = false) {
    const matrix = values.map((line) => [line].flat());
    const cells = matrix.flatMap((line, r) =>
      line.map((value, c) =>
        el(clickable ? "button" : "i", {
          style: `background:${shade(value, reach)}`,
          "data-here": r === entry[0] && c === entry[1],
          title: phrase(matrix[0].length > 1 ? "entry" : "unit", { row: r + 1, column: c + 1, value: signed(value, 4) }),
          ...(clickable ? { type: "button", "aria-label": phrase("entry", { row: r + 1, column: c + 1, value: signed(value, 4) }), onclick: () => choose({ entry: [r, c] }) } : {}),
        }),
      ),
    );
    return el("span", { class: "sg-term-grid", style: `--columns:${matrix[0].length}` }, ...cells);
  }

  const asked = () => message.targets[target];
  const at = (values) => [values[entry[0]]].flat()[entry[1]] ?? 0;

  /** L, o₃, h₃, h₂, h₁ in words. */
  function route({ enters, leaves }) {
    const low = (t) => String(t).replace(/\d/g, (digit) => "₀₁₂₃"[digit]);
    if (asked().key === "W_qh") return ["L", `o${low(leaves)}`].join(" → ");
    const states = Array.from({ length: leaves - enters + 1 }, (_, k) => `h${low(leaves - k)}`);
    return ["L", `o${low(leaves)}`, ...states].join(" → ");
  }

  /** Light path `k`, and write what it carries at every state on its way. */
  function light(k) {
    const { key, paths } = asked();
    const one = paths[Math.min(k, paths.length - 1)];
    const lit = new Set([`loss${one.leaves}`, "loss", `o${one.leaves}`]);
    if (key === "W_qh") lit.add(`out${one.leaves}`);
    else {
      lit.add(`out${one.leaves}`);
      for (let t = one.leaves; t >= one.enters; t--) lit.add(`h${t}`);
      for (let t = one.leaves; t > one.enters; t--) lit.add(`next${t}`);
      if (key === "W_hx") lit.add(`in${one.enters}`);
      if (key === "W_hh") lit.add(`next${one.enters}`);
    }
    root.querySelectorAll("[data-edge]").forEach((node) => mark(node, "data-lit", lit.has(node.dataset.edge)));
    root.querySelectorAll("[data-node]").forEach((node) => mark(node, "data-lit", lit.has(node.dataset.node)));
    root.querySelectorAll("[data-do]").forEach((node) => mark(node, "data-lit", Number(node.dataset.do) === one.leaves));
    root.querySelectorAll("[data-at]").forEach((node) => {
      const carried = one.carried[one.leaves - Number(node.dataset.at)];
      say(node, carried && Number(node.dataset.at) <= one.leaves && Number(node.dataset.at) >= one.enters ? signed(carried[Number(node.dataset.unit)]) : "");
    });
  }

  /** The diverging colour of a value between −reach and reach. */
  function shade(value, reach, kind = "difference") {
    const share = Math.min(1, Math.abs(value) / reach);
    const end = `var(--${kind}-${value < 0 ? "low" : "high"})`;
    return `color-mix(in srgb, ${end} ${Math.round(100 * share)}%, var(--sg-paper))`;
  }

  function close() {
    watcher.disconnect();
    root.remove();
  }

  return { receive, close };
}

function named(letter, index) {
  return [svg("tspan", { class: "sg-letter-name" }, letter), svg("tspan", { class: "sg-index", dy: 4 }, index)];
}

function short(token) {
  const letters = [...token];
  return letters.length > 12 ? `${letters.slice(0, 11).join("")}…` : token;
}
