"""The mock marketplace, used as a person uses it: with a browser and two hands."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from handrail_fixtures.points import Fault
from handrail_fixtures.scenario import Scenario
from handrail_fixtures.serve import MockSite

NARROW = {"width": 390, "height": 844}


@pytest.fixture
def site() -> Iterator[MockSite]:
    """Serve the portal as it is without any fault."""
    with MockSite(Scenario()) as served:
        yield served


@pytest.fixture
def chinese() -> Iterator[MockSite]:
    """Serve the portal in Chinese."""
    with MockSite(Scenario(language="zh")) as served:
        yield served


def sign_in(page: Page, url: str, *, words: tuple[str, str, str] = ("Email", "Password", "Sign in")) -> None:
    """Go to the portal's start and sign in there."""
    email, password, button = words
    page.goto(url)
    page.get_by_role("textbox", name=email, exact=True).fill("wei@harborlane.example")
    page.get_by_label(password, exact=True).fill("ebb-and-flow-27")
    page.get_by_role("button", name=button, exact=True).click()


def phone_row(page: Page) -> Locator:
    """The phone of the United States store."""
    return page.locator('qs-contact-row[store="us"][channel="phone"]')


def newest_code(url: str, channel: str) -> str:
    """Read the newest code as a person reads their phone."""
    return str(re.findall(r"\b\d{6}\b", httpx.get(f"{url}/_mock/outbox?channel={channel}").text)[-1])


def open_preferences(page: Page) -> None:
    """Walk from the start to the emergency contact as a person does."""
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Notification preferences").click()


def save_number(page: Page, number: str) -> None:
    """Edit the phone of the United States store."""
    row = phone_row(page)
    row.get_by_role("button", name="Edit").click()
    row.get_by_role("textbox", name="Phone number").fill(number)
    row.get_by_role("button", name="Save").click()
    expect(row.get_by_role("status")).to_have_text("Saved.")


def test_a_person_signs_in_and_sees_whose_account_it_is(page: Page, site: MockSite) -> None:
    """After the password the seller's home shows, with the account's name in the header."""
    sign_in(page, site.url)
    expect(page.get_by_role("heading", level=1, name="Seller home")).to_be_visible()
    expect(page.locator("qs-header").locator("[part=account]")).to_have_text("Harbor Lane Trading")


def test_a_wrong_password_is_refused_in_words(page: Page, site: MockSite) -> None:
    """A wrong password leaves the person at the sign-in, with an alert."""
    page.goto(site.url)
    page.get_by_role("textbox", name="Email").fill("wei@harborlane.example")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Your email or password is incorrect.")


def test_a_phone_is_verified_by_hand_after_a_wrong_code(page: Page, site: MockSite) -> None:
    """Edit, save, send a code, a wrong one, the right one: verified, also after a reload."""
    sign_in(page, site.url)
    open_preferences(page)
    row = phone_row(page)
    save_number(page, "+8613800138000")
    expect(row.locator("[part=value]")).to_have_text("+86 138 0013 8000")
    row.get_by_role("button", name="Send code").click()
    field = page.get_by_role("textbox", name="Verification code")
    expect(page.get_by_text("We sent a code to +86 138 0013 8000.")).to_be_visible()
    field.fill("000000")
    page.get_by_role("button", name="Verify").click()
    expect(page.locator("qs-modal").get_by_role("alert")).to_contain_text("not valid")
    field.fill(newest_code(site.url, "phone"))
    page.get_by_role("button", name="Verify").click()
    expect(row.get_by_role("status")).to_have_text("Phone number verified.")
    expect(page.locator("qs-modal")).to_have_count(0)
    page.reload()
    expect(row.locator("[part=status]")).to_have_text("Verified")
    effects = {
        (e["channel"], e["effect"]): e["count"]
        for e in httpx.get(f"{site.url}/_mock/effects").json()["effects"]
    }
    assert effects == {("phone", "submit"): 3, ("phone", "request-code"): 1}


def test_a_code_on_its_way_is_shown_to_every_visitor_of_the_account(page: Page, site: MockSite) -> None:
    """The pending code belongs to the account: another browser sees it and can enter it."""
    sign_in(page, site.url)
    open_preferences(page)
    save_number(page, "+86 138 0013 8000")
    phone_row(page).get_by_role("button", name="Send code").click()
    page.get_by_role("button", name="Close").click()
    page.context.clear_cookies()
    sign_in(page, f"{site.url}/settings/notifications")
    expect(phone_row(page).locator("[part=pending]")).to_have_text("Code sent to +86 138 0013 8000")
    phone_row(page).get_by_role("button", name="Enter code").click()
    page.get_by_role("textbox", name="Verification code").fill(newest_code(site.url, "phone"))
    page.keyboard.press("Enter")
    expect(phone_row(page).locator("[part=status]")).to_have_text("Verified")


def test_an_old_message_stands_until_the_page_redraws(page: Page, site: MockSite) -> None:
    """The alert of a first wrong code is still there when the second's answer has come."""
    sign_in(page, f"{site.url}/settings/notifications")
    phone_row(page).get_by_role("button", name="Send code").click()
    alert = page.locator("qs-modal").get_by_role("alert")
    for code in ("000000", "111111"):
        page.get_by_role("textbox", name="Verification code").fill(code)
        standing = alert.element_handle() if alert.count() else None
        with page.expect_response("**/api/contact/verify"):
            page.get_by_role("button", name="Verify").click()
        assert standing is None or standing.evaluate("node => node.isConnected")
        expect(page.get_by_role("button", name="Verify")).to_be_enabled()
    assert standing is not None
    assert not standing.evaluate("node => node.isConnected")


