"""A press has its effect once: stale words, covered buttons and unwilling pages do not mislead it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.async_api import Page

from handrail.engine.context.results import RunResult
from handrail.engine.context.stops import retry_after
from handrail.engine.job import Job
from handrail.engine.runner import run_flow
from handrail.operator import Answer, Prompt
from handrail.operator.answers_file import Answers
from handrail.operator.scripted import ScriptedOperator
from handrail.sites import load_site
from handrail_fixtures.played import Played
from handrail_fixtures.scenario import load

OUTBOX = "{ url = \"/_mock/outbox?channel={channel}\", pattern = '\\b(\\d{6})\\b' }"
SITE = """
id = "tiny"
name = "Tiny"
marketplace = "US"
kind = "test"
base = "http://127.0.0.1:1"
hosts = ["127.0.0.1"]
carried-by = "handrail"
identity = { at = { css = "#account" } }
terms = { ceiling = "press", default = "press", read-on = 2026-11-23 }
pages.contact = { url = "/", anchor = { role = "heading", name = { en = "Contact" } } }

[[interruptions]]
kind = "sign-in"
see = { role = "heading", name = { en = "Sign in" } }
fields.password = { css = "#password" }
press = { css = "#enter" }

[contact.email]
page = "contact"
value.at = { css = "#email" }
status.always = "verified"
field = { css = "#none" }
pending = { see = { css = "#none" }, scope = "account" }
[contact.email.code]
field = { css = "#none" }
format = '\\d{6}'
submit = { press = { css = "#none" }, outcomes.accepted = { see = { css = "#none" } } }

[contact.phone]
page = "contact"
value.at = { css = "#value" }
status = { at = { css = "#status" }, verified = { en = "Verified" }, unverified = { en = "Not verified" } }
field = { css = "#phone" }
pending = { see = { css = "#code" }, scope = "account" }

[contact.phone.save]
press = { css = "#save" }
sends = ["POST /save"]
outcomes.saved = { see = { css = "#message", text = { en = "Saved." } } }
outcomes.refused = { see = { css = "#message", text = { en = "Not a number." } } }

[contact.phone.request]
press = { css = "#request" }
sends = ["POST /request"]
outcomes.code-asked = { see = { css = "#code" } }
outcomes.refused = { see = { css = "#message", text = { en = "No code." } } }

[contact.phone.code]
field = { css = "#code" }
format = '\\d{6}'

