/** A phase in words and symbols, as the step card and the still view both show it. */
import { el, math } from "./dom.js";
import { clip, compose } from "./formula.js";

const SMALLEST = 11; // px

/** The phase's sentence with the tokens in place. */
export function tell(store, parent, note, step) {
  const token = (k) => [{ text: k >= 1 ? clip(store.token(k).text) : "–", strong: true }];
  compose(parent, note, { token: token(step), previous: token(step - 1), step: String(step) });
}

/** One phase's equations, each with a line for its numbers below: {node, lines: Map(q -> {row, numbers})}. */
export function equations(store, phase, onpick) {
  const lines = new Map();
  const node = el("div", { class: "sg-equations" });
  for (const { q, mathml } of phase.equations) {
    const values = el("div", { class: "sg-numeric" });
    const label = store.text("card.choose", { label: store.quantity(q).label });
    const symbols = math(mathml, { class: "sg-equation", display: "block" });
    const head = onpick
      ? el("button", { class: "sg-equation-pick", type: "button", title: label, onclick: () => onpick(q) }, symbols)
      : symbols;
    const row = el("div", { class: "sg-equation-row", style: `--role: var(--hue-${store.quantity(q).role})` }, head, values);
    lines.set(q, { row, values });
    node.append(row);
  }
  return { node, lines };
}

/** Equations wider than their place are set smaller; MathML does not break lines. */
export function fit(holder) {
  const all = [...holder.querySelectorAll(".sg-equation")];
  for (const symbols of all) symbols.style.fontSize = "";
  const sizes = all.map((symbols) => ({
    room: symbols.closest(".sg-equation-row").clientWidth - 12,
    width: symbols.getBoundingClientRect().width,
    size: parseFloat(getComputedStyle(symbols).fontSize),
  }));
  for (const [k, { room, width, size }] of sizes.entries()) {
    if (room > 0 && width > room) all[k].style.fontSize = `${Math.max(SMALLEST, (size * room) / width)}px`;
  }
}
