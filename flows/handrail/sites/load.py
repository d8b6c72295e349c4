"""Load a site file: a packaged one by name, or any by path."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.loopback import is_this_machine
from handrail.core.toml_files import closest, parse_toml, read_toml, validate
from handrail.sites.family import defining_file, layers, merge_layers
from handrail.sites.schema.site import Origin, Site


def site_names() -> list[str]:
    """The names of the site files in the package."""
    return sorted(
        entry.name.removesuffix(".toml") for entry in _folder().iterdir() if entry.name.endswith(".toml")
    )


def load_site(name: str, *, base: str | None = None, overlays: Path | None = None) -> Site:
    """Return the site of this name or path; `base` replaces its address (loopback only).

    `overlays` is the folder of this machine's overlays; the site's overlay is applied to the file.
    Raises BadInput.
    """
    what = _("site file")
    if name in site_names():
        where = f"{name}.toml"
        text = (_folder() / where).read_text(encoding="utf-8")
        data = parse_toml(text.encode(), what, where)
    elif "/" in name or "\\" in name or name.endswith(".toml"):
        where = name
        data = read_toml(Path(name), what)
        text = Path(name).read_text(encoding="utf-8-sig")
    else:
        near = closest(name, site_names())
        raise BadInput(
            _("There is no site called {name}.", name=name),
            hint=_("Did you mean {name}?", name=near)
            if near
            else _("`handrail site list` names them; a path to a site file works too."),
            where=f"--site {name}",
        )
    stack = layers(data, what, where, text)
    tables = merge_layers(stack)
    site = validate(Site, tables, what, partial(defining_file, stack))
    origin = Origin(stack, site, overlays / f"{site.id}.toml" if overlays else None)
    site = _with_overlay(site, tables, origin)
    return site if base is None else _moved(site, base)


def overlay_folder(state: Path) -> Path:
    """Return the folder of overlays in a state folder."""
    return state / "sites"


def _with_overlay(site: Site, data: dict[str, Any], origin: Origin) -> Site:
    from handrail.sites.overlay.overlay import apply_overlay, load_overlay, notes

    overlay = load_overlay(origin.overlay) if origin.overlay else None
    if overlay is None:
        return site.from_origin(origin)
    where = str(origin.overlay)
    merged = validate(Site, apply_overlay(data, overlay, site, where), _("overlay"), where)
    return merged.from_origin(replace(origin, notes=notes(overlay, site)))


def is_loopback(address: str) -> bool:
    """Whether an address (scheme and host) is on this machine."""
    return is_this_machine(urlsplit(address).hostname or "")


def _moved(site: Site, base: str) -> Site:
    parts = _address(base)
    if parts is None:
        raise BadInput(
            _("--url {url} is not an address.", url=base),
            hint=_("Give one such as http://127.0.0.1:8000."),
            where="--url",
        )
    if not is_loopback(base):
        raise BadInput(
            _("--url {url} is not on this machine.", url=base),
            hint=_(
                "--url is for mock and test sites on loopback; a live site's address stands in its site file."
            ),
            where="--url",
        )
    changes = {"base": f"{parts.scheme}://{parts.netloc}", "hosts": (parts.hostname,)}
    if site.kind == "live":
        # Its evidence must never look like a run on the marketplace itself.
        changes |= {"kind": "test", "name": f"{site.name} @ {parts.netloc}"}
    moved = site.model_copy(update=changes)
    if site.kind == "live" and site.origin is not None:
        # What is learned on a local copy does not hold for the marketplace.
        return moved.from_origin(replace(site.origin, overlay=None))
    return moved


def _address(base: str) -> SplitResult | None:
    try:
        parts = urlsplit(base)
        # Reading the port is what checks it.
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if whole else None


def _folder() -> Traversable:
    return files("handrail.sites") / "data"
