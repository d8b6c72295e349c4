"""handrail guide: a checklist for the seller's own browser, and their own screenshots as evidence."""

from __future__ import annotations

import shlex
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import options

if TYPE_CHECKING:
    from handrail.guide import Checklist
    from handrail.profile.model import Profile
    from handrail.sites import Site

Flow = Annotated[
    str,
    typer.Argument(help=_("verification to make a checklist for: contact, address, certify"), metavar="FLOW"),
]


def guide(
    flow: Flow,
    site: Annotated[str, typer.Option(help=_("site it is about, by name or site file"), metavar="NAME|FILE")],
    profile: options.Profile,
    html: Annotated[
        Path | None, typer.Option(help=_("write one HTML page to this file instead"), metavar="FILE")
    ] = None,
    notice_date: Annotated[
        datetime | None,
        typer.Option(help=_("day the notice is dated"), formats=["%Y-%m-%d"], metavar="DATE"),
    ] = None,
    with_values: Annotated[
        bool, typer.Option("--with-values", help=_("whole phone number and e-mail address, in a file too"))
    ] = False,
    add: Annotated[
        list[Path] | None,
        typer.Option(help=_("your own screenshot, put into a bundle; may be given again"), metavar="PNG"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help=_("you have looked at every screenshot"))] = False,
    lang: options.Lang = None,
    out: options.Out = options.DEFAULT_OUT,
    state: options.State = None,
) -> None:
    """Show a checklist, write it as a page, or keep the person's own screenshots."""
    from handrail.guide import checklist
    from handrail.profile.model import load_profile
    from handrail.sites import load_site, overlay_folder
    from handrail_cli.output import console

    home = options.state_folder(state)
    where, seller = load_site(site, overlays=overlay_folder(home)), load_profile(profile)
    day = notice_date.date() if notice_date else None
    command = _command(flow, site, profile, day)
    made = checklist(flow, where, seller, notice_date=day, command=command)
    if html is not None:
        _write(made, html, with_values=with_values)
    if add:
        _keep(made, add, where, seller, home=home, out=out, sure=yes)
    elif html is None:
        from handrail_cli.checklist_output import show

        terminal = console()
        # Values are printed whole to a terminal only, not to a file or a pipe.
        show(made, terminal, with_values=with_values or terminal.is_terminal)


def _command(flow: str, site: str, profile: Path, day: date | None) -> str:
    """Return the command as it is typed again, with the person's own files."""
    words = ["handrail", "guide", flow, "--site", site, "--profile", str(profile)]
    return shlex.join([*words, *(["--notice-date", day.isoformat()] if day else [])])


def _keep(
    made: Checklist, files: list[Path], site: Site, profile: Profile, *, home: Path, out: Path, sure: bool
) -> None:
    from handrail.evidence.keys.signing_keys import signer_for
    from handrail.guide.own_screenshots import keep, read_picture
    from handrail_cli import passphrase
    from handrail_cli.output import console, say

    pictures = [read_picture(file) for file in files]
    if not sure:
        _confirm(files)
    signer = signer_for(site.kind, home, passphrase.ask)
    bundle = keep(pictures, flow=made.flow, site=site, profile=profile, out=out, signer=signer)
    talk = console()
    say(
        talk,
        _("Kept as added by hand: no run stands behind these pictures, and the report says so."),
    )
    talk.print(_("Report:   {path}", path=bundle / "report.html"), style="dim", markup=False)
    talk.print(_("Evidence: {path}", path=bundle), style="bold", markup=False)


def _confirm(files: list[Path]) -> None:
    from handrail.core.errors import BadInput
    from handrail.core.outcome import Outcome
    from handrail_cli.confirm import ask_yes, has_person
    from handrail_cli.output import console, say

    talk = console(stderr=True)
    say(
        talk,
        _(
            "These screenshots are kept as they are: Handrail masks nothing in them. Look at each: "
            "nobody may read a code, a password or somebody else's data in it."
        ),
    )
    for file in files:
        talk.print(f"  {file}", markup=False)
    if not has_person():
        raise BadInput(
            _("Nobody is at a terminal to say that every screenshot was looked at."),
            hint=_("Look at them yourself, then add --yes."),
            where="--add",
        )
    if not ask_yes(_("Type yes to keep them: ")):
        talk.print(_("Nothing was kept."))
        raise typer.Exit(Outcome.NEEDS_PERSON.exit_code)


def _write(made: Checklist, file: Path, *, with_values: bool) -> None:
    from handrail.guide.html import render
    from handrail_cli.output import console

    _write_page(file, render(made, with_values=with_values))
    console().print(_("Checklist: {path}", path=file.absolute()), style="bold", markup=False)


def _write_page(file: Path, page: str) -> None:
    from handrail.core.error_text import system
    from handrail.core.errors import BadInput
    from handrail.core.files import write_private

    if file.suffix.lower() not in {".html", ".htm"}:
        raise BadInput(
            _("--html {file} does not end in .html.", file=file),
            hint=_("A page is only written to a file of that kind, so that no slip overwrites another."),
            where="--html",
        )
    try:
        write_private(file, page.encode())
    except OSError as error:
        raise BadInput(
            _("{file} cannot be written: {reason}.", file=file, reason=system(error)),
            hint=_("Name a file in a folder you can write to with --html FILE."),
            where="--html",
        ) from None
