"""The files people write, as Markdown tables made from the models that read them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

Schema = dict[str, Any]
_MOST_PLACES = 4
"""How many places of a table are named before "and elsewhere" takes their place."""


def site_file_tables() -> str:
    """Return the tables of a site file."""
    from handrail.sites import Site

    return _tables(Site.model_json_schema())


def scenario_tables() -> str:
    """Return the tables of a scenario file."""
    from handrail_fixtures.scenario import schema

    return _tables(schema())


def profile_tables() -> str:
    """Return the tables of a profile."""
    from handrail.profile.model import Profile

    return _tables(Profile.model_json_schema())


def _tables(schema: Schema) -> str:
    definitions: Schema = schema.get("$defs", {})
    places = _places(schema, definitions)
    sections = [_section("Top level", schema, definitions, ())]
    for name in places:
        table = definitions[name]
        if table.get("properties"):
            sections.append(_section(name, table, definitions, places[name]))
    return "\n".join(sections)


def _section(title: str, table: Schema, definitions: Schema, places: tuple[str, ...]) -> str:
    lines = [f"### {title}", ""]
    lines += [_sentence(table.get("description", "")), ""]
    if places:
        more = ", and elsewhere" if len(places) > _MOST_PLACES else ""
        named = ", ".join(f"`{place}`" for place in places[:_MOST_PLACES])
        lines += [f"Where: {named}{more}.", ""]
    lines += ["| key | holds | default | means |", "|---|---|---|---|"]
    for key, field in table.get("properties", {}).items():
        holds, means = _holds(field, definitions), _means(field, definitions)
        lines.append(f"| `{key}` | {holds} | {_needed(key, table) or _default(field)} | {means} |")
    return "\n".join([*lines, ""])


def _places(schema: Schema, definitions: Schema) -> dict[str, tuple[str, ...]]:
    """Return where each definition stands, as keys joined by dots, in the order they are met.

    What stands inside a definition is named below the first place of that definition only.
    """
    places: dict[str, dict[str, None]] = {}
    queue: list[tuple[Schema, str]] = [(schema, "")]
    while queue:
        table, path = queue.pop(0)
        for key, field in table.get("properties", {}).items():
            for name, keys in _references(field, definitions):
                place = ".".join(part for part in (path, key, *keys) if part)
                if name not in places:
                    queue.append((definitions[name], place))
                places.setdefault(name, {})[place] = None
    return {name: tuple(found) for name, found in places.items()}


def _references(field: Schema, definitions: Schema) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Go through the definitions a field refers to, each with the keys between the field and it."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        yield name, ()
        if not definitions[name].get("properties"):
            yield from _references(definitions[name], definitions)
    for variant in (*field.get("anyOf", ()), *field.get("oneOf", ())):
        yield from _references(variant, definitions)
    for item in (field.get("items"), *field.get("prefixItems", ())):
        if isinstance(item, dict):
            yield from _references(item, definitions)
    if isinstance(field.get("additionalProperties"), dict):
        for name, keys in _references(field["additionalProperties"], definitions):
            yield name, ("NAME", *keys)


def _holds(field: Schema, definitions: Schema) -> str:
    """Say in Markdown what a value of this field is."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        target = definitions[name]
        return f"[{name}](#{name.lower()})" if target.get("properties") else _holds(target, definitions)
    variants = [
        one for one in (*field.get("anyOf", ()), *field.get("oneOf", ())) if one.get("type") != "null"
    ]
    if variants:
        return " or ".join(dict.fromkeys(_holds(variant, definitions) for variant in variants))
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    kind = field.get("type")
    if kind == "array":
        item = _holds(field.get("items", {}), definitions)
        return f"list of ({item})" if " or " in item else f"list of {item}"
    if kind == "object":
        return _holds_table(field, definitions)
    if field.get("format") == "date":
        return "day"
    if field.get("pattern"):
        return f"text like `{field['pattern']}`".replace("|", "\\|")
    names = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true`, `false`"}
    return names.get(str(kind), "anything")


def _holds_table(field: Schema, definitions: Schema) -> str:
    values = field.get("additionalProperties")
    held = _holds(values, definitions) if isinstance(values, dict) and values else "anything"
    keys = field.get("propertyNames", {})
    if "$ref" in keys:
        keys = definitions[keys["$ref"].rpartition("/")[2]]
    by = ", ".join(f"`{key}`" for key in keys.get("enum", ())) or "name"
    return f"table by {by}: {held}"


def _needed(key: str, table: Schema) -> str | None:
    """Say that the key must be there; None where it may be left out."""
    ways = [set(way.get("required", ())) for way in table.get("anyOf", ())] or [set()]
    if key in table.get("required", ()) or all(key in way for way in ways):
        return "**required**"
    return "required, unless it extends" if any(key in way and key != "extends" for way in ways) else None


def _default(field: Schema) -> str:
    default = field.get("default")
    if default is None or isinstance(default, dict | list):
        return "–"
    return f"`{str(default).lower()}`" if isinstance(default, bool) else f"`{default}`"


def _means(field: Schema, definitions: Schema) -> str:
    """Return the field's own sentence, else that of the one table it holds."""
    own = field.get("description")
    if own:
        return _sentence(own)
    held = dict(_references(field, definitions))
    return _sentence(definitions[next(islice(held, 1), "")].get("description", "")) if held else ""


def _sentence(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
