"""The files of a bundle, each read once: hashed, and looked at in the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from handrail.evidence.format.capture_facts import Facts, read_facts
from handrail.evidence.format.findings import CheckFailed, Reason
from handrail.evidence.format.limits import LARGEST_FACTS, LARGEST_TOKEN
from handrail.evidence.verify.envelope import read_json
from handrail.evidence.verify.folder_source import Source
from handrail.evidence.verify.png import Png


@dataclass(frozen=True)
class Read:
    """What reading one file told."""

    sha256: str
    """Its hash in hex; empty where it could not be read to its end."""
    size: int
    """Its size in bytes."""
    picture: tuple[int, int] | None = None
    """Width and height in pixels, of a whole picture."""
    facts: Facts | None = None
    """What it tells of a capture, of a file of facts."""
    token: bytes = b""
    """All of it, of a timestamp."""
    reasons: tuple[Reason, ...] = ()
    """What is wrong in itself."""


def read_file(source: Source, name: str) -> Read:
    """Read one file to its end, whatever is wrong with it."""
    counted = Counted(source.chunks(name))
    try:
        if name.endswith(".png"):
            return _read(counted, picture=_look(counted, name))
        if name.endswith(".json"):
            return _read(counted, facts=read_facts(_parse(counted, name)))
        if name.endswith(".tsr"):
            return _read(counted, token=_whole(counted, name, LARGEST_TOKEN))
        return _read(counted)
    except CheckFailed as refused:
        return _read(counted, reasons=(refused.reason,))


def read_whole(source: Source, name: str, most: int) -> bytes:
    """Return a small file's bytes; raises CheckFailed."""
    return _whole(source.chunks(name), name, most)


class Counted(Iterator[bytes]):
    """Chunks that are hashed and counted as they pass."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._hash = hashlib.sha256()
        self.size = 0
        """Bytes that have passed."""

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        self._hash.update(chunk)
        self.size += len(chunk)
        return chunk

    def rest(self) -> str:
        """Let everything else pass, and return the sha256 of the whole in hex; raises CheckFailed."""
        for _chunk in self:
            pass
        return self._hash.hexdigest()


def _read(counted: Counted, **told: Any) -> Read:
    try:
        return Read(counted.rest(), counted.size, **told)
    except CheckFailed as refused:
        return Read("", counted.size, reasons=(*told.get("reasons", ()), refused.reason))


def _look(chunks: Iterator[bytes], name: str) -> tuple[int, int]:
    picture = Png(name)
    for chunk in chunks:
        picture.feed(chunk)
    return picture.size()


def _parse(chunks: Iterator[bytes], name: str) -> Any:
    data = _whole(chunks, name, LARGEST_FACTS)
    if not data.endswith(b"\n"):
        raise CheckFailed("no-line-feed", name)
    return read_json(data[:-1], name)


def _whole(chunks: Iterator[bytes], name: str, most: int) -> bytes:
    parts, size = [], 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > most:
            raise CheckFailed("too-large", name, most=most)
    return b"".join(parts)
