/**
 * The still view: every phase of the present step side by side, for paper and for those who do not want motion.
 * Nothing is held back here: the step is shown as it stands when it has been read to its end.
 */
import { el, mark, stylesheet } from "./dom.js";
import { equations, fit, tell } from "./equations.js";
import { numbers } from "./evaluate.js";
import { fixed } from "./format.js";
import { clip, compose, numeric, symbol, write } from "./formula.js";
import { inkOn } from "./hues.js";
import { colourOf } from "./palette.js";

const NUMBERED = 10; // units up to which a strip's cells carry their numbers

export function create(parent, store) {
  stylesheet("card.css", import.meta.url, parent);
  const head = el("p", { class: "sg-still-head" });
  const grid = el("div", { class: "sg-still-cards" });
  parent.append(el("div", { class: "sg-still-step", "data-testid": "still-view" }, head, grid));
  let built = null;
  let cards = [];

  function build() {
    built = store.data.static;
    parent.setAttribute("aria-label", store.text("still_note"));
    cards = store.phases.map((phase, k) => {
      const { role } = store.quantity(phase.quantities[0]);
      const note = el("p", {});
      const lines = equations(store, phase, null);
      const strips = phase.quantities.map(strip);
      const node = el(
        "article",
        { class: "sg-still-card", style: `--role: var(--hue-${role}); --ink: var(--ink-${role})` },
        el("h3", {}, `${k + 1}. ${phase.title}`),
        note,
        lines.node,
        ...strips.map((one) => one.node),
      );
      return { phase, note, lines: lines.lines, strips, node };
    });
    grid.replaceChildren(...cards.map((card) => card.node));
  }

  /** All units of one quantity: a row of coloured cells, with their numbers where they fit. */
  function strip(q) {
    const { role, label } = store.quantity(q);
    const letter = el("span", { class: "sg-still-strip-letter", "aria-hidden": "true" });
    write(letter, [symbol(store, q, "t")]);
    const cells = el("span", { class: "sg-still-strip-cells", role: "img", "aria-label": label });
    return { q, cells, node: el("div", { class: "sg-still-strip", style: `--role: var(--hue-${role})` }, letter, cells) };
  }

  function draw() {
    if (built !== store.data.static) build();
    const { step, which } = store;
    compose(head, store.text("still.head"), {
      t: [{ text: `t = ${step}`, strong: true }],
      steps: String(store.T),
      token: [{ text: clip(store.token(step).text, 30), strong: true }],
    });
    const run = numbers(store.data, store.show === "before" ? "base" : "now");
    const unit = store.selection?.unit ?? 0;
    for (const [k, { phase, note, lines, strips, node }] of cards.entries()) {
      mark(node, "data-now", k === store.phase);
      tell(store, note, phase.note, step);
      for (const [q, { values }] of lines) write(values, numeric(store, run, q, step, Math.min(unit, store.array(q).cols - 1)));
      for (const { q, cells } of strips) {
        const count = store.array(q).cols;
        cells.replaceChildren(
          ...Array.from({ length: count }, (_, u) => {
            const value = store.value(q, step, u, which);
            const colour = colourOf(store, q, value);
            const lines = store.asleep(q, step, u) ? "var(--sg-hatch), " : "";
            const style = `background: ${lines}${colour}; color: ${inkOn(colour)}`;
            return el("span", { style, "data-chosen": u === unit, title: fixed(value, 4) }, count <= NUMBERED ? fixed(value, 2) : null);
          }),
        );
      }
    }
  }

  new ResizeObserver(() => fit(grid)).observe(grid);

  return {
    update(changed) {
      if (!store.T || !store.still) return;
      if (["data", "step", "phase", "selection", "show", "still", "theme"].some((name) => changed.has(name))) draw();
    },
  };
}
