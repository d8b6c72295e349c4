"""The mock marketplace's addresses: changed and proven by hand, and every fault on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from handrail_fixtures.scenario import Scenario, sample_seller
from handrail_fixtures.serve import MockSite

NEW = {
    "Address line 1": "2100 Quay Street",
    "Address line 2": "Suite 310",
    "City": "Oakland",
    "State or province": "CA",
    "ZIP or postal code": "94607",
}
PARTS = {
    "line1": "2100 Quay Street",
    "line2": "Suite 310",
    "city": "Oakland",
    "state": "CA",
    "postal-code": "94607",
    "country": "US",
}

Portal = Callable[..., MockSite]


@pytest.fixture
def portal(mock_site: Callable[..., MockSite]) -> Portal:
    """Open portals of the address flow with these knobs, the seller signed in."""

    def opened(**knobs: Any) -> MockSite:
        start = {"signed_in": True, **knobs.pop("start", {})}
        return mock_site(Scenario.model_validate({"flow": "address", "start": start, **knobs}))

    return opened


def item(page: Page, kind: str = "business") -> Locator:
    """An address as the account's pages list it."""
    return page.locator(f"qs-info[item={kind}-address]")


def change(page: Page, url: str, fields: dict[str, str] = NEW) -> None:
    """Type another business address and save it."""
    page.goto(f"{url}/account/address/business")
    for label, text in fields.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Save address").click()


def prove_by(page: Page, way: str) -> None:
    """Choose how the address is verified."""
    page.get_by_role("radio", name=way).check()
    page.get_by_role("button", name="Continue").click()


def card_code(url: str) -> list[str]:
    """Read the postcards that have arrived."""
    return re.findall(r"\b\d{6}\b", httpx.get(f"{url}/_mock/outbox?channel=business").text)


def pass_days(url: str, days: float) -> None:
    """Let time pass at the portal."""
    httpx.post(f"{url}/_mock/clock", json={"advance": days * 86_400})


def moment(where: Locator, part: str) -> datetime:
    """Read a time that the page gives to scripts."""
    return datetime.fromisoformat(where.locator(f"time[part={part}]").get_attribute("datetime") or "")


def test_the_portal_holds_what_the_seller_says(page: Page) -> None:
    """The sample seller's account shows the sample profile; one's own profile, one's own account."""
    start = {"signed_in": True}
    own = sample_seller({"legal_name": "Blue Heron GmbH", "tax_id": "DE811128135",
                         "business_address": {"city": "Emeryville"}})  # fmt: skip
    for seller, name, city, tax in (
        (sample_seller(), "Shenzhen Harbor Lane Trading Co., Ltd.", "Oakland", "•••• 2K7T"),
        (own, "Blue Heron GmbH", "Emeryville", "•••• 8135"),
    ):
        with MockSite(Scenario.model_validate({"start": start}), seller=seller) as site:
            page.goto(f"{site.url}/account/information")
            expect(page.locator("qs-info[item=legal-name]").locator("[part=value]")).to_have_text(name)
            expect(item(page).locator("[part=city]")).to_have_text(city)
            expect(item(page, "registered").locator("[part=district]")).to_have_text("Nanshan District")
            expect(page.locator("qs-info[item=tax-id]").locator("[part=value]")).to_have_text(tax)


def test_an_old_address_is_replaced_by_hand(page: Page, portal: Portal) -> None:
    """From the start to the form as a person goes; one save, and every page shows the new address."""
    site = portal()
    page.goto(site.url)
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Account information").click()
    expect(item(page).locator("[part=line1]")).to_have_text("88 Wharf Road")
    expect(item(page).locator("[part=line2]")).to_have_count(0)
    expect(item(page, "registered").locator("[part=country]")).to_have_text("China")
    item(page).get_by_role("button", name="Edit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Business address")
    change(page, site.url)
    expect(page.locator("[part=message]")).to_have_text("Address saved.")
    page.goto(f"{site.url}/account/information")
    shown = item(page).locator(".value")
    assert " ".join(shown.inner_text().split()) == "2100 Quay Street Suite 310 Oakland CA 94607 United States"
    expect(item(page).locator("[part=status]")).to_have_text("Verified")
    assert site.effects == {("business", "submit"): 1}


