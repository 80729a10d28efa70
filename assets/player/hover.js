// The number under the pointer, wherever it is drawn: quantity, unit, step, token and the value to four digits.

import { el, math, mark, say } from "./dom.js";
import { fixed, signed } from "./format.js";

const AWAY = 16; // px between the pointer and the tip

export function create(parent, store) {
  const name = el("span", { class: "sg-tip-name" });
  const value = el("b", { class: "sg-tip-value" });
  const where = el("div", { class: "sg-tip-where" });
  const was = el("div", { class: "sg-tip-was" });
  const tip = el("div", { class: "sg-tip", role: "tooltip", hidden: true }, el("div", { class: "sg-tip-head" }, name, value), where, was);
  parent.append(tip);

  let x = 0;
  let y = 0;
  let quantityShown = "";
  parent.addEventListener(
    "pointermove",
    (event) => {
      [x, y] = [event.clientX, event.clientY];
      if (!tip.hidden) move();
    },
    { capture: true, passive: true },
  );

  function move() {
    const { width, height } = tip.getBoundingClientRect();
    const left = x + AWAY + width > innerWidth ? x - AWAY - width : x + AWAY;
    const top = y + AWAY + height > innerHeight ? y - AWAY - height : y + AWAY;
    tip.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }

  function fill({ q, unit, step }) {
    const quantity = store.quantity(q);
    const known = `${store.data.base} ${q}`;
    if (quantityShown !== known) {
      name.replaceChildren(math(quantity.mathml, { class: "sg-letter" }), el("span", {}, quantity.label));
      tip.style.setProperty("--ink", `var(--ink-${quantity.role})`);
      quantityShown = known;
    }
    const { which } = store;
    const here = store.value(q, step, unit, which);
    say(value, which === "difference" ? signed(here, 4) : fixed(here, 4));
    const token = step ? store.token(step).text : "";
    const output = store.output(q, unit);
    const key = output !== undefined ? "tip_output" : step ? "tip" : "tip_initial";
    say(where, store.text(key, { unit: unit + 1, output, step, token }));
    const [now, before] = [store.value(q, step, unit), store.value(q, step, unit, "base")];
    const moved = Math.abs(now - before) >= 0.00005;
    const values = { before: fixed(before, 4), after: fixed(now, 4), difference: signed(now - before, 4) };
    const asleep = store.asleep(q, step, unit);
    say(was, moved ? store.text("tip_tweaked", values) : asleep ? store.text("tip_asleep") : "");
    mark(was, "hidden", !moved && !asleep);
  }

  return {
    update(changed) {
      if (!changed.has("hover") && !(store.hover && changed.has("data"))) return;
      const show = store.hover && store.quantity(store.hover.q);
      if (show) fill(store.hover);
      mark(tip, "hidden", !show);
      if (show) move();
    },
  };
}
