"""Phone numbers: what is accepted, how it is shown, and whether it can take a text."""

from __future__ import annotations

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.core.errors import BadInput
from handrail.core.i18n import choose
from handrail.profile.channel import Channel, parse_channel
from handrail.profile.phones import capability
from handrail.profile.text import full_width

TWELVE = {
    "CN": ("+86 131 2345 6789", "+8613123456789", "+86 131••••6789", "yes"),
    "US": ("+1 (201) 555-0123", "+12015550123", "+1 201••••123", "unknown"),
    "CA": ("+1 506 234 5678", "+15062345678", "+1 506••••678", "unknown"),
    "MX": ("+52 222 123 4567", "+522221234567", "+52 222••••567", "unknown"),
    "GB": ("+44 (0)7400 123456", "+447400123456", "+44 740••••456", "yes"),
    "DE": ("0049 1512 3456789", "+4915123456789", "+49 151••••6789", "yes"),
    "FR": ("+33 6 12 34 56 78", "+33612345678", "+33 61••••678", "yes"),
    "IT": ("+39 02 1234 5678", "+390212345678", "+39 021••••678", "no"),
    "JP": (full_width("+81 90-1234-5678"), "+819012345678", "+81 901••••678", "yes"),
    "HK": ("+852 5123.4567", "+85251234567", "+852 5••••567", "yes"),
    "BR": ("tel:+55-11-96123-4567", "+5511961234567", "+55 119••••4567", "yes"),
    "AR": ("+54 9 11 2345-6789", "+5491123456789", "+54 911••••6789", "yes"),
    "RU": ("+7 (912) 345-67-89", "+79123456789", "+7 912••••789", "yes"),
    "AU": ("\u202a+61 412 345 678\u202c", "+61412345678", "+61 41••••678", "yes"),
}
MOBILES = [
    phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    if (number := phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE))
]


@pytest.fixture(autouse=True)
def english() -> None:
    """Say every sentence in English, whatever ran before."""
    choose("en")


def phone(text: str, country: str | None = None) -> Channel:
    return parse_channel("phone", text, country)


@pytest.mark.parametrize(("text", "e164", "display", "can_text"), TWELVE.values(), ids=TWELVE)
def test_a_number_of_any_country_is_read_masked_and_judged(
    text: str, e164: str, display: str, can_text: str
) -> None:
    """However a person writes it, a number has one value, one display form and one verdict."""
    channel = phone(text)
    assert (channel.value, channel.display) == (e164, display)
    assert capability(channel.value).can_text == can_text
    assert capability(channel.value).reason.endswith(".")


@pytest.mark.parametrize("e164", MOBILES)
def test_a_display_form_hides_four_digits_or_more(e164: str) -> None:
    """Nobody who sees only the display form can ring the number, in any country."""
    channel = phone(e164)
    digits = re.sub(r"\D", "", channel.display)
    assert channel.display.count("•") >= 4
    assert len(digits) + channel.display.count("•") == len(e164) - 1
    assert not re.search(channel.pattern(), channel.display)


def test_a_channel_never_prints_its_value() -> None:
    """A channel in a sentence, a log or a traceback shows its display form."""
    channel = phone("+86 131 2345 6789")
    assert str(channel) == "phone number +86 131••••6789"
    assert "2345" not in f"{channel} {channel!r}"


