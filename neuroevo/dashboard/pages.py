"""Responses: pages from templates, assets, files and error pages.

It handles templates, assets and headers; it knows no run.
"""

import hashlib
import html
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from neuroevo.files import StrangeFileError, file_size, open_descriptor
from neuroevo.report import figures
from neuroevo.report.document import PACKAGE as SHARED
from neuroevo.report.document import Document, asset
from neuroevo.report.figures import PageFigure
from neuroevo.storage.disk import NO_LINK

HOME = "neuroevo.dashboard"
LINKED_FROM = "/assets/"
STYLES = (*figures.STYLES, asset("dashboard.css", HOME))
SCRIPTS = (asset("dashboard.js", HOME),)
ASSETS = {  # name -> its package; everything that a page links to
    **{style.name: SHARED for style in figures.STYLES},
    **dict.fromkeys((*figures.SCRIPTS, figures.FOLLOWING), SHARED),
    "dashboard.css": HOME,
    "dashboard.js": HOME,
}
KINDS = {".css": "text/css", ".js": "text/javascript"}
_PIECE = 65_536  # bytes of a file that are read at once
_POLICY = re.compile(rb'http-equiv="Content-Security-Policy" content="([^"]*)"')


def rendered(template: str, title: str, values: Mapping[str, Any], status: int = 200) -> Response:
    """Return a page of the dashboard from a template and its variables.

    ``crumbs`` (texts with their addresses) and ``events`` (address of the event stream that the
    page follows) may be left out.
    """
    document = Document(template, title, STYLES, SCRIPTS, package=HOME)
    whole = {"crumbs": (), "events": "", "followed": "", **values}
    return html_response(document.render(whole, linked_from=LINKED_FROM).encode(), status)


def rendered_figure(title: str, values: Mapping[str, Any], shown: PageFigure) -> Response:
    """Return the page of a figure; it is loaded again when a run that is ``followed`` changes."""
    payload = figures.payload_of([shown])
    scripts = (*figures.scripts_of(payload), *SCRIPTS, asset(figures.FOLLOWING))
    document = Document(
        "figure_page.html.jinja", title, STYLES, scripts, payload, HOME, adds_styles=True
    )
    whole = {"events": "", **values}
    return html_response(document.render(whole, linked_from=LINKED_FROM).encode())


def html_response(page: bytes, status: int = 200) -> Response:
    """Return a page; its content security policy is sent as a header, too."""
    policy = _POLICY.search(page, 0, 20_000)
    held = html.unescape(policy[1].decode()) if policy else "default-src 'none'"
    headers = {"content-security-policy": f"{held}; frame-ancestors 'none'"}
    return HTMLResponse(page, status, headers)


def problem(status: int, title: str, lines: tuple[str, ...]) -> Response:
    """Return an error page."""
    values = {"title": title, "lines": lines, "crumbs": ((title, ""),)}
    return rendered("problem.html.jinja", title, values, status)


def asset_of(request: Request) -> Response:
    """Return one of the styles and scripts in `ASSETS`."""
    name = request.path_params["name"]
    if name not in ASSETS:
        raise HTTPException(404)
    content = asset(name, ASSETS[name]).text.encode("utf-8")
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "no-cache"}  # checked each time, sent only if changed
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=KINDS[Path(name).suffix])


def download(path: Path, name: str) -> Response:
    """Return a regular file with the size that it has now; links are not followed.

    Starlette's FileResponse follows links, and sends more than it announced of a growing file.

    Raises
    ------
    HTTPException
        With 404 if there is no such file.
    """
    try:
        file = os.fdopen(open_descriptor(path, NO_LINK), "rb")  # closed with the response
    except (OSError, StrangeFileError) as error:
        raise HTTPException(404) from error
    try:
        size = file_size(file.fileno(), sys.maxsize)
    except StrangeFileError as error:
        file.close()
        raise HTTPException(404) from error
    return StreamingResponse(
        _pieces(file, size),
        headers=saved_as(name) | {"content-length": str(size)},
        media_type="application/octet-stream",
        background=BackgroundTask(file.close),
    )


def saved_as(name: str) -> dict[str, str]:
    """Return the header that makes a browser save a response instead of showing it."""
    return {"content-disposition": f'attachment; filename="{name}"'}


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size and (piece := file.read(min(size, _PIECE))):
        yield piece
        size -= len(piece)
