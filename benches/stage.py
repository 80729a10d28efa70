"""The stage in a real browser, against plain Streamlit pages that show the same, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Error, Locator, Page

from benches.table import Row, show
from tools import live

HERE = Path(__file__).resolve().parent
PROBE = (HERE / "probe.js").read_text(encoding="utf-8")
VIEW = {"width": 1920, "height": 1080}
# T=24 H=16, as on the plain page, which draws the same six quantities of an LSTM
SENTENCE = " ".join(f"word{k}" for k in range(24))
SCENE = {"lesson": "free", "cell": "lstm", "text": SENTENCE, "units": 16}
HEATMAPS = 6
TWEAKS = 15
LOADS = 5
DRAG_SECONDS = 3.0
PLAY_SECONDS = 3.0


@dataclass(frozen=True)
class Site:
    """A page to measure: where it is, how many heatmaps it draws, and where its slider's track lies."""

    name: str
    url: str
    heatmaps: int
    ours: bool = False

    def open(self, browser: Browser) -> tuple[Page, live.Watch, float]:
        """A visitor who has never been here; milliseconds until the first picture."""
        page = browser.new_context(viewport=VIEW).new_page()
        watch = live.Watch(urlsplit(self.url).netloc).attach(page)
        page.add_init_script(PROBE)
        page.goto(self.url, wait_until="commit")
        try:
            first = page.evaluate(f"probe.first({self.heatmaps}, {str(self.ours).lower()})")
        except Error as missing:
            raise RuntimeError(f"{self.url} draws nothing; {watch.errors}") from missing
        live.wait_for_rest(page)
        return page, watch, first


def track(page: Page, site: Site) -> Locator:
    """The slider of the forget gate's bias."""
    if site.ours:
        return live.tweak(page, "bias-f")
    return page.locator("[data-testid=stSlider] [role=group] > div").first


class Finger:
    """A mouse on a horizontal slider; positions from 0 (left end) to 1."""

    def __init__(self, page: Page, slider: Locator) -> None:
        slider.hover()  # which waits until it stands still
        box = slider.bounding_box()
        assert box is not None, "the slider is not on screen"
        self.mouse = page.mouse
        self.box = box

    def move(self, to: float) -> None:
        # a thumb's centre never leaves the track, hence the margin
        x = self.box["x"] + self.box["width"] * (0.1 + 0.8 * to)
        self.mouse.move(x, self.box["y"] + self.box["height"] / 2)

    def tweak(self, start: float, to: float, changed: Callable[[], None]) -> None:
        """Press at `start`, run `changed` just before the move to `to`, let go."""
        self.move(start)
        self.mouse.down()
        time.sleep(0.5)
        changed()
        self.move(to)
        self.mouse.up()


def slider_to_picture(page: Page, site: Site, number: int) -> float:
    """Milliseconds from the last input event of one tweak to its picture.

    The plain slider speaks only when the mouse lets go, so its time starts there; ours starts at the move.
    """
    finger = Finger(page, track(page, site))
    here, there = 0.52 + 0.02 * number, 0.54 + 0.02 * number
    event = "input" if site.ours else "pointerup"
    ours = str(site.ours).lower()
    finger.tweak(here, there, lambda: page.evaluate(f"() => {{ window.found = probe.change('{event}', {ours}) }}"))
    return page.evaluate("window.found")


def drag(page: Page, site: Site) -> float:
    """New pictures a second while the slider is swept to and fro."""
    track(page, site).focus()
    page.evaluate("probe.sweep('tweak-bias-f')")
    page.wait_for_timeout(500)
    page.evaluate("probe.count()")
    page.wait_for_timeout(DRAG_SECONDS * 1000)
    tally = page.evaluate("probe.stop()")
    page.evaluate("probe.release()")
    return 1e3 * tally["runs"] / tally["milliseconds"]


def play(page: Page, watch: live.Watch) -> tuple[float, int, int]:
    """Frames a second, late frames, and websocket messages while the stage plays."""
    page.get_by_test_id("first").click()
    time.sleep(1.0)  # the playhead comes to rest, and says so, before anything is counted
    live.wait_for_rest(page)
    page.get_by_test_id("play").click()
    before = watch.messages
    page.evaluate("probe.count()")
    page.wait_for_timeout(PLAY_SECONDS * 1000)
    tally = page.evaluate("probe.stop()")
    messages = watch.messages - before
    assert live.stage(page).playing, "the stage stopped before the measurement did"
    page.get_by_test_id("play").click()
    return 1e3 * tally["frames"] / tally["milliseconds"], tally["late"], messages


def one_tweak(page: Page, watch: live.Watch, site: Site) -> tuple[float, float]:
    """Kilobytes of the message that brings the picture of one tweak, and of all until the slider was let go."""
    slider = track(page, site)
    slider.focus()
    live.wait_for_rest(page)
    run, before = live.stage(page).run, len(watch.received)
    page.keyboard.press("ArrowRight")
    live.wait_for_run(page, other_than=run)
    page.wait_for_timeout(500)
    sizes = [len(message) / 1024 for message in watch.received[before:]]
    return max(sizes), sum(sizes)


def main() -> None:
    heatmaps, chart = HERE / "peers" / "heatmaps.py", HERE / "peers" / "chart.py"
    with (
        live.Server() as ours,
        live.Server(heatmaps) as plain,
        live.Server(chart) as single,
        live.browser() as browser,
    ):
        front = Site("ours", ours.url, HEATMAPS, ours=True)
        stage = Site("ours", live.link(ours.url, **SCENE), HEATMAPS, ours=True)
        six = Site("plain", plain.url, HEATMAPS)
        one = Site("plain", single.url, 1)

        loads: dict[Site, list[float]] = {front: [], one: []}
        for warm in (True, *[False] * LOADS):
            for site, times in loads.items():
                page, _, first = site.open(browser)
                page.context.close()
                if not warm:
                    times.append(first)

        page, watch, _ = stage.open(browser)
        other, _, _ = six.open(browser)
        tweaks: dict[Site, list[float]] = {stage: [], six: []}
        for number in range(-1, TWEAKS):
            for site, at in ((stage, page), (six, other)):
                at.bring_to_front()
                found = slider_to_picture(at, site, number)
                if number >= 0:
                    tweaks[site].append(found)
        page.bring_to_front()
        pictures = drag(page, stage)
        frames, late, messages = play(page, watch)
        payload, traffic = one_tweak(page, watch, stage)
        version = browser.version
        errors = watch.errors

    same = "plain page, six heatmaps"
    limit = 0.5
    rows = [
        Row("slider to picture", median(tweaks[stage]), "ms", same, median(tweaks[six]), limit=limit),
        Row("pictures while dragging", pictures, "a second", limit=15, floor=True),
        Row("frames while playing", frames, "a second", limit=59, floor=True),
        Row("late frames while playing", late, "frames"),
        Row("messages while playing", messages, "messages", limit=0),
        Row("payload of one tweak, T=24 H=16", payload, "KB", limit=16),
        Row("all that is sent for it", traffic, "KB"),
        Row("first picture", median(loads[front]), "ms", "one chart", median(loads[one]), limit=1.3),
    ]
    notes = [
        f"Chromium {version}, headless; medians of {TWEAKS} tweaks and {LOADS} first visits, taken in turns.",
        "The plain pages run under the same Streamlit configuration, and their slider is timed from the",
        "moment the mouse lets go, which is when it first speaks.",
        *(f"Error on the page: {error}" for error in errors),
    ]
    show("stage", "Stage", rows, notes)


if __name__ == "__main__":
    main()
