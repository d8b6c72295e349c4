"""Read a bundle from a zip file, so strictly that no other reader can see anything else in it."""

from __future__ import annotations

import os
import stat
import struct
import threading
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from handrail.core.error_text import system
from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.evidence.format.findings import CheckFailed, Findings
from handrail.evidence.format.limits import MOST_FILES, is_beside, is_summed
from handrail.evidence.verify.folder_source import CHUNK, Folder, Source, open_regular

# APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LONGEST_COMMENT = 0xFFFF
_PLAIN = 20
"""The version of the format that knows neither zip64 nor encryption."""
_UTF8 = 0x0800
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_LONGEST_NAME = 255


@dataclass(frozen=True)
class _Entry:
    name: str
    header: tuple[int, ...]
    """The fields both headers must agree on: version, flags, method, time, date, checksum, and both sizes."""
    size: int
    crc: int
    offset: int
    """Where its local header begins."""
    extra: bool
    """Whether its directory entry has extra fields or a comment."""
    disk: int
    mode: int
    """The upper half of its external attributes: Unix's mode."""
    dos: int


class Zip:
    """A bundle as a zip file, read in place."""

    def __init__(self, path: Path) -> None:
        """Check every byte that is not file content; raises CheckFailed."""
        try:
            self._file = open_regular(path, path.name)
        except OSError as error:
            raise CheckFailed("unreadable", path.name, why=system(error)) from error
        self._lock = threading.Lock()
        self._path = path
        try:
            self._entries = {entry.name: (entry, start) for entry, start in _entries(self._file)}
        except OSError as error:
            self.close()
            raise CheckFailed("unreadable", path.name, why=system(error)) from error
        except CheckFailed:
            self.close()
            raise
        self.names = tuple(sorted(self._entries))
        """Every file there is, in byte order."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """Read a file once, from its beginning to its end; raises CheckFailed."""
        entry, position = self._entries[name]
        remaining, crc = entry.size, 0
        while remaining:
            chunk = self._read(name, position, min(remaining, CHUNK))
            crc = zlib.crc32(chunk, crc)
            position += len(chunk)
            remaining -= len(chunk)
            yield chunk
        if crc != entry.crc:
            raise CheckFailed("zip-crc", name)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self, name: str, position: int, size: int) -> bytes:
        try:
            with self._lock:
                self._file.seek(position)
                chunk = self._file.read(size)
        except OSError as error:
            raise CheckFailed("unreadable", self._path.name, why=system(error)) from error
        if not chunk:
            raise CheckFailed("changed-meanwhile", name)
        return chunk


def open_bundle(path: Path, findings: Findings) -> Source:
    """Open a bundle's folder or zip file; strange entries of a folder go to the findings.

    Raises BadInput if nothing is at the path, and CheckFailed for anything but a file or folder.
    """
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        raise BadInput(
            _("{path} cannot be read: {why}.", path=path, why=system(error)),
            hint=_("Name a bundle's folder, or its zip file."),
            where=str(path),
        ) from None
    if stat.S_ISDIR(mode):
        return Folder(path, findings)
    if stat.S_ISREG(mode):
        return Zip(path)
    raise CheckFailed("not-regular", path.name)


def _entries(file: FileIO) -> list[tuple[_Entry, int]]:
    """Return the entries and their content's offsets, after checking that no byte lies between them."""
    directory_at, directory, count = _directory(file)
    entries = list(_listed(directory, count))
    _check_names(entries)
    placed, expected = [], 0
    for entry in entries:
        _check_plain(entry)
        if entry.offset != expected:
            raise CheckFailed("zip-gap", entry.name)
        start = _content_start(file, entry)
        placed.append((entry, start))
        expected = start + entry.size
    if expected != directory_at:
        raise CheckFailed("zip-gap", "the end")
    return placed