def test_a_postcard_takes_days_and_its_code_ends_it(page: Page, portal: Portal) -> None:
    """Ordered, shown with its dates on both pages, not there today; its code verifies, no other does."""
    site = portal(address={"verify": "ask"})
    change(page, site.url)
    expect(page.get_by_role("heading", name="How shall we verify this address?")).to_be_visible()
    expect(page.locator("[part=status]")).to_have_text("Action required")
    expect(page.get_by_role("button", name="Continue")).to_be_disabled()
    prove_by(page, "Postcard with a code")
    card = page.locator("[part=postcard]")
    expect(card).to_contain_text(re.compile(r"was ordered on \w+ \d+, \d{4}\. Expect it by \w+ \d+"))
    ordered, expected, usable = (moment(card, part) for part in ("ordered", "expected", "usable"))
    assert expected - ordered in (timedelta(days=8), timedelta(days=9), timedelta(days=10))
    assert expected.weekday() < 5
    assert usable - ordered == timedelta(days=30)
    assert card_code(site.url) == []
    page.goto(f"{site.url}/account/information")
    expect(item(page).locator("[part=status]")).to_have_text("In progress")
    assert moment(item(page).locator("[part=postcard]"), "expected") == expected
    pass_days(site.url, 11)
    page.goto(f"{site.url}/account/address/business")
    for code, said in (("000000", "not valid"), (card_code(site.url)[0], "Address verified.")):
        page.get_by_label("Code from the postcard").fill(code)
        page.get_by_role("button", name="Confirm").click()
        expect(page.locator("[part=message]")).to_contain_text(said)
    expect(page.locator("[part=status]")).to_have_text("Verified")
    expect(card).to_have_count(0)
    assert site.effects == {("business", "submit"): 3, ("business", "request-code"): 1}


def test_another_postcard_kills_the_code_on_the_one_before(page: Page, portal: Portal) -> None:
    """It is counted, new dates are shown, and only its own code is taken."""
    site = portal(start={"addresses": {"business": {"postcard_ordered_days_ago": 5}}})
    page.goto(f"{site.url}/account/address/business")
    before = moment(page.locator("[part=postcard]"), "ordered")
    page.get_by_role("button", name="Send another postcard").click()
    expect(page.locator("[part=message]")).to_contain_text("no longer works")
    assert moment(page.locator("[part=postcard]"), "ordered") - before >= timedelta(days=5)
    pass_days(site.url, 11)
    first, second = card_code(site.url)
    answers = [send(site, "confirm", code=code).json()["ok"] for code in (first, second)]
    assert answers == [False, True]
    assert site.effects == {("business", "request-code"): 1, ("business", "submit"): 2}


def test_documents_are_looked_at_for_days(page: Page, portal: Portal) -> None:
    """The other way shows until when it may take, and is over by itself."""
    site = portal(address={"verify": "ask"})
    change(page, site.url)
    prove_by(page, "Business documents on file")
    expect(page.locator("[part=progress]")).to_contain_text("We are checking your documents.")
    page.goto(f"{site.url}/account/information")
    until = moment(item(page).locator("[part=progress]"), "expected")
    assert until > datetime.now(until.tzinfo) + timedelta(days=2)
    pass_days(site.url, 6)
    page.reload()
    expect(item(page).locator("[part=status]")).to_have_text("Verified")
    assert site.effects == {("business", "submit"): 2}


def test_a_change_shows_late(page: Page, portal: Portal) -> None:
    """The account's pages keep the old address, in progress, until enough pages were opened."""
    site = portal(address={"visible_after": 120}, seconds_per_page=60)
    change(page, site.url)
    expect(page.locator("[part=message]")).to_have_text("Address saved.")
    lines = []
    for _look in range(2):
        page.goto(f"{site.url}/account/information")
        lines.append(
            (
                item(page).locator("[part=line1]").inner_text(),
                item(page).locator("[part=status]").inner_text(),
            )
        )
    assert lines == [("88 Wharf Road", "In progress"), ("2100 Quay Street", "Verified")]


