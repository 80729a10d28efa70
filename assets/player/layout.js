// How large everything is: decided from the room there is, the number of tokens and units, and never by the playhead,
// so that nothing jumps while playing.

import { clamp } from "./store.js";

const LABEL = { wide: 178, middle: 132, phone: 54 };
const TRAY = { wide: 400, middle: 330, phone: 0 };
const GAP = { wide: 9, middle: 7, phone: 8 };
const TOKENS = 36;
const READOUT = 46;
const TRANSPORT = { wide: 60, middle: 96, phone: 96 };
const SPACING = 26; // between the parts, and a little below the last one

/** Measure the stage and return {layout, geometry}; see `store.geometry`. */
export function measure(root, store) {
  const width = root.clientWidth;
  const layout = width >= 940 ? "wide" : width >= 680 ? "middle" : "phone";
  const { T, H, data } = store;
  const count = data.static.heatmaps.length;
  const label = LABEL[layout];
  const tray = store.tray ? TRAY[layout] : 0;
  const inner = width - label - (tray ? tray + 20 : 0);
  const widths = tokenWidths(root, data);
  const column = clamp(Math.floor(inner / T), leastColumn(T, widths, layout), 120);
  const gap = GAP[layout];
  const heights = layout === "phone" ? onPhone(width) : side(root, layout, count, gap, Boolean(data.readout));
  // At least a pixel for each unit; and whole pixels for each unit where there is room, so that all cells are alike.
  const row = Math.max(heights.row, H);
  return {
    layout,
    geometry: {
      column,
      row: row >= 2 * H ? Math.floor(row / H) * H : row,
      gap,
      label,
      tray,
      content: column * T,
      scrolls: column * T > inner,
      top: heights.top,
      widths,
    },
  };
}

function side(root, layout, count, gap, readout) {
  const room = innerHeight - above(root);
  const fixed = TRANSPORT[layout] + TOKENS + (readout ? READOUT : 0) + SPACING;
  const top = clamp(Math.round((room - fixed) * 0.46), 272, 430);
  const row = clamp(Math.floor((room - fixed - top) / count) - gap, 36, 96);
  const rest = room - fixed - count * (row + gap);
  return { row, top: clamp(rest, top, 500) };
}

function onPhone(width) {
  return { row: 56, top: Math.round(clamp(width * 0.62, 210, 330)) };
}

/** How far below the top of what scrolls the stage begins: room that is not ours on a page scrolled to its top. */
function above(root) {
  let scroller = root.parentElement;
  while (scroller && !/(auto|scroll)/.test(getComputedStyle(scroller).overflowY)) scroller = scroller.parentElement;
  const { top } = root.getBoundingClientRect();
  if (!scroller || scroller === document.body || scroller === document.documentElement) return top + scrollY;
  return top + scroller.scrollTop;
}

function leastColumn(T, widths, layout) {
  if (T > 160) return 12;
  if (T > 64) return 16;
  const usual = [...widths].sort((a, b) => a - b)[Math.floor(T * 0.8)] + 14;
  return clamp(Math.ceil(usual), 24, layout === "phone" ? 64 : 40);
}

let pencil = null;
const measured = new WeakMap(); // static part -> widths of its tokens in px

function tokenWidths(root, data) {
  if (!measured.has(data.static)) {
    pencil ??= document.createElement("canvas").getContext("2d");
    pencil.font = `500 14px ${getComputedStyle(root).fontFamily}`;
    measured.set(data.static, data.static.tokens.map(({ text }) => pencil.measureText(text.slice(0, 60)).width));
  }
  return measured.get(data.static);
}
