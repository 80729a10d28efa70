/**
 * The tray: one gate at a time, its sliders, its weights, and what the change did. A tweak never moves the playhead.
 * What the visitor moves is kept here until Python's answer has caught up with it.
 */
import { el, mark, math, say, stylesheet } from "./dom.js";
import { firstDifference, lastReadout } from "./effect.js";
import { parametersIn } from "./evaluate.js";
import { fixed, percent } from "./format.js";
import { clip, compose, symbol } from "./formula.js";
import { createSlider } from "./slider.js";
import * as weights from "./weights.js";

const EMPTY = { bias: {}, gain_x: {}, gain_h: {}, clamp: {}, weights: {} };
const NEUTRAL = { bias: 0, gain_x: 1, gain_h: 1 };
const SLIDERS = [
  { kind: "bias", testid: "tweak-bias", low: -6, high: 6, step: 0.05, has: (knob) => knob.bias },
  { kind: "gain_x", testid: "tweak-gain-x", low: 0, high: 3, step: 0.05, has: (knob) => knob.x.length },
  { kind: "gain_h", testid: "tweak-gain-h", low: 0, high: 3, step: 0.05, has: (knob) => knob.h.length },
];

const copy = (tweaks) => Object.fromEntries(Object.keys(EMPTY).map((kind) => [kind, { ...tweaks?.[kind] }]));
const isEmpty = (tweaks) => Object.values(tweaks).every((part) => Object.keys(part).length === 0);

