"""Read each file of a bundle once, hashing and checking the same bytes."""

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
class FileCheck:
    """The result of reading one file."""

    sha256: str
    """Its hash in hex; empty if it could not be read to its end."""
    size: int
    """Its size in bytes."""
    picture: tuple[int, int] | None = None
    """Width and height in pixels, for a whole picture."""
    facts: Facts | None = None
    """The capture's facts, for a sidecar JSON file."""
    token: bytes = b""
    """The whole file, for a timestamp."""
    reasons: tuple[Reason, ...] = ()
    """What is wrong with the file."""


def read_file(source: Source, name: str) -> FileCheck:
    """Read one file to its end, and return what it is and what is wrong with it."""
    chunks_ = HashedChunks(source.chunks(name))
    try:
        if name.endswith(".png"):
            return _read(chunks_, picture=_picture_size(chunks_, name))
        if name.endswith(".json"):
            return _read(chunks_, facts=read_facts(_parse(chunks_, name)))
        if name.endswith(".tsr"):
            return _read(chunks_, token=_whole(chunks_, name, LARGEST_TOKEN))
        return _read(chunks_)
    except CheckFailed as refused:
        return _read(chunks_, reasons=(refused.reason,))


def read_whole(source: Source, name: str, most: int) -> bytes:
    """Return a small file's bytes; raises CheckFailed."""
    return _whole(source.chunks(name), name, most)


class HashedChunks(Iterator[bytes]):
    """An iterator that hashes and counts the chunks passing through."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._hash = hashlib.sha256()
        self.size = 0
        """Bytes so far."""

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        self._hash.update(chunk)
        self.size += len(chunk)
        return chunk

    def rest(self) -> str:
        """Read the remaining chunks, and return the sha256 of the whole in hex; raises CheckFailed."""
        for _chunk in self:
            pass
        return self._hash.hexdigest()


def _read(chunks_: HashedChunks, **details: Any) -> FileCheck:
    try:
        return FileCheck(chunks_.rest(), chunks_.size, **details)
    except CheckFailed as refused:
        return FileCheck("", chunks_.size, reasons=(*details.get("reasons", ()), refused.reason))


def _picture_size(chunks: Iterator[bytes], name: str) -> tuple[int, int]:
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
