"""Site families: what several site files share, written once and extended by name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.toml_files import closest, merged, parse_toml

_ONE_THING = frozenset({"role", "label", "css", "text", "en", "zh"})
"""A key of these makes a table one place or one wording, which is only ever replaced whole."""


@dataclass(frozen=True)
class Layer:
    """The tables of one file, before those it extends are laid under it."""

    where: str
    """The file, as a person knows it."""
    tables: Mapping[str, Any]
    """What it says itself."""
    text: str = ""
    """The file as it stands, comments and all."""


def family_names() -> list[str]:
    """The names of the families in the package."""
    return sorted(entry.name.removesuffix(".toml") for entry in _folder().iterdir())


def layers(tables: Mapping[str, Any], what: str, where: str, text: str) -> tuple[Layer, ...]:
    """Return the file and every family it extends, its own first; BadInput for an unknown one."""
    found = [Layer(where, tables, text)]
    while (name := found[-1].tables.get("extends")) is not None:
        file = f"families/{name}.toml"
        if name not in family_names() or any(layer.where == file for layer in found):
            raise _unknown(str(name), what, found[-1].where)
        shared = (_folder() / f"{name}.toml").read_text(encoding="utf-8")
        found.append(Layer(file, parse_toml(shared.encode(), what, file), shared))
    return tuple(found)


def laid_together(found: Sequence[Layer]) -> dict[str, Any]:
    """Return one file's tables: an own key wins, and a place or a wording is replaced whole."""
    together: dict[str, Any] = {}
    for layer in reversed(found):
        together = merged(together, layer.tables, whole=_is_one_thing)
    return together


def whose(found: Sequence[Layer], key: str) -> str:
    """Return the file that says most of this key path; the own file where none does."""
    return max(found, key=lambda layer: _depth(layer.tables, re.split(r"[.\[]", key))).where


def _depth(tables: Any, path: Sequence[str]) -> int:
    below = tables.get(path[0]) if path and isinstance(tables, Mapping) else None
    return 0 if below is None else 1 + _depth(below, path[1:])


def _is_one_thing(table: Mapping[str, Any]) -> bool:
    return not _ONE_THING.isdisjoint(table)


def _unknown(name: str, what: str, where: str) -> BadInput:
    near = closest(name, family_names())
    return BadInput(
        _("{what} {path}: extends: there is no family called {name}.", what=what, path=where, name=name),
        hint=_("Did you mean {name}?", name=near)
        if near and near != name
        else _("A site file extends one of these: {names}.", names=", ".join(family_names())),
        where=f"{where}: extends",
    )


def _folder() -> Traversable:
    return files("handrail.sites") / "data" / "families"
