"""Bundles as zip files: written in one plain way, and read so strictly that no other reader sees more."""

from __future__ import annotations

import os
import stat
import struct
import threading
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from handrail.errors import BadInput, HandrailError
from handrail.evidence.findings import Findings, Refused
from handrail.evidence.limits import MOST_FILES, is_beside, is_summed
from handrail.evidence.source import CHUNK, Folder, Source, open_regular
from handrail.evidence.statement import ARTIFACTS
from handrail.i18n import gettext as _
from handrail.i18n import lazy
from handrail.reasons import system

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


class NotPacked(HandrailError):
    """The zip file could not be written."""

    hint = lazy("Name a place that has room and takes files.")


@dataclass(frozen=True)
class _Entry:
    name: str
    said: tuple[int, ...]
    """What both headers must say: version, flags, method, time, date, checksum, and both sizes."""
    size: int
    crc: int
    at: int
    """Where its local header begins."""
    extra: bool
    """Whether the directory carries more about it than it may."""
    disk: int
    mode: int
    """The upper half of its external attributes: Unix's mode."""
    dos: int


class Zip:
    """A bundle as a zip file; nothing is ever unpacked."""

    def __init__(self, path: Path) -> None:
        """Check every byte of the file that is not content; raises Refused."""
        try:
            self._file = open_regular(path, path.name)
        except OSError as error:
            raise Refused("unreadable", path.name, why=system(error)) from error
        self._lock = threading.Lock()
        self._path = path
        try:
            self._entries = {entry.name: (entry, start) for entry, start in _entries(self._file)}
        except OSError as error:
            self.close()
            raise Refused("unreadable", path.name, why=system(error)) from error
        except Refused:
            self.close()
            raise
        self.names = tuple(sorted(self._entries))
        """Every file there is, in byte order."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """Read a file once, from its beginning to its end; raises Refused."""
        entry, at = self._entries[name]
        left, crc = entry.size, 0
        while left:
            chunk = self._read(name, at, min(left, CHUNK))
            crc = zlib.crc32(chunk, crc)
            at += len(chunk)
            left -= len(chunk)
            yield chunk
        if crc != entry.crc:
            raise Refused("zip-crc", name)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self, name: str, at: int, size: int) -> bytes:
        try:
            with self._lock:
                self._file.seek(at)
                chunk = self._file.read(size)
        except OSError as error:
            raise Refused("unreadable", self._path.name, why=system(error)) from error
        if not chunk:
            raise Refused("changed-meanwhile", name)
        return chunk


def open_bundle(path: Path, findings: Findings) -> Source:
    """Open a folder or a zip; what is neither file nor folder goes to the findings.

    Raises BadInput where there is nothing, and Refused for what is no bundle.
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
    raise Refused("not-regular", path.name)


