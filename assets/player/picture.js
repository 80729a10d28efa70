// A picture of the workbench that can be walked through: a Plotly figure that Python described for both themes, with the
// words of its rows around it. A row that leads somewhere is one button as a whole, since bars can be thin.
//
// The message is JSON: { label, run, light, dark, narrow, lines, notes, colours, plotly }. `narrow` is laid over the layout
// where there is little room. Line k, when pressed, sends k as "go". Words are markup of which <i>, <b> and <sub> count.

import { el, mark, stylesheet } from "./dom.js";
import { paintHues, paperOf, themeOf } from "./hues.js";
import { loadPlotly } from "./plotly.js";

const NARROW = 560; // px

const pictures = new WeakMap(); // parentElement -> picture

export function show(component) {
  const { parentElement: host } = component;
  let picture = pictures.get(host);
  if (!picture) pictures.set(host, (picture = createPicture(host)));
  picture.receive(component);
  // A clean-up may belong to a superseded call: only a host that has left the page takes its picture with it.
  return () =>
    setTimeout(() => {
      if (host.isConnected) return;
      picture.close();
      pictures.delete(host);
    });
}

function createPicture(host) {
  const plot = el("div", { "aria-hidden": "true" });
  const lines = el("div", {});
  const notes = el("div", { "aria-hidden": "true" });
  const root = el("div", { class: "sg-picture", "data-testid": "picture", role: "group" }, plot, notes, lines);
  host.append(root);
  const ready = stylesheet("picture.css", import.meta.url, root);

  let bytes = null;
  let message = null;
  let send = () => {};
  let drawn = "";

  const watcher = new ResizeObserver(() => draw());
  watcher.observe(root);

  function receive(component) {
    send = component.setTriggerValue;
    if (component.data instanceof Uint8Array && component.data !== bytes) {
      bytes = component.data;
      message = JSON.parse(new TextDecoder().decode(bytes));
      root.style.height = `${message.light.layout.height}px`; // at once, so that nothing below has to move later
      write();
    }
    if (!message) return;
    draw();
    Promise.all([ready, loadPlotly(message.plotly)]).then(draw, (error) => {
      plot.textContent = error.message;
    });
  }

  function draw() {
    const width = root.clientWidth;
    if (!message || !window.Plotly || !root.isConnected || width < 50) return;
    const paper = paperOf(host);
    const theme = themeOf(paper);
    const key = [message.run, theme, width].join("|");
    if (key === drawn) return;
    drawn = key;
    const { data, layout } = message[theme];
    const clear = "rgba(0,0,0,0)"; // the page shows through, whatever its background
    const merged = { ...layout, width, autosize: false, paper_bgcolor: clear, plot_bgcolor: clear };
    if (width < NARROW) for (const [name, part] of Object.entries(message.narrow)) merged[name] = { ...layout[name], ...part };
    merged.font = { ...merged.font, family: getComputedStyle(root).fontFamily };
    paintHues(root, message.colours, theme, paper);
    root.style.setProperty("--left", `${merged.margin.l}px`);
    root.style.setProperty("--right", `${merged.margin.r}px`);
    mark(root, "data-theme", theme);
    mark(root, "data-narrow", width < NARROW);
    window.Plotly.react(plot, data, merged, { staticPlot: true, displayModeBar: false, showSendToCloud: false });
    mark(root, "data-drawn", message.run);
  }

  /** The words. A line that had the focus keeps it where the next picture has a button there too. */
  function write() {
    mark(root, "aria-label", message.label);
    const focused = [...lines.children].indexOf(document.activeElement);
    lines.replaceChildren(...message.lines.map(line));
    notes.replaceChildren(
      ...message.notes.map(({ top, text, role, middle }) =>
        el("div", { class: "sg-picture-note", "data-middle": middle, style: `top:${top}px;${ink(role)}` }, el("span", {}, ...rich(text))),
      ),
    );
    lines.children[focused]?.focus({ preventScroll: true });
  }

  function line({ top, height, label, value, role, strong, leads, spoken }, k) {
    return el(
      leads ? "button" : "div",
      {
        class: "sg-picture-line",
        type: leads ? "button" : null,
        "data-testid": leads ? "picture-row" : null,
        "data-strong": strong,
        "aria-label": leads ? spoken : null,
        style: `top:${top}px;height:${height}px;${ink(role)}`,
        onclick: leads ? () => send("go", k) : null,
      },
      el("span", { class: "sg-picture-label" }, ...rich(label)),
      el("span", { class: "sg-picture-value" }, value),
    );
  }

  function close() {
    watcher.disconnect();
    if (window.Plotly) window.Plotly.purge(plot);
    root.remove();
  }

  return { receive, close };
}

const ink = (role) => (role ? `--own:var(--ink-${role})` : "");

/** Our markup as nodes: text, and the three elements that it uses. Whatever else there may be is only its text. */
function rich(markup) {
  const copy = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return [node.data];
    const inside = [...node.childNodes].flatMap(copy);
    return ["I", "B", "SUB"].includes(node.nodeName) ? [el(node.nodeName.toLowerCase(), {}, ...inside)] : inside;
  };
  return [...new DOMParser().parseFromString(markup, "text/html").body.childNodes].flatMap(copy);
}
