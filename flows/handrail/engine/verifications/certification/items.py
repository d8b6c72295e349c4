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
class Compared:
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


def seen_by_eye(profile: Profile, kind: ItemKind, said: Equality) -> Compared:
    """Return what the person said of an item that only they could compare."""
    wanted = wanted_of(profile, kind)
    kept = wanted.kept if wanted is not None else ""
    shown = {"same": kept, "written-differently": _("the same, written differently")}
    return Compared(kind, said, shown.get(said, _("another value")), kept, None, how="by-eye")


async def compared(run: RunContext, profile: Profile, kind: ItemKind, item: Item) -> Compared:
    """Read an item from the page that is open, and hold it against the profile.

    What is not simply the same is read until it stands still: parts of a page may come late.
    """
    found = await _compared(run, profile, kind, item)
    if found.equality == "same":
        return found
    return await read_until_stable(run, partial(_compared, run, profile, kind, item))


async def _compared(run: RunContext, profile: Profile, kind: ItemKind, item: Item) -> Compared:
    name = str(NAMES[kind])
    shown = {str(part): await read_one(run, value, what=name) or "" for part, value in item.parts.items()}
    text = await read_one(run, item.value, what=name) if item.value is not None else None
    values = [one for one in (*shown.values(), text) if one]
    now = await run.view.state(item.status, values) if item.status is not None else None
    if not values:
        return Compared(kind, "not-shown", "", "", now)
    if item.parts:
        return _address(kind, profile, shown, now)
    return _single(kind, profile, values[0], now)


def _address_of(profile: Profile, kind: ItemKind) -> Address | None:
    business, registered = profile.business_address, profile.registered_address
    # A profile names a registered address only where that is another one.
    return registered or business if kind == "registered-address" else business or registered


def _address(kind: ItemKind, profile: Profile, shown: dict[str, str], now: State | None) -> Compared:
    line = ", ".join(text for text in shown.values() if text)
    address = _address_of(profile, kind)
    if address is None:
        return Compared(kind, "not-stated", line, "", now)
    found = compare(address, shown, profile.legal_name)
    wanted = ", ".join(one.wanted for one in found.differences if one.wanted) or line
    return Compared(kind, found.result, line, wanted, now, _advice(kind, found))


def _advice(kind: ItemKind, found: Comparison) -> tuple[str, ...]:
    which: Literal["registered", "business"] = "business" if kind == "business-address" else "registered"
    return tuple(advice(one, which) for one in found.differing)


def _single(kind: ItemKind, profile: Profile, text: str, now: State | None) -> Compared:
    if kind == "legal-name":
        found = compare_names(profile.legal_name, text, profile.country, profile.legal_name_also)
        return Compared(kind, found.result, text, profile.legal_name, now, _advice(kind, found))
    if kind in ("phone", "email"):
        channel = profile.contact.phone if kind == "phone" else profile.contact.email
        same = channel.matches(text)
        shown = channel.display if same else _("another value")
        return Compared(kind, "same" if same else "different", shown, channel.display, now)
    secret = profile.bank_ending if kind == "bank-ending" else profile.tax_id
    if secret is None:
        return Compared(kind, "not-stated", "••••", "", now)
    same = secret.matches(text)
    return Compared(kind, "same" if same else "different", "••••", secret.display, now)
