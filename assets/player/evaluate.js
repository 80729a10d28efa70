/**
 * The numbers behind one number: a quantity's expression tree evaluated at one (step, unit), and split into its terms.
 * Pure functions of what Python sent; nothing here touches the page.
 *
 * A tree is an array, its head the operation: ["q", name, lag], ["x"], ["p", parameter], ["const", v],
 * ["clock", name], ["@", row, parameter], ["+", a, b, ...], ["sigmoid", a], ... Steps are 1-based, units 0-based.
 */

const sigmoid = (a) => (a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a))); // never exp of a large number

const FUNCTIONS = {
  sigmoid,
  tanh: Math.tanh,
  relu: (a) => Math.max(0, a),
  exp: Math.exp,
  log_sigmoid: (a) => Math.min(a, 0) - Math.log1p(Math.exp(-Math.abs(a))),
  positive: (a) => (a >= 0 ? a + 0.5 : sigmoid(a)), // g of Feng et al. 2024
};
const OPERATORS = {
  "+": (values) => values.reduce((a, b) => a + b, 0),
  "-": ([a, b]) => a - b,
  "*": (values) => values.reduce((a, b) => a * b, 1),
  "/": ([a, b]) => (b === 0 ? 0 : a / b), // as the engine has it: what weighs nothing has no share
  neg: ([a]) => -a,
  max: (values) => Math.max(...values),
};

/** One run as numbers: `which` is "now" (tweaks applied) or "base" (without them). */
export function numbers(data, which = "now") {
  const { expressions } = data.static;
  const get = (name) => data.array(name);
  const rows = new Map(); // node -> {step, values}: a matrix asks for all units, and so does the matrix behind it
  return {
    expressions,
    /** All units of a node at a step, computed once. */
    row(node, step, width) {
      const known = rows.get(node);
      if (known?.step === step) return known.values;
      const values = Array.from({ length: width }, (_, k) => evaluate(this, node, step, k));
      rows.set(node, { step, values });
      return values;
    },
    /** Value of quantity q; step 0 is the initial state, zero where the cell was given none. */
    value(q, step, unit) {
      if (step < 1) return get(`initial/${q}`)?.[unit] ?? 0;
      const array = get(`${which}/${q}`) ?? get(`base/${q}`);
      return array[(step - 1) * array.cols + unit];
    },
    /** How many units a node has: as many columns as its first parameter, or as its first quantity. */
    widthOf(node) {
      const parameter = parametersIn(node)[0];
      if (parameter !== undefined) return this.parameter(parameter).cols;
      const [quantity] = quantitiesIn(node);
      return (get(`${which}/${quantity.name}`) ?? get(`base/${quantity.name}`)).cols;
    },
    /** A parameter as it works in this run: matrices (rows, cols) row-major, vectors flat. */
    parameter: (name) => (which === "now" && get(`changed/${name}`)) || get(`w/${name}`),
    input: (step, k) => {
      const x = (which === "now" && get("changed/x")) || get("x"); // a tweak below changes what this layer reads
      return x[(step - 1) * x.cols + k];
    },
  };
}

/** Scalar value of `node` at (step, unit). */
export function evaluate(run, node, step, unit) {
  const [op, ...rest] = node;
  switch (op) {
    case "q":
      return run.value(rest[0], step - rest[1], unit);
    case "x":
      return run.input(step, unit);
    case "p":
      return run.parameter(rest[0])[unit];
    case "const":
      return rest[0];
    case "clock": // decided by time alone: the quantity is its own source
      return run.value(rest[0], step, unit);
    case "@": {
      const weights = run.parameter(rest[1]);
      if (!weights) return evaluate(run, rest[0], step, unit); // a projection that equal sizes make needless
      const values = run.row(rest[0], step, weights.rows);
      let sum = 0;
      for (let k = 0; k < weights.rows; k++) sum += values[k] * weights[k * weights.cols + unit];
      return sum;
    }
  }
  if (op === "softmax") return softmax(run, rest[0], step, unit);
  if (op in FUNCTIONS) return FUNCTIONS[op](evaluate(run, rest[0], step, unit));
  if (op in OPERATORS) return OPERATORS[op](rest.map((child) => evaluate(run, child, step, unit)));
  throw new Error(`unknown operation ${op} in an expression; allowed: ${Object.keys({ ...FUNCTIONS, ...OPERATORS })}`);
}

/** The one operation that looks at all units. */
function softmax(run, node, step, unit) {
  const values = run.row(node, step, run.widthOf(node));
  const largest = Math.max(...values);
  return Math.exp(values[unit] - largest) / values.reduce((sum, value) => sum + Math.exp(value - largest), 0);
}

