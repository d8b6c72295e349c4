"""Every fault of the mock marketplace does what its name says, and every effect is counted."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from handrail.core.errors import BadInput
from handrail_fixtures.scenario import Scenario
from handrail_fixtures.serve import MockSite

PREFERENCES = "/settings/notifications"
PHONE = {"store": "us", "channel": "phone"}
CREDENTIALS = {"email": "wei@harborlane.example", "password": "ebb-and-flow-27"}

Seller = Callable[..., httpx.Client]


@pytest.fixture
def seller() -> Iterator[Seller]:
    """Return a signed-in seller's client to a portal with these knobs."""
    with ExitStack() as opened:

        def entered(**knobs: Any) -> httpx.Client:
            start = {"signed_in": True, **knobs.pop("start", {})}
            scenario = Scenario.model_validate({"start": start, **knobs})
            site = opened.enter_context(MockSite(scenario))
            return opened.enter_context(httpx.Client(base_url=site.url))

        yield entered


def fault(at: str, do: str, **more: Any) -> dict[str, Any]:
    """Return one fault as a scenario file would hold it."""
    return {"at": at, "do": do, **more}


def effects(client: httpx.Client) -> dict[tuple[str, str], int]:
    """Return what the portal counted."""
    rows = client.get("/_mock/effects").json()["effects"]
    return {(row["channel"], row["effect"]): row["count"] for row in rows}


def phone(client: httpx.Client) -> dict[str, Any]:
    """Return how the portal's United States phone stands."""
    stood: dict[str, Any] = client.get("/_mock/state").json()["contacts"]["us"]["phone"]
    return stood


def ask_for_code(client: httpx.Client) -> httpx.Response:
    """Ask for a code to the phone."""
    return client.post("/api/contact/request-code", json=PHONE)


def enter(client: httpx.Client, code: str) -> httpx.Response:
    """Enter a code for the phone."""
    return client.post("/api/contact/verify", json={**PHONE, "code": code})


def codes(client: httpx.Client, channel: str = "phone") -> list[str]:
    """Look once at what has arrived."""
    return re.findall(r"\b(\d{6})\b", client.get("/_mock/outbox", params={"channel": channel}).text)


def test_a_visitor_who_is_signed_out_is_led_to_signing_in_and_back(seller: Seller) -> None:
    """The page asked for is shown after signing in."""
    client = seller(start={"signed_in": False})
    led = client.get(PREFERENCES)
    assert led.headers["location"] == f"/signin?next={PREFERENCES}"
    back = client.post("/signin", data={**CREDENTIALS, "next": PREFERENCES})
    assert back.headers["location"] == PREFERENCES
    assert client.get(PREFERENCES).status_code == 200


def test_the_way_back_never_leaves_the_site(seller: Seller) -> None:
    """A `next` that names another host is not followed."""
    client = seller(start={"signed_in": False})
    for elsewhere in ("//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example"):
        back = client.post("/signin", data={**CREDENTIALS, "next": elsewhere})
        assert back.headers["location"] == "/"


def test_the_session_cookie_is_for_the_server_only(seller: Seller) -> None:
    """No script of the page reads the session."""
    cookie = seller(start={"signed_in": False}).get("/signin").headers["set-cookie"]
    assert re.match(r"qs-session=[\w-]{32};", cookie)
    assert "httponly" in cookie.lower()


def test_the_second_step_has_a_code_and_an_outbox_of_its_own(seller: Seller) -> None:
    """A two-step sign-in sends its code to the sign-in's channel, and takes only that."""
    client = seller(start={"signed_in": False, "two_step": True})
    led = client.post("/signin", data={**CREDENTIALS, "next": PREFERENCES})
    assert led.headers["location"] == f"/signin/two-step?next={PREFERENCES}"
    assert codes(client) == []
    (code,) = codes(client, "sign-in")
    wrong = client.post("/signin/two-step", data={"code": "000000", "next": PREFERENCES})
    assert "not valid" in wrong.text
    right = client.post("/signin/two-step", data={"code": code, "next": PREFERENCES})
    assert right.headers["location"] == PREFERENCES
    assert effects(client) == {}


def test_saving_sends_nothing_and_makes_the_value_unproven(seller: Seller) -> None:
    """A save is one submit; no code leaves with it."""
    client = seller()
    answer = client.post("/api/contact/save", json={**PHONE, "value": "+8613800138000"}).json()
    assert answer["message"] == "Saved."
    assert phone(client) == {
        "value": "+86 138 0013 8000",
        "verified": False,
        "pending": None,
        "codes_sent": 0,
    }
    assert effects(client) == {("phone", "submit"): 1}


