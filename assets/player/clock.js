// Two clocks, the time step and the phase, and the hand that moves them: by a key, a button, or by itself while playing.
// Playing runs on animation frames in the browser alone.

const DWELL = { phase: 1300, step: 900 }; // ms at speed 1
const PAUSE = 500; // longer at the end of a time step, before the next token is read
const LONGEST = 120; // ms a single frame may count: a hidden tab must not leap over phases when it comes back

export function createClock(store) {
  const painters = new Set();
  let frame = 0;
  let before = 0;
  let spent = 0;

  const ends = () => ({ last: store.phases.length - 1, T: store.T });

  function dwell() {
    const late = store.granularity === "phase" && store.phase === store.phases.length - 1 ? PAUSE : 0;
    return (DWELL[store.granularity] + late) / store.speed;
  }

  function forward() {
    const { last, T } = ends();
    if (store.granularity === "phase" && store.phase < last) store.set({ phase: store.phase + 1 });
    else if (store.step < T) store.set({ step: store.step + 1, phase: store.granularity === "phase" ? 0 : store.phase });
    else return false;
    return true;
  }

  function backward() {
    const { last } = ends();
    if (store.granularity === "phase" && store.phase > 0) store.set({ phase: store.phase - 1 });
    else if (store.step > 1) store.set({ step: store.step - 1, phase: store.granularity === "phase" ? last : store.phase });
  }

  function tick(now) {
    frame = 0;
    if (!store.playing) return;
    spent += Math.min(now - before, LONGEST);
    before = now;
    if (spent >= dwell()) {
      spent = 0;
      if (!forward()) store.set({ playing: false });
    }
    paint();
    frame = requestAnimationFrame(tick);
  }

  function paint() {
    const progress = store.playing ? Math.min(1, spent / dwell()) : 0;
    for (const painter of painters) painter(progress);
  }

  return {
    /** Start or stop; from the very end it starts over. */
    toggle() {
      if (store.playing) return store.set({ playing: false });
      const { last, T } = ends();
      const over = store.step === T && (store.phase === last || store.granularity === "step");
      if (over) store.set({ step: 1, phase: store.granularity === "phase" ? 0 : store.phase });
      spent = 0;
      store.set({ playing: T > 0 });
    },

    next() {
      store.set({ playing: false });
      forward();
    },

    previous() {
      store.set({ playing: false });
      backward();
    },

    first() {
      store.seek(1, store.granularity === "phase" ? 0 : store.phase);
    },

    last() {
      store.seek(store.T, store.phases.length - 1);
    },

    /** A whole time step, the phase kept. */
    leap(direction) {
      store.seek(store.step + direction);
    },

    /** What one move is. Moving by whole steps shows every step to its end. */
    grain(granularity) {
      store.set(granularity === "step" ? { granularity, phase: store.phases.length - 1 } : { granularity });
    },

    /** Call `painter(progress)` in every frame while playing: 0…1 of the time spent at the present place. */
    onframe: (painter) => painters.add(painter),

    changed(names) {
      if (!names.has("playing")) return;
      before = performance.now();
      if (store.playing && !frame) frame = requestAnimationFrame(tick);
      if (!store.playing) paint();
    },

    stop() {
      cancelAnimationFrame(frame);
    },
  };
}