[contact.phone.code.submit]
press = { css = "#verify" }
sends = ["POST /verify"]
outcomes.accepted = { see = { css = "#message", text = { en = "Proven." } } }
"""
PAGE = """<!doctype html><meta charset="utf-8"><title>Contact</title>
<p id="account">Harbor Lane Trading</p><h1>Contact</h1>
<p id="email">ops@harborlane.example</p><p id="value">{value}</p><p id="status">{status}</p>
<input id="phone" aria-label="Phone"><button id="save">Save</button><button id="request">Send code</button>
<div id="rest">{rest}</div><p id="message"></p>
<script>
const at = (id) => document.getElementById(id);
const say = (text) => {{ at('message').textContent = text; }};
async function send(path, body, done) {{
  const answer = await fetch(path, {{method: 'POST', body}});
  if (answer.status === 401) location.assign('/sign-in');
  else if (answer.ok) done();
}}
const codeForm = () => {{
  at('rest').innerHTML = '<input id="code" aria-label="Code"><button id="verify">Verify</button>';
  at('verify').onclick = () => send('/verify', at('code').value, () => {{
    at('status').textContent = 'Verified'; at('rest').textContent = ''; say('Proven.');
  }});
}};
if (at('rest').textContent) codeForm();
at('save').onclick = () => send('/save', at('phone').value, () => {{
  at('value').textContent = at('phone').value; say('Saved.');
}});
at('request').onclick = () => send('/request', '', codeForm);
{more}
</script>"""
SIGN_IN = """<!doctype html><title>Sign in</title><h1>Sign in</h1>
<form action="/"><input id="password" type="password"><button id="enter">Enter</button></form>"""


@dataclass
class Portal:
    """A portal of one page, on which a test's own script may do mischief."""

    more: str = ""
    """JavaScript at the end of the page."""
    signed_out: set[str] = field(default_factory=set)
    """Paths that answer 401 once."""
    received: list[str] = field(default_factory=list)
    """Effects as they arrived."""
    stages: list[tuple[str, str]] = field(default_factory=list)
    """What the ledger on disk said of the newest effect as each arrived."""
    ledger: Path = Path()
    value: str = "+86 137 0001 2345"
    verified: bool = False
    pending: bool = False
    url: str = ""

    def page(self) -> str:
        """The one page as it stands."""
        status = "Verified" if self.verified else "Not verified"
        rest = "code" if self.pending else ""
        return PAGE.format(value=self.value, status=status, rest=rest, more=self.more)

    def take(self, path: str, body: str) -> int:
        """Have an effect; return the status."""
        self.received.append(path)
        with closing(sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True)) as reader:
            rows = reader.execute("SELECT step, stage FROM effects ORDER BY id DESC LIMIT 1").fetchall()
        self.stages += rows
        if path in self.signed_out:
            self.signed_out.discard(path)
            return 401
        if path == "/save":
            self.value = body
        self.pending = path == "/request"
        self.verified = path == "/verify"
        return 200


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """Serve the portal."""
    served = Portal(ledger=tmp_path / "state" / "ledger.sqlite3")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            pages = {"/": served.page(), "/sign-in": SIGN_IN}
            self._answer(200 if path in pages else 404, pages.get(path, ""))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            self._answer(served.take(self.path, body), "")

        def _answer(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


class SlowReader(ScriptedOperator):
    """Approves only once the page has done something behind the person's back."""

    waits_for = ""

    async def ask(self, prompt: Prompt, page: Page | None) -> Answer | None:
        """Let the page move on while the person reads the question."""
        if prompt.kind == "approve" and page is not None and self.waits_for:
            await page.wait_for_function(self.waits_for)
        return await super().ask(prompt, page)


@pytest.fixture
def walk_there(portal: Portal, tmp_path: Path) -> Callable[..., RunResult]:
    """Walk the contact flow on the portal with the state folder of the test."""
    (tmp_path / "tiny.toml").write_text(SITE, encoding="utf-8")
    profile = load("ok").seller()

    def walked(*, approves_once: str = "", **more: object) -> RunResult:
        site = load_site(str(tmp_path / "tiny.toml"), base=portal.url)
        said = {"approve": "yes", "code": "482910", "sign-in": {"fields": {"password": "tide"}}, **more}
        operator = SlowReader(Answers.model_validate(said), site)
        operator.waits_for = approves_once
        return _run(Job("contact", site, profile, operator, tmp_path / "out", tmp_path / "state",
                        headless=True))  # fmt: skip

    return walked


def _run(job: Job) -> RunResult:
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, run_flow(job)).result()


def outcomes(portal: Portal) -> list[tuple[str, str, str | None]]:
    """Every row of the ledger: step, stage, outcome."""
    with closing(sqlite3.connect(f"file:{portal.ledger}?mode=ro", uri=True)) as reader:
        return reader.execute("SELECT step, stage, outcome FROM effects ORDER BY id").fetchall()


def test_every_effect_is_released_on_disk_before_the_portal_has_it(
    portal: Portal, walk_there: Callable[..., RunResult]
) -> None:
    """The portal reads the ledger's file as each request arrives: its row says released."""
    assert walk_there().outcome.exit_code == 0
    assert portal.received == ["/save", "/request", "/verify"]
    assert portal.stages == [(step, "released") for step in ("save", "request", "enter-code")]


COVER = "document.body.insertAdjacentHTML('beforeend', '<div style=\"position:fixed;inset:0\"></div>');"


@pytest.mark.parametrize("mischief", [COVER, "at('save').disabled = true;"], ids=["covered", "greyed out"])
def test_a_button_that_cannot_be_pressed_stops_before_anything_is_intended(
    mischief: str, portal: Portal, walk_there: Callable[..., RunResult]
) -> None:
    """Nobody is asked to approve what cannot be done, and the ledger has no row of it."""
    portal.more = mischief
    result = walk_there()
    assert result.outcome.exit_code == 4
    assert result.error is not None
    assert "cannot be pressed now" in result.error.message
    assert outcomes(portal) == []
    assert portal.received == []


def test_a_button_that_is_covered_after_the_approval_is_not_pressed(
    portal: Portal, walk_there: Callable[..., RunResult]
) -> None:
    """What slides over it while the person reads is met by a sentence; nothing left, and the row says so."""
    portal.more = (
        f"at('phone').oninput = () => setTimeout(() => {{ {COVER} document.title = 'over'; }}, 300);"
    )
    result = walk_there(approves_once="document.title === 'over'")
    assert result.outcome.exit_code == 4
    assert result.error is not None
    assert "cannot be pressed now" in result.error.message
    assert portal.received == []
    assert [row for row in outcomes(portal) if row[1] != "observed"] == []


