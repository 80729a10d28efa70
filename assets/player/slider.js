/**
 * A slider with a number field, a ghost mark where the original value is, and a way back to it.
 * It streams while it is dragged; `commit` is true once, when the finger lets go or the keys come to rest.
 */
import { el, mark } from "./dom.js";
import { fixed } from "./format.js";
import { clamp } from "./store.js";

const KEYS_REST = 500; // ms: a row of key presses is one change in the browser's history

/**
 * {testid, name, low, high, step, original, resetName, onvalue(value, commit), onreset()} ->
 * {nodes, range, set({value, original, changed, dim, low, high})}. `name` is the accessible name; the label stands in the caller's markup.
 */
export function createSlider({ testid, name, low, high, step, resetName, onvalue, onreset }) {
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  const limits = { low, high, original: 0 };
  const range = el("input", { type: "range", class: "sg-tw-range", min: low, max: high, step, "data-testid": testid, "aria-label": name });
  const ghost = el("span", { class: "sg-tw-ghost", "aria-hidden": "true" });
  const track = el("span", { class: "sg-tw-track" }, el("span", { class: "sg-tw-rail", "aria-hidden": "true" }), ghost, range);
  const field = el("input", { type: "number", class: "sg-tw-number", min: low, max: high, step, inputmode: "decimal", "aria-label": name });
  const reset = el("button", { type: "button", class: "sg-tw-reset", "aria-label": resetName, title: resetName, onclick: goBack }, "↺");
  let byKey = false;
  let rest = 0;

  range.addEventListener("keydown", () => (byKey = true));
  range.addEventListener("pointerdown", () => (byKey = false));
  range.addEventListener("input", () => onvalue(Number(range.value), false));
  range.addEventListener("change", () => {
    clearTimeout(rest);
    if (byKey) rest = setTimeout(() => onvalue(Number(range.value), true), KEYS_REST);
    else onvalue(Number(range.value), true);
  });
  range.addEventListener("dblclick", onreset);
  function goBack() {
    range.focus({ preventScroll: true }); // the button vanishes with the change: the focus must not
    onreset();
  }
  const typed = (commit) => {
    const value = field.valueAsNumber; // NaN while the number is half typed
    if (Number.isFinite(value)) onvalue(clamp(value, limits.low, limits.high), commit);
  };
  field.addEventListener("input", () => typed(false));
  field.addEventListener("change", () => typed(true));

  const place = (value) => (clamp(value, limits.low, limits.high) - limits.low) / (limits.high - limits.low);

  return {
    nodes: [track, field, reset],
    range,
    /** Show a value; `changed` says whether it is the visitor's, `dim` that it has no effect at present. */
    set({ value, changed, dim = false, text, ...next }) {
      Object.assign(limits, next);
      for (const control of [range, field]) {
        mark(control, "min", limits.low);
        mark(control, "max", limits.high);
      }
      if (Number(range.value) !== value) range.value = value;
      const shown = dim ? "" : String(Number(value.toFixed(digits + 1)));
      if (field !== field.getRootNode().activeElement && field.value !== shown) field.value = shown;
      track.style.setProperty("--at", place(value));
      track.style.setProperty("--ghost", place(limits.original));
      track.classList.toggle("sg-tw-dim", dim);
      reset.classList.toggle("sg-tw-idle", !changed);
      reset.disabled = !changed;
      mark(range, "aria-valuetext", text ?? fixed(value, digits));
    },
  };
}
