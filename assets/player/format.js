// Numbers as people read them: a real minus sign, a fixed number of digits, no "-0.00".

const HUGE = 1e6; // from here on digits behind the point mean nothing, and those before it take too much room

/** `fixed(-0.12345, 4)` is "−0.1235". */
export function fixed(value, digits = 4) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  if (Math.abs(value) >= HUGE) return value.toExponential(2).replace("e+", "e").replace(/^-/, "−"); // 1.23e9
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** With its sign always: "+0.86", "−0.17", "0.00". */
export function signed(value, digits = 2) {
  const text = fixed(value, digits);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** 0.836 is "84%". */
export function percent(value) {
  return Number.isFinite(value) ? `${Math.round(value * 100)}%` : "–";
}

/** The shortest exact-looking form of a scale's end: 1, −1, 0.25, 3. */
export function short(value) {
  return fixed(value, 2).replace(/\.?0+(?=e|$)/, "");
}

/** The next rounder number at or above a positive one: 1, 2, 2.5 or 5 times a power of ten. */
export function rounder(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const factor of [1, 2, 2.5, 5, 10]) if (value <= factor * power * (1 + 1e-9)) return factor * power;
  return 10 * power;
}

/** Put values into the places of a sentence: `place("step {step}", {step: 3})`. An unknown place stays as it is. */
export function place(sentence, values = {}) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
