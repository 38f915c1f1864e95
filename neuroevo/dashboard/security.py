"""Checks on each request before it is handled, and security headers on each response.

It handles addresses, hosts and headers; it knows no run.
"""

import ipaddress
import re
import socket
from collections.abc import Callable
from itertools import chain
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = ("GET", "HEAD")
LONGEST_PATH = 1_000  # characters, as they are sent
LONGEST_QUERY = 4_000
LONGEST_HEAD = 16_384  # bytes of a request's first line and headers
PIECE = 65_536  # bytes of a response that are sent at once, so that a slow client is noticed
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_SUSPICIOUS = re.compile(rb"%(?:2f|5c|00)|[\\;]|//", re.IGNORECASE)
_HOST = re.compile(r"([\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.IGNORECASE | re.ASCII)

HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


def known_hosts(host: str) -> Callable[[str], bool]:
    """Return a function that checks whether a name in a request belongs to this server.

    It refuses requests of foreign pages whose domain name was made to resolve to this machine
    (DNS rebinding).

    Parameters
    ----------
    host
        Where the server listens. If it listens at all addresses, any IP address is accepted, and
        this machine's own name.
    """
    named = f"[{host}]" if ":" in host else host
    hosts = {each.lower() for each in (*LOOPBACK, named)}
    if host not in {"0.0.0.0", "::"}:  # noqa: S104 - compared only
        return lambda name: name.lower() in hosts
    hosts.add(socket.gethostname().lower())
    return lambda name: name.lower() in hosts or _is_address(name)


def is_loopback(host: str) -> bool:
    """Return whether a server that listens at a host is reachable from this machine only."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


class SecurityMiddleware:
    """Refuses requests that the dashboard never needs, and adds security headers to responses.

    Names of this server are checked with ``is_known``, see `known_hosts`.
    """

    def __init__(self, app: ASGIApp, is_known: Callable[[str], bool]) -> None:
        self._app = app
        self._is_known = is_known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request or pass it on."""
        refused = self._refusal(scope)
        await (refused or self._app)(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        named = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if named is None or not self._is_known(named[1]):
            return _refused(421, "This server does not have that name.")
        if scope["method"] not in METHODS:
            return _refused(405, "Only GET and HEAD are allowed.", {"allow": ", ".join(METHODS)})
        if headers.get("sec-fetch-site") == "cross-site" and not _is_followed_link(headers):
            return _refused(403, "Requests from other sites are refused.")
        if (too_long := _too_long(scope)) is not None:
            return too_long
        path = scope["raw_path"]
        if not path.startswith(b"/") or _SUSPICIOUS.search(path) or not _is_text(scope["path"]):
            return _refused(404, "Not found.")
        return None


def address(*parts: str | int) -> str:
    """Return the path of an address, with its parts quoted so that each stays one part."""
    return "/" + "/".join(quote(str(part), safe="") for part in parts)


def _is_followed_link(headers: Headers) -> bool:
    """Return whether the request opens a page in a tab, so that no other page can read it."""
    return (
        headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    )


def _too_long(scope: Scope) -> PlainTextResponse | None:
    if len(scope["raw_path"]) > LONGEST_PATH or len(scope["query_string"]) > LONGEST_QUERY:
        return _refused(414, "The address is too long.")
    if sum(map(len, chain.from_iterable(scope["headers"]))) > LONGEST_HEAD:
        return _refused(431, "The headers are too long.")
    return None


def _is_text(path: str) -> bool:
    return path.isprintable() and "\N{REPLACEMENT CHARACTER}" not in path


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _refused(status: int, words: str, headers: dict[str, str] | None = None) -> PlainTextResponse:
    # Whatever follows on the connection is ignored.
    return PlainTextResponse(f"{words}\n", status, {"connection": "close", **(headers or {})})


def _with_headers(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", [])))
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            await send({**message, "headers": headers.raw})
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        for start in range(0, max(len(body), 1), PIECE):
            is_last = start + PIECE >= len(body)
            piece = bytes(body[start : start + PIECE])
            await send({**message, "body": piece, "more_body": more or not is_last})

    return guarded