def test_a_new_code_kills_the_one_before(seller: Seller) -> None:
    """After a second request only the newest code is taken."""
    client = seller()
    ask_for_code(client)
    ask_for_code(client)
    first, second = codes(client)
    assert enter(client, first).json()["error"] == "wrong-code"
    assert enter(client, second).json()["message"] == "Phone number verified."
    assert effects(client) == {("phone", "request-code"): 2, ("phone", "submit"): 2}


def test_a_code_on_its_way_belongs_to_the_account(seller: Seller) -> None:
    """Another visitor of the same account may enter it."""
    client = seller()
    ask_for_code(client)
    client.cookies.clear()
    assert enter(client, codes(client)[-1]).status_code == 200


def test_saving_another_value_voids_the_code_on_its_way(seller: Seller) -> None:
    """A code proves the value it was sent to, and no other."""
    client = seller()
    ask_for_code(client)
    client.post("/api/contact/save", json={**PHONE, "value": "+86 139 1234 5678"})
    assert phone(client)["pending"] is None
    assert enter(client, codes(client)[-1]).json()["error"] == "wrong-code"


def test_a_late_code_comes_when_somebody_has_looked_often_enough(seller: Seller) -> None:
    """Each look in vain lets half a minute pass, so nobody really waits."""
    client = seller(codes={"phone": {"delay": 120}})
    ask_for_code(client)
    looks = [len(codes(client)) for _ in range(6)]
    assert looks == [0, 0, 0, 0, 1, 1]


def test_an_expired_code_is_called_so(seller: Seller) -> None:
    """A right code after its lifetime is expired, not wrong."""
    client = seller(codes={"phone": {"lifetime": 60}})
    ask_for_code(client)
    code = codes(client)[-1]
    client.post("/_mock/clock", json={"advance": 61})
    assert enter(client, code).json()["message"] == "This code has expired. Request a new code."


def test_a_code_that_never_arrives_is_still_on_its_way(seller: Seller) -> None:
    """The page shows it as sent; the outbox stays empty whatever the time."""
    client = seller(codes={"phone": {"never": True}})
    ask_for_code(client)
    client.post("/_mock/clock", json={"advance": 86_400})
    assert codes(client) == []
    assert phone(client)["pending"] == "+86 137 0001 2345"


def test_a_lock_ends_at_the_time_it_gave(seller: Seller) -> None:
    """Until then neither a code nor a request is taken; afterwards both are."""
    client = seller(codes={"phone": {"max_attempts": 2, "lockout": 600}})
    ask_for_code(client)
    enter(client, "000000")
    locked = enter(client, "111111")
    assert (locked.status_code, locked.json()["error"]) == (423, "locked")
    assert ask_for_code(client).json()["until"] == locked.json()["until"]
    client.post("/_mock/clock", json={"advance": 601})
    assert ask_for_code(client).status_code == 200


def test_a_dropped_connection_before_means_nothing_was_done(seller: Seller) -> None:
    """The client sees its connection die; the request is counted, and no code was sent."""
    client = seller(faults=[fault("request-code", "drop-before")])
    with pytest.raises(httpx.TransportError):
        ask_for_code(client)
    assert phone(client)["codes_sent"] == 0
    assert effects(client) == {("phone", "request-code"): 1}
    assert ask_for_code(client).status_code == 200


def test_a_dropped_connection_after_means_it_was_done(seller: Seller) -> None:
    """The client sees its connection die, and the code is on its way all the same."""
    client = seller(faults=[fault("request-code", "drop-after")])
    client.get(PREFERENCES)
    with pytest.raises(httpx.TransportError):
        ask_for_code(client)
    assert phone(client)["codes_sent"] == 1
    assert len(codes(client)) == 1


def test_a_page_can_be_dropped_too(seller: Seller) -> None:
    """A page whose connection dies is there on the next try."""
    client = seller(faults=[fault("page:home", "drop-before")])
    with pytest.raises(httpx.TransportError):
        client.get("/")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("save", "We could not save this."),
        (
            "request-code",
            "Unable to process your code request. Please add your phone number again.",
        ),
        ("verify", "The code you entered is not valid. Please try again."),
    ],
)
def test_a_refusal_says_why_and_does_nothing(seller: Seller, at: str, text: str) -> None:
    """Each contact request has its own words for no."""
    client = seller(faults=[fault(at, "refuse")])
    before = phone(client)
    answer = client.post(f"/api/contact/{at}", json={**PHONE, "value": "+86 139 1234 5678", "code": "1"})
    assert answer.status_code == 422
    assert answer.json()["message"].startswith(text)
    assert phone(client) == before
    assert sum(effects(client).values()) == 1


