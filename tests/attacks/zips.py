"""Attacks that only a zip can carry: what two readers of the same file could see differently."""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")


@dataclass(frozen=True)
class Entry:
    """One file of a zip, with every field a forger may turn."""

    name: bytes
    data: bytes
    flags: int = 0
    method: int = 0
    version: int = 20
    mode: int = stat.S_IFREG | 0o600
    local_name: bytes | None = None
    """What the local header calls it; None for the same."""
    extra: bytes = b""
    local_extra: bytes = b""
    comment: bytes = b""
    size: int | None = None
    """What the headers say; None for the truth."""
    listed: bool = True
    """Whether the directory knows it."""
    at: int | None = None
    """Where the directory says it is; None for the truth."""
    tail: bytes = b""
    """What follows its data before the next entry."""
    crc: int | None = None
    date: int = 0x21
    local_date: int = 0x21


@dataclass(frozen=True)
class Archive:
    """A whole zip, to be written with its lies."""

    entries: tuple[Entry, ...]
    before: bytes = b""
    between: bytes = b""
    """What stands before the directory."""
    after: bytes = b""
    comment: bytes = b""
    shift: bool = True
    """Whether the offsets count what stands before."""
    end: dict[str, int] = field(default_factory=dict)
    """What the end record says otherwise: count, here, size, at, disk."""
    locator: bytes = b""
    """What stands between the directory and the end record."""

    def write(self) -> bytes:
        """Return its bytes."""
        body, directory, listed = self.before, b"", 0
        for entry in self.entries:
            at = len(body) if self.shift else len(body) - len(self.before)
            body += _local(entry)
            if entry.listed:
                directory += _central(entry, at if entry.at is None else entry.at)
                listed += 1
        body += self.between
        at = len(body) if self.shift else len(body) - len(self.before)
        said = {"count": listed, "here": listed, "size": len(directory), "at": at, "disk": 0, **self.end}
        numbers = (said["disk"], said["disk"], said["here"], said["count"], said["size"], said["at"])
        end = END.pack(b"PK\5\6", *numbers, len(self.comment)) + self.comment
        return body + directory + self.locator + end + self.after

    def with_first(self, **changes: object) -> Archive:
        """Return the archive with its first entry changed."""
        return replace(self, entries=(replace(self.entries[0], **changes), *self.entries[1:]))  # type: ignore[arg-type]  # any field

    def with_more(self, *entries: Entry) -> Archive:
        """Return the archive with more entries at its end."""
        return replace(self, entries=(*self.entries, *entries))


def read(data: bytes) -> Archive:
    """Take a plain zip apart."""
    entries, at = [], 0
    while data[at : at + 4] == b"PK\3\4":
        fields = LOCAL.unpack_from(data, at)
        name_at = at + LOCAL.size
        data_at = name_at + fields[9]
        entries.append(Entry(data[name_at:data_at], data[data_at : data_at + fields[8]]))
        at = data_at + fields[8]
    return Archive(tuple(entries))


def _said(entry: Entry, date: int) -> tuple[int, ...]:
    size = len(entry.data) if entry.size is None else entry.size
    crc = zlib.crc32(entry.data) if entry.crc is None else entry.crc
    return entry.version, entry.flags, entry.method, 0, date, crc, len(entry.data), size


def _local(entry: Entry) -> bytes:
    name = entry.name if entry.local_name is None else entry.local_name
    lengths = (len(name), len(entry.local_extra))
    head = LOCAL.pack(b"PK\3\4", *_said(entry, entry.local_date), *lengths)
    return head + name + entry.local_extra + entry.data + entry.tail


def _central(entry: Entry, at: int) -> bytes:
    lengths = (len(entry.name), len(entry.extra), len(entry.comment))
    rest = (*lengths, 0, 0, entry.mode << 16, at)
    head = CENTRAL.pack(b"PK\1\2", 3 << 8 | 20, *_said(entry, entry.date), *rest)
    return head + entry.name + entry.extra + entry.comment


@dataclass(frozen=True)
class ZipAttack:
    """One way to lie with a zip."""

    name: str
    """What is done, in words."""
    code: str
    """The first reason."""
    change: Callable[[Archive], Archive]
    """Does it."""


def _named(name: bytes) -> Callable[[Archive], Archive]:
    return lambda zipped: zipped.with_more(Entry(name, b"x"))


def _unicode_path(zipped: Archive) -> Archive:
    # Info-ZIP's extra field 0x7075: another name, for readers that know it.
    first = zipped.entries[0]
    more = b"\x01" + struct.pack("<I", zlib.crc32(first.name)) + b"artifacts/other.png"
    return zipped.with_first(extra=struct.pack("<HH", 0x7075, len(more)) + more)


def _bomb(zipped: Archive) -> Archive:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packer.compress(bytes(50 << 20)) + packer.flush()
    return zipped.with_first(data=data, method=8, size=50 << 20)


def _overlapping(zipped: Archive) -> Archive:
    return replace(zipped, entries=(zipped.entries[0], replace(zipped.entries[1], at=0), *zipped.entries[2:]))


def _in_another_order(zipped: Archive) -> Archive:
    whole = zipped.write()
    start = END.unpack(whole[-END.size :])[6]
    directory = whole[start : -END.size]
    parts = [b"PK\1\2" + part for part in directory.split(b"PK\1\2")[1:]]
    return replace(
        zipped,
        entries=tuple(replace(entry, listed=False) for entry in zipped.entries),
        between=b"".join(reversed(parts)),
        end={"count": len(parts), "here": len(parts), "size": len(directory), "at": start},
    )