export function create(parent, store) {
  stylesheet("tweak.css", import.meta.url, parent);
  let tweaks = copy(EMPTY);
  let gate = null; // the open tab: a quantity's name
  let built = null;
  let tabs = [];
  let groups = new Map(); // gate -> {node, controls}: its rows, shown one gate at a time

  const resetAll = el("button", { type: "button", class: "sg-tw-button", "data-testid": "reset-all", onclick: () => change(copy(EMPTY), true) });
  const choices = ["before", "after", "difference"].map((show) =>
    el("button", { type: "button", class: "sg-tw-choice", "data-testid": `show-${show}`, onclick: () => store.set({ show }) }),
  );
  const choice = el("div", { class: "sg-tw-choices", role: "group" }, ...choices);
  const effect = el("p", { class: "sg-tw-effect", "data-testid": "effect", role: "status" });
  const tablist = el("div", { class: "sg-tw-tabs", role: "tablist" });
  const panel = el("div", { class: "sg-tw-panel", role: "tabpanel", id: "sg-tw-panel" });
  const heading = el("div", { class: "sg-tw-heading" });
  const rows = el("div", { class: "sg-tw-rows" });
  const matrixBox = el("div", { class: "sg-tw-weights" });
  panel.append(heading, rows, matrixBox);
  parent.append(
    el("div", { class: "sg-tw" }, el("div", { class: "sg-tw-head" }, choice, resetAll), effect, tablist, panel),
  );
  tablist.addEventListener("keydown", walkTabs);
  const matrix = weights.create(matrixBox, store, {
    value: (key) => tweaks.weights[key],
    change: (key, value, commit) => put("weights", key, value, undefined, commit),
  });

  /** Show new tweaks at once and ask Python for their numbers. */
  function change(next, commit) {
    tweaks = next;
    show();
    store.tweak(copy(next), commit);
    if (isEmpty(next) && store.show !== "after") store.set({ show: "after" });
  }

  function put(kind, key, value, neutral, commit) {
    const next = copy(tweaks);
    if (value === undefined || value === neutral) delete next[kind][key];
    else next[kind][key] = value;
    change(next, commit);
  }

  function build() {
    built = store.data.static;
    mark(parent, "aria-label", store.text("tweak.title"));
    say(resetAll, store.text("tweak.reset_all"));
    choice.setAttribute("aria-label", store.text("show.label"));
    for (const [k, key] of ["before", "after", "difference"].entries()) say(choices[k], store.text(`show.${key}`));
    tablist.setAttribute("aria-label", store.text("tweak.gates"));
    const names = tabNames();
    tabs = names.map((name) => {
      const quantity = store.quantity(name);
      return el(
        "button",
        {
          type: "button",
          class: "sg-tw-tab",
          role: "tab",
          id: `sg-tw-tab-${name}`,
          "data-gate": name,
          "data-testid": `tweak-tab-${name}`,
          "aria-controls": "sg-tw-panel",
          "aria-label": quantity.label,
          title: quantity.label,
          style: `--role: var(--hue-${quantity.role}); --fill: var(--fill-${quantity.role}); --onfill: var(--onfill-${quantity.role}); --ink: var(--ink-${quantity.role})`,
          onclick: () => open(name),
        },
        math(quantity.mathml),
      );
    });
    tablist.replaceChildren(...tabs);
    groups = new Map(built.knobs.map((knob) => [knob.gate, group(knob)]));
    rows.replaceChildren(...[...groups.values()].map(({ node }) => node));
    open(names.includes(gate) ? gate : (names.find(isTouched) ?? names[0]));
  }

  /** Every quantity with sliders, and any other that has weights of its own. */
  function tabNames() {
    const { knobs, quantities, expressions } = store.data.static;
    const own = (name) => parametersIn(expressions[name]).length > 0;
    return quantities.map(({ name }) => name).filter((name) => knobs.some((knob) => knob.gate === name) || own(name));
  }

  function walkTabs(event) {
    const move = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const at = tabs.findIndex((tab) => tab.dataset.gate === gate);
    const to = Number.isFinite(move) ? (at + move + tabs.length) % tabs.length : move < 0 ? 0 : tabs.length - 1;
    open(tabs[to].dataset.gate);
    tabs[to].focus();
  }

  function open(name) {
    gate = name;
    const quantity = store.quantity(name);
    for (const tab of tabs) {
      const chosen = tab.dataset.gate === name;
      mark(tab, "aria-selected", String(chosen));
      mark(tab, "tabindex", chosen ? 0 : -1);
    }
    mark(panel, "aria-labelledby", `sg-tw-tab-${name}`);
    panel.style.setProperty("--role", `var(--hue-${quantity.role})`);
    panel.style.setProperty("--ink", `var(--ink-${quantity.role})`);
    heading.replaceChildren(el("b", {}, quantity.label), el("span", {}, quantity.note));
    for (const [key, { node }] of groups) mark(node, "hidden", key !== name);
    matrix.choose(parametersIn(built.expressions[name]));
    show();
  }

  function group(knob) {
    const quantity = store.quantity(knob.gate);
    const shifts = SLIDERS.filter(({ has }) => has(knob)).map((slider) => shift(slider, knob.gate, quantity));
    const controls = [...shifts, hold(knob, quantity)];
    return { controls, node: el("div", { class: "sg-tw-group" }, ...controls.map(({ node }) => node)) };
  }

  /** A row that adds to the bias or multiplies a matrix. */
  function shift({ kind, testid, low, high, step }, name, quantity) {
    const label = store.text(`tweak.${kind}`);
    const slider = createSlider({
      testid: `${testid}-${name}`,
      name: store.text("tweak.of", { what: label, label: quantity.label }),
      low,
      high,
      step,
      resetName: store.text("tweak.reset_of", { what: label, label: quantity.label }),
      onvalue: (value, commit) => put(kind, name, value, NEUTRAL[kind], commit),
      onreset: () => put(kind, name, undefined, undefined, true),
    });
    const node = el("div", { class: "sg-tw-row", title: store.text(`tweak.${kind}_note`) }, el("span", { class: "sg-tw-label" }, label), ...slider.nodes);
    return {
      node,
      show() {
        const value = tweaks[kind][name] ?? NEUTRAL[kind];
        slider.set({ value, original: NEUTRAL[kind], changed: name in tweaks[kind] });
      },
    };
  }

  /** The clamp: moving its slider takes hold, the switch lets go. The ghost is the gate's own average at this step. */
  function hold({ gate: name, low, high }, quantity) {
    const label = store.text("tweak.clamp");
    const accessible = store.text("tweak.of", { what: label, label: quantity.label });
    const average = () => {
      const values = store.array(name, "base");
      const start = (store.step - 1) * values.cols;
      return values.subarray(start, start + values.cols).reduce((a, b) => a + b, 0) / values.cols;
    };
    const slider = createSlider({
      testid: `tweak-clamp-${name}`,
      name: accessible,
      low,
      high,
      step: 0.01,
      resetName: store.text("tweak.reset_of", { what: label, label: quantity.label }),
      onvalue: (value, commit) => put("clamp", name, value, undefined, commit),
      onreset: () => put("clamp", name, undefined, undefined, true),
    });
    const box = el("input", { type: "checkbox", class: "sg-tw-check", "data-testid": `tweak-hold-${name}`, "aria-label": accessible });
    box.addEventListener("change", () => put("clamp", name, box.checked ? Number(average().toFixed(2)) : undefined, undefined, true));
    const caption = el("label", { class: "sg-tw-label sg-tw-switch" }, box, label);
    const node = el("div", { class: "sg-tw-row", title: store.text("tweak.clamp_note") }, caption, ...slider.nodes);
    return {
      node,
      show() {
        const held = name in tweaks.clamp;
        const original = average();
        const value = held ? tweaks.clamp[name] : Number(original.toFixed(2));
        box.checked = held;
        slider.set({ value, original, changed: held, dim: !held, text: held ? fixed(value, 2) : store.text("tweak.clamp_off") });
      },
    };
  }

  function show() {
    for (const { controls } of groups.values()) for (const control of controls) control.show();
    for (const tab of tabs) {
      tab.classList.toggle("sg-tw-touched", isTouched(tab.dataset.gate));
    }
    resetAll.disabled = isEmpty(tweaks);
    matrix.show();
  }

  function isTouched(name) {
    const own = parametersIn(built.expressions[name]);
    const byGate = ["bias", "gain_x", "gain_h", "clamp"].some((kind) => name in tweaks[kind]);
    return byGate || Object.keys(tweaks.weights).some((key) => own.includes(key.split(".")[0]));
  }

  function describe() {
    for (const [k, key] of ["before", "after", "difference"].entries()) mark(choices[k], "aria-pressed", String(store.show === key));
    if (isEmpty(copy(store.data.tweaks)) && !store.data.elsewhere) return compose(effect, store.text("tweak.intro"), {});
    const first = firstDifference(store.data);
    const lines = [el("span", {})];
    if (store.data.elsewhere) lines.push(el("span", {}, store.text("tweak.elsewhere")));
    if (first) {
      compose(lines[0], store.text("tweak.differs"), {
        step: [{ text: `t = ${first.step}`, strong: true }],
        token: clip(store.token(first.step).text),
        symbol: [symbol(store, first.q, "t")],
      });
    } else compose(lines[0], store.text("tweak.same"), {});
    const readout = lastReadout(store.data);
    if (readout) {
      const { readout_labels: labels } = store.data.static;
      lines.push(el("span", {}));
      compose(lines.at(-1), store.text(labels ? "tweak.readout_named" : "tweak.readout"), {
        name: labels?.high ?? "",
        before: percent(readout.before),
        after: [{ text: percent(readout.after), strong: true }],
      });
    }
    return effect.replaceChildren(...lines);
  }

  return {
    update(changed) {
      if (!store.T) return;
      if (built === null) {
        tweaks = copy(store.data.tweaks);
        if (!isEmpty(tweaks)) store.set({ tray: true }); // a link came with tweaks
      }
      if (built !== store.data.static) build();
      if (changed.has("tray") && store.tray && store.layout === "phone") parent.scrollIntoView({ block: "nearest" });
      if (changed.has("data")) {
        if (!store.busy()) tweaks = copy(store.data.tweaks); // else the visitor is ahead of this answer
        show();
      } else if (changed.has("step")) for (const control of groups.get(gate)?.controls ?? []) control.show();
      if (changed.has("data") || changed.has("show")) describe();
      matrix.update(changed);
    },
  };
}
