"""Site families: tables that several site files share by `extends`."""

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

_ATOMIC = frozenset({"role", "label", "css", "text", "en", "zh"})
"""A table with one of these keys is a locator or a wording, and is only replaced as a whole."""


@dataclass(frozen=True)
class Layer:
    """One file's own tables, without those of the families it extends."""

    where: str
    """The file's name for a person."""
    tables: Mapping[str, Any]
    """Its own tables."""
    text: str = ""
    """The file's text with its comments."""


def family_names() -> list[str]:
    """The names of the families in the package."""
    return sorted(entry.name.removesuffix(".toml") for entry in _folder().iterdir())


def layers(tables: Mapping[str, Any], what: str, where: str, text: str) -> tuple[Layer, ...]:
    """Return the file and every family it extends, its own first; BadInput for an unknown one."""
    stack = [Layer(where, tables, text)]
    while (name := stack[-1].tables.get("extends")) is not None:
        file = f"families/{name}.toml"
        if name not in family_names() or any(layer.where == file for layer in stack):
            raise _unknown(str(name), what, stack[-1].where)
        shared = (_folder() / f"{name}.toml").read_text(encoding="utf-8")
        stack.append(Layer(file, parse_toml(shared.encode(), what, file), shared))
    return tuple(stack)


def merge_layers(stack: Sequence[Layer]) -> dict[str, Any]:
    """Return the merged tables: the first layer wins; locators and wordings are replaced as a whole."""
    together: dict[str, Any] = {}
    for layer in reversed(stack):
        together = merged(together, layer.tables, whole=_is_atomic)
    return together


def defining_file(stack: Sequence[Layer], key: str) -> str:
    """Return the file that defines the longest part of this key path; the site file if none does."""
    return max(stack, key=lambda layer: _depth(layer.tables, re.split(r"[.\[]", key))).where


def _depth(tables: Any, path: Sequence[str]) -> int:
    below = tables.get(path[0]) if path and isinstance(tables, Mapping) else None
    return 0 if below is None else 1 + _depth(below, path[1:])


def _is_atomic(table: Mapping[str, Any]) -> bool:
    return not _ATOMIC.isdisjoint(table)


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
