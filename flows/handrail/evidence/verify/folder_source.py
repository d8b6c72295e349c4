"""Read a bundle from a folder: regular files only, each opened once, no links followed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import Protocol

from handrail.core.error_text import system
from handrail.evidence.format.findings import CheckFailed, Findings
from handrail.evidence.format.layout import ARTIFACTS
from handrail.evidence.format.limits import MOST_FILES

CHUNK = 1 << 20
"""Bytes read at a time."""

# Follow no link, and do not wait for a pipe in a file's place.
_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
)


class Source(Protocol):
    """A bundle's files by name, from a folder or a zip."""

    names: tuple[str, ...]
    """Every file, in byte order; untrusted names."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """Read a file once, from its beginning to its end; raises CheckFailed."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


class Folder:
    """A bundle as a folder."""

    def __init__(self, root: Path, findings: Findings) -> None:
        """List the folder; links, devices and further folders go to the findings. Raises CheckFailed."""
        self._root = root
        try:
            self.names = tuple(sorted(self._listed(findings)))
        except OSError as error:
            raise CheckFailed("unreadable", root.name, why=system(error)) from error

    def chunks(self, name: str) -> Iterator[bytes]:
        """Read a file once, from its beginning to its end; raises CheckFailed."""
        try:
            descriptor = _open(f"{self._root}{os.sep}{name}", name)
            try:
                while chunk := os.read(descriptor, CHUNK):
                    yield chunk
            finally:
                os.close(descriptor)
        except OSError as error:
            raise CheckFailed(
                "not-regular" if error.errno == errno.ELOOP else "unreadable", name, why=system(error)
            ) from error

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _listed(self, findings: Findings) -> Iterator[str]:
        count = 0
        for below in ("", ARTIFACTS):
            folder = self._root / below
            if below and not (folder.is_dir() and not folder.is_symlink()):
                return
            with os.scandir(folder) as entries:
                for entry in entries:
                    if (count := count + 1) > MOST_FILES:
                        raise CheckFailed("too-many-files", most=MOST_FILES)
                    name = f"{below}/{entry.name}" if below else entry.name
                    if entry.is_file(follow_symlinks=False):
                        yield name
                    elif not entry.is_dir(follow_symlinks=False):
                        findings.add("not-regular", name)
                    elif name != ARTIFACTS:
                        findings.add("extra-folder", name)


def open_regular(path: Path, name: str) -> FileIO:
    """Open a regular file for reading, never a link or device; raises OSError and CheckFailed."""
    return FileIO(_open(str(path), name))


def _open(path: str, name: str) -> int:
    descriptor = os.open(path, _FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise CheckFailed("not-regular", name)
    return descriptor
