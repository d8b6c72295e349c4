"""The mock marketplace's certification: asked for, opened, certified by hand, and every fault on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from handrail_fixtures.scenario import Scenario, load
from handrail_fixtures.serve import MockSite

STARTED = {("certification", "start-clock"): 1}
CERTIFIED = {**STARTED, ("certification", "submit"): 1}

Portal = Callable[..., MockSite]


@pytest.fixture
def portal(mock_site: Callable[..., MockSite]) -> Portal:
    """Open portals of the certify flow with these knobs, the seller signed in."""

    def opened(**knobs: Any) -> MockSite:
        start = {"signed_in": True, **knobs.pop("start", {})}
        return mock_site(Scenario.model_validate({"flow": "certify", "start": start, **knobs}))

    return opened


def moment(where: Page | Locator, part: str) -> datetime:
    """Read a time that the page gives to scripts."""
    return datetime.fromisoformat(where.locator(f"time[part={part}]").get_attribute("datetime") or "")


def certify(page: Page) -> None:
    """Tick and press, on the notice."""
    page.get_by_role("checkbox", name="I certify that this information is true and complete.").check()
    page.get_by_role("button", name="Certify").click()


def stands(site: MockSite) -> dict[str, Any]:
    """Return how the portal's certification stands, whatever it shows."""
    stood: dict[str, Any] = httpx.get(f"{site.url}/_mock/state").json()["certification"]
    return stood


def mails(site: MockSite) -> list[str]:
    """Read the account's mail."""
    there = httpx.get(f"{site.url}/_mock/outbox?channel=certification").json()["messages"]
    return [mail["text"] for mail in there]


def test_unchanged_information_is_certified_by_hand(page: Page, portal: Portal) -> None:
    """Health, review, notice, tick, certify; the clock starts at the notice and not before."""
    site = portal()
    page.goto(site.url)
    page.get_by_role("link", name="Account health", exact=True).click()
    expect(page.get_by_role("heading", name="Complete your priority actions")).to_be_visible()
    expect(page.locator("[part=due]")).to_contain_text("Act by")
    expect(page.locator("[part=clock]")).to_have_count(0)
    page.get_by_role("link", name="Review your account information").click()
    expect(page.locator("qs-info")).to_have_count(7)
    expect(page.locator("qs-info[item=tax-id]").locator("[part=value]")).to_have_text("•••• 2K7T")
    expect(page.locator("qs-info").get_by_role("button")).to_have_count(0)
    assert site.effects == {}
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Notice and certification")
    assert site.effects == STARTED
    opened = datetime.fromisoformat(stands(site)["opened"])
    assert moment(page, "certify-by") - opened == timedelta(days=10)
    expect(page.get_by_role("button", name="Certify")).to_be_disabled()
    certify(page)
    expect(page.locator("[part=thanks]")).to_have_text("Thank you. Your information is certified.")
    expect(page.get_by_role("checkbox")).to_have_count(0)
    page.goto(f"{site.url}/account/health")
    expect(page.locator("[part=none]")).to_have_text("No actions needed.")
    expect(page.locator("[part=certified]")).to_contain_text("You certified your information on")
    assert site.effects == CERTIFIED
    assert [mail.split(":")[0] for mail in mails(site)] == ["Quayside", "Quayside"]


def test_a_running_clock_is_shown_and_not_started_again(page: Page, portal: Portal) -> None:
    """Whoever opens the notice a second time starts nothing; the earlier reading stays."""
    site = portal(start={"certification": {"clock_opened_days_ago": 4, "due_in_days": 0}})
    page.goto(f"{site.url}/account/health")
    expect(page.locator("[part=due]")).to_have_count(0)
    expect(page.locator("[part=clock]")).to_contain_text("You opened the notice on")
    by = moment(page, "certify-by")
    assert by - moment(page, "opened") == timedelta(days=10)
    page.goto(f"{site.url}/account/certification")
    assert moment(page, "certify-by") == by
    assert site.effects == {}


