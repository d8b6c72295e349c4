"""Who we say we are: a page asks its server for things in every way browsers know, and each says Handrail."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import async_playwright

from handrail.browser.find import Browser, Machine, installed
from handrail.browser.launch import launched, open_browser
from handrail.browser.user_agent import AGENT
from handrail.core.errors import BadInput
from handrail.core.outcome import Outcome
from handrail.engine.job import Job
from handrail.engine.runner import run_flow
from handrail.operator.answers_file import Answers
from handrail.operator.scripted import ScriptedOperator
from handrail.sites import load_site
from handrail_fixtures.scenario import load

if TYPE_CHECKING:
    from handrail_fixtures.plugin import Ran

BROWSERS = list(installed(Machine()))
"""Every browser of this machine: those with a window also ask for icons."""
HEADERS = dict[str, str]

WORKERS = {
    "/worker.js": "importScripts('/imported.js'); fetch('/by-worker'); new Worker('/nested.js')",
    "/module.js": "import '/imported-module.js'; fetch('/by-module-worker')",
    "/nested.js": "fetch('/by-nested-worker')",
    "/shared.js": "importScripts('/imported-shared.js'); fetch('/by-shared-worker')",
    "/service.js": """
      addEventListener("install", (event) => event.waitUntil(fetch("/by-service-worker")));
      addEventListener("activate", (event) => event.waitUntil(clients.claim()));
      addEventListener("fetch", (event) => {
        if (event.request.url.endsWith("/asked")) event.respondWith(fetch("/for-the-page"));
      });""",
    "/imported.js": "",
    "/imported-module.js": "",
    "/imported-shared.js": "",
}
PAGES = {
    "/frame": "<script>fetch('/by-frame')</script>",
    "/sandboxed": "<script>fetch('/by-sandboxed', {mode: 'no-cors'})</script>",
    "/foreign": "<script>fetch('/by-foreign')</script>",
    "/opened": "<script>fetch('/by-opened')</script>",
    "/linked": "<script>fetch('/by-linked')</script>",
    "/leaving": "<script>onpagehide = () => navigator.sendBeacon('/by-leaving', 'x')</script>",
}
MOVED = {"/moved": "/arrived", "/moved-away": "//localhost/arrived-away"}
HOME = """<!doctype html><meta charset=utf-8><title>Contact</title>
<link rel=icon href=/icon.png><link rel=preload as=script href=/preloaded.js>
<link rel=prefetch href=/prefetched>
<style>
  @font-face {{ font-family: ours; src: url(/font) }}
  body {{ font-family: ours; background: url(/ground) }}
</style>
<h1>Contact</h1><p id=account>Harbor Lane Trading</p><p id=email>ops@harborlane.example</p>
<p id=value>+86 138 0013 8000</p><p id=status>Not verified</p><p id=message></p>
<button id=request>Send code</button>
<img src=/image><iframe src=/frame></iframe><iframe sandbox=allow-scripts src=/sandboxed></iframe>
<iframe srcdoc="<img src=/by-srcdoc>"></iframe>
<iframe sandbox=allow-scripts srcdoc="<img src=/by-sandboxed-srcdoc>"></iframe>
<iframe src="data:text/html,<img src='{here}/by-data'>"></iframe>
<iframe name=within></iframe>
<a id=link href=/linked target=_blank rel=noopener></a><a id=file href=/file download></a>
<a id=ping href=#here ping=/ping></a><form id=form method=post action=/posted target=within></form>
<script>
const attempt = (way) => {{ try {{ way(); }} catch {{ /* taken away */ }} }};
const frame = (src) => document.body.appendChild(Object.assign(document.createElement("iframe"), {{src}}));
attempt(() => new Worker("/worker.js"));
attempt(() => new Worker("/module.js", {{type: "module"}}));
attempt(() => new Worker(URL.createObjectURL(new Blob(["fetch('{here}/by-blob')"]))));
attempt(() => new SharedWorker("/shared.js"));
attempt(() => new WebSocket("{here}/socket".replace("http", "ws")));
attempt(() => new EventSource("/events"));
attempt(() => fetchLater("/later", {{activateAfter: 0}}));
navigator.sendBeacon("/beacon", "x");
fetch("/kept-alive", {{keepalive: true}});
fetch("/called-otherwise", {{headers: {{"User-Agent": "A person"}}}});
fetch("{other}/asked-before", {{method: "PUT", headers: {{"X-Own": "1"}}}}).catch(() => 0);
fetch("/moved"); fetch("/moved-away").catch(() => 0);
for (const id of ["link", "file", "ping"]) document.getElementById(id).click();
document.getElementById("form").submit();
window.open("/opened");
frame("/attached");
// A busy browser loses these two at times, whatever they are called: until the page has loaded, again.
const lost = () => {{
  const leaving = frame("/leaving");
  leaving.onload = () => leaving.remove();
  frame("{other}/foreign");
}};
lost();
const again = setInterval(lost, 700);
onload = () => clearInterval(again);
document.getElementById("request").onclick = () => fetch("/request", {{method: "POST"}}).then(() => {{
  document.getElementById("message").textContent = "We could not send a code.";
}});
</script><img src=/all-here>"""
"""A page that has loaded once all of this has been asked for."""
_READING = """
  / /attached /arrived /arrived-away /by-data /by-foreign /by-frame /by-linked /by-opened
  /by-sandboxed /by-sandboxed-srcdoc /by-srcdoc /called-otherwise /events /file /font /foreign /frame
  /ground /image /kept-alive /leaving /linked /moved /moved-away /opened /preloaded.js /prefetched
  /sandboxed
