"""Overlays: corrections to a site file that a person made on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.toml_files import read_toml, validate
from handrail.sites.schema.base import Strict, Text
from handrail.sites.schema.locators import Learnable
from handrail.sites.schema.site import Site, tree

SOURCE = "shown by a person on the page"
"""The source given for a learned wording."""


class Learned(Strict):
    """One corrected entry of a site file."""

    now: Learnable = Field(description="Where it stands, or what it is called.")
    was: Learnable | None = Field(
        default=None, description="What the site file said; absent for a new place."
    )
    sure: Literal["seen"] = "seen"
    seen: date = Field(description="The day it was shown.")
    base: str = Field(description="The digest of the site file it was learned over.")


class Overlay(Strict):
    """All corrections to one site file, by key path."""

    site: str = Field(description="The id of the site.")
    learned: dict[str, Learned] = Field(default={}, description="By place, such as contact.phone.field.")


def load_overlay(path: Path) -> Overlay | None:
    """Return the overlay, or None if there is no file; BadInput names the key that is wrong."""
    if not path.exists():
        return None
    what = _("overlay")
    return validate(Overlay, read_toml(path, what), what, str(path))


def apply_overlay(data: Mapping[str, Any], overlay: Overlay, site: Site, where: str) -> dict[str, Any]:
    """Return the site file's tables with the overlay applied; entries without a place there are ignored.

    Raises BadInput for anything but locators and wordings: hosts, terms and `sends` cannot be changed.
    """
    places = {path: value for path, _key, value in tree(site)}
    merged = deepcopy(dict(data))
    for path, entry in overlay.learned.items():
        value = places.get(path)
        if (value is None and _is_new_container(path)) or type(value) is type(entry.now):
            put(merged, path.split("."), plain(entry.now))
        elif value is not None:
            raise BadInput(
                _("{file}: {place} is no place or wording that can be learned.", file=where, place=path),
                hint=_("Remove that entry; only where a thing stands and what it is called may stand there."),
                where=where,
            )
    return merged


def notes(overlay: Overlay, site: Site) -> tuple[str, ...]:
    """Return a sentence for each entry that an updated site file no longer agrees with."""
    places = {path: value for path, _key, value in tree(site)}
    sentences = []
    for path, entry in overlay.learned.items():
        value = places.get(path)
        if value is None and not _is_new_container(path):
            gone = _("What was learned for {place} has no place in the site file any more.", place=path)
            sentences.append(gone)
        elif entry.was is not None and value != entry.was:
            sentences.append(
                _(
                    "The site file says something new for {place}; what was learned on {day} is still used.",
                    place=path,
                    day=entry.seen,
                )
            )
    return tuple(sentences)


def entries(site: Site, changes: Mapping[str, Learnable]) -> dict[str, Learned]:
    """Return the changes as overlay entries: each with the site file's own value and today's date."""
    origin = site.origin
    places = {path: value for path, _key, value in tree(origin.packaged if origin else site)}
    digest = _digest("".join(layer.text for layer in origin.layers) if origin else "")
    today = date.today()  # in the person's own time zone
    learned: dict[str, Learned] = {}
    for path, now in changes.items():
        was = places.get(path)
        place = was if isinstance(was, Learnable) else None
        learned[path] = Learned(now=now, was=place, seen=today, base=digest)
    return learned


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def plain(place: Learnable) -> dict[str, Any]:
    """Return an entry as TOML values: without defaults, and a single wording as a string."""
    fields = place.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
    return {key: _plain(value) for key, value in fields.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, tuple | list):
        return value[0] if len(value) == 1 else list(value)
    return value


def put(tables: Any, path: Sequence[str], value: Any) -> None:
    """Set a value at a key path, in plain tables or in a tomlkit document, which keeps its comments."""
    from tomlkit.items import Table

    for part in path[:-1]:
        if isinstance(tables, list):
            tables = tables[int(part)]
            continue
        if part not in tables:
            tables[part] = {}
        tables = tables[part]
    last: Any = int(path[-1]) if isinstance(tables, list) else path[-1]
    before = tables[last] if isinstance(last, int) or last in tables else None
    if isinstance(before, Table):
        # Only what differs, so that the table keeps its comments.
        for key in [key for key in before if key not in value]:
            del before[key]
        before.update({key: member for key, member in value.items() if before.get(key) != member})
    else:
        tables[last] = value


def _is_new_container(path: str) -> bool:
    table, _dot, name = path.partition(".")
    return table == "containers" and bool(name) and "." not in name


def extended(text: Text | None, wording: str) -> Text:
    """Return the text with one more wording, seen today; the others stay, as sites change gradually."""
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in wording)
    before = text.model_dump(exclude={"seen"}) if text is not None else {"en": (), "zh": ()}
    # The other language keeps its own confidence.
    sure: dict[str, Any] = {"sure": "seen"}
    if text is not None and (text.en if chinese else text.zh):
        sure = {"sure_zh": "seen"} if chinese else {"sure": "seen", "sure_zh": text.sure_zh or text.sure}
    key = "zh" if chinese else "en"
    sources = dict.fromkeys(source for source in (before.get("source"), SOURCE) if source)
    wordings = {key: (*before[key], wording), "source": "; ".join(sources), "seen": date.today()}
    return Text.model_validate({**before, **wordings, **sure})
