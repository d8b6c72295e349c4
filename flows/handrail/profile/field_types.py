"""The types of values in a profile file, with their errors."""

from __future__ import annotations

from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.profile.channel import Channel, Kind, parse_channel
from handrail.profile.secret import Secret, compact


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
    country = (info.context or {}).get("country")
    try:
        return parse_channel(kind, _text(value), country if isinstance(country, str) else None)
    except BadInput as error:
        raise _refused(error.message, error.hint) from None


def _email(value: object, info: ValidationInfo) -> object:
    return _channel("email", value, info)


def _phone(value: object, info: ValidationInfo) -> object:
    return _channel("phone", value, info)


def _tax_id(value: object) -> object:
    return value if isinstance(value, Secret) else _secret(_text(value), 6, 30)


def _bank_ending(value: object) -> object:
    if isinstance(value, Secret):
        return value
    secret = _secret(_text(value), 2, 6)
    if not secret.value.isdigit():
        raise _refused(*_only_the_end())
    return secret


def _secret(text: str, fewest: int, most: int) -> Secret:
    value = compact(text)
    if fewest <= len(value) <= most:
        return Secret(value)
    if most <= 6:
        raise _refused(*_only_the_end())
    raise _refused(_("expected a tax id"), _("Write it as it stands on the certificate."))


def _only_the_end() -> tuple[str, str]:
    return _("expected the last digits of an account"), _("Write only the last four, in quotation marks.")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _refused(_("expected a text"), _("Put the value between quotation marks."))
    return value


def _refused(message: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("handrail", "{message}", {"message": message, "hint": hint})


_AS_TEXT = WithJsonSchema({"type": "string"})

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Country = Annotated[str, BeforeValidator(_country)]
Email = Annotated[Channel, BeforeValidator(_email), _AS_TEXT]
Phone = Annotated[Channel, BeforeValidator(_phone), _AS_TEXT]
TaxId = Annotated[Secret, BeforeValidator(_tax_id), _AS_TEXT]
BankEnding = Annotated[Secret, BeforeValidator(_bank_ending), _AS_TEXT]


class Table(BaseModel):
    """A frozen table without unknown keys."""

    # Built when first used: most models are only parts of another, which builds them with itself.
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, defer_build=True)
