"""A terminal of one's own: what it shows, and keys to press."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from attending.waiting import PATIENCE_S, wait_for

CTRL_C, CTRL_D = "\x03", "\x04"
_WITH_ITS_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Makes stdin the controlling terminal, so that its Ctrl-C is a signal, and becomes the command."""
_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A command in a pseudo-terminal; what it prints on stdout goes to a file."""

    def __init__(self, command: list[str], stdout: Path, environ: Mapping[str, str], columns: int) -> None:
        self._stdout = stdout
        self._keys, self._terminal = os.openpty()
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        self._raw = ""
        self._read_to = 0
        self.read_at = time.monotonic()
        """When something was read last, by the monotonic clock."""
        self.presses = 0
        """How often something was typed; the end of input is nothing."""
        self.typed = ""
        """All that was typed."""
        with stdout.open("wb") as out:
            self._process = subprocess.Popen(  # noqa: S603  # our own command
                [sys.executable, "-c", _WITH_ITS_TERMINAL, *command],
                stdin=self._terminal,
                stdout=out,
                stderr=self._terminal,
                start_new_session=True,
                env=dict(environ),
            )
        self._eyes = threading.Thread(target=self._look)
        self._eyes.start()

    @property
    def screen(self) -> str:
        """Everything it has shown, without colours."""
        return _STYLE.sub("", self._raw).replace("\r", "")

    @property
    def ended(self) -> bool:
        """Whether the command has ended."""
        return self._process.poll() is not None

    def reads(self, pattern: str) -> re.Match[str]:
        """Wait for this to stand below what was read before."""

        def look() -> re.Match[str] | None:
            return re.compile(pattern).search(self.screen, self._read_to)

        found = wait_for(look, lambda: f"never shown: {pattern}\n{self.screen}")
        self._read_to, self.read_at = found.end(), time.monotonic()
        return found

    def since(self, start: int) -> str:
        """Return what it has shown from there on."""
        return self.screen[start:]

    @property
    def read_to(self) -> int:
        """Up to where it was read."""
        return self._read_to

    def types(self, keys: str) -> None:
        """Press these keys."""
        self.presses += keys != CTRL_D
        self.typed += keys
        os.write(self._keys, keys.encode())

    def exit_code(self) -> int:
        """Wait until the command has ended."""
        try:
            return self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end\n{self.screen}") from None

    @property
    def stdout(self) -> str:
        """What the command printed as its result."""
        return self._stdout.read_text(encoding="utf-8")

    def close(self) -> None:
        """End what still runs, and give the terminal back."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._terminal)
        self._eyes.join()
        os.close(self._keys)

    def _look(self) -> None:
        shown = b""
        while True:
            try:
                shown += os.read(self._keys, 4096)
            except OSError:  # as Linux says that nobody writes to the terminal any more
                return
            self._raw = shown.decode(errors="replace")
