"""The server: its socket, its time limits for slow clients, and its end.

It knows HTTP connections; what is asked and answered on them is the application's affair.
"""

import asyncio
import errno
import os
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from neuroevo.dashboard.application import application
from neuroevo.dashboard.guard import LONGEST_HEAD, known_hosts
from neuroevo.errors import BusyError, NeuroevoError, StorageError, UsageError

HIGHEST_PORT = 65_535
_BACKLOG = 256


@dataclass(frozen=True, slots=True)
class Limits:
    """What clients may take.

    Parameters
    ----------
    head_seconds
        In which a request must be there, from the connection or the answer before on.
    stuck_seconds
        In which a client must take some of an answer that fills its buffers.
    end_seconds
        In which the server has ended after it was told to, whatever still goes on.
    waiting
        Connections without a request; of more the oldest is cut off.
    connections
        Connections in all; more are answered with 503.
    streams
        Event streams; more are answered with 503.
    """

    head_seconds: float = 10.0
    stuck_seconds: float = 20.0
    end_seconds: float = 1.0
    waiting: int = 64
    connections: int = 256
    streams: int = 64


class Dashboard:
    """A server that listens from its construction on, and answers while it is served.

    Parameters
    ----------
    results
        Folder that holds the runs.
    host
        Name or address of this machine to listen at.
    port
        From 1 to 65535; 0 for one that is free.
    limits
        What clients may take.

    Raises
    ------
    BusyError
        If another process listens there.
    UsageError
        If the host is none of this machine.
    StorageError
        If the system refuses for another reason.
    """

    def __init__(
        self, results: Path, host: str = "127.0.0.1", port: int = 8377, limits: Limits | None = None
    ) -> None:
        self._socket = _listening(host, port)
        limits = limits or Limits()
        stopping = asyncio.Event()
        app = application(results, known_hosts(host), limits.streams, stopping)
        self._server = _Server(_Config(app, limits), stopping)
        self._host = host

    @property
    def url(self) -> str:
        """Its address for a browser on this machine."""
        port = self._socket.getsockname()[1]
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104 - compared only
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/"

    def serve(self) -> None:
        """Answer requests until a signal or `stop` ends it."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()

    def stop(self) -> None:
        """End serving, from any thread."""
        self._server.should_exit = True


@dataclass(eq=False)
class _Patience:
    """How long is waited for clients, and for which."""

    limits: Limits
    waiting: "dict[_Protocol, None]" = field(default_factory=dict)  # oldest first


class _Config(uvicorn.Config):
    def __init__(self, app: Any, limits: Limits) -> None:  # noqa: ANN401 - ASGI's types are many
        super().__init__(
            app,
            loop="asyncio",
            http=_Protocol,
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
        self.patience = _Patience(limits)


class _Protocol(H11Protocol):
    """uvicorn's protocol with time limits that a client can't extend by a byte now and then."""

    def __init__(
        self,
        config: _Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._patience = config.patience
        self._head_limit: asyncio.TimerHandle | None = None
        self._stuck_limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        super().connection_made(transport)
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._resume()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()

    def send_400_response(self, msg: str) -> None:
        if self.conn.our_state is h11.IDLE:
            super().send_400_response(msg)
        else:  # in the midst of an answer there is no room for another one
            self.cycle.disconnected = True
            self.transport.abort()

    def on_response_complete(self) -> None:
        self._await_request()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        seconds = self._patience.limits.stuck_seconds
        self._stuck_limit = self.loop.call_later(seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._resume()

    def _await_request(self) -> None:
        self._stop_waiting()
        limits, waiting = self._patience.limits, self._patience.waiting
        if len(waiting) >= limits.waiting:
            oldest = next(iter(waiting))
            oldest._stop_waiting()  # noqa: SLF001 - one of our own
            oldest.transport.abort()
        waiting[self] = None
        # Not close(), which waits for a client to take what is left of an answer.
        self._head_limit = self.loop.call_later(limits.head_seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        self._patience.waiting.pop(self, None)
        if self._head_limit is not None:
            self._head_limit.cancel()

    def _resume(self) -> None:
        if self._stuck_limit is not None:
            self._stuck_limit.cancel()


class _Server(uvicorn.Server):
    def __init__(self, config: _Config, stopping: asyncio.Event) -> None:
        super().__init__(config)
        self._stopping = stopping
        self._end_seconds = config.patience.limits.end_seconds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping.set()  # event streams end by themselves
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        # A report that is being made can't be broken off, and nothing here needs to be tidied up.
        end = threading.Timer(self._end_seconds, os._exit, (128 + sig,))
        end.daemon = True
        end.start()


def _listening(host: str, port: int) -> socket.socket:
    if not 0 <= port <= HIGHEST_PORT:
        raise UsageError(f"--port: must be between 0 and {HIGHEST_PORT}, but got {port}")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--host: must be a name or an address, but got {host!r}") from error
    listening = socket.socket(family, kind, protocol)
    try:
        if os.name != "nt":  # where it would let two servers listen at one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
        listening.setblocking(False)  # noqa: FBT003 - the standard library's own
    except OSError as error:
        listening.close()
        raise _refusal(host, port, error) from error
    return listening


def _refusal(host: str, port: int, error: OSError) -> NeuroevoError:
    if error.errno == errno.EADDRINUSE:
        return BusyError(f"--port: must be free, but something listens at {port} already")
    if error.errno == errno.EADDRNOTAVAIL:
        return UsageError(f"--host: must be an address of this machine, but got {host!r}")
    return StorageError(f"{host}, port {port}: cannot be listened at ({error.strerror})")
