"""Signals that end a command: Ctrl-C, SIGTERM and SIGHUP.

Most commands end at once. A search first finishes its running trials.
"""

import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn, Self

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Interrupted(KeyboardInterrupt):
    """The process was asked to end by the signal of this number."""

    def __init__(self, number: int, message: str = "interrupted") -> None:
        super().__init__(message)
        self.exit_code = 128 + number


def end_on_signals() -> None:
    """Let the first of the signals raise `Interrupted` in the main thread; a second ends it."""
    _handle(_raise)


def _raise(number: int, _frame: FrameType | None) -> NoReturn:
    _handle(signal.SIG_DFL)  # what is said of the first signal is not interrupted by an exception
    raise Interrupted(number)


def _handle(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> None:
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, or a job in the background
            signal.signal(number, handler)


class Interruption:
    """Remembers the first signal, and ends the process at the second.

    Use it in a ``with`` statement in the main thread; call it to learn whether to stop. A thread
    receives the signals, since the main thread may be inside the kernel for long.

    Parameters
    ----------
    asked
        Called at the first signal.
    forced
        Called at the second, before the process ends without any clean-up.
    """

    def __init__(self, asked: Callable[[], None], forced: Callable[[], None]) -> None:
        self.number = 0  # of the first signal
        self._asked, self._forced = asked, forced

    @property
    def name(self) -> str:
        """The name of the first signal."""
        return signal.Signals(self.number).name

    def __call__(self) -> bool:
        """Return whether to stop."""
        return self.number != 0

    def __enter__(self) -> Self:
        self._receiver, self._sender = socket.socketpair()
        self._sender.setblocking(False)  # noqa: FBT003 - the standard library's own
        self._thread = threading.Thread(target=self._take_signals, daemon=True)
        self._thread.start()
        self._wakeup = signal.set_wakeup_fd(self._sender.fileno())
        self._handlers = {
            number: signal.signal(number, _do_nothing)
            for number in SIGNALS
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        self._sender.close()
        self._thread.join()
        self._receiver.close()

    def _take_signals(self) -> None:
        # If a message can't be written, as on a closed terminal, the signal counts all the same.
        while received := self._receiver.recv(1):
            if received[0] not in self._handlers:
                continue
            if not self.number:
                self.number = received[0]
                with suppress(Exception):  # as above
                    self._asked()
                continue
            with suppress(Exception):
                self._forced()
            os._exit(128 + received[0])


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """Ignore a signal, which the thread handles."""
