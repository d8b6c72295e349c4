"""handrail site export: what was learned, with nothing of the seller's in it, to be sent back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import options

if TYPE_CHECKING:
    from handrail.sites.overlay.overlay_toml import Export


def export(
    name: options.SiteName,
    profile: options.Profile,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("file to write; else it is printed"), metavar="FILE")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help=_("you have looked at every wording"))] = False,
    json: options.Json = False,
    state: options.State = None,
    lang: options.Lang = None,
) -> None:
    """Write the overlay anew from what it may say, once the person has seen every wording of it."""
    from handrail.profile.model import load_profile
    from handrail.sites import load_site, overlay_folder, site_names
    from handrail.sites.anonymity.wording import Impersonal
    from handrail.sites.overlay.overlay import load_overlay
    from handrail.sites.overlay.overlay_toml import everything_in, exported
    from handrail_cli.output import console

    impersonal = Impersonal(load_profile(profile))
    site = load_site(name, overlays=overlay_folder(options.state_folder(state)))
    origin = site.origin
    overlay = load_overlay(origin.overlay) if origin and origin.overlay else None
    talk = console(stderr=True)
    if overlay is None or origin is None:
        talk.print(_("Nothing was learned of {site} on this machine.", site=site.name), markup=False)
        _told(site.id, None, None, json=json)
        return
    # A file of the person's own may say anything; one of the package's was read by everybody.
    published = everything_in(origin.packaged) if name in site_names() else frozenset[str]()
    made = exported(overlay, impersonal, published)
    _show(made, published)
    if made.wordings:
        _agreed(yes=yes, json=json)
        if out is not None:
            _write(out, made.text)
    _told(site.id, made, out, json=json)


def _show(made: Export, published: frozenset[str]) -> None:
    from handrail_cli.output import console

    talk = console(stderr=True)
    for place in made.left_out:
        told = _("Left out, since it may hold something of yours: {place}.", place=place)
        talk.print(told, style="yellow", markup=False)
    if not made.wordings:
        talk.print(_("Nothing is left to hand over."))
        return
    talk.print(
        _(
            "This is handed over; a + marks what the site file does not say yet. Look at each: "
            "nobody's name, address or number may be in it."
        )
    )
    for place, wordings in made.wordings.items():
        talk.print(f"  {place}", style="dim", markup=False)
        for one in wordings:
            new = one not in published
            talk.print(f"    {'+' if new else ' '} {one}", style="bold" if new else "dim", markup=False)


def _agreed(*, yes: bool, json: bool) -> None:
    """Have the person say yes; nothing is handed over on anybody's silence."""
    from handrail.core.errors import BadInput
    from handrail.core.outcome import Outcome
    from handrail_cli.confirm import somebody_here, types_yes
    from handrail_cli.output import console

    if yes:
        return
    if json or not somebody_here():
        raise BadInput(
            _("Nobody has said that every wording was looked at."),
            hint=_("Look at them yourself, then add --yes."),
            where="site export",
        )
    if not types_yes(_("Type yes to hand it over: ")):
        console(stderr=True).print(_("Nothing was handed over."))
        raise typer.Exit(Outcome.NEEDS_PERSON.exit_code)


def _told(site: str, made: Export | None, out: Path | None, *, json: bool) -> None:
    """Print what is handed over where no file was named, or where it was written."""
    from handrail_cli.output import console, print_json

    handed = made if made and made.wordings else None
    if json:
        print_json(
            {
                "site": site,
                "exit_code": 0,
                "wordings": handed.wordings if handed else {},
                "left_out": made.left_out if made else [],
                "written": str(out) if out and handed else None,
                "overlay": handed.text if handed else None,
            }
        )
    elif handed and out is None:
        sys.stdout.write(handed.text)
    elif handed:
        told = _("Read it before you send it: {path}", path=out)
        console(stderr=True).print(told, style="bold", markup=False)


def _write(out: Path, text: str) -> None:
    from handrail.core.error_text import system
    from handrail.core.errors import BadInput

    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(
            _("{path} cannot be written: {reason}.", path=out, reason=system(error)),
            hint=_("Name another file with --out FILE."),
            where=str(out),
        ) from None