def test_a_refusal_may_be_meant_for_one_value_only(seller: Seller) -> None:
    """Another number is not refused."""
    refusal = fault("request-code", "refuse", value="+8613700012345", times=0)
    client = seller(faults=[refusal])
    assert [ask_for_code(client).status_code for _ in range(2)] == [422, 422]
    client.post("/api/contact/save", json={**PHONE, "value": "+86 139 1234 5678"})
    assert ask_for_code(client).status_code == 200


def test_a_fault_for_one_channel_leaves_the_other_alone(seller: Seller) -> None:
    """The e-mail's request passes where the phone's is refused."""
    client = seller(faults=[fault("request-code", "refuse", channel="phone", times=0)])
    email = client.post("/api/contact/request-code", json={"store": "us", "channel": "email"})
    assert (email.status_code, ask_for_code(client).status_code) == (200, 422)


def test_after_and_times_choose_the_visits(seller: Seller) -> None:
    """The first visits pass, the next are struck, the rest pass again."""
    client = seller(faults=[fault("page:settings", "unavailable", after=1, times=2)])
    assert [client.get("/settings").status_code for _ in range(4)] == [200, 503, 503, 200]


def test_throttling_says_how_long_to_wait(seller: Seller) -> None:
    """Pages and contact requests answer 429 with Retry-After, and nothing is done."""
    faults = [fault("page:home", "throttle", retry_after=90), fault("request-code", "throttle")]
    client = seller(faults=faults)
    page, request = client.get("/"), ask_for_code(client)
    assert (page.status_code, page.headers["retry-after"]) == (429, "90")
    assert (request.status_code, request.headers["retry-after"]) == (429, "1800")
    assert request.json()["message"] == "Too many requests. Wait and try again."
    assert phone(client)["codes_sent"] == 0
    assert effects(client) == {("phone", "request-code"): 1}


def test_an_unavailable_request_is_counted_and_not_done(seller: Seller) -> None:
    """A 503 for a contact request leaves everything as it was."""
    client = seller(faults=[fault("request-code", "unavailable")])
    assert ask_for_code(client).status_code == 503
    assert phone(client)["codes_sent"] == 0


@pytest.mark.parametrize(
    ("do", "where", "passing", "onwards"),
    [
        ("captcha", "/captcha", {"characters": "harbor"}, PREFERENCES),
        ("unknown-page", "/notice-of-change", {}, "/"),
    ],
)
def test_a_page_in_the_way_holds_the_visitor_until_it_is_dealt_with(
    seller: Seller, do: str, where: str, passing: dict[str, str], onwards: str
) -> None:
    """Every page leads there, again and again, until the person has passed it."""
    client = seller(faults=[fault("page:notifications", do)])
    assert client.get(PREFERENCES).headers["location"] == where
    assert client.get("/").headers["location"] == where
    assert ask_for_code(client).json()["goto"] == where
    assert client.post(where, data=passing).headers["location"] == onwards
    assert client.get(PREFERENCES).status_code == 200


def test_wrong_characters_do_not_pass_the_captcha(seller: Seller) -> None:
    """The CAPTCHA says so and stays."""
    client = seller(faults=[fault("page:home", "captcha")])
    client.get("/")
    assert "Those are not the characters." in client.post("/captcha", data={"characters": "PORT"}).text
    assert client.get("/").headers["location"] == "/captcha"


def test_refusing_automation_is_a_403_in_words(seller: Seller) -> None:
    """Pages and contact requests say that automated access is not permitted."""
    faults = [fault("page:home", "automation-refused"), fault("save", "automation-refused")]
    client = seller(faults=faults)
    page = client.get("/")
    assert page.status_code == 403
    assert "Automated access is not permitted" in page.text
    assert client.post("/api/contact/save", json=PHONE).json()["goto"] == "/automation"


def test_a_redirect_leads_to_another_host_name(seller: Seller) -> None:
    """The foreign page is there, under a name that no site file lists."""
    client = seller(faults=[fault("page:notifications", "redirect")])
    where = client.get(PREFERENCES).headers["location"]
    assert where == f"http://localhost:{client.base_url.port}/partner-services"


def test_a_sign_out_after_a_request_leaves_the_request_done(seller: Seller) -> None:
    """The request is answered; the next finds the session over, is counted, and does nothing."""
    client = seller(start={"signed_in": False}, faults=[fault("request-code", "sign-out")])
    client.post("/signin", data=CREDENTIALS)
    assert ask_for_code(client).status_code == 200
    assert client.get("/api/contacts").status_code == 401
    refused = ask_for_code(client)
    assert (refused.status_code, refused.json()["goto"]) == (401, f"/signin?next={PREFERENCES}")
    assert phone(client)["codes_sent"] == 1
    assert effects(client) == {("phone", "request-code"): 2}


