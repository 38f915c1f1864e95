"""A client of the dashboard that sends paths and headers unchanged."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from neuroevo.dashboard import Dashboard, Limits


@dataclass(frozen=True)
class Answer:
    """A response of the server."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """Its body as text."""
        return self.body.decode("utf-8")


@dataclass(frozen=True)
class Client:
    """Sends requests to a server, each over a new connection."""

    url: str

    @property
    def port(self) -> int:
        """The port of the server."""
        return urlsplit(self.url).port or 0

    def ask(
        self, path: str, method: str = "GET", headers: dict[str, str] | None = None, body: str = ""
    ) -> Answer:
        """Request a path exactly as it is written."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host="Host" in (headers or {}))
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body.encode() if body else None)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()


@contextmanager
def serving(results: Path, limits: Limits | None = None) -> Iterator[Client]:
    """Serve a folder in a thread."""
    dashboard = Dashboard(results, port=0, limits=limits)
    thread = threading.Thread(target=dashboard.serve)
    thread.start()
    try:
        yield Client(dashboard.url)
    finally:
        dashboard.stop()
        thread.join()
