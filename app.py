"""The way in: `streamlit run app.py`, or `python app.py`.

Streamlit serves the page; the route beside it serves the stage's own files.
"""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:  # the page finds its modules from any working directory
    sys.path.insert(0, str(ROOT))

from viz.ui import assets, mishap  # noqa: E402 - they need the path above

YEAR = "public, max-age=31536000, immutable"
CHECK = "no-cache"  # keep it, but ask whether it is still the same


def serve(request: Request) -> Response:
    """One file of the stage. Starlette runs this in a worker thread: reading and packing hold up nobody.

    Under the current version a file never changes. Without a version, or under that of an older process, from
    which a page that is still open was loaded, the browser asks again each time.
    """
    name = request.path_params["path"]
    version, _, rest = name.partition("/")
    file = assets.load(rest if version.startswith(assets.PREFIX) else name)
    if file is None:
        return PlainTextResponse("There is no such file.", 404, {"Cache-Control": CHECK})
    headers = {
        "Cache-Control": YEAR if version == assets.version() else CHECK,
        "ETag": file.etag,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=file.kind)
    return Response(file.body, headers=headers, media_type=file.kind)


def prefix() -> str:
    """Where the app stands on its server: "" or "/some/path"."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


app = st.App(
    ROOT / "viz" / "ui" / "page.py",
    routes=[Route(f"{prefix()}/assets/{{path:path}}", serve)],
    on_script_error=mishap.show,
)

if __name__ == "__main__":
    app.run()
