"""The gate: an effect's one request leaves once, only after the ledger says so on disk, and no other does."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Error, Page, async_playwright

from handrail.browser.find import find_browser
from handrail.engine.context.ledger import Key, Ledger
from handrail.engine.network.effect_permit import EffectPermit, GateStage
from handrail.engine.network.gate import Gate
from handrail.sites import load_site
from handrail.sites.schema.site import Site

Carrier = Literal["browser", "handrail"]
CARRIERS: tuple[Carrier, ...] = ("browser", "handrail")
HOME = b"<!doctype html><title>Home</title><h1>Home</h1>"
FORM = b"""<!doctype html><title>Form</title>
<form method="post" action="/form/send"><input name="to" value="me"><button>Send</button></form>"""
DONE = b"<!doctype html><title>Done</title><h1>Sent</h1>"
SITE = """
id = "tiny"
name = "Tiny"
marketplace = "US"
kind = "test"
base = "http://127.0.0.1:1"
hosts = ["127.0.0.1"]
carried-by = "{carrier}"
terms = {{ ceiling = "fill", default = "fill" }}
pages.home = {{ url = "/", anchor = {{ role = "heading" }} }}

[contact.phone]
page = "home"
value.at = {{ css = "#value" }}
status.always = "verified"
field = {{ css = "#phone" }}
pending = {{ see = {{ css = "#pending" }}, scope = "account" }}

[contact.phone.request]
press = {{ css = "#request" }}
sends = ["POST /api/request", "POST /form/*", "GET /link/send"]
outcomes.code-asked = {{ see = {{ css = "#pending" }} }}

[contact.phone.code]
field = {{ css = "#code" }}
format = '\\d{{6}}'

[contact.phone.code.submit]
press = {{ css = "#verify" }}
sends = ["POST /api/verify"]
outcomes.accepted = {{ see = {{ css = "#done" }} }}
"""
REQUEST = ("POST /api/request", "POST /form/*", "GET /link/send")
ASK = "() => fetch('/api/request', {method: 'POST', body: 'x'}).then(r => r.text(), e => 'failed')"


@dataclass
class Server:
    """A tiny HTTP server that can drop a connection instead of answering."""

    pages: dict[str, bytes] = field(default_factory=lambda: {"/": HOME, "/form": FORM, "/done": DONE})
    answers: dict[str, bytes] = field(default_factory=dict)
    """Whole answers by "METHOD /path"."""
    drops: set[str] = field(default_factory=set)
    """What is taken and never answered, by "METHOD /path"."""
    on_arrival: Callable[[str], None] = lambda _what: None
    """Told of each request as it arrives, before it is answered."""
    seen: list[str] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)
    """The last request's header lines, by "METHOD /path"."""
    url: str = ""

    def count(self, what: str) -> int:
        """How often this arrived."""
        return self.seen.count(what)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it ends or is dropped."""
        try:
            while (what := await self._next(reader)) and what not in self.drops:
                writer.write(self._answer(what))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the browser has hung up
        finally:
            writer.close()

    async def _next(self, reader: asyncio.StreamReader) -> str:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, target = head.split(" ", 2)[:2]
        for line in head.lower().split("\r\n"):
            if line.startswith("content-length:"):
                await reader.readexactly(int(line.partition(":")[2]))
        what = f"{method} {target.partition('?')[0]}"
        self.heads[what] = head
        self.seen.append(what)
        self.on_arrival(what)
        return what

    def _answer(self, what: str) -> bytes:
        if what in self.answers:
            return self.answers[what]
        method, path = what.split(" ", 1)
        if method == "GET" and path in self.pages:
            return answer("200 OK", self.pages[path], "Content-Type: text/html")
        return answer("200 OK" if method == "POST" else "404 Not Found", b"taken")


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    """A whole answer that keeps the connection."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: keep-alive", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Stand:
    """A page behind a gate, the server it talks to, and what the gate told."""

    page: Page
    server: Server
    gate: Gate
    blocked: list[str]
    ledger: Ledger
    stages: list[GateStage] = field(default_factory=list)

    def permit(self, *sends: str, body: dict[str, str] | None = None) -> EffectPermit:
        """Open a permit that writes to the ledger as a walk does."""
        key = Key("tiny", "Seller", "contact", "phone")
        entry = self.ledger.intend(
            key, step="request", effect="request-code", commitment="c", run="r", replaces=True
        )

        def heard(stage: GateStage) -> None:
            self.stages.append(stage)
            if stage == "releasing":
                self.ledger.release(entry)

        permit = EffectPermit(sends or REQUEST, heard, body=body or {})
        self.gate.open(permit)
        return permit


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    """Serve on a free loopback port."""
    server = Server()
    listener = await asyncio.start_server(server.talk, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()


@asynccontextmanager
async def browsing() -> AsyncIterator[Page]:
    """Open a page in a real Chromium, with no gate."""
    found = find_browser(None, headless=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found.path, chromium_sandbox=found.sandbox)
        try:
            yield await (await browser.new_context(service_workers="block")).new_page()
        finally:
            await browser.close()


def behind_gate(folder: Path, carrier: Carrier, act: Callable[[Stand], Awaitable[None]]) -> None:
    """Let the test act on a page at home on the server, behind a gate."""

    async def stood() -> None:
        async with serving() as server, browsing() as page:
            blocked: list[str] = []
            gate = Gate(_site(folder, carrier, server.url), on_blocked=blocked.append)
            await gate.install(page.context)
            ledger = Ledger(folder / "state")
            try:
                await page.goto(server.url)
                await act(Stand(page, server, gate, blocked, ledger))
            finally:
                ledger.close()

    in_a_loop_of_its_own(stood)


def in_a_loop_of_its_own(act: Callable[[], Awaitable[None]]) -> None:
    """Run in another thread: pytest-playwright's sync fixtures may hold this one's loop."""

    async def acted() -> None:
        await act()

    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, acted()).result()


