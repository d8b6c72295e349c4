"""E-mail addresses: what is accepted, how one is shown, and when a page shows the same one."""

from __future__ import annotations

import pytest

from handrail.core.errors import BadInput
from handrail.core.i18n import choose
from handrail.profile.channel import parse_channel
from handrail.profile.text import full_width

OURS = parse_channel("email", "Ops@HarborLane.example")


@pytest.fixture(autouse=True)
def english() -> None:
    """Say every sentence in English, whatever ran before."""
    choose("en")


@pytest.mark.parametrize(
    ("text", "value", "display"),
    [
        ("Ops@HarborLane.example", "Ops@harborlane.example", "O••@harborlane.example"),
        (" mailto:ops@harborlane.test\u200b", "ops@harborlane.test", "o••@harborlane.test"),
        (full_width("wei@b.example"), "wei@b.example", "w••@b.example"),
        ("al@b.example", "al@b.example", "••@b.example"),
        ("a@b.example", "a@b.example", "••@b.example"),
        ("李雷王@例子.example", "李雷王@例子.example", "李••@例子.example"),
    ],
)
def test_an_address_is_normalised_and_masked(text: str, value: str, display: str) -> None:
    """The domain is lowered, the name is kept; a short name is hidden whole."""
    channel = parse_channel("email", text)
    assert (channel.value, channel.display) == (value, display)
    assert {channel.typed(form) for form in ("e164", "international", "national", "digits")} == {value}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ops",
        "ops@",
        "@b.example",
        "o@p@b.example",
        "Ops <ops@b.example>",
        "ops@b",
        "o p@b.test",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """A refusal shows what an address looks like and does not repeat what was given."""
    with pytest.raises(BadInput) as refused:
        parse_channel("email", text)
    assert "name@example.com" in refused.value.hint
    assert not text or text not in refused.value.message.split()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ops@shop.local", ".local"),
        ("ops@shop.LOCALHOST", ".localhost"),
        ("ops@shop.invalid", ".invalid"),
        ("ops@shop.onion", ".onion"),
        ("ops@printer.home.arpa", ".arpa"),
        ("ops@localhost", "has no dot"),
        ("ops@test", "has no dot"),
        ("ops@mailserver", "has no dot"),
    ],
)
def test_an_address_that_nothing_from_outside_reaches_is_refused_with_the_reason(
    text: str, says: str
) -> None:
    """Reserved names and bare hosts are addresses in form only."""
    with pytest.raises(BadInput) as refused:
        parse_channel("email", text)
    assert says in refused.value.message


@pytest.mark.parametrize(
    "shown",
    [
        "ops@harborlane.example",
        "OPS@HARBORLANE.EXAMPLE",
        "E-mail: ops@harborlane.example",
        full_width("邮箱:ops@harborlane.example"),
        "ops@\u200bharborlane.example",
        "Harbor Lane <ops@harborlane.example>",
    ],
)
def test_a_shown_address_matches_whatever_its_case_and_label(shown: str) -> None:
    """Sites change an address's case and put a label before it; it stays the same one."""
    assert OURS.matches(shown)


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "O••@harborlane.example",
        "o***@harborlane.example",
        "devops@harborlane.example",
        "ops@harborlane.example.com",
        "ops@harborlane.example, old@harborlane.example",
        "old@harborlane.example ops@harborlane.example",
        "ops@harborlane.example old@harborlane.example",
    ],
)
def test_a_masked_or_other_address_does_not_match(shown: str) -> None:
    """Only the one whole address is a match, never one of several."""
    assert not OURS.matches(shown)


def test_an_address_is_changed_only_for_an_address() -> None:
    """Another value keeps the kind: a number is no e-mail address."""
    assert OURS.with_value("new@b.example").kind == "email"
    with pytest.raises(BadInput, match="no @"):
        OURS.with_value("+86 131 2345 6789")
