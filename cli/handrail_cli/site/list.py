"""handrail site list: the sites Handrail knows."""

from __future__ import annotations

from handrail.core.i18n import gettext as _
from handrail_cli import options


def list_sites(json: options.Json = False, lang: options.Lang = None) -> None:
    """List the sites in the package."""
    from handrail.core.labels import label
    from handrail.sites import load_site, site_names
    from handrail_cli.output import console, print_json
    from handrail_cli.tables import Column, show_table

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
                    "labels": site.sureness(),
                }
                for site in sites
            ]
        )
        return
    columns = [Column(_("site"), copied=True), Column(_("name")), Column(_("at most")), Column(_("labels"))]
    labels = [
        _(", ").join(f"{count} {label('sure', how)}" for how, count in site.sureness().items())
        for site in sites
    ]
    rows = [(site.id, site.name, site.terms.ceiling, labels[at]) for at, site in enumerate(sites)]
    show_table(console(), columns, rows)
