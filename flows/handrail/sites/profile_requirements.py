"""Check a profile against a site file: which flows would stop, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from handrail.core.i18n import gettext as _
from handrail.profile.lint.findings import Finding
from handrail.profile.matching.areas import country_name
from handrail.profile.model import Profile
from handrail.profile.phones import region
from handrail.sites.schema.base import AddressKind, FlowName, ItemKind
from handrail.sites.schema.site import Site

_ADDRESS_KEYS: dict[AddressKind, str] = {"business": "business_address", "registered": "registered_address"}
_STORES = {"UK": "GB"}
"""Stores whose code differs from their country's."""


def site_findings(profile: Profile, site: Site) -> Iterator[Finding]:
    """Yield where a flow would stop on this site although the profile is valid."""
    yield from _contact(profile, site)
    yield from _addresses(profile, site)
    yield from _certified_items(profile, site)


def _contact(profile: Profile, site: Site) -> Iterator[Finding]:
    for channel in profile.contact:
        if site.contact and channel.kind not in site.contact:
            yield _unknown_place(site, "contact", f"contact.{channel.kind}")
    slot, country = site.contact.get("phone"), region(profile.contact.phone.value)
    here = _STORES.get(site.marketplace, site.marketplace)
    if slot is not None and slot.form in ("national", "digits") and country != here:
        yield Finding(
            "phone-typed-without-code",
            "warns",
            "contact.phone",
            _(
                "{site} takes the number without its country code, and yours is from elsewhere ({country}).",
                site=site.name,
                country=country_name(country) if country else profile.contact.phone.display.split()[0],
            ),
            _("Choose the number's country on the page first, or use a number of that store's country."),
            ("contact",),
            source=_source(site, "contact.phone.form"),
        )


def _addresses(profile: Profile, site: Site) -> Iterator[Finding]:
    stated = [kind for kind, key in _ADDRESS_KEYS.items() if getattr(profile, key) is not None]
    if not site.address:
        return
    if not any(kind in site.address for kind in stated):
        missing = [key for kind, key in _ADDRESS_KEYS.items() if kind in site.address]
        yield _missing(
            "address-not-stated",
            missing[0],
            _("{site} keeps this address, and the profile does not state it.", site=site.name),
            _("Add one of these tables to it: {names}.", names=", ".join(f"[{key}]" for key in missing)),
            "address",
            _source(site, "address"),
        )
    for kind in stated:
        if kind not in site.address:
            yield _unknown_place(site, "address", _ADDRESS_KEYS[kind])


def _certified_items(profile: Profile, site: Site) -> Iterator[Finding]:
    if site.certify is None:
        return
    has_address = any(getattr(profile, key) is not None for key in _ADDRESS_KEYS.values())
    # One address serves both items: a profile states a registered one only if it differs.
    stated: dict[ItemKind, tuple[str, bool]] = {
        "registered-address": ("business_address", has_address),
        "business-address": ("business_address", has_address),
        "bank-ending": ("bank_ending", profile.bank_ending is not None),
        "tax-id": ("tax_id", profile.tax_id is not None),
    }
    wanted = [stated[item] for item in site.certify.items if item in stated]
    for key in dict.fromkeys(key for key, is_stated in wanted if not is_stated):
        yield _missing(
            "certified-item-not-stated",
            key,
            _("{site} has this certified, and what the profile does not state stops it.", site=site.name),
            _("Add {key} to the profile, as it stands on the document.", key=key),
            "certify",
            _source(site, "certify.items"),
        )


def _missing(code: str, where: str, what: str, mend: str, flow: FlowName, source: str) -> Finding:
    return Finding(code, "breaks", where, what, mend, (flow,), source)


def _unknown_place(site: Site, flow: FlowName, where: str) -> Finding:
    return Finding(
        "place-unknown",
        "warns",
        where,
        _("The site file of {site} does not say where this stands, so the flow stops there.", site=site.name),
        _("See to it by hand; `handrail guide {flow}` makes a checklist.", flow=flow),
        (flow,),
        _source(site, flow),
    )


def _source(site: Site, place: str) -> str:
    return _("site file {name}: {place}", name=site.id, place=place)
