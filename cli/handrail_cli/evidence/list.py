"""handrail evidence list: the bundles there are, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from handrail.evidence.listing import BundleSummary

_SHORT_ID = 8
"""Characters at the end of an id that are listed where the whole of it has no room."""
_WHOLE_ID_FROM = 150
"""Columns of a terminal from which on ids are listed whole."""


def list_bundles(
    out: options.Out = options.DEFAULT_OUT,
    account: Annotated[str, typer.Option(help=_("part of the account's name"))] = "",
    flow: Annotated[str, typer.Option(help=_("only this flow"))] = "",
    site: Annotated[str, typer.Option(help=_("only this site"))] = "",
    outcome: Annotated[str, typer.Option(help=_("only runs that ended so"))] = "",
    since: Annotated[
        datetime | None,
        typer.Option(help=_("only from this day on"), formats=["%Y-%m-%d"], metavar="YYYY-MM-DD"),
    ] = None,
    most: Annotated[int, typer.Option(help=_("so many at the most"), min=1)] = 40,
    json: options.Json = False,
    lang: options.Lang = None,
) -> None:
    """List the bundles in a folder, the newest first."""
    from dataclasses import asdict

    from handrail.evidence import listing
    from handrail_cli.output import console, print_json

    wanted = listing.BundleFilter(account, flow, site, outcome, since.date() if since else None)
    bundles = listing.list_bundles(out, wanted)
    listed, older = bundles[:most], len(bundles) - most
    if json:
        print_json([{**asdict(bundle), "path": str(bundle.path)} for bundle in listed])
        return
    talk = console()
    if not bundles:
        none = _("There is no evidence in {folder}.", folder=out)
        talk.print(
            none if wanted == listing.BundleFilter() else _("No bundle in {folder} fits.", folder=out),
            markup=False,
        )
        raise typer.Exit
    if not talk.is_terminal:
        talk.width = max(talk.width, _WHOLE_ID_FROM)  # a file has room
    _show(listed, talk, whole=talk.width >= _WHOLE_ID_FROM)
    if older > 0:
        talk.print(_("Older ones that are not listed: {count}. See --most.", count=older), style="dim")


def _show(bundles: Sequence[BundleSummary], out: Console, *, whole: bool) -> None:
    from handrail.core.labels import label
    from handrail.core.time_format import readable_text
    from handrail_cli.tables import Column, show_table

    headings = (_("began"), _("account"), _("site"), _("flow"), _("outcome"), _("deadline"))
    # What is typed into another command is never cut short.
    columns = [Column(_("bundle"), copied=True), *map(Column, headings)]
    rows = [
        (
            bundle.id if whole else bundle.id[-_SHORT_ID:],
            readable_text(bundle.began) if whole else bundle.began[:10],
            bundle.account,
            bundle.site,
            label("flow", bundle.flow) if whole else bundle.flow,
            _ending(bundle),
            bundle.deadline[:10],
        )
        for bundle in bundles
    ]
    show_table(out, columns, rows)


def _ending(bundle: BundleSummary) -> str:
    """Return how the run ended, and what is the matter with its seal."""
    from handrail.core.labels import label

    unusual = "" if bundle.standing == "sealed" else label("seal", bundle.standing)
    return " · ".join(filter(None, (label("outcome", bundle.outcome), unusual)))