def test_autocomplete_is_used_by_keyboard_and_by_mouse(page: Page, portal: Portal) -> None:
    """Arrow and Enter take a suggestion without sending the form, so does a click; Escape closes."""
    site = portal()
    page.goto(f"{site.url}/account/address/business")
    line = page.get_by_role("textbox", name="Address line 1")
    places = page.get_by_role("listbox")
    line.fill("2100 Q")
    expect(places.get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("City")).to_have_value("Alameda")
    expect(places).to_be_hidden()
    line.fill("2100 Q")
    places.get_by_role("option", name="San Leandro").click()
    expect(page.get_by_label("City")).to_have_value("San Leandro")
    line.fill("2100 Q")
    page.keyboard.press("Escape")
    expect(places).to_be_hidden()
    assert site.effects == {}


def test_autocomplete_overwrites_once(page: Page, portal: Portal) -> None:
    """A moment after the first line is left it and the city are others; the second time they stay."""
    site = portal(address={"autocomplete": "overwrites"})
    page.clock.install()
    page.goto(f"{site.url}/account/address/business")
    line, city = page.get_by_label("Address line 1"), page.get_by_label("City")
    for overwritten in (("2100 Quay St", "Alameda"), ("2100 Quay Street", "Oakland")):
        line.fill("2100 Quay Street")
        city.fill("Oakland")
        assert (line.input_value(), city.input_value()) == ("2100 Quay Street", "Oakland")
        page.clock.run_for(400)
        assert (line.input_value(), city.input_value()) == overwritten


def test_an_address_that_is_not_complete_is_refused_and_kept_in_the_form(page: Page, portal: Portal) -> None:
    """A postal code that its country does not have is said in words, and what was typed stays."""
    site = portal()
    change(page, site.url, {**NEW, "ZIP or postal code": "518052"})
    expect(page.get_by_role("alert")).to_have_text("This address is not complete.")
    expect(page.get_by_label("Address line 1")).to_have_value("2100 Quay Street")
    page.get_by_label("Country or region").select_option("CN")
    page.get_by_role("button", name="Save address").click()
    expect(page.get_by_role("status")).to_have_text("Address saved.")


def test_the_address_pages_speak_chinese(page: Page, portal: Portal) -> None:
    """Labels, choices, dates and answers are Chinese."""
    site = portal(language="zh", address={"verify": "ask"})
    page.goto(f"{site.url}/account/address/business")
    expect(page.get_by_role("heading", level=1)).to_have_text("经营地址")
    expect(page.get_by_label("国家/地区")).to_have_value("US")
    page.get_by_label("地址第 1 行").fill("2100 Quay Street")
    page.get_by_role("button", name="保存地址").click()
    expect(page.get_by_role("heading", name="您希望如何验证此地址？")).to_be_visible()
    page.get_by_role("radio", name="带验证码的明信片").check()
    page.get_by_role("button", name="继续").click()
    expect(page.locator("[part=postcard]")).to_contain_text(re.compile(r"已于\d{4}年\d+月\d+日订购"))
    page.goto(f"{site.url}/account/information")
    expect(item(page).locator("[part=country]")).to_have_text("美国")


