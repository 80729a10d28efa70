/** What a tweak did to the run: where it first shows, and what became of the readout. Pure functions of a payload. */

export const VISIBLE = 0.01; // smaller differences cannot be seen in a picture

/** {q, step, unit} of the first difference above `VISIBLE`, steps from 1, in the order of computation; null for none. */
export function firstDifference(data) {
  const names = data.static.phases.flatMap((phase) => phase.quantities);
  const pairs = names.map((q) => [q, data.array(`now/${q}`), data.array(`base/${q}`)]).filter(([, now]) => now);
  for (let step = 1; step <= data.T; step++) {
    for (const [q, now, base] of pairs) {
      const start = (step - 1) * now.cols;
      for (let unit = 0; unit < now.cols; unit++) {
        if (Math.abs(now[start + unit] - base[start + unit]) > VISIBLE) return { q, step, unit };
      }
    }
  }
  return null;
}

/** The readout after the last token, {before, after}; null for a cell that was trained for nothing. */
export function lastReadout({ readout }) {
  if (!readout?.now.length) return null;
  return { before: readout.base.at(-1), after: readout.now.at(-1) };
}
