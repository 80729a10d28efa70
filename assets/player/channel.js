// Messages from the stage to Python. Each one makes Python run, so they are few: the playhead when it rests, the tweaks
// while a slider moves (one under way, the newest wins), and the browser's Back and Forward. Playing sends nothing.

const REST = 150; // ms of quiet before a place is told
const PATIENCE = 2000; // ms after which an unanswered tweak no longer holds back the next one

export function createChannel(store) {
  let component = null;
  let seq = 0;
  let flight = 0; // seq of the tweak under way, 0 for none
  let waiting = null;
  let timer = 0;
  let told = "";
  let quiet = 0;
  let epoch = 0;
  const resting = new Set();

  function place() {
    const { selection } = store;
    return {
      step: store.step,
      phase: store.phaseId,
      selection: selection && { q: selection.q, unit: selection.unit + 1, step: selection.step },
      epoch,
    };
  }

  function send() {
    const { tweaks, commit } = waiting;
    waiting = null;
    seq += 1;
    flight = seq;
    timer = setTimeout(land, PATIENCE);
    component.setStateValue("tweak", { seq, base: store.data?.base ?? null, tweaks, commit });
  }

  function land() {
    clearTimeout(timer);
    flight = 0;
    if (waiting) send();
  }

  function rest() {
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      if (store.playing || !store.data) return;
      const now = JSON.stringify(place());
      if (now === told) return;
      told = now;
      for (const listener of resting) listener();
      component.setStateValue("rest", place());
    }, REST);
  }

  return {
    /** The component's newest handle. */
    attach(latest) {
      component = latest;
    },

    /** A payload has been taken in: `adopted` says that the place in it is now ours, so there is nothing to tell. */
    received(data, adopted) {
      seq = Math.max(seq, data.seq);
      epoch = data.view.epoch;
      if (adopted) told = JSON.stringify(place());
      if (flight && data.seq >= flight) land();
    },

    /** The fields that changed, each frame. */
    changed(names) {
      if (["step", "phase", "selection", "playing"].some((name) => names.has(name))) rest();
    },

    /** Ask for a run with these tweaks (all of them, in the form of the payload's `tweaks`); `commit` on release. */
    tweak(tweaks, commit) {
      waiting = { tweaks, commit: commit || (waiting?.commit ?? false) };
      if (!flight) send();
    },

    /** Is a tweak under way or waiting? Until it has been answered the visitor is ahead of the payloads. */
    busy: () => flight > 0 || waiting !== null,

    /** Ask for the whole payload: the page no longer has the static part that the last one leans on. */
    again(tweaks) {
      seq += 1;
      component.setStateValue("tweak", { seq, base: null, tweaks, commit: false });
    },

    /** The browser went back or forward to another scene. */
    navigate(query) {
      told = "";
      component.setTriggerValue("navigate", query);
    },

    /** Call `listener()` whenever the playhead has come to rest at a new place. */
    onrest: (listener) => resting.add(listener),
  };
}
