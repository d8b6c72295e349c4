"""Phone numbers: parse, mask, compare with a page, and whether they can receive a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.i18n import lazy, together
from handrail.profile.phone_lengths import wrong_length
from handrail.profile.text import plain

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

Form = Literal["e164", "international", "national", "digits"]
"""How a page wants a number typed; "digits" is for a page that asks for the country apart."""

_NUMBER = re.compile(r"[+(]?[0-9\s()+./\u2010-\u2015\u2212-]*[0-9)]")
_LABEL = re.compile(r"^[^\d+(*•●]+")
_SHARED_PLANS = {1, 52}
_LINES_ALIKE = frozenset({"MOBILE", "FIXED_LINE", "FIXED_LINE_OR_MOBILE", "UNKNOWN"})
_TAKES_TEXTS: dict[str, tuple[Literal["yes", "no", "unknown"], str]] = {
    "MOBILE": ("yes", lazy("A mobile number can take a text message.")),
    "FIXED_LINE": ("no", lazy("A fixed line cannot take a text message.")),
    "TOLL_FREE": ("no", lazy("A toll-free number cannot take a text message.")),
    "PREMIUM_RATE": ("no", lazy("A premium-rate number cannot take a text message.")),
    "SHARED_COST": ("no", lazy("A shared-cost number cannot take a text message.")),
    "VOIP": ("no", lazy("An internet telephone number is rarely sent a code by text message.")),
    "PAGER": ("no", lazy("A pager cannot take a code by text message.")),
    "UAN": ("no", lazy("A company-wide service number cannot take a text message.")),
    "VOICEMAIL": ("no", lazy("A voicemail number cannot take a text message.")),
    "PERSONAL_NUMBER": ("no", lazy("A personal number passes calls on, and rarely a text message.")),
    "FIXED_LINE_OR_MOBILE": ("unknown", lazy("Fixed lines and mobiles share this range.")),
    "UNKNOWN": ("unknown", lazy("The numbering plan does not say what kind of line this is.")),
}


@dataclass(frozen=True)
class Capability:
    """Whether a number can take a code by text message, as far as its numbering plan says."""

    can_text: Literal["yes", "no", "unknown"]
    """The answer "unknown" means that a person has to say."""
    line_type: str
    """libphonenumber's word in lower case: mobile, fixed_line, toll_free…"""
    reason: str
    """One sentence for a person, in their language."""


def capability(e164: str) -> Capability:
    """Tell from the numbering plan whether a number can take a text."""
    import phonenumbers

    number = phonenumbers.parse(e164)
    line_type = phonenumbers.PhoneNumberType.to_string(phonenumbers.number_type(number))
    can_text, reason = _TAKES_TEXTS.get(line_type, _TAKES_TEXTS["UNKNOWN"])
    if number.country_code in _SHARED_PLANS and line_type in _LINES_ALIKE:
        # North America and Mexico number fixed lines and mobiles alike, and let any of them take texts.
        can_text = "unknown"
        code = f"+{number.country_code}"
        reason = _("Numbers under {code} do not tell a mobile from another line.", code=code)
    return Capability(can_text=can_text, line_type=line_type.lower(), reason=str(reason))


def canonical(text: str, country: str | None = None) -> str:
    """Return the number in E.164; BadInput, without repeating it, for anything else.

    `country` (two letters) only serves the hint given for a number without country code.
    """
    import phonenumbers

    written = _written(text)
    if not written:
        raise _refused(_("The phone number is empty."))
    if not _NUMBER.fullmatch(written) or written.count("+") > 1:
        raise _refused(_("This is no phone number: only digits, spaces, + and - belong in it."))
    if "+" not in written:
        raise BadInput(
            together(_("The phone number has no country code."), _length_at_home(written, country)),
            hint=_country_code_hint(written, country),
        )
    try:
        number = phonenumbers.parse(written)
    except phonenumbers.NumberParseException as error:
        raise _refused(_unreadable(error.error_type)) from None
    if wrong := _wrong(number):
        raise BadInput(wrong, hint=_how_to_write(number.country_code))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def same_number(e164: str, page_text: str) -> bool:
    """Tell whether a page's text shows this number in full, in whatever format."""
    import phonenumbers

    written = _LABEL.sub("", _written(page_text))
    if not _NUMBER.fullmatch(written) or written.count("+") > 1:
        return False
    readings = [written] if "+" in written else [written, f"+{written}"]
    for reading in readings:
        try:
            number = phonenumbers.parse(reading, region(e164))
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == e164:
            return True
    return False


