"""Finding and loading a site file: one of the package's own by name, or anybody's by path."""

from __future__ import annotations

from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from handrail.errors import BadInput
from handrail.i18n import gettext as _
from handrail.sites.family import laid_together, layers, whose
from handrail.sites.model import Site, is_this_machine
from handrail.tomlfile import closest, parse_toml, read_toml, validate


def site_names() -> list[str]:
    """The names of the site files in the package."""
    return sorted(
        entry.name.removesuffix(".toml") for entry in _folder().iterdir() if entry.name.endswith(".toml")
    )


def load_site(name: str, *, base: str | None = None) -> Site:
    """Return the site of this name or path; `base` stands in for its address (loopback only)."""
    what = _("site file")
    if name in site_names():
        where = f"{name}.toml"
        data = parse_toml((_folder() / where).read_bytes(), what, where)
    elif "/" in name or "\\" in name or name.endswith(".toml"):
        where = name
        data = read_toml(Path(name), what)
    else:
        near = closest(name, site_names())
        raise BadInput(
            _("There is no site called {name}.", name=name),
            hint=_("Did you mean {name}?", name=near)
            if near
            else _("`handrail site list` names them; a path to a site file works too."),
            where=f"--site {name}",
        )
    files_of_it = layers(data, what, where)
    site = validate(Site, laid_together(files_of_it), what, partial(whose, files_of_it))
    return site if base is None else _moved(site, base)


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
    return site.model_copy(update=changes)


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
