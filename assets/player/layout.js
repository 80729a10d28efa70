// How large everything is: decided from the room there is, the number of tokens and units, and never by the playhead,
// so that nothing jumps while playing.

import { clamp } from "./store.js";

// px; "large" is the wide layout on a screen as wide as a projector's: the same picture with larger words
const SIZES = {
  phone: { label: 54, tray: 0, gap: 8, transport: 110, tokens: 36, readout: 46, font: 14 },
  middle: { label: 132, tray: 330, gap: 7, transport: 96, tokens: 36, readout: 46, font: 14 },
  wide: { label: 178, tray: 352, gap: 9, transport: 62, tokens: 36, readout: 46, font: 14 },
  large: { label: 208, tray: 420, gap: 10, transport: 66, tokens: 42, readout: 54, font: 16 },
};
const SPACING = 22; // above the diagram and below the last heatmap
const SCROLLBAR = 12;

/** Measure the stage and return {layout, size, geometry}; see `store.geometry`. */
export function measure(root, store) {
  const width = root.clientWidth;
  const size = width >= 1400 ? "large" : width >= 940 ? "wide" : width >= 680 ? "middle" : "phone";
  const layout = size === "large" ? "wide" : size;
  const { T, H, data } = store;
  const count = data.static.heatmaps.length;
  const { label, gap, font } = SIZES[size];
  const tray = store.tray ? SIZES[size].tray : 0;
  const inner = width - label - (tray ? tray + 20 : 0);
  const widths = tokenWidths(root, data, font);
  const column = clamp(Math.floor(inner / T), leastColumn(T, widths, layout), 144);
  const scrolls = column * T > inner;
  const heights = layout === "phone" ? onPhone(width, H) : side(root, SIZES[size], { count, H, scrolls, readout: Boolean(data.readout) });
  return {
    layout,
    size,
    geometry: {
      column,
      row: heights.row,
      gap,
      label,
      tray,
      content: column * T,
      scrolls,
      top: heights.top,
      font,
      widths,
    },
  };
}

/** Beside each other: the diagram and the heatmaps share what the window leaves. */
function side(root, { gap, transport, tokens, readout: verdict }, { count, H, scrolls, readout }) {
  const fixed = transport + tokens + (readout ? verdict : 0) + SPACING + (scrolls ? SCROLLBAR : 0);
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
const measured = new WeakMap(); // static part -> {font, widths of its tokens in px}

function tokenWidths(root, data, font) {
  const family = getComputedStyle(root).fontFamily;
  const key = `500 ${font}px ${family}`;
  if (measured.get(data.static)?.font !== key) {
    pencil ??= document.createElement("canvas").getContext("2d");
    pencil.font = key;
    measured.set(data.static, { font: key, widths: data.static.tokens.map(({ text }) => pencil.measureText(text.slice(0, 60)).width) });
  }
  return measured.get(data.static).widths;
}