"""
_SENDING = """
  /asked-before /beacon /by-blob /by-leaving /by-module-worker /by-nested-worker /by-shared-worker
  /by-worker /imported-module.js /imported-shared.js /imported.js /later /module.js /nested.js /ping
  /posted /shared.js /socket /worker.js
"""
READING = frozenset(_READING.split())
"""What is asked for wherever the page is opened, behind the fence of a rehearsal too."""
SENDING = READING | frozenset(_SENDING.split())
"""What is asked for where nothing holds a page back, workers and beacons included."""
ICONS = frozenset({"/icon.png"})
"""What a browser with tabs asks for once a page has loaded."""
SITE = """
id = "every-way"
name = "Every way"
marketplace = "US"
kind = "test"
base = "http://127.0.0.1:1"
hosts = ["127.0.0.1", "localhost"]
carried-by = "{carried_by}"
identity = {{ at = {{ css = "#account" }} }}
terms = {{ ceiling = "press", default = "press", read-on = 2026-11-23 }}
pages.contact = {{ url = "/", anchor = {{ role = "heading", name = {{ en = "Contact" }} }} }}

[contact.email]
page = "contact"
value.at = {{ css = "#email" }}
status.always = "verified"
field = {{ css = "#none" }}
pending = {{ see = {{ css = "#none" }}, scope = "account" }}
code = {{ field.css = "#none", format = '\\d{{6}}', submit.press.css = "#none", submit.outcomes = {{}} }}

[contact.phone]
page = "contact"
value.at = {{ css = "#value" }}
field = {{ css = "#none" }}
pending = {{ see = {{ css = "#none" }}, scope = "account" }}
code = {{ field.css = "#none", format = '\\d{{6}}', submit.press.css = "#none", submit.outcomes = {{}} }}

[contact.phone.status]
at = {{ css = "#status" }}
verified = {{ en = "Verified" }}
unverified = {{ en = "Not verified" }}

