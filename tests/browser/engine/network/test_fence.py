"""The fence of a rehearsal: a page sends in every way that browsers know, and the server sees none of it."""

from __future__ import annotations

import asyncio
import socketserver
import threading
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright

from handrail.browser.find import Browser, Machine, installed
from handrail.engine.job import Job
from handrail.engine.network.fence import Fence, NotFenced
from handrail.engine.runner import run_flow
from handrail.operator.scripted import ScriptedOperator
from handrail.sites import Site, load_site
from handrail.sites.schema.pages import Interruption
from handrail_fixtures.scenario import load
from handrail_fixtures.serve import MockSite

BROWSERS = list(installed(Machine()))
"""Every browser of this machine; the first test says which it must have."""
SITE = """
id = "tiny"
name = "Tiny"
marketplace = "US"
kind = "test"
base = "{url}"
hosts = ["127.0.0.1", "localhost"]
terms = {{ ceiling = "fill", default = "fill" }}
reads = ["POST /read", "POST /moved", "POST /moved-away"]
pages.home = {{ url = "/", anchor = {{ role = "heading" }} }}
pages.clock = {{ url = "/clock?id=1", anchor = {{ role = "heading" }}, starts-clock = true }}

[contact.phone]
page = "home"
value.at = {{ css = "#value" }}
status.always = "verified"
field = {{ css = "#phone" }}
pending = {{ see = {{ css = "#pending" }}, scope = "account" }}
request = {{ press.css = "#ask", sends = ["GET /link/*", "POST /sign"], outcomes.code-asked.see.css = "#is" }}

[contact.phone.code]
field.css = "#code"
format = '\\d{{6}}'
submit = {{ press.css = "#verify", sends = ["POST /verify"], outcomes.accepted.see.css = "#done" }}
"""

