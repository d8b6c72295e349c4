"""An address, step by step: compare, change only what differs, have it verified once, wait."""

from __future__ import annotations

from collections.abc import Mapping

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.labels import label
from handrail.guide.model import Entry, Step
from handrail.guide.shared_steps import View, arrive, keep, sign_in
from handrail.guide.site_labels import watched, wording_of, wordings
from handrail.profile.matching.address_parts import PARTS, fitted, part_name
from handrail.profile.matching.areas import country_name
from handrail.profile.model import Address
from handrail.sites.schema.address import AddressSlot
from handrail.sites.schema.locators import LocatorSpec


def address(view: View) -> list[Step]:
    """Return the steps of an account's addresses; BadInput where the profile states none."""
    stated = addresses(view)
    if not stated:
        raise BadInput(
            _("The profile states no address."),
            hint=_("Add [business_address] to it, as `handrail profile example` shows."),
            where="business_address",
        )
    # A site file's kinds are those the site keeps; the profile may leave one out that is the same.
    slots: Mapping[str, AddressSlot] = {str(kind): slot for kind, slot in view.site.address.items()}
    either = next(iter(stated.values()))
    wanted = {kind: stated.get(kind, either) for kind in slots} or stated
    first = next(iter(slots.values()), None)
    steps = [sign_in(view), arrive(view, first.page if first else None)]
    for kind, place in wanted.items():
        slot = slots.get(kind)
        steps += [_compare(view, kind, place, slot), _change(view, slot), _prove(view, slot)]
    return [*steps, keep(view)]


def addresses(view: View) -> dict[str, Address]:
    """Return the addresses that the profile states, by their kind."""
    profile = view.profile
    stated = {"business": profile.business_address, "registered": profile.registered_address}
    return {kind: place for kind, place in stated.items() if place}


def entries_of(
    view: View, place: Address, fields: Mapping[str, LocatorSpec] | None = None
) -> tuple[Entry, ...]:
    """Return an address part by part, as these fields take it; business facts, shown in full.

    A district is a part of its own even where the site file knows no field for it: in a line of the
    street it would be typed where the document does not have it.
    """
    locator = fields or {}
    available = [*fields, "district"] if fields and place.district and "city" in fields else fields or PARTS
    parts = fitted(place, available, view.profile.legal_name)
    return tuple(
        Entry(part_name(part), text, text, wording_of(view.site, locator.get(part)))
        for part, text in _readable(parts).items()
        if text
    )


def _readable(parts: Mapping[str, str]) -> dict[str, str]:
    """Return the parts with the country's name beside its two letters, as no page shows the letters alone."""
    code = parts.get("country")
    return {**parts} | ({"country": f"{country_name(code)} ({code})"} if code else {})


def kind_name(kind: str) -> str:
    """Return the label of a kind of address."""
    return label("channel", kind)


def _compare(view: View, kind: str, place: Address, slot: AddressSlot | None) -> Step:
    fields = {str(part): locator for part, locator in slot.fields.items()} if slot else None
    return Step(
        _("{what}: compare it, field by field", what=kind_name(kind)),
        do=(
            _("Lay the document beside it that proves the address: the licence, a bill, a bank statement."),
            _("If every field is the same, change nothing, and skip the next two steps."),
            *_about_district(place, fields),
            _(
                "If only the writing differs (“St.” and “Street”, the order of a Chinese address), "
                "what the document says is right."
            ),
        ),
        look_for=wordings(view.site, [slot.status.verified, slot.status.unverified] if slot else ()),
        entries=entries_of(view, place, fields),
    )


def _about_district(place: Address, fields: Mapping[str, LocatorSpec] | None) -> tuple[str, ...]:
    """Say what to do with a district that the site file knows no field for."""
    if not place.district or not fields or "district" in fields or "city" not in fields:
        return ()
    return (
        _(
            "The district ({district}) has a field of its own on some forms. Where this one has none, write "
            "it where your document has it, and nothing into the first line that is not there on paper.",
            district=place.district,
        ),
    )


def _change(view: View, slot: AddressSlot | None) -> Step:
    return Step(
        _("Change it, only where it differs"),
        do=(
            _("Type it as the document writes it."),
            _("If the form offers to complete the address, look at every field again before you save."),
        ),
        press=wordings(view.site, [*slot.reveal, slot.save.press] if slot else ()),
        watch=watched(view.site, [slot.save] if slot else [], view.known),
    )


def _prove(view: View, slot: AddressSlot | None) -> Step:
    methods = list(slot.verify.values()) if slot else []
    card = slot.postcard if slot else None
    code = card.code if card else None
    return Step(
        _("Have it verified, once, if the site asks for it"),
        do=(
            _("Where the site lets you choose between a document and a postcard, a document takes no post."),
            _("Write down the day you order a postcard, and count the days below from it."),
            _("While it is on its way, order nothing else. When it comes, type its code on the same page."),
        ),
        look_for=wordings(
            view.site,
            [*(m.choose for m in methods), card.see if card else None, code.field if code else None],
        ),
        press=wordings(view.site, [*(m.press.press for m in methods), code.submit.press if code else None]),
        watch=watched(view.site, [*(m.press for m in methods), code.submit if code else None], None),
        warning=_("A second postcard makes the code on the first worthless."),
    )
