/**
 * The step card: what happens in this phase, in words, as an equation, and with the numbers of one unit.
 * Everything that differs between phases lies stacked in one place, the hidden ones keeping its size, so that nothing
 * below moves while the cell plays.
 */
import { createBars } from "./bars.js";
import { closing } from "./closing.js";
import { el, mark, say, stylesheet } from "./dom.js";
import { equations, fit, tell } from "./equations.js";
import { numbers, terms } from "./evaluate.js";
import { fixed } from "./format.js";
import { clip, compose, numeric, write } from "./formula.js";
import { placeOf } from "./tokens.js";

/** What the card speaks about: a fresh pin wherever it is, else the playhead with the pinned unit. */
export function focusOf(store, fresh) {
  const { selection, step } = store;
  if (fresh && selection && store.reached(selection.q, selection.step)) return selection;
  const names = store.phases[store.phase].quantities;
  const q = selection && names.includes(selection.q) ? selection.q : names[0];
  const width = store.array(q)?.cols ?? 1;
  return { q, step, unit: Math.min(selection?.unit ?? 0, width - 1) };
}

export function create(parent, store) {
  stylesheet("card.css", import.meta.url, parent);
  const clock = el("p", { class: "sg-card-clock" });
  const title = el("h2", { class: "sg-card-title" });
  const titles = el("div", { class: "sg-stack" });
  const note = el("p", { class: "sg-card-note" });
  const notes = el("div", { class: "sg-stack" });
  const formulas = el("div", { class: "sg-stack sg-card-formulas" });
  const less = el("button", { class: "sg-step-button", type: "button", onclick: () => moveUnit(-1) }, "‹");
  const more = el("button", { class: "sg-step-button", type: "button", onclick: () => moveUnit(1) }, "›");
  const unit = el("span", { class: "sg-card-unit" });
  const place = el("span", { class: "sg-card-place" });
  const release = el("button", { class: "sg-step-button", type: "button", onclick: () => store.set({ selection: null }) }, "✕");
  const origin = el("div", { class: "sg-card-origin" }, less, unit, more, place, release);
  const bars = createBars(store);
  const so = el("p", { class: "sg-card-so" });
  const head = el("div", { class: "sg-card-head" }, clock, titles);
  const words = el("div", { class: "sg-card-words" }, notes, formulas);
  const figures = el("div", { class: "sg-card-numbers" }, origin, bars.node, so);
  parent.append(el("div", { class: "sg-card-inner" }, head, words, figures));

  let phases = []; // per phase: {node, lines} of `equations`
  let built = null;
  let fresh = true; // the selection is newer than the last move of the playhead
  let focus = null;

  function build() {
    built = store.data.static;
    parent.setAttribute("aria-label", store.text("card.label"));
    for (const [button, key] of [[less, "card.previous_unit"], [more, "card.next_unit"], [release, "card.release"]]) {
      button.setAttribute("aria-label", store.text(key));
      button.title = store.text(key);
    }
    phases = store.phases.map((phase) => equations(store, phase, pick));
    formulas.replaceChildren(...phases.map((phase) => phase.node));
    const longest = built.tokens.reduce((a, token, k) => ([...token.text].length > [...built.tokens[a].text].length ? k : a), 0) + 1;
    const ghosts = store.phases.map((phase) => {
      const ghost = el("p", { class: "sg-card-note sg-ghost", "aria-hidden": "true" });
      tell(store, ghost, phase.note, longest);
      return ghost;
    });
    notes.replaceChildren(...ghosts, note);
    titles.replaceChildren(...store.phases.map((phase) => el("div", { class: "sg-card-title sg-ghost", "aria-hidden": "true" }, phase.title)), title);
    bars.build();
    const run = numbers(store.data);
    for (const [k, phase] of store.phases.entries()) for (const q of phase.quantities) fillNumbers(k, run, q, store.step, 0);
    fit(formulas);
  }

  function fillNumbers(k, run, q, step, at) {
    const line = phases[k].lines.get(q);
    if (!line) return;
    write(line.values, numeric(store, run, q, step, Math.min(at, (store.array(q)?.cols ?? 1) - 1)));
  }

  function pick(q) {
    store.set({ selection: { q, unit: focus.unit, step: focus.step } });
  }

  function moveUnit(direction) {
    const width = store.array(focus.q).cols;
    store.set({ selection: { ...focus, unit: (focus.unit + direction + width) % width } });
  }

  function draw() {
    const { static: fixedPart, tweaks } = store.data;
    if (built !== fixedPart) build();
    focus = focusOf(store, fresh);
    const which = store.show === "before" ? "base" : "now";
    const run = numbers(store.data, which);
    const phaseAt = store.phase;
    const phase = store.phases[phaseAt];
    const shown = store.phaseOf(focus.q); // the pinned quantity may belong to another phase: then its equation is shown

    const { place: where } = fixedPart;
    compose(clock, store.text(where ? "card.clock_of" : "card.clock"), {
      t: [{ text: `t = ${store.step}`, strong: true }],
      steps: String(store.T),
      phase: [{ text: String(phaseAt + 1), strong: true }],
      phases: String(store.phases.length),
      place: where ? placeOf(store) : "",
    });
    say(title, phase.title);
    title.style.setProperty("--role", `var(--ink-${store.quantity(phase.quantities[0]).role})`);
    tell(store, note, phase.note, store.step);

    for (const [k, { node, lines }] of phases.entries()) {
      const current = k === shown;
      node.classList.toggle("sg-away", !current);
      mark(node, "aria-hidden", current ? null : "true");
      if (current) {
        for (const [q, { row }] of lines) {
          fillNumbers(k, run, q, focus.step, focus.unit);
          row.classList.toggle("sg-chosen", q === focus.q && lines.size > 1);
          row.querySelector("button")?.setAttribute("aria-pressed", String(q === focus.q));
        }
      }
    }
    drawOrigin(run, which);
    const parts = terms(run, focus.q, focus.step, focus.unit);
    bars.draw(focus, parts, run);
    drawClosing(run, which, parts, tweaks);
  }

  function drawOrigin(run, which) {
    const elsewhere = focus.step !== store.step || store.phaseOf(focus.q) !== store.phase;
    const output = store.output(focus.q, focus.unit);
    const units = store.width(focus.q);
    say(unit, store.text(output === undefined ? "card.unit" : "card.output", { unit: focus.unit + 1, units, output: clip(output ?? "", 12) }));
    const before = store.value(focus.q, focus.step, focus.unit, "base");
    const moved = which === "now" && Math.abs(before - run.value(focus.q, focus.step, focus.unit)) >= 0.005;
    if (elsewhere) compose(place, store.text("card.pinned"), { step: String(focus.step), token: clip(store.token(focus.step).text) });
    else if (moved) compose(place, store.text("card.was"), { value: fixed(before, 2) });
    else place.replaceChildren();
    release.hidden = store.selection === null;
  }

  function drawClosing(run, which, parts, tweaks) {
    const held = which === "now" ? tweaks?.clamp?.[focus.q] : undefined;
    const ready = (q) => store.reached(q, focus.step);
    const { key, values } =
      held === undefined
        ? closing(store, run, focus.q, focus.step, focus.unit, ready)
        : { key: "so.held", values: { unit: String(focus.unit + 1), value: fixed(held, 2), computed: fixed(parts.computed, 2) } };
    compose(so, store.text(key), values);
    mark(so, "data-key", key);
  }

  new ResizeObserver(() => fit(formulas)).observe(formulas);

  return {
    update(changed) {
      if (!store.data || store.data.static.empty) return;
      if (changed.has("selection")) fresh = store.selection !== null;
      else if (changed.has("step") || changed.has("phase")) fresh = false;
      if (["data", "step", "phase", "selection", "show"].some((name) => changed.has(name))) draw();
    },
  };
}