def test_a_request_that_leaves_late_is_waited_for(
    portal: Portal, walk_there: Callable[..., RunResult]
) -> None:
    """A page that takes its time before it sends is not taken for one that sends nothing."""
    portal.more = (
        "at('save').onclick = () => setTimeout(() => send('/save', at('phone').value, () => {"
        " at('value').textContent = at('phone').value; say('Saved.'); }), 700);"
    )
    ended = walk_there()
    assert ended.outcome.exit_code == 0, ended.error
    assert portal.received == ["/save", "/request", "/verify"]


def test_the_sites_own_dialog_is_never_answered_unseen(
    portal: Portal, walk_there: Callable[..., RunResult]
) -> None:
    """Where nobody sees a window, the site's question is declined, told and kept; nothing is sent."""
    portal.more = (
        "at('save').onclick = () => { if (confirm('A new number ends the old one. Go on?'))"
        " send('/save', at('phone').value, () => say('Saved.')); };"
    )
    ended = walk_there()
    assert ended.outcome.exit_code == 3
    assert portal.received == []
    assert any("A new number ends the old one. Go on?" in sentence for sentence in ended.advice)
    assert ended.bundle
    assert '"kind":"dialog"' in (ended.bundle / "events.jsonl").read_text("utf-8")


@pytest.mark.parametrize("says", ["say('Not a number.');", ""], ids=["with a message", "in silence"])
def test_a_page_that_refuses_by_itself_has_sent_nothing(
    says: str, portal: Portal, walk_there: Callable[..., RunResult]
) -> None:
    """The row is closed as nothing left, the run is safe to repeat, and the next one goes through."""
    portal.more = f"at('save').onclick = () => {{ {says} }};"
    result = walk_there()
    assert result.outcome.exit_code == 3
    assert result.effects == ()
    assert portal.received == []
    assert outcomes(portal) == [("save", "observed", "nothing-left")]
    portal.more = ""
    assert walk_there().outcome.exit_code == 0
    assert portal.received == ["/save", "/request", "/verify"]


ELSEWHERE = {
    "another host": "fetch('http://localhost:' + location.port + '/save', {method: 'POST', mode: 'no-cors'})",
    "a form by GET": "location.assign('/?phone=' + encodeURIComponent(at('phone').value))",
    "a new page": "open('/store?phone=' + encodeURIComponent(at('phone').value))",
}


