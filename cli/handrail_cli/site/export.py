"""handrail site export: what was learned, with nothing of the seller's in it, to be sent back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from handrail.i18n import gettext as _
from handrail_cli import options


def export(
    name: options.SiteName,
    profile: options.Profile,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("file to write; else it is printed"), metavar="FILE")
    ] = None,
    state: options.State = None,
    lang: options.Lang = None,
) -> None:
    """Write the overlay anew from what it may say; an entry that holds something private is left out."""
    from handrail.profile.model import load_profile
    from handrail.sites import load_site, overlay_folder
    from handrail.sites.impersonal import Impersonal
    from handrail.sites.overlay import load_overlay
    from handrail.sites.overlay_file import exported
    from handrail_cli.output import console

    impersonal = Impersonal(load_profile(profile))
    site = load_site(name, overlays=overlay_folder(options.state_folder(state)))
    overlay = load_overlay(site.origin.overlay) if site.origin and site.origin.overlay else None
    talk = console(stderr=True)
    if overlay is None:
        talk.print(_("Nothing was learned of {site} on this machine.", site=site.name), markup=False)
        return
    text, left_out = exported(overlay, impersonal)
    for place in left_out:
        talk.print(
            _("Left out, since it may hold something of yours: {place}.", place=place),
            style="yellow",
            markup=False,
        )
    if out is None:
        sys.stdout.write(text)
        return
    _write(out, text)
    talk.print(_("Read it before you send it: {path}", path=out), style="bold", markup=False)


def _write(out: Path, text: str) -> None:
    from handrail.errors import BadInput
    from handrail.reasons import system

    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(
            _("{path} cannot be written: {reason}.", path=out, reason=system(error)),
            hint=_("Name another file with --out FILE."),
            where=str(out),
        ) from None
