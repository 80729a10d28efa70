"""The README's picture and the ones beside it, taken from the live app: `python -m tools.pictures`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tools import live

FOLDER = live.ROOT / "assets" / "pictures"
DESK = {"width": 1920, "height": 1080}
Params = dict[str, str | int]
REVIEW: Params = {"lesson": "review", "step": 11}
FREE: Params = {"lesson": "free", "text": "我在法国长大，所以我会说法语", "step": 4}
# name -> link parameters, theme
PICTURES: dict[str, tuple[Params, str]] = {
    "stage": (REVIEW | {"cell": "lstm", "phase": "output", "lang": "en"}, "light"),
    "stage-dark": (REVIEW | {"cell": "gru", "phase": "mix", "lang": "en"}, "dark"),
    "stage-zh": (FREE | {"cell": "lstm", "phase": "forget", "lang": "zh"}, "light"),
}


def take(browser: Browser, server: live.Server, name: str) -> Path:
    """One picture of the whole page."""
    params, theme = PICTURES[name]
    context = browser.new_context(viewport=DESK, color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(live.link(server.url, **params))
    live.wait_for_run(page)
    page.wait_for_timeout(1000)  # fonts, and the layout that follows them
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    context.close()
    return path


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with live.Server() as server, live.browser() as browser:
        for name in PICTURES:
            path = take(browser, server, name)
            print(f"{path.relative_to(live.ROOT)}: {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
