"""Syncs a file that is appended to, in groups of writes; does not know what is written."""

import os
import threading

GROUP_SECONDS = 0.05
"""Time between two syncs: what a power cut costs at most."""


class GroupSync:
    """Syncs a file to the disk soon after it was written to, in a thread of its own.

    A killed process loses nothing, since the system writes its pages; a power cut loses the writes
    of the last `GROUP_SECONDS`. An error of the thread is raised by the next call.

    Parameters
    ----------
    descriptor
        Of the file; it must stay open until `close` has returned.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._error: OSError | None = None
        self._written, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._sync_groups, daemon=True)
        self._thread.start()

    def note_write(self) -> None:
        """Have what was written synced soon; OSError if an earlier sync has failed."""
        self._raise_error()
        self._written.set()

    def sync(self) -> None:
        """Sync now; OSError if this or an earlier sync has failed."""
        self._raise_error()
        self._written.clear()
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Sync what is not yet synced, and end the thread; OSError if a sync has failed."""
        unsynced = self._written.is_set()
        self._ended.set()
        self._written.set()
        self._thread.join()
        self._raise_error()
        if unsynced:
            os.fsync(self._descriptor)

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _sync_groups(self) -> None:
        while not self._ended.is_set():
            self._written.wait()
            self._written.clear()
            try:
                os.fsync(self._descriptor)
            except OSError as error:
                self._error = error
                return
            self._ended.wait(GROUP_SECONDS)
