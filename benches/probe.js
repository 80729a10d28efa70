// Measures inside the page, on the page's own clock, the same way for our stage and for a plain Streamlit page.
// A picture is on screen in the animation frame that first finds it, so times are taken there.
window.probe = (() => {
  const trees = (root) => [
    root,
    ...[...root.querySelectorAll("*")].filter((e) => e.shadowRoot).flatMap((e) => trees(e.shadowRoot)),
  ];
  const find = (roots, selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)]);
  const drawn = (roots) => find(roots, ".heatmaplayer image").map((image) => image.getAttribute("href"));
  const stage = (roots) => find(roots, "[data-testid=stage]")[0];

  // Milliseconds from the start of navigation until `count` heatmaps (and our stage's run, if asked) are drawn.
  const first = (count, ours, patience = 60_000) =>
    new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`no picture within ${patience} ms`)), patience);
      const look = () => {
        const roots = trees(document);
        const ready = drawn(roots).filter(Boolean).length >= count;
        if (ready && (!ours || stage(roots)?.dataset.run)) resolve(performance.now());
        else requestAnimationFrame(look);
      };
      look();
    });

  // Milliseconds from the first `event` after now until the last of the pictures has changed and stayed so.
  const change = (event, ours, quiet = 400, patience = 10_000) =>
    new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`no new picture within ${patience} ms of ${event}`)), patience);
      const roots = trees(document);
      const before = drawn(roots);
      let shown = before.join();
      let run = stage(roots)?.dataset.run;
      const count = before.length;
      let start, last;
      const begin = (e) => (start ??= e.timeStamp);
      window.addEventListener(event, begin, { capture: true, once: true });
      const look = () => {
        const now = performance.now();
        const pictures = drawn(roots);
        if (start !== undefined && pictures.length === count && pictures.every(Boolean)) {
          const signature = pictures.join();
          const digest = stage(roots)?.dataset.run;
          if (signature !== shown || (ours && digest !== run)) {
            shown = signature;
            run = digest;
            last = now;
          }
        }
        if (last !== undefined && now - last > quiet) resolve(last - start);
        else requestAnimationFrame(look);
      };
      look();
    });

  // Counts, until `stop()` is called: animation frames, frames later than 1.5 display periods, runs drawn.
  const count = () => {
    const root = stage(trees(document));
    const tally = { frames: 0, late: 0, runs: 0, moved: 0, milliseconds: 0 };
    let going = true;
    let run = root.dataset.run;
    let previous;
    const begin = performance.now();
    const look = (now) => {
      if (!going) return;
      tally.frames += 1;
      if (previous !== undefined && now - previous > 25) tally.late += 1;
      previous = now;
      if (root.dataset.run !== run) {
        run = root.dataset.run;
        tally.runs += 1;
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    probe.stop = () => {
      going = false;
      tally.milliseconds = performance.now() - begin;
      return tally;
    };
  };

  // A finger on the slider `testid`, to and fro, sixty positions a second however busy the page is.
  const sweep = (testid) => {
    const slider = find(trees(document), `[data-testid="${testid}"]`)[0];
    const begin = performance.now();
    const timer = setInterval(() => {
      slider.value = 0.9 * slider.max * Math.sin((performance.now() - begin) / 300);
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    }, 1000 / 60);
    probe.release = () => clearInterval(timer);
  };

  return { first, change, count, sweep };
})();
