"""A display of one's own: an X server without a screen, on the first free number."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def display(size: str = "1600x1200x24") -> Iterator[str]:
    """Yield the name of a new display, such as :100; its server ends with the context."""
    told, tells = os.pipe()
    server = subprocess.Popen(  # noqa: S603  # a fixed command
        ["Xvfb", "-displayfd", str(tells), "-screen", "0", size, "-nolisten", "tcp", "-noreset"],  # noqa: S607  # as it is on PATH
        pass_fds=[tells],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(tells)
    try:
        with os.fdopen(told) as number:
            # It writes its number once clients are answered; an end without one is no server.
            name = number.readline().strip()
        assert name, "Xvfb did not start"
        yield f":{name}"
    finally:
        server.terminate()
        server.wait()