def _directory(file: FileIO) -> tuple[int, bytes, int]:
    size = file.seek(0, os.SEEK_END)
    end_at = size - _END.size
    end = _read_at(file, end_at, _END.size) if end_at >= 0 else b""
    if not end.startswith(b"PK\5\6"):
        raise CheckFailed("zip-comment" if _has_comment(file, size) else "zip-no-end")
    _sign, disk, first_disk, here, count, length, start, comment = _END.unpack(end)
    if comment:
        raise CheckFailed("zip-comment")
    has_zip64_locator = _read_at(file, end_at - 20, 4) == b"PK\6\7"
    if 0xFFFF in (here, count) or 0xFFFFFFFF in (length, start) or has_zip64_locator:
        raise CheckFailed("zip-64")
    if disk or first_disk or here != count:
        raise CheckFailed("zip-split")
    if count > MOST_FILES:
        raise CheckFailed("too-many-files", most=MOST_FILES)
    if start + length != end_at or length > count * (_CENTRAL.size + 2 * _LONGEST_NAME):
        raise CheckFailed("zip-directory")
    return start, _read_at(file, start, length), count


def _has_comment(file: FileIO, size: int) -> bool:
    start = max(0, size - _END.size - _LONGEST_COMMENT)
    tail = _read_at(file, start, size - start)
    end_at = tail.rfind(b"PK\5\6")
    if end_at < 0 or len(tail) - end_at < _END.size:
        return False
    return len(tail) - end_at - _END.size == int(_END.unpack_from(tail, end_at)[-1])


def _listed(directory: bytes, count: int) -> Iterator[_Entry]:
    position = 0
    for _number in range(count):
        if len(directory) - position < _CENTRAL.size or directory[position : position + 4] != b"PK\1\2":
            raise CheckFailed("zip-directory")
        fields = _CENTRAL.unpack_from(directory, position)
        header, (name_length, extra, comment, disk, _text, attributes, local) = fields[2:10], fields[10:]
        position += _CENTRAL.size
        name = directory[position : position + name_length]
        if len(name) != name_length:
            raise CheckFailed("zip-directory")
        position += name_length + extra + comment
        yield _Entry(
            name=name.decode("utf-8", "surrogateescape"),
            header=header,
            size=header[7],
            crc=header[5],
            offset=local,
            extra=bool(extra or comment),
            disk=disk,
            mode=attributes >> 16,
            dos=attributes & 0xFFFF,
        )
    if position != len(directory):
        raise CheckFailed("zip-directory")


def _check_names(entries: list[_Entry]) -> None:
    """Refuse names that another system could confuse, and names outside the bundle."""
    names = set()
    for entry in entries:
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", entry.name).casefold())
        if folded in names:
            raise CheckFailed("zip-twins", entry.name)
        names.add(folded)
    for entry in entries:
        folder = entry.name.endswith("/") or entry.dos & 0x10
        if folder or stat.S_IFMT(entry.mode) not in (0, stat.S_IFREG):
            raise CheckFailed("zip-not-a-file", entry.name)
        if not (is_summed(entry.name) or is_beside(entry.name)):
            raise CheckFailed("zip-name", entry.name)


def _check_plain(entry: _Entry) -> None:
    version, flags, method, _time, _date, _crc, packed, size = entry.header
    if flags & _ENCRYPTED:
        raise CheckFailed("zip-encrypted", entry.name)
    if flags & ~_UTF8 or version > _PLAIN:
        raise CheckFailed("zip-flags", entry.name)
    if method or packed != size:
        raise CheckFailed("zip-compressed", entry.name)
    if entry.extra:
        raise CheckFailed("zip-extra", entry.name)
    if entry.disk:
        raise CheckFailed("zip-split", entry.name)


def _content_start(file: FileIO, entry: _Entry) -> int:
    name = entry.name.encode("utf-8", "surrogateescape")
    header = _read_at(file, entry.offset, _LOCAL.size + len(name))
    if len(header) != _LOCAL.size + len(name) or not header.startswith(b"PK\3\4"):
        raise CheckFailed("zip-gap", entry.name)
    *local, name_length, extra = _LOCAL.unpack_from(header)[1:]
    if tuple(local) != entry.header or name_length != len(name) or header[_LOCAL.size :] != name:
        raise CheckFailed("zip-headers-differ", entry.name)
    if extra:
        raise CheckFailed("zip-extra", entry.name)
    return entry.offset + len(header)


def _read_at(file: FileIO, offset: int, size: int) -> bytes:
    file.seek(max(offset, 0))
    return file.read(size)
