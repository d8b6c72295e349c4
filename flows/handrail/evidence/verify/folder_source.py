"""Where a bundle is read from: a folder as it stands; each file is opened once, and is what it seems."""

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

# A link is not followed, and a pipe put in a file's place is not waited for.
_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
)


class Source(Protocol):
    """A folder or a zip, seen as files by name."""

    names: tuple[str, ...]
    """Every file there is, in byte order; the names are not to be trusted."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """Read a file once, from its beginning to its end; raises CheckFailed."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


class Folder:
    """A bundle as a folder."""

    def __init__(self, root: Path, findings: Findings) -> None:
        """List the folder; what is no file of a bundle goes to the findings. Raises CheckFailed."""
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
        seen = 0
        for below in ("", ARTIFACTS):
            folder = self._root / below
            if below and not (folder.is_dir() and not folder.is_symlink()):
                return
            with os.scandir(folder) as entries:
                for entry in entries:
                    if (seen := seen + 1) > MOST_FILES:
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
