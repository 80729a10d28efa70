// The state of one stage in the browser: what is shown, where the two clocks stand, what is selected.
//
// Fields (read freely, change only through `set`):
//   data         decoded payload (payload.js), null before the first
//   step, phase  the two clocks: time step 1…T, phase 0…P−1
//   playing, granularity ("phase" | "step"), speed (0.5, 1, 2, 4)
//   selection    {q, unit (from 0), step} or null: pinned by a click
//   hover        the same, under the pointer
//   show         "after" | "before" | "difference": which numbers all pictures show
//   still        all phases side by side instead of the moving diagram
//   tray         the tweak tray is open
//   theme        "light" | "dark"
//   layout       "wide" | "middle" | "phone", decided by the width of the stage
//   geometry     sizes in px (layout.js): {column, row, gap, label, tray, content, scrolls, top, font, widths}
//
// A view module exports `create(parent, store)` and returns `{update(changed)}`; it is called at most once per frame with
// the Set of the names of changed fields. A view is made once the first payload is there, and made anew in another
// language; it has to follow any other change of `data` itself. `store.clock` (clock.js) moves the clocks, and
// `store.tweak(tweaks, commit)` asks Python for a run with these tweaks, `store.busy()` says whether an answer is still
// to come (channel.js).

import { place } from "./format.js";

const FIELDS = {
  data: null,
  step: 1,
  phase: 0,
  playing: false,
  granularity: "phase",
  speed: 1,
  selection: null,
  hover: null,
  show: "after",
  still: false,
  tray: false,
  theme: "light",
  layout: "wide",
  geometry: null,
};

export const FIELD_NAMES = Object.keys(FIELDS);

export function createStore() {
  const listeners = new Set();
  let changed = new Set();
  let frame = 0;
  const index = { quantities: new Map(), phases: new Map() };

  const store = {
    ...FIELDS,

    /** Change fields; listeners hear of it once, in the next frame. */
    set(patch) {
      for (const [name, value] of Object.entries(patch)) {
        if (!(name in FIELDS)) throw new Error(`the stage has no field "${name}"`);
        if (same(store[name], value)) continue;
        store[name] = value;
        changed.add(name);
        if (name === "data") reindex(value);
      }
      if (changed.size && !frame) frame = requestAnimationFrame(store.flush);
    },

    /** Call `listener(changed)` after every change; returns the function that ends it. */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    /** Deliver what is pending now. */
    flush() {
      cancelAnimationFrame(frame);
      frame = 0;
      if (!changed.size) return;
      const names = changed;
      changed = new Set();
      for (const listener of [...listeners]) {
        try {
          listener(names);
        } catch (error) {
          store.fail(error); // one broken view must not take the others down
        }
      }
    },

    /** Show an error to the visitor; stage.js replaces this. */
    fail(error) {
      console.error(error);
    },

    // What the current cell is made of

    get T() {
      return store.data?.T ?? 0;
    },
    get H() {
      return store.data?.H ?? 0;
    },
    get D() {
      return store.data?.D ?? 0;
    },
    get phases() {
      return store.data?.static.phases ?? [];
    },
    get phaseId() {
      return store.phases[store.phase]?.id ?? "";
    },
    /** {name, letter, tilde, label, note, kind, width, role, low, high, phase, mathml} or undefined */
    quantity: (name) => index.quantities.get(name),
    /** 0-based place of the phase that computes a quantity. */
    phaseOf: (name) => index.phases.get(name) ?? 0,
    /** {text, known} of a step, 1…T */
    token: (step) => store.data?.static.tokens[step - 1],
    /** One of the stage's sentences with its places filled; plain text. */
    text: (key, values) => place(store.data?.static.strings[key] ?? key, values),
    /** CSS colour of a quantity's role. */
    hue: (name) => `var(--hue-${index.quantities.get(name)?.role ?? "x"})`,

    /** How many numbers a quantity has at each step: one for each unit, or for each output. */
    width: (q) => store.array(q)?.cols ?? store.H,
    /** What an output stands for; undefined for a unit. */
    output: (q, unit) => (index.quantities.get(q)?.width === "Q" ? store.data.static.outputs?.[unit] : undefined),
    /** Does a clock keep this unit of a state as it was? */
    asleep(q, step, unit) {
      const clock = store.data?.static.asleep[q];
      return clock !== undefined && step > 0 && store.value(clock, step, unit) === 0;
    },

    // Numbers

    /** (T, H) values of a quantity: which = "now", or "base" for the run without tweaks. */
    array: (q, which = "now") => store.data?.array(`${which}/${q}`) ?? store.data?.array(`base/${q}`),

    /** One number; step 0 is the initial state; which = "now" | "base" | "difference". NaN where there is none. */
    value(q, step, unit, which = "now") {
      if (which === "difference") return store.value(q, step, unit) - store.value(q, step, unit, "base");
      if (step === 0) return store.data?.array(`initial/${q}`)?.[unit] ?? 0;
      const values = store.array(q, which);
      return values && step <= values.rows && unit < values.cols ? values[(step - 1) * values.cols + unit] : NaN;
    },

    /** The run that the switch after / before / difference asks for, as `value` takes it. */
    get which() {
      return { after: "now", before: "base", difference: "difference" }[store.show];
    },

    /** Has (q, step) been computed where the clocks stand? */
    reached: (q, step) => step < store.step || (step === store.step && store.phaseOf(q) <= store.phase),

    /** Has the step been read to its end, so that the readout after it exists? */
    finished: (step) => step < store.step || (step === store.step && store.phase >= store.phases.length - 1),

    // Moves made by the visitor

    /** Go to a place; playing stops. Out of range is brought into range. */
    seek(step, phase = store.phase) {
      store.set({ step: clamp(step, 1, store.T), phase: clamp(phase, 0, store.phases.length - 1), playing: false });
    },

    /** Select (q, unit, step), or nothing; selecting the selected cell again lets go of it. */
    select(selection) {
      store.set({ selection: selection && same(selection, store.selection) ? null : selection });
    },
  };

  function reindex(data) {
    index.quantities.clear();
    index.phases.clear();
    for (const quantity of data?.static.quantities ?? []) index.quantities.set(quantity.name, quantity);
    (data?.static.phases ?? []).forEach((phase, place) => phase.quantities.forEach((name) => index.phases.set(name, place)));
  }

  return store;
}

export function clamp(value, low, high) {
  return Math.max(low, Math.min(Math.max(low, high), value));
}

/** Equal as fields: identical, or small flat objects with equal entries (selection, hover). */
export function same(one, other) {
  if (one === other) return true;
  if (!one || !other || typeof one !== "object" || typeof other !== "object" || "array" in one) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
