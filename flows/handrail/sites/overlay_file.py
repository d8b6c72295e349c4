"""An overlay as TOML: shown as changes to the site file, kept privately, and written to be sent back."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handrail.i18n import gettext as _
from handrail.sites.family import Layer, whose
from handrail.sites.model import Origin
from handrail.sites.overlay import Learned, Overlay, plain, put

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import Item


def difference(
    origin: Origin, before: Mapping[str, Learned], after: Mapping[str, Learned], *, context: int = 0
) -> str:
    """Return a unified diff from what was known before to after, of each file of the site's it stands in."""
    told: list[str] = []
    for layer in origin.layers:
        told += difflib.unified_diff(
            _with_learned(origin, layer, before).splitlines(),
            _with_learned(origin, layer, after).splitlines(),
            layer.where,
            _("{file} (yours)", file=layer.where),
            lineterm="",
            n=context,
        )
    return "\n".join(told)


def _with_learned(origin: Origin, layer: Layer, learned: Mapping[str, Learned]) -> str:
    """Return a file's text with what was learned of it written into it, comments and order kept."""
    import tomlkit

    own = {path: one for path, one in learned.items() if whose(origin.layers, path) == layer.where}
    if not own:
        return layer.text
    document = tomlkit.parse(layer.text)
    for path, entry in own.items():
        put(document, path.split("."), _inline(plain(entry.now)))
    return tomlkit.dumps(document)


def keep(path: Path, site_id: str, learned: Mapping[str, Learned]) -> None:
    """Write what was learned into the overlay, private, whole or not at all; OSError says why not."""
    from filelock import FileLock

    from handrail.portable import write_private

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(path.with_suffix(".lock")):
        write_private(path, _written(path, site_id, learned).encode())


def exported(overlay: Overlay, impersonal: Callable[[str], bool]) -> tuple[str, list[str]]:
    """Return the overlay as it may be sent to others, and the places whose entries are not `impersonal`."""
    safe = {
        place: entry
        for place, entry in overlay.learned.items()
        if all(impersonal(text) for value in (entry.now, entry.was) if value for text in _texts(plain(value)))
    }
    left_out = [place for place in overlay.learned if place not in safe]
    document = _filled(_new_document(overlay.site), safe)
    return document.as_string(), left_out


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            # A role is a word of ARIA's, and a key of [containers] is the site file's.
            yield from () if key in ("role", "within") else _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def _written(path: Path, site_id: str, learned: Mapping[str, Learned]) -> str:
    import tomlkit

    known = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else _new_document(site_id)
    return _filled(known, learned).as_string()


def _new_document(site_id: str) -> TOMLDocument:
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment("What a person has shown on this site's pages, on this machine only."))
    document.add(tomlkit.comment("Remove an entry to forget it; the site file itself is not changed."))
    document["site"] = site_id
    return document


def _filled(document: TOMLDocument, learned: Mapping[str, Learned]) -> TOMLDocument:
    import tomlkit

    if "learned" not in document:
        document["learned"] = tomlkit.table(is_super_table=True)
    for place, entry in learned.items():
        table = tomlkit.table()
        table["now"] = _inline(plain(entry.now))
        if entry.was is not None:
            table["was"] = _inline(plain(entry.was))
        table["sure"], table["seen"], table["base"] = entry.sure, entry.seen, entry.base
        # A table of tables: TOML's own, however the library types it.
        tables: Any = document["learned"]
        tables[place] = table
    return document


def _inline(value: Any) -> Item:
    import tomlkit

    if not isinstance(value, dict):
        item: Item = tomlkit.item(value)
        return item
    inside = ", ".join(
        f"{tomlkit.key(key).as_string()} = {_inline(one).as_string()}" for key, one in value.items()
    )
    table: Item = tomlkit.value(f"{{ {inside} }}")
    return table
