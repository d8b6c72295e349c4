"""Sessions: the same visitor until nothing is open, in private, by a browser that says what it is."""

from __future__ import annotations

import asyncio
import json
import stat
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from handrail.browser.find import find_browser
from handrail.browser.launch import open_browser
from handrail.core.version import PROJECT_URL, __version__
from handrail.engine.context.results import RunEvent, RunResult
from handrail.engine.job import Job
from handrail.engine.runner import run_flow
from handrail.operator.scripted import ScriptedOperator
from handrail.sites import load_site
from handrail_fixtures.scenario import Scenario, load
from handrail_fixtures.serve import MockSite


@dataclass
class Visits:
    """One seller's runs on one site that stays up, with one state folder."""

    scenario: Scenario
    url: str
    folder: Path
    moments: list[RunEvent] = field(default_factory=list)
    """What happened in the last run."""
    sessions_seen: list[tuple[str, list[int]]] = field(default_factory=list)
    """At each effect's beginning in the last run: which, and the kept sessions' file modes."""

    @property
    def sessions(self) -> list[Path]:
        """The sessions kept now."""
        return sorted(self.folder.glob("state/sessions/*"))

    def run(self) -> RunResult:
        """Walk once more."""
        self.moments.clear()
        self.sessions_seen.clear()
        site = load_site("mock", base=self.url)
        job = Job(
            flow="contact",
            site=site,
            profile=self.scenario.seller(),
            operator=ScriptedOperator(self.scenario.answers(), site),
            out=self.folder / "evidence",
            state=self.folder / "state",
            headless=True,
            watch=self._watch,
        )
        # In a thread of its own: pytest-playwright's sync fixtures may hold this one's loop.
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(asyncio.run, run_flow(job)).result()

    def signed_in(self) -> bool:
        """Whether somebody had to sign in during the last run."""
        return any(moment == RunEvent("answer", "sign-in") for moment in self.moments)

    def _watch(self, moment: RunEvent) -> None:
        self.moments.append(moment)
        if moment.kind == "held":
            modes = [stat.S_IMODE(path.stat().st_mode) for path in self.sessions]
            self.sessions_seen.append((moment.text, modes))


@pytest.fixture
def visits(mock_site: Callable[..., MockSite], tmp_path: Path) -> Callable[[str], Visits]:
    """Make a seller's visits to a site that plays a scenario."""
    return lambda name: Visits(load(name), mock_site(name).url, tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="file modes as POSIX has them")
def test_the_session_is_kept_in_private_before_the_first_effect_leaves(
    visits: Callable[[str], Visits],
) -> None:
    """While any request is held at the gate, the visitor's session is on disk already, for its owner only."""
    visit = visits("ok")
    assert visit.run().outcome.exit_code == 0
    assert [what for what, _modes in visit.sessions_seen][:2] == ["save email", "request email"]
    assert {tuple(modes) for _what, modes in visit.sessions_seen} == {(0o600,)}


def test_nothing_of_the_session_is_left_once_nothing_is_open(visits: Callable[[str], Visits]) -> None:
    """A run that is done leaves no session, and the next one has to sign in."""
    visit = visits("ok")
    assert visit.run().outcome.exit_code == 0
    assert visit.sessions == []
    assert visit.run().outcome.exit_code == 0
    assert visit.signed_in()


def test_the_session_is_kept_while_a_code_is_on_its_way(visits: Callable[[str], Visits]) -> None:
    """The next run is the same visitor: it need not sign in, and it asks for no second code."""
    visit = visits("code-never-arrives")
    first = visit.run()
    assert first.outcome.exit_code == 5
    assert visit.signed_in()
    (session,) = visit.sessions
    assert json.loads(session.read_bytes())["cookies"]

    second = visit.run()
    assert second.outcome.exit_code == 5
    assert not visit.signed_in()
    assert second.effects == ()
    assert visit.sessions == [session]


@dataclass
class Heard:
    """A server that keeps what a browser says about itself."""

    agents: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Serve an empty page and a service worker."""
    said = Heard()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said.agents.append(self.headers["User-Agent"])
            script = self.path == "/worker.js"
            body = (
                b"self.addEventListener('fetch', () => {})" if script else b"<!doctype html><title>x</title>"
            )
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if script else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    said.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield said
    server.shutdown()
    thread.join()
    server.server_close()


def opened(url: str, session: Path, script: str) -> object:
    """Open the page as a run does, and return what the script says there."""

    async def said() -> object:
        found = find_browser(None, headless=True)
        async with open_browser(found, headless=True, session=session) as context:
            page = await context.new_page()
            await page.goto(url)
            return await page.evaluate(script)

    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, said()).result()


def test_the_browser_says_that_handrail_is_at_work(heard: Heard, tmp_path: Path) -> None:
    """Server and page see the browser's own user agent, followed by who is at work, attended."""
    seen_by_page = opened(heard.url, tmp_path / "none", "() => navigator.userAgent")
    assert heard.agents
    for agent in (*heard.agents, seen_by_page):
        assert isinstance(agent, str)
        assert agent.startswith("Mozilla/5.0 ")
        assert "Chrome/" in agent
        assert agent.endswith(f" Handrail/{__version__} (attended; +{PROJECT_URL})")


def test_no_service_worker_stands_between_page_and_gate(heard: Heard, tmp_path: Path) -> None:
    """A page that registers one gets none: its requests would pass the gate unseen."""
    registered = opened(
        heard.url,
        tmp_path / "none",
        "async () => { await navigator.serviceWorker.register('/worker.js').catch(() => {});"
        " return (await navigator.serviceWorker.getRegistrations()).length; }",
    )
    assert registered == 0


def test_the_browser_opens_as_the_visitor_whose_session_was_kept(heard: Heard, tmp_path: Path) -> None:
    """Cookies and local storage of the kept session are there again."""
    session = tmp_path / "session.json"
    cookie = {"name": "sid", "value": "kept", "domain": "127.0.0.1", "path": "/", "expires": -1,
              "httpOnly": False, "secure": False, "sameSite": "Lax"}  # fmt: skip
    origin = {"origin": heard.url, "localStorage": [{"name": "a", "value": "1"}]}
    session.write_text(json.dumps({"cookies": [cookie], "origins": [origin]}), encoding="utf-8")
    seen = opened(heard.url, session, "() => [document.cookie, localStorage.getItem('a')]")
    assert seen == ["sid=kept", "1"]