def _site(folder: Path, carrier: Carrier, url: str) -> Site:
    path = folder / "tiny.toml"
    path.write_text(SITE.format(carrier=carrier), encoding="utf-8")
    return load_site(str(path), base=url)


def test_chromium_by_itself_sends_a_post_again_when_a_kept_connection_drops() -> None:
    """This is why the gate can carry requests; the day Chromium stops, carrying may go too."""

    async def act() -> None:
        async with serving() as server, browsing() as page:
            server.drops = {"POST /api/request"}
            await page.goto(server.url)
            assert await page.evaluate(ASK) == "failed"
            assert server.count("POST /api/request") == 2

    in_a_loop_of_its_own(act)


def test_a_carried_request_arrives_once_though_its_connection_drops(tmp_path: Path) -> None:
    """Also on a connection kept from the effect before: the page sees a failure, the server one POST."""

    async def act(on: Stand) -> None:
        on.permit()
        assert await on.page.evaluate(ASK) == "taken"
        on.server.drops = {"POST /api/request"}
        permit = on.permit()
        assert await on.page.evaluate(ASK) == "failed"
        await permit.answered.wait()
        assert permit.status is None
        assert on.server.count("POST /api/request") == 2

    behind_gate(tmp_path, "handrail", act)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_nothing_arrives_before_the_ledger_says_released_on_disk(carrier: Carrier, tmp_path: Path) -> None:
    """The server itself reads the ledger's file as the request arrives: the row must say released."""
    rows: list[tuple[str]] = []

    def look(what: str) -> None:
        if what == "POST /api/request":
            reader = sqlite3.connect(f"file:{tmp_path / 'state' / 'ledger.sqlite3'}?mode=ro", uri=True)
            rows.extend(reader.execute("SELECT stage FROM effects"))
            reader.close()

    async def act(on: Stand) -> None:
        on.server.on_arrival = look
        permit = on.permit()
        assert await on.page.evaluate(ASK) == "taken"
        await permit.answered.wait()
        assert rows == [("released",)]
        assert on.stages == ["held", "releasing", "released", "answered"]
        assert permit.status == 200

    behind_gate(tmp_path, carrier, act)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_request_outside_any_permit_never_leaves(carrier: Carrier, tmp_path: Path) -> None:
    """Before a permit opens and after it was shut, an effect is held back and recorded."""

    async def act(on: Stand) -> None:
        assert await on.page.evaluate(ASK) == "failed"
        on.permit()
        on.gate.shut()
        assert await on.page.evaluate(ASK) == "failed"
        assert on.blocked == ["POST /api/request"] * 2
        assert on.server.count("POST /api/request") == 0
        assert on.stages == []

    behind_gate(tmp_path, carrier, act)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_second_request_in_one_permit_never_leaves(carrier: Carrier, tmp_path: Path) -> None:
    """A page that sends twice, at once or again, has one of them arrive; the others are recorded."""

    async def act(on: Stand) -> None:
        on.permit()
        both = f"async () => {{ const ask = {ASK}; return Promise.all([ask(), ask()]); }}"
        assert sorted(await on.page.evaluate(both)) == ["failed", "taken"]
        assert await on.page.evaluate(ASK) == "failed"
        assert on.blocked == ["POST /api/request"] * 2
        assert on.server.count("POST /api/request") == 1

    behind_gate(tmp_path, carrier, act)


