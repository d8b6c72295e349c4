"""The report: what a person who was not there can read, in any browser, with nothing installed."""

from __future__ import annotations

import asyncio
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from playwright.async_api import Page, async_playwright

from handrail.browser.find import find_browser
from handrail.evidence.format.attestation import SealFacts
from handrail.evidence.format.events import Json, read_events
from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording.recorder import Recorder
from handrail.evidence.report.render import render

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> \u202eevil\u202c & co."
LOOK = """() => ({
  broken: [...document.images].filter(one => !one.naturalWidth).map(one => one.src),
  overflow: document.documentElement.scrollWidth - innerWidth,
  text: document.body.innerText,
})"""
CUT = """(down) => [...document.querySelectorAll("a.picture img, .verdict, .seal, tr")].filter(one => {
  const whole = one.closest("li, tr, section");
  return one.getBoundingClientRect().height > down || getComputedStyle(whole).breakInside !== "avoid";
}).map(one => one.outerHTML.slice(0, 80))"""
PAPER = {"A4": (680, 970), "Letter": (700, 900)}
"""What a page holds inside its margins, in CSS pixels."""

LIVE: dict[str, Json] = {"flow": "contact", "site_kind": "live", "dry_run": False}
SELLER = Signer(Ed25519PrivateKey.generate(), demo=False)


def picture() -> bytes:
    """Return a page's capture: tall, and light."""
    file = io.BytesIO()
    Image.new("RGB", (1280, 1800), "#f4f7f7").save(file, "PNG")
    return file.getvalue()


def walked(
    out: Path, *, dry_run: bool = True, outcome: str = "done", account: str = "Harbour & Pine"
) -> Path:
    """Return the bundle of a run that changed a phone, asked for a code and was answered."""
    recorder = Recorder.begin(
        out,
        facts={
            "flow": "contact",
            "site": "mock",
            "site_kind": "mock" if dry_run else "live",
            "site_name": "Quayside",
            "account": account,
            "dry_run": dry_run,
            "utc_offset_minutes": 480,
        },
        clean=str,
        signer=Signer(Ed25519PrivateKey.generate(), demo=dry_run),
    )
    recorder.event("navigate", page="contact", url="https://quayside.example/contact", status=200)
    recorder.event(
        "step", name="open contact", effect="read", policy="page", attempts=3, ms=6200, outcome="ok"
    )
    recorder.artifact("found", picture(), {"caption": "Phone as found", "masks": [{"x": 1}]}, "- a")
    effect: dict[str, Json] = {"channel": "phone", "marketplace": "US", "value": "+86 138••••8000"}
    ask(recorder, 1, "approve", "Save +86 138••••8000?", choice="yes")
    press(recorder, "saved", step="save", effect="submit", **effect)
    recorder.event(
        "change", channel="phone", marketplace="US", before="+1 206•••0100", after="+86 138••••8000"
    )
    press(recorder, "code-asked", step="request", effect="request-code", **effect)
    ask(recorder, 2, "code", "Which code arrived?", choice=None)
    press(recorder, "accepted", step="enter-code", effect="submit", **effect)
    recorder.artifact("verified", picture(), {"caption": "Phone is verified"}, None)
    return recorder.finish(
        {
            "outcome": outcome,
            "exit_code": 0,
            "advice": ["The store DE still asks."],
            "until": "2030-01-02T03:04:05+08:00" if outcome == "waiting" else None,
            "until_from": "site" if outcome == "waiting" else None,
            "channels": [{"channel": "phone", "marketplace": "US", "state": "verified", "outcome": "done"}],
            "site_saw": [{"channel": "phone", "effect": "submit", "count": 2}],
        }
    )


def ask(recorder: Recorder, number: int, kind: str, question: str, *, choice: str | None) -> None:
    """Record a prompt and a person's answer to it."""
    choices = ["yes", "no"] if choice else []
    recorder.event("prompt", id=number, prompt=kind, text=question, choices=choices)
    recorder.event(
        "answer",
        id=number,
        prompt=kind,
        choice=choice,
        entered=choice is None,
        by="person",
        ms=65_000,
    )


def press(recorder: Recorder, outcome: str, **facts: Json) -> None:
    """Record the three stages of one effect."""
    recorder.event("effect-intended", **facts)
    recorder.event("effect-released", **facts)
    recorder.event("effect-observed", **facts, outcome=outcome)


