"""handrail guide: a checklist for the seller's own browser, and their own screenshots as evidence."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.i18n import gettext as _
from handrail_cli import options

if TYPE_CHECKING:
    from handrail.guide import Checklist

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
    lang: options.Lang = None,
    state: options.State = None,
) -> None:
    """Show a checklist, or write it as a page."""
    from handrail.guide import checklist
    from handrail.profile.model import load_profile
    from handrail.sites import load_site, overlay_folder
    from handrail_cli.output import console

    where = load_site(site, overlays=overlay_folder(options.state_folder(state)))
    day = notice_date.date() if notice_date else None
    made = checklist(flow, where, load_profile(profile), notice_date=day)
    if html is None:
        from handrail_cli.checklist import show

        out = console()
        # A terminal is the person's own eyes; a file or a pipe is not.
        show(made, out, with_values=with_values or out.is_terminal)
    else:
        _write(made, html, with_values=with_values)


def _write(made: Checklist, file: Path, *, with_values: bool) -> None:
    from handrail.guide.page import render
    from handrail_cli.output import console

    _write_page(file, render(made, with_values=with_values))
    console().print(_("Checklist: {path}", path=file.absolute()), style="bold", markup=False)


def _write_page(file: Path, page: str) -> None:
    from handrail.errors import BadInput
    from handrail.portable import write_private
    from handrail.reasons import system

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
