"""Check a profile's addresses: required parts, existing codes and areas, no mail drops."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handrail.core.i18n import gettext as _
from handrail.profile.lint.findings import Finding
from handrail.profile.lint.mail_drops import Drop, mail_drop
from handrail.profile.matching.address_parts import parts
from handrail.profile.matching.areas import (
    country_name,
    known_areas,
    lists_areas,
    names_area_below,
    rules,
    rules_below,
)
from handrail.profile.matching.compare import compare, part_name
from handrail.profile.matching.postal_codes import possible_code
from handrail.profile.model import Address, Profile, WrittenAddress

_LIBADDRESSINPUT = "libaddressinput (Google)"
_REQUIRED = {"C": "city", "S": "state", "D": "district", "Z": "postal_code"}


def address_findings(profile: Profile) -> Iterator[Finding]:
    """Yield what is wrong with the business address and the registered address."""
    for where, address in (
        ("business_address", profile.business_address),
        ("registered_address", profile.registered_address),
    ):
        if address is not None:
            yield from _missing(where, address)
            yield from _missing_district(where, address)
            yield from _areas(where, address)
            yield from _postal_code(where, address)
            yield from _mail_drop(where, address)
            yield from _other_scripts(where, address)
    yield from _both(profile)


def _missing(where: str, address: WrittenAddress) -> Iterator[Finding]:
    for letter in rules(address.country).get("require", ""):
        key = _REQUIRED.get(letter)
        if key is None or getattr(address, key):
            continue
        if key == "state" and known_areas(address.country, address.city):
            continue  # Hong Kong's areas are its states, and people write them as the city.
        yield Finding(
            "part-missing",
            "breaks",
            f"{where}.{key}",
            _(
                "Addresses in {country} need: {part}.",
                country=country_name(address.country),
                part=_word(key),
            ),
            _("Add it as it stands on the document."),
            source=_LIBADDRESSINPUT,
        )


def _missing_district(where: str, address: WrittenAddress) -> Iterator[Finding]:
    """Yield a finding if the city has districts and the address names none."""
    country, above = address.country, (address.state, address.city)
    if address.district or not address.state or not lists_areas(country, *above):
        return
    if any(names_area_below(line, country, *above) for line in address.lines):
        return
    yield Finding(
        "part-missing",
        "warns",
        f"{where}.district",
        _("Addresses in {city} name a district too, and this one names none.", city=address.city),
        _("Add it as it stands on the document."),
        source=_LIBADDRESSINPUT,
    )


def _areas(where: str, address: WrittenAddress) -> Iterator[Finding]:
    country, above = address.country, list[str]()
    for key in ("state", "city", "district"):
        name = getattr(address, key)
        if not name or not lists_areas(country, *above):
            return
        if len(known_areas(country, *above, name)) <= len(above):
            # Districts are renamed and drawn anew more often than the data; states are not.
            yield Finding(
                "area-unknown",
                "breaks" if key == "state" else "warns",
                f"{where}.{key}",
                _("{part}: “{name}” is not known there.", part=_word(key), name=name),
                _("Check its spelling against the document."),
                source=_LIBADDRESSINPUT,
            )
            return
        above.append(name)


def _postal_code(where: str, address: WrittenAddress) -> Iterator[Finding]:
    code = address.postal_code
    if not code:
        return
    examples = rules(address.country).get("zipex", "").split(",")[0]
    if not possible_code(address.country, code):
        yield Finding(
            "postal-code-malformed",
            "breaks",
            f"{where}.postal_code",
            _("“{code}” is no postal code of {country}.", code=code, country=country_name(address.country)),
            _("Write it as in {example}.", example=examples)
            if examples
            else _("Check it against the document."),
            source=_LIBADDRESSINPUT,
        )
        return
    begins = rules_below(address.country, address.state).get("zip", "")
    if begins and not re.match(begins, code):
        yield Finding(
            "postal-code-elsewhere",
            "warns",
            f"{where}.postal_code",
            _("Postal codes in {state} do not begin like “{code}”.", state=address.state, code=code),
            _("Check the postal code and the state against the document."),
            source=_LIBADDRESSINPUT,
        )


def _mail_drop(where: str, address: WrittenAddress) -> Iterator[Finding]:
    match = mail_drop(address)
    if match is None:
        return
    drop, wording = match
    surely = drop.kind in ("box", "mailbox")
    yield Finding(
        {"box": "po-box", "mailbox": "private-mailbox", "office": "virtual-office"}.get(drop.kind, drop.kind),
        "breaks" if surely else "warns",
        f"{where}.lines",
        _drop_sentence(drop.kind, wording),
        _("Give the place where the business is or works, as on a utility bill."),
        source=drop.source,
    )


def _other_scripts(where: str, address: Address) -> Iterator[Finding]:
    for number, other in enumerate(address.also):
        if other.country != address.country or (
            other.postal_code and address.postal_code and other.postal_code != address.postal_code
        ):
            yield Finding(
                "also-elsewhere",
                "breaks",
                f"{where}.also[{number}]",
                _("It has another country or postal code than the address that it is meant to repeat."),
                _("Write the same address in the other script, or take it out."),
            )


def _both(profile: Profile) -> Iterator[Finding]:
    """Compare the two addresses with each other."""
    business, registered = profile.business_address, profile.registered_address
    if business is not None and registered is None and business.country != profile.country:
        yield Finding(
            "registered-address-missing",
            "warns",
            "registered_address",
            _(
                "The business is registered in {country}, and its only address is elsewhere.",
                country=country_name(profile.country),
            ),
            _("Add registered_address as it stands on the business licence."),
        )
    if business is None or registered is None:
        return
    beside = compare(business, {part: text for part, text in parts(registered).items() if text})
    if beside.result == "written-differently":
        first = beside.differing[0]
        yield Finding(
            "one-place-twice",
            "warns",
            f"business_address.{_key(first.part)}",
            _(
                "Both addresses are one place in two spellings: “{wanted}” and “{shown}”.",
                wanted=first.wanted,
                shown=first.shown,
            ),
            _("Write both as on the business licence."),
        )


def _drop_sentence(kind: Drop, wording: str) -> str:
    sentences = {
        "box": _("“{words}” is a post office box; marketplaces want a street address.", words=wording),
        "mailbox": _("“{words}” is a rented mailbox; marketplaces want a street address.", words=wording),
        "office": _("“{words}” reads like a virtual office, which document checks refuse.", words=wording),
    }
    return sentences.get(kind) or _("“{words}” says that the mail goes to somebody else.", words=wording)


def _word(key: str) -> str:
    return part_name(key.replace("_", "-"))


def _key(part: str) -> str:
    return "lines" if part.startswith("line") else part.replace("-", "_")
