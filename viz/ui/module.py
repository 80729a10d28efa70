"""Components whose program is a module under `assets/player/`, fetched over HTTP and kept by the browser."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from ..text import languages, say
from . import assets

# Nothing but a loader: Streamlit sends it again with every message. The modules come over HTTP, once.
LOADER = """
const address = new URL(ADDRESS, document.baseURI).href
let module = null

export default function (component) {
  const place = component.parentElement.querySelector(".sg-failed")
  let close = null
  module ??= import(address)
  // In order, even while the module loads: the newest message comes last.
  module.then(({ show }) => {
    close = show(component)
    place.hidden = true
  }).catch((error) => {
    module = null // the next message tries again
    console.error(error)
    place.textContent = `${APOLOGY} (${error.message})`
    place.hidden = false
  })
  return () => close?.()
}
"""


def loader(file: str) -> str:
    """The loader of one file. It is the same for every visitor, so its apology speaks all languages at once."""
    apology = " ".join(say(lang, "error.part") for lang in languages())
    constants = {"ADDRESS": assets.address(f"player/{file}"), "APOLOGY": apology}
    return "".join(f"const {name} = {json.dumps(value)}\n" for name, value in constants.items()) + LOADER


def component(name: str, file: str) -> Any:
    """Register a component once, at import; `show(component)` of the file is called with every message."""
    return st.components.v2.component(
        f"sluicegate_{name}",
        html='<p class="sg-failed" role="alert" hidden></p>',
        js=loader(file),
        isolate_styles=False,  # Plotly puts its styles into the document, where a shadow root would not see them
    )
