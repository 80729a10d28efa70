// How large everything is: decided from the room there is, the number of tokens and units, and never by the playhead,
// so that nothing jumps while playing.

import { clamp } from "./store.js";

const LABEL = { wide: 178, middle: 132, phone: 54 };
const TRAY = { wide: 400, middle: 330, phone: 0 };
const GAP = { wide: 9, middle: 7, phone: 8 };
const TOKENS = 36;
const READOUT = 46;
export const FONT = 14; // px of a token's text where it has room
const TRANSPORT = { wide: 60, middle: 96, phone: 96 };
const SPACING = 38; // between the parts, and a little below the last one

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
  const column = clamp(Math.floor(inner / T), leastColumn(T, widths, layout), 144);
  const gap = GAP[layout];
  const heights = layout === "phone" ? onPhone(width, H) : side(root, layout, { count, gap, H, readout: Boolean(data.readout) });
  return {
    layout,
    geometry: {
      column,
      row: heights.row,
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

/** Beside each other: the diagram and the heatmaps share what the window leaves. */
function side(root, layout, { count, gap, H, readout }) {
  const fixed = TRANSPORT[layout] + TOKENS + (readout ? READOUT : 0) + SPACING;
  const room = innerHeight - above(root) - fixed;
  const least = clamp(Math.round(room * 0.46), 272, 430);
  const most = count > 4 ? 96 : count > 2 ? 124 : 190;
  const row = whole(clamp(Math.floor((room - least) / count) - gap, 36, most), H);
  return { row, top: clamp(room - count * (row + gap), least, 520) };
}

function onPhone(width, H) {
  return { row: whole(60, H), top: Math.round(clamp(width * 0.62, 210, 330)) };
}

/** At least a pixel for each unit; and whole pixels for each unit where there is room, so that all cells are alike. */
function whole(row, H) {
  return row >= 2 * H ? Math.floor((row + 3) / H) * H : Math.max(row, H);
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
  return clamp(Math.ceil(usual), 24, layout === "phone" ? 64 : 38);
}

let pencil = null;
const measured = new WeakMap(); // static part -> widths of its tokens in px

function tokenWidths(root, data) {
  if (!measured.has(data.static)) {
    pencil ??= document.createElement("canvas").getContext("2d");
    pencil.font = `500 ${FONT}px ${getComputedStyle(root).fontFamily}`;
    measured.set(data.static, data.static.tokens.map(({ text }) => pencil.measureText(text.slice(0, 60)).width));
  }
  return measured.get(data.static);
}