ZIP_ATTACKS = (
    ZipAttack("an entry twice", "zip-twins", lambda z: z.with_more(z.entries[0])),
    ZipAttack(
        "an entry twice with other data", "zip-twins", lambda z: z.with_more(replace(z.entries[0], data=b"x"))
    ),
    ZipAttack(
        "case twins",
        "zip-twins",
        lambda z: z.with_more(replace(z.entries[0], name=z.entries[0].name.upper())),
    ),
    ZipAttack("a name out of the folder", "zip-name", _named(b"../evil.png")),
    ZipAttack("a name out of the artifacts", "zip-name", _named(b"artifacts/../../evil.png")),
    ZipAttack("an absolute name", "zip-name", _named(b"/etc/passwd")),
    ZipAttack("a backslash", "zip-name", _named(b"artifacts\\evil.png")),
    ZipAttack("a drive letter", "zip-name", _named(b"c:evil.png")),
    ZipAttack("NUL in a name", "zip-name", _named(b"artifacts/evil.png\0.txt")),
    ZipAttack("a name that is no text", "zip-name", _named(b"artifacts/\xff.png")),
    ZipAttack("no name", "zip-name", _named(b"")),
    ZipAttack("a name that steers a terminal", "zip-name", _named(b"\x1b[2Jevil.png")),
    ZipAttack("a folder's entry", "zip-not-a-file", _named(b"artifacts/")),
    ZipAttack("a folder's attributes", "zip-not-a-file", lambda z: z.with_first(mode=stat.S_IFDIR | 0o700)),
    ZipAttack("a symlink", "zip-not-a-file", lambda z: z.with_first(mode=stat.S_IFLNK | 0o777)),
    ZipAttack("a device", "zip-not-a-file", lambda z: z.with_first(mode=stat.S_IFCHR | 0o600)),
    ZipAttack("a bomb", "zip-compressed", _bomb),
    ZipAttack("sizes that differ", "zip-compressed", lambda z: z.with_first(size=1)),
    ZipAttack("another name in the extra field 0x7075", "zip-extra", _unicode_path),
    ZipAttack(
        "an extra field in the local header", "zip-extra", lambda z: z.with_first(local_extra=b"XX\0\0")
    ),
    ZipAttack("a comment on an entry", "zip-extra", lambda z: z.with_first(comment=b"fine")),
    ZipAttack("a local entry absent from the directory", "zip-gap", lambda z: z.with_first(listed=False)),
    ZipAttack(
        "the last entry absent from the directory",
        "zip-gap",
        lambda z: z.with_more(Entry(b"x", b"x", listed=False)),
    ),
    ZipAttack("bytes between two entries", "zip-gap", lambda z: z.with_first(tail=b"hidden")),
    ZipAttack("bytes before the directory", "zip-gap", lambda z: replace(z, between=b"hidden")),
    ZipAttack("junk before, offsets mended", "zip-gap", lambda z: replace(z, before=b"MZ junk")),
    ZipAttack("junk before", "zip-directory", lambda z: replace(z, before=b"MZ junk", shift=False)),
    ZipAttack("junk after", "zip-no-end", lambda z: replace(z, after=b"junk")),
    ZipAttack(
        "a second end", "zip-directory", lambda z: replace(z, after=END.pack(b"PK\5\6", 0, 0, 0, 0, 0, 0, 0))
    ),
    ZipAttack("a comment", "zip-comment", lambda z: replace(z, comment=b"hello")),
    ZipAttack("overlapping entries", "zip-gap", _overlapping),
    ZipAttack("a directory in another order", "zip-gap", _in_another_order),
    ZipAttack("the encrypted flag", "zip-encrypted", lambda z: z.with_first(flags=1)),
    ZipAttack("the flag of strong encryption", "zip-encrypted", lambda z: z.with_first(flags=0x40)),
    ZipAttack("a data descriptor", "zip-flags", lambda z: z.with_first(flags=8)),
    ZipAttack("a flag of the reserved ones", "zip-flags", lambda z: z.with_first(flags=0x1000)),
    ZipAttack("a version that knows zip64", "zip-flags", lambda z: z.with_first(version=45)),
    ZipAttack("zip64 sizes", "zip-64", lambda z: replace(z, end={"size": 0xFFFFFFFF})),
    ZipAttack("zip64 counts", "zip-64", lambda z: replace(z, end={"count": 0xFFFF, "here": 0xFFFF})),
    ZipAttack("a zip64 locator", "zip-64", lambda z: replace(z, locator=b"PK\6\7" + bytes(16))),
    ZipAttack("one of several disks", "zip-split", lambda z: replace(z, end={"disk": 1})),
    ZipAttack("counts that differ", "zip-split", lambda z: replace(z, end={"count": 1})),
    ZipAttack("a count too low", "zip-directory", lambda z: replace(z, end={"count": 3, "here": 3})),
    ZipAttack("a directory said to be elsewhere", "zip-directory", lambda z: replace(z, end={"at": 0})),
    ZipAttack(
        "another name in the local header",
        "zip-headers-differ",
        lambda z: z.with_first(local_name=z.entries[1].name),
    ),
    ZipAttack(
        "another date in the local header", "zip-headers-differ", lambda z: z.with_first(local_date=0x22)
    ),
    ZipAttack("a wrong checksum", "zip-crc", lambda z: z.with_first(crc=1)),
    ZipAttack("an entry of nobody's", "unlisted", _named(b"artifacts/0009-more.png")),
)
