// The colour of a number: the very scales of the heatmap figure, so that strips, bars and heatmaps cannot disagree.

/** {stops: [[0, "#fff"], …], low, high} of a quantity, as the figure of the present theme and the switch
 *  after / before / difference have it. */
export function scaleOf(store, q) {
  const { figure, figure_dark, heatmaps } = store.data.static;
  const { data, layout } = (store.theme === "dark" && figure_dark) || figure;
  const trace = data[heatmaps.indexOf(q)] ?? data[0];
  const axis = trace.coloraxis ? layout[trace.coloraxis] : trace;
  const [low, high] = store.data.scale[q] ?? [axis.zmin ?? axis.cmin, axis.zmax ?? axis.cmax];
  if (store.show !== "difference") return { stops: axis.colorscale, low, high };
  const reach = differenceReach(store, q);
  return { stops: differenceStops(store), low: -reach, high: reach };
}

/** CSS colour of a value of a quantity. */
export function colourOf(store, q, value) {
  return colourIn(scaleOf(store, q), value);
}

/** CSS colour of a value on a scale; none for what is no number, as in the heatmaps. */
export function colourIn({ stops, low, high }, value) {
  if (!Number.isFinite(value)) return "transparent";
  return between(stops, (value - low) / (high - low));
}

/** A scale as a CSS gradient from its low end to its high end. */
export function gradientOf({ stops }, direction = "90deg") {
  return `linear-gradient(${direction}, ${stops.map(([at, colour]) => `${colour} ${at * 100}%`).join(", ")})`;
}

/** The end of the symmetric scale of differences. Fixed steps, so that it rarely changes under a moving slider. */
function differenceReach(store, q) {
  const [now, base] = [store.array(q), store.array(q, "base")];
  let largest = 0;
  for (let k = 0; k < now.length; k++) largest = Math.max(largest, Math.abs(now[k] - base[k]));
  return [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100].find((reach) => largest <= reach) ?? largest;
}

function differenceStops(store) {
  const colours = store.data.static.colours?.[store.theme] ?? {};
  const low = colours["difference/low"] ?? "#8a5a12";
  const middle = colours["difference/middle"] ?? (store.theme === "dark" ? "#1f2430" : "#f7f7f7");
  const high = colours["difference/high"] ?? "#5e3c99";
  return [[0, low], [0.5, middle], [1, high]];
}

/** The colour at 0…1 of a list of stops, mixed in sRGB as Plotly does. */
export function between(stops, at) {
  const place = Math.max(0, Math.min(1, Number.isFinite(at) ? at : 0));
  let k = 1;
  while (k < stops.length - 1 && stops[k][0] < place) k++;
  const [[from, one], [to, other]] = [stops[k - 1], stops[k]];
  const share = to > from ? (place - from) / (to - from) : 0;
  const [a, b] = [parts(one), parts(other)];
  return `rgb(${a.map((part, index) => Math.round(part + (b[index] - part) * share)).join(",")})`;
}

const known = new Map();

function parts(colour) {
  if (!known.has(colour)) {
    const hex = /^#([\da-f]{6})$/i.exec(colour);
    known.set(colour, hex ? hex[1].match(/../g).map((digits) => parseInt(digits, 16)) : colour.match(/[\d.]+/g).slice(0, 3).map(Number));
  }
  return known.get(colour);
}