def test_another_effect_than_the_one_that_is_due_never_leaves(tmp_path: Path) -> None:
    """A permit for the code's request lets no entered code out, and stays open for its own."""

    async def act(on: Stand) -> None:
        on.permit()
        assert await on.page.evaluate(ASK.replace("request", "verify")) == "failed"
        assert on.blocked == ["POST /api/verify"]
        assert await on.page.evaluate(ASK) == "taken"
        assert on.server.seen[-1] == "POST /api/request"
        assert on.server.count("POST /api/verify") == 0

    behind_gate(tmp_path, "handrail", act)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_posted_form_that_redirects_ends_where_it_should(carrier: Carrier, tmp_path: Path) -> None:
    """302 with a cookie: the cookie is the browser's, the address is the new page's, and it is one POST."""

    async def act(on: Stand) -> None:
        on.server.answers["POST /form/send"] = answer(
            "302 Found", b"", "Location: /done", "Set-Cookie: sid=abc; Path=/; HttpOnly", "Set-Cookie: two=2"
        )
        await on.page.goto(f"{on.server.url}/form")
        permit = on.permit()
        await on.page.get_by_role("button").click()
        await on.page.get_by_role("heading", name="Sent").wait_for()
        await permit.answered.wait()
        assert on.page.url == f"{on.server.url}/done"
        assert permit.status == 302
        cookies = {one.get("name"): one.get("value") for one in await on.page.context.cookies()}
        assert cookies == {"sid": "abc", "two": "2"}
        assert "cookie: sid=abc" in on.server.heads["GET /done"].lower()
        assert on.server.count("POST /form/send") == on.server.count("GET /done") == 1

    behind_gate(tmp_path, carrier, act)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_fetched_effect_has_its_cookies_both_ways(carrier: Carrier, tmp_path: Path) -> None:
    """The request carries the browser's cookies, and the answer's cookies and body reach the page."""

    async def act(on: Stand) -> None:
        on.server.answers["POST /api/request"] = answer(
            "201 Created", b"asked", "Set-Cookie: seen=yes; Path=/"
        )
        await on.page.evaluate("() => { document.cookie = 'mine=1' }")
        on.permit()
        assert await on.page.evaluate(ASK) == "asked"
        assert "cookie: mine=1" in on.server.heads["POST /api/request"].lower()
        assert await on.page.evaluate("() => document.cookie") == "mine=1; seen=yes"

    behind_gate(tmp_path, carrier, act)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_what_the_site_says_about_too_many_requests_is_kept(carrier: Carrier, tmp_path: Path) -> None:
    """Status and Retry-After of the answer are known to the walk."""

    async def act(on: Stand) -> None:
        on.server.answers["POST /api/request"] = answer("429 Too Many Requests", b"", "Retry-After: 90")
        permit = on.permit()
        await on.page.evaluate(ASK)
        await permit.answered.wait()
        assert (permit.status, permit.retry_after) == (429, "90")

    behind_gate(tmp_path, carrier, act)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_requests_that_are_no_effects_pass_untouched(carrier: Carrier, tmp_path: Path) -> None:
    """Pages, other posts, longer paths and the same path read instead of posted are none of the gate's."""
    others = ["POST /api/other", "POST /api/request/more", "POST /form/a/b", "GET /api/request", "POST /"]

    async def act(on: Stand) -> None:
        for other in others:
            method, path = other.split(" ")
            status = await on.page.evaluate(
                "([method, path]) => fetch(path, {method}).then(r => r.status)", [method, path]
            )
            assert status in (200, 404)
        assert [what for what in on.server.seen if what in others] == others
        assert on.blocked == on.stages == []

    behind_gate(tmp_path, carrier, act)


@pytest.mark.parametrize("written", ["/link/send", "/link/send?once=1", "/link/send/", "/Link/Send;s=1"])
def test_an_effect_is_known_by_its_path_however_it_is_written(written: str, tmp_path: Path) -> None:
    """A link with an effect is held like a form, whatever follows its path, which servers take loosely."""

    async def act(on: Stand) -> None:
        fetch = f"() => fetch('{written}').then(r => 'left', () => 'held')"
        assert await on.page.evaluate(fetch) == "held"
        assert on.blocked == [f"GET {written.partition('?')[0]}"]
        assert on.server.seen == ["GET /"]

    behind_gate(tmp_path, "handrail", act)


def test_a_new_tab_of_the_same_visitor_is_behind_the_gate_too(tmp_path: Path) -> None:
    """An effect cannot leave through a page that a link opened."""

    async def act(on: Stand) -> None:
        async with on.page.expect_popup() as opening:
            await on.page.evaluate("() => { window.open('/form') }")
        tab = await opening.value
        await tab.wait_for_load_state()
        assert await tab.evaluate(ASK) == "failed"
        assert on.server.count("POST /api/request") == 0

    behind_gate(tmp_path, "handrail", act)


AHEAD = b"""<!doctype html><title>Ahead</title><h1>Ahead</h1><script type="speculationrules">{
"prefetch": [{"source": "list", "urls": ["/link/send"], "eagerness": "immediate"}],
"prerender": [{"source": "list", "urls": ["/link/send"], "eagerness": "immediate"}]}</script>"""


