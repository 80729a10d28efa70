// The bar that moves the clocks: buttons, the phases in their colours, what one move is, the scrubber, the speed;
// and the two switches of the stage itself, the still view and the tweak tray.

import { el, mark, say, svg } from "./dom.js";

const SHAPES = {
  first: "M6 5v14M19 5.5 9.5 12l9.5 6.5z",
  previous: "M17 5.5 7.5 12l9.5 6.5z",
  play: "M8 4.5 19.5 12 8 19.5z",
  pause: "M8 5h3v14H8zM14 5h3v14h-3z",
  next: "M7 5.5 16.5 12 7 18.5z",
  last: "M18 5v14M5 5.5 14.5 12 5 18.5z",
  still: "M4 5h6.5v6H4zM13.5 5H20v6h-6.5zM4 14h6.5v6H4zM13.5 14H20v6h-6.5z",
  tray: "M5 4v9M5 17v3M12 4v3M12 11v9M19 4v10M19 18v2M3 15h4M10 9h4M17 16h4",
};
const SPEEDS = [0.5, 1, 2, 4];

function icon(shape) {
  return svg("svg", { viewBox: "0 0 24 24", class: "sg-icon", "aria-hidden": "true" }, svg("path", { d: SHAPES[shape] }));
}

export function create(parent, store) {
  const { clock } = store;

  const button = (name, act, key) =>
    el(
      "button",
      { class: `sg-button sg-${name}`, type: "button", "data-testid": name, "aria-label": store.text(name),
        title: `${store.text(name)} (${key})`, onclick: act },
      icon(name),
    );
  const play = button("play", () => clock.toggle(), store.text("space"));
  const buttons = el(
    "div",
    { class: "sg-buttons", role: "group", "aria-label": store.text("transport") },
    button("first", () => clock.first(), "Home"),
    button("previous", () => clock.previous(), "←"),
    play,
    button("next", () => clock.next(), "→"),
    button("last", () => clock.last(), "End"),
  );
  const phases = el("div", { class: "sg-segments sg-phases", role: "group", "aria-label": store.text("phases") });
  const grain = el(
    "div",
    { class: "sg-segments sg-grain", role: "group", "aria-label": store.text("granularity") },
    ...["phase", "step"].map((name) =>
      el("button", { class: "sg-segment", type: "button", "data-testid": `by-${name}`, "data-grain": name,
        title: store.text(`by_${name}_note`), onclick: () => clock.grain(name) }, store.text(`by_${name}`)),
    ),
  );

  const fill = el("div", { class: "sg-fill" });
  const slider = el("input", { type: "range", class: "sg-slider", min: 0, step: 1, "data-testid": "scrubber",
    "aria-label": store.text("scrubber") });
  const scrubber = el("div", { class: "sg-scrubber" }, el("div", { class: "sg-rail" }, fill), slider);
  slider.addEventListener("input", () => {
    const place = Number(slider.value);
    if (store.granularity === "step") store.seek(place + 1);
    else store.seek(Math.floor(place / store.phases.length) + 1, place % store.phases.length);
  });

  const place = el("div", { class: "sg-place" });
  const speed = el(
    "select",
    { class: "sg-speed", "data-testid": "speed", "aria-label": store.text("speed"), title: store.text("speed"),
      onchange: (event) => store.set({ speed: Number(event.target.value) }) },
    ...SPEEDS.map((value) => el("option", { value, selected: value === 1 }, `${value === 0.5 ? "½" : value}×`)),
  );
  const toggle = (field) =>
    el("button", { class: "sg-toggle", type: "button", "data-testid": field, "aria-pressed": "false",
      "aria-label": store.text(field), title: store.text(`${field}_note`), onclick: () => store.set({ [field]: !store[field] }) },
    icon(field), el("span", {}, store.text(field)));
  const still = toggle("still");
  const tray = toggle("tray");
  parent.append(buttons, phases, scrubber, place, grain, speed, el("div", { class: "sg-switches" }, still, tray));

  let segments = [];
  let built = null;
  const count = () => (store.granularity === "step" ? store.T : store.T * store.phases.length);
  const position = () => (store.granularity === "step" ? store.step - 1 : (store.step - 1) * store.phases.length + store.phase);

  function build() {
    segments = store.phases.map(({ id, title, quantities }, k) => {
      const role = store.quantity(quantities[0])?.role ?? "h";
      return el(
        "button",
        { class: "sg-segment", type: "button", "data-testid": "phase", "data-phase": id, title, "aria-label": title,
          style: `--fill:var(--fill-${role});--onfill:var(--onfill-${role})`, onclick: () => store.seek(store.step, k) },
        store.data.static.strings[`phase.${id}`] ?? title, // one word where the catalogue has one
      );
    });
    phases.replaceChildren(...segments);
    mark(phases, "hidden", segments.length < 2);
    mark(grain, "hidden", segments.length < 2);
    built = store.data.base;
  }

  function slide(progress) {
    const share = count() > 1 ? Math.min(1, (position() + progress) / (count() - 1)) : 1;
    fill.style.transform = `scaleX(${share})`;
  }
  clock.onframe(slide);

  return {
    update(changed) {
      if (!store.T) return;
      if (built !== store.data.base) build();
      segments.forEach((segment, k) => mark(segment, "aria-pressed", k === store.phase ? "true" : "false"));
      for (const segment of grain.children) mark(segment, "aria-pressed", segment.dataset.grain === store.granularity ? "true" : "false");
      mark(slider, "max", count() - 1);
      if (Number(slider.value) !== position()) slider.value = position();
      mark(slider, "aria-valuetext", store.text("place", placeValues()));
      say(place, store.text("place_short", placeValues()));
      slide(0);
      if (changed.has("playing") || !play.dataset.shape) {
        const shape = store.playing ? "pause" : "play";
        play.dataset.shape = shape;
        play.replaceChildren(icon(shape));
        mark(play, "aria-label", store.text(shape));
        mark(play, "title", `${store.text(shape)} (${store.text("space")})`);
      }
      if (Number(speed.value) !== store.speed) speed.value = store.speed;
      mark(still, "aria-pressed", String(store.still));
      mark(tray, "aria-pressed", String(store.tray));
    },
  };

  function placeValues() {
    const { step, T, phases: all, phase } = store;
    return { step, T, phase: phase + 1, P: all.length, title: all[phase]?.title ?? "", token: store.token(step)?.text ?? "" };
  }
}