def write_zip(folder: Path, out: Path) -> None:
    """Pack a bundle's folder: stored, in byte order, without dates; the same folder gives the same bytes.

    Raises NotPacked where `out` cannot be written, and Refused where the folder holds what no bundle has.
    """
    findings = Findings()
    source = Folder(folder, findings)
    for strange in findings.reasons:
        raise Refused(strange.code, strange.where)
    aside = out.with_name(out.name + ".new")
    try:
        descriptor = os.open(aside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", allowZip64=False) as packed:
            for name in source.names:
                entry = zipfile.ZipInfo(name)  # of the year 1980, where zip's time begins
                entry.create_system = 3
                entry.external_attr = (stat.S_IFREG | 0o600) << 16
                with packed.open(entry, "w") as to:
                    for chunk in source.chunks(name):
                        to.write(chunk)
        aside.replace(out)
    except zipfile.LargeZipFile as error:
        aside.unlink()
        raise NotPacked(_("The evidence is too large for a plain zip file."), where=str(out)) from error
    except OSError as error:
        with suppress(OSError):  # where it could not be written, it may not be there either
            aside.unlink()
        raise NotPacked(
            _("{file} cannot be written: {why}.", file=out, why=system(error)), where=str(out)
        ) from error


def copy_out(path: Path, folder: Path) -> None:
    """Write a bundle's files, from a folder or a zip, into a new folder that only its owner can read.

    What is verified there afterwards is what is there: nobody else changes it meanwhile.
    Raises Refused for what is no bundle, and NotPacked where the folder takes no files.
    """
    findings = Findings()
    with closing(open_bundle(path, findings)) as source:
        for strange in findings.reasons:
            raise Refused(strange.code, strange.where)
        try:
            folder.mkdir(mode=0o700, parents=True)
            (folder / ARTIFACTS).mkdir(mode=0o700)
            for name in source.names:
                if not (is_summed(name) or is_beside(name)):
                    raise Refused("bad-name", name)
                with open(folder / name, "xb", opener=lambda to, flags: os.open(to, flags, 0o600)) as file:
                    file.writelines(source.chunks(name))
        except OSError as error:
            raise NotPacked(
                _("{file} cannot be written: {why}.", file=folder, why=system(error)), where=str(folder)
            ) from error


def _entries(file: FileIO) -> list[tuple[_Entry, int]]:
    """Return the entries, each with where its content begins, after checking that they tile the file."""
    directory_at, directory, count = _directory(file)
    entries = list(_listed(directory, count))
    _check_names(entries)
    placed, expected = [], 0
    for entry in entries:
        _check_plain(entry)
        if entry.at != expected:
            raise Refused("zip-gap", entry.name)
        start = _content_start(file, entry)
        placed.append((entry, start))
        expected = start + entry.size
    if expected != directory_at:
        raise Refused("zip-gap", "the end")
    return placed


def _directory(file: FileIO) -> tuple[int, bytes, int]:
    size = file.seek(0, os.SEEK_END)
    at = size - _END.size
    end = _at(file, at, _END.size) if at >= 0 else b""
    if not end.startswith(b"PK\5\6"):
        raise Refused("zip-comment" if _has_comment(file, size) else "zip-no-end")
    _sign, disk, first_disk, here, count, length, start, comment = _END.unpack(end)
    if comment:
        raise Refused("zip-comment")
    if 0xFFFF in (here, count) or 0xFFFFFFFF in (length, start) or _at(file, at - 20, 4) == b"PK\6\7":
        raise Refused("zip-64")
    if disk or first_disk or here != count:
        raise Refused("zip-split")
    if count > MOST_FILES:
        raise Refused("too-many-files", most=MOST_FILES)
    if start + length != at or length > count * (_CENTRAL.size + 2 * _LONGEST_NAME):
        raise Refused("zip-directory")
    return start, _at(file, start, length), count


def _has_comment(file: FileIO, size: int) -> bool:
    start = max(0, size - _END.size - _LONGEST_COMMENT)
    tail = _at(file, start, size - start)
    found = tail.rfind(b"PK\5\6")
    if found < 0 or len(tail) - found < _END.size:
        return False
    return len(tail) - found - _END.size == int(_END.unpack_from(tail, found)[-1])


def _listed(directory: bytes, count: int) -> Iterator[_Entry]:
    at = 0
    for _number in range(count):
        if len(directory) - at < _CENTRAL.size or directory[at : at + 4] != b"PK\1\2":
            raise Refused("zip-directory")
        fields = _CENTRAL.unpack_from(directory, at)
        said, (name_length, extra, comment, disk, _text, attributes, local) = fields[2:10], fields[10:]
        at += _CENTRAL.size
        name = directory[at : at + name_length]
        if len(name) != name_length:
            raise Refused("zip-directory")
        at += name_length + extra + comment
        yield _Entry(
            name=name.decode("utf-8", "surrogateescape"),
            said=said,
            size=said[7],
            crc=said[5],
            at=local,
            extra=bool(extra or comment),
            disk=disk,
            mode=attributes >> 16,
            dos=attributes & 0xFFFF,
        )
    if at != len(directory):
        raise Refused("zip-directory")


def _check_names(entries: list[_Entry]) -> None:
    """Refuse names that another reader, or another system, could take for one another or for a way out."""
    seen = set()
    for entry in entries:
        same = unicodedata.normalize("NFC", unicodedata.normalize("NFC", entry.name).casefold())
        if same in seen:
            raise Refused("zip-twins", entry.name)
        seen.add(same)
    for entry in entries:
        folder = entry.name.endswith("/") or entry.dos & 0x10
        if folder or stat.S_IFMT(entry.mode) not in (0, stat.S_IFREG):
            raise Refused("zip-not-a-file", entry.name)
        if not (is_summed(entry.name) or is_beside(entry.name)):
            raise Refused("zip-name", entry.name)


def _check_plain(entry: _Entry) -> None:
    version, flags, method, _time, _date, _crc, packed, size = entry.said
    if flags & _ENCRYPTED:
        raise Refused("zip-encrypted", entry.name)
    if flags & ~_UTF8 or version > _PLAIN:
        raise Refused("zip-flags", entry.name)
    if method or packed != size:
        raise Refused("zip-compressed", entry.name)
    if entry.extra:
        raise Refused("zip-extra", entry.name)
    if entry.disk:
        raise Refused("zip-split", entry.name)


def _content_start(file: FileIO, entry: _Entry) -> int:
    name = entry.name.encode("utf-8", "surrogateescape")
    header = _at(file, entry.at, _LOCAL.size + len(name))
    if len(header) != _LOCAL.size + len(name) or not header.startswith(b"PK\3\4"):
        raise Refused("zip-gap", entry.name)
    *said, name_length, extra = _LOCAL.unpack_from(header)[1:]
    if tuple(said) != entry.said or name_length != len(name) or header[_LOCAL.size :] != name:
        raise Refused("zip-headers-differ", entry.name)
    if extra:
        raise Refused("zip-extra", entry.name)
    return entry.at + len(header)


def _at(file: FileIO, at: int, size: int) -> bytes:
    file.seek(max(at, 0))
    return file.read(size)
