// Small helpers around the DOM. Text always arrives as text nodes, so that nothing a visitor typed is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";
const MATHML = "http://www.w3.org/1998/Math/MathML";

/** An HTML element: `el("button", {class: "sg-button", "data-testid": "play", onclick: f}, "text", node, …)`.
 *  Attributes that are null or false are left out; `on…` functions become listeners; strings become text nodes. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG elements. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** A <math> element from MathML that Python derived from a cell. Elements outside MathML are dropped. */
export function math(markup, attributes = {}) {
  const inner = /^\s*<math[\s>]/.test(markup) ? markup : `<math>${markup}</math>`;
  const source = inner.includes("xmlns=") ? inner : inner.replace("<math", `<math xmlns="${MATHML}"`);
  const parsed = new DOMParser().parseFromString(source, "application/xml").documentElement;
  if (parsed.namespaceURI !== MATHML || parsed.localName !== "math") return el("span", attributes, markup);
  for (const node of parsed.querySelectorAll("*")) {
    if (node.namespaceURI !== MATHML) node.remove();
    else for (const { name } of [...node.attributes]) if (/^on|href/i.test(name)) node.removeAttribute(name);
  }
  return fill(document.importNode(parsed, true), attributes, []);
}

/** Write text only if it changed: a text node that is rewritten invalidates layout and is read out again. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Set an attribute only if it changed; null or false removes it. */
export function mark(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else {
    const text = value === true ? "" : String(value);
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
}

/** Load a style sheet that lies beside a module once per document or shadow root:
 *  `stylesheet("card.css", import.meta.url, parent)`. Resolves when the rules apply. */
export function stylesheet(file, base, node) {
  const root = node.getRootNode();
  const holder = root instanceof ShadowRoot ? root : document.head;
  const href = new URL(file, base).href;
  for (const link of holder.querySelectorAll("link[rel=stylesheet]")) {
    if (link.href === href) return link.loaded ?? Promise.resolve();
  }
  const link = el("link", { rel: "stylesheet", href });
  link.loaded = new Promise((done) => {
    link.addEventListener("load", done);
    link.addEventListener("error", done);
  });
  holder.append(link);
  return link.loaded;
}

/** True where the visitor asked the system for less motion. */
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
