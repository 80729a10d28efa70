"""The workbench: what panels cost to compute, against a forward pass, and how soon they appear, against a plain page.

A panel is opened for the first time and then again, by a visitor who has just come; the plain page shows the same
numbers in one `st.plotly_chart` behind a switch, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from playwright.sync_api import Browser, Page

from benches.rounds import ROUNDS, measure, ratio, ready
from benches.table import Row, show
from models import CELLS, Trace, explain, forward, init, unroll
from models.anatomy import response
from models.unroll import history
from tools import live
from viz.ui.panels import PANELS

HERE = Path(__file__).resolve().parent
VIEW = {"width": 1920, "height": 1080}
SCENE = {"lesson": "free", "cell": "lstm", "text": " ".join(f"word{k}" for k in range(24)), "units": 16, "step": 24}
VISITS = 5
STEPS, SIZE = 128, 32
FORWARD, WHY, MEMORY = "forward pass", "Why", "Memory"

# What is on the page once a panel is drawn.
CHART = "[data-testid=chart][data-drawn]"
DRAWN = {
    "why": "[data-testid=picture][data-drawn]",
    "memory": CHART,
    "gradient": CHART,
    "compare": CHART,
    "data": ".st-key-data-table [data-testid=stDataFrame] canvas",
}
PLAIN = ".stPlotlyChart .main-svg :is(.heatmaplayer image, .waterfalllayer path)"
# Milliseconds from the next click to the animation frame that finds what was asked for.
PROBE = """
window.appears = (selector) => new Promise((resolve, fail) => {
  let start
  setTimeout(() => fail(new Error(`${selector} did not appear`)), 20000)
  addEventListener("pointerdown", (event) => { start = event.timeStamp }, { capture: true, once: true })
  const look = (now) => {
    if (start !== undefined && document.querySelector(selector)) resolve(performance.now() - start)
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
})
"""


def computing() -> list[Row]:
    """One number explained, one memory unrolled, each with its curve or triangle, against the run that it is of."""
    spec = CELLS["lstm"]
    params = init(spec, SIZE, SIZE, seed=0)
    X = np.random.default_rng(0).normal(size=(STEPS, SIZE))
    trace = forward(spec, params, X)
    curve = np.linspace(-6, 6, 161)

    def why(of: Trace) -> None:
        explain(of, "f", STEPS, 0)
        response(of, "f", STEPS, 0, curve)

    def memory(of: Trace) -> None:
        unroll(of, "c", STEPS)
        history(of, "c", 0)

    calls: dict[str, Callable[[], object]] = {
        FORWARD: lambda: forward(spec, params, X),
        WHY: lambda: why(trace),
        MEMORY: lambda: memory(trace),
    }
    times = measure({name: ready(call) for name, call in calls.items()})
    passes = times.pop(FORWARD)
    what = f"T={STEPS} H={SIZE}"
    return [
        Row(f"{name}, {what}", 1e3 * median(own), "ms", FORWARD, 1e3 * median(passes), ratio(own, passes), limit=2)
        for name, own in times.items()
    ]


def opened(browser: Browser, url: str) -> Page:
    page = browser.new_context(viewport=VIEW).new_page()
    page.add_init_script(PROBE)
    page.goto(url)
    live.wait_for_rest(page)
    return page


def twice(page: Page, press: Callable[[], None], selector: str) -> tuple[float, float]:
    """Milliseconds until the panel is drawn, the first time and again."""
    found = []
    for _ in range(2):
        page.evaluate(f"() => {{ window.found = appears({selector!r}) }}")
        press()
        found.append(page.evaluate("window.found"))
        live.wait_for_rest(page)
        press()  # shut it
        page.locator(selector).first.wait_for(state="detached")
        live.wait_for_rest(page)
    return found[0], found[1]


def appearing(browser: Browser, ours: str, plain: str) -> list[Row]:
    """One row per panel for the first time that it is opened, and one for the second."""
    rows = []
    for place, panel in enumerate(PANELS):
        own, theirs = [], []
        for visit in range(VISITS + 1):
            page = opened(browser, live.link(ours, **SCENE))
            live.wait_for_run(page)
            switch = page.locator(".st-key-panel").get_by_role("radio").nth(place)
            times = twice(page, switch.click, DRAWN[panel.key])
            page.context.close()
            page = opened(browser, live.link(plain, panel=panel.key))
            others = twice(page, page.locator(".st-key-show label").click, PLAIN)
            page.context.close()
            if visit:  # the first visitor warms the server up
                own.append(times)
                theirs.append(others)
        for k, (when, limit) in enumerate((("first", 1.0), ("again", None))):
            mine, its = ([pair[k] for pair in pairs] for pairs in (own, theirs))
            what = f"{panel.key} appears, {when}"
            rows.append(Row(what, median(mine), "ms", "one st.plotly_chart", median(its), ratio(mine, its), limit))
    return rows


def main() -> None:
    rows = computing()
    with live.Server() as ours, live.Server(HERE / "peers" / "panels.py") as plain, live.browser() as browser:
        rows += appearing(browser, ours.url, plain.url)
        version = browser.version
    notes = [
        f"Computing: float64, one thread, medians of {ROUNDS} interleaved rounds.",
        f"Appearing: Chromium {version}, headless; medians of {VISITS} visits in turns, T=24 H=16, from the press to",
        "the frame that shows the panel. The plain page has its numbers ready; ours computes them.",
    ]
    show("workbench", "Workbench", rows, notes)


if __name__ == "__main__":
    main()