def html_of(bundle: Path) -> str:
    """Return the report's source."""
    return (bundle / "report.html").read_text(encoding="utf-8")


class Words(HTMLParser):
    """Collects what a reader reads, and every element with its attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self._styling = False
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, dict(attrs)))
        self._styling = tag == "style"

    def handle_data(self, data: str) -> None:
        """Note a text that is read."""
        if data.strip() and not self._styling:
            self.said.append(" ".join(data.split()))

    def __contains__(self, text: str) -> bool:
        return text in " ".join(self.said)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A rehearsal that went well."""
    return walked(tmp_path / "out")


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        ("done", "Done"),
        ("refused", "Refused"),
        ("unfinished", "Not finished"),
        ("needs-person", "A person is needed"),
        ("waiting", "Waiting"),
        ("unknown", "Outcome not known"),
    ],
)
def test_every_outcome_is_said_in_plain_words(tmp_path: Path, outcome: str, verdict: str) -> None:
    """The verdict stands in the title and at the top, never as an identifier."""
    words = Words(html_of(walked(tmp_path, outcome=outcome)))
    whole = outcome in ("done", "refused", "waiting")
    assert words.said[0].startswith(f"DRY RUN · {'' if whole else 'INCOMPLETE · '}{verdict} · ")
    assert verdict in words.said


def test_a_wait_says_until_when_and_who_says_so(tmp_path: Path) -> None:
    """The time is given with its offset, and where it is from."""
    words = Words(html_of(walked(tmp_path, outcome="waiting")))
    assert "until 2030-01-02 03:04 +0800 (as the site says)" in words


@pytest.mark.parametrize(
    "text",
    [
        "Harbour & Pine",
        "Quayside",
        "Sealed as whole",
        "NO TRUSTED TIME",
        "handrail evidence verify 20",
        "United States",
        "The store DE still asks.",
        "+1 206•••0100",
        "+86 138••••8000",
        "Save +86 138••••8000?",
        "Yes, by a person, 1 min 5 s",
        "typed in (not kept), by a person, 1 min 5 s",
        "the site says that a code is on its way",
        "3 attempts · 6.2 s",
        "Save the value: 1, Enter the code: 1",
        "Places painted over: 1",
        "sha256sum -c --strict SHA256SUMS",
    ],
)
def test_the_report_tells_what_happened(bundle: Path, text: str) -> None:
    """Who, where, what changed, what was asked and decided, what was sent, how to check it."""
    told = " ".join(Words(html_of(bundle)).said).replace(" · ", " ").replace("  ", " ")
    assert text.replace(" · ", " ") in told


def test_times_are_told_in_utc_and_where_the_run_was_made(bundle: Path) -> None:
    """The beginning stands there twice: with the local offset, and in UTC."""
    words = " ".join(Words(html_of(bundle)).said)
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0800", words)
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000", words)
    assert re.search(r"The times of day are of \d{4}-\d\d-\d\d \(\+0800\)", words)