def typed(e164: str, form: Form) -> str:
    """Return the number as it is typed into a page that wants this form."""
    import phonenumbers

    number = phonenumbers.parse(e164)
    if form == "e164":
        return e164
    if form == "digits":
        return phonenumbers.national_significant_number(number)
    styles = phonenumbers.PhoneNumberFormat
    style = styles.NATIONAL if form == "national" else styles.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def masked(e164: str) -> str:
    """Return the display form, +86 138••••8000: four digits or more are always hidden."""
    import phonenumbers

    number = phonenumbers.parse(e164)
    national = phonenumbers.national_significant_number(number)
    length = len(national)
    tail = 4 if length > 10 else 3 if length > 6 else max(0, length - 4)
    head = max(0, min(3, length - tail - 4))
    hidden = "•" * (length - head - tail)
    return f"+{number.country_code} {national[:head]}{hidden}{national[length - tail :]}"


def region(e164: str) -> str | None:
    """Return the country (two letters) that a number belongs to; None for one of no country."""
    import phonenumbers

    code = phonenumbers.region_code_for_number(phonenumbers.parse(e164))
    return None if code == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY else code


def _written(text: str) -> str:
    number = plain(text).removeprefix("tel:")
    return re.sub(r"^00(?=[\s().-]*[1-9])", "+", number)


def _wrong(number: PhoneNumber) -> str | None:
    import phonenumbers

    code = f"+{number.country_code}"
    possible = phonenumbers.is_possible_number_with_reason(number)
    result = phonenumbers.ValidationResult
    if possible == result.INVALID_COUNTRY_CODE:
        return _unreadable(phonenumbers.NumberParseException.INVALID_COUNTRY_CODE)
    if not phonenumbers.is_valid_number(number) and (length := wrong_length(number)):
        return length.sentence()
    if possible in (result.TOO_SHORT, result.IS_POSSIBLE_LOCAL_ONLY):
        return _("The phone number is too short for {code}.", code=code)
    if possible == result.TOO_LONG:
        return _("The phone number is too long for {code}.", code=code)
    if possible == result.INVALID_LENGTH:
        return _("No phone number under {code} has this many digits.", code=code)
    if not phonenumbers.is_valid_number(number):
        return _(
            "No phone number under {code} begins with the digits that follow the country code.", code=code
        )
    return None


def _unreadable(error_type: int) -> str:
    import phonenumbers

    if error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
        return _("No country has the code that this phone number begins with.")
    if error_type == phonenumbers.NumberParseException.TOO_LONG:
        return _("This is no phone number: it has too many digits.")
    return _("This is no phone number: it has too few digits.")


def _length_at_home(written: str, country: str | None) -> str:
    """Say that a number without country code has too few or too many digits for its country."""
    import phonenumbers

    try:
        number = phonenumbers.parse(written, (country or "").upper())
    except phonenumbers.NumberParseException:
        return ""
    length = None if phonenumbers.is_valid_number(number) else wrong_length(number)
    return length.sentence() if length else ""


def _country_code_hint(written: str, country: str | None) -> str:
    import phonenumbers

    region = (country or "").upper()
    code = phonenumbers.country_code_for_region(region)
    if not code:
        return _how_to_write()
    digits = re.sub(r"\D", "", written)
    number = phonenumbers.parse(digits, region) if len(digits) in range(3, 16) else None
    national = phonenumbers.national_significant_number(number) if number else ""
    if digits == f"{code}{national}":
        return _("Put a + in front of it.")
    if digits == f"0{national}":
        return _("Put +{code} ({country}) in the place of its first 0.", code=code, country=region)
    return _("Put +{code} ({country}) in front of it.", code=code, country=region)


def _refused(message: str) -> BadInput:
    return BadInput(message, hint=_how_to_write())


def _how_to_write(code: int | None = None) -> str:
    """Say how a number is written, by a mobile number of the country with this code."""
    import phonenumbers

    region = phonenumbers.region_code_for_country_code(code) if code else "CN"
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    style = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    written = phonenumbers.format_number(example, style) if example else "+86 131 2345 6789"
    if code:
        return _("Check it digit by digit; with its country code it looks like {example}.", example=written)
    return _("Write it with its country code, such as {example}.", example=written)
