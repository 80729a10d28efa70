"""The live app for tests, benches and pictures: start it, open it in Chromium, read its stage."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    Response,
    WebSocket,
    sync_playwright,
)

from tools import chromium

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
RUN_SECONDS = 20


class Server:
    """`streamlit run SCRIPT` on a free port, as a context manager; `url` has no trailing slash."""

    def __init__(self, script: str | Path = "app.py") -> None:
        self.script = Path(script)
        self.port = _free_port()
        self.url = f"http://localhost:{self.port}"

    def __enter__(self) -> Server:
        self._log = tempfile.TemporaryFile(mode="w+", encoding="utf-8")
        options = {"server.port": self.port, "server.headless": "true", "server.fileWatcherType": "none"}
        flags = [f"--{name}={value}" for name, value in options.items()]
        command = [sys.executable, "-m", "streamlit", "run", str(self.script), *flags]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._healthy():
            if self._process.poll() is not None or time.monotonic() > deadline:
                output = self.output()
                self.__exit__(None, None, None)
                raise RuntimeError(f"{' '.join(command)} did not come up:\n{output}")
            time.sleep(0.1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def output(self) -> str:
        """What the server has printed so far."""
        self._log.seek(0)
        return self._log.read()

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        launched = chromium.launch(playwright)
        yield launched
        launched.close()


@dataclass
class Watch:
    """What a page did behind the visitor's back: errors, requests to other hosts, websocket messages."""

    host: str
    errors: list[str] = field(default_factory=list)
    sent: list[bytes | str] = field(default_factory=list)
    received: list[bytes | str] = field(default_factory=list)

    def attach(self, page: Page) -> Watch:
        page.on("console", self._on_console)
        page.on("pageerror", self._on_throw)
        page.on("request", self._on_request)
        page.on("response", self._on_response)
        page.on("websocket", self._on_websocket)
        return self

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text} ({message.location.get('url')})")

    def _on_throw(self, error: Error) -> None:
        self.errors.append(f"uncaught: {error}")

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.netloc != self.host:
            self.errors.append(f"request to another host: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.errors.append(f"{response.status}: {response.url}")

    def _on_websocket(self, socket: WebSocket) -> None:
        socket.on("framesent", self._on_sent)
        socket.on("framereceived", self._on_received)

    def _on_sent(self, payload: bytes | str) -> None:
        self.sent.append(payload)

    def _on_received(self, payload: bytes | str) -> None:
        self.received.append(payload)

    @property
    def messages(self) -> int:
        """Websocket messages so far, both ways."""
        return len(self.sent) + len(self.received)


@dataclass(frozen=True)
class Stage:
    """The stage's own account of itself (its data attributes)."""

    step: int
    phase: str
    playing: bool
    run: str


def stage_root(page: Page) -> Locator:
    return page.get_by_test_id("stage")


def stage(page: Page) -> Stage:
    """Read the stage's data attributes."""
    data: dict[str, Any] = stage_root(page).evaluate("root => ({...root.dataset})")
    return Stage(int(data["step"]), data["phase"], data["playing"] == "true", data["run"])


def wait_for_run(page: Page, other_than: str | None = None, seconds: float = RUN_SECONDS) -> Stage:
    """Wait until a run's numbers are drawn (a run other than the given one) and the script rests."""
    drawn = page.locator('[data-testid="stage"][data-run]:not([data-run=""])')
    if other_than is not None:
        drawn = page.locator(f'[data-testid="stage"][data-run]:not([data-run="{other_than}"])')
    drawn.wait_for(state="visible", timeout=seconds * 1000)
    wait_for_rest(page, seconds)
    return stage(page)


def wait_for_rest(page: Page, seconds: float = RUN_SECONDS) -> None:
    """Wait until Streamlit has nothing left to do."""
    rest = page.locator('[data-test-script-state="notRunning"]')
    rest.first.wait_for(state="attached", timeout=seconds * 1000)


def link(url: str, **params: str | int) -> str:
    """The address of the app with these link parameters."""
    return f"{url}/?{urlencode(params)}" if params else f"{url}/"


def shown(page: Page) -> list[str]:
    """The pictures of the heatmaps as data addresses: equal lists look the same."""
    images = stage_root(page).locator(".heatmaplayer image")
    return images.evaluate_all("all => all.map(image => image.getAttribute('href'))")


def tweak(page: Page, name: str) -> Locator:
    """A slider of the tray, say `bias-f`; opens the tray and the gate's tab if they are shut."""
    tray = page.get_by_test_id("tray")
    if tray.get_attribute("aria-pressed") == "false":
        tray.click()
    page.get_by_test_id(f"tweak-tab-{name.rpartition('-')[2]}").click()
    return page.get_by_test_id(f"tweak-{name}")


def type_text(page: Page, text: str) -> None:
    """Write into the sidebar's text field, as a visitor does, and leave it."""
    box = page.locator(".st-key-text").locator("textarea, input").first
    box.fill(text)
    box.press("Control+Enter")
    wait_for_rest(page)


def choose(page: Page, key: str, option: str) -> None:
    """Pick an option, by the words it begins with, of the select box with this Streamlit key."""
    box = page.locator(f".st-key-{key} input").first
    box.click()
    box.fill(option)  # a long list shows a part of itself: type to find the rest
    page.get_by_role("option").filter(has_text=option).first.click()
    wait_for_rest(page)