[contact.phone.request]
press = {{ css = "#request" }}
sends = ["POST /request"]
outcomes.code-asked = {{ see = {{ css = "#code" }} }}
outcomes.refused = {{ see = {{ css = "#message", text = {{ en = "could not send" }} }} }}
"""


@dataclass
class Server:
    """A site that keeps every request, with all its headers."""

    expected: frozenset[str] = SENDING
    """The paths after which `/all-here` is answered."""
    requests: list[tuple[str, str, HEADERS]] = field(default_factory=list)
    """Method, path without its query, and headers by their lower-case names."""
    arrived: Condition = field(default_factory=Condition)
    port: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def missing(self) -> set[str]:
        """What was expected and has not arrived."""
        return self.expected - {path for _method, path, _headers in self.requests}

    def add(self, method: str, path: str, headers: HEADERS) -> None:
        """Keep a request."""
        with self.arrived:
            self.requests.append((method, path, headers))
            self.arrived.notify_all()

    def agents(self) -> set[str]:
        """Every user agent that was sent; an empty one where there was none."""
        return {headers.get("user-agent", "") for _method, _path, headers in self.requests}

    def wait_for_all(self, *, but: frozenset[str] = frozenset()) -> None:
        """Return once all that is expected has arrived, or after 20 s without."""
        with self.arrived:
            self.arrived.wait_for(lambda: not self.missing - but, timeout=20)


def handler(server: Server) -> type[BaseHTTPRequestHandler]:
    """Answer as the tables above say, on connections that stay open as a real server's do."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0]
            server.add(self.command, path, {name.lower(): text for name, text in self.headers.items()})
            if path == "/all-here":
                server.wait_for_all(but=ICONS)
            self.reply(path)

        do_GET = do_POST = do_PUT = do_OPTIONS = answer

        def reply(self, path: str) -> None:
            page = HOME.format(here=server.url, other=f"http://localhost:{server.port}")
            body = ({"/": page} | PAGES | WORKERS).get(path, "").encode()
            self.send_response(self.status(path))
            for name, text in self.more(path).items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def status(self, path: str) -> int:
            if path in MOVED:
                return 302
            return {"/request": 422, "/socket": 400, "/events": 204}.get(path, 200)

        def more(self, path: str) -> HEADERS:
            kinds = {"/file": "application/octet-stream", "/attached": "application/octet-stream"}
            kind = "text/javascript" if path.endswith(".js") else kinds.get(path, "text/html; charset=utf-8")
            headers = {"Content-Type": "text/event-stream" if path == "/events" else kind}
            headers |= {"Access-Control-Allow-Origin": "*", "Accept-CH": "Sec-CH-UA-Arch"}
            headers |= {"Access-Control-Allow-Headers": "X-Own", "Access-Control-Allow-Methods": "PUT"}
            if path in MOVED:
                away = f"//localhost:{server.port}"
                headers["Location"] = MOVED[path].replace("//localhost", away)
            if path == "/attached":
                headers["Content-Disposition"] = "attachment"
            return headers

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    """Serve on a free port."""
    kept = Server()
    listening = ThreadingHTTPServer(("127.0.0.1", 0), handler(kept))
    kept.port = listening.server_port
    thread = Thread(target=listening.serve_forever)
    thread.start()
    yield kept
    listening.shutdown()
    thread.join()
    listening.server_close()


