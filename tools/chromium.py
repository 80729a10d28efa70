"""The Chromium that tests, benches and pictures drive; `python -m tools.chromium` installs a missing one."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# No request but ours leaves the browser: what is measured and tested is the app alone.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--disable-quic",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)


def installed() -> str | None:
    """Path of the system's Chromium, None where there is none."""
    for path in (*map(shutil.which, NAMES), *MAC):
        if path and os.access(path, os.X_OK):
            return path
    return None


def find(playwright: Playwright) -> str | None:
    """Path of a Chromium: the system's, or Playwright's own; None where there is neither."""
    own = playwright.chromium.executable_path
    return installed() or (own if os.access(own, os.X_OK) else None)


def launch(playwright: Playwright) -> Browser:
    """A headless Chromium, or an error that says how to get one."""
    path = find(playwright)
    if path is None:
        raise RuntimeError("no Chromium found; `python -m tools.chromium` installs one")
    return playwright.chromium.launch(executable_path=path, args=flags())


def flags() -> list[str]:
    """Command line for Chromium; its sandbox refuses to start as root, so root goes without."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*FLAGS, "--no-sandbox"] if root else [*FLAGS]


def wanted() -> list[str]:
    """Debian packages that are missing: a browser, and a library of the program by which Playwright drives it."""
    packages = [] if installed() else ["chromium"]
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        packages.append("libatomic1")
    return packages


def install() -> None:
    """Debian's packages where there is apt, else the build that Playwright downloads, unless one is there."""
    if shutil.which("apt-get"):
        if packages := wanted():
            print(f"For the browser tests: installing {' and '.join(packages)}", flush=True)
            subprocess.run(["sh", str(Path(__file__).with_name("apt.sh")), *packages], check=True)
    elif installed() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def main() -> None:
    install()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        print(f"Browser: Chromium {browser.version}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
