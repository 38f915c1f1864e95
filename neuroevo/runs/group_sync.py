"""Syncs a file that is appended to, in groups of writes; does not know what is written."""

import errno
import os
import threading

GROUP_SECONDS = 0.05
"""Time between the end of a sync and the next: what a power cut costs, besides a sync itself."""


class GroupSync:
    """Syncs a file to the disk soon after it was written to, in a thread of its own.

    A killed process loses nothing, since the system writes its pages; a power cut loses the writes
    since the last sync. Once a sync has failed, every call raises its error, since the system
    reports it only once.

    Parameters
    ----------
    descriptor
        Of the file; it must stay open until `close` has returned.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._failure: tuple[int, str] | None = None  # number and text of the first error
        self._lock = threading.Lock()
        self._written, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._sync_groups, daemon=True)
        self._thread.start()

    def note_write(self) -> None:
        """Have what was written synced soon; OSError if a sync has failed."""
        self._raise_failure()
        self._written.set()

    def sync(self) -> None:
        """Sync now; OSError if this or an earlier sync has failed."""
        with self._lock:
            self._raise_failure()
            try:
                os.fsync(self._descriptor)
            except Exception as error:
                number, text = getattr(error, "errno", None), getattr(error, "strerror", None)
                self._failure = (number or errno.EIO, text or str(error))
                raise

    def close(self) -> None:
        """Sync and end the thread; OSError if a sync has failed."""
        self._ended.set()
        self._written.set()
        self._thread.join()
        self.sync()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise OSError(*self._failure)

    def _sync_groups(self) -> None:
        while not self._ended.is_set():
            self._written.wait()
            self._written.clear()
            try:
                self.sync()
            except Exception:  # noqa: BLE001 - the next call raises it
                return
            self._ended.wait(GROUP_SECONDS)
