"""handrail site show: print a site file with this machine's overlay applied."""

from __future__ import annotations

from handrail.core.i18n import gettext as _
from handrail_cli import options


def show(
    name: options.SiteName, json: options.Json = False, state: options.State = None, lang: options.Lang = None
) -> None:
    """Print one site; `learned` lists the entries from this machine's overlay."""
    from handrail.sites import load_site, overlay_folder
    from handrail.sites.overlay.overlay import load_overlay
    from handrail.sites.terms_summary import terms_summary
    from handrail_cli.output import console, print_json

    site = load_site(name, overlays=overlay_folder(options.state_folder(state)))
    description = site.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    overlay = load_overlay(site.origin.overlay) if site.origin and site.origin.overlay else None
    if overlay is not None:
        description["learned"] = {
            place: {"sure": entry.sure, "seen": entry.seen.isoformat()}
            for place, entry in overlay.learned.items()
        }
    if not json:
        terms = _(
            "{name}: at most {ceiling}. Terms: {known}.",
            name=site.name,
            ceiling=site.terms.ceiling,
            known=terms_summary(site),
        )
        console(stderr=True).print(terms, style="bold", markup=False)
    print_json(description)