SEND = """
function send(origin, name) {
  const at = origin + "/effect/" + name, sockets = at.replace("http", "ws");
  const attempt = (way) => { try { way() } catch { /* this context has no such way */ } };
  const post = (url, more) => fetch(url, {method: "POST", body: "x", ...more}).catch(() => 0);
  post(at + "-fetch");
  post(at + "-keepalive", {keepalive: true});
  fetch(at + "-override", {headers: {"X-HTTP-Method-Override": "POST"}}).catch(() => 0);
  attempt(() => { const ask = new XMLHttpRequest(); ask.open("POST", at + "-xhr"); ask.send("x") });
  attempt(() => navigator.sendBeacon(at + "-beacon", "x"));
  attempt(() => new WebSocket(sockets + "-socket"));
  attempt(() => new WebSocketStream(sockets + "-stream").opened.catch(() => 0));
}
"""
BACKGROUND = ("fetch", "keepalive", "override", "xhr", "socket", "stream")
WINDOW = (*BACKGROUND, "beacon")
LEAVING = """
const name = new URLSearchParams(location.search).get("name"), at = "/effect/" + name;
for (const when of ["beforeunload", "pagehide", "visibilitychange", "unload"])
  addEventListener(when, () => {
    navigator.sendBeacon(at + "-beacon-" + when, "x");
    fetch(at + "-keepalive-" + when, {method: "POST", body: "x", keepalive: true}).catch(() => 0);
    fetch("/clock?id=1&way=" + name + "-" + when, {keepalive: true}).catch(() => 0);
  });
try { fetchLater(at + "-later", {method: "POST", body: "x"}) } catch { /* taken away */ }
"""
HOME = """<!doctype html><title>Home</title><h1>Home</h1>
<link rel="prefetch" href="/clock?id=1&way=link-prefetch">
<link rel="preload" as="fetch" href="/clock?id=1&way=preload">
<img src="/clock?id=1&way=image"><iframe src="/clock?id=1&way=frame"></iframe>
<a id="link" href="/" ping="/effect/ping" target="_blank">Link</a><iframe name="within"></iframe>
<form id="blank" method="post" action="/effect/form-blank" target="_blank"></form>
<form id="framed" method="post" action="/effect/form-frame" target="within"></form>
<form id="form" method="post" action="/effect/form"></form>
<form id="signing" method="post" action="/effect/sign-in"></form>
<script src="/send.js"></script><script src="http://localhost:1/report-me.js"></script>
<script type="speculationrules">{
  "prefetch": [{"source": "list", "urls": ["/clock?id=1&way=prefetch"], "eagerness": "immediate"}],
  "prerender": [{"source": "list", "urls": ["/clock?id=1&way=prerender"], "eagerness": "immediate"}]}</script>
"""
RULES = """{"prefetch": [{"source": "list", "urls": ["/clock?id=1&way=header"], "eagerness": "immediate"}]}"""
FOREIGN = """(src) => new Promise((loaded) => {
  const one = Object.assign(document.createElement("iframe"), {src, id: "foreign", onload: loaded});
  document.body.append(one);
}).then(() => null)"""
SEND_ALL = """async ([origin, other, udp]) => {
  const attempt = (way) => { try { way() } catch { /* taken away */ } };
  const source = (name) => send + `;send(${JSON.stringify(origin)}, "${name}")`;
  const frame = (set) => { const one = document.createElement("iframe"); set(one); document.body.append(one);
                           return one };
  send(origin, "page");
  document.getElementById("link").click();
  for (const id of ["blank", "framed"]) document.getElementById(id).submit();
  frame(() => 0).contentWindow.eval(source("frame"));
  frame((one) => { one.srcdoc = `<script>${source("srcdoc")}</` + "script>" });
  window.open("", "_blank").eval(source("popup"));
  window.open(other + "/leaving?name=opened", "_blank", "noopener");
  attempt(() => new Worker("/send.js?name=worker"));
  attempt(() => new Worker(URL.createObjectURL(new Blob([source("blob")]))));
  attempt(() => new SharedWorker("/send.js?name=shared").port.start());
  attempt(() => navigator.serviceWorker.register("/send.js?name=service").catch(() => 0));
  attempt(() => { const one = new WebTransport(`https://127.0.0.1:${udp}/`);
                  one.ready.catch(() => 0); one.closed.catch(() => 0) });
  attempt(() => { const one = new RTCPeerConnection({iceServers: [{urls: `stun:127.0.0.1:${udp}`}]});
                  one.createDataChannel("x");
                  one.createOffer().then((offer) => one.setLocalDescription(offer)) });
  const said = (path, method) =>
    fetch(path, {method, body: method && "x"}).then((one) => one.text(), () => "failed");
  return Promise.all([said("/read", "POST"), said("/moved", "POST"), said("/moved-away", "POST"),
                      said("/link/plain"), said("/elsewhere")]);
}"""

GONE = {f"{who}-{way}" for who in ("worker", "blob", "shared", "service") for way in BACKGROUND}
"""What comes from contexts that a fenced page has not at all."""
GONE -= {"service-xhr"}  # a service worker has none
GONE |= {f"{who}-stream" for who in ("page", "frame", "srcdoc", "popup")} | {"home-later"}
LAST = ("beacon-pagehide", "keepalive-pagehide", "beacon-visibilitychange", "keepalive-visibilitychange")
ALWAYS = {
    *(f"{who}-{way}" for who in ("page", "frame", "srcdoc", "popup") for way in WINDOW),
    *(f"{who}-{way}" for who in ("home", "foreign") for way in LAST),
    *("ping", "form", "form-blank", "form-frame", "307", "308", "csp", "link-plain", "link-redirected"),
    *(f"clock-{way}" for way in ("image", "frame", "preload", "home-pagehide", "foreign-pagehide")),
}
LEAVES = {one for one in ALWAYS if one.endswith((*LAST, "-pagehide"))} | {"form", "home-later"}
AHEAD = {"clock-link-prefetch", "clock-prefetch", "clock-prerender", "clock-header"}
EVERYTHING = ALWAYS | GONE | AHEAD
"""Everything that has an effect, by the way it went."""


