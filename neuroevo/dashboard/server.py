"""The server: its socket, its limits for slow clients, and its end.

It handles HTTP connections and does not know what is asked on them.
"""

import asyncio
import errno
import os
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from neuroevo.dashboard.application import application
from neuroevo.dashboard.security import LONGEST_HEAD, known_hosts
from neuroevo.errors import BusyError, NeuroevoError, StorageError, UsageError

HIGHEST_PORT = 65_535
_BACKLOG = 256


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on time and connections.

    Parameters
    ----------
    head_seconds
        Time in which the head of a request must arrive, counted from the connection or from the
        previous response.
    stuck_seconds
        Time in which a client must read some of a response that fills the send buffer.
    end_seconds
        Time after a signal in which the process ends, whatever still runs.
    waiting
        Number of connections without a request; beyond it the oldest one is closed.
    connections
        Number of all connections; beyond it requests get the status 503.
    streams
        Number of event streams; beyond it requests for one get the status 503.
    """

    head_seconds: float = 10.0
    stuck_seconds: float = 20.0
    end_seconds: float = 1.0
    waiting: int = 64
    connections: int = 256
    streams: int = 64


class Dashboard:
    """A server that listens from its construction on, and responds while `serve` runs.

    Parameters
    ----------
    results
        Folder that holds the runs.
    host
        Name or address of this machine to listen at.
    port
        From 1 to 65535; 0 for a free port.
    limits
        Limits on time and connections.

    Raises
    ------
    BusyError
        If another process listens there.
    UsageError
        If the host is not an address of this machine.
    StorageError
        If the system refuses for another reason.
    """

    def __init__(
        self, results: Path, host: str = "127.0.0.1", port: int = 8377, limits: Limits | None = None
    ) -> None:
        self._socket = _listening_socket(host, port)
        self._host = host
        limits = limits or Limits()
        stopping = asyncio.Event()
        app = application(results, known_hosts(host), limits.streams, stopping)
        config = uvicorn.Config(
            _SlowClients(app, limits),
            loop="asyncio",
            http=_Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=limits.connections,
            h11_max_incomplete_event_size=LONGEST_HEAD,
        )
        self._server = _Server(config, stopping, limits.end_seconds)

    @property
    def url(self) -> str:
        """Its address for a browser on this machine."""
        port = self._socket.getsockname()[1]
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104 - compared only
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/"

    def serve(self) -> None:
        """Respond to requests until a signal arrives or `stop` is called."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()

    def stop(self) -> None:
        """End `serve`, from any thread."""
        self._server.should_exit = True


class _SlowClients:
    """Middleware that closes connections of clients that send no request or read no response.

    uvicorn has no limit for either: its timeout for idle connections starts again with each byte.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._waiting: dict[_Connection, asyncio.TimerHandle] = {}  # oldest first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection: _Connection = scope["state"]["connection"]
        self.stop_waiting(connection)

        async def limited(message: Message) -> None:
            try:
                async with asyncio.timeout(self._limits.stuck_seconds):
                    await send(message)
            except TimeoutError:
                connection.transport.abort()

        try:
            await self._app(scope, receive, limited)
        finally:
            is_open = connection in connection.connections
            if is_open and connection.scope is scope:  # no further request has arrived
                self.wait_for_request(connection)

    def wait_for_request(self, connection: "_Connection") -> None:
        if len(self._waiting) >= self._limits.waiting:
            self._cut_off(next(iter(self._waiting)))
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._limits.head_seconds, self._cut_off, connection)
        self._waiting[connection] = timer

    def stop_waiting(self, connection: "_Connection") -> None:
        timer = self._waiting.pop(connection, None)
        if timer is not None:
            timer.cancel()

    def _cut_off(self, connection: "_Connection") -> None:
        self.stop_waiting(connection)
        # close() would wait until the client has read the rest of a response.
        connection.transport.abort()


class _Connection(H11Protocol):
    """uvicorn's protocol, which requests find in their state and `_SlowClients` can close."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {**app_state, "connection": self}, _loop)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        super().connection_made(transport)
        self.app.wait_for_request(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.app.stop_waiting(self)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        if self.conn.our_state is h11.IDLE:
            super().send_400_response(msg)
        else:  # uvicorn would send it in the middle of another response, which h11 refuses
            self.cycle.disconnected = True
            self.transport.abort()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, stopping: asyncio.Event, end_seconds: float) -> None:
        super().__init__(config)
        self._stopping = stopping
        self._end_seconds = end_seconds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping.set()  # ends the event streams
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        # A thread that makes a report can't be interrupted, and there is nothing to clean up.
        end = threading.Timer(self._end_seconds, os._exit, (128 + sig,))
        end.daemon = True
        end.start()


def _listening_socket(host: str, port: int) -> socket.socket:
    if not 0 <= port <= HIGHEST_PORT:
        raise UsageError(f"--port: must be between 0 and {HIGHEST_PORT}, but got {port}")
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--host: must be a name or an address, but got {host!r}") from error
    takes_both = family is socket.AF_INET6 and socket.has_dualstack_ipv6()
    try:
        return socket.create_server(
            address, family=family, backlog=_BACKLOG, dualstack_ipv6=takes_both
        )
    except OSError as error:
        raise _refusal(host, port, error) from error


def _refusal(host: str, port: int, error: OSError) -> NeuroevoError:
    if error.errno == errno.EADDRINUSE:
        return BusyError(f"--port: must be free, but {port} is already in use")
    if error.errno == errno.EADDRNOTAVAIL:
        return UsageError(f"--host: must be an address of this machine, but got {host!r}")
    return StorageError(f"{host}, port {port}: can't be listened at ({error.strerror})")
