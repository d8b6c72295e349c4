"""django-allauth's own pages, walked by hand: the third-party site is what its site file says."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import allauth_fixture as fixture
import pytest
from playwright.sync_api import BrowserContext, Page, expect

NEW_EMAIL = "new@example.com"
NEW_PHONE = "+8613900139000"
WRONG_CODE = "AAAA-AAAA"  # vowels are never in a code


@dataclass(frozen=True)
class Words:
    """What allauth writes in one language."""

    locale: str
    sign_in: str
    email: str
    password: str
    signed_in: str
    change_to: str
    code: str
    confirm: str
    incorrect: str
    current_email: str
    change_email: str
    email_sent: str
    email_confirmed: str
    current_phone: str
    change_phone: str
    phone_sent: str
    phone_verified: str


ENGLISH = Words(
    locale="en-US",
    sign_in="Sign In",
    email="Email:",
    password="Password:",
    signed_in="Successfully signed in as wei-lin.",
    change_to="Change to:",
    code="Code:",
    confirm="Confirm",
    incorrect="Incorrect code.",
    current_email="Current email:",
    change_email="Change Email",
    email_sent=f"Confirmation email sent to {NEW_EMAIL}.",
    email_confirmed=f"You have confirmed {NEW_EMAIL}.",
    current_phone="Current phone:",
    change_phone="Change Phone",
    phone_sent=f"A verification code has been sent to {NEW_PHONE}.",
    phone_verified=f"You have verified phone number {NEW_PHONE}.",
)
CHINESE = Words(
    locale="zh-CN",
    sign_in="登录",
    email="电子邮件:",
    password="密码:",
    signed_in="以 wei-lin 成功登录。",
    change_to="改为:",
    code="代码:",
    confirm="确认",
    incorrect="错误代码。",
    current_email="当前Email:",
    change_email="更改Email",
    email_sent=f"确认邮件已发往 {NEW_EMAIL}。",
    email_confirmed=f"您已确认Email地址 {NEW_EMAIL}。",
    current_phone="当前电话:",
    change_phone="更改电话",
    phone_sent=f"验证码已发送至 {NEW_PHONE}。",
    phone_verified=f"您已验证电话号码 {NEW_PHONE}。",
)


def _button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _field(page: Page, name: str, text: str) -> None:
    page.get_by_role("textbox", name=name, exact=True).fill(text)


def _sign_in(page: Page, site: Any, words: Words, then: str = "/accounts/email/") -> None:
    """Open a page that asks for signing in, and sign in there."""
    page.goto(site.url + then)
    _field(page, words.email, fixture.EMAIL)
    _field(page, words.password, fixture.PASSWORD)
    _button(page, words.sign_in)
    expect(page.get_by_role("listitem").filter(has_text=words.signed_in)).to_be_visible()


def _ask_for_code(page: Page, words: Words, button: str, value: str) -> None:
    _field(page, words.change_to, value)
    _button(page, button)


def _enter_code(page: Page, words: Words, code: str) -> None:
    _field(page, words.code, code)
    _button(page, words.confirm)


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=lambda words: words.locale)
def test_email_and_phone_are_changed_by_a_person_with_their_codes(
    allauth_site: Any, new_context: Callable[..., BrowserContext], words: Words
) -> None:
    """Sign in, change the e-mail (one wrong code first), change the phone: both are stored."""
    page = new_context(locale=words.locale).new_page()
    _sign_in(page, allauth_site, words)
    expect(page.get_by_label(words.current_email, exact=True)).to_have_value(fixture.EMAIL)

    _ask_for_code(page, words, words.change_email, NEW_EMAIL)
    expect(page.get_by_text(words.email_sent)).to_be_visible()
    _enter_code(page, words, WRONG_CODE)
    expect(page.get_by_text(words.incorrect)).to_be_visible()
    assert allauth_site.stored().emails == {fixture.EMAIL: True}
    _enter_code(page, words, allauth_site.code("email"))
    expect(page.get_by_text(words.email_confirmed)).to_be_visible()
    expect(page.get_by_label(words.current_email, exact=True)).to_have_value(NEW_EMAIL)

    page.goto(f"{allauth_site.url}/accounts/phone/change/")
    expect(page.get_by_label(words.current_phone, exact=True)).to_have_value(fixture.PHONE)
    _ask_for_code(page, words, words.change_phone, NEW_PHONE)
    expect(page.get_by_text(words.phone_sent)).to_be_visible()
    assert allauth_site.stored().phone == fixture.PHONE
    _enter_code(page, words, allauth_site.code("phone"))
    expect(page.get_by_text(words.phone_verified)).to_be_visible()
    expect(page.get_by_label(words.current_phone, exact=True)).to_have_value(NEW_PHONE)

    assert allauth_site.stored() == fixture.Stored({NEW_EMAIL: True}, NEW_PHONE, True)
    assert [(m.channel, m.to) for m in allauth_site.outbox()] == [
        ("email", NEW_EMAIL),
        ("phone", NEW_PHONE),
    ]
    assert allauth_site.posts() == {
        "/accounts/login/": 1,
        "/accounts/email/": 1,
        "/accounts/confirm-email/": 2,
        "/accounts/phone/change/": 1,
        "/accounts/phone/verify/": 1,
    }


def test_a_pending_code_belongs_to_the_session_that_asked_for_it(
    allauth_site: Any, new_context: Callable[..., BrowserContext]
) -> None:
    """Only the asking visitor finds the code page again; another sees nothing pending."""
    asking, other = (new_context(locale="en-US").new_page() for _ in range(2))
    _sign_in(asking, allauth_site, ENGLISH, "/accounts/phone/change/")
    _ask_for_code(asking, ENGLISH, ENGLISH.change_phone, NEW_PHONE)
    _sign_in(other, allauth_site, ENGLISH)
    for page in (asking, other):
        page.goto(f"{allauth_site.url}/accounts/phone/verify/")
    expect(asking).to_have_url(f"{allauth_site.url}/accounts/phone/verify/")
    expect(asking.get_by_role("link", name=NEW_PHONE)).to_be_visible()
    expect(other).to_have_url(f"{allauth_site.url}/accounts/phone/change/")


def test_three_wrong_codes_end_the_attempt(allauth_site: Any, page: Page) -> None:
    """The third wrong code leads back to the phone's page, and the right one is too late."""
    _sign_in(page, allauth_site, ENGLISH, "/accounts/phone/change/")
    _ask_for_code(page, ENGLISH, ENGLISH.change_phone, NEW_PHONE)
    for _ in range(3):
        _enter_code(page, ENGLISH, WRONG_CODE)
    expect(page).to_have_url(f"{allauth_site.url}/accounts/phone/change/")
    page.goto(f"{allauth_site.url}/accounts/phone/verify/")
    expect(page).to_have_url(f"{allauth_site.url}/accounts/phone/change/")
    assert allauth_site.stored().phone == fixture.PHONE


