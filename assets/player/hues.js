// The role colours of static.colours as CSS variables on the stage's root. Per role r (f i candidate o c h x z):
//   --hue-r     the colour itself: strips, wires, bars, borders
//   --ink-r     the same hue, dark or light enough to be read as text on the page and on its panels (4.5 : 1)
//   --fill-r    a filled surface that carries text, with
//   --onfill-r  the colour of that text (4.5 : 1)
// Every other entry "a/b" becomes --a-b.

const READABLE = 4.6;

/** Write the variables of a theme; `paper` is the page's background as [r, g, b]. */
export function paintHues(root, colours, theme, paper) {
  const away = luminance(paper) > 0.4 ? [0, 0, 0] : [255, 255, 255];
  const panel = paper.map((part, k) => part + (away[k] - part) * 0.06); // as --sg-panel, and a little for rounding
  for (const [name, value] of Object.entries(colours?.[theme] ?? {})) {
    if (typeof value !== "string") continue;
    const [group, role] = name.split("/");
    if (group !== "role") {
      root.style.setProperty(`--${name.replace(/[^\w-]+/g, "-")}`, value);
      continue;
    }
    const hue = rgb(value);
    root.style.setProperty(`--hue-${role}`, value);
    if (!hue) continue;
    root.style.setProperty(`--ink-${role}`, css(until(hue, away, panel)));
    const dark = contrast(hue, [17, 24, 39]) >= READABLE && theme === "dark";
    root.style.setProperty(`--fill-${role}`, dark ? value : css(until(hue, [0, 0, 0], [255, 255, 255])));
    root.style.setProperty(`--onfill-${role}`, dark ? "#111827" : "#ffffff");
  }
}

/** The background the stage lies on, as [r, g, b]: the first opaque one on the way up. */
export function paperOf(node) {
  for (let at = node; at; at = at.parentElement ?? at.getRootNode().host) {
    const colour = rgb(getComputedStyle(at).backgroundColor);
    if (colour && colour[3] !== 0) return colour.slice(0, 3);
  }
  return [255, 255, 255];
}

/** "light" or "dark", whichever a background is. */
export function themeOf(paper) {
  return luminance(paper) > 0.4 ? "light" : "dark";
}

/** Black or white, whichever is read better on a CSS colour. */
export function inkOn(colour) {
  const ground = rgb(colour) ?? [255, 255, 255];
  return contrast(ground, [0, 0, 0]) > contrast(ground, [255, 255, 255]) ? "#000000" : "#ffffff";
}

function until(colour, towards, against) {
  for (let share = 0; share <= 1; share += 0.04) {
    const mixed = colour.slice(0, 3).map((part, k) => part + (towards[k] - part) * share);
    if (contrast(mixed, against) >= READABLE) return mixed;
  }
  return towards;
}

function rgb(text) {
  const hex = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(text.trim());
  if (hex) {
    const digits = hex[1].length === 3 ? [...hex[1]].map((digit) => digit + digit) : hex[1].match(/../g);
    return digits.map((digit) => parseInt(digit, 16));
  }
  const parts = /^rgba?\(([^)]+)\)$/.exec(text.trim());
  return parts ? parts[1].split(/[\s,/]+/).map(Number) : null;
}

function css(colour) {
  return `rgb(${colour.map(Math.round).join(", ")})`;
}

function luminance(colour) {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [low, high] = [luminance(one.slice(0, 3)), luminance(other.slice(0, 3))].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
