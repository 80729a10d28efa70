// Plotly's own file, served from the installed package: fetched once per page, whoever asks.

let loading = null;

/** Resolves when `window.Plotly` exists; rejects with a sentence if the file cannot be had. */
export function loadPlotly(address) {
  if (window.Plotly) return Promise.resolve();
  loading ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = new URL(address, document.baseURI).href;
    script.addEventListener("load", () => done());
    script.addEventListener("error", () => {
      loading = null; // the next payload tries again
      script.remove();
      fail(new Error(`cannot load ${script.src}`));
    });
    document.head.append(script);
  });
  return loading;
}
