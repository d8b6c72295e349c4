"""Write a bundle as a zip that the strict reader accepts."""

from __future__ import annotations

import os
import stat
import zipfile
from contextlib import closing, suppress
from pathlib import Path

from handrail.core.error_text import system
from handrail.core.errors import HandrailError
from handrail.core.i18n import gettext as _
from handrail.core.i18n import lazy
from handrail.evidence.format.findings import CheckFailed, Findings
from handrail.evidence.format.layout import ARTIFACTS
from handrail.evidence.format.limits import is_beside, is_summed
from handrail.evidence.verify.folder_source import Folder
from handrail.evidence.verify.zip_source import open_bundle


class NotPacked(HandrailError):
    """The zip file could not be written."""

    hint = lazy("Name a place that has room and takes files.")


def write_zip(folder: Path, out: Path) -> None:
    """Write a bundle's folder as a zip: stored, sorted and undated, so that equal folders give equal files.

    Raises NotPacked where `out` cannot be written, and CheckFailed where the folder holds what no bundle has.
    """
    findings = Findings()
    source = Folder(folder, findings)
    for strange in findings.reasons:
        raise CheckFailed(strange.code, strange.where)
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

    Nobody else can change it between a verification there and its use.
    Raises CheckFailed for what is no bundle, and NotPacked where the folder takes no files.
    """
    findings = Findings()
    with closing(open_bundle(path, findings)) as source:
        for strange in findings.reasons:
            raise CheckFailed(strange.code, strange.where)
        try:
            folder.mkdir(mode=0o700, parents=True)
            (folder / ARTIFACTS).mkdir(mode=0o700)
            for name in source.names:
                if not (is_summed(name) or is_beside(name)):
                    raise CheckFailed("bad-name", name)
                with open(folder / name, "xb", opener=lambda to, flags: os.open(to, flags, 0o600)) as file:
                    file.writelines(source.chunks(name))
        except OSError as error:
            raise NotPacked(
                _("{file} cannot be written: {why}.", file=folder, why=system(error)), where=str(folder)
            ) from error