def in_a_thread(work: Any) -> Any:
    """Run a coroutine in a thread of its own: pytest-playwright's sync fixtures may hold this one's loop."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()


def walked(server: Server, tmp_path: Path, *, carried_by: str = "browser", rehearse: bool = False) -> Outcome:
    """Walk `contact` on the page, answering yes to everything, and return how it ended."""
    (tmp_path / "site.toml").write_text(SITE.format(carried_by=carried_by), encoding="utf-8")
    site = load_site(str(tmp_path / "site.toml"), base=server.url)
    answers = Answers.model_validate({"approve": "yes", "refused": "wait"})
    job = Job(
        flow="contact",
        site=site.model_copy(update={"hosts": ("127.0.0.1", "localhost")}),
        profile=load("ok").seller(),
        operator=ScriptedOperator(answers, site),
        out=tmp_path / "evidence",
        state=tmp_path / "state",
        headless=True,
        rehearse=rehearse,
    )
    return in_a_thread(run_flow(job)).outcome  # type: ignore[no-any-return]  # a thread's result is anything


def test_the_agents_name_is_the_one_that_terms_ask_for() -> None:
    """`Agent/` and the name, then which version, that a person attends, and where to read about it."""
    assert AGENT.startswith("Agent/Handrail Handrail/")
    assert AGENT.endswith(" (attended; +https://github.com/handrail/handrail)")


@pytest.mark.parametrize("carried_by", ["browser", "handrail"])
def test_every_request_of_a_run_says_who_sends_it(carried_by: str, server: Server, tmp_path: Path) -> None:
    """Pages, frames, popups, workers, downloads, beacons, redirects; the effect too, whoever carries it."""
    assert walked(server, tmp_path, carried_by=carried_by) is Outcome.WAITING
    assert server.missing == set()
    assert [path for _method, path, _headers in server.requests].count("/request") == 1
    assert {agent.endswith(f" {AGENT}") for agent in server.agents()} == {True}, server.agents()
    assert len(server.agents()) == 1


def test_every_request_of_a_rehearsal_says_who_sends_it(server: Server, tmp_path: Path) -> None:
    """What the fence lets out, it lets out under our name."""
    server.expected = READING
    walked(server, tmp_path, rehearse=True)
    assert server.missing == set()
    assert [agent.endswith(f" {AGENT}") for agent in server.agents()] == [True]


def test_every_request_of_a_site_check_says_who_sends_it(
    server: Server, handrail: Callable[..., Ran], tmp_path: Path
) -> None:
    """A site is not looked at under another name than it is used under."""
    server.expected = READING
    (tmp_path / "site.toml").write_text(SITE.format(carried_by="browser"), encoding="utf-8")
    sample = files("handrail_fixtures") / "profiles" / "harbor-lane.toml"
    (tmp_path / "seller.toml").write_text(sample.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "answers.toml").write_text('approve = "yes"\n', encoding="utf-8")
    handrail(
        "site", "check", "./site.toml", "--url", server.url, "--profile", "seller.toml", "--answers",
        "answers.toml", "--headless", "--state", "state", "--json",
    )  # fmt: skip
    assert server.missing == set()
    assert [agent.endswith(f" {AGENT}") for agent in server.agents()] == [True]


@pytest.mark.parametrize("browser", BROWSERS, ids=[browser.kind for browser in BROWSERS])
def test_no_kind_of_request_goes_under_another_name(browser: Browser, server: Server) -> None:
    """In every browser, service workers and the tab's icon included; the page itself cannot change it."""
    service = frozenset({"/service.js", "/by-service-worker", "/for-the-page"})
    server.expected = SENDING | service | (frozenset() if browser.headless_only else ICONS)

    async def opened() -> tuple[str, str]:
        async with launched(browser, headless=True) as started:
            page = await (await started.new_context()).new_page()
            await page.goto(server.url, wait_until="commit")
            await page.evaluate("""async () => {
                await navigator.serviceWorker.register("/service.js");
                await navigator.serviceWorker.ready;
                while (!navigator.serviceWorker.controller)
                  await new Promise((taken) => navigator.serviceWorker.oncontrollerchange = taken);
                await fetch("/asked");
            }""")
            await asyncio.to_thread(server.wait_for_all)
            return await page.evaluate("navigator.userAgent"), started.version

    seen_by_page, version = in_a_thread(opened())
    assert server.missing == set()
    assert server.agents() == {seen_by_page}
    assert seen_by_page.startswith("Mozilla/5.0 ")
    assert f"Chrome/{version.split('.')[0]}." in seen_by_page
    assert seen_by_page.endswith(f" {AGENT}")


@pytest.mark.parametrize("browser", BROWSERS, ids=[browser.kind for browser in BROWSERS])
def test_the_client_hints_stay_the_browsers_own(browser: Browser, server: Server) -> None:
    """`sec-ch-ua` says which browser it is, and nothing is made up about the machine."""

    async def opened() -> dict[str, Any]:
        async with launched(browser, headless=True) as started:
            page = await started.new_page()
            await page.goto(f"{server.url}/frame")
            await page.goto(f"{server.url}/frame")
            return await page.evaluate("navigator.userAgentData.toJSON()")  # type: ignore[no-any-return]  # JSON

    known = in_a_thread(opened())
    hints = [headers for _method, _path, headers in server.requests if "sec-ch-ua" in headers]
    assert hints
    brands = ", ".join(f'"{one["brand"]}";v="{one["version"]}"' for one in known["brands"])
    assert {headers["sec-ch-ua"] for headers in hints} == {brands}
    assert {headers["sec-ch-ua-mobile"] for headers in hints} == {"?0"}
    assert {json.loads(headers["sec-ch-ua-platform"]) for headers in hints} == {known["platform"]}
    assert {headers.get("sec-ch-ua-arch", '""') for headers in hints} == {'""'}


def test_an_open_browser_of_another_name_is_not_used(server: Server, tmp_path: Path) -> None:
    """A browser that was opened by others, without our name, is refused before it opens a page."""

    async def opened() -> None:
        async with async_playwright() as playwright:
            found = BROWSERS[0]
            given = await playwright.chromium.launch(
                executable_path=found.path, chromium_sandbox=found.sandbox
            )
            async with open_browser(found, headless=True, session=tmp_path / "none", running=given):
                pytest.fail("it was used")

    with pytest.raises(BadInput, match="does not say in its user agent that Handrail is at work"):
        in_a_thread(opened())
    assert server.requests == []
