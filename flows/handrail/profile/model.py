"""The profile file: its keys, what each must hold, and how it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from handrail.errors import BadInput
from handrail.i18n import gettext as _
from handrail.profile.channel import Channel, Kind, parse_channel
from handrail.tomlfile import read_toml, refusal


def _country(value: object) -> object:
    import phonenumbers

    if not isinstance(value, str) or value.strip().upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise _refused(
            _("expected the two letters of a country"),
            _("Write CN for China, US for the United States."),
        )
    return value.strip().upper()


def _channel(kind: Kind, value: object, info: ValidationInfo) -> object:
    if isinstance(value, Channel):
        return value
    if not isinstance(value, str):
        raise _refused(_("expected a text"), _("Put the value between quotation marks."))
    country = (info.context or {}).get("country")
    try:
        return parse_channel(kind, value, country if isinstance(country, str) else None)
    except BadInput as error:
        raise _refused(error.message, error.hint) from None


def _email(value: object, info: ValidationInfo) -> object:
    return _channel("email", value, info)


def _phone(value: object, info: ValidationInfo) -> object:
    return _channel("phone", value, info)


def _refused(message: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("handrail", "{message}", {"message": message, "hint": hint})


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Country = Annotated[str, BeforeValidator(_country)]
Email = Annotated[Channel, BeforeValidator(_email), WithJsonSchema({"type": "string"})]
Phone = Annotated[Channel, BeforeValidator(_phone), WithJsonSchema({"type": "string"})]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Account(_Table):
    """The marketplace account that must be signed in."""

    name: Line
    """The name the marketplace shows at the top of the page when this account is signed in."""


class Contact(_Table):
    """The emergency contact, as an iterable over its channels."""

    email: Email
    """The address that codes are sent to."""
    phone: Phone
    """The number that codes are sent to, with its country code."""

    def __iter__(self) -> Iterator[Channel]:  # type: ignore[override]
        """Go through the channels in the order they are verified: e-mail, then phone."""
        yield self.email
        yield self.phone


class Address(_Table):
    """A postal address as it stands on the seller's documents."""

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


class Profile(_Table):
    """What is true of the seller, whatever a page shows."""

    legal_name: Line
    """The name on the business licence."""
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


def load_profile(path: Path, overrides: Mapping[str, Any] | None = None) -> Profile:
    """Return the file's profile, overrides merged in; BadInput names the key that is wrong."""
    what = _("profile")
    tables = _merged(read_toml(path, what), overrides or {})
    try:
        # The context only serves the hint for a number without country code.
        return Profile.model_validate(tables, context={"country": tables.get("country")})
    except ValidationError as error:
        refused = refusal(Profile, error, what, str(path))
        refused.hint = error.errors()[0].get("ctx", {}).get("hint") or refused.hint
        raise refused from None


def _merged(tables: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(tables)
    for key, value in overrides.items():
        below = merged.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            merged[key] = _merged(below, value)
        else:
            merged[key] = value
    return merged