def test_the_report_needs_nothing_from_outside(bundle: Path) -> None:
    """No script, pictures within the page itself, and links to nothing but the bundle's own pictures."""
    tags = Words(html_of(bundle)).tags
    assert not [tag for tag, _ in tags if tag in ("script", "link", "iframe", "object", "embed")]
    loaded = [str(there["src"]) for _, there in tags if "src" in there]
    assert len(loaded) == 2
    assert all(source.startswith("data:image/webp;base64,") for source in loaded)
    linked = [str(there["href"]) for _, there in tags if "href" in there]
    assert len(linked) == 2
    assert all((bundle / name).is_file() for name in linked)
    assert all(re.fullmatch(r"artifacts/[a-z0-9._-]+\.png", name) for name in linked)
    assert not re.search(r"url\(|@import", html_of(bundle))
    policies = [there["content"] for _, there in tags if there.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in str(policies)


def test_a_dry_run_is_marked_everywhere(bundle: Path) -> None:
    """The mark stands in the title, at the top, on every picture, and on every printed page."""
    source = html_of(bundle)
    words = Words(source)
    assert words.said[0].startswith("DRY RUN")
    assert "DRY RUN" in words.said[1:3]
    pictures = [there for tag, there in words.tags if tag == "a"]
    assert [there.get("data-mark") for there in pictures] == ["DRY RUN", "DRY RUN"]
    assert '@top-right { content: "DRY RUN"; }' in source


def test_a_live_run_carries_no_such_mark(tmp_path: Path) -> None:
    """Nothing on a real run's report can be taken for a rehearsal's."""
    assert "DRY RUN" not in html_of(walked(tmp_path, dry_run=False))


def test_text_from_a_page_stays_text(tmp_path: Path) -> None:
    """A name that looks like markup is shown as it is, and turns no words around it."""
    words = Words(html_of(walked(tmp_path, account=HOSTILE)))
    assert "<script>alert(1)</script><img src=x onerror=alert(1)> evil & co." in words
    assert not [there for _, there in words.tags if "onerror" in there]
    assert "script" not in [tag for tag, _ in words.tags]


def test_the_seal_is_told_as_what_it_is(tmp_path: Path) -> None:
    """The signer's whole fingerprint stands at the top, and whether a run was live, whole and stamped."""
    bundle = walked(tmp_path, dry_run=False, outcome="unfinished")
    told = Words(html_of(bundle))
    fingerprint = json.loads((bundle / "attestation.dsse.json").read_bytes())["signatures"][0]["keyid"]
    assert fingerprint in " ".join(told.said).replace(" ", "")
    for said in ("Sealed as incomplete", "A real run, by the seller's own key", "INCOMPLETE", bundle.name):
        assert said in told


def test_a_report_without_a_seal_says_so(bundle: Path) -> None:
    """Where nothing was sealed, no word of the page says that it was."""
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    told = Words(render(read_events(bundle / "events.jsonl"), manifest, "en", None))
    assert "NOT SEALED" in told
    assert "Sealed as" not in told
    assert "handrail evidence verify" not in told


def test_a_stamped_beginning_is_told(bundle: Path) -> None:
    """The time an authority has stamped stands where NO TRUSTED TIME stood."""
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    seal = SealFacts(bundle.name, "ab" * 32, "live", True, True, "2026-11-23T20:30:59Z")
    told = Words(render(read_events(bundle / "events.jsonl"), manifest, "en", seal))
    assert "Begun after 2026-11-24 04:30:59 +0800" in told
    assert "NO TRUSTED TIME" not in told
    assert "REHEARSAL" in told


def test_the_report_of_a_run_that_hardly_began_is_whole(tmp_path: Path) -> None:
    """A run without a single step still gets a report, which says that nothing was sent."""
    recorder = Recorder.begin(tmp_path, facts=LIVE, clean=str, signer=SELLER)
    words = Words(html_of(recorder.finish({"outcome": "unfinished", "exit_code": 3})))
    assert "The run did not get to its end" in words
    assert "Nothing was sent" in words


def test_a_question_that_nobody_answered_is_told_as_such(tmp_path: Path) -> None:
    """An open prompt is no decision."""
    recorder = Recorder.begin(tmp_path, facts=LIVE, clean=str, signer=SELLER)
    recorder.event("prompt", id=1, prompt="captcha", text="Solve it.", choices=["done", "stop"])
    words = Words(html_of(recorder.finish({"outcome": "needs-person", "exit_code": 4})))
    assert "not answered" in words.said


def test_the_report_fits_screens_and_paper(bundle: Path) -> None:
    """On a phone and on a wide screen nothing sticks out; pictures show; paper takes it too."""

    async def look() -> None:
        browser_path = find_browser(None, headless=True).path
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=browser_path)
            for width in (390, 1280):
                page = await browser.new_page(viewport={"width": width, "height": 900})
                await _opened(page, bundle)
                seen = await page.evaluate(LOOK)
                assert seen["broken"] == []
                assert seen["overflow"] <= 0
                assert "DRY RUN" in seen["text"]
            await page.emulate_media(media="print")
            for paper, (across, down) in PAPER.items():
                await page.set_viewport_size({"width": across, "height": down})
                assert await page.evaluate(CUT, down) == []
                assert (await page.pdf(format=paper)).startswith(b"%PDF")
            await browser.close()

    # In a thread of its own: a loop of the synchronous fixtures may be running in this one.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, look()).result()


async def _opened(page: Page, bundle: Path) -> None:
    """Open the report alone, away from its folder, and hold it to asking for nothing else."""
    alone = bundle.parent / "alone.html"
    alone.write_bytes((bundle / "report.html").read_bytes())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(alone.as_uri(), wait_until="load")
    assert [url for url in asked if not url.startswith("data:")] == [alone.as_uri()]