@pytest.mark.parametrize("does", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_what_may_have_left_by_another_way_is_not_taken_for_nothing(
    does: str, portal: Portal, walk_there: Callable[..., RunResult]
) -> None:
    """Another host, a page that is led on, a new page: it counts as sent, and the page is looked at."""
    portal.more = f"at('save').onclick = () => {{ {does}; }};"
    result = walk_there()
    assert result.outcome.exit_code == 3, result.error
    assert [(one[1], one[3]) for one in result.effects] == [("save", 1)]
    assert outcomes(portal) == [("save", "observed", "not-saved")]


def test_a_beacon_is_not_taken_for_the_effect(portal: Portal, walk_there: Callable[..., RunResult]) -> None:
    """What a page counts its clicks with changes nothing about a press that was never sent."""
    portal.more = "at('save').onclick = () => { navigator.sendBeacon('/count', 'click'); };"
    result = walk_there()
    assert result.outcome.exit_code == 3
    assert result.effects == ()
    assert outcomes(portal) == [("save", "observed", "nothing-left")]


@pytest.mark.parametrize("path", ["/save", "/request", "/verify"])
def test_a_401_on_the_press_is_followed_by_signing_in_and_the_same_press(
    path: str, portal: Portal, walk_there: Callable[..., RunResult]
) -> None:
    """Unauthorised means not done: the person signs in, and it is done once."""
    portal.signed_out = {path}
    result = walk_there()
    assert result.outcome.exit_code == 0, result.error
    wanted = ["/save", "/request", "/verify"]
    wanted.insert(wanted.index(path), path)
    assert portal.received == wanted
    assert [row[2] for row in outcomes(portal)].count("signed-out") == 1


def test_a_field_the_page_rewrites_at_once_is_never_saved(
    portal: Portal, walk_there: Callable[..., RunResult]
) -> None:
    """Filled again as often as the policy says, then told; nothing was saved."""
    portal.more = "at('phone').oninput = () => { at('phone').value = '+1 201 555 0123'; };"
    result = walk_there()
    assert result.outcome.exit_code == 4
    assert result.error is not None
    assert "does not keep what was typed" in result.error.message
    (filled,) = [step for step in result.steps if step.effect == "fill"]
    assert (filled.policy, filled.attempts) == ("field", 3)
    assert outcomes(portal) == []


def test_a_field_the_page_rewrites_during_the_approval_is_never_saved(
    portal: Portal, walk_there: Callable[..., RunResult]
) -> None:
    """An autocomplete that comes late is seen before the press, not after it."""
    late = "setTimeout(() => { at('phone').value = '+1 201 555 0123'; document.title = 'late'; }, 300)"
    portal.more = f"at('phone').oninput = () => {late};"
    result = walk_there(approves_once="document.title === 'late'")
    assert result.outcome.exit_code == 4
    assert result.error is not None
    assert "does not keep what was typed" in result.error.message
    assert portal.received == []
    assert [row for row in outcomes(portal) if row[1] == "released"] == []


def test_a_field_the_page_rewrites_once_is_filled_again(
    portal: Portal, walk_there: Callable[..., RunResult]
) -> None:
    """A page that only stumbles is not the person's trouble."""
    portal.more = "at('phone').addEventListener('input', () => { at('phone').value = ''; }, {once: true});"
    result = walk_there()
    assert result.outcome.exit_code == 0, result.error
    (filled,) = [step for step in result.steps if step.effect == "fill"]
    assert filled.attempts == 2


@pytest.fixture
def dry_run(dry_run: Callable[..., Played], tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Play a scenario of one's own and return its record."""

    def played(scenario: str) -> dict[str, Any]:
        (tmp_path / "mine.toml").write_text(scenario, encoding="utf-8")
        return dry_run("contact", tmp_path / "mine.toml").record

    return played


def phone_steps(record: dict[str, Any]) -> dict[str, int]:
    """How often each press of the phone left."""
    return {one["step"]: one["count"] for one in record["effects"] if one["channel"] == "phone"}


def test_a_message_that_outlives_the_redraw_is_not_taken_for_the_new_answer(
    dry_run: Callable[[str], dict[str, Any]],
) -> None:
    """Two wrong codes, then the right one: the old "not valid" that still stands is not read a third time."""
    record = dry_run(f'[operator]\ncode = [{OUTBOX}, "000000", "111111", {OUTBOX}]\n')
    assert record["exit_code"] == 0, record["error"]
    assert phone_steps(record) == {"save": 1, "request": 1, "enter-code": 3}


def test_a_code_that_was_typed_before_is_not_sent_again(dry_run: Callable[[str], dict[str, Any]]) -> None:
    """The same wrong code a second time is refused before sending, with the reason, and asked for anew."""
    record = dry_run(f'[operator]\ncode = [{OUTBOX}, "000000", "000000", {OUTBOX}]\n')
    assert record["exit_code"] == 0, record["error"]
    assert phone_steps(record) == {"save": 1, "request": 1, "enter-code": 2}
    assert [one["count"] for one in record["site_saw"] if one["channel"] == "phone"] == [1, 3]
    log = Path(record["bundle"], "events.jsonl").read_text("utf-8")
    events = [json.loads(line) for line in log.splitlines()]
    asked = [one["text"] for one in events if one["kind"] == "prompt" and one.get("prompt") == "code"]
    assert ["entered already" in text for text in asked] == [False, False, False, True]


@pytest.mark.parametrize("nonsense", ["", "soon", "²", "9" * 30, "-5", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_a_retry_after_that_makes_no_sense_is_no_time(nonsense: str) -> None:
    """Whatever a site writes there, the run only falls back to its own caution."""
    assert retry_after(nonsense) is None


def test_a_retry_after_may_be_a_date() -> None:
    """RFC 9110 allows seconds or an HTTP date."""
    assert retry_after("Tue, 24 Nov 2026 08:00:00 GMT") == datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize("at", ["save", "request-code", "verify"])
def test_too_many_requests_is_waited_out_until_the_site_says(
    at: str, dry_run: Callable[[str], dict[str, Any]]
) -> None:
    """A 429 on any press ends in waiting until Retry-After; that press left just once."""
    began = datetime.now(UTC)
    record = dry_run(f'[[faults]]\nat = "{at}"\nchannel = "phone"\ndo = "throttle"\nretry_after = 1800\n')
    assert record["exit_code"] == 5
    assert record["until_from"] == "site"
    wait = (datetime.fromisoformat(record["until"]) - began).total_seconds()
    assert 1790 < wait < 2000
    step = {"save": "save", "request-code": "request", "verify": "enter-code"}[at]
    assert phone_steps(record)[step] == 1
