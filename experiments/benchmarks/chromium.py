"""Chromium, asked by its own protocol; does not know what is measured.

The protocol: https://chromedevtools.github.io/devtools-protocol/
"""

import itertools
import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any, Self


class Browser:
    """Chromium, asked by its own protocol over two pipes.

    Not by a library for tests, which enables what developers see: each error that a script catches
    then has the source position of each of its callers, for which megabytes are parsed again.

    Parameters
    ----------
    path, profile
        The browser, and an empty folder for its files.
    """

    def __init__(self, path: str, profile: str) -> None:
        self._numbers = itertools.count(1)
        read, self._write = os.pipe()
        self._read, write = os.pipe()
        options = ["--headless", "--no-sandbox", "--remote-debugging-pipe"]
        command = [path, *options, f"--user-data-dir={profile}"]
        self._process = subprocess.Popen(  # noqa: S603 - found by its name
            ["/bin/sh", "-c", f'exec "$@" 3<&{read} 4>&{write}', "sh", *command],
            pass_fds=(read, write),
            stderr=subprocess.DEVNULL,
        )
        os.close(read)
        os.close(write)
        self._rest = b""

    def __enter__(self) -> Self:
        """Return the browser."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self.call("Browser.close", {})
        self._process.wait()
        os.close(self._read)
        os.close(self._write)

    def call(
        self, method: str, parameters: Mapping[str, object], session: str = ""
    ) -> dict[str, Any]:
        """Call a method, of a tab if its session is given, and return the result."""
        number = next(self._numbers)
        order = {"id": number, "method": method, "params": parameters}
        order |= {"sessionId": session} if session else {}
        os.write(self._write, json.dumps(order).encode() + b"\0")
        while (answer := self._next()).get("id") != number:
            pass
        result: dict[str, Any] = answer["result"]
        return result

    def value(self, expression: str, session: str) -> Any:  # noqa: ANN401 - of any script
        """Return the value of an expression in a tab."""
        result = self.call(
            "Runtime.evaluate", {"expression": expression, "returnByValue": True}, session
        )
        return result["result"].get("value")

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            self._rest += os.read(self._read, 1 << 16)
        message, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found
