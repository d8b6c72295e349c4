"""The profile file: its keys, what each must hold, and how it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from handrail.core.i18n import gettext as _
from handrail.core.toml_files import merged, read_toml, refusal, validate
from handrail.profile.channel import Channel
from handrail.profile.field_types import BankEnding, Country, Email, Line, Phone, Table, TaxId

DocumentKind = Literal[
    "business-licence",
    "bank-statement",
    "credit-card-statement",
    "utility-bill",
    "tax-document",
    "lease",
    "identity-document",
]


class Account(Table):
    """The marketplace account that must be signed in."""

    name: Line
    """The name the marketplace shows at the top of the page when this account is signed in."""


class Contact(Table):
    """Who is reached in an emergency; going through it gives its channels."""

    email: Email
    """The address that codes are sent to."""
    phone: Phone
    """The number that codes are sent to, with its country code."""

    def __iter__(self) -> Iterator[Channel]:  # type: ignore[override]
        """Go through the channels in the order they are verified: e-mail, then phone."""
        yield self.email
        yield self.phone


class WrittenAddress(Table):
    """A postal address in one script, as a document writes it."""

    lines: tuple[Line, ...] = Field(min_length=1, max_length=5)
    """Street, number, building, room: one to five lines, in the documents' order."""
    district: Line | None = None
    """Part of the city, where addresses name it."""
    city: Line
    """City or town."""
    state: Line | None = None
    """State or province, where addresses name it."""
    postal_code: Line | None = None
    """Postal code, where the country has them."""
    country: Country
    """Two letters (ISO 3166)."""


class Address(WrittenAddress):
    """A postal address as it stands on the seller's documents."""

    also: tuple[WrittenAddress, ...] = ()
    """The same address in other scripts, each as a document writes it."""


class Document(Table):
    """What one of the seller's documents says, as the person reads it off the paper."""

    kind: DocumentKind
    """What it is."""
    name: Line | None = None
    """The name on it, to the letter."""
    address: WrittenAddress | None = None
    """The address on it, to the letter."""
    issued: date | None = None
    """The day it was issued (2026-01-31)."""
    expires: date | None = None
    """The last day it is valid, where it says one."""


class Documents(Table):
    """A file of documents only, beside a profile."""

    documents: tuple[Document, ...] = Field(min_length=1)
    """One table for each document."""


class Profile(Table):
    """What is true of the seller, whatever a page shows."""

    legal_name: Line
    """The name on the business licence."""
    legal_name_also: tuple[Line, ...] = ()
    """The same name in other scripts, each as a document writes it."""
    country: Country
    """Where the business is registered: two letters (ISO 3166)."""
    account: Account
    """Which account must be signed in."""
    contact: Contact
    """Who is reached in an emergency."""
    business_address: Address | None = None
    """Where the business works."""
    registered_address: Address | None = None
    """Where the business is registered, when that is elsewhere."""
    tax_id: TaxId | None = None
    """The business's tax id. Secret."""
    bank_ending: BankEnding | None = None
    """The last digits of the bank account that is paid into. Secret."""
    documents: tuple[Document, ...] = ()
    """What the seller's documents say: the marketplace compares them with the account."""


def load_profile(path: Path, overrides: Mapping[str, Any] | None = None) -> Profile:
    """Return the file's profile, overrides merged in; BadInput names the key that is wrong."""
    what = _("profile")
    tables = merged(read_toml(path, what), overrides or {})
    try:
        # The context only serves the hint for a number without country code.
        return Profile.model_validate(tables, context={"country": tables.get("country")})
    except ValidationError as error:
        raise refusal(Profile, error, what, str(path)) from None


def load_documents(path: Path) -> tuple[Document, ...]:
    """Return the documents a file states; BadInput names the key that is wrong."""
    what = _("file of documents")
    return validate(Documents, read_toml(path, what), what, str(path)).documents
