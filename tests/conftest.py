"""Fixtures for the real-browser tests: the app itself, started once, and a fresh page for every test.

A test that uses `page` fails when the page logged an error, threw, or asked another host for anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tools import live

ARTIFACTS = live.ROOT / "test-artifacts"
DESK = {"width": 1920, "height": 1080}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: a wrong number is told in seconds, not after the browser."""
    items.sort(key=lambda item: "server" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Folder for screenshots, ignored by git."""
    ARTIFACTS.mkdir(exist_ok=True)
    return ARTIFACTS


@pytest.fixture(scope="session")
def server() -> Iterator[live.Server]:
    """The real app; its log must hold no traceback when all is done."""
    with live.Server() as running:
        yield running
        log = running.output()
    broken = log.partition("Traceback")
    assert not broken[1], "".join(broken[1:])[:3000]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with live.browser() as launched:
        yield launched


@pytest.fixture
def options() -> dict:
    """What the page's browser context is made with; parametrise it to change theme, size or motion."""
    return {}


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Iterator[Callable[[dict], BrowserContext]]:
    """One browser context for each set of options: its cache spares every later page the download of the app."""
    made: dict[str, BrowserContext] = {}

    def context(options: dict) -> BrowserContext:
        given = {"viewport": DESK, "locale": "en-US", "color_scheme": "light", **options}
        key = repr(sorted(given.items()))
        if key not in made:
            made[key] = browser.new_context(**given)
            made[key].set_default_timeout(15_000)
        return made[key]

    yield context
    for each in made.values():
        each.close()


@pytest.fixture
def watch(server: live.Server) -> live.Watch:
    """What the test's page did behind the visitor's back."""
    return live.Watch(urlsplit(server.url).netloc)


@pytest.fixture
def page(
    request: pytest.FixtureRequest,
    contexts: Callable[[dict], BrowserContext],
    options: dict,
    watch: live.Watch,
    artifacts: Path,
) -> Iterator[Page]:
    opened = contexts(options).new_page()
    watch.attach(opened)
    failures = request.session.testsfailed
    yield opened
    if request.session.testsfailed > failures:
        name = "".join(c if c.isalnum() or c in "-_" else "-" for c in request.node.name)
        opened.screenshot(path=artifacts / f"failed-{name[:80]}.png")
    opened.close()
    assert not watch.errors, watch.errors


@pytest.fixture
def open_link(page: Page, server: live.Server) -> Callable[..., live.Stage]:
    """Open the app with link parameters and wait for its first picture."""

    def go(**params: str | int) -> live.Stage:
        page.goto(live.link(server.url, **params))
        return live.wait_for_run(page)

    return go
