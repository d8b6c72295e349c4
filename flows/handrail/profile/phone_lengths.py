"""How many digits a phone number should have, by its first digits and the numbering plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber
    from phonenumbers.phonemetadata import PhoneNumberDesc

_DIGITS = "0123456789"


@dataclass(frozen=True)
class WrongLength:
    """A number with too few or too many digits for its first digits."""

    mobile: bool
    """Whether it begins like a mobile number."""
    code: str
    """The country code, with its plus: +86."""
    right: int
    """How many digits such a number has after its country code."""
    count: int
    """How many this one has."""

    def sentence(self) -> str:
        """Return the mistake in one sentence, without the number."""
        what = _("mobile number") if self.mobile else _("phone number")
        missing = self.right - self.count
        text = {
            1: _("A {what} has {right} digits after {code}, and this one has {count}: one digit is missing."),
            -1: _("A {what} has {right} digits after {code}, and this one has {count}: one digit too many."),
        }.get(
            missing,
            _("A {what} has {right} digits after {code}, and this one has only {count}.")
            if missing > 0
            else _("A {what} has {right} digits after {code}, and this one has {count}."),
        )
        return text.format(what=what, right=self.right, code=self.code, count=self.count)


def wrong_length(number: PhoneNumber) -> WrongLength | None:
    """Return how many digits an invalid number should have; None if its length is not the mistake.

    The numbering plans are libphonenumber's.
    """
    import phonenumbers

    digits = phonenumbers.national_significant_number(number)
    for mobile, plan, ends_only in _plans(number.country_code or 0, len(digits)):
        pattern = plan.national_number_pattern or ""
        lengths = [length for length in plan.possible_length if length > 0]
        for right in sorted(lengths, key=lambda length: abs(length - len(digits))):
            changed = _changed_at_end(digits, right) if ends_only else _changed_anywhere(digits, right)
            if right != len(digits) and any(re.fullmatch(pattern, each) for each in changed):
                return WrongLength(mobile, f"+{number.country_code}", right, len(digits))
    return None


def _plans(code: int, count: int) -> Iterator[tuple[bool, PhoneNumberDesc, bool]]:
    """Yield the plans to be tried: whether mobile, the plan, and whether only the end is changed."""
    import phonenumbers

    regions = phonenumbers.region_codes_for_country_code(code)
    tables = [
        table for region in regions if (table := phonenumbers.PhoneMetadata.metadata_for_region(region))
    ]
    mobiles = [(table.mobile != table.fixed_line, plan) for table in tables for plan in _usable(table.mobile)]
    yield from ((mobile, plan, True) for mobile, plan in mobiles)
    # A number as long as a mobile is one with a wrong beginning, not a line with a digit too many.
    if not any(count in plan.possible_length for _mobile, plan in mobiles):
        yield from ((False, plan, True) for table in tables for plan in _usable(table.fixed_line))
        yield from ((mobile, plan, False) for mobile, plan in mobiles)


def _usable(plan: PhoneNumberDesc | None) -> tuple[PhoneNumberDesc, ...]:
    return (plan,) if plan is not None and plan.national_number_pattern else ()


def _changed_at_end(digits: str, right: int) -> Iterator[str]:
    if right < len(digits):
        yield digits[:right]
        return
    yield from (digits + digit * (right - len(digits)) for digit in _DIGITS)


def _changed_anywhere(digits: str, right: int) -> Iterator[str]:
    """Yield the number with one digit put in or taken out; a larger slip is not guessed at."""
    for place in range(len(digits) + 1):
        if right == len(digits) + 1:
            yield from (digits[:place] + digit + digits[place:] for digit in _DIGITS)
        elif right == len(digits) - 1:
            yield digits[:place] + digits[place + 1 :]
