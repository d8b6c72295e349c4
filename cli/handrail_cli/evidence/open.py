"""handrail evidence open: verify a bundle, and open its report in the person's own browser."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import options


def open_report(
    path: options.Bundle,
    key: options.TrustedKey = None,
    tsa_root: options.TsaRoot = None,
    evidence: options.EvidenceFolder = options.DEFAULT_OUT,
    state: options.State = None,
    lang: options.Lang = None,
) -> None:
    """Open a bundle's report; ends as `verify` does."""
    from handrail.evidence.format.layout import REPORT
    from handrail.evidence.listing import require_bundle
    from handrail.evidence.verify.trust import trust_here
    from handrail.evidence.verify.verifier import verify
    from handrail_cli.evidence.verdict_text import print_verdict
    from handrail_cli.output import console

    home = options.state_folder(state)
    trust = trust_here(home, key=key, tsa_root=tsa_root)
    verdict = verify(require_bundle(path, evidence), trust)
    folder = path
    if verdict.exit_code == 0 and path.is_file() and verdict.bundle_id:
        folder = _unpacked(path, home / "opened" / verdict.bundle_id)
        # Verified again in a private folder, so that the browser reads exactly what was verified.
        verdict = verify(folder, trust)
    print_verdict(verdict)
    if verdict.exit_code:
        # An unknown signer's report is not opened before the person compared the fingerprint.
        raise typer.Exit(verdict.exit_code)
    report = folder.absolute() / REPORT
    if not _shown(report):
        console(stderr=True).print(
            _("There is no display here; open this file in a browser:"), style="yellow"
        )
    console().print(str(report), markup=False)


def _unpacked(path: Path, folder: Path) -> Path:
    import shutil

    from handrail.evidence.export.zip_writer import copy_out

    shutil.rmtree(folder, ignore_errors=True)
    copy_out(path, folder)
    return folder


def _shown(report: Path) -> bool:
    import webbrowser

    if sys.platform == "linux" and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))):
        return False
    return webbrowser.open(report.as_uri())
