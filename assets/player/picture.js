// A picture of the workbench that can be walked through: a Plotly figure that Python described for both themes, and over
// it one button for each row that leads somewhere. Whole rows are buttons, since bars can be thin.
//
// The message is JSON: { label, run, light, dark, narrow, targets: [{ top, height, label }], plotly }. `narrow` is laid
// over the layout where there is little room. The k-th target, when pressed, sends k as "go".

import { el, mark, stylesheet } from "./dom.js";
import { paperOf, themeOf } from "./hues.js";
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
  const rows = el("div", { class: "sg-picture-rows" });
  const root = el("div", { class: "sg-picture", "data-testid": "picture", role: "group" }, plot, rows);
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
      buttons();
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
    const theme = themeOf(paperOf(host));
    const key = [message.run, theme, width].join("|");
    if (key === drawn) return;
    drawn = key;
    const { data, layout } = message[theme];
    const clear = "rgba(0,0,0,0)"; // the page shows through, whatever its background
    const merged = { ...layout, width, autosize: false, paper_bgcolor: clear, plot_bgcolor: clear };
    if (width < NARROW) for (const [name, part] of Object.entries(message.narrow)) merged[name] = { ...layout[name], ...part };
    merged.font = { ...merged.font, family: getComputedStyle(root).fontFamily };
    window.Plotly.react(plot, data, merged, { staticPlot: true, displayModeBar: false, showSendToCloud: false });
    mark(root, "data-theme", theme);
    mark(root, "data-drawn", message.run);
  }

  /** The rows as buttons; the one with the focus keeps it where the next picture has a row there too. */
  function buttons() {
    mark(root, "aria-label", message.label);
    const focused = [...rows.children].indexOf(document.activeElement);
    rows.replaceChildren(
      ...message.targets.map(({ top, height, label }, k) =>
        el("button", {
          type: "button",
          class: "sg-picture-row",
          "data-testid": "picture-row",
          "aria-label": label,
          style: `top:${top}px;height:${height}px`,
          onclick: () => send("go", k),
        }),
      ),
    );
    rows.children[focused]?.focus({ preventScroll: true });
  }

  function close() {
    watcher.disconnect();
    if (window.Plotly) window.Plotly.purge(plot);
    root.remove();
  }

  return { receive, close };
}