/** Does any node of the tree satisfy the test? */
export function some(node, test) {
  return Array.isArray(node) && (test(node) || node.slice(1).some((child) => some(child, test)));
}

/** Every ["q", name, lag] in the tree, as {name, lag}, in order of appearance. */
export function quantitiesIn(node) {
  if (!Array.isArray(node)) return [];
  if (node[0] === "q") return [{ name: node[1], lag: node[2] }];
  return node.slice(1).flatMap(quantitiesIn);
}

/** Names of the parameters in the tree, each once. */
export function parametersIn(node) {
  const names = new Set();
  const walk = (n) => {
    if (!Array.isArray(n)) return;
    if (n[0] === "p") names.add(n[1]);
    if (n[0] === "@") names.add(n[2]);
    n.slice(1).forEach(walk);
  };
  walk(node);
  return [...names];
}

/** a + (b - c) as [[+1, a], [+1, b], [-1, c]]: the flat list of signed terms of a sum. */
export function summands(node, sign = 1) {
  if (node[0] === "+") return node.slice(1).flatMap((child) => summands(child, sign));
  if (node[0] === "-") return [...summands(node[1], sign), ...summands(node[2], -sign)];
  if (node[0] === "neg") return summands(node[1], -sign);
  return [[sign, node]];
}

/** a * (b * c) as [a, b, c]. */
export function factors(node) {
  return node[0] === "*" ? node.slice(1).flatMap(factors) : [node];
}

/** What a term is to a reader: where it comes from and, for products, which gate it passed. */
function describe(node) {
  const holds = (op) => some(node, (n) => n[0] === op);
  const read = quantitiesIn(node);
  const past = read.find((one) => one.lag > 0);
  if (holds("@")) {
    if (holds("x")) return { kind: read.length ? "plain" : "input" };
    const [source] = past ? [past] : read; // the layer below is read at this very step
    const gate = read.find((one) => one !== source && one.lag === 0);
    return { kind: "recurrent", source: source.name, lag: source.lag, gate: gate?.name };
  }
  if (holds("x")) return { kind: "input" };
  if (holds("p")) return read.length ? { kind: "peephole", source: read[0].name, lag: read[0].lag } : { kind: "bias" };
  if (!holds("*")) return { kind: "plain" }; // 1 - f of a coupled gate: a constant or a bare quantity
  return past ? { kind: "kept", source: past.name } : { kind: "written" };
}

/**
 * Split quantity q at (step, unit) into what made it.
 * mode "sum": value = squash(sum of the terms), squash null where there is none; "parts": the value is made of the terms
 * by a product, a quotient or a maximum. Each term: {value, node, sign, kind, ...}, kinds: input recurrent bias peephole
 * kept written plain factor.
 */
export function terms(run, q, step, unit) {
  const tree = run.expressions[q];
  const squash = tree[0] in FUNCTIONS || tree[0] === "softmax" ? tree[0] : null;
  const computed = evaluate(run, tree, step, unit);
  const parts = { "*": factors, "/": (node) => node.slice(1), max: (node) => node.slice(1) }[tree[0]];
  if (parts) {
    const list = parts(tree).map((node) => ({ kind: "factor", sign: 1, node, value: evaluate(run, node, step, unit) }));
    return { mode: "parts", squash, list, sum: null, computed };
  }
  const list = summands(squash ? tree[1] : tree).map(([sign, node]) => ({
    ...describe(node),
    sign,
    node,
    value: sign * evaluate(run, node, step, unit),
  }));
  return { mode: "sum", squash, list, sum: list.reduce((sum, term) => sum + term.value, 0), computed };
}

/**
 * What gate `g` does to the cell, read off the expressions: the other factor of the products it stands in.
 * [{into, inverted, factor}]: inverted when 1 - g multiplies; `into` is the quantity whose expression holds the product.
 */
export function roles(expressions, g) {
  const isGate = (n) => n[0] === "q" && n[1] === g && n[2] === 0;
  const isInverse = (n) => n[0] === "-" && n[1][0] === "const" && n[1][1] === 1 && isGate(n[2]);
  const found = [];
  const walk = (node, into) => {
    if (!Array.isArray(node)) return;
    if (node[0] === "*") {
      const list = factors(node);
      const at = list.findIndex((n) => isGate(n) || isInverse(n));
      if (at >= 0) {
        const rest = list.filter((_, k) => k !== at);
        found.push({ into, inverted: isInverse(list[at]), factor: rest.length === 1 ? rest[0] : ["*", ...rest] });
        rest.forEach((n) => walk(n, into));
        return;
      }
    }
    node.slice(1).forEach((child) => walk(child, into));
  };
  for (const [into, tree] of Object.entries(expressions)) walk(tree, into);
  return found;
}