def test_a_sign_out_at_a_page_leads_to_signing_in(seller: Seller) -> None:
    """The page is not shown, and the session is over."""
    client = seller(faults=[fault("page:home", "sign-out")])
    assert client.get("/").headers["location"] == "/signin?next=/"


def test_a_hidden_status_tells_neither_state_nor_code(seller: Seller) -> None:
    """From the struck request on, the row shows nothing that could settle what happened."""
    faults = [fault("request-code", "drop-after"), fault("request-code", "hide-status")]
    client = seller(faults=faults)
    with pytest.raises(httpx.TransportError):
        ask_for_code(client)
    rows = client.get("/api/contacts").json()["rows"]
    row = next(one for one in rows if (one["store"], one["channel"]) == ("us", "phone"))
    assert (row["hidden"], row["pending"], row["verified"]) == (True, None, False)


def test_slow_is_slower(seller: Seller) -> None:
    """A slow visit takes as long as it was told to, and only that one."""
    client = seller(faults=[fault("page:home", "slow", seconds=0.4)])
    started = time.monotonic()
    client.get("/")
    assert time.monotonic() - started >= 0.4


def test_latency_slows_every_page(seller: Seller) -> None:
    """[latency] holds for each page, whichever it is."""
    client = seller(latency={"page": 0.2})
    started = time.monotonic()
    client.get("/")
    client.get("/settings")
    assert time.monotonic() - started >= 0.4


def test_a_scenario_changes_any_visible_text(seller: Seller) -> None:
    """A wording in the scenario stands on the page in place of the usual one."""
    client = seller(texts={"send_code": "Get a code", "settings": {"zh": "设定"}})
    page = client.get(PREFERENCES).text
    assert "Get a code" in page
    assert '"Send code"' not in page
    assert '"settings": "Settings"' in page


def test_an_account_may_be_shown_under_another_name(seller: Seller) -> None:
    """The header's name is the scenario's."""
    assert '"account": "Blue Heron Imports"' in seller(start={"shown_as": "Blue Heron Imports"}).get("/").text


def test_the_cookie_banner_goes_once_it_was_accepted(seller: Seller) -> None:
    """It is there for a new visitor, and not after Accept."""
    client = seller(cookie_banner=True)
    assert '"banner": true' in client.get("/").text
    client.post("/cookies")
    assert '"banner": false' in client.get("/").text


def test_what_a_page_carries_cannot_end_its_script(seller: Seller) -> None:
    """A text with markup in it stays a text."""
    assert "<script>alert" not in seller(texts={"saved": "</script><script>alert(1)"}).get("/").text


def test_a_path_that_leads_nowhere_is_a_page_of_its_own(seller: Seller) -> None:
    """An unknown address answers 404 in the portal's words."""
    answer = seller().get("/nowhere")
    assert answer.status_code == 404
    assert "We could not find that page" in answer.text


def test_a_request_that_makes_no_sense_is_refused_uncounted(seller: Seller) -> None:
    """What names no contact is a 400, and no effect of any channel."""
    client = seller()
    for content in (
        b"",
        b"[]",
        b"not json",
        b'{"store": "us"}',
        b'{"store": "uk", "channel": "phone"}',
    ):
        assert client.post("/api/contact/save", content=content).status_code == 400
    assert effects(client) == {}


def test_a_port_in_use_is_said_in_a_sentence() -> None:
    """A second portal on the same port is refused before anything is served."""
    with MockSite(Scenario()) as site:
        port = int(site.url.rsplit(":", 1)[1])
        with pytest.raises(BadInput) as caught, MockSite(Scenario(), port):
            pass
    assert str(port) in caught.value.message
    assert "--port" in caught.value.hint


def test_closing_the_portal_frees_its_port_though_a_client_is_connected() -> None:
    """An open connection holds nobody up, and the same port can be served again at once."""
    with MockSite(Scenario()) as site:
        port = int(site.url.rsplit(":", 1)[1])
        idle = socket.create_connection(("127.0.0.1", port))
        kept = httpx.Client()
        kept.get(f"{site.url}/_mock/effects")
        started = time.monotonic()
    assert time.monotonic() - started < 5
    idle.close()
    kept.close()
    with MockSite(Scenario(), port) as again:
        assert httpx.get(f"{again.url}/_mock/effects").status_code == 200


def test_two_portals_share_nothing(seller: Seller) -> None:
    """Each portal has its own contacts, outbox and counts."""
    one, other = seller(), seller()
    ask_for_code(one)
    assert effects(other) == {}
    assert codes(other) == []
