"""Private files, writable folders, and the root user, on POSIX and on Windows."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from handrail.core.error_text import system
from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _


def private_file(path: Path) -> Path:
    """Create the file, readable by its owner only, if it does not exist; return its path."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return path


def write_private(path: Path, data: bytes) -> None:
    """Write a file atomically, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(path.name + ".new")
    descriptor = os.open(aside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    aside.replace(path)


def writable_folder(path: Path, *, option: str) -> Path:
    """Create the folder if needed and return it; BadInput names the option if it is not writable."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = path / f".probe-{os.getpid()}"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        raise BadInput(
            _(
                "{folder} cannot be written to: {reason}.",
                folder=path,
                reason=system(error),
            ),
            hint=_("Name a folder you can write to with {option} DIR.", option=option),
            where=str(path),
        ) from None
    return path


def is_root() -> bool:
    """Whether this process is root; Windows has no such user."""
    return sys.platform != "win32" and os.geteuid() == 0
