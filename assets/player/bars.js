/**
 * The terms that made a number, as bars around a zero axis. The axis only ever grows while one run is looked at, so that
 * two steps can be compared by eye.
 */
import { el, mark } from "./dom.js";
import { terms, numbers } from "./evaluate.js";
import { clip, compose, letters, symbol } from "./formula.js";
import { fixed, rounder, short, signed } from "./format.js";
import { clamp } from "./store.js";

const NEUTRAL = "color-mix(in srgb, var(--sg-text) 42%, var(--sg-paper))"; // a bias belongs to no role

export function createBars(store) {
  const low = el("span", {});
  const high = el("span", {});
  const axis = el("li", { class: "sg-terms-axis", "aria-hidden": "true" }, el("span", {}, low, el("span", {}, "0"), high));
  const list = el("ul", { class: "sg-terms" });
  let rows = [];
  let reach = new Map(); // quantity -> the axis' end

  function row() {
    const label = el("span", { class: "sg-term-name" });
    const fill = el("span", { class: "sg-term-fill" });
    const value = el("span", { class: "sg-term-value" });
    const item = el("li", { class: "sg-term" }, label, el("span", { class: "sg-term-track", "aria-hidden": "true" }, fill), value);
    return { item, label, fill, value };
  }

  /** Room for the quantity with the most terms; a total below a sum of several. */
  const rowsOf = (parts) => parts.list.length + (parts.mode === "sum" && parts.list.length > 1 ? 1 : 0);

  /** What stands before a bar: {key of the sentence, its values, colour}. */
  function name(term, focus) {
    const hue = (q) => (q ? `var(--hue-${store.quantity(q).role})` : NEUTRAL);
    const from = (q, lag) => [symbol(store, q, lag ? "t−1" : "t")];
    const inLetters = [...(term.sign < 0 ? [{ text: "−" }] : []), ...letters(store, term.node)];
    const isState = store.quantity(focus.q).kind === "state"; // only a state keeps and writes
    switch (term.kind) {
      case "input":
        return { key: "term.input", values: { token: clip(store.token(focus.step).text, 12) }, colour: "var(--hue-x)" };
      case "recurrent": {
        const values = { source: from(term.source, term.lag), gate: term.gate && from(term.gate, 0) };
        return { key: term.gate ? "term.gated" : "term.recurrent", values, colour: hue(term.source) };
      }
      case "bias":
        return { key: "term.bias", values: {}, colour: NEUTRAL };
      case "peephole":
        return { key: "term.peephole", values: { source: from(term.source, term.lag) }, colour: hue(term.source) };
      case "kept":
      case "written":
        if (isState) return { key: `term.${term.kind}`, values: { product: inLetters }, colour: hue(term.source ?? lastQuantity(term.node)) };
    }
    return { key: "term.plain", values: { symbol: inLetters }, colour: hue(lastQuantity(term.node)) };
  }

  function draw(focus, parts) {
    const total = rowsOf(parts) > parts.list.length; // a sum of several is shown below them
    const sizes = [...parts.list.map((term) => term.value), total ? parts.sum : 0].map(Math.abs).filter(Number.isFinite);
    const largest = Math.max(...sizes, 0.5);
    const end = Math.max(reach.get(focus.q) ?? 0, rounder(largest));
    reach.set(focus.q, end);
    low.textContent = short(-end);
    high.textContent = `+${short(end)}`;
    for (const [k, { item, label, fill, value }] of rows.entries()) {
      const term = parts.list[k];
      const isTotal = total && k === parts.list.length;
      item.hidden = !term && !isTotal;
      if (item.hidden) continue;
      const { key, values, colour } = isTotal
        ? { key: "term.sum", values: {}, colour: `var(--hue-${store.quantity(focus.q).role})` }
        : name(term, focus);
      const amount = isTotal ? parts.sum : term.value;
      compose(label, store.text(key), values);
      value.textContent = term?.kind === "factor" ? fixed(amount, 2) : signed(amount, 2);
      mark(item, "class", `sg-term${isTotal ? " sg-term-total" : ""}`);
      const drawn = Number.isNaN(amount) ? 0 : clamp(amount, -end, end); // beyond all numbers is a whole bar
      fill.style.setProperty("--from", `${50 + (50 * Math.min(0, drawn)) / end}%`);
      fill.style.setProperty("--length", `${(50 * Math.abs(drawn)) / end}%`);
      fill.style.setProperty("--colour", colour);
    }
  }

  function build() {
    reach = new Map();
    const run = numbers(store.data);
    const most = Math.max(...Object.keys(run.expressions).map((q) => rowsOf(terms(run, q, 1, 0))));
    rows = Array.from({ length: most }, row);
    list.replaceChildren(...ghosts(run), ...rows.map((r) => r.item), axis);
    list.style.setProperty("--rows", most);
    list.setAttribute("aria-label", store.text("card.bars"));
  }

  /** Every label that the cell can need, without height: they decide the width of the first column once. */
  function ghosts(run) {
    const { tokens } = store.data.static;
    const longest = tokens.reduce((a, token, k) => (token.text.length > tokens[a].text.length ? k : a), 0) + 1;
    return Object.keys(run.expressions).flatMap((q) =>
      terms(run, q, 1, 0).list.map((term) => {
        const label = el("span", { class: "sg-term-name" });
        const { key, values } = name(term, { q, step: longest });
        compose(label, store.text(key), values);
        return el("li", { class: "sg-term sg-term-ghost", "aria-hidden": "true" }, label);
      }),
    );
  }

  return { node: list, build, draw };
}

function lastQuantity(tree) {
  if (!Array.isArray(tree)) return null;
  if (tree[0] === "q") return tree[1];
  return tree.slice(1).reduceRight((found, child) => found ?? lastQuantity(child), null);
}
