// A chart of the workbench: a Plotly figure that Python described for both themes, with its words around it as plain
// elements. Rows lie above each other and share one time axis, which lines up with the stage's columns where it can.
//
// The message is JSON: { run, label, rows, data, layout, dark, columns, tokens, marked, clickable, side, plotly, colours }.
// `dark` lists what differs in the dark theme as [path, value]; rows[k] belongs to the k-th y axis.

import { el, mark, math, stylesheet } from "./dom.js";
import { paintHues, paperOf, themeOf } from "./hues.js";
import { loadPlotly } from "./plotly.js";

const LABEL = { wide: 178, middle: 132, phone: 46 };
const TOKENS = 30; // px above the rows
const HEAD = 30; // px above a row whose words do not stand beside it
const GAP = 9;
const NAME = 34; // px of a column that a name fits into
const RIGHT = 10;

const charts = new WeakMap(); // parentElement -> chart

export function show(component) {
  const { parentElement: host } = component;
  let chart = charts.get(host);
  if (!chart) charts.set(host, (chart = createChart(host)));
  chart.receive(component);
  return () =>
    setTimeout(() => {
      if (host.isConnected) return;
      chart.close();
      charts.delete(host);
    });
}

function createChart(host) {
  const plot = el("div", { class: "sg-figure", "aria-hidden": "true" });
  const words = el("div", { class: "sg-figure-words" });
  const frame = el("div", { class: "sg-figure-frame", hidden: true });
  const tokens = el("div", { class: "sg-figure-tokens" });
  const root = el("div", { class: "sg-chart", "data-testid": "chart", role: "group" }, tokens, plot, frame, words);
  host.append(root);
  const ready = stylesheet("chart.css", import.meta.url, root);

  let bytes = null;
  let message = null;
  let send = () => {};
  let drawn = "";
  let stageGrid = null;

  const watcher = new ResizeObserver(() => draw());
  watcher.observe(root);

  function receive(component) {
    send = component.setTriggerValue;
    if (component.data instanceof Uint8Array && component.data !== bytes) {
      bytes = component.data;
      message = JSON.parse(new TextDecoder().decode(bytes));
      drawn = "";
    }
    if (!message) return;
    Promise.all([ready, loadPlotly(message.plotly)]).then(draw, (error) => {
      root.textContent = error.message;
    });
    draw();
  }

  /** Where the stage's columns are, if they are the same tokens and all in view. */
  function columnsOfStage(box) {
    const grid = document.querySelector(".sg-stage .sg-grid");
    if (grid !== stageGrid) {
      if (stageGrid) watcher.unobserve(stageGrid);
      if (grid) watcher.observe(grid);
      stageGrid = grid;
    }
    if (!grid || document.querySelectorAll(".sg-stage .sg-token").length !== message.columns) return null;
    const { left, right } = grid.getBoundingClientRect();
    const fits = left - box.left >= LABEL.phone && right <= box.right + 1 && right - left > 0.4 * box.width;
    return fits ? { left: left - box.left, right: box.right - right } : null;
  }

  function draw() {
    if (!message || !window.Plotly || !root.isConnected || root.clientWidth < 50) return;
    const paper = paperOf(host);
    const theme = themeOf(paper);
    const box = root.getBoundingClientRect();
    const layout = box.width >= 940 ? "wide" : box.width >= 600 ? "middle" : "phone";
    const beside = message.side && layout !== "phone";
    const aligned = message.columns && message.side ? columnsOfStage(box) : null;
    const margin = message.side ? (aligned ?? { left: LABEL[layout], right: RIGHT }) : message.margin;
    const key = [theme, box.width, margin.left, margin.right].join("|");
    if (key === drawn) return;
    drawn = key;
    mark(root, "data-theme", theme);
    mark(root, "data-layout", layout);
    mark(root, "data-beside", beside);
    mark(root, "aria-label", message.label);
    paintHues(root, message.colours, theme, paper);

    const figure = theme === "dark" ? patched(message, message.dark) : message;
    const above = message.tokens ? TOKENS : 0;
    const captions = figure.rows.map((row) => caption(row));
    words.replaceChildren(...captions);
    const heads = beside ? captions.map(() => 0) : headHeights(captions, layout === "phone" || !message.side ? 0 : margin.left);
    let top = above;
    const places = figure.rows.map(({ height }, k) => {
      const place = { top: top + heads[k], height };
      top = place.top + height + GAP;
      return place;
    });
    if (beside) captions.forEach((node, k) => stand(node, figure.rows[k], places[k], margin));
    else captions.forEach((node, k) => (node.style.top = `${places[k].top - heads[k]}px`));
    const bottom = figure.layout.margin?.b ?? 0;
    const height = top - GAP + bottom;
    const inner = box.width - margin.left - margin.right;
    const column = message.columns ? inner / message.columns : 0;
    const axes = {};
    places.forEach((place, k) => {
      const name = k ? `yaxis${k + 1}` : "yaxis";
      const span = height - bottom;
      axes[name] = { ...figure.layout[name], domain: [Math.max(0, 1 - (place.top + place.height) / span), 1 - place.top / span] };
    });
    const clear = "rgba(0,0,0,0)";
    window.Plotly.react(
      plot,
      figure.data,
      {
        ...figure.layout,
        ...axes,
        ...(message.columns && column < NAME ? { annotations: [] } : {}), // names in narrow columns would run together
        width: box.width,
        height,
        autosize: false,
        paper_bgcolor: clear,
        plot_bgcolor: clear,
        margin: { l: margin.left, r: margin.right, t: 0, b: bottom, pad: 0 },
      },
      { displayModeBar: false, showSendToCloud: false, displaylogo: false, doubleClick: false, scrollZoom: false },
    );
    root.style.height = `${height}px`;
    placeTokens(margin, column, inner);
    mark(frame, "hidden", !message.marked);
    if (message.marked) {
      frame.style.transform = `translateX(${margin.left + (message.marked - 1) * column}px)`;
      frame.style.width = `${column}px`;
      frame.style.top = `${above - 2}px`;
      frame.style.height = `${top - GAP - above + 4}px`;
    }
    mark(root, "data-drawn", message.run);
  }

  /** The words of one row. */
  function caption(row) {
    const symbol = row.symbol ? math(row.symbol, { class: "sg-figure-symbol" }) : null;
    const title = el("span", { class: "sg-figure-title" }, row.title);
    const legend = row.legend.map(({ text, symbol: letter, colour, dash }) =>
      el(
        "span",
        { class: "sg-figure-entry" },
        el("i", { class: `sg-figure-line sg-${dash}`, style: `--line:${colour}` }),
        letter ? math(letter) : text,
      ),
    );
    const scale = row.scale
      ? el(
          "span",
          { class: "sg-figure-scale" },
          el("span", {}, row.scale.low),
          el("i", { style: `background:linear-gradient(90deg,${row.scale.stops.join(",")})` }),
          el("span", {}, row.scale.high),
        )
      : null;
    return el("div", { class: "sg-figure-caption" }, el("span", { class: "sg-figure-name" }, title, symbol), ...legend, scale);
  }

  /** Beside its row. */
  function stand(node, row, { top, height }, margin) {
    Object.assign(node.style, { top: `${top}px`, height: `${height}px`, left: 0, width: `${margin.left - (row.ticks ? 52 : 14)}px` });
    mark(node, "data-tight", node.scrollHeight > height + 1);
  }

  /** Above its row: as many lines as the words need. */
  function headHeights(captions, left) {
    captions.forEach((node) => Object.assign(node.style, { left: `${left}px`, right: 0, minHeight: `${HEAD}px` }));
    return captions.map((node) => (node.textContent || node.childElementCount > 1 ? node.offsetHeight : 0));
  }

  /** One token above each column; those that find no room are left out at even distances. */
  function placeTokens(margin, column, inner) {
    mark(tokens, "hidden", !message.tokens);
    if (!message.tokens) return;
    tokens.style.left = `${margin.left}px`;
    tokens.style.width = `${inner}px`;
    const every = Math.max(1, Math.ceil(30 / column));
    tokens.replaceChildren(
      ...message.tokens.map(({ text, name }, k) => {
        const now = k + 1 === message.marked;
        const shown = now || (k % every === 0 && Math.abs(k + 1 - message.marked) >= every);
        return el(
          message.clickable ? "button" : "span",
          {
            class: "sg-figure-token",
            type: message.clickable ? "button" : null,
            "data-testid": "chart-token",
            "data-now": now,
            "data-thin": !shown,
            "aria-label": name,
            "aria-pressed": message.clickable ? String(now) : null,
            title: name,
            style: `left:${k * column}px;width:${column}px;--room:${column * every - 4}px`,
            onclick: message.clickable ? () => send("step", k + 1) : null,
          },
          el("bdi", {}, text),
        );
      }),
    );
  }

  function close() {
    watcher.disconnect();
    if (window.Plotly) window.Plotly.purge(plot);
    root.remove();
  }

  return { receive, close };
}

/** The figure with other values at some paths; what lies beside a path is shared. */
function patched(message, patches) {
  const copy = { rows: message.rows, data: message.data, layout: message.layout };
  const own = new Set();
  for (const [path, value] of patches) {
    let at = copy;
    path.slice(0, -1).forEach((name, depth) => {
      const known = path.slice(0, depth + 1).join("/");
      if (!own.has(known)) {
        at[name] = Array.isArray(at[name]) ? [...at[name]] : { ...at[name] };
        own.add(known);
      }
      at = at[name];
    });
    at[path.at(-1)] = value;
  }
  return copy;
}