def test_a_restarted_site_knows_its_visitors_and_their_pending_codes(tmp_path: Path, page: Page) -> None:
    """Ended and started again on the same port, the site takes the code it sent before."""
    with closing(fixture.start_allauth(tmp_path / "site")) as first:
        _sign_in(page, first, ENGLISH, "/accounts/phone/change/")
        _ask_for_code(page, ENGLISH, ENGLISH.change_phone, NEW_PHONE)
        expect(page.get_by_role("heading")).to_have_text("Enter Phone Verification Code")
    port = urlsplit(first.url).port
    with closing(fixture.start_allauth(tmp_path / "site", port=port)) as again:
        _enter_code(page, ENGLISH, again.code("phone"))
        expect(page.get_by_text(ENGLISH.phone_verified)).to_be_visible()
        assert again.stored().phone == NEW_PHONE


def test_a_knob_changes_a_setting(tmp_path: Path, page: Page) -> None:
    """With codes that live for no time at all, the code page is never reached."""
    expired = fixture.start_allauth(tmp_path / "site", ACCOUNT_PHONE_VERIFICATION_TIMEOUT=0)
    with closing(expired) as site:
        _sign_in(page, site, ENGLISH, "/accounts/phone/change/")
        _ask_for_code(page, ENGLISH, ENGLISH.change_phone, NEW_PHONE)
        expect(page.get_by_text(ENGLISH.phone_sent)).to_be_visible()
        expect(page).to_have_url(f"{site.url}/accounts/phone/change/")


def test_an_unverified_phone_is_said_to_be_pending(tmp_path: Path, page: Page) -> None:
    """The phone's page tells an unverified number from a verified one in words."""
    unverified = fixture.start_allauth(
        tmp_path / "site", phone_unverified=True, ACCOUNT_PHONE_VERIFICATION_ENABLED=False
    )
    with closing(unverified) as site:
        _sign_in(page, site, ENGLISH, "/accounts/phone/change/")
        pending = page.get_by_text("Your phone number is still pending verification.")
        expect(pending).to_be_visible()
        _button(page, "Re-send Verification")
        _enter_code(page, ENGLISH, site.code("phone"))
        expect(page.get_by_text("You have verified phone number")).to_be_visible()
        expect(pending).to_have_count(0)
        assert site.stored().phone_verified


def test_connections_are_kept_alive(allauth_site: Any) -> None:
    """Two requests go over one connection, as browsers send them."""
    connection = http.client.HTTPConnection(urlsplit(allauth_site.url).netloc, timeout=10)
    connection.request("GET", "/accounts/login/")
    connection.getresponse().read()
    socket = connection.sock
    connection.request("GET", "/_posts")
    connection.getresponse().read()
    assert socket is not None
    assert connection.sock is socket
    connection.close()
