"""handrail evidence list: the bundles there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from handrail.core.i18n import gettext as _
from handrail_cli import options

if TYPE_CHECKING:
    from rich.table import Table

    from handrail.evidence.listing import Kept


def list_bundles(
    out: options.Out = options.DEFAULT_OUT, json: options.Json = False, lang: options.Lang = None
) -> None:
    """List the bundles in a folder."""
    from dataclasses import asdict

    from handrail.evidence.listing import kept
    from handrail_cli.output import console, print_json

    bundles = kept(out)
    if json:
        print_json([{**asdict(one), "path": str(one.path)} for one in bundles])
        return
    if not bundles:
        console().print(_("There is no evidence in {folder}.", folder=out), markup=False)
        raise typer.Exit
    console().print(_table(bundles))


def _table(bundles: Sequence[Kept]) -> Table:
    from rich.table import Table
    from rich.text import Text

    from handrail.core.labels import label
    from handrail.core.time_format import readable_text

    table = Table(box=None, padding=(0, 2, 0, 0))
    # A name that is cut short cannot be copied.
    table.add_column(_("bundle"), header_style="bold", min_width=max(len(one.id) for one in bundles))
    table.add_column(_("began"), header_style="bold", no_wrap=True)
    for heading in (_("flow"), _("site"), _("outcome"), _("seal")):
        table.add_column(heading, header_style="bold")
    for one in bundles:
        cells = (
            one.id,
            readable_text(one.began),
            one.flow,
            one.site,
            label("outcome", one.outcome),
            label("seal", one.standing),
        )
        table.add_row(*map(Text, cells))
    return table