def test_three_wrong_codes_lock_the_phone_until_a_time_a_script_can_read(page: Page, site: MockSite) -> None:
    """The third wrong code says until when, with an offset in the time's datetime."""
    sign_in(page, f"{site.url}/settings/notifications")
    phone_row(page).get_by_role("button", name="Send code").click()
    for code in ("000000", "111111", "222222"):
        page.get_by_role("textbox", name="Verification code").fill(code)
        page.get_by_role("button", name="Verify").click()
        expect(page.get_by_role("button", name="Verify")).to_be_enabled()
    alert = page.locator("qs-modal").get_by_role("alert")
    expect(alert).to_contain_text("Too many wrong codes. Try again after")
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00",
        alert.locator("time").get_attribute("datetime") or "",
    )


def test_a_number_that_is_none_is_refused_in_the_row(page: Page, site: MockSite) -> None:
    """What cannot be a phone number is not saved, and the field keeps it to be mended."""
    sign_in(page, f"{site.url}/settings/notifications")
    row = phone_row(page)
    row.get_by_role("button", name="Edit").click()
    row.get_by_role("textbox", name="Phone number").fill("12345")
    row.get_by_role("button", name="Save").click()
    expect(row.get_by_role("alert")).to_contain_text("country code")
    expect(row.get_by_role("textbox", name="Phone number")).to_have_value("12345")


def test_the_pages_speak_chinese(page: Page, chinese: MockSite) -> None:
    """Every word of the path is Chinese, and the document says so."""
    sign_in(page, chinese.url, words=("电子邮箱", "密码", "登录"))
    expect(page.get_by_role("heading", level=1, name="卖家首页")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("link", name="设置").click()
    page.get_by_role("link", name="通知首选项").click()
    row = phone_row(page)
    expect(row.locator("[part=status]")).to_have_text("未验证")
    row.get_by_role("button", name="发送验证码").click()
    page.get_by_role("textbox", name="验证码").fill(newest_code(chinese.url, "phone"))
    page.get_by_role("button", name="验证", exact=True).click()
    expect(row.get_by_role("status")).to_have_text("电话号码已验证。")


def test_a_visitor_chooses_the_language(page: Page, site: MockSite) -> None:
    """The link in the footer changes the language, and the choice lasts."""
    page.goto(site.url)
    page.get_by_role("link", name="简体中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")


@pytest.mark.parametrize("path", ["/", "/settings", "/settings/notifications"])
def test_a_narrow_screen_needs_no_sideways_scrolling(page: Page, site: MockSite, path: str) -> None:
    """On a phone's width nothing stands outside the page, the dialog included."""
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a plain dict is what it takes
    sign_in(page, site.url + path)
    expect(page.locator("qs-header").locator("[part=account]")).to_be_visible()
    if path.endswith("notifications"):
        phone_row(page).get_by_role("button", name="Send code").click()
        box = page.get_by_role("dialog").bounding_box()
        assert box is not None
        assert box["x"] >= 8
        assert box["x"] + box["width"] <= NARROW["width"] - 8
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_the_dialog_keeps_the_keyboard_and_closes_by_escape(page: Page, site: MockSite) -> None:
    """Tab goes round within the dialog; Escape closes it and the code stays on its way."""
    sign_in(page, f"{site.url}/settings/notifications")
    phone_row(page).get_by_role("button", name="Send code").click()
    expect(page.get_by_role("textbox", name="Verification code")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="Verification code")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("qs-modal")).to_have_count(0)
    expect(phone_row(page).get_by_role("button", name="Enter code")).to_be_visible()


def test_a_connection_that_dies_is_told_in_the_row(page: Page) -> None:
    """Without an answer the row says that it cannot tell, and a reload shows what was done."""
    dying = Fault(at="request-code", do="drop-after", times=0)
    with MockSite(Scenario(faults=(dying,))) as site:
        sign_in(page, f"{site.url}/settings/notifications")
        phone_row(page).get_by_role("button", name="Send code").click()
        expect(phone_row(page).get_by_role("alert")).to_have_text(
            "Something went wrong. Reload the page to see where things stand."
        )
        expect(phone_row(page).locator("[part=pending]")).to_have_count(0)
        page.reload()
        expect(phone_row(page).locator("[part=pending]")).to_contain_text("Code sent to")


def test_a_session_that_ends_after_a_request_leads_to_signing_in(page: Page) -> None:
    """The page notices by itself, and after signing in the code is still on its way."""
    ending = Fault(at="request-code", do="sign-out")
    with MockSite(Scenario(faults=(ending,))) as site:
        sign_in(page, f"{site.url}/settings/notifications")
        phone_row(page).get_by_role("button", name="Send code").click()
        expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
        sign_in(page, f"{site.url}/settings/notifications")
        expect(phone_row(page).locator("[part=pending]")).to_contain_text("Code sent to")


def test_a_hidden_status_is_said_in_words(page: Page) -> None:
    """The row that cannot be shown says so, and offers neither a code nor a field for one."""
    hiding = Fault(at="save", do="hide-status")
    with MockSite(Scenario(faults=(hiding,))) as site:
        sign_in(page, f"{site.url}/settings/notifications")
        save_number(page, "+86 138 0013 8000")
        row = phone_row(page)
        expect(row.locator("[part=status]")).to_have_text("We can't show this right now.")
        expect(row.get_by_role("button")).to_have_text(["Edit"])


def test_the_cookie_banner_is_accepted_by_hand(page: Page) -> None:
    """The banner goes with one press and does not come back."""
    with MockSite(Scenario(cookie_banner=True)) as site:
        page.goto(site.url)
        banner = page.get_by_role("region", name="Cookies")
        banner.get_by_role("button", name="Accept").click()
        expect(banner).to_have_count(0)
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(banner).to_have_count(0)
