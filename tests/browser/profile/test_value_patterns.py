"""Every written form of a value is found, in Python and in a browser alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.profile.channel import Channel, parse_channel

if TYPE_CHECKING:
    from playwright.sync_api import Page

PHONES = [
    "+86 131 2345 6789",
    "+86 755 1234 5678",
    "+1 201 555 0123",
    "+52 222 123 4567",
    "+44 7400 123456",
    "+49 1512 3456789",
    "+33 6 12 34 56 78",
    "+39 02 1234 5678",
    "+81 90 1234 5678",
    "+852 5123 4567",
    "+55 11 96123 4567",
    "+54 9 11 2345 6789",
    "+7 912 345 67 89",
    "+36 20 123 4567",
    "+800 1234 5678",
]
EMAILS = [
    "ops@harborlane.example",
    "Wei.O'Neil+amz@Bücher.example",
    "李雷@例子.test",
    "a@b.example",
]
CHANNELS = [parse_channel("phone", text) for text in PHONES] + [
    parse_channel("email", text) for text in EMAILS
]
OURS = CHANNELS[0]
GAPS = ["", " ", "-", ".", "\u00a0", "\u3000", ") ", " (", " - ", "%20", "&nbsp;", "\u2011", "\n  "]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, str]:
    """Use the headless shell of the distribution."""
    return {"executable_path": "/usr/bin/chromium-headless-shell"}


def findable(channel: Channel) -> tuple[str, ...]:
    """Return the forms that the pattern must find: a local part alone is an ordinary word."""
    return channel.written_forms()[: -1 if channel.kind == "email" else None]


@pytest.mark.parametrize("channel", CHANNELS, ids=repr)
def test_the_pattern_finds_every_written_form(channel: Channel) -> None:
    """Whatever writes a value into a text, the pattern finds it there."""
    pattern = re.compile(channel.pattern())
    assert [form for form in findable(channel) if not pattern.search(f"x {form} y")] == []


@pytest.mark.parametrize("channel", CHANNELS, ids=repr)
def test_replacing_what_is_found_leaves_nothing_of_the_value(channel: Channel) -> None:
    """A text cleaned by the pattern holds no form of the value any more."""
    text = "\n".join(f"<b>{form}</b>" for form in findable(channel))
    cleaned = re.sub(channel.pattern(), channel.display, text)
    assert [form for form in findable(channel) if form in cleaned] == []


def test_a_browser_finds_what_python_finds(page: Page) -> None:
    """One pattern serves both languages, with JavaScript's flags g, u and v."""
    missed = page.evaluate(
        """cases => cases.flatMap(({pattern, forms, display}) => ["g", "gu", "gv"].flatMap(flags =>
            [...forms.filter(form => !new RegExp(pattern, flags).test("x " + form)),
             ...(new RegExp(pattern, flags).test(display) ? [display] : [])]))""",
        [{"pattern": each.pattern(), "forms": findable(each), "display": each.display} for each in CHANNELS],
    )
    assert missed == []


def test_the_found_text_is_the_whole_number(page: Page) -> None:
    """Country code, trunk prefix and spacing are part of what is found, so that all is masked."""
    for form in ("+86 131 2345 6789", "0086-131-2345-6789", "013123456789", "%2B8613123456789"):
        found = re.search(OURS.pattern(), f"call {form} now")
        assert found is not None
        assert found[0] == form
        assert page.evaluate("([p, t]) => t.match(new RegExp(p))[0]", [OURS.pattern(), form]) == form


@given(st.lists(st.sampled_from(GAPS), min_size=12, max_size=12), st.lists(st.booleans(), min_size=13))
def test_any_spacing_and_width_is_found(gaps: list[str], wide: list[bool]) -> None:
    """Separators and full-width digits may be mixed anywhere between a number's digits."""
    digits = [chr(ord(d) + 0xFEE0) if w else d for d, w in zip("8613123456789", wide, strict=False)]
    text = digits[0] + "".join(gap + digit for gap, digit in zip(gaps, digits[1:], strict=True))
    found = re.search(OURS.pattern(), text)
    assert found is not None
    assert found[0] == text


@given(st.text(alphabet="ops@harborlane.examplOPSHARBON\uff20\uff0e\uff05x", max_size=60))
def test_an_address_is_found_only_where_it_stands(around: str) -> None:
    """A text without the address is left alone; with it, it is always found."""
    address = parse_channel("email", "ops@harborlane.example")
    plain = around.replace("\uff20", "@").replace("\uff0e", ".").lower()
    assert bool(re.search(address.pattern(), around)) == (address.value in plain)
    assert re.search(address.pattern(), around + address.value.upper())


@pytest.mark.parametrize(
    "text",
    [
        "+86 131••••6789",
        "+86*******6789",
        "131 2345 678",
        "131, 2345, 6789",
        "+86 131 2345 6788",
        "o••@harborlane.example",
        "ops at harborlane.example",
    ],
)
def test_what_does_not_show_the_value_is_not_found(text: str) -> None:
    """A masked, shortened or other value is not taken for the seller's."""
    patterns = [OURS.pattern(), CHANNELS[len(PHONES)].pattern()]
    assert not any(re.search(pattern, text) for pattern in patterns)


@pytest.mark.parametrize("channel", CHANNELS[: len(PHONES) - 1], ids=repr)
def test_a_number_matches_each_of_its_plain_forms(channel: Channel) -> None:
    """What the pattern finds unencoded on a page is also read as the same number."""
    encoded = re.compile(r"[%\\]|\d\+")
    plain = [form for form in channel.written_forms() if not encoded.search(form)]
    assert len(plain) > 30
    assert [form for form in plain if not channel.matches(form)] == []