def test_edit_leads_from_the_review_to_the_account_pages(page: Page, portal: Portal) -> None:
    """What is out of date is changed there, and no clock starts."""
    site = portal()
    page.goto(f"{site.url}/account/review")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Account information")
    expect(page.get_by_role("button", name="Edit")).to_have_count(2)
    assert site.effects == {}


def test_the_items_stand_as_the_scenario_says(page: Page, portal: Portal) -> None:
    """Values and statuses beside the addresses are a scenario's to choose."""
    information = {
        "bank": {"value": "•••• 9902", "status": "action-required"},
        "email": {"status": "not-verified"},
    }
    site = portal(start={"information": information})
    page.goto(f"{site.url}/account/information")
    bank = page.locator("qs-info[item=bank]")
    expect(bank.locator("[part=value]")).to_have_text("•••• 9902")
    expect(bank.locator("[part=status]")).to_have_text("Action required")
    expect(page.locator("qs-info[item=email]").locator("[part=status]")).to_have_text("Not verified")
    expect(page.locator("qs-info[item=phone]").locator("[part=value]")).to_have_text("+86 138 0013 8000")


@pytest.mark.parametrize(
    ("name", "asks", "before"),
    [
        ("certify-certified-before", False, True),
        ("certify-certified-before-asks-again", True, True),
        ("ok", False, False),
    ],
)
def test_the_portal_asks_or_does_not(
    page: Page, mock_site: Callable[..., MockSite], name: str, asks: bool, before: bool
) -> None:
    """Certified before, asked again, never asked: health says which, and the notice has a clock or none."""
    scenario = load(name)
    start = scenario.start.model_copy(update={"signed_in": True})
    site = mock_site(scenario.model_copy(update={"start": start}))
    page.goto(f"{site.url}/account/health")
    expect(page.locator("qs-priority")).to_have_count(int(asks))
    expect(page.locator("[part=none]")).to_have_count(int(not asks))
    assert (stands(site)["certified"] is not None) is before
    page.goto(f"{site.url}/account/certification")
    expect(page.get_by_role("button", name="Certify")).to_have_count(int(asks))
    assert site.effects == (STARTED if asks else {})


def test_health_is_late_and_the_mails_repeat(page: Page, portal: Portal) -> None:
    """After certifying health goes on asking for a while; the same mails come before and after."""
    site = portal(certification={"status_refreshes_after": 3600, "reminders": 3})
    page.goto(f"{site.url}/account/certification")
    certify(page)
    expect(page.locator("[part=thanks]")).to_be_visible()
    page.goto(f"{site.url}/account/health")
    expect(page.get_by_role("heading", name="Complete your priority actions")).to_be_visible()
    page.goto(f"{site.url}/account/certification")
    expect(page.locator("[part=certified]")).to_be_visible()
    httpx.post(f"{site.url}/_mock/clock", json={"advance": 3600})
    page.goto(f"{site.url}/account/health")
    expect(page.locator("[part=none]")).to_be_visible()
    notice = mails(site)[0]
    assert [mail == notice for mail in mails(site)] == [True] * 4 + [False] + [True] * 3
    assert site.effects == CERTIFIED


def test_the_certification_speaks_chinese_on_a_narrow_screen(page: Page, portal: Portal) -> None:
    """Every step is Chinese, and nothing stands outside a phone's width."""
    site = portal(language="zh")
    page.set_viewport_size({"width": 390, "height": 844})

    def fits() -> bool:
        return bool(page.evaluate("document.documentElement.scrollWidth") <= 390)

    page.goto(f"{site.url}/account/health")
    expect(page.get_by_role("heading", name="完成您的优先操作")).to_be_visible()
    assert fits()
    page.get_by_role("link", name="查看您的账户信息").click()
    expect(page.locator("qs-info").first).to_contain_text("法定名称")
    assert fits()
    page.get_by_role("button", name="继续").click()
    page.get_by_role("checkbox", name="我证明以上信息真实、完整。").check()
    assert fits()
    page.get_by_role("button", name="证明").click()
    expect(page.locator("[part=thanks]")).to_have_text("谢谢。您的信息已证明。")


