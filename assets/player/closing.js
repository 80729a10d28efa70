/**
 * The sentence that ends the step card: what the selected number does to the memory, in words.
 * Which sentence fits is read off the cell's expressions, so that a new cell speaks without a line of its own here.
 */
import { evaluate, factors, quantitiesIn, roles, some, summands } from "./evaluate.js";
import { clip, letters, symbol } from "./formula.js";
import { fixed, percent, signed } from "./format.js";

const isQuantity = (node, lag) => node[0] === "q" && (lag ? node[2] > 0 : node[2] === 0);
const kindOf = (store, name) => store.quantity(name)?.kind;

/**
 * {key, values} for `store.static.strings[key]`; values are pieces for `compose`.
 * `ready(q)` says whether another quantity of the same step has been computed where the clocks stand.
 */
export function closing(store, run, q, step, unit, ready) {
  const quantity = store.quantity(q);
  const value = run.value(q, step, unit);
  const strong = (text, role = quantity.role) => [{ text, role, strong: true }];
  const number = (node) => strong(fixed(evaluate(run, node, step, unit), 2), firstRole(store, node));
  const common = { unit: String(unit + 1), value: strong(fixed(value, 2)), symbol: [symbol(store, q, "t")] };

  if (quantity.kind === "gate") return gate(store, run, q, value, { ready, strong, number }, common);
  if (quantity.kind === "candidate") return candidate(store, run, q, { step, unit, ready, strong }, common);
  if (quantity.kind === "state") return state(store, run, q, { step, unit, strong }, common);
  const output = store.output(q, unit);
  if (output === undefined) return { key: "so.value", values: common };
  return { key: "so.answers", values: { ...common, output: clip(output), token: clip(store.token(step).text) } };
}

function firstRole(store, node) {
  const first = quantitiesIn(node)[0];
  return first ? store.quantity(first.name).role : "x";
}

/** A gate keeps what it multiplies of the past, writes what it multiplies of the present, shows what it hands on. */
function gate(store, run, q, value, { ready, strong, number }, common) {
  const found = roles(run.expressions, q);
  const share = (role) => strong(percent(role.inverted ? 1 - value : value));
  const state = (role) => kindOf(store, role.into) === "state";
  const keeps = found.find((role) => state(role) && isQuantity(role.factor, true));
  const writes = found.find((role) => state(role) && isQuantity(role.factor, false) && kindOf(store, role.factor[1]) !== "state");
  const shows = found.find((role) => kindOf(store, role.into) !== "candidate" && some(role.factor, (n) => isQuantity(n, false)));
  const looks = found.find((role) => !state(role) && some(role.factor, (n) => isQuantity(n, true)));
  const about = (role, key) => ({
    key,
    values: { ...common, percent: share(role), source: letters(store, role.factor), amount: number(role.factor) },
  });
  if (keeps && writes) {
    const values = { ...common, keep: share(keeps), take: share(writes), source: letters(store, keeps.factor), amount: number(keeps.factor) };
    return { key: "so.mixes", values };
  }
  if (keeps) return about(keeps, "so.keeps");
  if (writes) return about(writes, ready(writes.factor[1]) ? "so.writes" : "so.writes_later");
  if (shows) return about(shows, quantitiesIn(shows.factor).every((r) => r.lag || ready(r.name)) ? "so.shows" : "so.shows_later");
  if (looks) return about(looks, "so.lets_see");
  return { key: "so.value", values: common };
}

/** A candidate is a proposal; the gate beside it decides how much of it is written. */
function candidate(store, run, q, { step, unit, ready, strong }, common) {
  for (const [into, tree] of Object.entries(run.expressions)) {
    if (kindOf(store, into) !== "state") continue;
    for (const [, term] of summands(tree)) {
      const list = factors(term);
      if (!list.some((node) => isQuantity(node, false) && node[1] === q)) continue;
      const gates = list.filter((node) => !(node[0] === "q" && node[1] === q));
      if (gates.length !== 1 || !quantitiesIn(gates[0]).every((r) => r.lag || ready(r.name))) continue;
      const share = strong(percent(evaluate(run, gates[0], step, unit)), firstRole(store, gates[0]));
      return { key: "so.proposes_gated", values: { ...common, gate: letters(store, gates[0]), percent: share } };
    }
  }
  return { key: "so.proposes", values: common };
}

/** A state went from its old value to the new one; where it is a sum of kept and written, both are named. */
function state(store, run, q, { step, unit, strong }, common) {
  const tree = run.expressions[q];
  const before = run.value(q, step - 1, unit);
  const values = { ...common, from: strong(fixed(before, 2)) };
  if (store.asleep(q, step, unit)) return { key: "so.sleeps", values };
  const parts = summands(tree);
  const kept = parts.filter(([, node]) => factors(node).some((n) => n[0] === "q" && n[1] === q && n[2] > 0));
  if (kept.length === 1 && parts.length > 1) {
    const written = parts.filter((part) => part !== kept[0]);
    const amount = (group) => {
      const total = group.reduce((sum, [sign, node]) => sum + sign * evaluate(run, node, step, unit), 0);
      const source = quantitiesIn(group[0][1]).at(-1); // none where only the token is written
      return strong(signed(total), source ? store.quantity(source.name).role : "x");
    };
    return { key: "so.moves", values: { ...values, kept: amount(kept), written: amount(written) } };
  }
  const recurrent = some(tree, (n) => n[0] === "q" && n[1] === q && n[2] > 0);
  return recurrent ? { key: "so.goes", values } : { key: "so.hands_on", values };
}
