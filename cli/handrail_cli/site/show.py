"""handrail site show: what a site file says, with what was learned on this machine."""

from __future__ import annotations

from handrail_cli import options


def show(
    name: options.SiteName, json: options.Json = False, state: options.State = None, lang: options.Lang = None
) -> None:
    """Show one site; `learned` tells which of its places and wordings are this machine's own."""
    from handrail.sites import load_site, overlay_folder
    from handrail.sites.overlay.overlay import load_overlay
    from handrail_cli.output import print_json

    site = load_site(name, overlays=overlay_folder(options.state_folder(state)))
    said = site.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    overlay = load_overlay(site.origin.overlay) if site.origin and site.origin.overlay else None
    if overlay is not None:
        said["learned"] = {
            place: {"sure": entry.sure, "seen": entry.seen.isoformat()}
            for place, entry in overlay.learned.items()
        }
    print_json(said)