def test_a_page_cannot_have_an_effect_fetched_ahead_of_time(tmp_path: Path) -> None:
    """Rules that have Chromium fetch a link by itself are gone behind the gate; without it, they work."""

    async def without_gate() -> None:
        async with serving() as server, browsing() as page:
            server.pages["/ahead"] = AHEAD
            arrived = asyncio.Event()
            server.on_arrival = lambda what: arrived.set() if what == "GET /link/send" else None
            await page.goto(f"{server.url}/ahead")
            await asyncio.wait_for(arrived.wait(), 20)

    async def act(on: Stand) -> None:
        on.server.pages["/ahead"] = AHEAD
        await on.page.goto(f"{on.server.url}/ahead")
        await on.page.wait_for_function("!document.querySelector('script[type=speculationrules]')")
        for _round in range(5):
            assert await on.page.evaluate("() => fetch('/done').then(r => r.status)") == 200
        assert on.server.count("GET /link/send") == 0

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, without_gate()).result()
    behind_gate(tmp_path, "browser", act)


STEP = answer("302 Found", b"", "Location: /link/send")
SENT = answer("200 OK", DONE, "Content-Type: text/html")


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_redirect_to_an_effect_is_held_like_the_effect_itself(carrier: Carrier, tmp_path: Path) -> None:
    """A page that the server leads on to an effect does not get there, whoever asked for it."""

    async def act(on: Stand) -> None:
        on.server.answers |= {"GET /step": STEP, "GET /link/send": SENT}
        with pytest.raises(Error):
            await on.page.goto(f"{on.server.url}/step")
        assert on.server.count("GET /step") == 1
        assert on.server.count("GET /link/send") == 0
        assert on.blocked == ["GET /link/send"]

    behind_gate(tmp_path, carrier, act)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_press_may_reach_its_effect_by_a_redirect(carrier: Carrier, tmp_path: Path) -> None:
    """While its permit is open, the redirected request leaves once, after the ledger says so on disk."""

    async def act(on: Stand) -> None:
        on.server.answers |= {"GET /step": STEP, "GET /link/send": SENT}
        permit = on.permit()
        on.server.on_arrival = lambda what: (
            None
            if what != "GET /link/send"
            else on.stages.append("released" if permit.is_released else "held")
        )
        await on.page.goto(f"{on.server.url}/step")
        await permit.answered.wait()
        assert permit.status == 200
        assert on.server.count("GET /link/send") == 1
        assert on.stages[:4] == ["held", "releasing", "released", "released"]
        assert await on.page.get_by_role("heading", name="Sent").is_visible()

    behind_gate(tmp_path, carrier, act)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_an_effect_that_is_led_on_to_its_own_path_arrives_once(carrier: Carrier, tmp_path: Path) -> None:
    """A server that adds a slash at the end leads the same request on: it passes, and nothing else does."""

    async def act(on: Stand) -> None:
        on.server.answers |= {
            "GET /link/send": answer("301 Moved Permanently", b"", "Location: /link/send/"),
            "GET /link/send/": SENT,
            "GET /step": STEP,
        }
        permit = on.permit()
        await on.page.goto(f"{on.server.url}/link/send")
        await permit.answered.wait()
        assert await on.page.get_by_role("heading", name="Sent").is_visible()
        assert on.server.count("GET /link/send/") == 1
        assert on.blocked == []
        with pytest.raises(Error):
            await on.page.goto(f"{on.server.url}/step")
        assert on.blocked == ["GET /link/send"]
        assert on.server.count("GET /link/send/") == 1

    behind_gate(tmp_path, carrier, act)


SEND = """([type, body]) => fetch('/api/request', {method: 'POST', headers: {'Content-Type': type}, body})
  .then(answer => answer.text(), () => 'failed')"""


@pytest.mark.parametrize(
    ("kind", "other", "right"),
    [
        ("application/json", '{"channel": "phone"}', '{"channel": "email"}'),
        ("application/x-www-form-urlencoded", "channel=phone", "channel=email"),
    ],
    ids=["json", "form"],
)
def test_another_rows_request_is_held_back_and_the_right_one_still_passes(
    kind: str, other: str, right: str, tmp_path: Path
) -> None:
    """A request whose body names another channel never reaches the site; the permit waits for its own."""

    async def act(on: Stand) -> None:
        permit = on.permit(body={"channel": "email"})
        assert await on.page.evaluate(SEND, [kind, other]) == "failed"
        assert on.server.count("POST /api/request") == 0
        assert on.blocked == ["POST /api/request (channel: phone)"]
        assert not permit.is_released
        assert await on.page.evaluate(SEND, [kind, right]) == "taken"
        assert on.server.count("POST /api/request") == 1
        assert permit.is_released

    behind_gate(tmp_path, "handrail", act)
