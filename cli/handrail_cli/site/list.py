"""handrail site list: the sites Handrail knows."""

from __future__ import annotations

from handrail.core.i18n import gettext as _
from handrail_cli import options


def list_sites(json: options.Json = False, lang: options.Lang = None) -> None:
    """List the sites in the package."""
    from rich.table import Table

    from handrail.core.labels import label
    from handrail.sites import load_site, site_names
    from handrail_cli.output import console, print_json

    sites = [load_site(name) for name in site_names()]
    if json:
        print_json(
            [
                {
                    "id": one.id,
                    "name": one.name,
                    "marketplace": one.marketplace,
                    "kind": one.kind,
                    "ceiling": one.terms.ceiling,
                    "labels": one.sureness(),
                }
                for one in sites
            ]
        )
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in (_("site"), _("name"), _("at most"), _("labels")):
        table.add_column(heading, header_style="bold")
    for one in sites:
        labels = " · ".join(f"{count} {label('sure', how)}" for how, count in one.sureness().items())
        table.add_row(one.id, one.name, one.terms.ceiling, labels)
    console().print(table)
