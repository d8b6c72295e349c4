"""An address on a site, and how it is verified."""

from __future__ import annotations

from typing import Literal

from pydantic import (
    Field,
)

from handrail.sites.schema.actions import CodeEntry, Press
from handrail.sites.schema.base import AddressPart, Strict
from handrail.sites.schema.locators import LocatorSpec, Status, Value


class VerificationMethod(Strict):
    """One way to verify an address: what to choose, and the button to press."""

    choose: LocatorSpec | None = Field(default=None, description="The radio button of this way.")
    files: tuple[LocatorSpec, ...] = Field(
        default=(),
        description="Where the person chooses a document's file, in order; only those that are shown.",
    )
    press: Press


class Postcard(Strict):
    """How the site shows that a postcard was sent, and where its code is entered."""

    see: LocatorSpec
    ordered: Value | None = Field(default=None, description="When it was ordered (RFC 3339).")
    expected: Value | None = Field(default=None, description="By when it should arrive (RFC 3339).")
    usable: Value | None = Field(default=None, description="Until when its code may be used (RFC 3339).")
    again: Press | None = Field(
        default=None, description="Another postcard; it makes the code on the one before worthless."
    )
    code: CodeEntry | None = None


class Checking(Strict):
    """How the site shows that it is checking documents or a change."""

    see: LocatorSpec
    expected: Value | None = Field(default=None, description="Until when it may take (RFC 3339).")


class AddressSlot(Strict):
    """One of the account's addresses on this site, and how it is verified."""

    page: str = Field(description="A key of [pages]: where the address stands.")
    shown: dict[AddressPart, Value] = Field(min_length=1, description="Where each part stands.")
    status: Status
    edit: str | None = Field(
        default=None, description="A key of [pages]: where it is changed, where that is another page."
    )
    reveal: tuple[LocatorSpec, ...] = Field(
        default=(), description="What to press, in order, before the fields show."
    )
    fields: dict[AddressPart, LocatorSpec] = Field(min_length=1, description="The field of each part.")
    save: Press
    asks_how: LocatorSpec | None = Field(
        default=None, description="What is seen while the site asks how the address shall be verified."
    )
    verify: dict[Literal["postcard", "document"], VerificationMethod] = {}
    postcard: Postcard | None = None
    checking: Checking | None = None
    shows_within_hours: float = Field(
        default=24,
        ge=0,
        description="How long the page may take to show what was just saved or ordered; before that, what it "
        "does not show proves nothing.",
    )
