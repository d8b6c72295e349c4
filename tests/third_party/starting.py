"""Start a third-party site in a process of its own, for a test, and end it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RunningSite:
    """A running site, in a process of its own."""

    url: str
    """Where it answers, without a slash at the end."""

    data: Path
    """Folder of its database and log."""

    process: subprocess.Popen[str]
    """The server."""

    def posts(self) -> dict[str, int]:
        """Return how many POSTs reached each path, counted by the site on arrival."""
        with urllib.request.urlopen(f"{self.url}/_posts", timeout=10) as answer:  # noqa: S310 - loopback
            counts: dict[str, int] = json.load(answer)["posts"]
        return counts

    def tables(self, file: str, signing_in: Mapping[str, str]) -> dict[str, list[dict[str, object]]]:
        """Read a whole database but what signing in writes, by table: whole ones (*), or one column."""
        with closing(sqlite3.connect(self.data / file)) as base:
            base.row_factory = sqlite3.Row
            names = [name for (name,) in base.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            return {
                name: [
                    {column: row[column] for column in row.keys() if column != signing_in.get(name)}  # noqa: SIM118 - a Row iterates over its values
                    for row in base.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - names from the schema
                ]
                for name in names
                if signing_in.get(name) != "*"
            }

    def close(self) -> None:
        """End the server's process and wait for its end."""
        self.process.terminate()
        self.process.communicate()


def started(
    server: Path, data: Path, arguments: list[str], secrets: dict[str, str]
) -> tuple[str, subprocess.Popen[str]]:
    """Start the server script on the folder; return where it answers, and its process."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "server.log").open("a") as log:
        process = subprocess.Popen(  # noqa: S603 - our own server
            [sys.executable, str(server), "--data", str(data), *arguments],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, **secrets},
        )
    ready = process.stdout.readline() if process.stdout else ""
    if not ready.startswith("ready "):
        process.kill()
        process.communicate()
        raise RuntimeError((data / "server.log").read_text())
    return ready.split()[1], process