def test_nothing_is_certified_that_was_not_opened_or_not_ticked(portal: Portal) -> None:
    """The request alone is refused, in words, and a second one after the first is too."""
    site = portal()

    def sent(ticked: bool = True) -> int:
        return httpx.post(f"{site.url}/api/certify", json={"certified": ticked}).status_code

    assert sent() == 422
    httpx.get(f"{site.url}/account/certification")
    assert [sent(ticked=False), sent(), sent()] == [422, 200, 422]
    assert site.effects == {**STARTED, ("certification", "submit"): 4}


@pytest.mark.parametrize(
    ("do", "status", "done"),
    [
        ("refuse", 422, False),
        ("unavailable", 503, False),
        ("drop-before", None, False),
        ("drop-after", None, True),
        ("sign-out", 200, True),
        ("hide-status", 200, True),
    ],
)
def test_certifying_is_counted_once_whatever_strikes_it(
    portal: Portal, do: str, status: int | None, done: bool
) -> None:
    """A fault at the certification is done or not as its name says."""
    clock = {"clock_opened_days_ago": 1}
    site = portal(start={"certification": clock}, faults=[{"at": "certify", "do": do}])
    request = {"url": f"{site.url}/api/certify", "json": {"certified": True}}
    if status is None:
        with pytest.raises(httpx.TransportError):
            httpx.post(**request)
    else:
        assert httpx.post(**request).status_code == status
    assert stands(site)["asked"] is not done
    assert site.effects == {("certification", "submit"): 1}


@pytest.mark.parametrize(
    ("do", "opened"),
    [
        ("drop-before", False),
        ("drop-after", True),
        ("unavailable", False),
        ("captcha", False),
        ("sign-out", False),
    ],
)
def test_opening_the_notice_is_counted_whatever_strikes_it(portal: Portal, do: str, opened: bool) -> None:
    """The clock runs once the notice was really shown, or shown to a connection that died."""
    site = portal(faults=[{"at": "page:certification", "do": do}])
    notice = f"{site.url}/account/certification"
    if do.startswith("drop"):
        with pytest.raises(httpx.TransportError):
            httpx.get(notice)
    else:
        assert httpx.get(notice).status_code in (303, 503)
    assert (stands(site)["opened"] is not None) is opened
    assert site.effects == STARTED


def test_looking_at_the_head_of_the_notice_starts_nothing(portal: Portal) -> None:
    """Only opening the page is opening it."""
    site = portal()
    assert httpx.head(f"{site.url}/account/certification").status_code == 200
    assert stands(site)["opened"] is None
    assert site.effects == {}


@pytest.mark.parametrize("page_name", ["information", "health", "review"])
def test_the_account_pages_can_fail_and_come_back(portal: Portal, page_name: str) -> None:
    """Each has its own point; page:any is all of them."""
    site = portal(
        faults=[{"at": f"page:{page_name}", "do": "unavailable"}, {"at": "page:any", "do": "throttle"}]
    )
    codes = [httpx.get(f"{site.url}/account/{page_name}").status_code for _visit in range(3)]
    assert codes == [503, 200, 200]


def test_a_hidden_certification_is_hidden_on_every_page(page: Page, portal: Portal) -> None:
    """Neither health nor the notice tells whether it was certified."""
    site = portal(faults=[{"at": "certify", "do": "hide-status"}])
    page.goto(f"{site.url}/account/certification")
    certify(page)
    expect(page.locator("[part=thanks]")).to_be_visible()
    for where in ("health", "certification"):
        page.goto(f"{site.url}/account/{where}")
        expect(page.locator("[part=hidden]")).to_have_text("We can't show this right now.")
        expect(page.locator("[part=certified]")).to_have_count(0)
