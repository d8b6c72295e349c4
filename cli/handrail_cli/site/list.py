"""handrail site list: the sites Handrail knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail_cli import options

if TYPE_CHECKING:
    from handrail.sites import Site


def list_sites(json: options.Json = False, lang: options.Lang = None) -> None:
    """List the sites in the package."""
    from handrail.sites import load_site, site_names
    from handrail.sites.terms_summary import terms_summary
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
                    "terms": site.terms.model_dump(mode="json", by_alias=True, exclude_none=True),
                    "labels": site.sureness(),
                }
                for site in sites
            ]
        )
        return
    headings = (_("name"), _("at most"), _("terms"), _("labels"))
    columns = [Column(_("site"), copied=True), *map(Column, headings)]
    rows = [(site.id, site.name, site.terms.ceiling, terms_summary(site), _labels_of(site)) for site in sites]
    show_table(console(), columns, rows)


def _labels_of(site: Site) -> str:
    from handrail.core.labels import label

    return _(", ").join(f"{count} {label('sure', how)}" for how, count in site.sureness().items())
