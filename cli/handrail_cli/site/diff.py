"""handrail site diff: this machine's overlay as a diff against the site file."""

from __future__ import annotations

import sys

from handrail.core.i18n import gettext as _
from handrail_cli import options

_CONTEXT = 3


def diff(
    name: options.SiteName, json: options.Json = False, state: options.State = None, lang: options.Lang = None
) -> None:
    """Print a unified diff; nothing where nothing was learned."""
    from handrail.sites import load_site, overlay_folder
    from handrail.sites.overlay.overlay import load_overlay
    from handrail.sites.overlay.overlay_toml import difference
    from handrail_cli.output import console, print_json

    site = load_site(name, overlays=overlay_folder(options.state_folder(state)))
    origin = site.origin
    assert origin is not None  # noqa: S101  # it was just read from a file
    assert origin.overlay is not None  # noqa: S101  # a folder was given
    overlay = load_overlay(origin.overlay)
    learned = overlay.learned if overlay else {}
    changes = difference(origin, {}, learned, context=_CONTEXT)
    if json:
        file = str(origin.overlay) if overlay else None
        places = {
            place: {"sure": entry.sure, "seen": entry.seen.isoformat()} for place, entry in learned.items()
        }
        print_json(
            {"site": site.id, "overlay": file, "learned": places, "notes": [*origin.notes], "diff": changes}
        )
        return
    talk = console(stderr=True)
    for note in origin.notes:
        talk.print(note, style="yellow", markup=False)
    if overlay is None:
        talk.print(_("Nothing was learned of {site} on this machine.", site=site.name), markup=False)
        return
    sys.stdout.write(f"{changes}\n")
    talk.print(_("Kept in {path}", path=origin.overlay), style="dim", markup=False)
