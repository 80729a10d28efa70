"""The only styles of the page outside the stage: less air around it, so that it fits a projector."""

from __future__ import annotations

import streamlit as st

from ..theme import MISTAKE
from .assets import FOLDER

ICON = FOLDER / "icon.svg"

# Streamlit's theme has settings for the space above and below, none for the sides.
CSS = """
<style>
:root { --mistake: MISTAKE; }
[data-testid="stMainBlockContainer"] { padding-left: 1.5rem; padding-right: 1.5rem; }
/* A typed cell is read like a program, and needs the width of its lines. */
.st-key-own textarea {
  font-family: "Source Code Pro", monospace;
  font-size: 0.8125rem;
  line-height: 1.55;
}
.own-mistake {
  padding: 0.75rem 1rem;
  border-radius: 10px;
  background: color-mix(in srgb, var(--mistake) 10%, transparent);
  color: color-mix(in srgb, var(--mistake) 58%, currentcolor);
  font-size: 0.875rem;
}
.own-mistake pre {
  margin: 0.5rem 0;
  padding: 0.5rem 0.625rem;
  border-radius: 6px;
  background: color-mix(in srgb, currentcolor 7%, transparent);
  font: 0.8125rem/1.7 "Source Code Pro", monospace;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
.own-mistake mark {
  background: none;
  color: inherit;
  font-weight: 700;
  text-decoration: underline wavy;
  text-underline-offset: 0.25em;
}
.own-mistake p { margin: 0 0 0.375rem; font-size: inherit; }
@media (min-width: 900px) {
  [data-testid="stSidebar"][data-collapsed="false"]:has(.st-key-own) { min-width: 25.5rem; }
}
/* Two choices of two words each stand beside each other in the narrow sidebar too. */
.st-key-weights button { padding-left: 0.4rem; padding-right: 0.4rem; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding-left: 0.75rem; padding-right: 0.75rem; }
}
</style>
"""


def draw() -> None:
    st.html(CSS.replace("MISTAKE", MISTAKE))