@pytest.mark.parametrize(
    ("text", "country", "message", "hint"),
    [
        ("", "CN", "is empty", "+86 131"),
        ("call me", "CN", "is no phone number", "country code"),
        ("+1 800 FLOWERS", "US", "is no phone number", "country code"),
        ("+86 131 2345 6789 ext 5", "CN", "is no phone number", "country code"),
        ("+8613123456789/+8613123456780", "CN", "is no phone number", "country code"),
        ("131 2345 6789", "CN", "no country code", "Put +86 (CN) in front of it."),
        ("07400 123456", "gb", "no country code", "Put +44 (GB) in the place of its first 0."),
        ("02 1234 5678", "IT", "no country code", "Put +39 (IT) in front of it."),
        ("86 131 2345 6789", "CN", "no country code", "Put a + in front of it."),
        ("131 2345 6789", None, "no country code", "such as +86 131"),
        ("131 2345 6789", "Atlantis", "no country code", "such as +86 131"),
        ("12", "CN", "no country code", "Put +86 (CN) in front of it."),
        ("+", "CN", "is no phone number", "country code"),
        ("+999 123 4567", "CN", "No country has the code", "country code"),
        ("+86 131 234", "CN", "has only 6", "country code"),
        ("+86 131 2345 6789 01", "CN", "this one has 13", "country code"),
        ("+86" + "1" * 260, "CN", "too many digits", "country code"),
        (
            "+86 131 2345 678",
            "CN",
            "11 digits after +86, and this one has 10: one digit is missing",
            "looks like +86 131 2345 6789.",
        ),
        (
            "+86 131 2345 67890",
            "CN",
            "11 digits after +86, and this one has 12: one digit too many",
            "looks like +86",
        ),
        (
            "+86 755 1234 567",
            "CN",
            "11 digits after +86, and this one has 10: one digit is missing",
            "looks like +86 131 2345 6789.",
        ),
        ("131 2345 678", "CN", "this one has 10: one digit is missing", "Put +86 (CN) in front of it."),
        (
            "+1 212 736 500",
            None,
            "A phone number has 10 digits after +1, and this one has 9",
            "+1 201-555-0123",
        ),
        (
            "+44 7400 1234567",
            None,
            "A mobile number has 10 digits after +44, and this one has 11",
            "+44 7400",
        ),
        ("+49 1512 345678", None, "11 digits after +49, and this one has 10: one digit is missing", "+49"),
        ("+86 999 1234 5678", "CN", "No phone number under +86 begins", "country code"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(
    text: str, country: str | None, message: str, hint: str
) -> None:
    """A refusal says what is wrong and what to write, and never repeats the number."""
    with pytest.raises(BadInput) as refused:
        phone(text, country)
    assert message in refused.value.message
    assert hint in refused.value.hint
    assert "2345" not in refused.value.message


@pytest.mark.parametrize(
    "shown",
    [
        "+86 131 2345 6789",
        "+8613123456789",
        "0086-131-2345-6789",
        "(+86) 131 2345 6789",
        "China (+86) 13123456789",
        full_width("手机:+86 131 2345 6789"),
        "131 2345 6789",
        "0131-2345-6789",
        "86 131 2345 6789",
        "\u200e+86\u00a0131\u00a02345\u00a06789\u200f",
    ],
)
def test_a_shown_number_matches_in_any_format(shown: str) -> None:
    """The same number in another country's or site's format is still the same number."""
    assert phone("+86 131 2345 6789").matches(shown)


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "•••• 6789",
        "+86*******6789",
        "+86 131••••6789",
        "ending in 6789",
        "+86 131 2345 6788",
        "+86 131 2345 678",
        "+1 131 2345 6789",
        "+86 131 2345 6789, +86 131 2345 6780",
        "+86 131 2345 6789 ext 5",
        "Not set",
    ],
)
def test_a_masked_or_other_number_does_not_match(shown: str) -> None:
    """Only the whole number is a match; a masked one proves nothing."""
    assert not phone("+86 131 2345 6789").matches(shown)


@given(st.integers(min_value=0, max_value=10), st.sampled_from("0123456789"))
def test_one_other_digit_is_another_number(at: int, digit: str) -> None:
    """No number that differs in a single digit is taken for the seller's."""
    national = "13123456789"
    other = national[:at] + digit + national[at + 1 :]
    assert phone("+8613123456789").matches(f"+86 {other}") == (other == national)


def test_a_number_is_typed_in_the_form_the_page_wants() -> None:
    """Four forms cover pages with and without a country selector; a trunk 0 stays at home."""
    channel = phone("+44 7400 123456")
    assert channel.typed("e164") == "+447400123456"
    assert channel.typed("international") == "+44 7400 123456"
    assert channel.typed("national") == "07400 123456"
    assert channel.typed("digits") == "7400123456"


@pytest.mark.parametrize(
    ("e164", "can_text", "line_type"),
    [
        ("+861012345678", "no", "fixed_line"),
        ("+448001234567", "no", "toll_free"),
        ("+449012345678", "no", "premium_rate"),
        ("+41840123456", "no", "shared_cost"),
        ("+445612345678", "no", "voip"),
        ("+447640123456", "no", "pager"),
        ("+445512345678", "no", "uan"),
        ("+447012345678", "no", "personal_number"),
        ("+18002345678", "no", "toll_free"),
        ("+19002345678", "no", "premium_rate"),
        ("+12015550123", "unknown", "fixed_line_or_mobile"),
        ("+522221234567", "unknown", "fixed_line_or_mobile"),
        ("+528001234567", "no", "toll_free"),
        ("+447400123456", "yes", "mobile"),
    ],
)
def test_the_numbering_plan_says_which_lines_take_texts(e164: str, can_text: str, line_type: str) -> None:
    """A line that cannot take a text is known; where the plan is shared, nobody guesses."""
    able = capability(e164)
    assert (able.can_text, able.line_type) == (can_text, line_type)


def test_another_value_keeps_the_kind_and_is_validated() -> None:
    """The number given after a refusal is read like the profile's, hint included."""
    channel = phone("+86 131 2345 6789")
    assert channel.with_value("+86 139 1234 5678") == phone("+8613912345678")
    with pytest.raises(BadInput, match="no country code") as refused:
        channel.with_value("139 1234 5678")
    assert refused.value.hint == "Put +86 (CN) in front of it."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("+86 131 2345 678", "手机号应为 +86 加 11 位数字，现在只有 10 位，少了一位。"),
        ("+86 131 2345 67890", "手机号应为 +86 加 11 位数字，现在有 12 位，多了一位。"),
    ],
)
def test_a_chinese_seller_reads_how_many_digits_there_should_be(text: str, says: str) -> None:
    """The sentence counts, in Chinese, and never repeats the number."""
    choose("zh")
    with pytest.raises(BadInput) as refused:
        phone(text)
    assert refused.value.message == says
