// The keyboard: Space plays, arrows move by one, Shift+arrows by a time step, up and down choose the unit, Home, End, Esc.
// Keys that we take never reach Streamlit, which owns some letters.

import { clamp } from "./store.js";

const WRITING =
  "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=''], [contenteditable=true]";
const OWN_ARROWS = "input, select, textarea, [role=radiogroup] *, [role=slider], [role=tablist] *, [role=listbox] *";
const OWN_SPACE = "button, summary, a[href], input[type=checkbox], input[type=radio], [role=button], [role=checkbox], [role=tab]";

export function listen(root, store) {
  const { clock } = store;

  function handle(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !store.T) return;
    const target = event.composedPath()[0];
    const inside = root.contains(target);
    // Outside the stage only keys that nobody else wants: those pressed while nothing has the focus, or only what the
    // stage lies in (a click into the stage gives the focus to Streamlit's <main>).
    if (!inside && !target.contains(root.getRootNode().host ?? root)) return;
    if (target.matches(WRITING)) return;
    if (act(event, target)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  function act(event, target) {
    const { key, shiftKey } = event;
    if (key === " ") {
      if (target.matches(OWN_SPACE)) return false;
      clock.toggle();
    } else if (key === "Escape") {
      return up();
    } else if (target.matches(OWN_ARROWS)) {
      return false;
    } else if (key === "ArrowRight") {
      if (shiftKey) clock.leap(1);
      else clock.next();
    } else if (key === "ArrowLeft") {
      if (shiftKey) clock.leap(-1);
      else clock.previous();
    } else if (key === "ArrowUp" || key === "ArrowDown") {
      return unit(key === "ArrowUp" ? -1 : 1);
    } else if (key === "Home") {
      clock.first();
    } else if (key === "End") {
      clock.last();
    } else {
      return false;
    }
    return true;
  }

  /** One level up: what is selected, then the still view, then the tray. */
  function up() {
    if (store.selection) store.set({ selection: null });
    else if (store.still) store.set({ still: false });
    else if (store.tray) store.set({ tray: false });
    else return false;
    return true;
  }

  /** The unit above or below; over the edge, the same unit's neighbour in the next picture. */
  function unit(direction) {
    const { selection } = store;
    if (!selection) return false;
    const rows = store.data.static.heatmaps.flatMap((q) => Array.from({ length: store.width(q) }, (_, k) => ({ q, unit: k })));
    const here = rows.findIndex(({ q, unit: k }) => q === selection.q && k === selection.unit);
    store.set({ selection: { ...selection, ...rows[clamp(here + direction, 0, rows.length - 1)] } });
    return true;
  }

  // A button that was clicked does not keep the focus: Space goes on playing instead of pressing it again.
  root.addEventListener("mousedown", (event) => {
    if (!event.target.closest(".sg-transport button, .sg-time button")) return;
    event.preventDefault();
    const focused = root.getRootNode().activeElement;
    if (focused && focused !== document.body) focused.blur(); // what was being typed is finished, as by any click
  });
  document.addEventListener("keydown", handle);
  return () => document.removeEventListener("keydown", handle);
}