@pytest.mark.parametrize("path", ["information", "address/business"])
def test_narrow_screens_need_no_sideways_scrolling(page: Page, portal: Portal, path: str) -> None:
    """On a phone's width nothing stands outside the page, an open list and a postcard included."""
    site = portal(start={"addresses": {"business": {"postcard_ordered_days_ago": 1}}})
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site.url}/account/{path}")
    expect(page.locator("[part=postcard]")).to_be_visible()
    if path != "information":
        page.get_by_label("Address line 1").fill("2100 Quay")
        expect(page.get_by_role("listbox")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def send(site: MockSite, request: str, **body: str) -> httpx.Response:
    """Send one of the business address's requests, as its page does."""
    return httpx.post(f"{site.url}/api/address/{request}", json={"kind": "business", **body})


def standing(site: MockSite) -> dict[str, Any]:
    """Return how the portal's addresses stand, whatever it shows."""
    stood: dict[str, Any] = httpx.get(f"{site.url}/_mock/state").json()["addresses"]
    return stood


def test_no_attempts_left_is_said_and_nothing_is_done(portal: Portal) -> None:
    """Saving is refused in the portal's words; one attempt is one postcard."""
    none_left = portal(address={"attempts": 0})
    assert send(none_left, "save", **PARTS).json()["message"].startswith("You have exhausted")
    site = portal(address={"attempts": 1, "verify": "ask", "postcard_arrived": True})
    send(site, "save", **PARTS)
    assert send(site, "verify", method="postcard").json()["ok"]
    assert send(site, "postcard").json()["error"] == "exhausted"
    code = card_code(site.url)[-1]
    assert send(site, "confirm", code=code).json()["message"] == "Address verified."


def test_a_postcard_lapses(portal: Portal) -> None:
    """After its last day the right code is expired, not wrong."""
    site = portal(start={"addresses": {"business": {"postcard_ordered_days_ago": 20}}})
    (code,) = card_code(site.url)
    pass_days(site.url, 10)
    assert send(site, "confirm", code=code).json()["error"] == "expired"


EVERYWHERE = {"refuse": (422, False), "drop-before": (None, False), "drop-after": (None, True)}
ONCE = {
    "unavailable": (503, False),
    "throttle": (429, False),
    "captcha": (403, False),
    "unknown-page": (403, False),
    "automation-refused": (403, False),
    "redirect": (403, False),
    "sign-out": (200, True),
    "hide-status": (200, True),
}
EFFECTS = {"save": "submit", "verify": "request-code", "postcard": "request-code", "confirm": "submit"}


@pytest.mark.parametrize(
    ("at", "do"), [*((at, do) for at in EFFECTS for do in EVERYWHERE), *(("save", do) for do in ONCE)]
)
def test_every_request_is_counted_whatever_strikes_it(portal: Portal, at: str, do: str) -> None:
    """A fault at an address request is done or not as its name says, and counted once either way."""
    status, done = {**EVERYWHERE, **ONCE}[do]
    business: dict[str, Any] = (
        {"status": "action-required"} if at == "verify" else {"postcard_ordered_days_ago": 20}
    )
    site = portal(
        start={"addresses": {"business": business}},
        address={"verify": "ask"},
        faults=[{"at": f"address-{at}", "do": do, "channel": "business"}],
    )
    body = {"method": "postcard", **PARTS, "city": "Berkeley"}
    body["code"] = (card_code(site.url) or [""])[0]
    before = standing(site)
    if status is None:
        with pytest.raises(httpx.TransportError):
            send(site, at, **body)
    else:
        assert send(site, at, **body).status_code == status
    after = standing(site)
    assert (after["business"] != before["business"]) is done
    assert after["registered"] == before["registered"]
    assert site.effects == {("business", EFFECTS[at]): 1}


def test_a_hidden_status_is_hidden_on_every_page(page: Page, portal: Portal) -> None:
    """Neither the state nor the postcard is shown any more, and the choice is not offered."""
    fault = {"at": "address-verify", "do": "hide-status"}
    site = portal(address={"verify": "ask"}, faults=[fault])
    change(page, site.url)
    prove_by(page, "Postcard with a code")
    expect(page.locator("[part=status]")).to_have_text("We can't show this right now.")
    page.goto(f"{site.url}/account/information")
    expect(item(page).locator("[part=status]")).to_have_text("We can't show this right now.")
    expect(page.locator("[part=postcard]")).to_have_count(0)


def test_a_request_for_no_address_is_refused_uncounted(portal: Portal) -> None:
    """What names neither of the two addresses is a 400, its page a 404."""
    site = portal()
    assert httpx.post(f"{site.url}/api/address/save", json={"kind": "home"}).status_code == 400
    assert httpx.get(f"{site.url}/account/address/home").status_code == 404
    assert site.effects == {}
