"""How a view becomes an answer: pages from templates, files, and what says that there is none.

It knows templates, assets and headers; it knows no run.
"""

import hashlib
import html
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from neuroevo.report import figures
from neuroevo.report.document import PACKAGE as SHARED
from neuroevo.report.document import Document, asset
from neuroevo.runs.disk import NO_LINK

HOME = "neuroevo.dashboard"
LINKED_FROM = "/assets/"
STYLES = (*figures.STYLES, asset("dashboard.css", HOME))
SCRIPTS = (asset("dashboard.js", HOME),)
ASSETS = {  # name -> the package that has it; all that any page links to
    **{style.name: SHARED for style in figures.STYLES},
    **dict.fromkeys(figures.SCRIPTS, SHARED),
    "dashboard.css": HOME,
    "dashboard.js": HOME,
}
KINDS = {".css": "text/css", ".js": "text/javascript"}
_PIECE = 65_536  # bytes of a file that are read at once
_POLICY = re.compile(rb'http-equiv="Content-Security-Policy" content="([^"]*)"')


def shown(template: str, title: str, values: Mapping[str, Any], status: int = 200) -> Response:
    """Make a page of the dashboard.

    Parameters
    ----------
    template
        File name of its template.
    title
        What the browser's tab says.
    values
        What the template asks for; ``crumbs`` (texts with their addresses) and ``events`` (address
        of the event stream that the page follows) may be left out.
    status
        Of the answer.
    """
    document = Document(template, title, STYLES, SCRIPTS, package=HOME)
    whole = {"crumbs": (), "events": "", **values}
    return whole_page(document.render(whole, linked_from=LINKED_FROM).encode(), status)


def whole_page(page: bytes, status: int = 200) -> Response:
    """Answer with a page; the policy that it holds becomes a header, too."""
    policy = _POLICY.search(page, 0, 20_000)
    held = html.unescape(policy[1].decode()) if policy else "default-src 'none'"
    headers = {"content-security-policy": f"{held}; frame-ancestors 'none'"}
    return HTMLResponse(page, status, headers)


def problem(status: int, title: str, lines: tuple[str, ...]) -> Response:
    """Make the page that tells why there is no other."""
    values = {"title": title, "lines": lines, "crumbs": ((title, ""),)}
    return shown("problem.html.jinja", title, values, status)


def asset_of(request: Request) -> Response:
    """Answer with one of the styles and scripts, looked up in the table of them."""
    name = request.path_params["name"]
    if name not in ASSETS:
        raise HTTPException(404)
    content = asset(name, ASSETS[name]).text.encode("utf-8")
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "no-cache"}  # asked for again, and seldom sent again
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=KINDS[Path(name).suffix])


def download(path: Path, name: str) -> Response:
    """Answer with a regular file, as large as it is now; a link is not followed.

    Raises
    ------
    HTTPException
        With 404 if there is none.
    """
    try:
        # A pipe without a writer would block in open().
        descriptor = os.open(path, os.O_RDONLY | NO_LINK | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise HTTPException(404) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise HTTPException(404)
    headers = saved_as(name) | {"content-length": str(status.st_size)}
    return _Download(descriptor, status.st_size, headers)


def saved_as(name: str) -> dict[str, str]:
    """Return the header by which a browser saves an answer, whatever is in it."""
    return {"content-disposition": f'attachment; filename="{name}"'}


class _Download(StreamingResponse):
    """An open file as an answer; it is closed in any case."""

    media_type = "application/octet-stream"

    def __init__(self, descriptor: int, size: int, headers: Mapping[str, str]) -> None:
        self._descriptor = descriptor
        super().__init__(_pieces(descriptor, size), headers=headers)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - as starlette's
        try:
            if scope["method"] == "HEAD":
                await Response(headers=dict(self.headers))(scope, receive, send)
            else:
                await super().__call__(scope, receive, send)
        finally:
            os.close(self._descriptor)


def _pieces(descriptor: int, rest: int) -> Iterator[bytes]:
    place = 0
    while rest and (piece := os.pread(descriptor, min(rest, _PIECE), place)):
        yield piece
        place += len(piece)
        rest -= len(piece)
