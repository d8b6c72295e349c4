"""The items that are certified: what the account's pages show of each, held against the profile."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal

from handrail.core.i18n import gettext as _
from handrail.core.i18n import lazy
from handrail.engine.page.stable_read import read_one, read_until_stable
from handrail.profile.matching.address_parts import one_line
from handrail.profile.matching.compare import Comparison, advice, compare, compare_names
from handrail.sites.locate import State
from handrail.sites.schema.base import ItemKind
from handrail.sites.schema.certification import Item

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext
    from handrail.profile.model import Address, Profile

Equality = Literal["same", "written-differently", "different", "not-stated", "not-shown"]

NAMES: dict[ItemKind, str] = {
    "legal-name": lazy("legal name"),
    "registered-address": lazy("registered address"),
    "business-address": lazy("business address"),
    "phone": lazy("phone number"),
    "email": lazy("e-mail address"),
    "bank-ending": lazy("bank account"),
    "tax-id": lazy("tax id"),
}
"""How sentences name each item."""

BUSINESS: frozenset[ItemKind] = frozenset({"legal-name", "registered-address", "business-address"})
"""The items that are business facts: shown in the evidence, and left out of copies for strangers."""

SECRET: frozenset[ItemKind] = frozenset({"bank-ending", "tax-id"})
"""The items of which not even their owner is shown a digit."""

MENDED_BY: dict[ItemKind, str] = {
    "registered-address": "address",
    "business-address": "address",
    "phone": "contact",
    "email": "contact",
}
"""The flow that brings an item to the profile's value; the others are changed by hand."""


@dataclass(frozen=True)
class ComparedItem:
    """One item, as the site shows it and as the profile states it."""

    kind: ItemKind
    equality: Equality
    shown: str
    """What the site shows, fit to be kept: personal values masked, secrets as dots."""
    wanted: str
    """What the profile states, in the same form."""
    state: State | None
    """None where the site shows no state, or none in known words."""
    advice: tuple[str, ...] = ()
    """Where it is written differently: each part, both forms, and the document it must match."""
    how: Literal["read", "by-eye"] = "read"
    """Read from the page, or compared by the person."""

    @property
    def name(self) -> str:
        """The item as a person calls it."""
        return str(NAMES[self.kind])


@dataclass(frozen=True)
class Wanted:
    """What the profile states of an item that the person compares."""

    full: str | None = field(repr=False)
    """For the person's own eyes only; None for a secret, which nobody is shown."""
    kept: str
    """In the form that may be kept."""


def wanted_of(profile: Profile, kind: ItemKind) -> Wanted | None:
    """Return what the profile states of an item; None where it states nothing."""
    if kind == "legal-name":
        return Wanted(profile.legal_name, profile.legal_name)
    if kind in ("phone", "email"):
        channel = profile.contact.phone if kind == "phone" else profile.contact.email
        return Wanted(channel.value, channel.display)
    if kind in ("registered-address", "business-address"):
        address = _address_of(profile, kind)
        return Wanted(one_line(address), one_line(address)) if address is not None else None
    secret = profile.bank_ending if kind == "bank-ending" else profile.tax_id
    return Wanted(None, secret.display) if secret is not None else None


def seen_by_eye(profile: Profile, kind: ItemKind, equality: Equality) -> ComparedItem:
    """Return an item that only the person could compare, with what they said of it."""
    wanted = wanted_of(profile, kind)
    kept = wanted.kept if wanted is not None else ""
    shown = {"same": kept, "written-differently": _("the same, written differently")}
    return ComparedItem(kind, equality, shown.get(equality, _("another value")), kept, None, how="by-eye")


async def compare_item(run: RunContext, profile: Profile, kind: ItemKind, spec: Item) -> ComparedItem:
    """Read an item from the page that is open, and hold it against the profile.

    What is not simply the same is read until it stands still: parts of a page may come late.
    """
    item = await _compare_now(run, profile, kind, spec)
    if item.equality == "same":
        return item
    return await read_until_stable(run, partial(_compare_now, run, profile, kind, spec))


async def _compare_now(run: RunContext, profile: Profile, kind: ItemKind, spec: Item) -> ComparedItem:
    name = str(NAMES[kind])
    parts = {str(part): await read_one(run, value, what=name) or "" for part, value in spec.parts.items()}
    text = await read_one(run, spec.value, what=name) if spec.value is not None else None
    values = [value for value in (*parts.values(), text) if value]
    state = await run.view.state(spec.status, values) if spec.status is not None else None
    if not values:
        return ComparedItem(kind, "not-shown", "", "", state)
    if spec.parts:
        return _compare_address(kind, profile, parts, state)
    return _compare_value(kind, profile, values[0], state)


def _address_of(profile: Profile, kind: ItemKind) -> Address | None:
    business, registered = profile.business_address, profile.registered_address
    # A profile names a registered address only where that is another one.
    return registered or business if kind == "registered-address" else business or registered


def _compare_address(
    kind: ItemKind, profile: Profile, parts: dict[str, str], state: State | None
) -> ComparedItem:
    line = ", ".join(text for text in parts.values() if text)
    address = _address_of(profile, kind)
    if address is None:
        return ComparedItem(kind, "not-stated", line, "", state)
    comparison = compare(address, parts, profile.legal_name)
    wanted = ", ".join(part.wanted for part in comparison.differences if part.wanted) or line
    return ComparedItem(kind, comparison.result, line, wanted, state, _advice(kind, comparison))


def _advice(kind: ItemKind, comparison: Comparison) -> tuple[str, ...]:
    which: Literal["registered", "business"] = "business" if kind == "business-address" else "registered"
    return tuple(advice(part, which) for part in comparison.differing)


def _compare_value(kind: ItemKind, profile: Profile, text: str, state: State | None) -> ComparedItem:
    if kind == "legal-name":
        comparison = compare_names(profile.legal_name, text, profile.country, profile.legal_name_also)
        legal_name = profile.legal_name
        return ComparedItem(kind, comparison.result, text, legal_name, state, _advice(kind, comparison))
    if kind in ("phone", "email"):
        channel = profile.contact.phone if kind == "phone" else profile.contact.email
        same = channel.matches(text)
        shown = channel.display if same else _("another value")
        return ComparedItem(kind, "same" if same else "different", shown, channel.display, state)
    secret = profile.bank_ending if kind == "bank-ending" else profile.tax_id
    if secret is None:
        return ComparedItem(kind, "not-stated", "••••", "", state)
    same = secret.matches(text)
    return ComparedItem(kind, "same" if same else "different", "••••", secret.display, state)
