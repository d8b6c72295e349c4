"""handrail site list: the sites Handrail knows."""

from __future__ import annotations

from handrail.core.i18n import gettext as _
from handrail_cli import options


def list_sites(json: options.Json = False, lang: options.Lang = None) -> None:
    """List the sites in the package."""
    from rich.table import Table

    from handrail.core.labels import label
    from handrail.sites import load_site, site_names
    from handrail.sites.terms_summary import terms_summary
    from handrail_cli.output import console, print_json

    sites = [load_site(name) for name in site_names()]
    if json:
        print_json(
            [
                {
                    "id": site.id,
                    "name": site.name,
                    "marketplace": site.marketplace,
                    "kind": site.kind,
                    "ceiling": site.terms.ceiling,
                    "terms": site.terms.model_dump(mode="json", by_alias=True, exclude_none=True),
                    "labels": site.sureness(),
                }
                for site in sites
            ]
        )
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in (_("site"), _("name"), _("at most"), _("terms"), _("labels")):
        table.add_column(heading, header_style="bold")
    for site in sites:
        labels = " · ".join(f"{count} {label('sure', how)}" for how, count in site.sureness().items())
        table.add_row(site.id, site.name, site.terms.ceiling, terms_summary(site), labels)
    console().print(table)
