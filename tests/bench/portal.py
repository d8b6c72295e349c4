"""The mock marketplace in a process of its own: a fresh portal for every line read."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

EFFECTS: dict[str, dict[tuple[str, str], int]] = {
    "contact": {
        ("email", "submit"): 2,
        ("email", "request-code"): 1,
        ("phone", "submit"): 2,
        ("phone", "request-code"): 1,
    },
    "address": {("business", "submit"): 1},
    "certify": {("certification", "start-clock"): 1, ("certification", "submit"): 1},
}
"""What the portal receives of each flow in fair weather, by channel and effect."""


class Portal:
    """A running server process whose portal can be begun anew."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._base = ""

    @property
    def pid(self) -> int:
        """The server's process, which is no part of what is measured."""
        return self._process.pid

    def anew(self, flow: str = "contact") -> str:
        """Begin a portal nobody has visited, with something for the flow to do, and return its address."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{flow}\n")
        self._process.stdin.flush()
        self._base = self._process.stdout.readline().strip()
        if not self._base:
            raise RuntimeError("the mock marketplace did not start")
        # Whoever comes first would otherwise pay for the server's own first page.
        self._read("/signin")
        return self._base

    def check_work(self, flow: str = "contact") -> None:
        """Raise unless the portal received what the flow sends, once each, and nothing else."""
        counted = json.loads(self._read("/_mock/effects"))["effects"]
        effects: dict[Any, int] = {(row["channel"], row["effect"]): row["count"] for row in counted}
        if effects != EFFECTS[flow]:
            raise RuntimeError(f"the work was not done: {effects}")
        if flow == "contact":
            self._check_contacts()

    def _check_contacts(self) -> None:
        """Raise unless both contacts were verified by one code each."""
        contacts = json.loads(self._read("/_mock/state"))["contacts"]["us"]
        done = {kind: (one["verified"], one["codes_sent"]) for kind, one in contacts.items()}
        if done != {"email": (True, 1), "phone": (True, 1)}:
            raise RuntimeError(f"the work was not done: {done}")

    def _read(self, path: str) -> str:
        with urllib.request.urlopen(self._base + path, timeout=10) as answer:  # noqa: S310  # loopback
            return str(answer.read().decode())


@contextmanager
def open_portal() -> Iterator[Portal]:
    """Serve for as long as the context lasts."""
    command = [sys.executable, str(Path(__file__))]
    with subprocess.Popen(  # noqa: S603  # this very file
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Portal(process)
        assert process.stdin is not None
        process.stdin.close()


def serve() -> None:
    """Serve one portal after another, each until the next line comes."""
    from handrail_fixtures.scenario import for_flow
    from handrail_fixtures.serve import MockSite

    line = sys.stdin.readline()
    while line:
        with MockSite(for_flow(line.strip(), "ok")) as site:
            print(site.url, flush=True)
            line = sys.stdin.readline()


if __name__ == "__main__":
    serve()
