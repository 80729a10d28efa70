// The stage: puts the parts together, takes in what Python sends and tells Python where the visitor is.
//
// `show(component)` is called by the loader with the component's handle {data, parentElement, setStateValue, …} at the
// first mount and again whenever the data or the theme change; one stage lives as long as its parent element.

import * as card from "./card.js";
import { createChannel } from "./channel.js";
import { createClock } from "./clock.js";
import * as diagram from "./diagram.js";
import { el, mark, say, stylesheet } from "./dom.js";
import * as heatmaps from "./heatmaps.js";
import * as tip from "./hover.js";
import { paintHues, paperOf, themeOf } from "./hues.js";
import { listen } from "./keys.js";
import { measure } from "./layout.js";
import { createLink } from "./link.js";
import { decode } from "./payload.js";
import { loadPlotly } from "./plotly.js";
import * as still from "./still.js";
import { clamp, createStore, FIELD_NAMES } from "./store.js";
import * as tokens from "./tokens.js";
import * as transport from "./transport.js";
import * as tweak from "./tweak.js";

const stages = new WeakMap(); // parentElement -> stage

export function show(component) {
  const { parentElement: host } = component;
  let stage = stages.get(host);
  if (!stage) stages.set(host, (stage = createStage(host)));
  stage.receive(component);
  // A clean-up may belong to a superseded call: only a host that has left the page takes its stage with it.
  return () =>
    setTimeout(() => {
      if (host.isConnected) return;
      stage.close();
      stages.delete(host);
    });
}