@dataclass
class Server:
    """A site that counts what arrives, and a port that hears packets."""

    arrived: set[str] = field(default_factory=set)
    """What had an effect, by the way it went."""
    harmless: set[str] = field(default_factory=set)
    """Every other request, as "METHOD /path"."""
    packets: int = 0
    url: str = ""
    other: str = ""
    """The same server under another host name, so that its frames are another process's."""
    udp: int = 0


@pytest.fixture
def server() -> Iterator[Server]:
    """Serve for one test."""
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the name that http.server calls
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            way = parse_qs(parts.query).get("way", [parts.path.rpartition("/")[2]])[0]
            prefixes = {"/effect": "", "/link": "link-", "/clock": "clock-"}
            if (under := "/" + parts.path.split("/")[1]) in prefixes:
                told.arrived.add(prefixes[under] + way)
            else:
                told.harmless.add(f"{self.command} {parts.path}")
            if "upgrade" in self.headers.get("Connection", "").lower():
                self._open_socket()
                return
            status, kind, body, headers = _answer(parts.path, self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Type": kind, "Content-Length": str(len(body))}.items():
                self.send_header(name, value.format(url=told.url, other=told.other))
            self.end_headers()
            self.wfile.write(body.encode())

        def _open_socket(self) -> None:
            # A browser that is refused waits before it opens the next one.
            key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.send_header("Sec-WebSocket-Accept", b64encode(sha1(key.encode()).digest()).decode())  # noqa: S324
            self.end_headers()
            self.close_connection = True

        do_POST = do_OPTIONS = do_GET

        def log_message(self, *_: object) -> None:
            pass

    class Packets(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            told.packets += 1

    with (
        _Http(("127.0.0.1", 0), Handler) as http,
        socketserver.UDPServer(("127.0.0.1", 0), Packets) as udp,
    ):
        for one in (http, udp):
            threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True).start()
        told.url = f"http://127.0.0.1:{http.server_port}"
        told.other = f"http://localhost:{http.server_port}"
        told.udp = udp.server_address[1]
        yield told
        http.shutdown()
        udp.shutdown()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """A browser that hangs up is none."""


def _answer(path: str, whole: str) -> tuple[int, str, str, dict[str, str]]:
    """Return status, kind, body and headers."""
    shared = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
    page, script = "text/html", "text/javascript"
    if path == "/":
        report = {"Content-Security-Policy-Report-Only": "script-src 'self'; report-uri /effect/csp"}
        return 200, page, HOME, {**report, "Speculation-Rules": '"/rules.json"'}
    if path in _MOVED:
        status, to = _MOVED[path]
        return status, page, "", {"Location": to, **shared}
    if path == "/send.js":
        name = parse_qs(urlsplit(whole).query).get("name")
        return 200, script, SEND + (f'send(location.origin, "{name[0]}")' if name else ""), {}
    if path == "/rules.json":
        return 200, "application/speculationrules+json", RULES, {}
    if path == "/leaving":
        return 200, page, f"<!doctype html><title>Leaving</title><script>{LEAVING}</script>", {}
    return 200, "text/plain", "taken", shared


_MOVED = {
    "/moved": (307, "/effect/307"),
    "/moved-away": (308, "{other}/effect/308"),
    "/elsewhere": (302, "/link/redirected"),
}


def site(server: Server, folder: Path) -> Site:
    """Return the site as its file says."""
    path = folder / "tiny.toml"
    path.write_text(SITE.format(url=server.url), encoding="utf-8")
    return load_site(str(path))


@asynccontextmanager
async def browsing(browser: Browser) -> AsyncIterator[BrowserContext]:
    """Open the browser as it is, service workers and all."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=browser.path, chromium_sandbox=browser.sandbox
        )
        try:
            yield await opened.new_context()
        finally:
            await opened.close()


async def send_everything(page: Page, server: Server) -> list[str]:
    """Have the page send in every way; return what it was told where it asked for an answer."""
    await page.goto(server.url)
    # Before any popup: in a page that is hidden, the headless shell never parses a foreign frame.
    await page.evaluate(FOREIGN, f"{server.other}/leaving?name=foreign")
    said: list[str] = await page.evaluate(SEND_ALL, [server.url, server.other, server.udp])
    return said


async def leave_everything(page: Page, server: Server) -> None:
    """Leave pages that send with their last breath, and post a form that leads away."""
    await page.evaluate("() => document.getElementById('foreign').remove()")
    await page.goto(f"{server.url}/leaving?name=home")
    await page.goto(server.url)
    await page.evaluate("() => document.getElementById('form').submit()")


async def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for it; the assertion that follows says what was missing."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        await asyncio.sleep(0.05)


def in_a_loop_of_its_own(act: Coroutine[Any, Any, None]) -> None:
    """Run in another thread: pytest-playwright's sync fixtures may hold this one's loop."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, act).result()


def test_the_shell_and_a_browser_with_a_window_are_both_here() -> None:
    """The fence is tried in both; where one is missing, every test below would only try less."""
    kinds = {one.kind for one in BROWSERS}
    assert "headless-shell" in kinds, "apt-get install chromium-headless-shell"
    assert "chromium" in kinds, "apt-get install chromium"


@pytest.mark.parametrize("browser", BROWSERS, ids=[one.kind for one in BROWSERS])
def test_a_rehearsal_in_each_browser_sends_nothing(
    browser: Browser, mock_site: Callable[..., MockSite], tmp_path: Path
) -> None:
    """The address flow, signed in and filled behind the fence: the mock counts no effect."""
    scenario = load("address-ok")
    mock = mock_site(scenario)
    here = load_site("mock", base=mock.url)
    job = Job(
        flow="address", site=here, profile=scenario.seller(),
        operator=ScriptedOperator(scenario.answers(), here), out=tmp_path / "out", state=tmp_path / "state",
        browser=browser.path, headless=True, rehearse=True,
    )  # fmt: skip
    with ThreadPoolExecutor(max_workers=1) as thread:
        ended = thread.submit(asyncio.run, run_flow(job)).result()
    assert ended.outcome == "done", ended.advice
    assert [(one.channel, one.step) for one in ended.would_send] == [("business", "save")]
    assert mock.effects == {}


@pytest.mark.parametrize("browser", BROWSERS, ids=[one.kind for one in BROWSERS])
def test_without_a_fence_the_page_sends_in_every_way(browser: Browser, server: Server) -> None:
    """What the next test finds stopped does leave an unfenced browser: each way, by its name."""

    async def act() -> None:
        async with browsing(browser) as context:
            page = await context.new_page()
            said = await send_everything(page, server)
            assert said == ["taken"] * 5
            await until(lambda: server.arrived >= EVERYTHING - LEAVES)
            await leave_everything(page, server)
            await until(lambda: server.arrived >= EVERYTHING and server.packets > 0)

    in_a_loop_of_its_own(act())
    assert EVERYTHING - server.arrived == set()
    assert server.packets > 0


@pytest.mark.parametrize("browser", BROWSERS, ids=[one.kind for one in BROWSERS])
def test_no_effect_leaves_a_fenced_browser(browser: Browser, server: Server, tmp_path: Path) -> None:
    """Nothing that has an effect arrives, also not at the browser's end; what only reads does."""
    fence = Fence(site(server, tmp_path))

    def held_back() -> set[str]:
        return {what.rpartition("/")[2] for what in fence.held_back}

    async def act() -> None:
        async with browsing(browser) as context, fence.installed(context):
            page = await context.new_page()
            said = await send_everything(page, server)
            assert said == ["taken", "failed", "failed", "failed", "failed"]
            await leave_everything(page, server)
            posts = {one for one in ALWAYS - GONE if not one.startswith(("clock-", "link-"))}
            await until(lambda: held_back() >= posts)
            assert posts - held_back() == set()
            assert {"clock", "plain", "redirected"} <= held_back()
            assert page.url == f"{server.url}/"  # a form that was stopped leaves its page where it is
            await page.goto(f"{server.url}/leaving?name=home")

    in_a_loop_of_its_own(act())
    assert server.arrived == set()
    assert server.packets == 0
    assert {"GET /", "POST /read", "POST /moved", "POST /moved-away", "GET /elsewhere"} <= server.harmless


@pytest.mark.parametrize("browser", BROWSERS, ids=[one.kind for one in BROWSERS])
def test_a_fence_that_does_not_hold_is_found_out(browser: Browser, server: Server, tmp_path: Path) -> None:
    """It is tried before any page is opened: where its trial leaves the browser, nothing goes on."""

    async def act() -> None:
        async with browsing(browser) as context:
            with pytest.raises(NotFenced):
                await Fence(site(server, tmp_path)).try_out(context)

    in_a_loop_of_its_own(act())


LETS = [
    ("GET", "/anything", True),
    ("HEAD", "/anything", True),
    ("POST", "/anything", False),
    ("PATCH", "/anything", False),
    ("POST", "/read", True),
    ("PUT", "/read", False),
    ("POST", "/read/more", False),
    ("GET", "/link/one", False),
    ("GET", "/clock?id=1", False),
    ("GET", "/clock?more=2&id=1", False),
    ("GET", "/clock/?id=1", False),
    ("GET", "/CLOCK?id=1", False),
    ("GET", "//clock;session=x?id=1", False),
    ("GET", "/%63lock/part?id=1", False),
    ("GET", "/clocks?id=1", True),
    ("GET", "/link/one/", False),
    ("GET", "/LINK/one;v=2", False),
    ("POST", "/read/", False),
    ("POST", "/READ", False),
    ("GET", "/clock?id=2", True),
    ("GET", "/clock", True),
]


@pytest.mark.parametrize(("method", "path", "lets"), LETS, ids=[f"{one} {two}" for one, two, _lets in LETS])
def test_what_the_fence_lets_out(method: str, path: str, lets: bool, tmp_path: Path) -> None:
    """What reads may leave, unless the site file names it as an effect or as a page that starts a clock."""
    fence = Fence(site(Server(url="http://127.0.0.1:1"), tmp_path))
    assert fence.lets(method, f"http://127.0.0.1:1{path}", {}) is lets


def test_a_read_by_another_method_leaves_for_the_sites_hosts_only(tmp_path: Path) -> None:
    """The same path on a stranger's host is no read."""
    fence = Fence(site(Server(url="http://127.0.0.1:1"), tmp_path))
    assert not fence.lets("POST", "http://stranger.example/read", {})


@pytest.mark.parametrize(
    ("kind", "named", "let_out"),
    [
        ("sign-in", (), {"POST /session", "POST /other"}),
        ("two-step", (), {"POST /session", "POST /other"}),
        ("sign-in", ("POST /session",), {"POST /session"}),
        ("captcha", (), set()),
        ("captcha", ("POST /other",), {"POST /other"}),
    ],
)
def test_signing_in_opens_the_fence_for_itself_alone(
    kind: str, named: tuple[str, ...], let_out: set[str], tmp_path: Path
) -> None:
    """Its own requests leave for the site's hosts while it is dealt with; an effect never does."""
    fence = Fence(site(Server(url="http://127.0.0.1:1"), tmp_path))
    met = Interruption.model_validate({"kind": kind, "see": {"css": "#it"}, "sends": named})

    def leaving(host: str = "127.0.0.1") -> set[str]:
        asked = (
            "POST /session",
            "POST /other",
            "POST /sign",
            "POST /verify",
            "GET /link/x",
            "GET /clock?id=1",
        )
        sent = [one.split(" ") for one in asked]
        return {f"{method} {path}" for method, path in sent if fence.lets(method, f"http://{host}{path}", {})}

    with fence.opened_for(met):
        assert leaving() == let_out
        assert leaving("stranger.example") == set()
    assert leaving() == set()
