"""handrail site export: the overlay without personal data, to be sent to the project."""

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
    """Write the overlay without personal data, after the person has seen every wording."""
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
        _print_handed_over(site.id, None, None, json=json)
        return
    # Only the wordings of a packaged site file are public already.
    published = everything_in(origin.packaged) if name in site_names() else frozenset[str]()
    overlay_export = exported(overlay, impersonal, published)
    _print_wordings(overlay_export, published)
    if overlay_export.wordings:
        _confirm(yes=yes, json=json)
        if out is not None:
            _write(out, overlay_export.text)
    _print_handed_over(site.id, overlay_export, out, json=json)


def _print_wordings(overlay_export: Export, published: frozenset[str]) -> None:
    from handrail_cli.output import console

    talk = console(stderr=True)
    for place in overlay_export.left_out:
        notice = _("Left out, since it may hold something of yours: {place}.", place=place)
        talk.print(notice, style="yellow", markup=False)
    if not overlay_export.wordings:
        talk.print(_("Nothing is left to hand over."))
        return
    talk.print(
        _(
            "This is handed over; a + marks what the site file does not say yet. Look at each: "
            "nobody's name, address or number may be in it."
        )
    )
    for place, wordings in overlay_export.wordings.items():
        talk.print(f"  {place}", style="dim", markup=False)
        for wording in wordings:
            new = wording not in published
            talk.print(f"    {'+' if new else ' '} {wording}", style="bold" if new else "dim", markup=False)


def _confirm(*, yes: bool, json: bool) -> None:
    """Ask the person for a yes; raise BadInput if nobody can be asked."""
    from handrail.core.errors import BadInput
    from handrail.core.outcome import Outcome
    from handrail_cli.confirm import ask_yes, has_person
    from handrail_cli.output import console

    if yes:
        return
    if json or not has_person():
        raise BadInput(
            _("Nobody has said that every wording was looked at."),
            hint=_("Look at them yourself, then add --yes."),
            where="site export",
        )
    if not ask_yes(_("Type yes to hand it over: ")):
        console(stderr=True).print(_("Nothing was handed over."))
        raise typer.Exit(Outcome.NEEDS_PERSON.exit_code)


def _print_handed_over(site: str, overlay_export: Export | None, out: Path | None, *, json: bool) -> None:
    """Print the export, or the name of its file."""
    from handrail_cli.output import console, print_json

    usable = overlay_export if overlay_export and overlay_export.wordings else None
    if json:
        print_json(
            {
                "site": site,
                "exit_code": 0,
                "wordings": usable.wordings if usable else {},
                "left_out": overlay_export.left_out if overlay_export else [],
                "written": str(out) if out and usable else None,
                "overlay": usable.text if usable else None,
            }
        )
    elif usable and out is None:
        sys.stdout.write(usable.text)
    elif usable:
        notice = _("Read it before you send it: {path}", path=out)
        console(stderr=True).print(notice, style="bold", markup=False)


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
