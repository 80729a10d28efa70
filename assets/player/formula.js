/**
 * An expression written out: with the numbers of one unit at one step, or with letters.
 * Both are lists of pieces {text, role?, sub?}; `write` turns a list into coloured spans.
 */
import { evaluate, summands, terms } from "./evaluate.js";
import { fixed, signed } from "./format.js";

const NAMES = { sigmoid: "σ", log_sigmoid: "log σ", positive: "g" }; // other functions carry their own name
const MINUS = "\u2212";

/** How a quantity looks: its letter (with tilde), its role for the colour. */
function look(store, name) {
  const quantity = store.quantity(name);
  const [first, ...mark] = quantity.letter;
  return { text: `${first}${quantity.tilde ? "\u0303" : ""}${mark.join("")}`, role: quantity.role, letter: true };
}

/** The quantity's letter with a subscript: step "t", "t−1", or a unit's number. */
export const symbol = (store, name, sub) => ({ ...look(store, name), sub: String(sub) });

const called = (op) => `${NAMES[op] ?? op}(`;
const loose = (node) => ["+", "-", "neg"].includes(node[0]);
const bracket = (pieces) => [{ text: "(" }, ...pieces, { text: ")" }];

function join(lists, separator) {
  return lists.flatMap((pieces, k) => (k ? [{ text: separator }, ...pieces] : pieces));
}

/** A term of a sum always shows its sign, zero too. */
function plus(value) {
  const text = signed(value);
  return /^[+\u2212]/.test(text) ? text : `+${text}`;
}

/** Which role colours the number that a leaf contributes. */
function roleOf(store, node) {
  if (node[0] === "q") return store.quantity(node[1]).role;
  if (node[0] === "x" || (node[0] === "@" && node[1][0] === "x")) return "x";
  if (node[0] === "@" && node[1][0] === "q") return store.quantity(node[1][1]).role;
  return null;
}

/** `node` written with signs and brackets; `leaf` writes what has no inner structure for this reader, or returns null. */
function spell(node, leaf) {
  const done = leaf(node);
  if (done) return done;
  const again = (child) => spell(child, leaf);
  const [op, ...rest] = node;
  switch (op) {
    case "const":
      return [{ text: String(rest[0]).replace("-", MINUS) }];
    case "+":
    case "-":
    case "neg":
      return summands(node).flatMap(([sign, child], k) => {
        const lead = k ? ` ${sign < 0 ? MINUS : "+"} ` : sign < 0 ? MINUS : "";
        return [...(lead ? [{ text: lead }] : []), ...(sign < 0 && loose(child) ? bracket(again(child)) : again(child))];
      });
    case "*":
      return join(rest.map((child) => (loose(child) ? bracket(again(child)) : again(child))), " · ");
    case "/":
      return join(rest.map((child) => (loose(child) || child[0] === "*" ? bracket(again(child)) : again(child))), " ∕ ");
    case "max":
      return [{ text: "max(" }, ...join(rest.map(again), ", "), { text: ")" }];
  }
  return [{ text: called(op) }, ...again(rest[0]), { text: ")" }];
}

/** `node` with numbers in place of letters: products and sums stay visible, matrix products are one number each. */
function withNumbers(store, run, node, step, unit) {
  return spell(node, (inner) =>
    ["q", "x", "p", "@", "clock"].includes(inner[0])
      ? [{ text: fixed(evaluate(run, inner, step, unit), 2), role: roleOf(store, inner) }]
      : null,
  );
}

/**
 * `f₂ = σ(+0.86 −0.17 +1.00) = 0.84` for any quantity. Inside a squashing function each term of the sum is one signed number,
 * as the bars show it; everywhere else products keep their factors. A held value follows an arrow: `= 0.03 → 0.90`.
 */
export function numeric(store, run, q, step, unit) {
  const tree = run.expressions[q];
  const parts = terms(run, q, step, unit);
  const { role } = look(store, q);
  const head = [symbol(store, q, unit + 1), { text: " = " }];
  const value = run.value(q, step, unit);
  const isHeld = Math.abs(value - parts.computed) > 1e-3; // a clamp overrules the equation
  const result = { text: fixed(value, 2), role, strong: true };
  const tail = isHeld ? [{ text: ` = ${fixed(parts.computed, 2)} → ` }, result] : [{ text: " = " }, result];
  const numbers = parts.list.map((term) => [{ text: plus(term.value), role: roleOf(store, term.node) }]);
  const summed = isHeld ? [{ text: plus(parts.sum) }] : join(numbers, " "); // the bars have the terms; the line must not break
  const isAffine = parts.mode === "sum" && parts.list.length > 1 && (parts.squash || parts.list.some(({ kind }) => kind === "input"));
  const body = !isAffine
    ? withNumbers(store, run, tree, step, unit)
    : parts.squash
      ? [{ text: called(parts.squash) }, ...summed, { text: ")" }]
      : summed;
  return body.length === 1 && !isHeld ? [...head, result] : [...head, ...body, ...tail]; // one number is not repeated
}

/** A factor or a product in letters, for labels: f · c(t−1), tanh(c), 1 − z. */
export function letters(store, node) {
  return spell(node, (inner) => {
    if (inner[0] === "q") return [symbol(store, inner[1], inner[2] ? "t−1" : "t")];
    if (inner[0] === "clock") return [symbol(store, inner[1], "t")];
    if (inner[0] === "x") return [{ text: "x", role: "x", sub: "t", letter: true }];
    if (inner[0] === "@") {
      const source = letters(store, inner[1]);
      return [...(source.length > 1 ? bracket(source) : source), { text: " " }, ...letters(store, ["p", inner[2]])];
    }
    if (inner[0] !== "p") return null;
    const [letter, ...sub] = inner[1].split("_");
    return [{ text: letter, sub: sub.join("_") }];
  });
}

/** The pieces as spans inside `parent`, replacing what it held. */
export function write(parent, pieces) {
  parent.replaceChildren(
    ...pieces.map((piece) => {
      const span = document.createElement(piece.strong ? "b" : "span");
      if (piece.role) span.className = `role-${piece.role}`;
      if (piece.letter) span.classList.add("letter");
      span.textContent = piece.text;
      if (piece.sub) {
        const sub = document.createElement("sub");
        sub.textContent = piece.sub;
        span.append(sub);
      }
      return span;
    }),
  );
}

/** The pieces as one plain string, for screen readers. */
export const spoken = (pieces) => pieces.map((piece) => piece.text + (piece.sub ? ` ${piece.sub}` : "")).join("");

/**
 * A sentence with places, its values inserted as text, pieces or nodes: what a visitor typed stays text.
 * `compose(p, "So unit {unit} keeps {percent}.", {unit: "2", percent: [{text: "84%", strong: true}]})`
 */
export function compose(parent, template, values) {
  const parts = template.split(/\{(\w+)\}/); // odd places are names
  const nodes = parts.flatMap((part, k) => {
    if (k % 2 === 0) return part ? [part] : [];
    const value = values[part];
    if (value === undefined) return [`{${part}}`];
    if (!Array.isArray(value)) return [value instanceof Node ? value : String(value)];
    const holder = document.createElement("span");
    holder.className = "sg-phrase";
    write(holder, value);
    return [holder];
  });
  parent.replaceChildren(...nodes);
}

/** A token as a sentence or a label shows it: never longer than `most` characters. */
export function clip(text, most = 18) {
  const letters = [...text]; // by code points, so that no emoji is cut in half
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}