function createStage(host) {
  const store = createStore();
  const channel = createChannel(store);
  const link = createLink(store, channel.navigate);
  store.clock = createClock(store);
  store.tweak = channel.tweak;
  store.busy = channel.busy;
  store.fail = fail;
  channel.onrest(link.rest);

  const parts = {};
  const part = (name, tag = "div") => (parts[name] = el(tag, { class: `sg-${name}` }));
  const live = el("div", { class: "sg-live", role: "status", "aria-live": "polite" });
  const trouble = el("div", { class: "sg-trouble", role: "alert", hidden: true });
  const body = el("div", { class: "sg-body" });
  const root = el("div", { class: "sg-stage", "data-testid": "stage", role: "region", hidden: true }, body, live, trouble);
  host.append(root);
  body.style.visibility = "hidden"; // until the rules are there: sizes measured before would be wrong
  stylesheet("stage.css", import.meta.url, root).then(() => {
    body.style.visibility = "";
    arrange();
    refresh(new Set(["geometry"]));
  });

  let views = [];
  let language = null;
  let bytes = null;
  let epoch = null;
  let spoken = "";
  let placed = false;
  let fresh = false; // the views are new: everything has changed for them

  const unlisten = listen(root, store);
  const unsubscribe = store.subscribe(refresh);
  const watcher = new ResizeObserver(arrange);
  watcher.observe(root);
  addEventListener("resize", arrange);

  function receive(component) {
    channel.attach(component);
    try {
      dress();
      if (!(component.data instanceof Uint8Array) || component.data === bytes) return;
      bytes = component.data;
      const data = decode(bytes);
      if (data.missing) return void channel.again(data.tweaks);
      mark(trouble, "hidden", true);
      mark(root, "hidden", data.static.empty);
      adopt(data);
      if (data.static.empty) return;
      loadPlotly(data.static.plotly).then(() => refresh(new Set()), fail);
      build();
      arrange();
      store.flush();
    } catch (error) {
      fail(error);
    }
  }

  /** Take in the numbers. The clocks stay where they are, unless Python means to move them (another epoch). A phase
   *  that a new cell does not have becomes the one at the same point of its step. */
  function adopt(data) {
    const { phases, quantities } = data.static;
    const moved = data.view.epoch !== epoch;
    epoch = data.view.epoch;
    const reached = store.phases.length > 1 ? store.phase / (store.phases.length - 1) : 0;
    const asked = phases.findIndex(({ id }) => id === (moved ? data.view.phase : store.phaseId));
    const chosen = moved ? data.view.selection && { ...data.view.selection, unit: data.view.selection.unit - 1 } : store.selection;
    const exists =
      chosen && quantities.some(({ name }) => name === chosen.q) && chosen.unit < (data.array(`now/${chosen.q}`)?.cols ?? 0) && chosen.step <= data.T;
    const news = ["run", "base", "seq", "link"].some((name) => data[name] !== store.data?.[name]);
    store.set({
      ...(news ? { data } : {}), // an answer to a report of the playhead brings no other numbers
      step: clamp(moved ? data.view.step : store.step, 1, data.T),
      phase: Math.max(0, asked >= 0 ? asked : Math.round(reached * (phases.length - 1))),
      selection: exists ? chosen : null,
      ...(news ? { hover: null } : {}),
      ...(moved || data.static.empty ? { playing: false } : {}),
    });
    channel.received(data, moved);
    link.received(data);
  }

  /** Theme and colours: from the page's own background, which Streamlit's theme has painted. */
  function dress() {
    const paper = paperOf(host);
    const theme = themeOf(paper);
    store.set({ theme });
    mark(root, "data-theme", theme);
    if (store.data) paintHues(root, store.data.static.colours, theme, paper);
  }

  /** Make the views; anew in another language, since every sentence changes. */
  function build() {
    const { lang } = store.data.static;
    dress();
    if (language === lang) return;
    language = lang;
    mark(root, "lang", lang === "zh" ? "zh-Hans" : lang);
    mark(root, "aria-label", store.text("stage"));
    body.replaceChildren(
      el("div", { class: "sg-top" }, part("diagram", "section"), part("card", "section"), part("still", "section")),
      part("transport"),
      el("div", { class: "sg-bottom" }, part("time", "section"), part("tray", "aside")),
    );
    const modules = { diagram, card, still, transport, time: [tokens, heatmaps], tray: tweak };
    views = [];
    for (const [name, module] of Object.entries(modules)) {
      for (const { create } of [module].flat()) {
        try {
          views.push(create(parts[name], store));
        } catch (error) {
          fail(error);
        }
      }
    }
    views.push(tip.create(body, store));
    fresh = true;
  }

  function arrange() {
    if (!store.T || !root.clientWidth) return;
    if (!placed) {
      placed = true; // sliders are there from the start wherever they do not cover the picture
      store.set({ tray: measure(root, store).layout !== "phone" });
    }
    const { layout, size, geometry } = measure(root, store);
    mark(root, "data-layout", layout);
    mark(root, "data-size", size);
    mark(root, "data-snug", root.clientWidth < 1260);
    mark(root, "data-low", geometry.row < 44);
    mark(root, "data-ruled", geometry.row / store.H >= 6);
    for (const name of ["column", "row", "gap", "label", "tray", "content", "top"]) {
      root.style.setProperty(`--sg-${name}`, `${geometry[name]}px`);
    }
    root.style.setProperty("--sg-cell", `${geometry.row / store.H}px`);
    store.set({ layout, geometry });
  }

  function refresh(names) {
    const changed = fresh ? new Set(FIELD_NAMES) : names;
    if (!store.T || !views.length) return;
    fresh = false;
    store.clock.changed(changed);
    channel.changed(changed);
    if (changed.has("tray")) arrange();
    mark(parts.diagram, "hidden", store.still);
    mark(parts.card, "hidden", store.still);
    mark(parts.still, "hidden", !store.still);
    mark(parts.tray, "hidden", !store.tray);
    const drawing = [];
    for (const view of views) {
      try {
        drawing.push(view.update(changed));
      } catch (error) {
        fail(error);
      }
    }
    if (["step", "geometry", "data"].some((name) => changed.has(name))) keepInView();
    root.dataset.step = store.step;
    root.dataset.phase = store.phaseId;
    root.dataset.playing = String(store.playing);
    announce();
    const { run } = store.data;
    Promise.all(drawing).then(() => window.Plotly && store.data?.run === run && (root.dataset.run = run), fail);
  }

  /** Where the columns scroll, the present one stays in sight. */
  function keepInView() {
    const { geometry, step } = store;
    if (!geometry?.scrolls) return;
    const room = parts.time.clientWidth - geometry.label;
    const left = (step - 1) * geometry.column;
    const margin = Math.min(room / 4, Math.max(90, 2 * geometry.column)); // a look ahead
    const from = parts.time.scrollLeft;
    const to = clamp(from, left + geometry.column + margin - room, Math.max(0, left - margin));
    if (to !== from) parts.time.scrollLeft = to;
  }

  /** The live region: every place at rest; while playing only the time steps, or it would never come to an end. */
  function announce() {
    const { step, T, phase, phases, playing } = store;
    const values = { step, T, token: store.token(step)?.text ?? "", phase: phase + 1, P: phases.length, title: phases[phase]?.title ?? "" };
    const sentence = store.text(playing ? "live_playing" : "live", values);
    if (sentence === spoken) return;
    spoken = sentence;
    say(live, sentence);
  }

  function fail(error) {
    console.error(error);
    mark(root, "hidden", false);
    mark(trouble, "hidden", false);
    say(trouble, store.data ? store.text("trouble", { message: error.message }) : error.message);
  }

  return {
    receive,
    close() {
      unlisten();
      unsubscribe();
      watcher.disconnect();
      removeEventListener("resize", arrange);
      link.close();
      store.clock.stop();
      store.set({ playing: false });
      root.remove();
    },
  };
}
