"""handrail evidence export: verify a bundle, and write it as a zip, a PDF or pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import options


def export(
    path: options.Bundle,
    out: Annotated[Path | None, typer.Option(help=_("zip file to write"), metavar="FILE.zip")] = None,
    pdf: Annotated[Path | None, typer.Option(help=_("PDF to print the report to"), metavar="FILE")] = None,
    images: Annotated[
        Path | None, typer.Option(help=_("new folder for the report's pages as PNG"), metavar="DIR")
    ] = None,
    paper: Annotated[Literal["A4", "Letter"], typer.Option(help=_("size of the pages"))] = "A4",
    redact: Annotated[
        Literal["business"] | None,
        typer.Option(help=_("business: make a copy without names and addresses, for strangers")),
    ] = None,
    key: options.TrustedKey = None,
    evidence: options.EvidenceFolder = options.DEFAULT_OUT,
    state: options.State = None,
    browser: options.Browser = None,
    lang: options.Lang = None,
) -> None:
    """Export a bundle in one form."""
    import asyncio

    from handrail.browser.find import find_browser
    from handrail.core.errors import BadInput
    from handrail.evidence.export import exporter as exports
    from handrail.evidence.keys.signing_keys import signer_for
    from handrail.evidence.listing import require_bundle
    from handrail.evidence.verify.trust import trust_here
    from handrail_cli import passphrase
    from handrail_cli.evidence.verdict_text import print_verdict
    from handrail_cli.output import console

    wanted = [target for target in (out, pdf, images) if target is not None]
    if len(wanted) != 1:
        raise BadInput(
            _("One form is exported at a time."),
            hint=_("Give one of --out FILE.zip, --pdf FILE and --images DIR."),
            where="evidence export",
        )
    home = options.state_folder(state)
    with exports.checked(require_bundle(path, evidence), trust_here(home, key=key)) as bundle:
        print_verdict(bundle.verdict, stderr=True)
        if out is not None and redact is not None:
            exports.to_copy(bundle, out, signer_for(bundle.seal.kind, home, passphrase.ask))
        elif out is not None:
            exports.to_zip(bundle, out)
        else:
            executable = find_browser(browser, headless=True)
            if pdf is not None:
                asyncio.run(exports.to_pdf(bundle, pdf, executable, paper, redact=redact is not None))
            if images is not None:
                asyncio.run(exports.to_pictures(bundle, images, executable, paper, redact=redact is not None))
    console().print(str(wanted[0].absolute()), markup=False)
