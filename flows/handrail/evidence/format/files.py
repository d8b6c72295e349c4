"""Write a bundle's files: readable by their owner only, never over another file, each with an entry."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from handrail.evidence.format.events import Json

Entry: TypeAlias = dict[str, Json]
"""A file as it is listed: its path, sha256 and size, as they were when it was written."""


def write_new(folder: Path, name: str, data: bytes, *, durable: bool = False) -> Entry:
    """Write a new file and return its entry; raises OSError if it exists."""
    # Private from the start: a file whose mode is changed later was readable for a moment.
    with open(folder / name, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    return described(name, data)


def described(name: str, data: bytes) -> Entry:
    """Return the entry of a file with these bytes."""
    return {"path": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}


def path_of(entry: Mapping[str, Json]) -> str:
    """Return where an entry's file is in the bundle."""
    # Names are ASCII, so that their order as text is their order in bytes, as LC_ALL=C has it.
    return str(entry["path"])
