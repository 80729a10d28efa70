// The tokens, each exactly above its heatmap column, and under each what a trained model thinks after reading it.

import { el, mark, say } from "./dom.js";
import { percent } from "./format.js";
import { clamp } from "./store.js";

const PADDING = 22; // px a token's pill adds to its text

/** Which cell of several is shown, and what that means for the order of the tokens; "" where there is only one. */
export function placeOf(store, length = "") {
  const { place } = store.data.static;
  if (!place) return "";
  const layer = place.layers > 1 ? store.text("place_layer", place) : "";
  return [layer, place.backward ? store.text(`place_backward${length}`) : ""].filter(Boolean).join(" · ");
}

export function create(parent, store) {
  const corner = el("div", { class: "sg-corner", "aria-hidden": "true" });
  const track = el("div", { class: "sg-track", role: "group", "aria-label": store.text("tokens") });
  const labels = el("div", { class: "sg-thinks" });
  const bars = el("div", { class: "sg-track", role: "img" });
  const readout = el("div", { class: "sg-line sg-readout" }, labels, bars);
  parent.append(el("div", { class: "sg-line sg-tokens" }, corner, track), readout);
  track.addEventListener("click", (event) => {
    const token = event.target.closest(".sg-token");
    if (token) store.seek(Number(token.dataset.step));
  });
  track.addEventListener("pointerover", (event) => point(event.target.closest(".sg-token")));
  track.addEventListener("pointerleave", () => point(null));

  let tokens = [];
  let cells = [];
  let pointed = null;
  let shown = { base: null, step: 0, run: null, column: 0 };

  function point(token) {
    if (token === pointed) return;
    pointed?.classList.remove("sg-pointed");
    token?.classList.add("sg-pointed");
    pointed = token;
  }

  function build() {
    const { T, D, H, data } = store;
    say(corner, [store.text("size", { T, H, D }), placeOf(store, "_short")].filter(Boolean).join("\n"));
    tokens = data.static.tokens.map(({ text, known }, k) => {
      const name = store.text(known ? "token" : "token_unknown", { step: k + 1, token: text });
      return el(
        "button",
        {
          class: known ? "sg-token" : "sg-token sg-unknown",
          type: "button",
          style: `--k:${k}`,
          "data-testid": "token",
          "data-step": k + 1,
          "aria-label": name,
          title: name,
          tabindex: -1,
        },
        el("bdi", { class: "sg-word" }, text),
      );
    });
    track.replaceChildren(...tokens);
    const { low, high } = data.static.readout_labels ?? {};
    labels.replaceChildren(
      el("span", { class: "sg-words" }, store.text("readout")),
      el("span", { class: "sg-ends" }, el("span", {}, high ?? ""), el("span", {}, low ?? "")),
    );
    readout.hidden = !data.readout;
    cells = data.readout
      ? tokens.map((_, k) =>
          el("div", { class: "sg-think", style: `--k:${k}` }, el("i", { class: "sg-was" }), el("i", { class: "sg-bar" }), el("b", {})),
        )
      : [];
    bars.replaceChildren(...cells);
    shown = { base: data.base, step: 0, run: null, column: 0 };
  }

  /** Labels that find no room are left out, at even distances, so that those that stay can be read. */
  function thin() {
    const { column, widths, content, font } = store.geometry;
    const wide = [...widths].sort((a, b) => a - b)[Math.floor(widths.length * 0.8)] + 8;
    const every = column >= 24 || column >= wide ? 1 : Math.ceil(Math.min(wide, 48) / column);
    tokens.forEach((token, k) => {
      mark(token, "data-thin", k % every !== 0);
      token.style.setProperty("--room", `${column * every - 4}px`);
      token.style.setProperty("--size", `${clamp((font * (column - 10)) / widths[k], 11.5, font)}px`);
      // The current token is written in full: how far its pill must move to stay inside the track.
      const over = (widths[k] + PADDING - column) / 2;
      const left = over - k * column;
      const right = over - (content - (k + 1) * column);
      token.style.setProperty("--shift", `${Math.max(0, left) - Math.max(0, right)}px`);
    });
    mark(parent, "data-narrow", column < 34);
    shown.column = column;
  }

  function walk() {
    const from = Math.min(shown.step, store.step);
    const to = Math.max(shown.step, store.step);
    for (let step = shown.step ? from : 1; step <= (shown.step ? to : store.T); step++) {
      const token = tokens[step - 1];
      const now = step === store.step;
      mark(token, "data-when", now ? "now" : step < store.step ? "past" : "future");
      mark(token, "aria-current", now ? "step" : null);
      token.tabIndex = now ? 0 : -1;
      if (now && track.contains(track.getRootNode().activeElement)) token.focus({ preventScroll: true });
    }
    shown.step = store.step;
  }

  function think() {
    const { readout: thoughts, run, static: fixed } = store.data;
    const { now, base } = thoughts;
    const values = store.show === "before" ? base : now;
    const tweaked = store.show !== "before" && now.some((value, k) => Math.abs(value - base[k]) > 0.0005);
    cells.forEach((cell, k) => {
      const [was, bar, number] = cell.children;
      mark(bar, "hidden", values[k] === null); // a run that overflowed has no verdict
      bar.style.transform = `scaleY(${2 * values[k] - 1})`;
      was.style.transform = `translateY(${(0.5 - base[k]) * 100}%)`;
      was.hidden = !tweaked;
      const value = store.show === "difference" ? (now[k] - base[k]) * 100 : null;
      say(number, value === null ? percent(values[k]) : `${value < -0.5 ? "−" : value >= 0.5 ? "+" : ""}${Math.round(Math.abs(value))}`);
    });
    shown.run = run;
    mark(bars, "aria-label", store.text("readout_label", { label: fixed.readout_labels?.high ?? "" }));
  }

  function reveal() {
    cells.forEach((cell, k) => mark(cell, "data-shown", store.finished(k + 1)));
    const step = store.finished(store.step) ? store.step : store.step - 1;
    const { readout: thoughts, static: fixed } = store.data;
    const value = step && (store.show === "before" ? thoughts.base : thoughts.now)[step - 1];
    const sentence = step
      ? store.text("readout_now", { label: fixed.readout_labels?.high ?? "", percent: percent(value), token: store.token(step).text })
      : "";
    mark(labels, "title", sentence || null);
  }

  return {
    update(changed) {
      if (!store.T) return;
      if (changed.has("data") && shown.base !== store.data.base) build();
      if (store.geometry && (changed.has("geometry") || !shown.column)) thin();
      if (shown.step !== store.step) walk();
      if (store.data.readout) {
        if (shown.run !== store.data.run || changed.has("show")) think();
        reveal();
      }
    },
  };
}
