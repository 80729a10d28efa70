// What Python sends: one value of bytes = uint32 length of the header | JSON header | padding to 8 | little-endian float32.
// The part that a tweak cannot change (texts, equations, the untouched run) arrives once per `base` and is kept here.

const KEPT = 4;
const kept = new Map(); // base digest -> {static, array(name)}: shared by all stages of the page, newest last

/** The bytes as an object, or {missing, tweaks} where they lean on a static part that this page no longer holds.
 *
 *  {run, base, seq, link, push, view, tweaks, readout, scale, static, T, H, D, has(name), array(name), names(prefix)}
 *  `array(name)` is a Float32Array (row-major) with `.rows` and `.cols`; names as Python spells them: "now/f", "base/f",
 *  "x", "w/W_xf". */
export function decode(bytes) {
  const own = bytes.slice(); // the received view is not aligned for float32
  const length = new DataView(own.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(own.subarray(4, 4 + length)));
  const start = Math.ceil((4 + length) / 8) * 8;
  const arrays = new Map();
  for (const [name, [offset, rows, cols]] of Object.entries(header.arrays)) {
    const values = new Float32Array(own.buffer, start + 4 * offset, rows * cols);
    arrays.set(name, Object.assign(values, { rows, cols }));
  }
  if (header.static) keep(header.base, { static: header.static, arrays });
  const base = kept.get(header.base);
  if (!base) return { missing: true, tweaks: header.tweaks };
  keep(header.base, base);
  const { T, H, D } = base.static;
  // What a tweak made holds for its own payload only, even if that payload brought the static part.
  const array = (name) => arrays.get(name) ?? (/^(now|changed)\//.test(name) ? undefined : base.arrays.get(name));
  return {
    ...header,
    static: base.static,
    scale: { ...base.static.scale, ...header.scale },
    T,
    H,
    D,
    array,
    has: (name) => array(name) !== undefined,
    names: (prefix) => [...new Set([...arrays.keys(), ...base.arrays.keys()])].filter((name) => name.startsWith(prefix)),
  };
}

function keep(digest, part) {
  kept.delete(digest);
  kept.set(digest, part);
  while (kept.size > KEPT) kept.delete(kept.keys().next().value);
}
