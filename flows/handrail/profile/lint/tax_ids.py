"""Check a tax id's length and check digit, for countries with a published rule; nothing is looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.profile.lint.findings import Finding
from handrail.profile.matching.areas import country_name
from handrail.profile.model import Profile

if TYPE_CHECKING:
    from stdnum.util import NumberValidationModule

_VAT_PREFIXES = {"EL": "GR", "XI": "GB"}
"""Prefixes of VAT numbers that are not their country's two letters."""
_VAT_COUNTRIES = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IT"}
    | {"LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}
)
"""The European Union and the United Kingdom."""
_VAT_SOURCE = (
    "Council Directive 2006/112/EC, article 215; each state's check digits, as python-stdnum has them"
)
_VAT_LENGTHS = range(4, 16)
_USCC_SOURCE = "GB 32100-2015 (法人和其他组织统一社会信用代码编码规则)"
_US_SOURCE = "IRS, EIN prefixes; SSA, Social Security numbers"
_USCC_LENGTH = 18
_NOT_IN_USCC = frozenset("IOSVZ")
_OLD_CHINESE_LENGTH = 15
"""Of the tax registration numbers that the unified social credit code has replaced since 2015."""
_US_LENGTH = 9
_COMPANY = re.compile(r"(?i)\b(?:inc|incorporated|corp|corporation|llc|l\.l\.c|ltd|limited|llp|lp)\b")


def tax_id_findings(profile: Profile) -> Iterator[Finding]:
    """Yield what is wrong with the tax id; no part of it is repeated."""
    if profile.tax_id is None:
        return
    value = profile.tax_id.value
    prefix = _VAT_PREFIXES.get(value[:2], value[:2])
    if prefix in _VAT_COUNTRIES:
        yield from _vat(value, prefix)
    elif profile.country == "CN":
        yield from _chinese(value)
    elif profile.country == "US":
        yield from _american(value, profile.legal_name)


def _chinese(value: str) -> Iterator[Finding]:
    from stdnum.cn import ric, uscc

    if len(value) == _OLD_CHINESE_LENGTH and value.isdigit():
        yield _finding(
            "tax-id-old",
            _("It has 15 digits, as tax registration numbers had before the unified social credit code."),
            _("Put the 18 characters from the business licence into tax_id."),
            _USCC_SOURCE,
        )
        return
    if len(value) != _USCC_LENGTH:
        what = _("unified social credit code")
        yield _wrong_length(what, _USCC_LENGTH, len(value), _USCC_SOURCE)
        return
    if ric.is_valid(value):
        return  # A person in business may be taxed by the number of their identity card.
    if set(value) & _NOT_IN_USCC:
        yield _finding(
            "tax-id-malformed",
            _("A unified social credit code never has the letters I, O, S, V or Z."),
            _("Look for 1, 0, 5 or 2 in their place, and compare it with the business licence."),
            _USCC_SOURCE,
        )
    elif not value[2:8].isdigit():
        yield _finding(
            "tax-id-malformed",
            _("In a unified social credit code the third to the eighth character are digits."),
            _("Compare it with the business licence, character by character."),
            _USCC_SOURCE,
        )
    elif uscc.calc_check_digit(value[:-1]) != value[-1]:
        yield _wrong_check_digit(_USCC_SOURCE)


def _american(value: str, legal_name: str) -> Iterator[Finding]:
    from stdnum.us import ein, itin, ssn

    if not value.isdigit():
        yield _finding(
            "tax-id-malformed",
            _("A tax id of the United States has nine digits and no letter."),
            _("Write the EIN as on the letter from the IRS, such as 12-3456789."),
            _US_SOURCE,
        )
    elif len(value) != _US_LENGTH:
        yield _wrong_length(
            _("tax id of the United States (EIN, SSN or ITIN)"), _US_LENGTH, len(value), _US_SOURCE
        )
    elif not ein.is_valid(value) and (
        _COMPANY.search(legal_name) or not (ssn.is_valid(value) or itin.is_valid(value))
    ):
        yield _finding(
            "tax-id-malformed",
            _("The IRS gives out no EIN that begins with these two digits."),
            _("Compare it with the letter from the IRS (CP 575 or 147C)."),
            _US_SOURCE,
        )


def _vat(value: str, country: str) -> Iterator[Finding]:
    from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError
    from stdnum.util import get_cc_module

    rules = get_cc_module(country.lower(), "vat")
    if rules is None:
        return
    what = _("VAT number of {country} (after {prefix})", country=country_name(country), prefix=value[:2])
    number = value[2:]
    try:
        rules.validate(number)
    except InvalidChecksum:
        yield _wrong_check_digit(_VAT_SOURCE)
    except InvalidLength:
        yield _wrong_length(what, _vat_length(rules, number), len(number), _VAT_SOURCE)
    except ValidationError:
        yield _finding(
            "tax-id-malformed",
            _("This is not how a {what} is written.", what=what),
            _("Compare it with the VAT certificate, letters and digits."),
            _VAT_SOURCE,
        )


def _vat_length(rules: NumberValidationModule, number: str) -> int | None:
    """Return how many characters a number that begins so has; None where several lengths are right."""
    from stdnum.exceptions import InvalidLength, ValidationError

    right = []
    for length in _VAT_LENGTHS:
        try:
            # The library has no table of lengths, but refuses a wrong one before anything else.
            rules.validate(number[:1].replace("0", "1") + "1" * (length - 1))
        except InvalidLength:
            continue
        except ValidationError:
            pass
        right.append(length)
    return right[0] if len(right) == 1 else None


def _wrong_length(what: str, right: int | None, count: int, source: str) -> Finding:
    if right is None:
        sentence = _("A {what} does not have {count} characters.", what=what, count=count)
    elif count == right - 1:
        sentence = _(
            "A {what} has {right} characters, and this one has {count}: one is missing.",
            what=what,
            right=right,
            count=count,
        )
    elif count == right + 1:
        sentence = _(
            "A {what} has {right} characters, and this one has {count}: one too many.",
            what=what,
            right=right,
            count=count,
        )
    else:
        sentence = _(
            "A {what} has {right} characters, and this one has {count}.", what=what, right=right, count=count
        )
    return _finding("tax-id-length", sentence, _compare(), source)


def _wrong_check_digit(source: str) -> Finding:
    return _finding(
        "tax-id-check-digit",
        _("Its check digit does not fit: a character is mistyped, or two have changed places."),
        _compare(),
        source,
    )


def _compare() -> str:
    return _("Compare it with the certificate, character by character.")


def _finding(code: str, what: str, mend: str, source: str) -> Finding:
    return Finding(code, "breaks", "tax_id", what, mend, ("certify",), source)
