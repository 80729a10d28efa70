// The address bar. Python writes the link of a scene; the stage puts it into the history and keeps its own part of it,
// the place (step, phase, selection), up to date. Parameters that are not a scene's (`embed`, …) are left alone.

const PLACE = ["step", "phase", "sel"];
const CHOICES = ["own", "options", "update", "layers", "direction", "shown"];
const LOOKS = ["grouping", "panel", "compare", "lang"];
const OURS = ["lesson", "cell", ...CHOICES, "text", "mode", "units", "seed", ...PLACE, ...LOOKS, "tweaks", "elsewhere"];
const READABLE = /%(2C|2F|3A|3B|3D|40|21|28|29|5B|5D|7E)/gi; // what URLSearchParams spells out and no address needs to

export function createLink(store, navigate) {
  let scene = null; // the last link without its place, as Python wrote it

  function write(parameters, push) {
    const url = new URL(location.href);
    for (const name of OURS) url.searchParams.delete(name);
    for (const [name, value] of parameters) url.searchParams.append(name, value);
    url.search = url.search.replace(READABLE, decodeURIComponent);
    if (url.href === location.href) return;
    // Streamlit keeps nothing of its own in history.state, but a later version may.
    if (push) history.pushState(history.state, "", url);
    else history.replaceState(history.state, "", url);
  }

  function placed(parameters) {
    const { selection } = store;
    for (const name of PLACE) parameters.delete(name);
    parameters.set("step", store.step);
    parameters.set("phase", store.phaseId);
    if (selection) parameters.set("sel", `${selection.q}.${selection.unit + 1}.${selection.step}`);
    return parameters;
  }

  function without(link) {
    const parameters = new URLSearchParams(link);
    for (const name of PLACE) parameters.delete(name);
    return parameters.toString();
  }

  function back() {
    const parameters = new URLSearchParams(location.search);
    for (const name of [...parameters.keys()]) if (!OURS.includes(name)) parameters.delete(name);
    if (without(parameters) === scene) return; // an anchor on the page, or a place: nothing to compute
    scene = without(parameters);
    navigate(parameters.toString());
  }

  addEventListener("popstate", back);

  return {
    /** A payload has arrived; a scene already on the bar is not pushed again. */
    received(data) {
      const next = without(data.link);
      const push = data.push && scene !== null && next !== scene;
      scene = next;
      write(placed(new URLSearchParams(data.link)), push);
    },

    /** The playhead or the selection came to rest. */
    rest() {
      if (scene !== null) write(placed(new URLSearchParams(scene)), false);
    },

    close: () => removeEventListener("popstate", back),
  };
}
